"""Drafts a month of shows."""

from collections import Counter
from dataclasses import replace
from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.calendar.packaged_zones import load_zones
from app.domain.planning.months.month_draft import ShowQuota, draft_month, team_for, with_draft
from app.domain.planning.people.party import Absence, Party, PartyKind
from app.domain.planning.schedule import Schedule, ScheduleError, check_schedule

ZONES = load_zones()
PLAN = Schedule(
    parties=(
        Party("us", "New York", PartyKind.MARKET, "America/New_York", market_id="US"),
        Party("eg", "Cairo", PartyKind.MARKET, "Africa/Cairo", market_id="EG"),
        Party("host", "Mei", PartyKind.HOST, "Asia/Shanghai"),
    )
)
PRIME = {"US": time(20), "EG": time(0)}
APRIL = date(2027, 4, 1), date(2027, 4, 30)


def test_shows_are_in_prime_time_and_spread_over_the_week() -> None:
    drafted = draft_month(PLAN, [ShowQuota("us", "Evening", 3, team=("host",))], *APRIL, prime=PRIME, zones=ZONES)
    assert {airing.start.wall.time() for airing in drafted} == {time(20)}
    assert {airing.start.zone for airing in drafted} == {"America/New_York"}
    assert [airing.start.wall.day for airing in drafted][:6] == [2, 5, 7, 9, 12, 14]
    assert drafted[0].party_ids == ("us", "host")
    check_schedule(with_draft(PLAN, drafted))


def test_shows_of_all_audiences_are_spread_over_the_week() -> None:
    quotas = [ShowQuota("us", "Evening", 3), ShowQuota("eg", "Night", 2), ShowQuota("us", "Late", 2)]
    drafted = draft_month(PLAN, quotas, date(2027, 4, 5), date(2027, 4, 11), prime=PRIME, zones=ZONES)
    assert sorted(airing.start.wall.isoweekday() for airing in drafted) == [1, 2, 3, 4, 5, 6, 7]


@given(
    per_week=st.integers(1, 7),
    weekdays=st.sets(st.integers(1, 7), min_size=1),
    first=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
)
def test_every_week_has_the_chosen_number_of_shows_on_allowed_days(per_week: int, weekdays: set[int], first: date) -> None:
    monday = first.fromordinal(first.toordinal() - first.isoweekday() + 1)
    last = date.fromordinal(monday.toordinal() + 27)
    quota = ShowQuota("us", "Evening", min(per_week, len(weekdays)), weekdays=tuple(weekdays))
    drafted = draft_month(PLAN, [quota], monday, last, prime=PRIME, zones=ZONES)
    weeks = Counter(airing.start.wall.isocalendar().week for airing in drafted)
    assert set(weeks.values()) == {quota.per_week}
    assert len(weeks) == 4
    assert {airing.start.wall.isoweekday() for airing in drafted} <= weekdays
    assert len({airing.start.wall.date() for airing in drafted}) == len(drafted)


def test_a_show_at_a_skipped_midnight_moves_to_the_next_existing_quarter_hour() -> None:
    drafted = draft_month(PLAN, [ShowQuota("eg", "Night", 7)], date(2027, 4, 30), date(2027, 4, 30), prime=PRIME, zones=ZONES)
    assert [airing.start.wall for airing in drafted] == [datetime(2027, 4, 30, 1)]


def test_the_interpreter_who_speaks_the_audiences_language_is_chosen() -> None:
    host = PLAN.parties[2]
    joy = Party("joy", "Joy", PartyKind.INTERPRETER, "Asia/Manila", languages=("en", "id"))
    ana = Party("ana", "Ana", PartyKind.INTERPRETER, "Europe/Madrid", languages=("es-ES", "en"))
    people = (host, joy, ana)

    def team(*languages: str) -> tuple[str, ...]:
        return team_for(Party("a", "A", PartyKind.MARKET, "America/New_York", languages=languages), people)

    assert team("es", "en") == ("host", "ana")
    assert team("id") == team("en", "es") == team() == ("host", "joy")
    assert team_for(ana, (host,)) == ("host",)


def test_an_interpreter_without_the_audiences_language_is_not_chosen() -> None:
    host = PLAN.parties[2]
    omar = Party("omar", "Omar", PartyKind.INTERPRETER, "Africa/Cairo", languages=("ar", "zh-Hans"))
    new = Party("new", "New", PartyKind.INTERPRETER, "Africa/Cairo")
    audience = Party("us", "US", PartyKind.MARKET, "America/New_York", languages=("en-US", "es"))
    assert team_for(audience, (host, omar)) == ("host",)
    assert team_for(audience, (host, omar, new)) == ("host", "new"), "the interpreter's languages are unknown"
    assert team_for(replace(audience, languages=()), (host, omar)) == ("host", "omar"), "the audience's languages are unknown"
    assert team_for(replace(audience, languages=("fr", "ar-EG")), (host, new, omar)) == ("host", "omar")


@pytest.mark.parametrize(
    ("quota", "code"),
    [
        (ShowQuota("nobody", "A", 1), "schedule.no_party"),
        (ShowQuota("host", "A", 1), "schedule.no_market"),
        (ShowQuota("us", "A", 3, weekdays=(1, 2)), "schedule.per_week"),
        (ShowQuota("us", "A", 0), "schedule.per_week"),
        (ShowQuota("us", "A", 1, team=("nobody",)), "schedule.no_party"),
    ],
)
def test_an_impossible_quota_is_refused(quota: ShowQuota, code: str) -> None:
    with pytest.raises(ScheduleError) as raised:
        draft_month(PLAN, [quota], *APRIL, prime=PRIME, zones=ZONES)
    assert raised.value.code == code


def test_a_draft_of_ten_years_is_refused() -> None:
    with pytest.raises(ScheduleError) as raised:
        draft_month(PLAN, [ShowQuota("us", "A", 7)], date(2027, 1, 1), date(2036, 12, 31), prime=PRIME, zones=ZONES)
    assert raised.value.code == "schedule.too_many"


def test_a_show_moves_to_the_nearest_day_when_the_team_is_available() -> None:
    away = replace(PLAN.parties[2], away=(Absence(date(2027, 4, 13), date(2027, 4, 13)), Absence(date(2027, 4, 19), date(2027, 4, 26))))
    plan = replace(PLAN, parties=(*PLAN.parties[:2], away))
    drafted = draft_month(
        plan, [ShowQuota("us", "Evening", 2, team=("host",))], date(2027, 4, 5), date(2027, 4, 25), prime=PRIME, zones=ZONES
    )
    days = [airing.start.wall.day for airing in drafted]
    assert days == [5, 8, 13, 15]  # Monday the 12th in New York is already the 13th in Shanghai
