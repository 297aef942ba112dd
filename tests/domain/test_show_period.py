"""Splits the log into periods: neither starting the rundown nor a break starts a new one."""

import pytest

from app.domain.event import EventKind, ShowEvent
from app.domain.show_period import ShowPeriod

ON, OFF, START, END, RESUMED = (
    EventKind.ON_AIR,
    EventKind.OFF_AIR,
    EventKind.SHOW_STARTED,
    EventKind.SHOW_ENDED,
    EventKind.SHOW_RESUMED,
)
LIKED = EventKind.LIKED
MINUTE = 60_000


def period_starts(*events: tuple[int, EventKind] | tuple[int, EventKind, str]) -> tuple[list[int], ShowPeriod]:
    """Return the sequence numbers of the events (minute, kind, reason) that start a period."""
    period = ShowPeriod()
    starts = []
    for seq, (minute, kind, *why) in enumerate(events, 1):
        if period.take(ShowEvent(seq, minute * MINUTE, kind, {"why": why[0]} if why else {})):
            starts.append(seq)
    return starts, period


@pytest.mark.parametrize(
    ("events", "starts", "since"),
    [
        ([(0, ON), (5, START), (60, END), (61, OFF)], [1], 0),
        ([(0, START), (5, ON), (60, OFF), (61, END)], [1], 0),
        ([(0, ON), (5, START), (6, END), (7, START)], [1], 0),
        ([(0, LIKED), (1, ON), (5, START)], [2], 0),
        ([(0, ON), (10, OFF), (15, ON)], [1], 0),  # a short break
        ([(0, ON), (10, OFF), (41, ON)], [1, 3], 2),
        ([(0, START), (10, END, "host"), (11, ON)], [1, 3], 2),  # a rehearsal
        ([(0, ON), (1, START), (10, OFF, "lost"), (10, END, "interrupted"), (12, ON), (13, RESUMED)], [1], 0),
        ([(0, ON), (1, START), (10, END, "host"), (10, OFF), (11, LIKED), (12, ON)], [1, 6], 4),
        ([(60, ON), (61, OFF), (0, ON)], [1, 3], 2),  # the clock was set back
    ],
)
def test_periods_start_at_the_expected_events(events: list[tuple[int, EventKind]], starts: list[int], since: int) -> None:
    result, period = period_starts(*events)
    assert (result, period.since_seq) == (starts, since)


def test_a_period_is_over_once_off_air_with_no_run() -> None:
    assert ShowPeriod().over
    assert not period_starts((0, ON), (1, START), (2, OFF))[1].over
    assert period_starts((0, ON), (1, START), (2, OFF), (3, END))[1].over
