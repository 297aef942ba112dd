"""The dates of several airings together."""

from collections.abc import Iterable
from datetime import datetime

from app.calendar.recurrence import occurrences
from app.domain.base.zones import Zones
from app.domain.planning.schedule import Airing, Occurrence


def all_occurrences(airings: Iterable[Airing], begin: datetime, end: datetime, zones: Zones) -> tuple[Occurrence, ...]:
    """Return the `occurrences` of many airings, ordered by start."""
    found = [occurrence for airing in airings for occurrence in occurrences(airing, begin, end, zones)]
    return tuple(sorted(found, key=lambda one: (one.start, one.key)))
