"""What the scheduler needs of the world's calendars and clocks; the desk's builder brings it, so that it is loaded when it is asked for."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from app.domain.base.zones import Zones
from app.domain.catalogue.market import Market
from app.domain.planning.draw_permit import DrawPermit
from app.domain.planning.festival import Festival
from app.domain.planning.schedule import Airing, FestivalChange, Occurrence


class Calendar(Protocol):
    """The functions of `app.calendar`, and the market profiles that the program brings along."""

    @property
    def zones(self) -> Zones:
        """The clock rules, the same object each time."""

    def local_zone(self) -> str:
        """The PC's zone as it is set now."""

    def occurrences(self, airing: Airing, begin: datetime, end: datetime, zones: Zones) -> tuple[Occurrence, ...]:
        """As recurrence.occurrences."""

    def occurrence_of(self, airing: Airing, original: datetime, zones: Zones) -> Occurrence | None:
        """As recurrence.occurrence_of."""

    def split(self, airing: Airing, original: datetime) -> tuple[Airing | None, Airing]:
        """As recurrence.split."""

    def festivals_between(
        self, market_ids: Sequence[str], first: date, last: date, changes: Sequence[FestivalChange]
    ) -> tuple[Festival, ...]:
        """As FestivalCalendar.between; for any thread. The first call takes a second."""

    def permits(self) -> Mapping[str, DrawPermit]:
        """What markets want before a prize draw, by their ids."""

    def markets(self, market_ids: Iterable[str]) -> tuple[Market, ...]:
        """The profiles of these markets, of those that there are."""
