"""A reading that is worked out again when what it reads is another object, and only then."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

from app.session.base.slow_work import Slowly

T = TypeVar("T")


class Kept(Generic[T]):
    """`of` compares the objects by identity and the marks by equality."""

    def __init__(self) -> None:
        self._objects: tuple[object, ...] = ()
        self._marks: tuple[Hashable, ...] = ()
        self._held: list[T] = []

    @property
    def last(self) -> T | None:
        """What was worked out last, of whatever."""
        return self._held[0] if self._held else None

    def is_of(self, objects: tuple[object, ...], marks: tuple[Hashable, ...] = ()) -> bool:
        """Whether it was worked out from these."""
        same = len(objects) == len(self._objects) and all(one is other for one, other in zip(objects, self._objects, strict=True))
        return bool(self._held) and same and marks == self._marks

    def keep(self, objects: tuple[object, ...], marks: tuple[Hashable, ...], value: T) -> T:
        """This was worked out from these."""
        self._objects, self._marks, self._held = objects, marks, [value]
        return value

    def of(self, objects: tuple[object, ...], marks: tuple[Hashable, ...], work_out: Callable[[], T]) -> T:
        """The reading of these."""
        return self._held[0] if self.is_of(objects, marks) else self.keep(objects, marks, work_out())


class KeptBeside(Generic[T]):
    """As `Kept`, for readings that may take long: a big one is worked out beside, and the last one stands in for it until `told`."""

    def __init__(self, name: str, nothing: T, *, slowly: Slowly, told: Callable[[], None]) -> None:
        self._name = name
        self._nothing = nothing
        self._slowly = slowly
        self._told = told
        self._kept: Kept[T] = Kept()
        self._begun: Kept[None] = Kept()

    def of(self, objects: tuple[object, ...], marks: tuple[Hashable, ...], work_out: Callable[[], T], *, is_big: bool) -> T:
        """The reading of these, or for a moment the one before."""
        if not is_big:
            return self._kept.of(objects, marks, work_out)
        if not self._kept.is_of(objects, marks) and not self._begun.is_of(objects, marks):
            self._begun.keep(objects, marks, None)
            if not self._slowly(self._name, work_out, lambda found: self._done(objects, marks, found)):
                self._kept.keep(objects, marks, work_out())
        last = self._kept.last
        return self._nothing if last is None else last

    def _done(self, objects: tuple[object, ...], marks: tuple[Hashable, ...], found: T) -> None:
        """An answer to an earlier question is none any more."""
        if self._begun.is_of(objects, marks):
            self._kept.keep(objects, marks, found)
            self._told()
