"""Backs up shows automatically, so that a mistake or a failing drive costs only minutes."""

import contextlib
import hashlib
import logging
import os
import re
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from app.atomic_file import temporary_path
from app.domain.base.clock import NS_PER_S, Clock
from app.storage.database import as_storage_errors, plain_connection, remove_database
from app.storage.files import StorageError, replace_file
from app.storage.show_file import SUFFIX, ShowFile
from app.storage.show_writer import OnWritten

log = logging.getLogger(__name__)

KEPT = 10
KEPT_DAYS = 7  # in addition to the newest ones, keep the last of each day
DAY_S = 86400.0

_STAMP = "%Y-%m-%d %H-%M-%S"


@dataclass(frozen=True, slots=True)
class Backup:
    """One copy of a show with its pictures and log. `made_at_s` is Unix time."""

    path: Path
    show: str
    made_at_s: float
    size: int


class ShowBackups:
    """The backups of all shows, each in its own subfolder of `folder`."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def of(self, show: Path) -> tuple[Backup, ...]:
        """The backups of a show, newest first."""
        try:
            found = [(path, path.stat().st_size) for path in self._folder_of(show).glob(f"*{SUFFIX}")]
        except OSError as error:
            log.warning("cannot list the backups of %s: %s", show, error)
            return ()
        backups = (Backup(path, show.stem, made, size) for path, size in found if (made := _made_at_s(path)) is not None)
        return tuple(sorted(backups, key=lambda one: one.made_at_s, reverse=True))

    def due(self, show: Path, after_s: float) -> bool:
        """Whether the newest backup is older than this, or there is none."""
        newest = next(iter(self.of(show)), None)
        return newest is None or self._now_s() - newest.made_at_s >= after_s

    def begin(self, file: ShowFile, told: OnWritten) -> None:
        """Back up an open show on the writer's thread and delete expired backups; `told` receives the result."""
        path = file.path
        target = self._folder_of(path) / f"{datetime.fromtimestamp(self._now_s(), UTC).strftime(_STAMP)}{SUFFIX}"
        temporary = temporary_path(target)

        def copy(connection: sqlite3.Connection) -> None:
            try:
                with as_storage_errors(target):
                    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                    with contextlib.closing(plain_connection(temporary)) as made:
                        connection.backup(made)
                        made.execute("PRAGMA journal_mode = DELETE")
                    replace_file(temporary, target)
            except StorageError:
                with contextlib.suppress(OSError):
                    remove_database(temporary)
                raise
            self._thin_out(path)

        file.writer.submit(copy, told)

    def _thin_out(self, show: Path) -> None:
        for old in expired(self.of(show)):
            try:
                old.path.unlink(missing_ok=True)
            except OSError as error:
                log.warning("cannot remove the old backup %s: %s", old.path, error)

    def _folder_of(self, show: Path) -> Path:
        """Named after the show, with a hash to tell shows of the same name apart."""
        real = os.path.normcase(os.path.realpath(show))
        name = re.sub(r"[^\w .-]", "_", show.stem)[:60]
        return self._folder / f"{name} {hashlib.sha256(real.encode()).hexdigest()[:8]}"

    def _now_s(self) -> float:
        return self._clock.wall_ns() / NS_PER_S


def expired(backups: Sequence[Backup]) -> tuple[Backup, ...]:
    """The backups to delete, from a list with the newest first."""
    days: set[str] = set()
    gone = []
    for number, backup in enumerate(backups):
        day = datetime.fromtimestamp(backup.made_at_s, UTC).date().isoformat()
        if number >= KEPT and (day in days or len(days) >= KEPT_DAYS):
            gone.append(backup)
        days.add(day)
    return tuple(gone)


def _made_at_s(path: Path) -> float | None:
    try:
        return datetime.strptime(path.stem, _STAMP).replace(tzinfo=UTC).timestamp()
    except ValueError:
        return None
