"""The connections of a room: how far each has read the board or the journal, and the answers for it alone."""

from typing import Protocol

from app.relay.access.rate_limits import ViewerRates
from app.relay.room.board import Board
from app.relay.room.journal import Journal
from app.relay.room.socket_writer import SocketWriter
from app.relay.room.viewers import Viewer

_MAX_ANSWERS = 64  # that a page has not read; far more than it can request in that time


class RoomFeed(Protocol):
    """What a connection reads of its room."""

    board: Board
    count: bytes

    @property
    def journal(self) -> Journal: ...

    def queue_turn(self, writer: SocketWriter) -> None: ...


class PageConnection:
    """One page: its viewer, the last board revision it got, and the answers it has not got yet."""

    def __init__(self, room: RoomFeed, writer: SocketWriter, viewer: Viewer, tab: str, rates: ViewerRates) -> None:
        self.writer = writer
        self.viewer = viewer
        self.tab = tab
        self.rates = rates
        self.counted = False
        self.seen_rev = 0
        self._room = room
        self._answers: list[bytes] = []
        self._ack = 0
        writer.next_message, writer.on_more = self.next_message, lambda: room.queue_turn(writer)

    def next_message(self) -> bytes | None:
        if self._answers:
            return self._answers.pop(0)
        if self._ack:
            ack, self._ack = self._ack, 0
            return b'{"t":"ack","n":%d}' % ack
        entry = self._room.board.after(self.seen_rev)
        if entry is not None:
            self.seen_rev = entry.rev
            return entry.message
        if not self.counted:
            self.counted = True
            return self._room.count
        return None

    def answer(self, message: bytes, *, wake: bool = True) -> None:
        """Send to this page alone; a page that sends and never reads is disconnected. `wake` False: the caller wakes it with others."""
        self._answers.append(message)
        if len(self._answers) > _MAX_ANSWERS:
            self.writer.abort()
        if wake:
            self.writer.wake()

    def ack(self, number: int) -> None:
        self._ack = max(self._ack, number)
        self.writer.wake()


class HostConnection:
    """The host's connection: the last journal entry it got."""

    def __init__(self, room: RoomFeed, writer: SocketWriter, welcome: bytes, sent_seq: int) -> None:
        self.writer = writer
        self.counted = True
        self._room = room
        self._answers = [welcome]
        self._sent_seq = sent_seq
        writer.next_message, writer.on_more = self.next_message, lambda: room.queue_turn(writer)
        writer.wake()

    def next_message(self) -> bytes | None:
        if self._answers:
            return self._answers.pop(0)
        entry = self._room.journal.after(self._sent_seq)
        if entry is not None:
            self._sent_seq = entry.seq
            return entry.message
        if not self.counted:
            self.counted = True
            return self._room.count
        return None

    def answer(self, message: bytes) -> None:
        self._answers.append(message)
        self.writer.wake()
