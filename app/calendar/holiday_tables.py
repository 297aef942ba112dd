"""What the festivals want to know of the world's tables of days."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol


@dataclass(frozen=True, slots=True)
class PublicHoliday:
    """A day of a country's table. `name` in English without marks, `native` in the country's own `language` ("" = not told apart);
    `instead`: a day off in the place of one that fell on a weekend; `estimated`: by calculation."""

    day: date
    name: str
    native: str
    language: str
    instead: bool
    estimated: bool


class HolidayTables(Protocol):
    """As app.calendar.almanac.Almanac. Each answer is empty or None where its table ends; nothing is guessed."""

    def public(self, country: str, year: int) -> Sequence[PublicHoliday]:
        """A country's holidays ("MY", or "MY-01" for a part of it) in order."""

    def easter(self, year: int) -> date: ...

    def lunar(self, year: int, month: int, day: int) -> date | None:
        """The Chinese calendar's day whose new year falls into `year`."""

    def korean(self, year: int, month: int, day: int) -> date | None:
        """The same by the Korean calendar."""

    def hijri(self, year: int, month: int, day: int) -> Sequence[date]:
        """The days of `year` on which an Islamic date falls by Umm al-Qura: none, one or two, for its year is eleven days shorter."""
