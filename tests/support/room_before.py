"""A relay's room before the show, with a host who announces dates."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp

from tests.support.clocks import ShiftedClock
from tests.support.relays import base_of, running_relay
from tests.support.room import RoomSocket, desk
from tests.support.room_show import MARKETS

NOW = datetime(2027, 3, 10, 12, 0, tzinfo=UTC)
TITLE = {"en": "Evening market", "zh": "晚间集市", "ar": "سوق المساء"}
NEW = {"product": {"en": "Merino scarf", "zh": "美利奴围巾"}, "guest": {"en": "Chef Ana"}}


def date(start: datetime, wall: str, **more: Any) -> dict[str, Any]:
    start_ms = round(start.timestamp() * 1000)
    value = {
        "id": f"show@{wall}",
        "start_ms": start_ms,
        "end_ms": start_ms + 2 * 3600_000,
        "title": TITLE,
        "markets": ["US", "SG", "SA", "GB"],
        "zone": "America/New_York",
        "wall": wall,
        "new": NEW,
        "calendar": {},
    }
    return value | more


@dataclass(slots=True)
class RoomBeforeShow:
    """Run a relay before the show, with a host in its room."""

    base: str
    port: int
    client: aiohttp.ClientSession
    host: RoomSocket
    clock: ShiftedClock
    keys: list[str] = field(default_factory=list)

    @property
    def address(self) -> str:
        return f"{self.base}/watch/live"

    async def put(self, key: str, value: Any) -> None:
        await self.host.send(t="put", key=key, value=value)

    async def announce(self, *dates: dict[str, Any]) -> None:
        for one in dates:
            await self.put(f"date/{one['id']}", one)
        self.keys = [one["id"] for one in dates]
        await self.put("schedule", self.keys)

    async def remind(self, text: str, at: datetime, reminder: str = "r1", before: float | None = None) -> None:
        value = {"id": reminder, "date": self.keys[0], "at_ms": round(at.timestamp() * 1000), "texts": {"en": text}}
        await self.put("reminder", value if before is None else {**value, "before": {"en": before}})


@asynccontextmanager
async def room_before_show(port: int = 0, now: datetime = NOW) -> AsyncIterator[RoomBeforeShow]:
    clock = ShiftedClock(now)
    async with running_relay(port=port, clock=clock) as relay, aiohttp.ClientSession(base_of(relay)) as client, desk(client) as host:
        await host.open()
        room = RoomBeforeShow(base_of(relay), relay.port, client, host, clock)
        await room.put("show", {"title": "Live", "markets": list(MARKETS), "host_language": "en"})
        yield room
