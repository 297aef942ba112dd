"""The interface of calendars and time zones, implemented outside the session and loaded on first use."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Protocol

from app.domain.base.zones import Zones
from app.domain.catalogue.market import Market
from app.domain.planning.draw_permit import DrawPermit
from app.domain.planning.festival import Festival
from app.domain.planning.schedule import Airing, FestivalChange, Occurrence


class Calendar(Protocol):
    """The functions of `app.calendar`, and the built-in market profiles."""

    @property
    def zones(self) -> Zones:
        """The time zone data; always the same object."""

    def local_zone(self) -> str:
        """The current zone of the PC."""

    def occurrences(self, airing: Airing, begin: datetime, end: datetime, zones: Zones) -> tuple[Occurrence, ...]:
        """As recurrence.occurrences."""

    def occurrence_of(self, airing: Airing, original: datetime, zones: Zones) -> Occurrence | None:
        """As recurrence.occurrence_of."""

    def split(self, airing: Airing, original: datetime) -> tuple[Airing | None, Airing]:
        """As recurrence.split."""

    def festivals_between(
        self, market_ids: Sequence[str], first: date, last: date, changes: Sequence[FestivalChange]
    ) -> tuple[Festival, ...]:
        """As FestivalCalendar.between. Thread-safe; the first call takes a second."""

    def permits(self) -> Mapping[str, DrawPermit]:
        """The prize draw permits by market id."""

    def markets(self, market_ids: Iterable[str]) -> tuple[Market, ...]:
        """The built-in profiles of these markets."""
