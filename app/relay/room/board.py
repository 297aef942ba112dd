"""The board of a room: keys and values that the host writes and every page reads, in order of change."""

import json
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass

from app.relay.refusals import Refusal

_NULL = b"null"


def encode(value: object) -> bytes:
    """JSON for a WebSocket frame; lone surrogates, which a frame cannot carry, become question marks."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(errors="replace")


@dataclass(frozen=True, slots=True)
class BoardEntry:
    """The newest value of a key, encoded once for all pages; `message` is the whole put frame."""

    rev: int
    key: str
    name: bytes
    value: bytes
    message: bytes

    @property
    def removed(self) -> bool:
        return self.value == _NULL


@dataclass(frozen=True, slots=True)
class BoardLimits:
    """What a host may write: far more than a show needs, and small enough to send to every page."""

    keys: int = 4000
    key_chars: int = 120
    value_bytes: int = 192 * 1024
    total_bytes: int = 4 * 1024 * 1024
    remembered_removals: int = 512


class Board:
    """`rev` increases by one with each change. A reader needs no queue: it remembers a rev, and `after` returns what comes next.

    A key that changes again moves to the end: a reader that is behind gets only its newest value, and can continue from any rev.
    """

    def __init__(self, limits: BoardLimits = BoardLimits()) -> None:
        self.rev = 0
        self._limits = limits
        self._entries: dict[str, BoardEntry] = {}
        self._by_rev: dict[int, BoardEntry] = {}
        self._revs: list[int] = []
        self._removals: dict[str, int] = {}
        self._oldest_rev = 0  # every later change is remembered, removals too
        self._bytes = 0

    def __contains__(self, key: str) -> bool:
        entry = self._entries.get(key)
        return entry is not None and not entry.removed

    def __len__(self) -> int:
        return len(self._entries) - len(self._removals)

    def revs(self) -> dict[str, int]:
        """The rev of the last change of every key that has a value."""
        return {entry.key: entry.rev for entry in self._entries.values() if not entry.removed}

    def put(self, key: str, value: object) -> bool:
        """Write a value, None = remove the key; returns whether that changes anything. Raises Refusal beyond the limits."""
        encoded = encode(value)
        before = self._entries.get(key)
        if (before is None and encoded == _NULL) or (before is not None and before.value == encoded):
            return False
        self._check(key, encoded, before)
        self.rev += 1
        name = encode(key)
        message = b'{"t":"put","rev":%d,"key":%s,"value":%s}' % (self.rev, name, encoded)
        if before is not None:
            self._forget(before)
        entry = BoardEntry(self.rev, key, name, encoded, message)
        self._entries[key] = entry
        self._by_rev[self.rev] = entry
        self._revs.append(self.rev)
        self._bytes += len(encoded)
        if entry.removed:
            self._removals[key] = self.rev
            if len(self._removals) > self._limits.remembered_removals:
                oldest = self._entries[next(iter(self._removals))]
                self._oldest_rev = oldest.rev
                self._forget(oldest)
        return True

    def _check(self, key: str, encoded: bytes, before: BoardEntry | None) -> None:
        limits = self._limits
        if len(key) > limits.key_chars or len(encoded) > limits.value_bytes:
            raise Refusal("relay.board_value", limit=limits.value_bytes)
        held = 0 if before is None else len(before.value)
        if self._bytes - held + len(encoded) > limits.total_bytes or (key not in self and len(self) >= limits.keys):
            raise Refusal("relay.board_full", limit=limits.total_bytes)

    def _forget(self, entry: BoardEntry) -> None:
        del self._entries[entry.key]
        del self._by_rev[entry.rev]
        del self._revs[bisect_right(self._revs, entry.rev) - 1]
        self._removals.pop(entry.key, None)
        self._bytes -= len(entry.value)

    def after(self, rev: int) -> BoardEntry | None:
        """The first change after `rev`, None if there is none."""
        place = bisect_right(self._revs, rev)
        return self._by_rev[self._revs[place]] if place < len(self._revs) else None

    def can_resume(self, rev: int) -> bool:
        """Whether a reader at `rev` can continue from there, without the whole board."""
        return self._oldest_rev <= rev <= self.rev

    def _next(self, rev: int, budget_bytes: int) -> Iterator[BoardEntry]:
        while budget_bytes > 0 and (entry := self.after(rev)) is not None:
            rev = entry.rev
            budget_bytes -= len(entry.value)
            yield entry

    def opening(self, rev: int | None, budget_bytes: int) -> tuple[int, bytes]:
        """(rev that the reader then has, part of the welcome): the changes since `rev`, or with None the whole board.

        It stops at the budget; the rest follows as puts.
        """
        entries = list(self._next(rev or 0, budget_bytes))
        last = entries[-1].rev if entries else self.rev
        if rev is None:
            pieces = b",".join(b"%s:%s" % (entry.name, entry.value) for entry in entries if not entry.removed)
            return last, b'"board":{%s}' % pieces
        return last, b'"patches":[%s]' % b",".join(b"[%d,%s,%s]" % (entry.rev, entry.name, entry.value) for entry in entries)
