"""The door of an ICE socket: what a stranger sends is told apart by its first bytes, and nonsense costs next to nothing.

What is private to aioice and used here: nothing; `StunProtocol.datagram_received` is replaced, because aioice's own parses every
packet as STUN first and lets a malformed one end in a traceback.
"""

import logging
import struct
import time
from typing import Any, Protocol, cast

from aioice import stun
from aioice.ice import Connection, StunProtocol

log = logging.getLogger(__name__)

MAX_DATAGRAM_BYTES = 4096  # more than twice what any network carries in one piece
CHECKS_BURST = 150  # a browser with several networks that begins on all of them
CHECKS_PER_S = 15.0
_HEADER_BYTES = 20
_COOKIE = stun.COOKIE.to_bytes(4, "big")
_CLASS_BITS = 0x0110
# What aioice lets out where a message holds too little, twice the wrong thing, or an attribute that does not fit.
_MALFORMED = (ValueError, LookupError, struct.error, AssertionError)


class Owner(Protocol):
    """Whose socket it is."""

    @property
    def local_username(self) -> str: ...

    def is_heard(self, address: tuple[str, int]) -> bool: ...

    def data_received(self, data: bytes, component: int) -> None: ...


class CheckBudget:
    """How many connectivity checks are answered: each costs three HMACs, and a peer that is honest sends a few a second."""

    def __init__(self) -> None:
        self._level = float(CHECKS_BURST)
        self._at = time.monotonic()

    def take(self) -> bool:
        now = time.monotonic()
        self._level = min(float(CHECKS_BURST), self._level + (now - self._at) * CHECKS_PER_S)
        self._at = now
        if self._level < 1:
            return False
        self._level -= 1
        return True


def has_form(data: bytes) -> bool:
    """Whether this can be a STUN message: RFC 8489's header, with the cookie and the right length."""
    return (
        len(data) >= _HEADER_BYTES
        and not len(data) % 4
        and data[4:8] == _COOKIE
        and int.from_bytes(data[2:4], "big") == len(data) - _HEADER_BYTES
    )


class StunSocket(StunProtocol):
    """A socket of a connection. `ignored` counts what was none of its business."""

    def __init__(self, receiver: Connection) -> None:
        super().__init__(receiver)
        self.ignored = 0
        self._owner = cast(Owner, receiver)
        self._wanted = f"{self._owner.local_username}:".encode()
        self._budget = CheckBudget()

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        """By RFC 7983: 0–3 STUN, 20–63 DTLS, 128–191 RTP and RTCP."""
        content, address = cast(bytes, data), (str(addr[0]), int(addr[1]))
        first = content[0] if content else 255
        if len(content) > MAX_DATAGRAM_BYTES:
            self.ignored += 1
        elif 128 <= first < 192 or 20 <= first < 64:
            if self._owner.is_heard(address):
                self._owner.data_received(content, 1)
            else:
                self.ignored += 1
        elif not (first < 4 and has_form(content) and self._is_for_us(content) and self._take(content, address)):
            self.ignored += 1

    def _is_for_us(self, data: bytes) -> bool:
        """A request that names us, or the answer to one of ours; looked at before anything is parsed."""
        kind = int.from_bytes(data[:2], "big") & _CLASS_BITS
        if kind == stun.Class.REQUEST:
            return self._wanted in data and self._budget.take()
        return kind != stun.Class.INDICATION and data[8:20] in self.transactions

    def _take(self, data: bytes, address: tuple[str, int]) -> bool:
        """Whether it could be read."""
        try:
            message = stun.parse_message(data)
            if message.message_class == stun.Class.REQUEST:
                self.receiver.request_received(message, address, self)
            elif message.transaction_id in self.transactions:
                self.transactions[message.transaction_id].response_received(message, address)
        except _MALFORMED as error:
            log.debug("a malformed STUN message: %r", error)
            return False
        return True
