"""The relayed path of a connection (TURN, RFC 8656), on aioice's client: sending without a task for each packet, renewing in time,
leaving without waiting for a server that is gone.

What is private to aioice and used here: `_TurnTransport__inner_protocol`, `_TurnTransport__close_task` of TurnTransport, `_send` of its
protocols; each use has a test.
"""

import asyncio
import logging
import struct
import time
from collections.abc import Callable
from typing import cast

from aioice.ice import StunProtocol, relayed_candidate
from aioice.stun import TransactionError
from aioice.turn import TurnClientProtocol, TurnTransport

from app.aio.owned_tasks import OwnedTasks
from app.domain.program.output import IceServer

log = logging.getLogger(__name__)

# A channel lives for ten minutes, but what lets the other side's packets in for five: a server that keeps to that would fall silent.
RENEW_S = 240.0
_HEADER = struct.Struct("!HH")


class TurnError(Exception):
    """Why a TURN server gave nothing, in its words."""


def quoting_no_secret(words: str, server: IceServer) -> str:
    """The server's own words; where they repeat the user name or password, those are left out."""
    for secret in sorted((server.username, server.credential), key=len, reverse=True):
        if secret.strip():
            words = words.replace(secret, "…")
    return words


async def ask_turn(server: IceServer, parsed: dict[str, object], make_protocol: Callable[[], StunProtocol]) -> "TurnPath":
    """An address at this server; raises TurnError when it gives none."""
    try:
        _, protocol = await relayed_candidate(
            component=1,
            hide_related_address=False,
            protocol_factory=make_protocol,
            turn_server=(str(parsed["host"]), int(str(parsed["port"]))),
            turn_username=server.username,
            turn_password=server.credential,
            turn_ssl=parsed["scheme"] == "turns",
            turn_transport=str(parsed["transport"]),
        )
    except (TransactionError, OSError) as error:
        raise TurnError(quoting_no_secret(str(error), server) or "no answer") from error
    except KeyError as error:
        raise TurnError(f"the answer lacks {error}") from error
    except ValueError as error:  # a name or password that STUN cannot carry; what Python says of it would quote it
        raise TurnError("the user name or password cannot be sent") from error
    return TurnPath(protocol)


class TurnPath:
    """An allocation at a TURN server: what is sent from its address goes through the server."""

    def __init__(self, protocol: StunProtocol) -> None:
        self.protocol = protocol
        self._relayed = cast(TurnTransport, protocol.transport)
        self._inner: TurnClientProtocol = self._relayed._TurnTransport__inner_protocol  # type: ignore[attr-defined]
        self._inner.channel_refresh_time = RENEW_S

    @property
    def transport(self) -> asyncio.DatagramTransport | asyncio.Transport:
        """The connection to the server."""
        return self._inner.transport

    @property
    def own_host(self) -> str:
        """The address of this machine that speaks with the server; "" when the connection is gone."""
        name = self._inner.transport.get_extra_info("sockname")
        return str(name[0]) if name else ""

    def send(self, data: bytes, address: tuple[str, int], tasks: OwnedTasks) -> None:
        """Send through the channel to this address at once; a channel is renewed in one of `tasks`, so that no packet waits for it."""
        inner = self._inner
        channel = inner.peer_to_channel.get(address)
        if channel is None:  # the first packets wait until it is bound
            self._relayed.sendto(data, address)
            return
        if time.time() > inner.channel_refresh_at[channel]:
            inner.channel_refresh_at[channel] = time.time() + RENEW_S
            tasks.start(self._renew(channel, address), "renew TURN channel")
        inner._send(_HEADER.pack(channel, len(data)) + data)

    async def _renew(self, channel: int, address: tuple[str, int]) -> None:
        try:
            await self._inner.channel_bind(channel, address)
        except (TransactionError, OSError) as error:
            log.info("the TURN server does not renew the channel: %s", error)

    def cut(self) -> None:
        """End the leaving that waits for the server's word: it gives the address up by itself."""
        leaving: asyncio.Task[None] | None = self._relayed._TurnTransport__close_task  # type: ignore[attr-defined]
        if leaving is not None:
            leaving.cancel()
            self._inner.transport.abort()
