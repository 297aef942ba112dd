"""Stable keys of dates.

Viewers' reminders and the log refer to dates by key, so a series that is moved, split or made from a single show keeps the keys of its
dates (`schedule.Naming`).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.base.local_time import MINUTE
from app.domain.planning.schedule import Airing, Naming, Schedule
from app.domain.show_editing import new_id


def date_key(airing: Airing, original: datetime) -> str:
    """The key of the date at this wall time by the rule; a single show has one key."""
    naming = airing.naming
    if naming.first and (not airing.rule or original == airing.start.wall):
        return naming.first
    if not airing.rule:
        return airing.id
    return f"{_series(airing)}@{(original - naming.shift * MINUTE).isoformat(timespec='minutes')}"


def find_date(schedule: Schedule, key: str) -> tuple[Airing, datetime] | None:
    """The airing of a key and the date's wall time by the rule. Does not check that the rule has the date or that it is not cancelled."""
    for airing in schedule.airings:
        if (airing.naming.first or not airing.rule) and date_key(airing, airing.start.wall) == key:
            return airing, airing.start.wall
    series, _, wall = key.rpartition("@")
    try:
        named = datetime.fromisoformat(wall)
    except ValueError:
        return None
    if named.tzinfo is not None:
        return None
    parts = [one for one in schedule.airings if one.rule and _series(one) == series and _begin(one) <= named]
    if not parts:
        return None
    airing = max(parts, key=_begin)
    original = named + airing.naming.shift * MINUTE
    return (airing, original) if date_key(airing, original) == key else None


def with_keys_of(airing: Airing, series: Airing, *, shift: timedelta = timedelta(), others: Iterable[Airing] = ()) -> Airing:
    """`airing` with the keys of `series`, whose dates moved by `shift`. With later parts of the series in `others`, it gets new keys, so
    that no two dates share one."""
    naming = series.naming
    if shift:
        naming = replace(naming, shift=naming.shift + shift // MINUTE)
    later = any(one.rule and one.id != series.id and _series(one) == _series(series) and _begin(one) > _begin(series) for one in others)
    return replace(airing, naming=replace(naming, series=new_id(), shift=0) if later else naming)


def rest_with_keys_of(rest: Airing, series: Airing) -> Airing:
    """`rest`, the later part of `series` with a new id, with the same keys."""
    return replace(rest, naming=replace(series.naming, series=_series(series), first=""))


def with_first_key(airing: Airing, key: str) -> Airing:
    """The airing with this key for its single or first date."""
    return replace(airing, naming=replace(airing.naming, first="" if key == airing.id and not airing.rule else key))


def without_first_key(schedule: Schedule, key: str) -> Schedule:
    """The schedule where no single airing has this key, so that the series has the date again."""
    if not any(one.naming.first == key for one in schedule.airings):
        return schedule
    return replace(schedule, airings=tuple(replace(one, naming=Naming()) if one.naming.first == key else one for one in schedule.airings))


def _series(airing: Airing) -> str:
    return airing.naming.series or airing.id


def _begin(airing: Airing) -> datetime:
    """The start of an airing as its keys count it."""
    return airing.start.wall - airing.naming.shift * MINUTE
