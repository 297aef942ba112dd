"""The Twitch plugin against a server that says what Twitch says: anonymous and with an account."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from app.domain.chat.platform import ChatAbilities, ChatState, DeleteRequest, SendRequest, TimeOutRequest
from tests.support.chat_plugins import ChatPlugins, chat_plugins, moved_plugin
from tests.support.relays import eventually

TAGS = (
    "@badge-info=;badges={badges};color=#0000FF;display-name={name};emotes=;first-msg=0;flags=;id={id};mod=0;returning-chatter=0;"
    "room-id=1337;subscriber=0;tmi-sent-ts=1800000000000;turbo=0;user-id={user};user-type="
)
ANA = TAGS.format(badges="premium/1", name="Ana\\sM", id="b34ccfc7", user="713936733")
MOD = TAGS.format(badges="moderator/1,partner/1", name="模特", id="c45ddfc8", user="42")


class TwitchServer:
    """Speaks as irc.chat.twitch.tv does, as recorded in its documentation. `heard` are the lines of the clients."""

    def __init__(self) -> None:
        self.heard: list[str] = []
        self.refuses = False
        self._writers: set[asyncio.StreamWriter] = set()
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._writers.add(writer)
        nick = ""
        with contextlib.suppress(OSError):
            while line := (await reader.readline()).decode().strip():
                self.heard.append(line)
                command, _, rest = line.partition(" ")
                if command == "CAP":
                    self._write(writer, f":tmi.twitch.tv CAP * ACK {rest.removeprefix('REQ ')}")
                elif command == "NICK" and self.refuses:
                    self._write(writer, ":tmi.twitch.tv NOTICE * :Login authentication failed")
                elif command == "NICK":
                    nick = rest
                    self._write(writer, f":tmi.twitch.tv 001 {nick} :Welcome, GLHF!", f":tmi.twitch.tv 376 {nick} :>")
                elif command == "JOIN":
                    self._write(
                        writer, f":{nick}!{nick}@{nick}.tmi.twitch.tv JOIN {rest}", f"@room-id=1337;slow=0 :tmi.twitch.tv ROOMSTATE {rest}"
                    )
        self._writers.discard(writer)
        writer.close()

    def _write(self, writer: asyncio.StreamWriter, *lines: str) -> None:
        for line in lines:
            writer.write(f"{line}\r\n".encode())

    def say(self, tags: str, nick: str, text: str) -> None:
        """Send a message to everybody."""
        self.send(f"{tags} :{nick}!{nick}@{nick}.tmi.twitch.tv PRIVMSG #lina :{text}")

    def send(self, line: str) -> None:
        for writer in self._writers:
            self._write(writer, line)

    async def stop(self) -> None:
        assert self._server is not None
        self._server.close()
        for writer in self._writers:
            writer.close()
        await self._server.wait_closed()


class TwitchApi:
    """The parts of id.twitch.tv and api.twitch.tv that moderate. `asked` are (method, path, query, body)."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, dict[str, str], Any]] = []
        self.refuses = False
        self.port = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/oauth2/validate", self._validate)
        app.router.add_route("*", "/helix/moderation/{what}", self._moderate)
        self._runner = web.AppRunner(app)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        assert self._runner is not None
        await self._runner.cleanup()

    async def _validate(self, request: web.Request) -> web.StreamResponse:
        assert request.headers["Authorization"] == "OAuth abc123"
        response = web.StreamResponse()
        await response.prepare(request)
        for part in (b'{"client_id": "cid", "login": "linashop", ', b'"scopes": [], "user_id": "99"}'):
            await response.write(part)
            await asyncio.sleep(0.05)
        return response

    async def _moderate(self, request: web.Request) -> web.Response:
        assert (request.headers["Authorization"], request.headers["Client-Id"]) == ("Bearer abc123", "cid")
        body: Any = await request.json() if request.can_read_body else None
        self.asked.append((request.method, request.match_info["what"], dict(request.query), body))
        if self.refuses:
            return web.json_response({"status": 401, "message": "Missing scope: moderator:manage:banned_users"}, status=401)
        return web.Response(status=204) if request.method == "DELETE" else web.json_response({"data": []})


@pytest.fixture
async def api() -> AsyncIterator[TwitchApi]:
    made = TwitchApi()
    await made.start()
    yield made
    await made.stop()


@pytest.fixture
async def server() -> AsyncIterator[TwitchServer]:
    made = TwitchServer()
    await made.start()
    yield made
    await made.stop()


@contextlib.asynccontextmanager
async def twitch(
    home: Path, server: TwitchServer, account: str = "", token: str = "", api: TwitchApi | None = None
) -> AsyncIterator[ChatPlugins]:
    """The bundled plugin, with the test's servers in the place of Twitch's."""
    places = {
        "irc.chat.twitch.tv:6697": f"127.0.0.1:{server.port}",
        'HOST, PORT = "irc.chat.twitch.tv", 6697': f'HOST, PORT = "127.0.0.1", {server.port}',
        "tls=True": "tls=False",
    }
    if api is not None:
        here = f"127.0.0.1:{api.port}"
        places |= {'"api.twitch.tv"': f'"{here}"', "https://id.twitch.tv": f"http://{here}", "https://api.twitch.tv": f"http://{here}"}
    folder = moved_plugin(home, "twitch_chat", places)
    values = {"channel": "https://www.twitch.tv/Lina", "account": account}
    async with chat_plugins(home, folder, "twitch_chat", values, {"token": token} if token else None) as made:
        yield made


async def test_anybody_can_read(tmp_path: Path, server: TwitchServer) -> None:
    async with twitch(tmp_path, server) as desk:
        await desk.record.connects()
        assert "CAP REQ :twitch.tv/tags twitch.tv/commands" in server.heard and "JOIN #lina" in server.heard
        assert any(line.startswith("NICK justinfan") for line in server.heard)
        server.say(ANA, "ana", "quanto custa?")
        server.say(ANA, "ana", "quanto custa?")
        server.say(MOD.replace("user-type=", "reply-parent-msg-id=b34ccfc7;user-type="), "mod", "@Ana 20")
        await eventually(lambda: len(desk.record.messages) == 2 and desk.record.dropped_by)
        first, second = desk.record.messages
        assert (first.id, first.author, first.name, first.text) == ("b34ccfc7", "713936733", "Ana M", "quanto custa?")
        assert (first.at_ms, first.moderator, first.reply_to) == (1_800_000_000_000, False, "")
        assert (second.name, second.moderator, second.reply_to) == ("模特", True, "b34ccfc7")
        assert desk.record.dropped_by == {"double": 1}
        assert not desk.record.opened_door().abilities.send


async def test_an_account_with_a_token_can_reply(tmp_path: Path, server: TwitchServer) -> None:
    async with twitch(tmp_path, server, "LinaShop", "oauth:abc123") as desk:
        await desk.record.connects()
        assert server.heard[1:3] == ["PASS oauth:abc123", "NICK linashop"]
        assert desk.record.opened_door().ask(SendRequest(1, "r.1", "custa 20", "b34ccfc7"))
        await eventually(lambda: "@reply-parent-msg-id=b34ccfc7 PRIVMSG #lina :custa 20" in server.heard)
        assert "abc123" not in desk.settings_file.read_text(encoding="utf-8")


async def test_it_comes_back_when_twitch_asks_it_to(tmp_path: Path, server: TwitchServer) -> None:
    async with twitch(tmp_path, server) as desk:
        await desk.record.connects()
        server.send("PING :tmi.twitch.tv")
        await eventually(lambda: "PONG :tmi.twitch.tv" in server.heard)
        server.send(":tmi.twitch.tv RECONNECT")
        await desk.record.stops()
        assert desk.record.healths[-1].detail == "the server asked to connect again"
        await desk.record.connects()
        assert server.heard.count("JOIN #lina") == 2


async def test_lines_that_make_no_sense_are_counted(tmp_path: Path, server: TwitchServer) -> None:
    async with twitch(tmp_path, server) as desk:
        await desk.record.connects()
        server.send("@only=tags")
        server.send("x" * 100_000)
        server.say(ANA, "ana", "oi")
        await eventually(lambda: desk.record.texts == ["oi"] and desk.record.dropped_by.total() == 2)
        assert desk.record.dropped_by == {"invalid": 2} and desk.record.state is ChatState.CONNECTED


async def test_a_wrong_token_is_said_and_not_tried_again(tmp_path: Path, server: TwitchServer) -> None:
    server.refuses = True
    async with twitch(tmp_path, server, "linashop", "old") as desk:
        await eventually(lambda: desk.notices)
        assert desk.notices[0].code == "plugin.failed"
        assert desk.notices[0].data["reason"] == (
            "Twitch does not accept the account and token (Login authentication failed). Enter a new token."
        )
    assert sum(line.startswith("NICK") for line in server.heard) == 1


async def test_an_account_needs_a_token(tmp_path: Path, server: TwitchServer) -> None:
    async with twitch(tmp_path, server, "linashop") as desk:
        await eventually(lambda: desk.notices)
        assert "Enter a token for the account linashop" in str(desk.notices[0].data["reason"])


async def test_an_account_deletes_messages_and_times_out_people(tmp_path: Path, server: TwitchServer, api: TwitchApi) -> None:
    async with twitch(tmp_path, server, "linashop", "abc123", api) as desk:
        await desk.record.connects()
        door = desk.record.opened_door()
        assert door.abilities == ChatAbilities(send=True, delete=True, time_out=True)
        assert door.ask(DeleteRequest(1, "b34ccfc7"))
        for number, seconds in ((2, 60), (3, None), (4, 0), (5, 10**7)):
            assert door.ask(TimeOutRequest(number, "713936733", seconds))
        await eventually(lambda: len(api.asked) == 5)
        who = {"broadcaster_id": "1337", "moderator_id": "99"}
        assert api.asked[0] == ("DELETE", "chat", {**who, "message_id": "b34ccfc7"}, None)
        assert api.asked[1] == ("POST", "bans", who, {"data": {"user_id": "713936733", "duration": 60}})
        assert api.asked[2][3] == {"data": {"user_id": "713936733"}}
        assert api.asked[3] == ("DELETE", "bans", {**who, "user_id": "713936733"}, None)
        assert api.asked[4][3]["data"]["duration"] == 1_209_600
        api.refuses = True
        assert door.ask(DeleteRequest(6, "b34ccfc7"))
        await eventually(lambda: desk.record.failures)
        assert desk.record.failures == [(6, "Missing scope: moderator:manage:banned_users")]
