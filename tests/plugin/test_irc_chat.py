"""The IRC plugin against a real server: reads, writes, comes back, and shows nothing twice."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from app.domain.chat.platform import ChatState, DeleteRequest, SendRequest
from app.plugin.host import PluginState
from tests.support.authority import Authority
from tests.support.chat_plugins import ChatPlugins, chat_plugins, moved_plugin
from tests.support.irc_server import CHANNEL, IrcServer, irc_person, irc_server_program
from tests.support.relays import eventually
from tests.support.source_trees import ROOT

pytestmark = pytest.mark.skipif(not irc_server_program(), reason="ngircd is not installed")

PLUGINS = ROOT / "plugins"


def settings(port: int, **changed: str) -> dict[str, str | bool]:
    return {"server": f"127.0.0.1:{port}", "encrypted": False, "channel": CHANNEL, "nick": "lina", **changed}


@pytest.fixture
async def server(tmp_path: Path, unused_tcp_port: int) -> AsyncIterator[IrcServer]:
    made = IrcServer(tmp_path, unused_tcp_port)
    await made.start()
    yield made
    made.kill()


@pytest.fixture
async def desk(tmp_path: Path, server: IrcServer) -> AsyncIterator[ChatPlugins]:
    async with chat_plugins(tmp_path, PLUGINS, "irc_chat", settings(server.port)) as made:
        await made.record.connects()
        yield made


async def test_it_reads_what_viewers_write(server: IrcServer, desk: ChatPlugins) -> None:
    assert desk.record.healths[-1].detail == CHANNEL
    async with irc_person(server, "ana") as ana:
        ana.say("quanto custa? 多少钱 💜")
        ana.say("\x0304,01em \x02vermelho\x02?\x03")
        ana.say("\x01ACTION acena\x01")
        ana.say("\x01VERSION\x01")
        ana.say("fim")
        await eventually(lambda: "fim" in desk.record.texts)
    assert desk.record.texts == ["quanto custa? 多少钱 💜", "em vermelho?", "acena", "fim"]
    assert {(one.author, one.name, one.moderator) for one in desk.record.messages} == {("ana", "ana", False)}
    assert len({one.id for one in desk.record.messages}) == 4


async def test_operators_of_the_channel_are_moderators(tmp_path: Path, server: IrcServer) -> None:
    async with (
        irc_person(server, "owner") as owner,  # the first in a channel is its operator
        chat_plugins(tmp_path, PLUGINS, "irc_chat", settings(server.port)) as desk,
    ):
        await desk.record.connects()
        owner.say("hello")
        await eventually(lambda: desk.record.messages)
        assert desk.record.messages[0].moderator
        owner.send(f"MODE {CHANNEL} -o owner")
        owner.say("again")
        await eventually(lambda: len(desk.record.messages) == 2)
        assert not desk.record.messages[1].moderator


async def test_it_sends_replies_in_lines_that_fit(server: IrcServer, desk: ChatPlugins) -> None:
    async with irc_person(server, "ana") as ana:
        ana.say("frete?")
        await eventually(lambda: desk.record.messages)
        door = desk.record.opened_door()
        assert door.abilities.send and not door.abilities.delete
        assert door.ask(SendRequest(1, "r.1", "O frete é grátis\r\nQUIT", desk.record.messages[0].id, "pt-BR"))
        long = "多少钱" * 100
        assert door.ask(SendRequest(2, "r.2", long))
        await eventually(lambda: sum(len(line.text) for line in ana.heard[1:]) == len(long))
        assert ana.heard[0].text == "ana: O frete é grátis QUIT"
        assert "".join(line.text for line in ana.heard[1:]) == long
        assert len(ana.heard) == 4
        assert door.ask(DeleteRequest(3, "r.2"))
        await eventually(lambda: desk.record.failures)
    assert desk.record.failures == [(3, "IRC cannot do this")]
    assert len(desk.record.messages) == 1  # not its own


async def test_it_comes_back_after_the_server_is_killed(server: IrcServer, desk: ChatPlugins) -> None:
    async with irc_person(server, "ana") as ana:
        ana.say("one")
        await eventually(lambda: desk.record.messages)
    server.kill()
    await desk.record.stops()
    assert desk.record.opened_door().ask(SendRequest(1, "r.1", "lost"))
    await eventually(lambda: desk.record.failures)
    assert desk.record.failures == [(1, "not connected")]
    await server.start()
    await desk.record.connects()
    async with irc_person(server, "ana") as ana:
        ana.say("two")
        await eventually(lambda: len(desk.record.messages) == 2)
    assert desk.record.texts == ["one", "two"]
    waits = [health.retry_s for health in desk.record.healths if health.state is ChatState.WAITING]
    assert all(0.5 <= wait_s <= 60 for wait_s in waits)
    assert desk.notices == []  # the plugin itself never stopped


async def test_a_crashed_plugin_comes_back(server: IrcServer, desk: ChatPlugins) -> None:
    (plugin,) = [one for one in desk.host.plugins if one.manifest.id == "irc_chat"]
    assert plugin.run is not None
    plugin.run._process.kill()
    await eventually(lambda: plugin.restarts == 1 and plugin.state.value is PluginState.ON)
    await desk.record.connects()
    async with irc_person(server, "ana") as ana:
        ana.say("hi")
        await eventually(lambda: desk.record.messages)


async def test_a_taken_nickname_is_changed(tmp_path: Path, server: IrcServer) -> None:
    async with irc_person(server, "lina") as other, chat_plugins(tmp_path, PLUGINS, "irc_chat", settings(server.port)) as desk:
        await desk.record.connects()
        other.say("hello")
        await eventually(lambda: desk.record.messages)
        assert desk.record.messages[0].name == "lina"


async def test_a_password_comes_from_the_keyring_and_is_in_no_file(tmp_path: Path, unused_tcp_port: int) -> None:
    password = "open-sesame-47"
    server = IrcServer(tmp_path, unused_tcp_port, password)
    await server.start()
    try:
        async with chat_plugins(tmp_path, PLUGINS, "irc_chat", settings(server.port), {"password": password}) as desk:
            await desk.record.connects()
            assert desk.host.values("irc_chat")["password"] == "kept"
            assert desk.secrets.kept == {"plugin irc_chat password": password}
            assert password not in desk.settings_file.read_text(encoding="utf-8")
            desk.host.configure("irc_chat", "password", "wrong")
            await eventually(lambda: "password" in desk.record.healths[-1].detail)
            assert desk.record.healths[-1].retry_s >= 60  # not again and again
            desk.host.configure("irc_chat", "password", "")
            assert desk.host.values("irc_chat")["password"] == ""
    finally:
        server.kill()
    for path in (tmp_path / "data").rglob("*"):
        assert not path.is_file() or password.encode() not in path.read_bytes()


@pytest.mark.parametrize("trusted", [True, False])
async def test_only_a_server_with_a_valid_certificate_is_talked_to(
    tmp_path: Path, unused_tcp_port_factory: Callable[[], int], monkeypatch: pytest.MonkeyPatch, trusted: bool
) -> None:
    authority = Authority(tmp_path)
    authority.server_context("127.0.0.1")
    ports = unused_tcp_port_factory(), unused_tcp_port_factory()
    server = IrcServer(tmp_path, ports[0], certificate=tmp_path / "127.0.0.1.pem", tls_port=ports[1])
    folder = moved_plugin(tmp_path, "irc_chat", {})
    shutil.copy(tmp_path / "roots.pem", folder / "irc_chat")  # where the plugin may read
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(folder / "irc_chat" / "roots.pem"))
    await server.start()
    try:
        async with (
            irc_person(server, "ana") as ana,
            chat_plugins(tmp_path, folder, "irc_chat", {**settings(ports[1]), "encrypted": True}) as desk,
        ):
            if trusted:
                await desk.record.connects()
                ana.say("oi")
                await eventually(lambda: desk.record.texts == ["oi"])
            else:
                await desk.record.stops()
                assert desk.record.healths[-1].detail == "the server’s certificate is not valid"
    finally:
        server.kill()


@pytest.mark.parametrize(("key", "value"), [("channel", ""), ("nick", "two words"), ("server", "http:///")])
async def test_wrong_settings_are_named(tmp_path: Path, unused_tcp_port: int, key: str, value: str) -> None:
    async with chat_plugins(tmp_path, PLUGINS, "irc_chat", settings(unused_tcp_port, **{key: value})) as desk:
        await eventually(lambda: desk.notices)
        assert [notice.code for notice in desk.notices] == ["plugin.failed"]
        assert str(desk.notices[0].data["reason"]).startswith("Enter ")


async def test_a_server_that_the_settings_do_not_name_is_out_of_reach(tmp_path: Path, server: IrcServer) -> None:
    folder = tmp_path / "plugins" / "irc_chat"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_bytes((PLUGINS / "irc_chat" / "plugin.toml").read_bytes())
    code = (PLUGINS / "irc_chat" / "plugin.py").read_text(encoding="utf-8")
    (folder / "plugin.py").write_text(code.replace("host=host,", 'host="127.0.0.1",'), encoding="utf-8")
    async with chat_plugins(tmp_path, tmp_path / "plugins", "irc_chat", settings(server.port, server=f"irc.example:{server.port}")) as desk:
        await eventually(lambda: desk.record.state is ChatState.WAITING or desk.notices)
        assert "does not request" in (desk.record.healths[-1].detail + "".join(str(one.data) for one in desk.notices))
        await asyncio.sleep(0)
