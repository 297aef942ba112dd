"""Prime times learned from past shows reach the plan once the log is read."""

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
    desk = SchedulingDesk(tmp_path)
    desk.fill(parties=[INDIA])
    yield desk
    desk.close()


def log_show(desk: SchedulingDesk, day: int, clock: str, viewers: int) -> None:
    """Log a show of three hours at this Indian time with this many viewers."""
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


def log_month(desk: SchedulingDesk) -> None:
    """Log shows with many viewers at noon and few in the evening."""
    for day in (3, 5, 7):
        log_show(desk, day, NOON, 9)
        log_show(desk, day, EVENING, 4)


def test_a_market_that_watches_at_noon_has_prime_time_at_noon(desk: SchedulingDesk) -> None:
    scheduler = desk.scheduler
    assert scheduler.advice.comfort_rules(*DAYS).learned == {}
    week = datetime(2027, 6, 1, tzinfo=UTC), datetime(2027, 6, 8, tzinfo=UTC)
    before = scheduler.advice.find(["india"], 120, *week)[0]
    log_month(desk)
    assert scheduler.advice.comfort_rules(*DAYS).learned == {"india": ("12:30", "15:30")}
    after = scheduler.advice.find(["india"], 120, *week)[0]
    zone = desk.zones.zone("Asia/Kolkata")
    assert [one.start.astimezone(zone).hour for one in (before, after)] == [20, 13]


def test_a_long_log_is_read_in_chunks(desk: SchedulingDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(learned_hours, "PIECE", 7)
    log_month(desk)
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {"india": ("12:30", "15:30")}


def test_nothing_is_learned_from_another_show(desk: SchedulingDesk) -> None:
    log_month(desk)
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned
    desk.studio.files.new()
    desk.scheduler.reload()
    desk.fill(parties=[INDIA])
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {}
    log_show(desk, 10, NOON, 2)
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {}


async def test_on_a_running_desk_learned_hours_arrive_with_a_signal(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path, slow=True)
    desk.fill(parties=[INDIA])
    log_month(desk)
    learned_event = asyncio.Event()
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {}
    desk.scheduler.changed.connect(lambda: learned_event.set() if desk.scheduler.advice.comfort_rules(*DAYS).learned else None)
    await asyncio.wait_for(learned_event.wait(), 20)
    assert desk.scheduler.advice.comfort_rules(*DAYS).learned == {"india": ("12:30", "15:30")}
    await desk.aclose()
