"""What the planner's pages have in common: who is asked, how long the show is, and where the block stands."""

from collections.abc import Iterable
from datetime import date, datetime, timedelta

from PySide6.QtCore import QObject, Signal

from app.domain.base.local_time import LocalTime, resolve_leniently, wall_of
from app.domain.base.zones import Zones
from app.domain.planning.hours.comfort import QUARTER, instant_of, quarter_of
from app.domain.planning.people.party import PARTY_GROUPS, Party, PartyGroup
from app.domain.planning.schedule import DEFAULT_MINUTES, Schedule


def next_quarter(instant: datetime) -> datetime:
    """The first quarter of an hour that has not begun."""
    begin = instant_of(quarter_of(instant))
    return begin if begin == instant else begin + QUARTER


class HourSelection(QObject):
    """`asked` is emitted when who is asked or the length changed, `moved` when the block stands elsewhere; neither for what is the same."""

    asked = Signal()
    moved = Signal()

    def __init__(self, zones: Zones, zone: str, start: datetime, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.zones = zones
        self.zone = zone  # the planner's own clock
        self.minutes = DEFAULT_MINUTES
        self.start = start
        self._left_out: frozenset[str] = frozenset()

    @property
    def day(self) -> date:
        """The day of the planner's own clock that the block begins on."""
        return wall_of(self.start, self.zone, self.zones).wall.date()

    @property
    def local(self) -> LocalTime:
        """Where the block begins, on the planner's own clock."""
        return wall_of(self.start, self.zone, self.zones)

    def asks(self, party_id: str) -> bool:
        return party_id not in self._left_out

    def parties(self, schedule: Schedule) -> tuple[Party, ...]:
        """Those who are asked: the audience, then the host, then the team, each in the plan's order."""
        order = tuple(PartyGroup)
        found = (party for party in schedule.parties if self.asks(party.id))
        return tuple(sorted(found, key=lambda party: order.index(PARTY_GROUPS[party.kind])))

    def ask(self, party_ids: Iterable[str], *, on: bool) -> None:
        """Ask these too, or leave them out."""
        ids = frozenset(party_ids)
        left_out = self._left_out - ids if on else self._left_out | ids
        if left_out != self._left_out:
            self._left_out = left_out
            self.asked.emit()

    def set_minutes(self, minutes: int) -> None:
        if minutes != self.minutes:
            self.minutes = minutes
            self.asked.emit()

    def set_zone(self, zone: str) -> None:
        """Plan from another place."""
        if zone != self.zone:
            self.zone = zone
            self.asked.emit()

    def move(self, start: datetime) -> None:
        """Put the block there; it begins with a quarter of an hour."""
        snapped = instant_of(quarter_of(start))
        if snapped != self.start:
            self.start = snapped
            self.moved.emit()

    def move_days(self, days: int) -> None:
        """The same hour on the planner's clock, so many days on."""
        self.move_to_day(self.day + timedelta(days=days))

    def move_to_day(self, day: date) -> None:
        """The same hour on another day; one that is skipped there is read as series are."""
        wall = self.local.wall
        self.move(resolve_leniently(LocalTime(datetime.combine(day, wall.time()), self.zone), self.zones)[0])
