"""Messages of a room's hub to the desk. A foreign relay may send anything, and the desk continues."""

import asyncio
import json
import random
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from app.domain.base.notice import Notice
from app.domain.room.event import RoomEvent, log_entry
from app.session.planning.announcements.room_calendar import RoomCalendar
from app.session.room.relay_messages import RelayMessage, decode_message
from app.session.room.room_link import RoomLink
from app.session.room.room_picture import RoomPicture
from app.session.room.room_socket import RoomAddress
from tests.fuzz.mutation import spoiled_json
from tests.fuzz.target import Call, Target

_WELCOME = {
    "t": "welcome",
    "v": 1,
    "boot": "abc",
    "seq": 4,
    "now_ms": 1_700_000_000_000,
    "board": {"product/p1": 3, "show": 1},
    "pictures": ["a"],
    "calendars": ["b.ics"],
    "coupons": {"c1": 4},
    "viewers": 3,
    "likes": 9,
    "dropped": 0,
}
_MESSAGES: tuple[Mapping[str, Any], ...] = (
    {"t": "event", "seq": 5, "at_ms": 1_700_000_000_000, "kind": "asked", "viewer": "v1", "data": {"product": "p1", "language": "de"}},
    {"t": "event", "seq": 6, "at_ms": 1_700_000_000_000, "kind": "claimed", "viewer": "v1", "data": {"coupon": "c1", "code": "A"}},
    {"t": "count", "viewers": 12, "likes": 40},
    {"t": "crowded", "entries": 100},
    {"t": "refused", "of": "put", "key": "product/p1", "words": "too large"},
    {"t": "refused", "of": "ack", "words": "no"},
)


def _hub_messages(rng: random.Random) -> list[str]:
    """Return a welcome and more messages; most welcomes are valid, so that the desk reads the rest."""
    welcome = spoiled_json(rng, _WELCOME) if rng.random() < 0.3 else json.dumps(_WELCOME)
    return [welcome, *(spoiled_json(rng, rng.choice(_MESSAGES)) for _ in range(rng.choice((1, 3, 9))))]


class _Hub:
    """One connection that sends these messages and then ends."""

    def __init__(self, messages: list[str]) -> None:
        self.close_code = 0
        self.over = asyncio.Event()
        self._left = list(reversed(messages))

    async def send(self, message: Mapping[str, Any]) -> None:
        return None

    async def receive(self) -> RelayMessage | None:
        await asyncio.sleep(0)
        while self._left:
            if (message := decode_message(self._left.pop())) is not None:
                return message
        return None

    async def put_picture(self, picture: RoomPicture) -> None:
        return None

    async def put_calendar(self, calendar: RoomCalendar) -> None:
        return None

    async def aclose(self) -> None:
        self.over.set()


async def _visit(messages: list[str]) -> object:
    """Join this hub once as a desk. No part of the desk may fail."""
    hub, events, notices = _Hub(messages), list[object](), list[Notice]()

    async def connect(address: RoomAddress) -> _Hub:
        return hub

    async def store() -> bool:
        return True

    async def find(picture_id: str) -> RoomPicture | None:
        return None

    def take(event: RoomEvent) -> None:
        events.append(log_entry(event))

    link = RoomLink(
        connect=connect,
        address=lambda: RoomAddress("http://127.0.0.1:9", "live", "key"),
        find_picture=find,
        on_event=take,
        store=store,
        notify=notices.append,
    )
    link.start()
    await hub.over.wait()
    await asyncio.sleep(0)
    await link.aclose()
    failed = [notice for notice in notices if notice.code in ("room.slipped", "room.unattended")]
    assert not failed, failed[0]
    return events, link.inbox.likes


@contextmanager
def _desk() -> Iterator[Call]:
    with asyncio.Runner() as runner:
        yield lambda messages: runner.run(_visit(messages))


TARGETS = (Target("hub", _hub_messages, _desk, base=20_000, works_at_most=60, gives_at_most=12, share=0.1),)
