"""Sessions that start while the relay stops."""

import asyncio
import threading

import pytest

from app.domain.base.clock import SystemClock
from app.relay.access.admission import Admission
from app.relay.config import Limits
from app.relay.media.sessions import Sessions
from app.relay.media.stream import Stream
from app.relay.refusals import Refusal
from app.transport.peer import Peer
from app.transport.sdp import Description
from tests.support.watcher import watch_offer


async def test_a_session_during_shutdown_is_refused_and_leaves_nothing(caplog: pytest.LogCaptureFixture) -> None:
    clock, limits = SystemClock(), Limits()
    admission = Admission(limits, clock)
    asked = threading.Event()

    def addresses() -> list[str]:
        asked.set()
        return ["127.0.0.1"]

    viewer = Peer(
        controlling=True,
        addresses=lambda: ["127.0.0.1"],
        on_rtp=lambda packet, now_ns: None,
        on_rtcp=lambda compound: None,
        on_closed=lambda reason: None,
    )
    offer = Description(await viewer.gather(), watch_offer(), ("0", "1"))
    sessions = Sessions(clock=clock, limits=limits, admission=admission, addresses=addresses)
    coming = asyncio.create_task(sessions.watch(Stream("live", clock), offer, "127.0.0.1"))
    while not asked.is_set():
        await asyncio.sleep(0)
    assert not coming.done(), "it is still gathering"
    await sessions.aclose()
    with pytest.raises(Refusal):
        await coming
    assert sessions.all() == ()
    assert admission.sessions == 0
    await viewer.aclose()
