"""Where two long tuples differ, found without looking at every element in Python."""

from typing import Any

Many = tuple[Any, ...]


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
