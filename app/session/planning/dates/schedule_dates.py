"""The dates of a schedule, cached by airing and month while the airing is the same."""

import logging
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

from app.domain.base.errors import AppError
from app.domain.base.zones import Zones
from app.domain.planning.dates.date_keys import find_date
from app.domain.planning.schedule import MINUTES_BOUNDS, Airing, Occurrence, Schedule
from app.session.planning.calendar_port import Calendar

log = logging.getLogger(__name__)

LONGEST = timedelta(minutes=MINUTES_BOUNDS[1])
Month = tuple[int, int]
NO_MONTH = (0, 0)  # the cache key of a single show's date


def next_month(month: Month) -> Month:
    """The month after (year, number)."""
    year, number = month
    return (year + 1, 1) if number == 12 else (year, number + 1)


def month_bounds(month: Month) -> tuple[datetime, datetime]:
    """[begin, end) of a month in UTC."""
    return datetime(*month, 1, tzinfo=UTC), datetime(*next_month(month), 1, tzinfo=UTC)


def months_between(begin: datetime, end: datetime) -> Iterator[Month]:
    """The UTC months that [begin, end) touches."""
    here, last = begin.astimezone(UTC), end.astimezone(UTC)
    month = (here.year, here.month)
    while datetime(*month, 1, tzinfo=UTC) < last:
        yield month
        month = next_month(month)


class ScheduleDates:
    """An airing whose zone or rule is invalid has no dates; `failed` is called once for it."""

    def __init__(self, calendar: Calendar, failed: Callable[[Airing, AppError], None]) -> None:
        self._calendar = calendar
        self._failed = failed
        self._kept: dict[str, tuple[Airing, dict[Month, tuple[Occurrence, ...]]]] = {}
        self._broken: dict[str, Airing] = {}

    def between(self, schedule: Schedule, begin: datetime, end: datetime) -> tuple[Occurrence, ...]:
        """The dates that overlap [begin, end), by start."""
        found = [one for airing in schedule.airings for one in self._near(airing, begin, end) if one.start < end and one.end > begin]
        return tuple(sorted(found, key=lambda one: (one.start, one.key)))

    def named(self, schedule: Schedule, key: str) -> Occurrence | None:
        """The date with this key; None if it does not exist or is cancelled."""
        named = find_date(schedule, key)
        if named is None:
            return None
        try:
            return self._calendar.occurrence_of(*named, self._zones)
        except AppError as error:
            log.debug("no date has the key %s: %s", key, error)
            return None

    @property
    def _zones(self) -> Zones:
        return self._calendar.zones

    def _near(self, airing: Airing, begin: datetime, end: datetime) -> Iterator[Occurrence]:
        if self._broken.get(airing.id) is airing:
            return
        try:
            if not airing.rule:
                yield from self._month(airing, NO_MONTH)
                return
            for month in months_between(begin - LONGEST, end):
                yield from self._month(airing, month)
        except AppError as error:
            self._broken[airing.id] = airing
            self._failed(airing, error)

    def _month(self, airing: Airing, month: Month) -> tuple[Occurrence, ...]:
        """The dates that start in a month."""
        kept = self._kept.get(airing.id)
        if kept is None or kept[0] is not airing:
            kept = self._kept[airing.id] = (airing, {})
        if month not in kept[1]:
            kept[1][month] = self._worked_out(airing, month)
        return kept[1][month]

    def _worked_out(self, airing: Airing, month: Month) -> tuple[Occurrence, ...]:
        if month == NO_MONTH:
            found = self._calendar.occurrence_of(airing, airing.start.wall, self._zones)
            return () if found is None else (found,)
        begin, end = month_bounds(month)
        return tuple(one for one in self._calendar.occurrences(airing, begin, end, self._zones) if one.start >= begin)
