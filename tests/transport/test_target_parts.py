"""Parts of a target that need no relay."""

import asyncio

from app.domain.base.notice import Notice, Severity
from app.transport.notice_filter import NoticeFilter
from app.transport.target_stats import RateMeter
from app.transport.wakeup import Wakeup
from tests.support.clocks import SetClock


async def test_a_wakeup_ends_a_wait_and_a_network_change_is_remembered() -> None:
    wakeup = Wakeup()
    assert not await wakeup.wait(0.01)
    asyncio.get_running_loop().call_later(0.01, wakeup.on_network_changed)
    assert await wakeup.wait(5)
    wakeup.clear()
    assert not await wakeup.wait(0.01)
    assert wakeup.take_network_change() and not wakeup.take_network_change()


def test_a_notice_passes_once_in_a_row() -> None:
    said: list[str] = []
    notices = NoticeFilter(lambda notice: said.append(notice.code))
    for code in ("whip.tcp", "whip.tcp", "target.back", "whip.tcp"):
        notices.notify(Notice(Severity.WARNING, code, {"detail": "gone"}))
    assert said == ["whip.tcp", "target.back", "whip.tcp"]


def test_the_rate_is_measured_once_a_tick() -> None:
    clock = SetClock()
    meter = RateMeter(1000, clock)
    assert meter.is_due()
    meter.measure(5_000)
    assert meter.kbps == 0.0 and not meter.is_due()
    clock.pass_ms(2000)
    assert meter.is_due()
    meter.measure(255_000)
    assert meter.kbps == 1000.0
