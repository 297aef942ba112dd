"""WHIP servers that redirect, delay, refuse or lie, with the whole app; and two relays of which one dies."""

import re
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
import pytest_asyncio

from app.domain.program.output import Relay
from app.domain.program.project import starter_project
from app.domain.show import Show
from app.storage.show_file import write_new
from tests.support.foreign import werift
from tests.support.foreign.werift import WeriftRelay
from tests.support.tradewind import Tradewind, read_report
from tests.support.watcher import Watcher
from tests.support.whip_server import WhipServer

SMALL = ("--size", "320x180")
MOST_STEP = 8  # frames, a quarter of a second


@pytest_asyncio.fixture
async def server() -> AsyncIterator[WhipServer]:
    whip = WhipServer(token="let-me-in")
    await whip.start()
    yield whip
    await whip.aclose()


def another_certificate(answer: str) -> str:
    """Return the answer with fingerprints of another certificate."""
    return re.sub(r"(a=fingerprint:\S+ )(..)", lambda found: f"{found[1]}{int(found[2], 16) ^ 1:02X}", answer)


def broadcast(folder: Path, server: WhipServer, *more: str) -> Tradewind:
    return Tradewind(folder / "home", "broadcast", "--relay", server.url, "--token", "let-me-in", *SMALL, *more)


async def test_a_redirect_is_followed_with_the_token(tmp_path: Path, server: WhipServer) -> None:
    server.faults.redirects = 2
    async with broadcast(tmp_path, server) as run:
        await run.line("On air.")
        await server.until(lambda: bool(server.ingests) and len(server.ingests[-1].frames) > 10)
        assert await run.end() == 0
    assert [request.authorization for request in server.seen if request.method == "POST"] == ["Bearer let-me-in"] * 3
    assert server.deleted, "it deletes its session"
    assert run.warnings() == []


async def test_a_slow_answer_is_accepted(tmp_path: Path, server: WhipServer) -> None:
    server.faults.delay_s = 2.0
    async with broadcast(tmp_path, server) as run:
        await run.line("On air.")
        await server.until(lambda: bool(server.ingests) and len(server.ingests[-1].frames) > 10)
        assert await run.end() == 0


async def test_a_busy_server_is_retried_at_the_time_it_gives(tmp_path: Path, server: WhipServer) -> None:
    server.faults.status, server.faults.body, server.faults.headers, server.faults.times = 503, "no room yet", {"Retry-After": "1"}, 2
    async with broadcast(tmp_path, server) as run:
        await run.line("On air.")
        assert server.posts == 3
        assert await run.end() == 0


async def test_a_refusal_is_reported_with_the_servers_message(tmp_path: Path, server: WhipServer) -> None:
    server.token = "another"
    async with broadcast(tmp_path, server, "--seconds", "2") as run:
        assert await run.ended() == 1
    assert "Couldn’t go live" in run.complaints[-1]
    assert "wrong stream key" in run.complaints[-1]
    assert not any("let-me-in" in line for line in (*run.complaints, *run.lines, *run.logs())), "tokens are never logged"


@pytest.mark.parametrize(
    ("fault", "reason"),
    [(lambda answer: "<html>Welcome</html>", "answer"), (another_certificate, "certificate")],
    ids=["a web page", "another's certificate"],
)
async def test_an_invalid_answer_is_reported(tmp_path: Path, server: WhipServer, fault: Callable[[str], str], reason: str) -> None:
    server.faults.rewrite = fault
    async with broadcast(tmp_path, server) as run:
        warning = await run.complaint("warning: ")
        assert reason in warning
        assert await run.end() == 1
    assert run.running() == []


async def test_a_server_that_answers_but_never_connects_is_retried(tmp_path: Path, server: WhipServer) -> None:
    server.faults.deaf = True
    async with broadcast(tmp_path, server) as run:
        await run.complaint("warning: ")
        server.faults.deaf = False
        await run.line("On air.")
        assert await run.end() == 0
    assert len(server.deleted) >= 2, "the session that never connected is deleted too"


@pytest.mark.relay
@pytest.mark.skipif(bool(werift.available()), reason=werift.available())
async def test_if_one_relay_of_two_dies_the_other_does_not_stutter(tmp_path: Path) -> None:
    """Both relays share one encoder; the werift relay is killed while a viewer watches the other."""
    report = tmp_path / "report.json"
    keys = tmp_path / "keys"
    async with Tradewind(tmp_path / "relay", "relay", "--listen", "127.0.0.1:0", "--keys", str(keys)) as ours, WeriftRelay() as theirs:
        whip = await ours.line("  publish")
        key = keys.read_text().split()[1]
        addresses = ("--relay", whip, "--token", key, "--relay", f"{theirs.base}/whip/show")
        async with Tradewind(tmp_path / "home", "broadcast", *addresses, *SMALL, "--report", str(report)) as run:
            await run.line("On air on", within_s=20)
            watcher = await Watcher((await ours.line("  watch")).replace("/watch/", "/whep/")).start()
            await watcher.until(lambda: len(watcher.video) > 60, 20)
            theirs.kill()
            warning = await run.complaint("warning: ", within_s=40)
            assert theirs.base.removeprefix("http://") in warning
            seen = len(watcher.frames())
            await watcher.until(lambda: len(watcher.video) > seen + 60, 20)
            await watcher.stop()
            assert await run.end() == 0
        numbers = watcher.numbers()
    assert numbers[0] >= 0
    steps = [after - before for before, after in pairwise(number for number in numbers if number >= 0)]
    assert 0 <= min(steps) <= max(steps) <= MOST_STEP, numbers  # a busy machine may skip a frame, but not a dying relay
    figures = read_report(report)
    assert len(figures["targets"]) == 2


async def test_a_project_from_elsewhere_makes_no_connection_and_says_so(tmp_path: Path, server: WhipServer) -> None:
    path = tmp_path / "gift.tradewind"
    relay = Relay("turn", "Theirs", server.url.replace("http://", "http://anna:open-sesame@"))
    write_new(path, Show(replace(starter_project(camera=None, microphone=False), relays=(relay,), relay_id="turn")))
    words = ("broadcast", str(path), *SMALL, "--seconds", "2")
    async with Tradewind(tmp_path / "home", *words) as run:
        assert await run.ended() == 1
        assert "wants to connect to servers you have not allowed yet" in "\n".join(run.complaints)
        assert any(line.strip().startswith("Theirs: http://127.0.0.1:") for line in run.complaints)
    assert server.seen == []
    server.token = ""
    async with Tradewind(tmp_path / "home", *words, "--allow-connections") as run:
        assert await run.ended() == 0, run.complaints
        assert not any("open-sesame" in line for line in (*run.complaints, *run.lines, *run.logs()))
    assert server.posts == 1


async def test_credentials_in_the_address_are_used_and_never_logged(tmp_path: Path, server: WhipServer) -> None:
    server.token = "another"
    address = server.url.replace("http://", "http://anna:open-sesame@")
    async with Tradewind(tmp_path / "home", "broadcast", "--relay", address, *SMALL, "--seconds", "2") as run:
        assert await run.ended() == 1
        assert "wrong stream key" in run.complaints[-1], "the relay's own message, and no network error"
        written = (*run.complaints, *run.lines, *run.logs())
    assert not any("open-sesame" in line or "anna" in line or "YW5uYT" in line for line in written)
    assert {request.authorization for request in server.seen if request.method == "POST"} == {"Basic YW5uYTpvcGVuLXNlc2FtZQ=="}
    async with Tradewind(tmp_path / "home", "broadcast", "--relay", address, "--token", "t", *SMALL) as run:
        assert await run.ended() == 1
        assert "Use only one of them" in run.complaints[-1] and "open-sesame" not in run.complaints[-1]


@pytest.mark.parametrize("copied", ["Bearer let-me-in", "  let-me-in\n", "let-\u200bme-in\ufeff"])
async def test_a_token_is_trimmed_at_the_command_line_as_in_the_window(tmp_path: Path, server: WhipServer, copied: str) -> None:
    (tmp_path / "tokens").write_text(f"{copied}\n", encoding="utf-8")
    for how in (("--token", copied), ("--token-file", str(tmp_path / "tokens"))):
        async with Tradewind(tmp_path / "home", "broadcast", "--relay", server.url, *how, *SMALL, "--seconds", "1") as run:
            assert await run.ended() == 0, run.complaints
