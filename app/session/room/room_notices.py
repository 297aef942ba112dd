"""Tells the user what goes wrong with the room, without repeating itself."""

import asyncio
import logging
from collections.abc import Callable

from app.domain.base.notice import Notice, Severity

log = logging.getLogger(__name__)

REPORT_LOST_AFTER_S = 8.0  # a relay that restarts is back sooner
CROWDED_EVERY_S = 600.0


class RoomNotices:
    """`report_lost_after_s`: how long the room may be away before the user hears about it."""

    def __init__(self, notify: Callable[[Notice], None], *, report_lost_after_s: float) -> None:
        self._notify = notify
        self._report_lost_after_s = report_lost_after_s
        self._lost_at = 0.0
        self._reported_lost = False
        self._reported_slip = False
        self._crowded_entries = 0  # since the last report
        self._crowded_at = -CROWDED_EVERY_S

    def joined(self) -> None:
        """The room was joined."""
        if self._reported_lost:
            self._notify(Notice(Severity.INFO, "room.back", {}, "room"))
        self._reported_lost, self._lost_at = False, 0.0

    def lost(self, *, was_joined: bool) -> None:
        """An attempt failed or a connection ended."""
        now = asyncio.get_running_loop().time()
        if was_joined or not self._lost_at:
            self._lost_at = now
        elif not self._reported_lost and now - self._lost_at > self._report_lost_after_s:
            self._reported_lost = True
            self._notify(Notice(Severity.WARNING, "room.lost", {}, "room"))

    def replaced(self) -> None:
        """Another desk has become the host."""
        self._notify(Notice(Severity.WARNING, "room.replaced", {}, "room", ("room.take_back",)))

    def crowded(self, entries: int) -> None:
        """This many events exceeded the log's limits."""
        now = asyncio.get_running_loop().time()
        self._crowded_entries += entries
        if now >= self._crowded_at + CROWDED_EVERY_S:
            self._notify(Notice(Severity.WARNING, "room.crowded", {"count": self._crowded_entries}, "room"))
            self._crowded_entries, self._crowded_at = 0, now

    def refused(self, of: str, what: str, words: str) -> None:
        """The relay did not accept a message; `what` viewers do not see is "" for one that shows nothing."""
        log.warning("the room refused %s %s: %s", of, what, words)
        if what:
            self._notify(Notice(Severity.WARNING, "room.not_shown", {"what": what, "reason": words}, "room"))

    def unattended(self, name: str, error: BaseException) -> None:
        """The task that looks after the room has failed."""
        self._notify(Notice(Severity.ERROR, "room.unattended", {"reason": str(error)}, "room"))

    def report_bug(self, error: Exception) -> None:
        """Something of ours failed; the user hears about the first time."""
        log.error("something that the room called failed", exc_info=error)
        if not self._reported_slip:
            self._reported_slip = True
            # Deferred: a failing listener of notices must not keep the desk out of the room.
            notice = Notice(Severity.ERROR, "room.slipped", {"reason": repr(error)[:200]}, "room")
            asyncio.get_running_loop().call_soon(self._notify, notice)

    def guarded(self, listener: Callable[[], object]) -> None:
        """Call a listener; its failure does not become the room's."""
        try:
            listener()
        except Exception as error:  # noqa: BLE001 - other people's code: its failure must not end the connection
            self.report_bug(error)
