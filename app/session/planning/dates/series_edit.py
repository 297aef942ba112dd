"""Edits of a series: one date, that and all following dates, or all dates. Pure functions on the schedule."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date, datetime, timedelta
from enum import Enum

from app.domain.base.local_time import LocalTime
from app.domain.planning.dates.date_keys import date_key, find_date, with_first_key, with_keys_of
from app.domain.planning.dates.series_rule import Frequency, SeriesRule, parse_rule
from app.domain.planning.schedule import Airing, DateOverride, Naming, Occurrence, Schedule, ShowReminder, airing_by_id
from app.domain.planning.schedule_editing import move_occurrence, put_airing, remove_airings
from app.domain.show_editing import new_id

Split = Callable[[Airing, datetime], tuple[Airing | None, Airing]]
WEEK = 7


class Scope(Enum):
    """The dates of a series to change. For a single show each scope is its one date."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


def changed_dates(schedule: Schedule, occurrence: Occurrence, changed: Airing, scope: Scope, split: Split) -> Schedule:
    """The schedule with the fields of `changed`, whose `start` and `minutes` belong to this date.

    `THIS` keeps the rule. A date with another title, news or note than its series becomes a single show.
    """
    airing = airing_by_id(schedule, occurrence.airing_id)
    if not airing.rule:
        return put_airing(schedule, _single_changed(airing, changed))
    if scope is Scope.THIS:
        return _one_changed(schedule, airing, occurrence, changed)
    first, rest = split(airing, occurrence.original) if scope is Scope.FOLLOWING else (None, airing)
    if first is not None:
        schedule = put_airing(schedule, first)
    kept = replace(changed, rule=rest.rule) if changed.rule == airing.rule else changed
    anew = reshaped_series(rest, occurrence.original, kept)
    if not anew.rule:
        return put_airing(schedule, with_first_key(replace(anew, naming=Naming()), occurrence.key))
    others = schedule.airings if kept.rule != rest.rule else ()
    return put_airing(schedule, with_keys_of(anew, rest, shift=kept.start.wall - occurrence.original, others=others))


def moved_dates(schedule: Schedule, occurrence: Occurrence, start: LocalTime, minutes: int, scope: Scope, split: Split) -> Schedule:
    """The schedule with this date at another time; the scope's other dates shift equally. `minutes` 0 = same length."""
    airing = airing_by_id(schedule, occurrence.airing_id)
    if not airing.rule or scope is Scope.THIS:
        return move_occurrence(schedule, airing.id, occurrence.original, start, minutes)
    changed = replace(airing, start=start, minutes=minutes or airing.minutes)
    return changed_dates(schedule, occurrence, changed, scope, split)


def without_dates(schedule: Schedule, occurrence: Occurrence, scope: Scope, split: Split) -> Schedule:
    """The schedule without the dates of the scope."""
    airing = airing_by_id(schedule, occurrence.airing_id)
    if not airing.rule or scope is Scope.ALL:
        return remove_airings(schedule, (airing.id,))
    if scope is Scope.THIS:
        return move_occurrence(schedule, airing.id, occurrence.original, None)
    first, _ = split(airing, occurrence.original)
    if first is None:
        return remove_airings(schedule, (airing.id,))
    kept = tuple(one for one in schedule.reminders if not _is_from(schedule, one, airing.id, occurrence.original))
    return put_airing(replace(schedule, reminders=kept), first)


def _one_changed(schedule: Schedule, airing: Airing, occurrence: Occurrence, changed: Airing) -> Schedule:
    parties = changed.party_ids if changed.party_ids != airing.party_ids else ()
    minutes = changed.minutes if changed.minutes != airing.minutes else 0
    as_series = replace(
        changed, id=airing.id, start=airing.start, minutes=airing.minutes, rule=airing.rule, moves=airing.moves, party_ids=airing.party_ids
    )
    if as_series == airing and bool(changed.party_ids) is bool(airing.party_ids):
        return move_occurrence(schedule, airing.id, occurrence.original, changed.start, minutes, party_ids=parties)
    single = replace(changed, id=new_id(), rule="", moves=(), naming=Naming(first=occurrence.key))
    return put_airing(move_occurrence(schedule, airing.id, occurrence.original, None), single)


def _single_changed(airing: Airing, changed: Airing) -> Airing:
    """A single show, or the series that it becomes; the planned date is its first."""
    changed = replace(changed, id=airing.id, naming=airing.naming)
    return with_first_key(changed, date_key(airing, airing.start.wall)) if changed.rule else replace(changed, moves=())


def reshaped_series(series: Airing, original: datetime, changed: Airing) -> Airing:
    """A series with the fields of `changed`, whose start belongs to the date `original`. All dates shift equally."""
    shift = changed.start.wall - original
    days = (changed.start.wall.date() - original.date()).days
    rule = changed.rule if changed.rule != series.rule else shifted_rule(series.rule, days, changed.start.wall.date())
    moves = tuple(replace(move, original=move.original + shift) for move in series.moves)
    start = replace(changed.start, wall=series.start.wall + shift) if rule else changed.start
    return replace(changed, id=series.id, start=start, rule=rule, moves=moves if rule else ())


def shifted_rule(text: str, days: int, day: date) -> str:
    """The rule of a series whose dates all move by `days`, one of them to `day`."""
    rule = parse_rule(text)
    if not days:
        return text
    weekdays = tuple(sorted((weekday - 1 + days) % WEEK + 1 for weekday in rule.weekdays))
    until = rule.until + timedelta(days=days) if rule.until is not None else None
    return replace(_placed(rule, day), weekdays=weekdays, until=until).text()


def _placed(rule: SeriesRule, day: date) -> SeriesRule:
    """Adjust the position: a second Friday may become a third Saturday; "last" stays "last" where possible."""
    if rule.frequency is not Frequency.MONTHLY or not rule.position:
        return rule
    is_last = (day + timedelta(days=WEEK)).month != day.month
    return replace(rule, position=-1 if rule.position < 0 and is_last else min((day.day - 1) // WEEK + 1, 4))


def _is_from(schedule: Schedule, reminder: ShowReminder, airing_id: str, begin: datetime) -> bool:
    """Whether the reminder is for a date of this series at or after `begin`."""
    named = find_date(schedule, reminder.occurrence)
    return named is not None and named[0].id == airing_id and named[1] >= begin


def starts_of(schedule: Schedule, before: Schedule) -> tuple[LocalTime, ...]:
    """The wall times that are new in the schedule."""
    known = {id(airing): airing for airing in before.airings}
    old = {airing.id: airing for airing in before.airings}
    found = []
    for airing in schedule.airings:
        if id(airing) in known:
            continue
        was = old.get(airing.id)
        if was is None or was.start != airing.start:
            found.append(airing.start)
        found += [move.start for move in _new_moves(airing, was) if move.start is not None]
    return tuple(found)


def _new_moves(airing: Airing, was: Airing | None) -> tuple[DateOverride, ...]:
    known = {move.start for move in was.moves} if was is not None else set()
    return tuple(move for move in airing.moves if move.start not in known)
