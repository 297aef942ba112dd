"""Results that are computed again only when their inputs change."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from app.session.base.thread_runner import RunInThread

T = TypeVar("T")


class Memo(Generic[T]):
    """Holds one result. Inputs are compared by identity (`objects`) and by equality (`keys`)."""

    def __init__(self) -> None:
        self._objects: tuple[object, ...] = ()
        self._keys: tuple[Hashable, ...] = ()
        self._held: list[T] = []

    @property
    def last(self) -> T | None:
        """The newest result, whatever its inputs were."""
        return self._held[0] if self._held else None

    def matches(self, objects: tuple[object, ...], keys: tuple[Hashable, ...] = ()) -> bool:
        """Whether the result was computed from these inputs."""
        same = len(objects) == len(self._objects) and all(one is other for one, other in zip(objects, self._objects, strict=True))
        return bool(self._held) and same and keys == self._keys

    def put(self, objects: tuple[object, ...], keys: tuple[Hashable, ...], value: T) -> T:
        """Store the result of these inputs and return it."""
        self._objects, self._keys, self._held = objects, keys, [value]
        return value

    def get(self, objects: tuple[object, ...], keys: tuple[Hashable, ...], compute: Callable[[], T]) -> T:
        """The result of these inputs, computed if necessary."""
        return self._held[0] if self.matches(objects, keys) else self.put(objects, keys, compute())


class AsyncMemo(Generic[T]):
    """A memo that computes big results on a thread. Until `changed` is called, `get` returns the previous result, or `initial`."""

    def __init__(self, name: str, initial: T, *, run_in_thread: RunInThread, changed: Callable[[], None]) -> None:
        self._name = name
        self._initial = initial
        self._run_in_thread = run_in_thread
        self._changed = changed
        self._memo: Memo[T] = Memo()
        self._started: Memo[None] = Memo()

    def get(self, objects: tuple[object, ...], keys: tuple[Hashable, ...], compute: Callable[[], T], *, is_big: bool) -> T:
        """The result of these inputs; while a big one is being computed, the previous one."""
        if not is_big:
            return self._memo.get(objects, keys, compute)
        if not self._memo.matches(objects, keys) and not self._started.matches(objects, keys):
            self._started.put(objects, keys, None)
            if not self._run_in_thread(self._name, compute, lambda found: self._done(objects, keys, found)):
                self._memo.put(objects, keys, compute())
        last = self._memo.last
        return self._initial if last is None else last

    def _done(self, objects: tuple[object, ...], keys: tuple[Hashable, ...], found: T) -> None:
        """A result of older inputs is dropped."""
        if self._started.matches(objects, keys):
            self._memo.put(objects, keys, found)
            self._changed()
