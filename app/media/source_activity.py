"""Records which thread works for which source in a file that survives a crash, so that the next engine can find the culprit."""

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

_JUST_STARTED_S = 10.0  # when a library's own thread crashed, sources that started this recently are suspects
_FILE_SETTINGS = {SourceKind.IMAGE: "file", SourceKind.MEDIA: "location", SourceKind.CAMERA: "device"}
_CRASHED_THREAD = re.compile(r"^Current thread 0x([0-9a-f]{1,16}) ", re.MULTILINE)


def source_fingerprint(source: Source) -> str:
    """Identifies what a source would do again: its kind, its settings, and the current state of its file."""
    parts: list[object] = [source.kind.value, sorted((key, str(value)) for key, value in source.settings.items())]
    file = source.settings.get(_FILE_SETTINGS.get(source.kind, ""), "")
    try:
        state = os.stat(str(file)) if file else None
    except (OSError, ValueError):
        state = None
    if state is not None:
        parts += [state.st_size, state.st_mtime_ns]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()[:32]


@dataclass(frozen=True, slots=True)
class SourceActivity:
    """A thread that works for a source. `started` is wall-clock time, because another process reads it."""

    thread: int
    source_id: str
    fingerprint: str
    started: float


class SourceActivityLog:
    """Keeps the file up to date; sources start and stop rarely. Any thread."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._activities: dict[int, SourceActivity] = {}

    def begin(self, source_id: str, fingerprint: str) -> None:
        """The calling thread works for this source until `end`."""
        if self._path is not None:
            thread = threading.get_ident()
            with self._lock:
                self._activities[thread] = SourceActivity(thread, source_id, fingerprint, time.time())
                self._write(self._path)

    def end(self) -> None:
        """The calling thread no longer works for a source."""
        if self._path is not None:
            with self._lock:
                if self._activities.pop(threading.get_ident(), None) is not None:
                    self._write(self._path)

    def _write(self, path: Path) -> None:
        lines = [
            json.dumps([activity.thread, activity.source_id, activity.fingerprint, activity.started])
            for activity in self._activities.values()
        ]
        try:
            write_atomically(path, "\n".join(lines).encode())
        except OSError as error:
            log.warning("cannot write the activity log, so a crash cannot be traced to its source: %s", error)


NO_ACTIVITY_LOG = SourceActivityLog(None)


def parse_activity(text: str) -> tuple[SourceActivity, ...]:
    """Parse an activity file; broken lines are skipped."""
    activities = []
    for line in text.splitlines():
        try:
            thread, source_id, fingerprint, started = json.loads(line)
            activities.append(SourceActivity(int(thread), str(source_id), str(fingerprint), float(started)))
        except (ValueError, TypeError, RecursionError):
            log.debug("skipping a broken line of the activity log")
    return tuple(activities)


def crash_suspects(dump: str, activities: Sequence[SourceActivity], crashed_at: float) -> frozenset[str]:
    """The fingerprints of the sources that probably caused a crash, from the stack dump that Python wrote; empty if there are none.

    That is the source of the crashed thread; if a library's own thread crashed, the sources that had just started. A process that was
    killed writes no dump.
    """
    if not dump.strip():
        return frozenset()
    crashed = _CRASHED_THREAD.search(dump)
    if crashed is not None:
        thread = int(crashed.group(1), 16)
        return frozenset(activity.fingerprint for activity in activities if activity.thread == thread)
    return frozenset(activity.fingerprint for activity in activities if 0 <= crashed_at - activity.started <= _JUST_STARTED_S)
