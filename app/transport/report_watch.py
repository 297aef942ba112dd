"""Judges a connection by the reports that its relay sends."""

from enum import Enum

from app.domain.base.clock import Clock
from app.transport.connection import Connection
from app.transport.sender import report_age_ms
from app.transport.timers import Timers


class Reports(Enum):
    """How recent the last report on our media is."""

    RECENT = "recent"
    LATE = "late"
    SILENT = "silent"


class ReportWatch:
    """Remembers of one relay whether it sends reports at all.

    Some relays never do. One new connection tells them from a relay that does not get our media; after that, ICE consent is enough.
    """

    def __init__(self, timers: Timers, clock: Clock) -> None:
        self._timers = timers
        self._clock = clock
        self._never_reports = False

    def age_ms(self, connection: Connection) -> float:
        """Milliseconds since the last report, or since the connection was made."""
        return report_age_ms(connection.sender, connection.connected_ns, self._clock.monotonic_ns())

    def judge(self, connection: Connection) -> Reports:
        """SILENT means: reconnect."""
        age_ms = self.age_ms(connection)
        never = connection.sender.reported_ns == 0
        if age_ms < self._timers.weak_ms:
            return Reports.RECENT
        if age_ms < self._timers.lost_ms or (never and self._never_reports):
            return Reports.LATE
        self._never_reports = never
        return Reports.SILENT
