"""The holiday tables that the festivals need."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day in a country's table. `name` is in English without marks, `native` in the country's own `language` ("" = same as `name`).
    `instead` = a day off in place of one on a weekend; `estimated` = computed, not announced."""

    day: date
    name: str
    native: str
    language: str
    instead: bool
    estimated: bool


class HolidayTables(Protocol):
    """Implemented by app.calendar.almanac.Almanac. Answers are empty or None beyond the end of a table; nothing is guessed."""

    def public(self, country: str, year: int) -> Sequence[PublicHoliday]:
        """A country's holidays in order ("MY", or "MY-01" for a part of it)."""

    def easter(self, year: int) -> date: ...

    def lunar(self, year: int, month: int, day: int) -> date | None:
        """A date of the Chinese calendar, in the year whose new year falls into `year`."""

    def korean(self, year: int, month: int, day: int) -> date | None:
        """As `lunar`, by the Korean calendar."""

    def hijri(self, year: int, month: int, day: int) -> Sequence[date]:
        """The days of `year` on which an Islamic date falls by Umm al-Qura: none, one or two, because its year is eleven days shorter."""
