"""Which servers each show may connect to, as decided by the user. Stored in the state folder, never in the show."""

import json
import logging
import re
import sqlite3
from collections.abc import Mapping
from pathlib import Path

from app.storage.files import StorageError, read_file, write_file
from app.storage.parsing import parse_json

log = logging.getLogger(__name__)

KEPT_SHOWS = 500
KEPT_ORIGINS = 200  # per show
_IDENTITY = re.compile(r"[0-9a-f]{32}")
_KEY = "id"


def read_identity(connection: sqlite3.Connection) -> str:
    """The id that identifies a show file wherever it is, "" if it has none.

    It is not a secret and proves nothing: anyone who copies it only gets the connections allowed for that show.
    """
    found = connection.execute("SELECT value FROM meta WHERE key = ?", (_KEY,)).fetchone()
    return str(found[0]) if found is not None and _IDENTITY.fullmatch(str(found[0])) else ""


def write_identity(connection: sqlite3.Connection, identity: str) -> None:
    """Set the file's id."""
    connection.execute("INSERT OR REPLACE INTO meta VALUES (?, ?)", (_KEY, identity))


class Consents:
    """The user's decisions. If the file cannot be read or written, they are lost and the user is asked again."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def answers(self, identity: str) -> dict[str, bool]:
        """Whether this show may connect, by origin."""
        return self._all().get(identity, {}) if identity else {}

    def save(self, identity: str, answers: Mapping[str, bool]) -> None:
        """Save the answers for this show in place of the earlier ones."""
        known = self._all()
        known.pop(identity, None)
        known[identity] = dict(list(answers.items())[-KEPT_ORIGINS:])
        kept = dict(list(known.items())[-KEPT_SHOWS:])
        try:
            write_file(self._path, json.dumps(kept, indent=1).encode(), mode=0o600)
        except StorageError as error:
            log.warning("cannot save the allowed connections: %s", error)

    def _all(self) -> dict[str, dict[str, bool]]:
        try:
            found = parse_json(read_file(self._path).decode())
        except StorageError as error:
            if error.code != "file.missing":
                log.warning("allowed connections: %s", error)
            return {}
        except ValueError as error:
            log.warning("allowed connections: %s is broken: %s", self._path, error)
            return {}
        if not isinstance(found, dict):
            return {}
        return {
            str(identity): {str(origin): answer for origin, answer in answers.items() if isinstance(answer, bool)}
            for identity, answers in found.items()
            if isinstance(answers, dict)
        }
