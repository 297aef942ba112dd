"""Takes in what viewers do: each event once, in order, acknowledged when the show's file has it."""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Mapping
from typing import Any

from app.domain.base.signal import Signal
from app.domain.room.event import RoomEvent, read_event
from app.session.room.relay_messages import Count, Event, Welcome

MAX_DIGITS = 15  # of an event's number: the relay counts up to 2**53
_ACK_GAP_S = 0.25
_STORE_AGAIN_S = 2.0


def split_mark(mark: str) -> tuple[str, int]:
    """(boot, number) of a mark; ("", 0) for anything else."""
    boot, _, number = mark.rpartition(":")
    is_number = number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS
    return (boot, int(number)) if boot and is_number else ("", 0)


class EventInbox:
    """`on_event` gets each event; `store` returns whether the file has all of them. What is lost with a desk is sent again.

    `count_changed` is emitted with viewers and likes. `guarded` calls listeners; `wake` is called when `due` has something.
    """

    def __init__(
        self,
        *,
        on_event: Callable[[RoomEvent], None],
        store: Callable[[], Awaitable[bool]],
        guarded: Callable[[Callable[[], object]], None],
        wake: Callable[[], None],
    ) -> None:
        self.count_changed: Signal[[int, int]] = Signal()
        self.likes = 0  # in total; a new relay continues from here
        self._new_likes: int | None = None  # what the relay is to count from, until it has been told
        self._on_event = on_event
        self._store = store
        self._guarded = guarded
        self._wake = wake
        self._boot = ""
        self._seq = 0
        self._stored_seq = 0
        self._acked_seq = 0
        self._received = asyncio.Event()

    def resume(self, mark: str) -> None:
        """Continue after the event with this mark, the last one in the log."""
        self._boot, self._seq = split_mark(mark)
        self._stored_seq = self._seq

    def count_likes_from(self, likes: int) -> None:
        """Another show is open, which has this many; pages continue from there."""
        self.likes = self._new_likes = likes
        self._wake()

    @property
    def hello(self) -> Mapping[str, Any]:
        """The inbox's fields of the hello message."""
        return {"boot": self._boot, "after": self._stored_seq, "likes": self.likes}

    def welcomed(self, welcome: Welcome) -> None:
        """A relay that has restarted numbers its events from 1."""
        if welcome.boot != self._boot:
            self._boot, self._seq, self._stored_seq = welcome.boot, 0, 0
        self._acked_seq = 0

    def take(self, message: Event) -> None:
        """An event arrived; one that came before is ignored."""
        if message.seq <= self._seq:
            return
        self._seq = message.seq
        event = read_event(message.kind, message.at_ms, message.viewer, message.data, f"{self._boot}:{message.seq}")
        if event is not None:
            self._guarded(lambda: self._on_event(event))
        self._received.set()

    def take_count(self, message: Count | Welcome) -> None:
        """The relay counted viewers and likes."""
        if self._new_likes is None:
            self.likes = message.likes
        self._guarded(lambda: self.count_changed.emit(message.viewers, self.likes))

    async def acknowledge(self) -> None:
        """Let the relay forget what the show's file has, as long as the connection lives."""
        while True:
            await self._received.wait()
            self._received.clear()
            await asyncio.sleep(_ACK_GAP_S)
            seq = self._seq
            if await self._store():
                self._stored_seq = seq
                self._wake()
            else:
                await asyncio.sleep(_STORE_AGAIN_S)
                self._received.set()

    def due(self) -> Iterator[Mapping[str, Any]]:
        """The messages that the relay needs now."""
        if self._new_likes is not None:
            likes, self._new_likes = self._new_likes, None
            yield {"t": "likes", "likes": likes}
        if self._stored_seq > self._acked_seq:
            self._acked_seq = self._stored_seq
            yield {"t": "ack", "seq": self._stored_seq}
