"""The selection that the planner's pages share: participants, length and start of the show."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from PySide6.QtCore import QObject, Signal

from app.domain.base.local_time import LocalTime, resolve_leniently, wall_of
from app.domain.base.zones import Zones
from app.domain.planning.hours.comfort import QUARTER, instant_of, quarter_of
from app.domain.planning.people.party import PARTY_GROUPS, Party, PartyGroup
from app.domain.planning.schedule import DEFAULT_MINUTES, Schedule


def next_quarter(instant: datetime) -> datetime:
    """The next full quarter hour; the instant itself if it is one."""
    begin = instant_of(quarter_of(instant))
    return begin if begin == instant else begin + QUARTER


class HourSelection(QObject):
    """`changed` is emitted when the participants, the length or the zone change, `moved` when the start changes."""

    changed = Signal()
    moved = Signal()

    def __init__(self, zones: Zones, zone: str, start: datetime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zones = zones
        self.zone = zone  # the zone of the planner
        self.minutes = DEFAULT_MINUTES
        self.start = start
        self._left_out: frozenset[str] = frozenset()

    @property
    def day(self) -> date:
        """The day of the start, in the planner's zone."""
        return wall_of(self.start, self.zone, self.zones).wall.date()

    @property
    def local(self) -> LocalTime:
        """The start, in the planner's zone."""
        return wall_of(self.start, self.zone, self.zones)

    def includes(self, party_id: str) -> bool:
        return party_id not in self._left_out

    def parties(self, schedule: Schedule) -> tuple[Party, ...]:
        """The selected parties: audience, host, then team, each in the order of the schedule."""
        order = tuple(PartyGroup)
        found = (party for party in schedule.parties if self.includes(party.id))
        return tuple(sorted(found, key=lambda party: order.index(PARTY_GROUPS[party.kind])))

    def select(self, party_ids: Iterable[str], *, on: bool) -> None:
        """Select or deselect parties."""
        ids = frozenset(party_ids)
        left_out = self._left_out - ids if on else self._left_out | ids
        if left_out != self._left_out:
            self._left_out = left_out
            self.changed.emit()

    def set_minutes(self, minutes: int) -> None:
        if minutes != self.minutes:
            self.minutes = minutes
            self.changed.emit()

    def set_zone(self, zone: str) -> None:
        """Plan in another zone."""
        if zone != self.zone:
            self.zone = zone
            self.changed.emit()

    def move(self, start: datetime) -> None:
        """Move the start, rounded down to a quarter hour."""
        snapped = instant_of(quarter_of(start))
        if snapped != self.start:
            self.start = snapped
            self.moved.emit()

    def move_days(self, days: int) -> None:
        """Move the start by days; the local time stays the same."""
        self.move_to_day(self.day + timedelta(days=days))

    def move_to_day(self, day: date) -> None:
        """Move the start to a day; the local time stays the same. A skipped time is resolved as in a series."""
        wall = self.local.wall
        self.move(resolve_leniently(LocalTime(datetime.combine(day, wall.time()), self.zone), self.zones)[0])
