"""The sample show with its plan, opened on a Sunday in November 2026."""

from datetime import UTC, date, datetime

from app.domain.base.clock import Clock
from app.domain.show import Show
from app.session.studio import Studio
from app.storage.paths import RESOURCES
from app.storage.sample_show import load_sample_show
from tests.support.clocks import SetClock

TODAY = date(2026, 11, 22)
NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)  # noon in Shanghai
US_FIRST = "us-evening@2026-11-26T20:00"
US_SECOND = "us-evening@2026-12-03T20:00"
GULF_FIRST = "gulf-evening@2026-11-28T20:00"


def noon_clock() -> SetClock:
    """Return a clock stopped at `NOON`."""
    return SetClock(round(NOON.timestamp()) * 1_000_000_000)


def plan_sample(studio: Studio, language: str = "en") -> Show:
    """Open the sample show in a studio with a `noon_clock`, in Shanghai's time zone."""
    sample = load_sample_show(RESOURCES / "sample_show", RESOURCES / "markets", language, TODAY)
    for content in sample.pictures.values():
        studio.pictures.add(content)
    studio.document.edit_show("Fill", lambda show: sample.show(show.project))
    studio.control.scheduler.set_host_zone("Asia/Shanghai")
    studio.control.scheduler.awake = True  # as after the first second of running
    return studio.document.show


def at(clock: Clock, moment: datetime) -> None:
    """Set a `noon_clock` to another time."""
    assert isinstance(clock, SetClock)
    clock.now_ns = round(moment.timestamp()) * 1_000_000_000
