"""Percentiles of the last minute and of the whole run."""

import numpy as np
import pytest

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.domain.program.stats import Percentiles
from app.media.percentile_meter import PercentileMeter


def test_percentiles_without_values_are_zero() -> None:
    meter = PercentileMeter()
    assert meter.last_minute(0) == Percentiles()
    assert meter.whole_run() == Percentiles()


def test_percentiles_agree_with_numpy() -> None:
    meter = PercentileMeter()
    values = np.random.default_rng(3).gamma(2.0, 3.0, 3000)
    for number, value in enumerate(values):
        meter.add(int(value * NS_PER_MS), 1000 * NS_PER_S + number * 10 * NS_PER_MS)
    recent = meter.last_minute(1000 * NS_PER_S + 3000 * 10 * NS_PER_MS)
    run = meter.whole_run()
    for spread in (recent, run):
        assert (spread.p50, spread.p95, spread.p99) == pytest.approx(np.percentile(values, (50, 95, 99)), abs=0.3)
        assert spread.max == pytest.approx(values.max(), abs=0.01)


def test_the_last_minute_forgets_and_the_whole_run_does_not() -> None:
    meter = PercentileMeter()
    meter.add(90 * NS_PER_MS, NS_PER_S)
    meter.add(2 * NS_PER_MS, 70 * NS_PER_S)
    assert meter.last_minute(71 * NS_PER_S).max == 2.0
    assert meter.whole_run().max == 90.0
    meter.begin_run()
    assert meter.whole_run() == Percentiles()


def test_memory_is_bounded_and_very_late_values_count() -> None:
    meter = PercentileMeter()
    for number in range(5000):
        meter.add(900 * NS_PER_MS, number * 20 * NS_PER_MS)
    assert meter.last_minute(100 * NS_PER_S).p50 == 900.0
    assert meter.whole_run().max == 900.0
