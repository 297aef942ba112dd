"""The app's festivals, and tables of days for tests."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache

from app.calendar.almanac import Almanac
from app.calendar.festivals import FestivalCalendar
from app.calendar.holiday_tables import PublicHoliday
from app.domain.planning.festival import Festival
from app.domain.planning.festival_rule import FestivalRule
from app.storage.calendar_tables import load_days_off, load_festival_rules
from tests.support.source_trees import ROOT

CALENDAR = ROOT / "resources" / "calendar"
MARKETS = tuple(sorted(path.stem for path in (ROOT / "resources" / "markets").glob("*.toml")))


@cache
def packaged_rules() -> tuple[FestivalRule, ...]:
    return load_festival_rules(CALENDAR)


@cache
def packaged_calendar() -> FestivalCalendar:
    """Return a calendar of the real tables; all tests share it because it is read-only."""
    return FestivalCalendar(packaged_rules(), Almanac(), days_off=load_days_off(CALENDAR))


def named(market_id: str, year: int, key: str) -> list[Festival]:
    """Return the festivals with this key, in order."""
    return [one for one in packaged_calendar().of(market_id, year) if one.key == key]


def the(market_id: str, year: int, key: str) -> Festival:
    """Return the only festival with this key."""
    (found,) = named(market_id, year, key)
    return found


def public(day: str, name: str, *, native: str = "", instead: bool = False, estimated: bool = False) -> PublicHoliday:
    return PublicHoliday(date.fromisoformat(day), name, native, "xx", instead, estimated)


class OwnTables(Almanac):
    """The real calendars with the test's own public holidays."""

    def __init__(self, days: Mapping[str, Sequence[PublicHoliday]]) -> None:
        super().__init__()
        self._days = days

    def public(self, country: str, year: int) -> tuple[PublicHoliday, ...]:
        return tuple(one for one in self._days.get(country, ()) if one.day.year == year)
