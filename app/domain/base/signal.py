"""A typed list of listeners, so that core code can report a change without knowing who listens."""

from collections.abc import Callable
from typing import Generic, ParamSpec

P = ParamSpec("P")


class Signal(Generic[P]):
    """Calls every connected listener, in the order of connection, on the thread that emits.

    A listener may disconnect itself or others while it is called. A listener's exception reaches the emitter: listeners are our own code
    and must not fail.
    """

    __slots__ = ("_listeners",)

    def __init__(self) -> None:
        self._listeners: tuple[Callable[P, object], ...] = ()

    def connect(self, listener: Callable[P, object]) -> Callable[[], None]:
        """Add a listener; the returned function removes it and may be called more than once."""
        self._listeners = (*self._listeners, listener)
        return lambda: self.disconnect(listener)

    def disconnect(self, listener: Callable[P, object]) -> None:
        """Remove a listener; one that is not connected is ignored."""
        self._listeners = tuple(kept for kept in self._listeners if kept != listener)

    def emit(self, *args: P.args, **kwargs: P.kwargs) -> None:
        """Call the listeners that are connected when this call starts."""
        for listener in self._listeners:
            listener(*args, **kwargs)
