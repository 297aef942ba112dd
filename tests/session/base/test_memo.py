"""Memos recompute only for other inputs, in the caller or in a thread."""

from collections.abc import Callable
from typing import TypeVar

from app.session.base.memo import AsyncMemo, Memo

T = TypeVar("T")


class ManualThread:
    """Collects work for a thread; the test runs it."""

    def __init__(self, *, has_loop: bool = True) -> None:
        self.waiting: list[Callable[[], None]] = []
        self._has_loop = has_loop

    def __call__(self, name: str, work: Callable[[], T], done: Callable[[T], None]) -> bool:
        if self._has_loop:
            self.waiting.append(lambda: done(work()))
        return self._has_loop


def test_a_memo_recomputes_only_for_another_object_or_key() -> None:
    memo: Memo[int] = Memo()
    computed: list[int] = []

    def work() -> int:
        computed.append(1)
        return len(computed)

    one, equal = [1], [1]
    assert [memo.get((one,), (1,), work) for _ in range(3)] == [1, 1, 1]
    assert memo.get((equal,), (1,), work) == 2
    assert memo.get((equal,), (2,), work) == 3
    assert memo.get((equal, one), (2,), work) == 4
    assert memo.last == 4


def test_the_previous_result_is_used_until_a_new_one_arrives() -> None:
    thread, changes = ManualThread(), list[int]()
    memo: AsyncMemo[str] = AsyncMemo("test", "nothing", run_in_thread=thread, changed=lambda: changes.append(1))
    one, two, three = object(), object(), object()
    assert memo.get((one,), (), lambda: "one", is_big=True) == "nothing"
    assert memo.get((one,), (), lambda: "one", is_big=True) == "nothing"
    assert len(thread.waiting) == 1, "computed only once"
    thread.waiting.pop()()
    assert (memo.get((one,), (), lambda: "never", is_big=True), changes) == ("one", [1])
    assert memo.get((two,), (), lambda: "two", is_big=True) == "one"
    assert memo.get((three,), (), lambda: "three", is_big=True) == "one"
    second, third = thread.waiting
    third()
    second()
    assert (memo.get((three,), (), lambda: "never", is_big=True), changes) == ("three", [1, 1])
    assert memo.get((one,), (), lambda: "small", is_big=False) == "small"


def test_without_a_loop_a_big_result_is_computed_immediately() -> None:
    memo: AsyncMemo[str] = AsyncMemo("test", "", run_in_thread=ManualThread(has_loop=False), changed=lambda: None)
    assert memo.get((object(),), (), lambda: "one", is_big=True) == "one"
