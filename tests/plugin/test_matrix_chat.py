"""The Matrix plugin against a small homeserver: reads, sends, redacts, and goes on where it was."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from app.domain.chat.platform import ChatAbilities, DeleteRequest, SendRequest, TimeOutRequest
from tests.support.chat_plugins import ChatPlugins, chat_plugins
from tests.support.relays import eventually
from tests.support.source_trees import ROOT

ROOM, ME, TOKEN = "!room:test", "@lina:test", "syt_secret"
LEVELS = {"type": "m.room.power_levels", "state_key": "", "content": {"users": {"@mod:test": 50}}}


class HomeServer:
    """The parts of the client-server API that a chat needs. `events` is the room's time line; a place in it is its length."""

    def __init__(self) -> None:
        self.events: list[dict[str, Any]] = []
        self.refusal: tuple[int, dict[str, Any]] | None = None
        self.syncs: list[str] = []
        self.lies: dict[str, Any] | None = None  # the answer to a sync
        self.port = 0
        self._came = asyncio.Event()
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(middlewares=[self._check])
        base = "/_matrix/client/v3"
        app.router.add_get(f"{base}/account/whoami", self._whoami)
        app.router.add_post(f"{base}/join/{{room}}", self._join)
        app.router.add_get(f"{base}/sync", self._sync)
        app.router.add_put(f"{base}/rooms/{{room}}/send/{{type}}/{{number}}", self._send)
        app.router.add_put(f"{base}/rooms/{{room}}/redact/{{event}}/{{number}}", self._redact)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        assert self._runner is not None
        self.wake()
        await self._runner.cleanup()

    def wake(self) -> None:
        self._came.set()
        self._came = asyncio.Event()

    @web.middleware
    async def _check(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.refusal is not None:
            return web.json_response(self.refusal[1], status=self.refusal[0])
        if request.headers.get("Authorization") != f"Bearer {TOKEN}":
            return web.json_response({"errcode": "M_UNKNOWN_TOKEN", "error": "Unrecognised token"}, status=401)
        answer: web.StreamResponse = await handler(request)
        return answer

    async def _whoami(self, request: web.Request) -> web.Response:
        del request
        return web.json_response({"user_id": ME})

    async def _join(self, request: web.Request) -> web.Response:
        assert request.match_info["room"] == "#shop:test"
        return web.json_response({"room_id": ROOM})

    async def _sync(self, request: web.Request) -> web.Response:
        since, wait_s = request.query.get("since", ""), int(request.query["timeout"]) / 1000
        assert json.loads(request.query["filter"])["room"]["rooms"] == [ROOM]
        self.syncs.append(since)
        if self.lies is not None:
            return web.json_response(self.lies)
        begin = int(since or 0)
        if begin == len(self.events) and wait_s:
            try:
                async with asyncio.timeout(wait_s):
                    await self._came.wait()
            except TimeoutError:
                pass
        member = {"type": "m.room.member", "state_key": "@ana:test", "content": {"displayname": "Ana M"}}
        room = {"timeline": {"events": self.events[begin:], "limited": False}, "state": {"events": [] if since else [member, LEVELS]}}
        return web.json_response({"next_batch": str(len(self.events)), "rooms": {"join": {ROOM: room}}})

    async def _send(self, request: web.Request) -> web.Response:
        return web.json_response({"event_id": self.add(await request.json(), ME)})

    async def _redact(self, request: web.Request) -> web.Response:
        self.events.append({"type": "m.room.redaction", "sender": ME, "content": {}, "redacts": request.match_info["event"]})
        self.wake()
        return web.json_response({"event_id": "$r"})

    def add(self, content: dict[str, Any], sender: str) -> str:
        """Put a message into the room; returns its id."""
        event_id = f"${len(self.events)}"
        event = {
            "type": "m.room.message",
            "sender": sender,
            "event_id": event_id,
            "content": content,
            "origin_server_ts": 1_800_000_000_000,
        }
        self.events.append(event)
        self.wake()
        return event_id

    def say(self, text: str, sender: str = "@ana:test", relation: dict[str, Any] | None = None) -> str:
        related = {} if relation is None else {"m.relates_to": relation}
        return self.add({"msgtype": "m.text", "body": text, **related}, sender)


@pytest.fixture
async def server() -> AsyncIterator[HomeServer]:
    made = HomeServer()
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def matrix(home: Path, server: HomeServer, token: str = TOKEN) -> AsyncIterator[ChatPlugins]:
    values = {"server": f"http://127.0.0.1:{server.port}", "room": "#shop:test"}
    async with chat_plugins(home, ROOT / "plugins", "matrix_chat", values, {"token": token} if token else None) as made:
        yield made


async def test_it_reads_what_comes_after_it_joined(tmp_path: Path, server: HomeServer) -> None:
    server.say("yesterday")
    async with matrix(tmp_path, server) as desk:
        await desk.record.connects()
        asked = server.say("quanto custa?")
        server.say("> <@ana:test> quanto custa?\n\n20", "@mod:test", {"m.in_reply_to": {"event_id": asked}})
        server.say("* edited", relation={"rel_type": "m.replace", "event_id": asked})
        server.say("our own", ME)
        server.add({"msgtype": "m.image", "body": "cat.jpg"}, "@ana:test")
        server.add({"msgtype": [], "body": {}}, "@eve:test")
        server.events.append({"type": "m.room.message", "content": "broken"})
        server.say("fim", "@bo:test")
        await eventually(lambda: desk.record.texts[-1:] == ["fim"])
        first, second, third = desk.record.messages
        assert (first.id, first.author, first.name, first.text) == (asked, "@ana:test", "Ana M", "quanto custa?")
        assert (second.text, second.reply_to, second.moderator, third.name) == ("20", asked, True, "bo")
        await eventually(lambda: desk.record.dropped_by == {"invalid": 1})


async def test_it_sends_replies_and_deletes_messages(tmp_path: Path, server: HomeServer) -> None:
    async with matrix(tmp_path, server) as desk:
        await desk.record.connects()
        door = desk.record.opened_door()
        assert door.abilities == ChatAbilities(send=True, delete=True)
        asked = server.say("frete?")
        await eventually(lambda: desk.record.messages)
        assert door.ask(SendRequest(1, "r.1", "grátis", asked, "pt-BR"))
        assert door.ask(DeleteRequest(2, asked))
        assert door.ask(DeleteRequest(3, "r.1"))  # by the desk's own id
        assert door.ask(TimeOutRequest(4, "@ana:test", 60))
        await eventually(lambda: desk.record.failures)
        assert server.events[1]["content"]["m.relates_to"] == {"m.in_reply_to": {"event_id": asked}}
        assert server.events[1]["content"]["body"] == "grátis"
        assert [event.get("redacts") for event in server.events[2:]] == [asked, "$1"]
        assert desk.record.failures == [(4, "Matrix can’t mute people for a while")]
        assert len(desk.record.messages) == 1


async def test_nothing_is_missed_while_the_server_or_the_plugin_is_away(tmp_path: Path, server: HomeServer) -> None:
    async with matrix(tmp_path, server) as desk:
        await desk.record.connects()
        server.say("one")
        await eventually(lambda: desk.record.texts == ["one"])
        await server.stop()
        await desk.record.stops()
        await eventually(lambda: desk.record.healths[-1].detail == "the server refuses connections")
        server.say("two")
        await server.start()
        await eventually(lambda: desk.record.texts == ["one", "two"])
        desk.host.switch("matrix_chat", on=False)
        server.say("three")
        desk.host.switch("matrix_chat", on=True)
        await eventually(lambda: desk.record.texts[-1:] == ["three"])
        assert len(desk.record.texts) == len(set(desk.record.texts)) == 3


async def test_refusals_are_said_in_plain_words(tmp_path: Path, server: HomeServer) -> None:
    server.refusal = (429, {"errcode": "M_LIMIT_EXCEEDED", "retry_after_ms": 1500})
    async with matrix(tmp_path, server) as desk:
        await desk.record.stops()
        assert (desk.record.healths[-1].detail, desk.record.healths[-1].retry_s) == ("too many requests", 1.5)
        server.refusal = (403, {"error": "You are not invited"})
        await eventually(lambda: desk.record.healths[-1].detail == "You are not invited")


async def test_a_server_that_answers_nothing_at_once_is_asked_seldom(tmp_path: Path, server: HomeServer) -> None:
    server.lies = {"next_batch": "1"}
    async with matrix(tmp_path, server) as desk:
        await desk.record.connects()
        await asyncio.sleep(1)
        assert 2 <= len(server.syncs) <= 8
        server.lies = {}
        await desk.record.stops()
        assert desk.record.healths[-1].detail == "the answer has no place to go on from"


async def test_a_wrong_token_switches_it_off(tmp_path: Path, server: HomeServer) -> None:
    async with matrix(tmp_path, server, "old") as desk:
        await eventually(lambda: desk.notices)
        assert desk.notices[0].code == "plugin.failed"
        assert "does not accept the access token (Unrecognised token)" in str(desk.notices[0].data["reason"])
