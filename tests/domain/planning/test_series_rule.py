"""Repetition rules of a series, as objects and as text."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.planning.dates.series_rule import Frequency, SeriesRule, parse_rule
from app.domain.planning.schedule import ScheduleError

WEEKLY = st.builds(
    SeriesRule,
    st.just(Frequency.WEEKLY),
    interval=st.integers(1, 99),
    weekdays=st.sets(st.integers(1, 7)).map(lambda days: tuple(sorted(days))),
    count=st.integers(0, 1000),
)
MONTHLY = st.builds(
    SeriesRule,
    st.just(Frequency.MONTHLY),
    interval=st.integers(1, 99),
    weekdays=st.integers(1, 7).map(lambda day: (day,)),
    position=st.sampled_from((-1, 1, 2, 3, 4, 5)),
    until=st.dates(date(2026, 1, 1), date(2040, 1, 1)),
)
PLAIN = st.builds(SeriesRule, st.sampled_from(Frequency), interval=st.integers(1, 99))


@given(st.one_of(WEEKLY, MONTHLY, PLAIN))
def test_a_rule_survives_being_written_and_parsed(rule: SeriesRule) -> None:
    assert parse_rule(rule.text()) == rule


def test_a_rule_is_written_as_an_icalendar_rrule() -> None:
    assert SeriesRule(Frequency.WEEKLY, 2, (5, 1)).text() == "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,FR"
    assert SeriesRule(Frequency.MONTHLY, weekdays=(5,), position=-1, count=6).text() == "FREQ=MONTHLY;BYDAY=-1FR;COUNT=6"
    assert SeriesRule(Frequency.DAILY, until=date(2027, 3, 31)).text() == "FREQ=DAILY;UNTIL=20270331T235959"


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", ""),
        ("BYDAY=FR", "FREQ"),
        ("FREQ=HOURLY", "FREQ=HOURLY"),
        ("FREQ=WEEKLY;BYDAY=XX", "BYDAY=XX"),
        ("FREQ=WEEKLY;BYDAY=2FR", "BYDAY=2FR"),
        ("FREQ=MONTHLY;BYDAY=FR", "BYDAY=FR"),
        ("FREQ=MONTHLY;BYDAY=1MO,2FR", "BYDAY=1MO,2FR"),
        ("FREQ=WEEKLY;BYSETPOS=1", "BYSETPOS=1"),
        ("FREQ=WEEKLY;INTERVAL=0", "INTERVAL=0"),
        ("FREQ=WEEKLY;COUNT=3;UNTIL=20270101", "UNTIL"),
        ("FREQ=WEEKLY;COUNT=many", "COUNT=MANY"),
        ("FREQ=WEEKLY;FREQ=DAILY", "FREQ=DAILY"),
    ],
)
def test_an_unsupported_part_is_named_and_never_ignored(text: str, part: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        parse_rule(text)
    assert raised.value.code == "schedule.rule"
    assert raised.value.data["part"] == part
