"""A show's counts: starting the rundown keeps them, and a new show starts with the waiting viewers."""

import itertools
from collections.abc import AsyncIterator

import pytest_asyncio

from app.domain.event import EventKind, ShowEvent
from app.session.room.room_summary import RoomSummary

_SEQ = itertools.count(1)


def event(kind: EventKind, minute: float = 0, **data: object) -> ShowEvent:
    return ShowEvent(next(_SEQ), round(minute * 60_000), kind, data)


@pytest_asyncio.fixture
async def summary() -> AsyncIterator[RoomSummary]:
    room_summary = RoomSummary()
    yield room_summary
    room_summary.close()


async def test_starting_the_rundown_on_air_keeps_the_counts(summary: RoomSummary) -> None:
    likes_at_start: list[int] = []
    summary.begun.connect(lambda: likes_at_start.append(summary.likes))
    for event_logged in (
        event(EventKind.ON_AIR),
        event(EventKind.LIKED, count=5, product="sun"),
        event(EventKind.DETAIL_ASKED, product="sun"),
        event(EventKind.SHOW_STARTED, 5),
        event(EventKind.LIKED, 6, count=2),
    ):
        summary.count(event_logged)
    assert (summary.likes, summary.details_asked, summary.of("sun").asked, summary.of("sun").likes) == (7, 1, 1, 5)
    assert likes_at_start == [0]


async def test_viewers_who_wait_between_shows_count_for_the_next_show(summary: RoomSummary) -> None:
    likes_at_start: list[int] = []
    summary.begun.connect(lambda: likes_at_start.append(summary.likes))
    summary.set_viewers(7)
    for event_logged in (
        event(EventKind.VIEWER_JOINED),
        event(EventKind.ON_AIR),
        event(EventKind.LIKED, count=40),
        event(EventKind.SHOW_STARTED, 1),
        event(EventKind.SHOW_ENDED, 60, why="host"),
        event(EventKind.OFF_AIR, 60, why="host"),
    ):
        summary.count(event_logged)
    assert (summary.likes, summary.joined) == (40, 1)
    summary.count(event(EventKind.LIKED, 61, count=3))
    summary.count(event(EventKind.VIEWER_JOINED, 62))
    assert (summary.likes, summary.joined) == (43, 2), "the last show's counts stay until the next show starts"
    summary.set_viewers(4)
    summary.count(event(EventKind.ON_AIR, 1500))
    assert (summary.likes, summary.joined, summary.peak, likes_at_start) == (3, 1, 4, [0, 3])


async def test_summed_events_count_with_their_number(summary: RoomSummary) -> None:
    summary.add(
        [
            event(EventKind.PRODUCT_SEEN, product="sun", count=40),
            event(EventKind.PRODUCT_SEEN, product="sun", viewer="old"),  # as in older logs
            event(EventKind.PRODUCT_CLICKED, product="sun", count=3, over=True),
            event(EventKind.VIEWER_JOINED, count=9, over=True),
            event(EventKind.DETAIL_ASKED, product="sun", count=2, over=True),
            event(EventKind.LIKED, count=-5),
        ]
    )
    assert (summary.of("sun").seen, summary.of("sun").clicked, summary.joined, summary.details_asked, summary.likes) == (41, 3, 9, 2, 1)
