"""Recognises all show formats that Tradewind ever wrote and converts them to the current one."""

import contextlib
import logging
import shutil
from pathlib import Path

from app.atomic_file import temporary_path
from app.domain.show import Show
from app.storage import project_file
from app.storage.consents import read_identity
from app.storage.database import as_storage_errors, connect_read_only, is_database
from app.storage.files import replace_file
from app.storage.show_file import read_only, write_new

log = logging.getLogger(__name__)


def load(path: Path) -> Show:
    """Read the show in a file of any format without changing it; raises StorageError."""
    return read_only(path).show if is_database(path) else Show(project_file.load(path))


def identity_of(path: Path) -> str:
    """The id of a show file, "" for a JSON file; raises StorageError."""
    if not is_database(path):
        return ""
    with as_storage_errors(path), contextlib.closing(connect_read_only(path)) as connection:
        return read_identity(connection)


def convert(path: Path, target: Path) -> None:
    """Write a JSON show in the current format under a free name; raises StorageError."""
    show = Show(project_file.load(path))
    with as_storage_errors(target):
        write_new(target, show)


def converted(path: Path) -> Path | None:
    """Convert a JSON show in place. Returns the path of the kept old file, None if the format is current.

    Raises StorageError and then leaves the old file.
    """
    if is_database(path):
        return None
    show = Show(project_file.load(path))
    kept = _free_name(path)
    temporary = temporary_path(path)
    with as_storage_errors(path):
        try:
            write_new(temporary, show)
            shutil.copy2(path, kept)
            replace_file(temporary, path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
    log.info("converted %s to the current format; the old file is kept as %s", path, kept)
    return kept


def _free_name(path: Path) -> Path:
    """ "Shop.json.bak" next to "Shop.tradewind", numbered if it exists."""
    number, kept = 1, path.with_name(f"{path.stem}.json.bak")
    while kept.exists():
        number += 1
        kept = path.with_name(f"{path.stem}.{number}.json.bak")
    return kept
