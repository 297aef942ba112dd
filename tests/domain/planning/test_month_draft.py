"""A first draft of a month of shows."""

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


def test_shows_stand_in_prime_time_of_their_audience_and_as_far_apart_as_may_be() -> None:
    made = draft_month(PLAN, [ShowQuota("us", "Evening", 3, team=("host",))], *APRIL, prime=PRIME, zones=ZONES)
    assert {airing.start.wall.time() for airing in made} == {time(20)}
    assert {airing.start.zone for airing in made} == {"America/New_York"}
    assert [airing.start.wall.day for airing in made][:6] == [2, 5, 7, 9, 12, 14]
    assert made[0].party_ids == ("us", "host")
    check_schedule(with_draft(PLAN, made))


def test_audiences_share_the_days_of_a_week_instead_of_crowding_the_same_ones() -> None:
    quotas = [ShowQuota("us", "Evening", 3), ShowQuota("eg", "Night", 2), ShowQuota("us", "Late", 2)]
    made = draft_month(PLAN, quotas, date(2027, 4, 5), date(2027, 4, 11), prime=PRIME, zones=ZONES)
    assert sorted(airing.start.wall.isoweekday() for airing in made) == [1, 2, 3, 4, 5, 6, 7]


@given(
    per_week=st.integers(1, 7),
    weekdays=st.sets(st.integers(1, 7), min_size=1),
    first=st.dates(date(2026, 1, 1), date(2028, 1, 1)),
)
def test_every_whole_week_has_what_was_wished_on_days_that_were_allowed(per_week: int, weekdays: set[int], first: date) -> None:
    monday = first.fromordinal(first.toordinal() - first.isoweekday() + 1)
    last = date.fromordinal(monday.toordinal() + 27)
    quota = ShowQuota("us", "Evening", min(per_week, len(weekdays)), weekdays=tuple(weekdays))
    made = draft_month(PLAN, [quota], monday, last, prime=PRIME, zones=ZONES)
    weeks = Counter(airing.start.wall.isocalendar().week for airing in made)
    assert set(weeks.values()) == {quota.per_week}
    assert len(weeks) == 4
    assert {airing.start.wall.isoweekday() for airing in made} <= weekdays
    assert len({airing.start.wall.date() for airing in made}) == len(made)


def test_a_midnight_that_does_not_exist_gives_way_to_the_next_quarter_hour_that_does() -> None:
    made = draft_month(PLAN, [ShowQuota("eg", "Night", 7)], date(2027, 4, 30), date(2027, 4, 30), prime=PRIME, zones=ZONES)
    assert [airing.start.wall for airing in made] == [datetime(2027, 4, 30, 1)]


def test_of_several_interpreters_the_one_goes_who_speaks_with_the_audience() -> None:
    host = PLAN.parties[2]
    joy = Party("joy", "Joy", PartyKind.INTERPRETER, "Asia/Manila", languages=("en", "id"))
    ana = Party("ana", "Ana", PartyKind.INTERPRETER, "Europe/Madrid", languages=("es-ES", "en"))
    people = (host, joy, ana)

    def team(*languages: str) -> tuple[str, ...]:
        return team_for(Party("a", "A", PartyKind.MARKET, "America/New_York", languages=languages), people)

    assert team("es", "en") == ("host", "ana")
    assert team("id") == team("en", "es") == team() == ("host", "joy")
    assert team_for(ana, (host,)) == ("host",)


def test_an_interpreter_who_does_not_speak_with_the_audience_stays_at_home() -> None:
    host = PLAN.parties[2]
    omar = Party("omar", "Omar", PartyKind.INTERPRETER, "Africa/Cairo", languages=("ar", "zh-Hans"))
    new = Party("new", "New", PartyKind.INTERPRETER, "Africa/Cairo")
    audience = Party("us", "US", PartyKind.MARKET, "America/New_York", languages=("en-US", "es"))
    assert team_for(audience, (host, omar)) == ("host",)
    assert team_for(audience, (host, omar, new)) == ("host", "new"), "what she speaks is not known"
    assert team_for(replace(audience, languages=()), (host, omar)) == ("host", "omar"), "what they speak is not known"
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
def test_what_cannot_be_meant_is_refused(quota: ShowQuota, code: str) -> None:
    with pytest.raises(ScheduleError) as refused:
        draft_month(PLAN, [quota], *APRIL, prime=PRIME, zones=ZONES)
    assert refused.value.code == code


def test_ten_years_of_shows_are_a_slip_of_the_finger() -> None:
    with pytest.raises(ScheduleError) as refused:
        draft_month(PLAN, [ShowQuota("us", "A", 7)], date(2027, 1, 1), date(2036, 12, 31), prime=PRIME, zones=ZONES)
    assert refused.value.code == "schedule.too_many"


def test_while_somebody_is_away_the_nearest_free_day_is_taken_and_none_when_there_is_none() -> None:
    away = replace(PLAN.parties[2], away=(Absence(date(2027, 4, 13), date(2027, 4, 13)), Absence(date(2027, 4, 19), date(2027, 4, 26))))
    plan = replace(PLAN, parties=(*PLAN.parties[:2], away))
    made = draft_month(plan, [ShowQuota("us", "Evening", 2, team=("host",))], date(2027, 4, 5), date(2027, 4, 25), prime=PRIME, zones=ZONES)
    days = [airing.start.wall.day for airing in made]
    assert days == [5, 8, 13, 15]  # Monday the 12th in New York is the 13th in Shanghai already
