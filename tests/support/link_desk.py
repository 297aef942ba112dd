"""A desk's end of the link for tests: connects, records events, and waits for matching ones."""

import asyncio
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from subprocess import Popen
from types import TracebackType
from typing import Self, TypeVar

from app.domain.base.notice import Notice
from app.domain.program.command import Event, Hello
from app.link import registration
from app.link.client import LinkClient
from app.link.messages import LinkError
from app.link.registration import Registration

ROOT = Path(__file__).parents[2]
PATIENCE_S = 20.0
E = TypeVar("E")


class LinkDesk:
    """An attached LinkClient that records events; an async context manager."""

    def __init__(self, found: Registration) -> None:
        self.events: list[Event] = []
        self._news = asyncio.Event()
        self.lost: asyncio.Future[LinkError] = asyncio.get_running_loop().create_future()
        self.client = LinkClient(found, on_event=self._heard, on_lost=self.lost.set_result)
        self.hello: Hello | None = None

    async def __aenter__(self) -> Self:
        self.hello = await self.client.connect()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self.client.aclose()

    def _heard(self, event: Event) -> None:
        self.events.append(event)
        self._news.set()

    async def event(self, kind: type[E], fits: Callable[[E], bool] = lambda _: True) -> E:
        """Return the first matching event of this kind, past or future."""
        async with asyncio.timeout(PATIENCE_S):
            while True:
                for event in self.events:
                    if isinstance(event, kind) and fits(event):
                        return event
                self._news.clear()
                await self._news.wait()

    async def notice(self, code: str) -> Notice:
        """Return the first notice with this code."""
        return await self.event(Notice, lambda notice: notice.code == code)


def start_paper_engine(runtime: Path, *, idle_s: float = 15.0) -> "Popen[bytes]":
    """Start a paper engine as a separate process."""
    words = ["-m", "tests.support.paper_engine", "engine", "--runtime", str(runtime), "--idle", str(idle_s)]
    return Popen([sys.executable, *words], cwd=ROOT)


async def registered(runtime: Path, *, other_than: int = 0) -> Registration:
    """Wait for a registration in this runtime folder, and return it."""
    async with asyncio.timeout(PATIENCE_S):
        while (found := registration.read(runtime)) is None or found.pid == other_than:
            await asyncio.sleep(0.02)
    return found


def values(notice: Notice) -> Mapping[str, object]:
    """Return a notice's data for comparison."""
    return dict(notice.data)
