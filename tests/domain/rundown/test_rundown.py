"""The timing of a running show, also when the clock or the plan changes."""

from app.domain.rundown import rundown
from app.domain.rundown.rundown import AuxTimer, Run, Segment, Timing, end, enter, timer_left_s

PLAN = (Segment("open", "Opening", planned_s=60), Segment("lamp", "Lamp", planned_s=300), Segment("close", "Close", planned_s=30))
START = 1_000_000


def timing(plan: tuple[Segment, ...], run: Run, now_ms: int) -> Timing:
    return rundown.timing(rundown.run_plan(plan, run), run, now_ms)


def test_a_clock_set_back_gives_no_negative_times() -> None:
    run = enter(Run(), "open", START)
    now = timing(PLAN, run, START - 3_600_000)
    assert (now.elapsed_s, now.slot_elapsed_s, now.slot_left_s) == (0, 0, 60)
    after = enter(run, "lamp", START - 3_600_000)
    assert after.spent_s == {"open": 0}
    assert end(after, START - 7_200_000).spent_s == {"open": 0, "lamp": 0}
    assert timing(PLAN, after, START - 3_590_000).slot_left_s == 290
    assert timer_left_s(AuxTimer(60, START, 60), START - 5_000) == 60


def test_the_timing_continues_if_the_current_segment_is_removed() -> None:
    run = enter(enter(Run(), "open", START), "lamp", START + 50_000)
    remaining_plan = (PLAN[0], PLAN[2])
    now = timing(remaining_plan, run, START + 100_000)
    assert (now.elapsed_s, now.slot_elapsed_s, now.slot_left_s) == (100, 0, 0)
    assert (now.over_s, now.ends_ms) == (40, START + 130_000)  # only the close is left
    assert timing(remaining_plan, end(run, START + 120_000), START + 900_000).elapsed_s == 120
