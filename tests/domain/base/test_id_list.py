"""Fast comparisons of tuples give the same results as slow ones."""

import random

from app.domain.base.id_list import changed_range, index_by_id, indexes_by_id, reordered, rotation, without
from app.domain.catalogue.product import Point


def test_everything_outside_the_differing_range_is_equal() -> None:
    rng = random.Random(7)
    for _ in range(3000):
        before = tuple(rng.randrange(4) for _ in range(rng.randrange(9)))
        after = list(before)
        for _ in range(rng.randrange(4)):
            index = rng.randrange(len(after) + 1)
            if rng.random() < 0.5 and after:
                del after[min(index, len(after) - 1)]
            else:
                after.insert(index, rng.randrange(4))
        start, old_end, new_end = changed_range(before, tuple(after))
        assert before[:start] == tuple(after[:start]) and before[old_end:] == tuple(after[new_end:])
        assert start <= old_end and start <= new_end
        if start < old_end and start < new_end:
            assert before[start] != after[start] and before[old_end - 1] != after[new_end - 1]


def test_equal_tuples_do_not_differ() -> None:
    elements = tuple(range(1000))
    assert changed_range(elements, elements) == (1000, 1000, 1000)
    assert changed_range((), elements) == (0, 0, 1000)


def make_points(*names: str) -> tuple[Point, ...]:
    return tuple(Point(name) for name in names)


def test_elements_are_found_by_id() -> None:
    elements = make_points(*"abcde")
    assert [index_by_id(elements, element_id) for element_id in "aez"] == [0, 4, -1]
    assert indexes_by_id(elements, ["e", "b", "z", "b"]) == [1, 4]
    assert indexes_by_id((*elements, *elements), "be") == [1, 4, 6, 9], "all elements with the same id are found"
    assert indexes_by_id((*elements, *elements), "bdefghijklm") == [1, 3, 4, 6, 8, 9]
    assert [element.id for element in without(elements, [0, 2, 4])] == ["b", "d"]
    assert without(elements, []) == elements
    assert without((), []) == ()


def test_only_a_rotation_counts_as_turned() -> None:
    elements = make_points(*"abcdef")
    for first in range(1, 6):
        assert rotation(elements, (*elements[first:], *elements[:first])) == first
    assert rotation(elements, elements) == 0
    assert rotation((), ()) == 0
    assert rotation(elements, elements[:5]) == 0
    assert rotation(elements, (*elements[1:], Point("a"))) == 0, "an equal element is not the same object"
    swapped = (elements[1], elements[0], *elements[2:4], elements[5], elements[4])
    assert rotation(elements, swapped) == 0
    assert reordered(elements, swapped)
    assert reordered(elements, (*elements[3:], *elements[:3]))
    assert not reordered(elements, (*elements[1:], Point("a")))
    assert not reordered(elements, elements[1:])
