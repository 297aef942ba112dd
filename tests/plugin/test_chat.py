"""A plugin's chat: checked lines both ways, a bounded queue that counts what it drops, requests that fail aloud, and retries."""

import asyncio
import os
import signal
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from app.domain.chat.platform import (
    ChatAbilities,
    ChatHealth,
    ChatRequest,
    ChatState,
    DeleteRequest,
    PlatformMessage,
    SendRequest,
    TimeOutRequest,
)
from app.plugin import chat as chat_module
from app.plugin.chat import MAX_REQUESTS, MAX_SEEN, MAX_WAITING, Chat, RetryLater
from app.plugin.chat_gate import MESSAGES_BURST, TOO_FAST, ChatGate
from app.plugin.chat_wire import (
    MAX_BATCH,
    MAX_CHAT_TEXT,
    MAX_ID,
    abilities_part,
    chat_record,
    dropped_message,
    health_message,
    read_abilities,
    read_chat,
    read_dropped,
    read_health,
    read_request,
    read_undone,
    request_message,
    undone_message,
)
from app.plugin.wire import Message, WireError, decode_line, encode_line
from tests.support.chat_plugins import ChatRecord, SentLines, chat_plugins
from tests.support.clocks import SetClock
from tests.support.relays import eventually

WHOLE = PlatformMessage("m1", "u1", "Ana", "quanto custa? 💜", 1_800_000_000_000, True, "pt-BR", "m0")


def said(text: str, message_id: str = "") -> PlatformMessage:
    return PlatformMessage(message_id or text, "u1", "Ana", text)


# Lines --------------------------------------------------------------------------------------------------------------------


def test_messages_survive_encoding() -> None:
    bare = PlatformMessage("m2", "", "", "x")
    line = encode_line({"chat": [chat_record(WHOLE), chat_record(bare)]})
    assert read_chat(decode_line(line)["chat"]) == (WHOLE, bare)


def test_a_plugin_that_passes_too_much_is_cut() -> None:
    (taken,) = read_chat([chat_record(PlatformMessage("i" * 999, "a" * 999, "n" * 999, "\ud800" + "t" * 100_000, -5))])
    assert (len(taken.id), len(taken.text), taken.text[0], taken.at_ms) == (MAX_ID, MAX_CHAT_TEXT, "?", 0)


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        [None],
        [{"text": 5}],
        [{"text": "x" * (MAX_CHAT_TEXT + 1)}],
        [{"id": "x" * (MAX_ID + 1)}],
        [{"name": "\ud800"}],
        [{"at_ms": -1}],
        [{"at_ms": 10**30}],
        [{"at_ms": 1.5}],
        [{"moderator": "yes"}],
        [{}] * (MAX_BATCH + 1),
    ],
)
def test_an_absurd_batch_is_refused(data: object) -> None:
    with pytest.raises(WireError):
        read_chat(data)


@pytest.mark.parametrize(
    "request_",
    [SendRequest(1, "r.1", "oi", "m1", "pt-BR"), DeleteRequest(2, "m1"), TimeOutRequest(3, "u1", 60), TimeOutRequest(4, "u1", None)],
)
def test_requests_survive_encoding(request_: ChatRequest) -> None:
    assert read_request(decode_line(encode_line(request_message(request_)))["request"]) == request_


@pytest.mark.parametrize(
    "data",
    [
        None,
        {},
        {"kind": "dance", "number": 1},
        {"kind": "send", "number": "1"},
        {"kind": "send", "number": 1, "message": "m"},
        {"kind": "delete", "number": 1},
        {"kind": "time_out", "number": 1, "author": "u", "seconds": -1},
    ],
)
def test_an_absurd_request_is_refused(data: object) -> None:
    with pytest.raises(WireError):
        read_request(data)


def test_states_counts_failures_and_abilities_survive_encoding() -> None:
    health = ChatHealth(ChatState.WAITING, "no answer", 2.5)
    assert read_health(health_message(health)["health"]) == health
    assert read_dropped(dropped_message("too long a reason " * 9, 3)["dropped"])[1] == 3
    assert read_undone(undone_message(7, "no")["undone"]) == (7, "no")
    assert read_abilities(abilities_part(ChatAbilities(send=True))) == ChatAbilities(send=True)


@pytest.mark.parametrize(
    ("read", "data"),
    [
        (read_health, {"state": "dancing"}),
        (read_health, {"state": []}),
        (read_health, {"state": "waiting", "retry_s": -1}),
        (read_health, {"state": "waiting", "retry_s": "soon"}),
        (read_health, {"state": "waiting", "retry_s": True}),
        (read_health, "waiting"),
        (read_dropped, {"reason": "x", "count": -1}),
        (read_dropped, {"reason": "x" * 99, "count": 1}),
        (read_dropped, []),
        (read_undone, {"number": 1}.keys()),
        (read_undone, {"number": -1}),
        (read_abilities, {"send": 1}),
        (read_abilities, None),
    ],
)
def test_absurd_states_are_refused(read: Any, data: object) -> None:
    with pytest.raises(WireError):
        read(data)


# The desk's side ----------------------------------------------------------------------------------------------------------


def test_only_so_many_messages_a_second_are_taken_and_the_rest_is_counted() -> None:
    clock, record = SetClock(), ChatRecord()
    gate = ChatGate("one", "One", record, clock)
    batch: Message = {"chat": [chat_record(said(str(number))) for number in range(MAX_BATCH)]}
    rounds = MESSAGES_BURST // MAX_BATCH + 2
    for _ in range(rounds):
        gate.take(batch)
    assert len(record.messages) == MESSAGES_BURST
    assert record.dropped_by == {TOO_FAST: rounds * MAX_BATCH - MESSAGES_BURST}
    clock.pass_ms(100)
    gate.take(batch)
    assert len(record.messages) == MESSAGES_BURST + 10


def test_a_request_fails_at_most_once() -> None:
    record, asked = ChatRecord(), list[Message]()
    gate = ChatGate("one", "One", record, SetClock())
    gate.take(undone_message(1, "before it was asked"))

    def ask(message: Message) -> bool:
        asked.append(message)
        return True

    gate.open(abilities_part(ChatAbilities(send=True)), ask)
    assert record.opened_door().ask(SendRequest(1, "r.1", "oi"))
    for _ in range(3):
        gate.take(undone_message(1, "not connected"))
        gate.take(undone_message(2, "never asked"))
    assert record.failures == [(1, "not connected")]
    assert len(asked) == 1


# The plugin's side --------------------------------------------------------------------------------------------------------


@pytest.fixture
def sent() -> SentLines:
    return SentLines()


async def test_a_full_queue_drops_the_oldest_and_counts_them(sent: SentLines) -> None:
    chat = Chat(sent)
    for number in range(MAX_WAITING + 5):
        assert chat.receive(said(str(number)))
    delivering = asyncio.create_task(chat.deliver())
    await eventually(lambda: sum(map(len, sent.of("chat"))) == MAX_WAITING and sent.of("dropped"))
    delivering.cancel()
    assert sent.of("chat")[0][0]["text"] == "5"
    assert sent.of("dropped") == [{"reason": "queue_full", "count": 5}]


def test_huge_messages_do_not_fill_the_memory(sent: SentLines) -> None:
    chat = Chat(sent)
    tracemalloc.start()
    try:
        for number in range(100):
            chat.receive(PlatformMessage(f"{number}{'i' * 1_000_000}", "u1", "Ana", "t" * 1_000_000))
        assert tracemalloc.get_traced_memory()[0] < 5_000_000
    finally:
        tracemalloc.stop()


async def test_long_messages_fit_into_lines(sent: SentLines) -> None:
    chat = Chat(sent)
    for number in range(20):
        chat.receive(said("\u0001" * MAX_CHAT_TEXT, str(number)))
    delivering = asyncio.create_task(chat.deliver())
    await eventually(lambda: sum(map(len, sent.of("chat"))) == 20)
    delivering.cancel()


async def test_a_repeated_message_is_dropped_and_counted(sent: SentLines) -> None:
    chat = Chat(sent)
    assert chat.receive(said("a"))
    chat.known("own")
    assert not chat.receive(said("a")) and not chat.receive(said("own"))
    for number in range(MAX_SEEN):
        chat.receive(said(str(number)))
    assert chat.receive(said("a"))  # so long ago that nobody remembers
    delivering = asyncio.create_task(chat.deliver())
    await eventually(lambda: any(one["reason"] == "double" for one in sent.of("dropped")))
    delivering.cancel()
    assert {"reason": "double", "count": 2} in sent.of("dropped")


async def test_requests_are_carried_out_in_order_and_failures_reported(sent: SentLines) -> None:
    chat, done = Chat(sent), []

    async def carry_out(request: ChatRequest) -> None:
        if request.number == 2:
            raise ConnectionError("not connected")
        done.append(request.number)

    serving = asyncio.create_task(chat.serve(carry_out))
    for number in (1, 2, 3):
        chat.ask(request_message(SendRequest(number, f"r.{number}", "oi")))
    await eventually(lambda: done == [1, 3])
    serving.cancel()
    assert sent.of("undone") == [{"number": 2, "reason": "not connected"}]


def test_too_many_requests_fail(sent: SentLines) -> None:
    chat = Chat(sent)
    for number in range(MAX_REQUESTS + 1):
        chat.ask(request_message(DeleteRequest(number, "m")))
    assert [one["number"] for one in sent.of("undone")] == [MAX_REQUESTS]


async def test_a_connection_is_tried_again_after_growing_pauses(sent: SentLines, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chat_module, "FIRST_PAUSE_S", 0.01)
    monkeypatch.setattr(chat_module, "LONGEST_PAUSE_S", 0.05)
    chat = Chat(sent)
    failures: list[Exception] = [ConnectionRefusedError(111, "Connection refused"), EOFError(), TimeoutError(), RetryLater("quota", 0.2)]

    async def session() -> None:
        if failures:
            raise failures.pop(0)
        chat.connected("#shop")
        await asyncio.Event().wait()

    staying = asyncio.create_task(chat.stay_connected(session))
    await eventually(lambda: any(one["state"] == "connected" for one in sent.of("health")))
    staying.cancel()
    waiting = [one for one in sent.of("health") if one["state"] == "waiting"]
    assert [one["detail"] for one in waiting] == [
        "the server refuses connections",
        "the connection was closed",
        "no answer in time",
        "quota",
    ]
    assert 0.005 <= waiting[0]["retry_s"] <= 0.01 and waiting[3]["retry_s"] == 0.2


# In a process of its own --------------------------------------------------------------------------------------------------

MANIFEST = """
id = "one"
version = "1.0"
api = 1
name = { en = "One", zh-Hans = "一" }
[permissions]
chat = true
"""
ECHO = """
import asyncio
from app.plugin.api import ChatAbilities, PlatformMessage

def enable(api):
    async def run(chat):
        chat.connected("here")
        async for request in chat.requests():
            if request.text == "flood":
                for number in range(5000):
                    chat.receive(PlatformMessage(str(number), "u", "U", "x"))
            else:
                chat.receive(PlatformMessage(request.message, "u", "U", request.text + "!"))
    api.add_chat(run, ChatAbilities(send=True))
"""


def write_plugin(home: Path, code: str, manifest: str = MANIFEST) -> Path:
    folder = home / "plugins" / "one"
    folder.mkdir(parents=True)
    (folder / "plugin.toml").write_text(manifest, encoding="utf-8")
    (folder / "plugin.py").write_text(code, encoding="utf-8")
    return folder.parent


async def test_a_chat_answers_requests(tmp_path: Path) -> None:
    async with chat_plugins(tmp_path, write_plugin(tmp_path, ECHO), "one", {}) as desk:
        await desk.record.connects()
        door = desk.record.opened_door()
        assert (door.name, door.abilities, desk.record.healths[-1].detail) == ("One", ChatAbilities(send=True), "here")
        assert door.ask(SendRequest(1, "r.1", "oi"))
        await eventually(lambda: desk.record.texts == ["oi!"])
        desk.host.switch("one", on=False)
        assert desk.record.door is None


async def test_a_flood_neither_stops_the_plugin_nor_goes_uncounted(tmp_path: Path) -> None:
    async with chat_plugins(tmp_path, write_plugin(tmp_path, ECHO), "one", {}) as desk:
        await desk.record.connects()
        assert desk.record.opened_door().ask(SendRequest(1, "r.1", "flood"))
        await eventually(lambda: len(desk.record.messages) + desk.record.dropped_by.total() == 5000)
        assert desk.record.dropped_by["queue_full"] == 3000
        assert desk.record.opened_door().ask(SendRequest(2, "r.2", "still there"))
        await eventually(lambda: "still there!" in desk.record.texts)
        assert desk.notices == []


async def test_a_plugin_that_does_not_read_is_not_waited_for(tmp_path: Path) -> None:
    async with chat_plugins(tmp_path, write_plugin(tmp_path, ECHO), "one", {}) as desk:
        await desk.record.connects()
        (plugin,) = desk.host.plugins
        assert plugin.run is not None
        door = desk.record.opened_door()
        os.kill(plugin.run.pid, signal.SIGSTOP)
        answers = [door.ask(SendRequest(number, f"r.{number}", "x" * 2000)) for number in range(2000)]
        assert answers[0] and not answers[-1]  # refused at once, when pipe and queue are full
        os.kill(plugin.run.pid, signal.SIGCONT)


@pytest.mark.parametrize(
    ("manifest", "code", "reason"),
    [
        (MANIFEST.replace("chat = true", "orders = true"), ECHO, "plugin.toml does not request chat"),
        (MANIFEST, ECHO.replace("ChatAbilities(send=True))", "ChatAbilities())\n    api.add_chat(run)"), "a plugin can have one chat"),
    ],
)
async def test_a_chat_needs_its_permission_and_comes_alone(tmp_path: Path, manifest: str, code: str, reason: str) -> None:
    async with chat_plugins(tmp_path, write_plugin(tmp_path, code, manifest), "one", {}) as desk:
        await eventually(lambda: desk.notices)
        assert desk.notices[0].code == "plugin.failed" and reason in str(desk.notices[0].data["reason"])
        assert desk.record.messages == []


async def test_an_absurd_message_of_a_chat_restarts_its_plugin(tmp_path: Path) -> None:
    code = """
def enable(api):
    async def run(chat):
        chat._send({"chat": [{"text": 5}]})
    api.add_chat(run)
"""
    async with chat_plugins(tmp_path, write_plugin(tmp_path, code), "one", {}) as desk:
        await eventually(lambda: desk.notices)
        assert desk.notices[0].code == "plugin.garbled"
