"""Detects whether a file changed."""

import os

FileState = tuple[int, int, int]


def file_state(path: str) -> FileState | None:
    """A value that changes with the file's content; None if the file does not exist."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
