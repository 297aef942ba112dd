"""Records which sources were active when engines crashed. A source involved twice within an hour is skipped by the next engine."""

import faulthandler
import json
import logging
import time
from collections.abc import Mapping
from pathlib import Path

from app.media.source_activity import SourceActivityLog, crash_suspects, parse_activity

log = logging.getLogger(__name__)

_CRASHES = 2
_REMEMBERED_S = 3600.0
_MOST_SOURCES = 100
_MOST_BYTES = 1 << 20


class CrashHistory:
    """Used by the one engine of a runtime folder: `read` evaluates the last engine's files, `begin` starts writing for the next.

    On a crash Python writes the stacks of all threads to one file (`faulthandler`); sources write to another which thread works for which
    of them. An engine that is killed from outside leaves no stacks, so no source is suspected.
    """

    def __init__(self, runtime: Path) -> None:
        self._stacks = runtime / "engine.stacks"
        self._trail = runtime / "engine.trail"
        self._book = runtime / "engine.crashes"

    def read(self) -> frozenset[str]:
        """The fingerprints of the sources to skip."""
        now = time.time()
        crashes = {
            fingerprint: recent
            for fingerprint, times in self._noted().items()
            if (recent := [at for at in times if 0 <= now - at < _REMEMBERED_S])
        }
        found = crash_suspects(_text(self._stacks), parse_activity(_text(self._trail)), now)
        for fingerprint in found:
            crashes[fingerprint] = [*crashes.get(fingerprint, []), now]
        newest = sorted(crashes, key=lambda fingerprint: crashes[fingerprint][-1])[-_MOST_SOURCES:]
        if found:
            log.warning("the last engine crashed while working for %d sources", len(found))
            self._note({fingerprint: crashes[fingerprint] for fingerprint in newest})
            self._stacks.unlink(missing_ok=True)  # count this crash only once
        return frozenset(fingerprint for fingerprint in newest if len(crashes[fingerprint]) >= _CRASHES)

    def begin(self) -> SourceActivityLog:
        """Record crashes from now on: their stacks, and the source each thread works for."""
        try:
            self._trail.unlink(missing_ok=True)
            faulthandler.enable(self._stacks.open("w", encoding="utf-8"))
        except OSError as error:
            log.warning("a crash cannot be attributed to a source: %s", error)
        return SourceActivityLog(self._trail)

    def _noted(self) -> dict[str, list[float]]:
        try:
            noted = json.loads(_text(self._book) or "{}")
            return {str(fingerprint): [float(at) for at in times] for fingerprint, times in noted.items()}
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            log.warning("the crash history cannot be read; starting a new one")
            return {}

    def _note(self, crashes: Mapping[str, list[float]]) -> None:
        try:
            self._book.write_text(json.dumps(crashes), encoding="utf-8")
        except OSError as error:
            log.warning("cannot record a crash: %s", error)


def _text(path: Path) -> str:
    """The file's text, "" if there is no file."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        log.warning("cannot read %s: %s", path.name, error)
        return ""
