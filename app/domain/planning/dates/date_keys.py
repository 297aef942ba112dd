"""What the dates of a plan are called: names that last, whatever is done to the series they belong to.

Visitors reserve a date by its name, reminders and the log speak of it; so a series that is moved, cut in two or made of a single show
keeps the names that its dates had (`schedule.Naming`).
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from app.domain.base.local_time import MINUTE
from app.domain.planning.schedule import Airing, Naming, Schedule
from app.domain.show_editing import new_id


def date_key(airing: Airing, original: datetime) -> str:
    """The name of the date that is at this wall time by the rule; of a single show whatever the time."""
    naming = airing.naming
    if naming.first and (not airing.rule or original == airing.start.wall):
        return naming.first
    if not airing.rule:
        return airing.id
    return f"{_series(airing)}@{(original - naming.shift * MINUTE).isoformat(timespec='minutes')}"


def find_date(schedule: Schedule, key: str) -> tuple[Airing, datetime] | None:
    """The airing that a date of this name belongs to, and the date's wall time by the rule; whether the rule has such a date, and it was
    not called off, is not asked."""
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
    """`airing` is what `series` became, its dates `shift` further on: they are called as they were. One that got another rule, while
    dates after it are called by the same series' name, begins to call its dates anew lest two have one name."""
    naming = series.naming
    if shift:
        naming = replace(naming, shift=naming.shift + shift // MINUTE)
    later = any(one.rule and one.id != series.id and _series(one) == _series(series) and _begin(one) > _begin(series) for one in others)
    return replace(airing, naming=replace(naming, series=new_id(), shift=0) if later else naming)


def rest_with_keys_of(rest: Airing, series: Airing) -> Airing:
    """`rest` is the later part of `series`, as a series with an id of its own: its dates are called as they were."""
    return replace(rest, naming=replace(series.naming, series=_series(series), first=""))


def with_first_key(airing: Airing, key: str) -> Airing:
    """With this as the name of a single show, or of a series' first date."""
    return replace(airing, naming=replace(airing.naming, first="" if key == airing.id and not airing.rule else key))


def without_first_key(schedule: Schedule, key: str) -> Schedule:
    """No airing of its own has this name any more: the series that it came from has the date again."""
    if not any(one.naming.first == key for one in schedule.airings):
        return schedule
    return replace(schedule, airings=tuple(replace(one, naming=Naming()) if one.naming.first == key else one for one in schedule.airings))


def _series(airing: Airing) -> str:
    return airing.naming.series or airing.id


def _begin(airing: Airing) -> datetime:
    """By the names' own reckoning."""
    return airing.start.wall - airing.naming.shift * MINUTE
