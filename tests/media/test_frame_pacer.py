import threading
import time

from app.domain.base.clock import SystemClock
from app.media.frame_pacer import FramePacer, TickAction, TickCounts
from tests.support.clocks import SetClock


def test_ticks_stay_on_the_grid_and_never_drift() -> None:
    clock = SetClock()
    pacer = FramePacer(30, clock)
    pacer.start()
    for second in range(3):
        for beat in range(30):
            clock.now_ns = max(clock.now_ns, pacer.due_ns(second * 30 + beat))
            tick = pacer.wait()
            assert tick is not None
            assert (tick.number, tick.action, tick.late_ns) == (second * 30 + beat, TickAction.COMPOSE, 0)
    assert pacer.due_ns(90) == 1_000_000_000 + 3_000_000_000
    assert pacer.counts() == TickCounts(composed=90)


def test_a_long_compose_repeats_one_tick_and_skips_the_others_and_counts_each() -> None:
    clock = SetClock()
    pacer = FramePacer(25, clock)
    pacer.start()
    assert pacer.wait() is not None  # tick 0
    clock.pass_ms(4.5 * 40)  # ticks 1, 2 and 3 are lost, 4 is 20 ms late
    lost = pacer.wait()
    assert lost is not None
    assert (lost.number, lost.action, lost.late_ns) == (1, TickAction.REPEAT, 140_000_000)
    late = pacer.wait()
    assert late is not None
    assert (late.number, late.action, late.late_ns) == (4, TickAction.COMPOSE, 20_000_000)
    assert pacer.counts() == TickCounts(composed=2, repeated=1, skipped=2)


def test_every_tick_is_counted_once_for_any_delays() -> None:
    clock = SetClock()
    pacer = FramePacer(60, clock)
    pacer.start()
    for delay_ms in (0, 5, 17, 3, 90, 0, 16, 34, 250, 1):
        clock.pass_ms(delay_ms)
        clock.now_ns = max(clock.now_ns, pacer.due_ns(sum_of(pacer.counts())))
        assert pacer.wait() is not None
    counts = pacer.counts()
    passed = (clock.now_ns - 1_000_000_000) * 60 // 1_000_000_000
    # All ticks whose time has passed are counted; the current one may be, too.
    assert passed <= sum_of(counts) <= passed + 1
    assert counts.repeated
    assert counts.skipped


def sum_of(counts: TickCounts) -> int:
    return counts.composed + counts.repeated + counts.skipped


def test_stop_ends_a_long_wait_at_once_and_start_begins_again() -> None:
    pacer = FramePacer(1, SystemClock())
    pacer.start()
    assert pacer.wait() is not None
    answers: list[object] = []
    waiting = threading.Thread(target=lambda: answers.append(pacer.wait()))
    waiting.start()
    pacer.stop()
    waiting.join(0.8)  # the next tick would be a second away
    assert not waiting.is_alive()
    assert answers == [None]
    assert pacer.wait() is None
    pacer.start()
    tick = pacer.wait()
    assert tick is not None
    assert tick.number == 0
    assert pacer.counts() == TickCounts(composed=1)


def test_ticks_of_the_real_clock_are_never_early() -> None:
    clock = SystemClock()
    pacer = FramePacer(50, clock)
    pacer.start()
    begun = time.monotonic_ns()
    for _ in range(10):
        tick = pacer.wait()
        assert tick is not None
        assert tick.late_ns >= 0
        assert time.monotonic_ns() >= tick.due_ns
    assert time.monotonic_ns() - begun >= 9 * 20_000_000 - 1_000_000
