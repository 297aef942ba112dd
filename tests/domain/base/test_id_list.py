"""Comparing tuples quickly gives the same result as a slow comparison."""

import random

from app.domain.base.id_list import differing, place_of, places_of, reordered, turned, without
from app.domain.catalogue.product import Point


def test_everything_outside_the_range_is_equal_and_its_ends_differ() -> None:
    chance = random.Random(7)
    for _ in range(3000):
        before = tuple(chance.randrange(4) for _ in range(chance.randrange(9)))
        after = list(before)
        for _ in range(chance.randrange(4)):
            place = chance.randrange(len(after) + 1)
            if chance.random() < 0.5 and after:
                del after[min(place, len(after) - 1)]
            else:
                after.insert(place, chance.randrange(4))
        start, old_end, new_end = differing(before, tuple(after))
        assert before[:start] == tuple(after[:start]) and before[old_end:] == tuple(after[new_end:])
        assert start <= old_end and start <= new_end
        if start < old_end and start < new_end:
            assert before[start] != after[start] and before[old_end - 1] != after[new_end - 1]


def test_equal_tuples_do_not_differ() -> None:
    many = tuple(range(1000))
    assert differing(many, many) == (1000, 1000, 1000)
    assert differing((), many) == (0, 0, 1000)


def named(*names: str) -> tuple[Point, ...]:
    return tuple(Point(name) for name in names)


def test_elements_are_found_by_id() -> None:
    many = named(*"abcde")
    assert [place_of(many, wanted) for wanted in "aez"] == [0, 4, -1]
    assert places_of(many, ["e", "b", "z", "b"]) == [1, 4]
    assert places_of((*many, *many), "be") == [1, 4, 6, 9], "each of those that share an id"
    assert places_of((*many, *many), "bdefghijklm") == [1, 3, 4, 6, 8, 9]
    assert [one.id for one in without(many, [0, 2, 4])] == ["b", "d"]
    assert without(many, []) == many
    assert without((), []) == ()


def test_only_a_moved_block_counts_as_turned() -> None:
    many = named(*"abcdef")
    for first in range(1, 6):
        assert turned(many, (*many[first:], *many[:first])) == first
    assert turned(many, many) == 0
    assert turned((), ()) == 0
    assert turned(many, many[:5]) == 0
    assert turned(many, (*many[1:], Point("a"))) == 0, "equal is not the same"
    swapped = (many[1], many[0], *many[2:4], many[5], many[4])
    assert turned(many, swapped) == 0
    assert reordered(many, swapped)
    assert reordered(many, (*many[3:], *many[:3]))
    assert not reordered(many, (*many[1:], Point("a")))
    assert not reordered(many, many[1:])
