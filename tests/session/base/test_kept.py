"""Readings that are kept while what they read is the same, and those that come from beside."""

from collections.abc import Callable
from typing import TypeVar

from app.session.base.kept import Kept, KeptBeside

T = TypeVar("T")


class Later:
    """Slow work that is done when the test says so."""

    def __init__(self, *, has_loop: bool = True) -> None:
        self.waiting: list[Callable[[], None]] = []
        self._has_loop = has_loop

    def __call__(self, name: str, work: Callable[[], T], done: Callable[[T], None]) -> bool:
        if self._has_loop:
            self.waiting.append(lambda: done(work()))
        return self._has_loop


def test_it_is_worked_out_again_for_another_object_or_mark_alone() -> None:
    kept: Kept[int] = Kept()
    counted: list[int] = []

    def work() -> int:
        counted.append(1)
        return len(counted)

    one, equal = [1], [1]
    assert [kept.of((one,), (1,), work) for _ in range(3)] == [1, 1, 1]
    assert kept.of((equal,), (1,), work) == 2
    assert kept.of((equal,), (2,), work) == 3
    assert kept.of((equal, one), (2,), work) == 4
    assert kept.last == 4


def test_the_last_answer_stands_in_until_the_new_one_is_there_and_old_ones_come_too_late() -> None:
    later, told = Later(), list[int]()
    beside: KeptBeside[str] = KeptBeside("test", "nothing", slowly=later, told=lambda: told.append(1))
    one, two, three = object(), object(), object()
    assert beside.of((one,), (), lambda: "one", is_big=True) == "nothing"
    assert beside.of((one,), (), lambda: "one", is_big=True) == "nothing"
    assert len(later.waiting) == 1, "asked for once"
    later.waiting.pop()()
    assert (beside.of((one,), (), lambda: "never", is_big=True), told) == ("one", [1])
    assert beside.of((two,), (), lambda: "two", is_big=True) == "one"
    assert beside.of((three,), (), lambda: "three", is_big=True) == "one"
    second, third = later.waiting
    third()
    second()
    assert (beside.of((three,), (), lambda: "never", is_big=True), told) == ("three", [1, 1])
    assert beside.of((one,), (), lambda: "small", is_big=False) == "small"


def test_without_a_loop_it_is_worked_out_at_once() -> None:
    beside: KeptBeside[str] = KeptBeside("test", "", slowly=Later(has_loop=False), told=lambda: None)
    assert beside.of((object(),), (), lambda: "one", is_big=True) == "one"
