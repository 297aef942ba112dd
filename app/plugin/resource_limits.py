"""Limits the resources of a plugin's process, where the system supports it."""

import os
import sys

if sys.platform != "win32":
    import resource

MAX_FILES = 128
MAX_FILE_BYTES = 256 * 1024 * 1024
NICE = 5  # the show comes first


def set_limits(memory_mb: int) -> tuple[str, ...]:
    """Limit this process permanently; returns the names of the limits. Windows has none, macOS no limit of memory."""
    if sys.platform == "win32":
        return ()
    held = []
    os.nice(NICE)
    limits = {
        "memory": (resource.RLIMIT_AS, memory_mb * 1024 * 1024),
        "open files": (resource.RLIMIT_NOFILE, MAX_FILES),
        "size of a file": (resource.RLIMIT_FSIZE, MAX_FILE_BYTES),
        "core": (resource.RLIMIT_CORE, 0),
    }
    for name, (number, most) in limits.items():
        try:
            resource.setrlimit(number, (most, most))
        except (OSError, ValueError):  # there is a lower limit already, or none of this kind
            continue
        held.append(name)
    return tuple(held)
