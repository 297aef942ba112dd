"""A reading that is worked out again when what it reads is another object, and only then."""

from collections.abc import Callable, Hashable
from typing import Generic, TypeVar

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
