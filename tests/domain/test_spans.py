"""Where two tuples differ is the same as a slow look finds."""

import random

from app.domain.spans import differing


def test_what_lies_outside_is_equal_and_the_ends_differ() -> None:
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


def test_the_same_differs_nowhere() -> None:
    many = tuple(range(1000))
    assert differing(many, many) == (1000, 1000, 1000)
    assert differing((), many) == (0, 0, 1000)
