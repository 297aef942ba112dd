"""The socket of an ICE connection: sorts datagrams by their first bytes, so that garbage from strangers costs little.

Replaces `StunProtocol.datagram_received`: aioice's own parses every packet as STUN first, and a malformed one ends in a traceback.
"""

import logging
import struct
from typing import Any, Protocol, cast

from aioice import stun
from aioice.ice import Connection, StunProtocol

from app.domain.base.clock import SystemClock
from app.domain.base.token_bucket import TokenBucket

log = logging.getLogger(__name__)

MAX_DATAGRAM_BYTES = 4096  # more than twice what any network carries in one packet
CHECKS_BURST = 150  # a browser with several networks starts on all of them
CHECKS_PER_S = 15.0
_HEADER_BYTES = 20
_COOKIE = stun.COOKIE.to_bytes(4, "big")
_CLASS_BITS = 0x0110
# What aioice raises for a message that is too short, repeats an attribute, or has one that does not fit.
_MALFORMED = (ValueError, LookupError, struct.error, AssertionError)


class SocketOwner(Protocol):
    """The connection that a socket belongs to."""

    @property
    def local_username(self) -> str: ...

    def accepts_from(self, address: tuple[str, int]) -> bool: ...

    def data_received(self, data: bytes, component: int) -> None: ...


def looks_like_stun(data: bytes) -> bool:
    """Whether this has the header of a STUN message (RFC 8489): the cookie and the right length."""
    return (
        len(data) >= _HEADER_BYTES
        and not len(data) % 4
        and data[4:8] == _COOKIE
        and int.from_bytes(data[2:4], "big") == len(data) - _HEADER_BYTES
    )


class StunSocket(StunProtocol):
    """One socket of a connection. `ignored` counts the datagrams that it did not take."""

    def __init__(self, receiver: Connection) -> None:
        super().__init__(receiver)
        self.ignored = 0
        self._owner = cast(SocketOwner, receiver)
        self._wanted = f"{self._owner.local_username}:".encode()
        self._checks = TokenBucket(CHECKS_PER_S, CHECKS_BURST, SystemClock())  # each costs three HMACs; a browser sends a few a second

    def datagram_received(self, data: bytes | str, addr: tuple[Any, ...]) -> None:
        """First byte (RFC 7983): 0–3 STUN, 20–63 DTLS, 128–191 RTP and RTCP."""
        content, address = cast(bytes, data), (str(addr[0]), int(addr[1]))
        first = content[0] if content else 255
        if len(content) > MAX_DATAGRAM_BYTES:
            self.ignored += 1
        elif 128 <= first < 192 or 20 <= first < 64:
            if self._owner.accepts_from(address):
                self._owner.data_received(content, 1)
            else:
                self.ignored += 1
        elif not (first < 4 and looks_like_stun(content) and self._is_for_us(content) and self._take(content, address)):
            self.ignored += 1

    def _is_for_us(self, data: bytes) -> bool:
        """Whether this is a request that names us, or the answer to one of ours. Parses nothing."""
        kind = int.from_bytes(data[:2], "big") & _CLASS_BITS
        if kind == stun.Class.REQUEST:
            return self._wanted in data and self._checks.take(1) == 1
        return kind != stun.Class.INDICATION and data[8:20] in self.transactions

    def _take(self, data: bytes, address: tuple[str, int]) -> bool:
        """Handle a message; False when it is malformed."""
        try:
            message = stun.parse_message(data)
            if message.message_class == stun.Class.REQUEST:
                self.receiver.request_received(message, address, self)
            elif message.transaction_id in self.transactions:
                self.transactions[message.transaction_id].response_received(message, address)
        except _MALFORMED as error:
            log.debug("malformed STUN message: %r", error)
            return False
        return True
