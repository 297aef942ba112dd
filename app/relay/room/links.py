"""Who is connected with a room: each has his place on the board or in the journal, and the answers that are his alone."""

from typing import Protocol

from app.relay.access.rates import Paces
from app.relay.room.board import Board
from app.relay.room.journal import Journal
from app.relay.room.viewers import Viewer
from app.relay.room.wire import Wire

_MAX_ANSWERS = 64  # that a page has not read; far more than it may ask for in that time


class Hub(Protocol):
    """The room as its connections know it."""

    board: Board
    count: bytes

    @property
    def journal(self) -> Journal: ...

    def take_turn(self, wire: Wire) -> None: ...


class PageLink:
    """One page: its visitor, where it stands on the board, and the answers that it has not got yet."""

    def __init__(self, room: Hub, wire: Wire, viewer: Viewer, tab: str, paces: Paces) -> None:
        self.wire = wire
        self.viewer = viewer
        self.tab = tab
        self.paces = paces
        self.counted = False
        self.seen_rev = 0
        self._room = room
        self._answers: list[bytes] = []
        self._ack = 0
        wire.take, wire.turn = self.take, lambda: room.take_turn(wire)

    def take(self) -> bytes | None:
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
        """To this page alone; one that asks and never reads is hung up on. `wake` False: its turn comes with that of others."""
        self._answers.append(message)
        if len(self._answers) > _MAX_ANSWERS:
            self.wire.abort()
        if wake:
            self.wire.wake()

    def ack(self, number: int) -> None:
        self._ack = max(self._ack, number)
        self.wire.wake()


class HostLink:
    """The host's connection: where it stands in the journal."""

    def __init__(self, room: Hub, wire: Wire, welcome: bytes, sent_seq: int) -> None:
        self.wire = wire
        self.counted = True
        self._room = room
        self._answers = [welcome]
        self._sent_seq = sent_seq
        wire.take, wire.turn = self.take, lambda: room.take_turn(wire)
        wire.wake()

    def take(self) -> bytes | None:
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
        self.wire.wake()
