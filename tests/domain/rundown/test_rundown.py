"""The timing of a show, also when the clock or the plan changes during it."""

from app.domain.rundown import rundown
from app.domain.rundown.rundown import AuxTimer, Run, Segment, Timing, end, enter, timer_left_s

PLAN = (Segment("open", "Opening", planned_s=60), Segment("lamp", "Lamp", planned_s=300), Segment("close", "Close", planned_s=30))
START = 1_000_000


def timing(plan: tuple[Segment, ...], run: Run, now_ms: int) -> Timing:
    return rundown.timing(rundown.run_plan(plan, run), run, now_ms)


def test_a_clock_that_is_set_back_makes_no_time_negative() -> None:
    run = enter(Run(), "open", START)
    now = timing(PLAN, run, START - 3_600_000)
    assert (now.elapsed_s, now.slot_elapsed_s, now.slot_left_s) == (0, 0, 60)
    after = enter(run, "lamp", START - 3_600_000)
    assert after.spent_s == {"open": 0}
    assert end(after, START - 7_200_000).spent_s == {"open": 0, "lamp": 0}
    assert timing(PLAN, after, START - 3_590_000).slot_left_s == 290
    assert timer_left_s(AuxTimer(60, START, 60), START - 5_000) == 60


def test_the_show_goes_on_by_the_clock_when_its_segment_was_removed() -> None:
    run = enter(enter(Run(), "open", START), "lamp", START + 50_000)
    without = (PLAN[0], PLAN[2])
    now = timing(without, run, START + 100_000)
    assert (now.elapsed_s, now.slot_elapsed_s, now.slot_left_s) == (100, 0, 0)
    assert (now.over_s, now.ends_ms) == (40, START + 130_000)  # the close is still to come
    assert timing(without, end(run, START + 120_000), START + 900_000).elapsed_s == 120
