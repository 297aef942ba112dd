"""Assigns positions to the rows of a list so that a reorder changes few of them."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence

GAP = 1 << 32  # room for 32 insertions at one place before all rows are renumbered


def longest_increasing(values: Sequence[int]) -> list[int]:
    """The indexes of a longest strictly increasing subsequence of the values, in order."""
    tails: list[int] = []
    ends: list[int] = []
    before = [-1] * len(values)
    for index, value in enumerate(values):
        place = bisect_left(tails, value)
        before[index] = ends[place - 1] if place else -1
        if place == len(tails):
            tails.append(value)
            ends.append(index)
        else:
            tails[place] = value
            ends[place] = index
    found = []
    index = ends[-1] if ends else -1
    while index >= 0:
        found.append(index)
        index = before[index]
    return found[::-1]


def assign_positions(ids: Sequence[str], known: Mapping[str, int]) -> dict[str, int]:
    """New positions for the `ids` that need one, so that positions rise along `ids`; the others keep theirs from `known`."""
    old = [(index, known[one]) for index, one in enumerate(ids) if one in known]
    kept = {old[place][0] for place in longest_increasing([position for _, position in old])}
    given: dict[str, int] = {}
    index, low = 0, 0
    while index < len(ids):
        if index in kept:
            low = known[ids[index]]
            index += 1
            continue
        end = index
        while end < len(ids) and end not in kept:
            end += 1
        high = known[ids[end]] if end < len(ids) else low + GAP * (end - index + 1)
        step = (high - low) // (end - index + 1)
        if step < 1:
            return {one: GAP * number for number, one in enumerate(ids, 1)}
        for number in range(index, end):
            low += step
            given[ids[number]] = low
        index = end
    return given
