"""Past shows teach when a market watches: the plan of a desk knows it as soon as the log was read."""

import asyncio
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from app.domain.event import EventKind
from app.domain.planning.people.party import Party, PartyKind
from app.session.planning.hours import learned_hours
from tests.support.scheduling import SchedulingDesk

INDIA = Party("india", "India", PartyKind.MARKET, "Asia/Kolkata", market_id="IN", languages=("en",))
NOON, EVENING = "12:30", "20:00"
DAYS = (date(2027, 6, 1), date(2027, 6, 8))


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[SchedulingDesk]:
    made = SchedulingDesk(tmp_path)
    made.fill(parties=[INDIA])
    yield made
    made.close()


def show(desk: SchedulingDesk, day: int, clock: str, viewers: int) -> None:
    """Three hours on air, by the clock of India, in front of so many."""
    zone = desk.zones.zone("Asia/Kolkata")
    begin = datetime.fromisoformat(f"2027-05-{day:02}T{clock}").replace(tzinfo=zone).astimezone(UTC)
    desk.be_at(begin)
    desk.studio.log.append(EventKind.ON_AIR)
    for number in range(viewers):
        desk.studio.log.append(EventKind.VIEWER_JOINED, viewer=f"v{number}", language="en", market="IN")
    desk.be_at(begin + timedelta(hours=3))
    desk.studio.log.append(EventKind.OFF_AIR, why="host")
    for number in range(viewers):
        desk.studio.log.append(EventKind.VIEWER_LEFT, viewer=f"v{number}")


def month(desk: SchedulingDesk) -> None:
    """Many at noon, few in the evening."""
    for day in (3, 5, 7):
        show(desk, day, NOON, 9)
        show(desk, day, EVENING, 4)


def test_a_market_that_watches_at_noon_has_its_prime_time_then(desk: SchedulingDesk) -> None:
    scheduler = desk.scheduler
    assert scheduler.advice.comfort_rules(*DAYS).learned == {}
    week = datetime(2027, 6, 1, tzinfo=UTC), datetime(2027, 6, 8, tzinfo=UTC)
    before = scheduler.advice.find(["india"], 120, *week)[0]
    month(desk)
    assert scheduler.advice.comfort_rules(*DAYS).learned == {"india": ("12:30", "15:30")}
    after = scheduler.advice.find(["india"], 120, *week)[0]
    zone = desk.zones.zone("Asia/Kolkata")
    assert [one.start.astimezone(zone).hour for one in (before, after)] == [20, 13]


def test_a_long_log_is_read_in_pieces(desk: SchedulingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned_hours, "PIECE", 7)
    month(desk)
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {"india": ("12:30", "15:30")}


def test_another_show_has_taught_nothing(desk: SchedulingDesk) -> None:
    month(desk)
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned
    desk.studio.files.new()
    desk.scheduler.reload()
    desk.fill(parties=[INDIA])
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {}
    show(desk, 10, NOON, 2)
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {}


async def test_on_a_desk_that_runs_it_comes_when_it_was_read(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path, slow=True)
    desk.fill(parties=[INDIA])
    month(desk)
    told = asyncio.Event()
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {}
    desk.scheduler.changed.connect(lambda: told.set() if desk.scheduler.advice.comfort_rules(*DAYS).learned else None)
    await asyncio.wait_for(told.wait(), 20)
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {"india": ("12:30", "15:30")}
    await desk.aclose()
