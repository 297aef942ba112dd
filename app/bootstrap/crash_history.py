"""Which sources were at work when engines crashed; one that was there twice within an hour is left out by the next engine."""

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
    """For the one engine of a runtime folder. `read` what the last one left, then `begin` to write for the next.

    Python writes the stacks of a dying process into one file (`faulthandler`), sources write into another which thread works for which of
    them. An engine that was killed from outside leaves no stacks, and nobody is suspected.
    """

    def __init__(self, runtime: Path) -> None:
        self._stacks = runtime / "engine.stacks"
        self._trail = runtime / "engine.trail"
        self._book = runtime / "engine.crashes"

    def read(self) -> frozenset[str]:
        """The fingerprints of the sources that are to be left out."""
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
            log.warning("the last engine crashed while it worked for %d of the sources", len(found))
            self._note({fingerprint: crashes[fingerprint] for fingerprint in newest})
            self._stacks.unlink(missing_ok=True)  # it counts once
        return frozenset(fingerprint for fingerprint in newest if len(crashes[fingerprint]) >= _CRASHES)

    def begin(self) -> SourceActivityLog:
        """From now on a crash leaves its stacks, and the activity says who was at work."""
        try:
            self._trail.unlink(missing_ok=True)
            faulthandler.enable(self._stacks.open("w", encoding="utf-8"))
        except OSError as error:
            log.warning("a crash will not tell which source it came from: %s", error)
        return SourceActivityLog(self._trail)

    def _noted(self) -> dict[str, list[float]]:
        try:
            noted = json.loads(_text(self._book) or "{}")
            return {str(fingerprint): [float(at) for at in times] for fingerprint, times in noted.items()}
        except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):
            log.warning("the book of crashes cannot be read and begins anew")
            return {}

    def _note(self, crashes: Mapping[str, list[float]]) -> None:
        try:
            self._book.write_text(json.dumps(crashes), encoding="utf-8")
        except OSError as error:
            log.warning("a crash cannot be noted: %s", error)


def _text(path: Path) -> str:
    """What the file says; nothing where there is none."""
    try:
        with path.open("rb") as file:
            return file.read(_MOST_BYTES).decode("utf-8", "replace")
    except FileNotFoundError:
        return ""
    except OSError as error:
        log.warning("%s cannot be read: %s", path.name, error)
        return ""
