"""Under attack the show continues: viewers get new frames, new viewers get in, and the log stays short.

How even the pictures are under each attack is measured by `python -m tests.benchmark.bench_attacks`.
"""

import asyncio
import logging
import math

import pytest

from app.relay.config import Limits
from app.session.air.embedded_relay import ask_status
from tests.support.attackers import ATTACKS, Attack
from tests.support.broadcaster import Broadcaster, Show
from tests.support.relays import KEY, base_of, running_relay
from tests.support.watcher import Watcher

TRIES = {"codes": 120, "pages": 600, "rubbish": 200, "datagrams": 4000, "reports": 60, "wishes": 120, "offers": 248, "connections": 300}
# The relay of a desk, with limits that so few tries reach.
LIMITS = Limits(
    max_connections=60,
    kept_connections=400,
    requests_burst=300,
    posts_burst=30,
    max_connecting=20,
    max_connecting_per_address=6,
)


@pytest.mark.parametrize("name", ATTACKS)
async def test_the_show_goes_on(name: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    async with running_relay(limits=LIMITS) as relay:
        publisher = Broadcaster(f"{base_of(relay)}/whip/live", KEY, Show(width=320, height=180))
        await publisher.start()
        honest = await Watcher(f"{base_of(relay)}/whep/live").start()
        await honest.until(lambda: len(honest.frames_seen) > 5)
        media = tuple(pair.remote_addr[1] for pair in honest.peer._ice._nominated.values())
        caplog.clear()
        attack = Attack(relay.port, media, math.inf, TRIES[name])
        attacking = asyncio.create_task(ATTACKS[name](attack))
        before = len(honest.frames_seen)
        newcomer = await Watcher(f"{base_of(relay)}/whep/live").start()
        await newcomer.until(lambda: len(newcomer.frames_seen) > 5, within_s=30)
        await honest.until(lambda: len(honest.frames_seen) > before + 30, within_s=30)
        assert await ask_status(relay.port) is not None, "the desk learns that its relay is alive"
        async with asyncio.timeout(60):
            while attack.on:
                await asyncio.sleep(0.01)
        before = len(honest.frames_seen)
        await honest.until(lambda: len(honest.frames_seen) > before + 10, within_s=30)
        attacking.cancel()
        await asyncio.wait({attacking})
        if not attacking.cancelled():
            attacking.result()
        assert not honest.closed
        assert not newcomer.closed
        for watcher in (honest, newcomer):
            await watcher.stop()
        await publisher.stop()
    tracebacks = [record.getMessage() for record in caplog.records if record.exc_info or record.levelno >= logging.WARNING]
    assert tracebacks == []
