"""A connection's path through a TURN server (RFC 8656), on aioice's client.

Adds to aioice: it sends without a task for each packet, renews in time, and leaves without waiting for a server that is gone. Uses these
private parts: `_TurnTransport__inner_protocol`, `_TurnTransport__close_task` of TurnTransport, `_send` of its protocols; each has a test.
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

# A channel lives for ten minutes, but the permission for the other side's packets for five. Strict servers drop them after that.
RENEW_S = 240.0
_HEADER = struct.Struct("!HH")


class TurnError(Exception):
    """A TURN server gave no address; the text has its reason."""


def redact_credentials(words: str, server: IceServer) -> str:
    """The server's reason without the user name and password, which it may repeat."""
    for secret in sorted((server.username, server.credential), key=len, reverse=True):
        if secret.strip():
            words = words.replace(secret, "…")
    return words


async def allocate_turn(server: IceServer, parsed: dict[str, object], make_protocol: Callable[[], StunProtocol]) -> "TurnPath":
    """Get an address at a TURN server; raises TurnError when it gives none."""
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
        raise TurnError(redact_credentials(str(error), server) or "no answer") from error
    except KeyError as error:
        raise TurnError(f"the answer lacks {error}") from error
    except ValueError as error:  # STUN cannot carry the name or password; Python's message would quote it
        raise TurnError("the user name or password cannot be sent") from error
    return TurnPath(protocol)


class TurnPath:
    """An allocation at a TURN server, through which media goes."""

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
        """The local address of the connection to the server; "" when it is gone."""
        name = self._inner.transport.get_extra_info("sockname")
        return str(name[0]) if name else ""

    def send(self, data: bytes, address: tuple[str, int], tasks: OwnedTasks) -> None:
        """Send to this address at once. One of `tasks` renews the channel, so no packet waits for that."""
        inner = self._inner
        channel = inner.peer_to_channel.get(address)
        if channel is None:  # aioice binds one and sends the first packets after that
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
        """Stop waiting for the server's goodbye. It frees the address automatically."""
        leaving: asyncio.Task[None] | None = self._relayed._TurnTransport__close_task  # type: ignore[attr-defined]
        if leaving is not None:
            leaving.cancel()
            self._inner.transport.abort()
