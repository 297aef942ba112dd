"""The YouTube plugin against a server that answers as the Data API does: pages, quota, writing."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from app.domain.chat.platform import ChatAbilities, ChatState, DeleteRequest, SendRequest, TimeOutRequest
from tests.support.chat_plugins import ChatPlugins, chat_plugins, moved_plugin
from tests.support.relays import eventually

VIDEO, CHAT_ID, TOKEN = "dQw4w9WgXcQ", "Cg0KC2RRdzR3OVdnWGNR", "ya29.token"


def refusal(status: int, reason: str, message: str) -> web.Response:
    return web.json_response({"error": {"code": status, "message": message, "errors": [{"reason": reason}]}}, status=status)


class DataApi:
    """One live chat. A page token is the number of items before it; `asked` are (method, path, query, body)."""

    def __init__(self) -> None:
        self.items: list[Any] = []
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.refusal: tuple[int, str, str] | None = None
        self.keys: set[str] = set()
        self.polling_ms = 10
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_route("*", "/youtube/v3/{path:.*}", self._answer)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _answer(self, request: web.Request) -> web.Response:
        path, query = request.match_info["path"], dict(request.query)
        body: Any = await request.json() if request.can_read_body else None
        self.asked.append((request.method, path, query, body))
        self.keys.add(request.headers.get("X-Goog-Api-Key", request.headers.get("Authorization", "")))
        if self.refusal is not None:
            return refusal(*self.refusal)
        if path == "videos":
            known = [{"liveStreamingDetails": {"activeLiveChatId": CHAT_ID}}] if query["id"] == VIDEO else []
            return web.json_response({"items": known})
        if request.method == "GET":
            begin = int(query.get("pageToken", "0"))
            page = {"items": self.items[begin:], "nextPageToken": str(len(self.items)), "pollingIntervalMillis": self.polling_ms}
            return web.json_response(page)
        if request.method == "DELETE":
            return web.Response(status=204)
        if path == "liveChat/messages":
            self.say(body["snippet"]["textMessageDetails"]["messageText"], "UCme", "Lina")
            return web.json_response({"id": self.items[-1]["id"], "snippet": {"authorChannelId": "UCme"}})
        return web.json_response({"id": "ban1"})

    def say(self, text: str, channel: str = "UCana", name: str = "Ana", **author: bool) -> str:
        """Put a message into the chat; returns its id."""
        message_id = f"LCC.{len(self.items)}"
        snippet = {"type": "textMessageEvent", "displayMessage": text, "publishedAt": "2027-01-15T08:00:00.5Z"}
        details = {"channelId": channel, "displayName": name, "isChatOwner": False, "isChatModerator": False, **author}
        self.items.append({"id": message_id, "snippet": snippet, "authorDetails": details})
        return message_id

    def written(self, method: str) -> list[tuple[str, dict[str, str], Any]]:
        return [(path, query, body) for asked, path, query, body in self.asked if asked == method]


@pytest.fixture
async def server() -> AsyncIterator[DataApi]:
    made = DataApi()
    await made.start()
    yield made
    await made.stop()


@asynccontextmanager
async def youtube(home: Path, server: DataApi, *, token: str = "", video: str = VIDEO) -> AsyncIterator[ChatPlugins]:
    """The bundled plugin, with the test's server in the place of Google's."""
    here = f"127.0.0.1:{server.port}"
    places = {'"www.googleapis.com"': f'"{here}"', "https://www.googleapis.com": f"http://{here}", "minimum = 2": "minimum = 0"}
    folder = moved_plugin(home, "youtube_chat", places)
    secrets = {"token": token} if token else {"api_key": "AIza-key"}
    async with chat_plugins(home, folder, "youtube_chat", {"video": video, "every_s": 0}, secrets) as made:
        yield made


async def test_it_reads_page_after_page(tmp_path: Path, server: DataApi) -> None:
    server.say("quanto custa?")
    async with youtube(tmp_path, server, video=f"https://www.youtube.com/watch?v={VIDEO}&t=3") as desk:
        await desk.record.connects()
        server.say("20", "UCmod", "Mod", isChatModerator=True)
        server.items.append({"id": "LCC.x", "snippet": {"type": "newSponsorEvent", "displayMessage": "welcome"}, "authorDetails": {}})
        server.items.append({"snippet": 5})
        server.items.append(7)
        server.say("fim")
        await eventually(lambda: desk.record.texts == ["quanto custa?", "20", "fim"] and desk.record.dropped_by.total() == 2)
        first, second = desk.record.messages[:2]
        assert (first.id, first.author, first.name, first.at_ms) == ("LCC.0", "UCana", "Ana", 1_800_000_000_500)
        assert (first.moderator, second.moderator) == (False, True)
        assert desk.record.dropped_by == {"invalid": 2}
        assert server.keys == {"AIza-key"} and desk.record.opened_door().abilities == ChatAbilities()


async def test_it_waits_as_long_as_youtube_asks(tmp_path: Path, server: DataApi) -> None:
    server.polling_ms = 60_000
    async with youtube(tmp_path, server) as desk:
        await desk.record.connects()
        await asyncio.sleep(0.3)
        assert len(server.written("GET")) == 2  # the video, and one page


async def test_with_a_token_it_writes_deletes_and_times_out(tmp_path: Path, server: DataApi) -> None:
    async with youtube(tmp_path, server, token=TOKEN) as desk:
        await desk.record.connects()
        door = desk.record.opened_door()
        assert door.abilities == ChatAbilities(send=True, delete=True, time_out=True)
        for request in (
            SendRequest(1, "r.1", "x" * 250),
            DeleteRequest(2, "r.1"),
            TimeOutRequest(3, "UCana", 60),
            TimeOutRequest(4, "UCana", 0),
            TimeOutRequest(5, "UCana", 0),
            TimeOutRequest(6, "UCana", None),
        ):
            assert door.ask(request)
        await eventually(lambda: len(server.written("POST")) == 4)
        texts = [body["snippet"]["textMessageDetails"]["messageText"] for path, _, body in server.written("POST") if "messages" in path]
        assert texts == ["x" * 200, "x" * 50]
        bans = [body["snippet"] for path, _, body in server.written("POST") if "bans" in path]
        assert [(ban["type"], ban.get("banDurationSeconds")) for ban in bans] == [("temporary", "60"), ("permanent", None)]
        assert [query["id"] for _, query, _ in server.written("DELETE")] == ["LCC.0", "LCC.1", "ban1"]
        assert desk.record.failures == [(5, "this person was not muted here")]
        server.say("oi")
        await eventually(lambda: desk.record.messages)
        assert desk.record.texts == ["oi"]  # not its own
        assert server.keys == {f"Bearer {TOKEN}"}


async def test_an_absurd_wait_is_a_minute(tmp_path: Path, server: DataApi) -> None:
    server.polling_ms = 10**400
    server.say("oi")
    async with youtube(tmp_path, server) as desk:
        await eventually(lambda: desk.record.messages)
        await asyncio.sleep(0.5)
        assert len(server.asked) == 2 and desk.record.state is ChatState.CONNECTED
        assert desk.notices == []


async def test_nothing_is_missed_or_shown_twice_after_a_restart(tmp_path: Path, server: DataApi) -> None:
    server.say("one")
    async with youtube(tmp_path, server) as desk:
        await eventually(lambda: desk.record.texts == ["one"])
        await server.stop()
        await desk.record.stops()
        server.say("two")
        await server.start()
        await eventually(lambda: desk.record.texts == ["one", "two"])
        desk.host.switch("youtube_chat", on=False)
        server.say("three")
        desk.host.switch("youtube_chat", on=True)
        await eventually(lambda: desk.record.texts[-1:] == ["three"])
        assert desk.record.texts == ["one", "two", "three"]


@pytest.mark.parametrize(
    ("refused", "words", "least_s"),
    [
        ((403, "quotaExceeded", "The request cannot be completed"), "today’s quota of the Google project is used up", 3600),
        ((403, "liveChatEnded", "The live chat is no longer live."), "the live chat has ended or is turned off", 60),
        ((403, "forbidden", "Not <b>allowed</b>."), "Not allowed.", 300),
        ((500, "backendError", ""), "status 500", 0.5),
    ],
)
async def test_a_refusal_stops_the_requests(
    tmp_path: Path, server: DataApi, refused: tuple[int, str, str], words: str, least_s: float
) -> None:
    server.refusal = refused
    async with youtube(tmp_path, server) as desk:
        await desk.record.stops()
        assert (desk.record.healths[-1].detail, desk.record.healths[-1].retry_s >= least_s) == (words, True)
        assert len(server.asked) == 1


async def test_a_wrong_key_or_video_is_said(tmp_path: Path, server: DataApi) -> None:
    async with youtube(tmp_path, server, video="AAAAAAAAAAA") as desk:
        await desk.record.stops()
        assert desk.record.healths[-1].detail == "YouTube does not know this live stream"
        server.refusal = (401, "authError", "Invalid Credentials")
        desk.host.configure("youtube_chat", "token", "old")
        await eventually(lambda: desk.notices)
        assert "does not accept the access token (Invalid Credentials)" in str(desk.notices[0].data["reason"])
        assert desk.record.state is not ChatState.CONNECTED
