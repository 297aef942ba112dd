"""Two peers on loopback; each records what it receives."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from app.transport.peer import Peer
from app.transport.sdp import Setup


@dataclass
class Inbox:
    """Records what one peer received, with an event for each change."""

    rtp: list[bytes] = field(default_factory=list)
    rtcp: list[bytes] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    news: asyncio.Event = field(default_factory=asyncio.Event)

    def on_rtp(self, packet: bytes, arrival_ns: int) -> None:
        self.rtp.append(packet)
        self.news.set()

    def on_rtcp(self, compound: bytes) -> None:
        self.rtcp.append(compound)
        self.news.set()

    def on_closed(self, reason: str) -> None:
        self.closed.append(reason)
        self.news.set()

    async def until(self, *, rtp: int = 0, rtcp: int = 0, closed: int = 0, within_s: float = 10) -> None:
        """Wait until at least this much has arrived."""
        async with asyncio.timeout(within_s):
            while len(self.rtp) < rtp or len(self.rtcp) < rtcp or len(self.closed) < closed:
                self.news.clear()
                await self.news.wait()


def make_peer(inbox: Inbox, *, controlling: bool, setup: Setup | None = None) -> Peer:
    return Peer(
        controlling=controlling,
        addresses=lambda: ["127.0.0.1"],
        on_rtp=inbox.on_rtp,
        on_rtcp=inbox.on_rtcp,
        on_closed=inbox.on_closed,
        setup=setup,
    )


@asynccontextmanager
async def connected_pair(answerer_setup: Setup = Setup.PASSIVE) -> AsyncIterator[tuple[Peer, Inbox, Peer, Inbox]]:
    """An offering and an answering peer, connected over 127.0.0.1."""
    offerer_inbox, answerer_inbox = Inbox(), Inbox()
    offerer = make_peer(offerer_inbox, controlling=True)
    answerer = make_peer(answerer_inbox, controlling=False, setup=answerer_setup)
    try:
        offer, answer = await offerer.gather(), await answerer.gather()
        await asyncio.gather(offerer.connect(answer), answerer.connect(replace(offer, setup=Setup.ACTPASS)))
        yield offerer, offerer_inbox, answerer, answerer_inbox
    finally:
        await offerer.aclose()
        await answerer.aclose()
