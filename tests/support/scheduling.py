"""A show with a plan and its scheduler; the test sets the time."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

from app.bootstrap.calendar import LazyCalendar
from app.bootstrap.studio import schedule_review
from app.calendar.packaged_zones import load_zones
from app.domain.base.clock import Clock
from app.domain.base.local_time import LocalTime
from app.domain.base.notice import Notice
from app.domain.base.state_machine import StateMachine
from app.domain.base.zones import Zones
from app.domain.event import EventKind, ShowEvent
from app.domain.planning.people.party import Party
from app.domain.planning.schedule import Airing, Schedule
from app.domain.planning.schedule_editing import on_schedule
from app.domain.program.broadcast import BROADCAST_MOVES, BroadcastState
from app.domain.program.device import Devices
from app.domain.program.output import Relay
from app.domain.program.stats import EngineStats, RelayProbe
from app.session.base.thread_runner import ThreadRunner
from app.session.catalogue.product_index import ProductIndex
from app.session.engine.engine_supervisor import EngineState
from app.session.planning.dates.clock_watch import ClockWatch
from app.session.planning.schedule_alerts import ScheduleAlerts
from app.session.planning.scheduler import Scheduler
from app.session.rundown.show_runner import ShowRunner
from app.session.selling.selling import Selling
from app.storage.last_time_zone import LastTimeZone
from app.storage.paths import RESOURCES
from tests.support.clocks import SetClock
from tests.support.selling_show import FiledShow, selling_show
from tests.support.studio_desk import paths_in

T = TypeVar("T")
NOW = datetime(2027, 3, 1, 12, 0, tzinfo=UTC)


class SteppingClock(SetClock):
    """A running clock whose wall time can be set."""

    def __init__(self, now_ns: int) -> None:
        super().__init__(now_ns)
        self.ahead_ns = 0

    def wall_ns(self) -> int:
        return self.now_ns + self.ahead_ns

    def step(self, seconds: float) -> None:
        self.ahead_ns += round(seconds * 1e9)


class PlacedCalendar(LazyCalendar):
    """Calendars for a computer whose time zone the test sets."""

    def __init__(self, zones: Zones, place: str) -> None:
        super().__init__(RESOURCES / "markets", RESOURCES / "calendar", lambda: zones)
        self.place = place

    def local_zone(self) -> str:
        return self.place


class PlannedBroadcast:
    """Goes on air on request, without an engine."""

    def __init__(self) -> None:
        self.state: StateMachine[BroadcastState] = StateMachine("desk", BroadcastState.IDLE, BROADCAST_MOVES)
        self.asked_live = 0

    def main_relay(self) -> Relay:
        return Relay("sg", "Singapore", "https://sg.example.test/whip")

    def go_live(self) -> None:
        self.asked_live += 1
        self.state.set(BroadcastState.STARTING)


class PlannedEngine:
    """An engine whose stats and devices the test sets."""

    def __init__(self) -> None:
        self.state: StateMachine[EngineState] = StateMachine("engine", EngineState.ATTACHED, {})
        self.devices = Devices()
        self.stats: EngineStats | None = None


class PlannedRelays:
    """Relays whose probes the test sets."""

    def __init__(self) -> None:
        self.probes: tuple[RelayProbe, ...] = ()


class PlannedStudio(FiledShow):
    """An open show that the plan can put on air."""

    def __init__(self, home: Path, clock: Clock, notify: Callable[[Notice], None]) -> None:
        super().__init__(home, clock, notify)
        self.broadcast = PlannedBroadcast()
        self.engine = PlannedEngine()
        self.relays = PlannedRelays()


def at_once(name: str, work: Callable[[], T], done: Callable[[T], None]) -> bool:
    """Run slow work immediately, for tests without a loop."""
    done(work())
    return True


class SchedulingDesk:
    """A scheduler with its show. Slow work runs immediately unless `slow`; then it needs a loop, and `aclose` at the end."""

    def __init__(
        self,
        home: Path,
        *,
        now: datetime = NOW,
        place: str = "Asia/Shanghai",
        zones: Zones | None = None,
        path: Path | None = None,
        slow: bool = False,
    ) -> None:
        self.clock = SteppingClock(round(now.timestamp() * 1e9))
        self.heard: list[Notice] = []
        self.changes = 0
        self.waiting: dict[str, int] = {}
        self.zones = zones or load_zones()
        self.calendar = PlacedCalendar(self.zones, place)
        paths = paths_in(home)
        self.studio = PlannedStudio(home, self.clock, self.heard.append)
        if path is not None:
            assert self.studio.files.open(path)
        products = ProductIndex(lambda: self.studio.document.show)
        notify = self.heard.append
        selling = Selling(self.studio, products, now_ms=self.now_ms, notify=notify)
        self.runner = ShowRunner(self.studio, products, selling, take=lambda scene_id: None, now_ms=self.now_ms, notify=notify)
        self.slow = ThreadRunner(notify)
        self.scheduler = Scheduler(
            self.studio,
            calendar=self.calendar,
            make_review=schedule_review,
            clock=self.clock,
            runner=self.runner,
            waiting=lambda key: self.waiting.get(key, 0),
            run_in_thread=self.slow if slow else at_once,
            notify=notify,
        )
        self.place = LastTimeZone(paths.last_time_zone)
        self.schedule_alerts = ScheduleAlerts(
            self.scheduler,
            watch=ClockWatch(self.clock),
            place=self.place,
            soon_min=lambda: 15,
            notify=notify,
        )
        self.scheduler.changed.connect(self._on_changed)
        self.scheduler.reload()
        self.schedule_alerts.reload()
        self.tick(2)

    def _on_changed(self) -> None:
        self.changes += 1

    def now_ms(self) -> int:
        return self.clock.wall_ns() // 1_000_000

    def fill(self, *airings: Airing, parties: Sequence[Party] = (), show: bool = False) -> None:
        """Add these to the plan by the scheduler's actions."""
        if show:
            self.studio.document.edit_show("Fill", lambda _: selling_show())
        for party in parties:
            self.scheduler.put_party(party)
        for airing in airings:
            self.scheduler.put_airing(airing)

    def put_plan(self, schedule: Schedule) -> None:
        """Replace the plan, as opening a file does."""
        self.studio.document.edit_show("Fill", on_schedule(lambda _: schedule))

    def be_at(self, instant: datetime) -> None:
        """Set the time."""
        self.clock.now_ns = round(instant.timestamp() * 1e9) - self.clock.ahead_ns
        self.tick()

    def tick(self, times: int = 1) -> None:
        for _ in range(times):
            self.schedule_alerts.tick()

    def live(self) -> None:
        """Put the engine on air."""
        if self.studio.broadcast.state.value is BroadcastState.IDLE:
            self.studio.broadcast.state.set(BroadcastState.STARTING)
        self.studio.broadcast.state.set(BroadcastState.LIVE)
        self.studio.log.append(EventKind.ON_AIR)
        self.scheduler.went_live()

    def off(self) -> None:
        """End the show as the host."""
        self.studio.broadcast.state.set(BroadcastState.STOPPING)
        self.studio.log.append(EventKind.OFF_AIR, why="host")
        self.studio.broadcast.state.set(BroadcastState.IDLE)

    def codes(self) -> list[str]:
        """Return the codes of the notices so far."""
        return [notice.code for notice in self.heard]

    def notice(self, code: str) -> Notice:
        """Return the only notice with this code."""
        (found,) = [notice for notice in self.heard if notice.code == code]
        return found

    def logged(self, *kinds: EventKind) -> list[ShowEvent]:
        return list(self.studio.log.events(kinds or None))

    def starts(self, days: int = 60) -> list[str]:
        """Return the start times of dates, in UTC."""
        now = self.scheduler.now()
        return [f"{one.start:%m-%d %H:%M}" for one in self.scheduler.occurrences(now, now + timedelta(days=days))]

    def close(self) -> None:
        self.studio.close()

    async def until(self, true: Callable[[], bool]) -> None:
        """Wait until the condition is true; it is checked after each change of the scheduler."""
        news = asyncio.Event()
        forget = self.scheduler.changed.connect(news.set)
        async with asyncio.timeout(30):
            while not true():
                news.clear()
                await news.wait()
        forget()

    async def aclose(self) -> None:
        """Close a desk that ran slow work in threads."""
        await self.slow.aclose()
        self.close()


def wall(text: str, zone: str, fold: int | None = None) -> LocalTime:
    """Return the local time of text such as "2027-03-05 20:00"."""
    return LocalTime(datetime.fromisoformat(text), zone, fold)
