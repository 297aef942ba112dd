"""A state machine with a table of allowed moves."""

import logging
from collections.abc import Mapping, Set
from enum import Enum
from typing import Generic, TypeVar

from app.domain.base.errors import StateError
from app.domain.base.signal import Signal

log = logging.getLogger(__name__)

S = TypeVar("S", bound=Enum)


class StateMachine(Generic[S]):
    """Holds one member of an Enum. `set` refuses moves that are not in the table, ignores no-ops, logs old → new and emits once.

    `changed` is emitted with (old, new) on the thread that called `set`.
    """

    def __init__(self, name: str, first: S, moves: Mapping[S, Set[S]]) -> None:
        self._name = name
        self._value = first
        self._moves = moves
        self.changed: Signal[[S, S]] = Signal()

    @property
    def value(self) -> S:
        return self._value

    def set(self, new: S) -> bool:
        """Move to `new`; True if the state changed. Raises StateError when the table has no such move."""
        old = self._value
        if new is old:
            return False
        if new not in self._moves.get(old, frozenset()):
            raise StateError("state.refused", machine=self._name, old=old.name, new=new.name)
        self._value = new
        log.info("%s: %s → %s", self._name, old.name, new.name)
        self.changed.emit(old, new)
        return True
