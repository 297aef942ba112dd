"""A small drive that can fill up or become read-only. Needs root."""

import contextlib
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

needs_root = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="mounting a drive needs root")


@contextlib.contextmanager
def small_drive(folder: Path, size_kb: int) -> Iterator[Path]:
    """Mount a drive of this size in memory."""
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size_kb}k", "tradewind-test", str(folder)], check=True, timeout=30)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True, timeout=30)


def write_protect(folder: Path, *, on: bool) -> None:
    """Make a drive read-only or writable."""
    subprocess.run(["mount", "-o", f"remount,{'ro' if on else 'rw'}", str(folder)], check=True, timeout=30)
