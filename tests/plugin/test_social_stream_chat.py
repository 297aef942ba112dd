"""The Social Stream Ninja plugin against a WebSocket server that sends what the bridge sends."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from tests.support.chat_plugins import ChatPlugins, chat_plugins, moved_plugin
from tests.support.relays import eventually


class BridgeServer:
    """Speaks as io.socialstream.ninja does. `joined` are the paths that were asked for."""

    def __init__(self) -> None:
        self.joined: list[str] = []
        self.refuses = self.redirects = self.silent = False
        self.port = 0
        self._sockets: list[web.WebSocketResponse] = []
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/join/{session}/{channel}", self._join)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]

    async def _join(self, request: web.Request) -> web.StreamResponse:
        self.joined.append(request.path)
        if self.refuses:
            return web.Response(status=403)
        if self.redirects:
            raise web.HTTPFound(request.path)
        if self.silent:
            await asyncio.Event().wait()
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sockets.append(socket)
        async for _ in socket:
            continue
        self._sockets.remove(socket)
        return socket

    async def send(self, message: object) -> None:
        for socket in self._sockets:
            await socket.send_str(message if isinstance(message, str) else json.dumps(message))

    async def cut(self) -> None:
        """Close all connections."""
        for socket in list(self._sockets):
            await socket.close(code=aiohttp.WSCloseCode.GOING_AWAY)

    async def stop(self) -> None:
        await self.cut()
        assert self._runner is not None
        await self._runner.cleanup()


@pytest.fixture
async def server() -> AsyncIterator[BridgeServer]:
    made = BridgeServer()
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def bridge(home: Path, server: BridgeServer, changed: Mapping[str, str] | None = None) -> AsyncIterator[ChatPlugins]:
    """The bundled plugin, with the test's server in the place of the bridge's."""
    folder = moved_plugin(
        home,
        "social_stream_chat",
        {
            '"io.socialstream.ninja"': f'"127.0.0.1:{server.port}"',
            "wss://io.socialstream.ninja": f"ws://127.0.0.1:{server.port}",
            **(changed or {}),
        },
    )
    async with chat_plugins(home, folder, "social_stream_chat", {}, {"session": "abcDEF123"}) as made:
        yield made


async def test_it_reads_the_chats_of_many_platforms(tmp_path: Path, server: BridgeServer) -> None:
    async with bridge(tmp_path, server) as desk:
        await desk.record.connects()
        assert server.joined == ["/join/abcDEF123/4"]
        await server.send({"chatname": "Ana", "chatmessage": "quanto <b>custa</b>? &lt;3", "type": "tiktok", "id": 1})
        await server.send({"chatname": "Bo", "chatmessage": 'oi <img src="x" alt=":wave:">', "type": "facebook", "moderator": True})
        await server.send({"action": "poll"})
        await server.send("no json")
        await server.send([1])
        await eventually(lambda: len(desk.record.messages) == 2 and desk.record.dropped_by.total() == 2)
        first, second = desk.record.messages
        assert (first.author, first.name, first.text, first.moderator) == ("tiktok.Ana", "Ana", "quanto custa? <3", False)
        assert (second.author, second.text, second.moderator) == ("facebook.Bo", "oi  :wave:", True)
        assert first.id != second.id and desk.record.dropped_by == {"invalid": 2}
        assert not desk.record.opened_door().abilities.send
        assert "abcDEF123" not in desk.settings_file.read_text(encoding="utf-8")


async def test_it_comes_back_and_drops_what_has_come_before(tmp_path: Path, server: BridgeServer) -> None:
    message = {"chatname": "Ana", "chatmessage": "oi", "type": "youtube", "id": "LCC.EhwKGkNQ"}
    async with bridge(tmp_path, server) as desk:
        await desk.record.connects()
        await server.send(message)
        await eventually(lambda: desk.record.messages)
        await server.cut()
        await desk.record.stops()
        await desk.record.connects()
        await server.send(message)
        await server.send({**message, "id": "LCC.EhwKGkNR", "chatmessage": "x" * 100_000})
        await eventually(lambda: len(desk.record.messages) == 2 and desk.record.dropped_by)
        assert desk.record.dropped_by == {"double": 1}


async def test_a_refusal_is_said(tmp_path: Path, server: BridgeServer) -> None:
    server.refuses = True
    async with bridge(tmp_path, server) as desk:
        await desk.record.stops()
        assert desk.record.healths[-1].detail == "the server refuses the connection (status 403)"
        assert desk.record.healths[-1].retry_s == 60


async def test_broken_html_does_not_hold_it_up(tmp_path: Path, server: BridgeServer) -> None:
    async with bridge(tmp_path, server) as desk:
        await desk.record.connects()
        for number in range(30):  # each of them once took a second
            await server.send({"chatname": "Eve", "chatmessage": f"{number} " + '<img alt="" ' * 700, "type": "tiktok"})
        await eventually(lambda: len(desk.record.messages) == 30, within_s=15)
        assert desk.record.messages[29].text.startswith("29")


async def test_a_redirect_does_not_show_the_session(tmp_path: Path, server: BridgeServer) -> None:
    server.redirects = True
    async with bridge(tmp_path, server) as desk:
        await desk.record.stops()
        assert "the server refuses the connection" in desk.record.healths[-1].detail
        assert "abcDEF123" not in desk.record.healths[-1].detail


async def test_a_server_that_does_not_answer_is_given_up(tmp_path: Path, server: BridgeServer) -> None:
    server.silent = True
    async with bridge(tmp_path, server, {"CONNECT_S, ALIVE_S = 20.0": "CONNECT_S, ALIVE_S = 0.3"}) as desk:
        await desk.record.stops()
        assert desk.record.healths[-1].detail == "no answer in time"
