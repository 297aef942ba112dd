"""Reads and writes whole files. A write replaces the file in one step; errors are StorageErrors."""

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TypeVar

from app.atomic_file import TEMPORARY_SUFFIX, temporary_path, write_new
from app.domain.base.errors import AppError

T = TypeVar("T")

MAX_BYTES = 32 * 1024 * 1024  # a thousand scenes with a hundred layers each need half of it
STALE_S = 3600.0  # saving takes seconds: an older temporary file is left from a killed save
BACKUP_SUFFIX = ".bak"

_CODES: Mapping[int, str] = {
    errno.ENOSPC: "file.full",
    errno.EDQUOT: "file.full",
    errno.EFBIG: "file.full",
    errno.EACCES: "file.denied",
    errno.EPERM: "file.denied",
    errno.EROFS: "file.denied",
    errno.ENOENT: "file.missing",
    errno.ENOTDIR: "file.missing",
    errno.EISDIR: "file.folder",
}


class StorageError(AppError):
    """A file that cannot be read or written; `data` has `path` and, for rare causes, the system's `reason`."""


OnBroken = Callable[[StorageError], None]


def storage_error(error: OSError, path: Path) -> StorageError:
    """The StorageError for an OSError."""
    code = _CODES.get(error.errno or 0, "file.failed")
    return StorageError(code, path=str(path), reason=error.strerror or type(error).__name__)


def load_toml_files(folder: Path, load: Callable[[Path], T], told: OnBroken | None) -> list[T]:
    """Load each TOML file of a folder, by name. A broken one is passed to `told` and skipped; without `told` it raises."""
    found = []
    for path in sorted(folder.glob("*.toml")):
        try:
            found.append(load(path))
        except StorageError as error:
            if told is None:
                raise
            told(error)
    return found


def backup_path(path: Path) -> Path:
    """Where the file that a save replaces is kept."""
    return path.with_name(path.name + BACKUP_SUFFIX)


def read_file(path: Path) -> bytes:
    """Read the file; raises StorageError, also if it is larger than any of ours."""
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
    except OSError as error:
        raise storage_error(error, path) from error
    except ValueError as error:  # a null byte in the name
        raise StorageError("file.missing", path=str(path), reason=str(error)) from error
    if len(content) > MAX_BYTES:
        raise StorageError("file.too_large", path=str(path), limit_mb=MAX_BYTES // (1024 * 1024))
    return content


def write_file(path: Path, content: bytes, *, mode: int | None = None, keep_backup: bool = False) -> None:
    """Replace the file in one step: readers and crashes see the old or the new one. Raises StorageError and then leaves the old file.

    `mode` sets the permissions (None = those of the old file, or the umask's). `keep_backup` keeps the old file next to it. A symbolic link
    stays a link; its target is replaced.
    """
    target = Path(os.path.realpath(path))
    temporary = temporary_path(target)
    try:
        write_new(temporary, content, mode=_mode_for(target, mode), durable=True)
        replace_file(temporary, target, keep_backup=keep_backup)
    except OSError as error:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise storage_error(error, path) from error


def replace_file(temporary: Path, target: Path, *, keep_backup: bool = False) -> None:
    """Put a finished file in place of `target` in one step that survives a power cut; raises OSError."""
    if keep_backup:
        _keep(target)
    os.replace(temporary, target)
    _sync_folder(target.parent)
    _remove_stale(target)


def _mode_for(target: Path, mode: int | None) -> int:
    if mode is not None:
        return mode
    try:
        return target.stat().st_mode & 0o777
    except FileNotFoundError:
        return 0o666  # reduced by the umask


def _keep(target: Path) -> None:
    """Keep the old file under the backup name too."""
    kept = backup_path(target)
    linked = temporary_path(kept)
    try:
        os.link(target, linked)
    except FileNotFoundError:
        return
    except OSError:  # FAT and many network drives have no hard links
        shutil.copy2(target, linked)
    os.replace(linked, kept)


def _sync_folder(folder: Path) -> None:
    """Make the rename survive a power cut. Systems that cannot open folders do this themselves."""
    if os.name != "posix":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _remove_stale(target: Path) -> None:
    limit = time.time() - STALE_S
    with contextlib.suppress(OSError):  # the save is done: stale files can wait for the next one
        for left in target.parent.iterdir():
            if left.name.startswith(f".{target.name}.") and TEMPORARY_SUFFIX in left.name and left.stat().st_mtime < limit:
                left.unlink()
