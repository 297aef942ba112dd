"""Tests a market's festivals from rules, tables and the user's changes."""

from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.almanac import Almanac
from app.calendar.festival_days import consecutive_spans, rule_days, weekday_from, weekday_in
from app.calendar.festivals import FestivalCalendar
from app.domain.planning.festival import DayKind, Festival, LeadTask
from app.domain.planning.festival_rule import FestivalRule, parse_day_rule
from app.domain.planning.schedule import FestivalChange
from tests.support.festivals import OwnTables, packaged_calendar, public

FEAST = FestivalRule("feast", {"en": "Feast"}, ("XX",), matches=("Feast", "Feast Holiday"), tasks={"stock": 30})
SEASON = FestivalRule("season", {"en": "Season"}, ("XX",), rule="of feast - 10", until="of feast - 1")


def of(year: int, *rules: FestivalRule, days: tuple[tuple[str, str], ...] = (), changes: tuple[FestivalChange, ...] = ()) -> list[Festival]:
    table = tuple(public(day, name.removesuffix("*"), native="Fest", instead=name.endswith("*")) for day, name in days)
    return list(FestivalCalendar(rules, OwnTables({"XX": table})).of("XX", year, changes))


def spans(festivals: list[Festival]) -> list[tuple[str, str, str, str]]:
    return [(festival.key, festival.first.isoformat(), festival.day.isoformat(), festival.last.isoformat()) for festival in festivals]


def test_consecutive_table_days_are_one_festival() -> None:
    (found,) = of(2027, FEAST, days=(("2027-05-01", "Feast Holiday"), ("2027-05-02", "Feast"), ("2027-05-03", "Feast Holiday*")))
    assert spans([found]) == [("feast", "2027-05-01", "2027-05-02", "2027-05-03")]
    assert found.name == {"en": "Feast", "xx": "Fest"}
    assert found.tasks == (LeadTask("stock", 30),)


def test_a_separate_day_off_is_marked_as_substitute() -> None:
    feast, off = of(2027, FEAST, days=(("2027-05-02", "Feast"), ("2027-05-05", "Feast*")))
    assert (feast.key, feast.instead, feast.last) == ("feast", False, date(2027, 5, 2))
    assert (off.key, off.instead, off.tasks) == ("feast_observed", True, ())


def test_a_quiet_day_is_the_festival_not_its_later_day_off() -> None:
    rule = FestivalRule("mourning", {"en": "Mourning"}, ("XX",), matches=("Mourning",), caution=True, tone={"en": "Quiet."})
    day, off = of(2027, rule, days=(("2027-05-02", "Mourning"), ("2027-05-03", "Mourning*")))
    assert (day.last, day.caution, day.instead) == (date(2027, 5, 2), True, False)
    assert (off.first, off.caution, off.instead, off.kind, off.tone) == (date(2027, 5, 3), False, True, DayKind.PUBLIC, {})


def test_only_days_off_next_to_a_rules_day_belong_to_it() -> None:
    rule = FestivalRule("feast", {"en": "Feast"}, ("XX",), rule="05-02", matches=("Feast",))
    found = of(2027, rule, days=(("2027-05-01", "Feast"), ("2027-05-03", "Feast"), ("2027-05-10", "Feast")))
    assert spans(found) == [
        ("feast", "2027-05-01", "2027-05-02", "2027-05-03"),
        ("feast_observed", "2027-05-10", "2027-05-10", "2027-05-10"),
    ]


def test_a_day_without_a_rule_keeps_its_own_name() -> None:
    (found,) = of(2027, FEAST, days=(("2027-07-01", "King's Day"),))
    assert (found.key, found.name) == ("king_s_day", {"en": "King's Day", "xx": "Fest"})


def test_a_dependent_festival_moves_when_the_user_moves_its_base() -> None:
    change = FestivalChange("XX", "feast", 2027, date(2027, 5, 3))
    found = of(2027, FEAST, SEASON, days=(("2027-05-02", "Feast"),), changes=(change,))
    assert spans(found) == [("season", "2027-04-23", "2027-04-23", "2027-05-02"), ("feast", "2027-05-03", "2027-05-03", "2027-05-03")]
    assert not found[1].estimated


def test_a_season_can_start_in_the_previous_year() -> None:
    assert spans(of(2026, FEAST, SEASON, days=(("2027-01-05", "Feast"),))) == [("season", "2026-12-26", "2026-12-26", "2027-01-04")]


def test_a_hidden_festival_is_hidden_in_that_year_only() -> None:
    change = FestivalChange("XX", "feast", 2027, None)
    days = (("2027-05-02", "Feast"), ("2028-05-02", "Feast"))
    assert of(2027, FEAST, days=days, changes=(change,)) == []
    assert len(of(2028, FEAST, days=days, changes=(change,))) == 1


def test_a_users_date_adds_an_unannounced_festival() -> None:
    rule = FestivalRule("sale", {"en": "Sale"}, ("XX",), rule="dates", dates=("2025-07-08/4",), days=2)
    calendar = FestivalCalendar([rule], OwnTables({}))
    change = FestivalChange("XX", "sale", 2027, date(2027, 7, 6))
    assert [festival.days for festival in calendar.of("XX", 2025)] == [4]
    assert (calendar.of("XX", 2027), calendar.undated("XX", 2027)) == ((), (rule,))
    assert spans(list(calendar.of("XX", 2027, [change]))) == [("sale", "2027-07-06", "2027-07-06", "2027-07-07")]
    assert calendar.undated("XX", 2027, [change]) == ()


def test_changes_of_other_markets_and_years_change_nothing() -> None:
    days = (("2027-05-02", "Feast"),)
    others = (FestivalChange("YY", "feast", 2027, None), FestivalChange("XX", "feast", 2028, None), FestivalChange("XX", "no", 2027, None))
    assert of(2027, FEAST, days=days, changes=others) == of(2027, FEAST, days=days)


def test_a_change_moves_the_nearer_of_two_festivals_in_a_year() -> None:
    change = FestivalChange("AE", "eid_al_fitr", 2033, date(2033, 12, 24))
    found = [festival for festival in packaged_calendar().of("AE", 2033, [change]) if festival.key == "eid_al_fitr"]
    assert [(festival.day, festival.estimated) for festival in found] == [(date(2033, 1, 2), True), (date(2033, 12, 24), False)]


def test_moving_eid_moves_the_end_of_ramadan_and_keeps_its_length() -> None:
    change = FestivalChange("SA", "eid_al_fitr", 2027, date(2027, 3, 10))
    found = {festival.key: festival for festival in packaged_calendar().of("SA", 2027, [change])}
    assert found["ramadan"].last == date(2027, 3, 9)
    assert found["eid_shopping"].last == date(2027, 3, 9)
    assert found["eid_al_fitr"].days == 4


def test_other_queries_do_not_change_a_result() -> None:
    calendar = packaged_calendar()
    before = calendar.of("US", 2027)
    changed = calendar.of("US", 2027, [FestivalChange("US", "halloween", 2027, None)])
    assert len(changed) == len(before) - 1
    assert calendar.of("US", 2027) is before


@pytest.mark.parametrize(
    ("rule", "year", "days"),
    [
        ("02-29", 2027, []),
        ("02-29", 2028, ["2028-02-29"]),
        ("01-01 - 1", 2027, ["2027-12-31"]),
        ("12-31 + 1", 2027, ["2027-01-01"]),
        ("lunar 12-8", 2027, ["2027-01-15"]),  # twelfth month, eighth day of the lunar year that started in 2026
        ("lunar 1-1 - 1", 2027, ["2027-02-05"]),
        ("korean 1-1", 2051, []),
        ("hijri 10-1", 2033, ["2033-01-02", "2033-12-23"]),
        ("hijri 9-1", 2090, []),
    ],
)
def test_a_rule_gives_the_days_of_a_year(rule: str, year: int, days: list[str]) -> None:
    assert [day.isoformat() for day in rule_days(parse_day_rule(rule), "US", year, Almanac())] == days


def test_a_month_without_a_thirtieth_day_gives_no_date() -> None:
    almanac = Almanac()
    lengths = [almanac.lunar(2027, month, 30) is not None for month in range(1, 13)]
    assert 5 <= sum(lengths) <= 8


@given(st.integers(1950, 2150), st.integers(1, 12), st.integers(1, 7))
def test_weekday_rules_count_from_both_ends_of_a_month(year: int, month: int, weekday: int) -> None:
    nth = [weekday_in(year, month, weekday, number) for number in (1, 2, 3, 4)]
    last = weekday_in(year, month, weekday, -1)
    assert all(day.isoweekday() == weekday and (day.year, day.month) == (year, month) for day in (*nth, last))
    assert [(later - earlier).days for earlier, later in pairwise(nth)] == [7, 7, 7]
    assert (last - nth[0]).days in (21, 28)
    assert last.day > 21
    assert nth[0] == weekday_from(date(year, month, 1), weekday)


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1))))
def test_runs_contain_exactly_the_given_days(days: set[date]) -> None:
    found = consecutive_spans(days)
    assert {date.fromordinal(day) for first, last in found for day in range(first.toordinal(), last.toordinal() + 1)} == days
    assert all((later[0] - earlier[1]).days > 1 for earlier, later in pairwise(found))
