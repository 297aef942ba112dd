"""An IRC channel against servers that say what a real one in a test cannot be made to say."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from app.plugin import irc, irc_channel
from app.plugin.chat import Chat
from app.plugin.irc import IrcConnection
from app.plugin.irc_channel import IrcChannel
from tests.support.chat_plugins import SentLines
from tests.support.relays import eventually

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@asynccontextmanager
async def server(serve: Serve) -> AsyncIterator[int]:
    """A server; gives its port. At the end it waits until each connection is served."""
    over: list[asyncio.Event] = []

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        over.append(asyncio.Event())
        await serve(reader, writer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()
        over[-1].set()

    made = await asyncio.start_server(serve_one, "127.0.0.1", 0)
    try:
        yield made.sockets[0].getsockname()[1]
    finally:
        made.close()
        async with asyncio.timeout(10):
            for one in over:
                await one.wait()


async def moderators_after(*lines: str) -> dict[str, bool]:
    """Who of ana, bob and eve is a moderator after the server has sent these lines to the channel #shop."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while not (await reader.readline()).startswith(b"USER"):
            continue
        texts = [f":{nick}!u@h PRIVMSG #shop :oi" for nick in ("ana", "bob", "eve")]
        for line in (":irc.test 001 lina :hi", ":lina!u@h JOIN #shop", *lines, *texts):
            writer.write(f"{line}\r\n".encode())

    sent = SentLines()
    chat = Chat(sent)
    async with server(serve) as port:
        delivering = asyncio.create_task(chat.deliver())
        await IrcChannel(chat, host="127.0.0.1", port=port, tls=False, channel="#shop", nick="lina").session()
        await eventually(lambda: sent.of("chat"))
        delivering.cancel()
    (batch,) = sent.of("chat")
    return {record["name"]: record.get("moderator", False) for record in batch}


NAMES = ":irc.test 353 lina = #shop :lina @ana +bob eve"


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ((), {"ana"}),
        ((":ana!u@h MODE #shop +ov bob eve",), {"ana", "bob"}),
        ((":ana!u@h MODE #shop +v-o+h eve ana bob",), {"bob"}),
        ((":ana!u@h MODE #shop +lko 30 key eve",), {"ana", "eve"}),
        ((":ana!u@h MODE #shop -l+o eve",), {"ana", "eve"}),
        ((":ana!u@h MODE #other +o eve", ":ana!u@h MODE #shop +o"), {"ana"}),
        ((":ana!u@h QUIT :bye",), set()),
        ((":ana!u@h PART #shop",), set()),
        ((":x!u@h KICK #shop ana :out",), set()),
        ((":ana!u@h NICK :eve",), {"eve"}),
        ((":ana!u@h NICK ann", ":eve!u@h NICK ana"), set()),
    ],
)
async def test_only_operators_are_moderators(lines: tuple[str, ...], expected: set[str]) -> None:
    found = await moderators_after(NAMES, *lines)
    assert {name for name, moderator in found.items() if moderator} == expected
    assert set(found) == {"ana", "bob", "eve"}


@pytest.mark.parametrize("joins", [False, True])
async def test_a_server_must_let_us_join_in_time(monkeypatch: pytest.MonkeyPatch, joins: bool) -> None:
    monkeypatch.setattr(irc_channel, "JOIN_S", 0.3)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        with contextlib.suppress(OSError):
            if joins:
                writer.write(b":lina!u@h JOIN #shop\r\n")
            for _ in range(20):
                writer.write(b":irc.test NOTICE * :*** Looking up your name\r\n")
                await asyncio.sleep(0.05)

    sent = SentLines()
    async with server(serve) as port:
        channel = IrcChannel(Chat(sent), host="127.0.0.1", port=port, tls=False, channel="#shop", nick="lina")
        with contextlib.nullcontext() if joins else pytest.raises(TimeoutError):
            await channel.session()
    assert [one["state"] for one in sent.of("health")] == ["connected"] * joins


async def test_a_server_that_asks_and_never_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(irc, "ANSWER_S", 0.3)

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        del reader
        with contextlib.suppress(OSError):
            while True:
                writer.write(b"PING :" + b"x" * 8000 + b"\r\n")
                await writer.drain()

    async with server(serve) as port:
        connection = await IrcConnection.open("127.0.0.1", port, tls=False)
        async with asyncio.timeout(20):
            with pytest.raises(TimeoutError):
                async for line in connection.lines():
                    pytest.fail(f"not a PING: {line}")
            await connection.aclose()
