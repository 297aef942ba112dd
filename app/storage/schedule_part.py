"""Decodes the plan, which is one part of a show file."""

import contextlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import fields, replace
from datetime import datetime
from typing import Any, TypeVar

import msgspec

from app.domain.base.errors import AppError
from app.domain.planning.people.party import Party
from app.domain.planning.schedule import Airing, FestivalChange, Schedule, ShowReminder, check_schedule

T = TypeVar("T")

LISTS = ("airings", "parties", "reminders", "festival_changes")

# Raised for values of the wrong type or out of range, and for endless nesting.
DECODE_ERRORS = (msgspec.MsgspecError, AppError, ValueError, TypeError, OverflowError, RecursionError)

_DECODER = msgspec.json.Decoder(Schedule)


def decode_schedule(data: str) -> Schedule:
    """Raises msgspec.MsgspecError, AppError, ValueError, OverflowError or RecursionError for an invalid plan."""
    schedule = _DECODER.decode(data)
    for airing in schedule.airings:
        _check_walls(airing)
    return schedule


def salvage_schedule(data: str) -> Schedule:
    """The readable parts of a damaged plan; empty if there are none."""
    try:
        document = msgspec.json.decode(data)
    except DECODE_ERRORS:
        return Schedule()
    if not isinstance(document, dict):
        return Schedule()
    schedule = _readable_fields(document)
    known: dict[str, Party] = {}
    for party in _each(document.get("parties"), Party):
        if _is_valid(replace(schedule, parties=(party,))):
            known.setdefault(party.id, party)
    airings: dict[str, Airing] = {}
    for damaged in _each(document.get("airings"), Airing, _check_walls):
        airing = replace(damaged, party_ids=tuple(one for one in damaged.party_ids if one in known))
        if _is_valid(replace(schedule, parties=tuple(known.values()), airings=(airing,))):
            airings.setdefault(airing.id, airing)
    return replace(
        schedule,
        parties=tuple(known.values()),
        airings=tuple(airings.values()),
        reminders=tuple(_each(document.get("reminders"), ShowReminder)),
        festival_changes=tuple(_each(document.get("festival_changes"), FestivalChange)),
    )


def _readable_fields(document: dict[str, Any]) -> Schedule:
    """The plan's scalar fields, each read on its own."""
    schedule = Schedule()
    for one in fields(Schedule):
        if one.name in document and one.name not in LISTS:
            with contextlib.suppress(*DECODE_ERRORS):
                schedule = replace(schedule, **{one.name: getattr(msgspec.convert({one.name: document[one.name]}, Schedule), one.name)})
    return schedule


def _each(many: object, kind: type[T], check: Callable[[T], None] | None = None) -> Iterator[T]:
    for one in many if isinstance(many, list) else ():
        with contextlib.suppress(*DECODE_ERRORS):
            found = msgspec.convert(one, kind)
            if check is not None:
                check(found)
            yield found


def _is_valid(schedule: Schedule) -> bool:
    try:
        check_schedule(schedule)
    except DECODE_ERRORS:
        return False
    return True


def _check_walls(airing: Airing) -> None:
    """A wall time belongs to the zone next to it; one with an offset would be taken for an instant."""
    if any(wall.tzinfo is not None for wall in _walls(airing)):
        raise msgspec.ValidationError(f"Expected a wall time without an offset in the airing `{airing.id}`")


def _walls(airing: Airing) -> Iterable[datetime]:
    yield airing.start.wall
    for move in airing.moves:
        yield move.original
        if move.start is not None:
            yield move.start.wall
