"""Delays between retries."""

import pytest

from app.domain.base.backoff import Backoff
from tests.support.clocks import SetClock


def test_delays_follow_the_schedule_and_then_repeat_the_last() -> None:
    backoff = Backoff((0.5, 1, 4))
    assert backoff.failures == 0
    assert [backoff.failed() for _ in range(5)] == [0.5, 1, 4, 4, 4]
    assert backoff.failures == 5


def test_reset_restarts_the_schedule() -> None:
    backoff = Backoff((1, 2, 3))
    assert [backoff.failed(), backoff.failed()] == [1, 2]
    backoff.reset()
    assert backoff.failures == 0
    assert [backoff.failed(), backoff.failed()] == [1, 2]


def test_a_week_of_failures_takes_no_more_memory_than_an_hour() -> None:
    backoff = Backoff((1, 2))
    assert {backoff.failed() for _ in range(5000)} == {1, 2}
    assert backoff.failures == 1000


@pytest.mark.parametrize(("passed_ms", "delay_s"), [(59_999, 3), (60_000, 2), (60_499, 2), (60_500, 1)])
def test_old_failures_are_forgiven(passed_ms: int, delay_s: int) -> None:
    clock = SetClock()
    backoff = Backoff((1, 2, 3), forgive_s=60, clock=clock)
    backoff.failed()
    clock.pass_ms(500)
    backoff.failed()
    clock.pass_ms(passed_ms - 500)
    assert backoff.failed() == delay_s
