"""Whether a file is another one than a moment ago."""

import os

FileState = tuple[int, int, int]


def file_state(path: str) -> FileState | None:
    """What changes when the file's content does; None while it is not there."""
    try:
        state = os.stat(path)
    except (OSError, ValueError):
        return None
    return state.st_ino, state.st_size, state.st_mtime_ns
