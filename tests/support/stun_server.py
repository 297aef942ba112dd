"""A STUN server on loopback, and one that never answers."""

import asyncio
from typing import cast

from aioice import stun


class StunServer(asyncio.DatagramProtocol):
    """Answers binding requests with their source address (`empty`: without it); the first request sets `asked`."""

    def __init__(self, *, deaf: bool, empty: bool) -> None:
        self.asked = asyncio.Event()
        self.port = 0
        self._deaf = deaf
        self._empty = empty
        self._transport: asyncio.DatagramTransport | None = None

    @classmethod
    async def start(cls, *, deaf: bool = False, empty: bool = False) -> "StunServer":
        loop = asyncio.get_running_loop()
        transport, server = await loop.create_datagram_endpoint(lambda: cls(deaf=deaf, empty=empty), local_addr=("127.0.0.1", 0))
        server.port = transport.get_extra_info("sockname")[1]
        return server

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        self.asked.set()
        if self._deaf or self._transport is None:
            return
        request = stun.parse_message(data)
        answer = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE, transaction_id=request.transaction_id)
        if not self._empty:
            answer.attributes["XOR-MAPPED-ADDRESS"] = addr
        self._transport.sendto(bytes(answer), addr)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
