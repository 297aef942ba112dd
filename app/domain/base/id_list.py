"""Finds and compares elements of long tuples by id, without a Python loop over all elements."""

from collections.abc import Collection, Iterator
from itertools import repeat
from operator import indexOf, is_
from typing import Any, Protocol, TypeVar

from app.domain.base.errors import AppError

Many = tuple[Any, ...]


class Identified(Protocol):
    """An element of a list with a unique id."""

    @property
    def id(self) -> str: ...


T = TypeVar("T", bound=Identified)

FEW = 8  # up to this many ids, searching for each is faster than a set lookup for every element


def index_by_id(many: Many, wanted: str) -> int:
    """The index of the element with this id, -1 when there is none."""
    try:
        return [one.id for one in many].index(wanted)
    except ValueError:
        return -1


def element_by_id(many: tuple[T, ...], wanted: str, missing: AppError) -> T:
    """The element with this id; raises `missing` when there is none."""
    place = index_by_id(many, wanted)
    if place < 0:
        raise missing
    return many[place]


def put(many: tuple[T, ...], one: T) -> tuple[T, ...]:
    """The tuple with `one` in place of the element with its id, else at the end."""
    place = index_by_id(many, one.id)
    return (*many, one) if place < 0 else (*many[:place], one, *many[place + 1 :])


def first_duplicate(ids: tuple[str, ...]) -> str | None:
    """The first id that occurs twice; None when there is none."""
    known: set[str] = set()
    if len(known.union(ids)) == len(ids):
        return None
    for one in ids:
        if one in known:
            return one
        known.add(one)
    return None


def indexes_by_id(many: Many, ids: Collection[str]) -> list[int]:
    """The indexes of the elements with these ids, in ascending order."""
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
    """All elements but those at these indexes, which must ascend."""
    kept: list[Any] = []
    begin = 0
    for place in places:
        kept += many[begin:place]
        begin = place + 1
    return (*kept, *many[begin:])


def _common_start(one: Many, other: Many, most: int) -> int:
    """The length of the common start, at most `most`. Comparing halves is cheap because equal elements are the same objects."""
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


def changed_range(before: Many, after: Many) -> tuple[int, int, int]:
    """(start, end in `before`, end in `after`): everything outside [start:end] is equal in both."""
    most = min(len(before), len(after))
    start = _common_start(before, after, most)
    end = _common_end(before, after, most - start)
    return start, len(before) - end, len(after) - end


def rotation(before: Many, after: Many) -> int:
    """How many leading elements of `before` moved to the end of `after`, all else in the same order; 0 = something else changed.

    A block that moved looks like this between the first and the last index that differ.
    """
    if len(before) != len(after) or not before:
        return 0
    try:
        rest = indexOf(map(is_, after, repeat(before[0])), True)  # by identity: comparing products costs more than moving them
    except ValueError:
        return 0
    first = len(before) - rest
    same = all(map(is_, after[rest:], before[:first])) and all(map(is_, after[:rest], before[first:]))
    return first % len(before) if same else 0


def reordered(before: Many, after: Many) -> bool:
    """Whether both hold the same objects, in any order."""
    return len(before) == len(after) and (bool(rotation(before, after)) or set(map(id, before)) == set(map(id, after)))
