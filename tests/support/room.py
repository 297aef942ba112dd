"""Pages and desks of a room, as plain WebSockets."""

import asyncio
import json
from typing import Any

import aiohttp

from app.domain.room.tokens import host_token
from tests.support.relays import ROOM_KEY

Frame = dict[str, Any]
PATIENCE_S = 40.0  # for steps that are immediate on an idle computer


class RoomSocket:
    """One connection that records its messages; `async with` closes it."""

    def __init__(self, client: aiohttp.ClientSession, path: str, headers: dict[str, str] | None = None) -> None:
        self._client = client
        self._path = path
        self._headers = headers or {}
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._news = asyncio.Event()
        self._reader: asyncio.Task[None] | None = None
        self.heard: list[Frame] = []
        self.close_code: int | None = None

    @property
    def socket(self) -> aiohttp.ClientWebSocketResponse:
        assert self._socket is not None
        return self._socket

    async def open(self, **hello: Any) -> Frame:
        """Connect and say hello; returns the welcome."""
        self._socket = await self._client.ws_connect(self._path, headers=self._headers, max_msg_size=0)
        self._reader = asyncio.get_running_loop().create_task(self._read(), name="room socket")
        await self.send(t="hello", **({"v": 1} | hello))
        return await self.next("welcome")

    async def _read(self) -> None:
        async for message in self.socket:
            self.heard.append(json.loads(message.data))
            self._news.set()
        self.close_code = self.socket.close_code
        self._news.set()

    async def send(self, **message: Any) -> None:
        await self.socket.send_str(json.dumps(message))

    async def next(self, kind: str, /, **values: Any) -> Frame:
        """Wait for the first message of this kind with these values, and remove it from the queue."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for frame in self.heard:
                    if frame["t"] == kind and all(frame.get(key) == value for key, value in values.items()):
                        self.heard.remove(frame)
                        return frame
                assert self.close_code is None, f"closed with {self.close_code} while waiting for {kind} {values}"
                self._news.clear()
                await self._news.wait()

    async def closed(self) -> int:
        """Wait until the other side closes; returns its code."""
        async with asyncio.timeout(PATIENCE_S):
            while self.close_code is None:
                self._news.clear()
                await self._news.wait()
        return self.close_code

    def of(self, kind: str) -> list[Frame]:
        """Return the queued messages of a kind."""
        return [frame for frame in self.heard if frame["t"] == kind]

    async def close(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._reader is not None:
            await self._reader

    async def __aenter__(self) -> "RoomSocket":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def page(client: aiohttp.ClientSession, stream: str = "live") -> RoomSocket:
    """Open a viewer's page."""
    return RoomSocket(client, f"/room/{stream}")


def desk(client: aiohttp.ClientSession, stream: str = "live", key: str = ROOM_KEY) -> RoomSocket:
    """Open the host's connection."""
    return RoomSocket(client, f"/room/{stream}/host", {"Authorization": f"Bearer {host_token(key)}"})
