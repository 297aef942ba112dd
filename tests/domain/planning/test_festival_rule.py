"""Parses rules for festival days, and refuses everything else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.planning.festival_rule import LAST, MONTHS, NUMBERS, WEEKDAYS, Basis, DayRule, FestivalRuleError, parse_day_rule


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("11-11", DayRule(Basis.DATE, month=11, day=11)),
        ("02-29", DayRule(Basis.DATE, month=2, day=29)),
        ("fourth thursday of november + 1", DayRule(Basis.WEEKDAY, month=11, weekday=4, nth=4, shift=1)),
        ("last sunday of may", DayRule(Basis.WEEKDAY, month=5, weekday=7, nth=LAST)),
        ("wednesday from 01-06", DayRule(Basis.FROM, month=1, day=6, weekday=3)),
        ("easter - 21", DayRule(Basis.EASTER, shift=-21)),
        ("lunar 8-15", DayRule(Basis.LUNAR, month=8, day=15)),
        ("korean 1-1", DayRule(Basis.KOREAN, month=1, day=1)),
        ("hijri 10-1 - 1", DayRule(Basis.HIJRI, month=10, day=1, shift=-1)),
        ("of diwali - 2", DayRule(Basis.FESTIVAL, name="diwali", shift=-2)),
        ("public: Korean New Year", DayRule(Basis.PUBLIC, name="Korean New Year")),
        ("public MY-01: Beginning of Ramadan + 1", DayRule(Basis.PUBLIC, name="Beginning of Ramadan", country="MY-01", shift=1)),
        ("dates", DayRule(Basis.DATES)),
    ],
)
def test_a_rule_is_parsed(text: str, rule: DayRule) -> None:
    assert parse_day_rule(text) == rule


@pytest.mark.parametrize(
    "text",
    ["", "13-01", "00-10", "11-32", "lunar 8-31", "hijri 13-1", "fifth friday of may", "first day of may", "easter+1", "of Diwali", "x"],
)
def test_an_invalid_rule_is_refused_with_its_text(text: str) -> None:
    with pytest.raises(FestivalRuleError) as raised:
        parse_day_rule(text)
    assert (raised.value.code, raised.value.data["rule"]) == ("festivals.rule", text)


@given(st.sampled_from(NUMBERS), st.sampled_from(WEEKDAYS), st.sampled_from(MONTHS), st.integers(-400, 400))
def test_every_weekday_of_a_month_can_be_written(nth: str, weekday: str, month: str, shift: int) -> None:
    text = f"{nth} {weekday} of {month}" + (f" {'+' if shift > 0 else '-'} {abs(shift)}" if shift else "")
    rule = parse_day_rule(text)
    assert (NUMBERS[rule.nth - 1 if rule.nth > 0 else LAST], WEEKDAYS[rule.weekday - 1], MONTHS[rule.month - 1]) == (nth, weekday, month)
    assert rule.shift == shift
