"""Trying a relay out leaves nothing behind."""

from collections.abc import Iterator

import pytest

from app.domain.program.output import Relay, Target
from app.domain.program.packet import Codec
from app.domain.program.trial import RelayTrial
from app.transport import whip
from app.transport.http import RelayHttp
from tests.support.whip_server import WhipServer
from tests.transport.test_publisher import Rig, _rig, server, target_for  # noqa: F401  fixtures


@pytest.fixture
def rig() -> Iterator[Rig]:
    yield from _rig()


async def tried(rig: Rig, server: WhipServer, target: Target) -> RelayTrial:  # noqa: F811
    found: list[RelayTrial] = []
    rig.publisher.try_out(target, found.append)
    await server.until(lambda: bool(found), 60)
    return found[0]


async def test_a_working_relay_is_left_after_the_trial(rig: Rig, server: WhipServer) -> None:  # noqa: F811
    trial = await tried(rig, server, target_for(server))
    assert trial.failure == "" and trial.answered and trial.codec is Codec.H264 and trial.sound
    assert 0 < trial.answer_ms < trial.total_ms
    await server.until(lambda: server.deleted == ["/session/1"])
    assert rig.publisher.stats() == () and rig.notices == [], "nobody is on air, and only the answer is reported"


async def test_a_failed_trial_names_its_step(rig: Rig, server: WhipServer) -> None:  # noqa: F811
    server.token = "right"
    wrong = await tried(rig, server, target_for(server, "wrong-token"))
    assert (wrong.failure, wrong.answered) == ("whip.token", False) and "wrong-token" not in repr(wrong)
    assert (await tried(rig, server, target_for(server, "right"))).failure == ""
    nobody = Target(Relay("x", "X", "http://127.0.0.1:9/whip"))
    assert (await tried(rig, server, nobody)).failure == "whip.tcp"
    assert (await tried(rig, server, Target(Relay("x", "X", "ftp://x/")))).failure == "whip.address"
    server.token, server.faults.rewrite = "", lambda answer: "<html>Welcome</html>"
    assert (await tried(rig, server, target_for(server))).failure == "whip.answer"


async def test_the_session_of_a_late_answer_is_left(rig: Rig, server: WhipServer, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    monkeypatch.setattr(whip, "POST_WITHIN_S", 0.05)
    closed: list[RelayHttp] = []
    close = RelayHttp.aclose

    async def noted(http: RelayHttp) -> None:
        await close(http)
        closed.append(http)

    monkeypatch.setattr(RelayHttp, "aclose", noted)
    server.faults.delay_s = 0.3
    assert (await tried(rig, server, target_for(server))).failure == "whip.no_reply"
    await server.until(lambda: server.deleted == ["/session/1"])
    await server.until(lambda: bool(closed))
    assert closed[0]._pool is None, "nothing is asked over a client that was closed"


async def test_repeated_clicks_start_a_bounded_number_of_trials(rig: Rig, server: WhipServer) -> None:  # noqa: F811
    server.faults.status, server.faults.delay_s = 503, 0.2
    found: list[RelayTrial] = []
    for _ in range(50):
        rig.publisher.try_out(target_for(server), found.append)
    await server.until(lambda: len(found) >= 4)
    assert server.posts <= 4 and {one.failure for one in found} == {"whip.http"}
