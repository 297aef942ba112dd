"""Which thread works for which source, in a file that outlives a crash: so the next engine knows whom to suspect."""

import hashlib
import json
import logging
import os
import re
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from app.atomic_file import write_atomically
from app.domain.program.source import Source, SourceKind

log = logging.getLogger(__name__)

_JUST_BEGUN_S = 10.0  # a source that began so shortly before a crash is suspected when the crashed thread is a library's own
_FILE_SETTINGS = {SourceKind.IMAGE: "file", SourceKind.MEDIA: "location", SourceKind.CAMERA: "device"}
_CRASHED_THREAD = re.compile(r"^Current thread 0x([0-9a-f]{1,16}) ", re.MULTILINE)


def source_fingerprint(source: Source) -> str:
    """What a source would do the same again by: its kind, its settings, and its file as it is now."""
    told: list[object] = [source.kind.value, sorted((key, str(value)) for key, value in source.settings.items())]
    file = source.settings.get(_FILE_SETTINGS.get(source.kind, ""), "")
    try:
        state = os.stat(str(file)) if file else None
    except (OSError, ValueError):
        state = None
    if state is not None:
        told += [state.st_size, state.st_mtime_ns]
    return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class SourceActivity:
    """A thread at work for a source; `begun` on the wall clock, because another process reads it."""

    thread: int
    source_id: str
    fingerprint: str
    begun: float


class SourceActivityLog:
    """Keeps the file up to date; sources begin and end seldom. Any thread."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._works: dict[int, SourceActivity] = {}

    def begin(self, source_id: str, fingerprint: str) -> None:
        """The calling thread works for this source until `end`."""
        if self._path is not None:
            thread = threading.get_ident()
            with self._lock:
                self._works[thread] = SourceActivity(thread, source_id, fingerprint, time.time())
                self._write(self._path)

    def end(self) -> None:
        """The calling thread does not work for a source any more."""
        if self._path is not None:
            with self._lock:
                if self._works.pop(threading.get_ident(), None) is not None:
                    self._write(self._path)

    def _write(self, path: Path) -> None:
        lines = [json.dumps([work.thread, work.source_id, work.fingerprint, work.begun]) for work in self._works.values()]
        try:
            write_atomically(path, "\n".join(lines).encode())
        except OSError as error:
            log.warning("a crash will not tell which source it came from: %s", error)


NO_ACTIVITY_LOG = SourceActivityLog(None)


def parse_activity(text: str) -> tuple[SourceActivity, ...]:
    """What a activity's file says; lines that are broken are left out."""
    works = []
    for line in text.splitlines():
        try:
            thread, source_id, fingerprint, begun = json.loads(line)
            works.append(SourceActivity(int(thread), str(source_id), str(fingerprint), float(begun)))
        except (ValueError, TypeError, RecursionError):
            log.debug("a line of the activity cannot be read")
    return tuple(works)


def crash_suspects(dump: str, works: Sequence[SourceActivity], crashed_at: float) -> frozenset[str]:
    """The fingerprints of the sources that a crash points at, by the stacks that Python wrote as it died; empty when it points at none.

    The crashed thread's source; when a library's own thread crashed, those that had just begun. A process that was killed wrote nothing.
    """
    if not dump.strip():
        return frozenset()
    crashed = _CRASHED_THREAD.search(dump)
    if crashed is not None:
        thread = int(crashed.group(1), 16)
        return frozenset(work.fingerprint for work in works if work.thread == thread)
    return frozenset(work.fingerprint for work in works if 0 <= crashed_at - work.begun <= _JUST_BEGUN_S)
