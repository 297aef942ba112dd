"""The plan on the viewer page follows edits and time; calendar files are added later."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from app.domain.planning.schedule import Airing, Occurrence
from app.session.planning.announcements.room_calendar import RoomCalendar, room_calendar
from app.session.room.room_dates import Made, RoomDates
from tests.support.schedules import NEW_YORK
from tests.support.scheduling import SchedulingDesk, wall

WEEKLY = Airing("weekly", "Friday deals", wall("2027-03-05 20:00", NEW_YORK), rule="FREQ=WEEKLY;BYDAY=FR;COUNT=3")
FIRST = datetime(2027, 3, 6, 1, 0, tzinfo=UTC)


class RecordedPage:
    """Records the page's updates; calendar files are finished once the test sets `may_finish`."""

    def __init__(self, desk: SchedulingDesk) -> None:
        self.updates: list[tuple[Mapping[str, Any], tuple[RoomCalendar, ...]]] = []
        self.requested: list[list[str]] = []
        self.may_finish = asyncio.Event()
        self.files_made = asyncio.Event()
        self.dates = RoomDates(
            desk.scheduler,
            make_calendars=self.make_calendars,
            host_language=lambda: "en",
            link=lambda: "http://here/",
            show=self._show,
            notify=desk.heard.append,
        )

    def _show(self, board: Mapping[str, Any], files: tuple[RoomCalendar, ...]) -> None:
        self.updates.append((board, files))
        if files:
            self.files_made.set()

    async def make_calendars(self, occurrences: Iterable[Occurrence]) -> Made:
        dates = list(occurrences)
        self.requested.append([one.key for one in dates])
        await self.may_finish.wait()
        files = tuple(room_calendar(one.key.encode(), one.key) for one in dates)
        return files, {one.key: {"en": file.name} for one, file in zip(dates, files, strict=True)}


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[SchedulingDesk]:
    files_made = SchedulingDesk(tmp_path)
    yield files_made
    files_made.close()


async def test_the_board_follows_the_plan_and_the_clock(desk: SchedulingDesk) -> None:
    page = RecordedPage(desk)
    page.dates.follow()
    assert page.updates == []
    desk.fill(WEEKLY)
    for _ in range(3):
        page.dates.follow()
    assert [board["schedule"] for board, _ in page.updates] == [[f"weekly@2027-03-{day}T20:00" for day in ("05", "12", "19")]]
    desk.be_at(FIRST + timedelta(hours=2))
    page.dates.follow()
    assert len(page.updates[-1][0]["schedule"]) == 2
    desk.scheduler.remove_airings(["weekly"])
    page.dates.follow()
    page.dates.follow()
    assert [board for board, _ in page.updates[2:]] == [{}]
    await page.dates.aclose()


async def test_calendar_files_are_made_once_per_plan_in_the_background(desk: SchedulingDesk) -> None:
    page = RecordedPage(desk)
    desk.fill(WEEKLY)
    page.dates.follow()
    await asyncio.sleep(0)
    desk.scheduler.set_rest_hours(9)
    page.dates.follow()
    await asyncio.sleep(0)
    assert len(page.requested) == 1, "only one batch is made at a time"
    page.may_finish.set()
    async with asyncio.timeout(40):
        while len(page.requested) < 2:
            await page.files_made.wait()
            page.files_made.clear()
            await asyncio.sleep(0)
    first = page.updates[-1][0]["date/weekly@2027-03-05T20:00"]
    assert first["calendar"]["en"] == page.updates[-1][1][0].name
    count = len(page.requested)
    page.dates.follow()
    assert len(page.requested) == count
    await page.dates.aclose()


async def test_the_date_on_air_is_not_listed_as_coming(desk: SchedulingDesk) -> None:
    page = RecordedPage(desk)
    desk.fill(WEEKLY)
    desk.be_at(FIRST)
    desk.scheduler.start()
    desk.live()
    page.dates.follow()
    assert page.updates[-1][0]["schedule"] == ["weekly@2027-03-12T20:00", "weekly@2027-03-19T20:00"]
    await page.dates.aclose()


async def test_a_date_that_started_early_and_ended_is_not_listed_again(desk: SchedulingDesk) -> None:
    page = RecordedPage(desk)
    desk.fill(WEEKLY)
    desk.be_at(FIRST - timedelta(minutes=20))
    desk.scheduler.start()
    desk.live()
    page.dates.follow()
    desk.off()
    page.dates.follow()
    assert [board["schedule"] for board, _ in page.updates] == [["weekly@2027-03-12T20:00", "weekly@2027-03-19T20:00"]] * 2
    assert "date/weekly@2027-03-05T20:00" not in page.updates[-1][0]
    await page.dates.aclose()
