"""Where things stand in long tuples, and where two of them differ, found without looking at every element in Python."""

from collections.abc import Collection, Iterator
from itertools import repeat
from operator import indexOf, is_
from typing import Any, Protocol, TypeVar

from app.domain.base.errors import AppError

Many = tuple[Any, ...]


class Identified(Protocol):
    """Whatever stands in a list under an id of its own."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)

FEW = 8  # so many ids are looked for one by one, which is quicker than asking a set for each of the elements


def place_of(many: Many, wanted: str) -> int:
    """The place of the one with this id, -1 when there is none."""
    try:
        return [one.id for one in many].index(wanted)
    except ValueError:
        return -1


def one_of(many: tuple[T, ...], wanted: str, missing: AppError) -> T:
    """The one with this id; raises `missing` when there is none."""
    place = place_of(many, wanted)
    if place < 0:
        raise missing
    return many[place]


def put(many: tuple[T, ...], one: T) -> tuple[T, ...]:
    """With `one` in the place of the one with its id, else at the end."""
    place = place_of(many, one.id)
    return (*many, one) if place < 0 else (*many[:place], one, *many[place + 1 :])


def doubled(ids: tuple[str, ...]) -> str | None:
    """The first id that stands there a second time; None when there is none."""
    known: set[str] = set()
    if len(known.union(ids)) == len(ids):
        return None
    for one in ids:
        if one in known:
            return one
        known.add(one)
    return None


def places_of(many: Many, ids: Collection[str]) -> list[int]:
    """The places of those with these ids, from the beginning."""
    wanted = frozenset(ids)
    known = [one.id for one in many]
    if len(wanted) > FEW:
        return [place for place, one in enumerate(known) if one in wanted]
    return sorted(place for one in wanted for place in _places(known, one))


def _places(ids: list[str], wanted: str) -> Iterator[int]:
    place = -1
    for _ in range(ids.count(wanted)):
        place = ids.index(wanted, place + 1)
        yield place


def without(many: Many, places: Collection[int]) -> Many:
    """All but those at these places, which rise."""
    kept: list[Any] = []
    begin = 0
    for place in places:
        kept += many[begin:place]
        begin = place + 1
    return (*kept, *many[begin:])


def _common_start(one: Many, other: Many, most: int) -> int:
    """How many elements both begin with, at most so many: halves are compared whole, which costs little as equal objects are the same."""
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[low:middle] == other[low:middle]:
            low = middle
        else:
            high = middle - 1
    return low


def _common_end(one: Many, other: Many, most: int) -> int:
    low, high = 0, most
    while low < high:
        middle = (low + high + 1) // 2
        if one[len(one) - middle : len(one) - low] == other[len(other) - middle : len(other) - low]:
            low = middle
        else:
            high = middle - 1
    return low


def differing(before: Many, after: Many) -> tuple[int, int, int]:
    """(start, end in `before`, end in `after`): what lies outside of [start:end] is equal in both."""
    most = min(len(before), len(after))
    start = _common_start(before, after, most)
    end = _common_end(before, after, most - start)
    return start, len(before) - end, len(after) - end


def turned(before: Many, after: Many) -> int:
    """How many of the first of `before` stand behind all the others in `after`, everything else as it was; 0 = it is not so.

    What was moved in one piece is this, between the first and the last place that differ.
    """
    if len(before) != len(after) or not before:
        return 0
    try:
        rest = indexOf(map(is_, after, repeat(before[0])), True)  # the same object: comparing products costs more than moving them
    except ValueError:
        return 0
    first = len(before) - rest
    same = all(map(is_, after[rest:], before[:first])) and all(map(is_, after[:rest], before[first:]))
    return first % len(before) if same else 0


def reordered(before: Many, after: Many) -> bool:
    """Whether both hold the very same objects, in whatever order."""
    return len(before) == len(after) and (bool(turned(before, after)) or set(map(id, before)) == set(map(id, after)))
