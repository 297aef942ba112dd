"""Computes the days that a festival rule gives in a year, by the Gregorian calendar or from tables."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, timedelta

from app.calendar.holiday_tables import HolidayTables
from app.domain.planning.festival_rule import Basis, DayRule

DAY = timedelta(days=1)
LATE_MONTH = 11  # the last months of a lunar year fall into the next year of ours


def rule_days(rule: DayRule, market_id: str, year: int, tables: HolidayTables) -> tuple[date, ...]:
    """The days in this year, in order; none if a table does not reach that far. Not for rules based on another festival or on listed
    dates."""
    find = _FINDERS[rule.basis]
    leaning = rule.shift or rule.month >= LATE_MONTH
    years = (year - 1, year, year + 1) if leaning else (year,)
    found = (day + rule.shift * DAY for one in years for day in find(rule, market_id, one, tables))
    return tuple(sorted({day for day in found if day.year == year}))


def weekday_in(year: int, month: int, weekday: int, nth: int) -> date:
    """The nth ISO weekday of a month; -1 = the last."""
    if nth > 0:
        return weekday_from(date(year, month, 1), weekday) + timedelta(weeks=nth - 1)
    end = date(year + month // 12, month % 12 + 1, 1) - DAY
    return end - timedelta(days=(end.isoweekday() - weekday) % 7)


def weekday_from(day: date, weekday: int) -> date:
    """The first such ISO weekday on or after a day."""
    return day + timedelta(days=(weekday - day.isoweekday()) % 7)


def consecutive_spans(days: Iterable[date]) -> tuple[tuple[date, date], ...]:
    """Group consecutive days into spans (first, last), in order."""
    found: list[tuple[date, date]] = []
    for day in sorted(set(days)):
        if found and day - found[-1][1] == DAY:
            found[-1] = (found[-1][0], day)
        else:
            found.append((day, day))
    return tuple(found)


def _fixed(rule: DayRule, _market_id: str, year: int, _tables: HolidayTables) -> tuple[date, ...]:
    try:
        return (date(year, rule.month, rule.day),)
    except ValueError:  # 29 February
        return ()


def _weekday(rule: DayRule, _market_id: str, year: int, _tables: HolidayTables) -> tuple[date, ...]:
    return (weekday_in(year, rule.month, rule.weekday, rule.nth),)


def _from(rule: DayRule, _market_id: str, year: int, _tables: HolidayTables) -> tuple[date, ...]:
    return (weekday_from(date(year, rule.month, rule.day), rule.weekday),)


def _easter(_rule: DayRule, _market_id: str, year: int, tables: HolidayTables) -> tuple[date, ...]:
    return (tables.easter(year),)


def _lunar(rule: DayRule, _market_id: str, year: int, tables: HolidayTables) -> tuple[date, ...]:
    found = tables.lunar(year, rule.month, rule.day)
    return () if found is None else (found,)


def _korean(rule: DayRule, _market_id: str, year: int, tables: HolidayTables) -> tuple[date, ...]:
    found = tables.korean(year, rule.month, rule.day)
    return () if found is None else (found,)


def _hijri(rule: DayRule, _market_id: str, year: int, tables: HolidayTables) -> tuple[date, ...]:
    return tuple(tables.hijri(year, rule.month, rule.day))


def _public(rule: DayRule, market_id: str, year: int, tables: HolidayTables) -> tuple[date, ...]:
    named = (one.day for one in tables.public(rule.country or market_id, year) if one.name == rule.name and not one.instead)
    return tuple(first for first, _ in consecutive_spans(named))


_FINDERS: Mapping[Basis, Callable[[DayRule, str, int, HolidayTables], tuple[date, ...]]] = {
    Basis.DATE: _fixed,
    Basis.WEEKDAY: _weekday,
    Basis.FROM: _from,
    Basis.EASTER: _easter,
    Basis.LUNAR: _lunar,
    Basis.KOREAN: _korean,
    Basis.HIJRI: _hijri,
    Basis.PUBLIC: _public,
}
