"""Edits of the schedule as pure functions.

All raise ScheduleError for an unknown id, and return a schedule that `show.check_show` accepts. The caller checks that wall times exist
(`local_time.resolve`), because these functions have no time zone data.
"""

from collections.abc import Callable, Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from app.domain.base.id_list import put
from app.domain.base.local_time import LocalTime
from app.domain.planning.dates.date_keys import date_key, find_date, without_first_key
from app.domain.planning.people.party import Party, Priorities
from app.domain.planning.schedule import Airing, DateOverride, Naming, Schedule, airing_by_id, party_by_id
from app.domain.show import Show
from app.domain.show_editing import new_id


def on_schedule(change: Callable[[Schedule], Schedule]) -> Callable[[Show], Show]:
    """A change of the schedule as a change of the show."""
    return lambda show: replace(show, schedule=change(show.schedule))


# --- airings ------------------------------------------------------------------------------------------------------------


def put_airing(schedule: Schedule, airing: Airing) -> Schedule:
    """Add an airing, or replace the one with its id."""
    return replace(schedule, airings=put(schedule.airings, airing))


def change_airing(schedule: Schedule, airing_id: str, **changes: Any) -> Schedule:
    """Change fields of an airing."""
    return put_airing(schedule, replace(airing_by_id(schedule, airing_id), **changes))


def duplicate_airing(schedule: Schedule, airing_id: str, start: LocalTime) -> tuple[Schedule, str]:
    """Copy an airing as a single one at another time. Returns the schedule and the new id."""
    copy = replace(airing_by_id(schedule, airing_id), id=new_id(), start=start, rule="", moves=(), naming=Naming())
    return put_airing(schedule, copy), copy.id


def remove_airings(schedule: Schedule, airing_ids: Collection[str]) -> Schedule:
    """Remove airings with all their dates and reminders."""
    for airing_id in airing_ids:
        airing_by_id(schedule, airing_id)
    named = ((one, find_date(schedule, one.occurrence)) for one in schedule.reminders)
    reminders = tuple(one for one, of in named if of is None or of[0].id not in airing_ids)
    return replace(schedule, airings=tuple(one for one in schedule.airings if one.id not in airing_ids), reminders=reminders)


def move_occurrence(
    schedule: Schedule, airing_id: str, original: datetime, start: LocalTime | None, minutes: int = 0, *, party_ids: tuple[str, ...] = ()
) -> Schedule:
    """Move one date of an airing, or cancel it with `start` None. Cancelling a single airing removes it.

    `party_ids` are the new participants, empty = unchanged."""
    airing = airing_by_id(schedule, airing_id)
    if not airing.rule:
        if start is None:
            return remove_airings(schedule, (airing_id,))
        return put_airing(
            schedule, replace(airing, start=start, minutes=minutes or airing.minutes, party_ids=party_ids or airing.party_ids)
        )
    known = next((move.party_ids for move in airing.moves if move.original == original), ())
    others = tuple(move for move in airing.moves if move.original != original)
    if start is not None:
        schedule = without_first_key(schedule, date_key(airing, original))
    moves = tuple(sorted((*others, DateOverride(original, start, minutes, party_ids or known)), key=lambda move: move.original))
    return put_airing(schedule, replace(airing, moves=moves))


def restore_occurrence(schedule: Schedule, airing_id: str, original: datetime) -> Schedule:
    """Reset one date of a series to its rule."""
    airing = airing_by_id(schedule, airing_id)
    schedule = without_first_key(schedule, date_key(airing, original))
    return put_airing(schedule, replace(airing, moves=tuple(move for move in airing.moves if move.original != original)))


# --- parties ------------------------------------------------------------------------------------------------------------


def put_party(schedule: Schedule, party: Party) -> Schedule:
    """Add a party, or replace the one with its id."""
    return replace(schedule, parties=put(schedule.parties, party))


def change_party(schedule: Schedule, party_id: str, **changes: Any) -> Schedule:
    """Change fields of a party."""
    return put_party(schedule, replace(party_by_id(schedule, party_id), **changes))


def remove_parties(schedule: Schedule, party_ids: Collection[str]) -> Schedule:
    """Remove parties, also from airings."""
    for party_id in party_ids:
        party_by_id(schedule, party_id)
    airings = tuple(
        replace(one, party_ids=_without(one.party_ids, party_ids), moves=tuple(_move_without(move, party_ids) for move in one.moves))
        if any(party in party_ids for party in (*one.party_ids, *(known for move in one.moves for known in move.party_ids)))
        else one
        for one in schedule.airings
    )
    return replace(schedule, parties=tuple(one for one in schedule.parties if one.id not in party_ids), airings=airings)


def _without(some: tuple[str, ...], gone: Collection[str]) -> tuple[str, ...]:
    return tuple(one for one in some if one not in gone)


def _move_without(move: DateOverride, gone: Collection[str]) -> DateOverride:
    return replace(move, party_ids=_without(move.party_ids, gone)) if move.party_ids else move


def set_priorities(schedule: Schedule, priorities: Priorities) -> Schedule:
    return replace(schedule, priorities=priorities)


def tick_task(schedule: Schedule, task_id: str, done: bool) -> Schedule:
    """Mark a task done or open."""
    others = tuple(one for one in schedule.done if one != task_id)
    return replace(schedule, done=(*others, task_id) if done else others)
