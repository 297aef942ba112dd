"""The hour finder finds the best hours, never impossible ones, and says who has a bad hour and why."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.domain.base.local_time import day_start
from app.domain.catalogue.market import Level
from app.domain.planning.festival import DayKind, Festival
from app.domain.planning.hours.comfort import QUARTER, ComfortRules, quarter_of
from app.domain.planning.hours.hour_finder import Candidate, HourScorer, StartScores, week_heat
from app.domain.planning.people.party import Absence, Comfort, Hours, Party, PartyKind, Priorities
from app.domain.planning.people.workload import Workload, workloads_of
from app.domain.planning.schedule import Schedule, ScheduleError
from app.domain.rundown.finding import Fact
from tests.support.parties import ZONES, airing, dates_of, local, market, person, utc, wall

COMFORT_RULES = ComfortRules(ZONES)
NEW_YORK, BEIJING, BERLIN = "America/New_York", "Asia/Shanghai", "Europe/Berlin"
AMERICA = market("america", NEW_YORK, "US")
GERMANY = market("germany", BERLIN, "DE")
HOST = person("host", BEIJING, PartyKind.HOST)
OPERATOR = person("operator", BEIJING)
WEEK = (utc("2027-07-05"), utc("2027-07-12"))


def make_plan(*parties: Party, **more: object) -> Schedule:
    return Schedule(parties=parties, **more)  # type: ignore[arg-type]


def best_hours(
    schedule: Schedule, minutes: int = 120, days: tuple[datetime, datetime] = WEEK, count: int = 5, **more: object
) -> tuple[Candidate, ...]:
    ids = [party.id for party in schedule.parties]
    return HourScorer(schedule, ids, minutes, days, **{"comfort_rules": COMFORT_RULES, **more}).best(count)  # type: ignore[arg-type]


def heat_rows(schedule: Schedule, ids: Sequence[str], minutes: int, monday: date, zone: str) -> tuple[tuple[float | None, ...], ...]:
    days = (day_start(monday, zone, COMFORT_RULES.zones), day_start(monday + timedelta(days=7), zone, COMFORT_RULES.zones))
    return week_heat(HourScorer(schedule, ids, minutes, days, comfort_rules=COMFORT_RULES), monday, zone)


def reasons(candidate: Candidate) -> Mapping[str, Mapping[str, Fact]]:
    return {one.code: one.data for one in candidate.reasons}


def test_prime_time_in_new_york_is_found_without_bad_hours_in_beijing() -> None:
    best = best_hours(make_plan(AMERICA, HOST, OPERATOR))[0]
    assert wall(best.start, NEW_YORK)[11:] == "21:00"
    assert wall(best.start, BEIJING)[11:] == "09:00"
    assert best.score == pytest.approx(1.0)
    assert best.sufferers == ()
    assert [(one.comfort, one.share) for one in best.by_party] == [(Comfort.PRIME, 1.0)] * 3
    assert reasons(best)["hour.prime"]["names"] == "America"


def test_prime_time_in_berlin_lists_who_has_a_bad_hour_in_beijing() -> None:
    best = best_hours(make_plan(GERMANY, HOST, OPERATOR, priorities=Priorities(strict=True)))[0]
    assert wall(best.start, BERLIN)[11:13] in ("20", "21")
    assert set(best.sufferers) == {"host", "operator"}
    reason = next(one for one in best.reasons if one.code == "hour.poor")
    assert reason.level is Level.WARNING
    assert (reason.data["name"], reason.data["time"]) == ("Host", wall(best.start, BEIJING)[11:])
    assert reason.data["date"] == wall(best.start, BEIJING)[:10]


def test_weighted_order_balances_everyone_and_strict_order_puts_the_audience_first() -> None:
    host = replace(HOST, hours=(Hours(0, 9 * 60, Comfort.POOR),))
    weighted = best_hours(make_plan(GERMANY, host, OPERATOR, priorities=Priorities(1, 2, 2)))[0]
    assert weighted.by_party[0].comfort is Comfort.FAIR
    assert weighted.sufferers == ()
    strict = best_hours(make_plan(GERMANY, host, OPERATOR, priorities=Priorities(1, 2, 2, strict=True)))[0]
    assert strict.by_party[0] == replace(strict.by_party[0], comfort=Comfort.PRIME, share=1.0)
    assert strict.score < weighted.score


def test_in_strict_order_the_host_breaks_ties_between_equal_audience_hours() -> None:
    host = replace(HOST, hours=(Hours(0, 1440, Comfort.POOR), Hours(10 * 60, 11 * 60, Comfort.PRIME)))
    operator = replace(OPERATOR, hours=(Hours(0, 1440, Comfort.POOR), Hours(8 * 60, 9 * 60, Comfort.PRIME)))
    best = best_hours(make_plan(AMERICA, host, operator, priorities=Priorities(3, 1, 100, strict=True)), minutes=60)[0]
    assert wall(best.start, BEIJING)[11:] == "10:00"
    best = best_hours(make_plan(AMERICA, host, operator, priorities=Priorities(3, 1, 100)), minutes=60)[0]
    assert wall(best.start, BEIJING)[11:] == "08:00"


def test_zero_priorities_count_as_equal() -> None:
    nothing = best_hours(make_plan(AMERICA, HOST, priorities=Priorities(0, 0, 0)))[0]
    assert nothing.score == pytest.approx(1.0)


def test_the_market_with_the_larger_weight_wins() -> None:
    for heavy, light in ((AMERICA, GERMANY), (GERMANY, AMERICA)):
        best = best_hours(make_plan(replace(heavy, weight=10.0), light))[0]
        assert next(one for one in best.by_party if one.party_id == heavy.id).comfort is Comfort.PRIME


def test_an_hour_that_is_never_for_one_party_is_never_suggested() -> None:
    out = (Hours(9 * 60 + 30, 9 * 60 + 45, Comfort.NEVER),)
    schedule = make_plan(AMERICA, HOST, replace(OPERATOR, hours=out))
    for best in best_hours(schedule, count=50):
        assert all(one.comfort is not Comfort.NEVER for one in best.by_party)
    scores = HourScorer(schedule, ["america", "host", "operator"], 120, WEEK, comfort_rules=COMFORT_RULES).scores
    for begin, free in (("07:45", False), ("09:30", False), ("07:30", True), ("09:45", True)):
        assert (scores.at(local(f"2027-07-07T{begin}", BEIJING)) is not None) is free


def test_no_hour_is_suggested_while_a_party_is_away() -> None:
    away = replace(HOST, away=(Absence(date(2027, 7, 5), date(2027, 7, 9)),))
    for best in best_hours(make_plan(AMERICA, away), count=20):
        assert wall(best.start, BEIJING) >= "2027-07-10"
    gone = replace(HOST, away=(Absence(date(2027, 7, 1), date(2027, 7, 20)),))
    assert best_hours(make_plan(AMERICA, gone)) == ()


def test_the_five_best_hours_are_spread_out() -> None:
    for schedule in (make_plan(AMERICA, HOST), make_plan(AMERICA, GERMANY, HOST, OPERATOR)):
        best = best_hours(schedule)
        assert len(best) == 5
        assert [one.score for one in best] == sorted((one.score for one in best), reverse=True)
        begins = sorted(one.start for one in best)
        assert all(later - earlier >= timedelta(hours=3) for earlier, later in pairwise(begins))
        assert len({wall(one.start, NEW_YORK)[11:] for one in best}) >= 2
        assert all(wall(one.start, NEW_YORK)[14:] in ("00", "30") for one in best)


def test_a_short_period_gives_fewer_hours() -> None:
    assert len(best_hours(make_plan(AMERICA), days=(utc("2027-07-05"), utc("2027-07-05T00:15")))) == 1
    assert best_hours(make_plan(AMERICA), days=(utc("2027-07-05"), utc("2027-07-05"))) == ()


def test_a_party_outside_the_plan_is_refused() -> None:
    with pytest.raises(ScheduleError):
        HourScorer(make_plan(AMERICA), ["nobody"], 60, WEEK, comfort_rules=COMFORT_RULES).best()


def test_hours_are_found_without_any_party() -> None:
    assert len(HourScorer(make_plan(), [], 60, WEEK, comfort_rules=COMFORT_RULES).best()) == 5


# --- shows that are there ------------------------------------------------------------------------------------------------


def with_shows(schedule: Schedule, *shows: tuple[str, str, list[str]]) -> Schedule:
    return replace(schedule, airings=tuple(airing(name, start, BEIJING, parties) for name, start, parties in shows))


def test_nobody_is_booked_for_two_shows_at_once() -> None:
    schedule = with_shows(make_plan(AMERICA, HOST, OPERATOR), ("other", "2027-07-07T09:00", ["operator", "host"]))
    scores = HourScorer(schedule, ["america", "host"], 120, WEEK, comfort_rules=COMFORT_RULES, taken=dates_of(schedule)).scores
    for begin, free in (("07:00", True), ("07:15", False), ("10:45", False), ("11:00", True)):
        assert (scores.at(local(f"2027-07-07T{begin}", BEIJING)) is not None) is free


def test_shows_of_other_people_do_not_block_an_hour() -> None:
    other = person("other", BEIJING, PartyKind.HOST)
    schedule = with_shows(make_plan(AMERICA, GERMANY, HOST, other), ("show", "2027-07-07T09:00", ["germany", "other"]))
    scores = HourScorer(schedule, ["america", "host"], 120, WEEK, comfort_rules=COMFORT_RULES, taken=dates_of(schedule)).scores
    assert scores.at(local("2027-07-07T09:00", BEIJING)) == pytest.approx(1.0)
    both = HourScorer(schedule, ["america", "germany", "host"], 120, WEEK, comfort_rules=COMFORT_RULES, taken=dates_of(schedule)).scores
    assert both.at(local("2027-07-07T09:00", BEIJING)) is None


def test_two_shows_without_a_named_host_cannot_overlap() -> None:
    schedule = with_shows(make_plan(AMERICA, GERMANY), ("show", "2027-07-07T09:00", ["germany"]))
    scores = HourScorer(schedule, ["america"], 120, WEEK, comfort_rules=COMFORT_RULES, taken=dates_of(schedule)).scores
    assert scores.at(local("2027-07-07T09:00", BEIJING)) is None


def test_too_little_rest_lowers_the_score_and_is_reported() -> None:
    schedule = with_shows(make_plan(AMERICA, HOST), ("late", "2027-07-06T22:00", ["host"]))
    scorer = HourScorer(schedule, ["america", "host"], 120, WEEK, comfort_rules=COMFORT_RULES, taken=dates_of(schedule))
    tired, rested = (scorer.candidate(local(f"2027-07-{day}T09:00", BEIJING)) for day in ("07", "08"))
    assert tired.score < rested.score
    assert reasons(tired)["hour.rest"] == {"name": "Host", "hours": 9.0, "wanted": 11}
    assert "hour.rest" not in reasons(rested)
    before = scorer.candidate(local("2027-07-06T11:00", BEIJING))
    assert "hour.rest" not in reasons(before)  # a working day is between the shows, not a night


# --- who bears what ------------------------------------------------------------------------------------------------------


def test_many_nights_lower_the_score_of_another_night() -> None:
    schedule = make_plan(GERMANY, HOST, OPERATOR)
    ids = ["germany", "host", "operator"]
    night = local("2027-07-07T20:00", BERLIN)
    nights = tuple(date(2027, 6, day) for day in (1, 5, 9))
    plain = HourScorer(schedule, ids, 120, WEEK, comfort_rules=COMFORT_RULES).candidate(night)
    workloads = {"host": Workload("host", nights=nights), "operator": Workload("operator")}
    spared = HourScorer(schedule, ids, 120, WEEK, comfort_rules=COMFORT_RULES, workloads=workloads).candidate(night)
    assert spared.score < plain.score
    assert reasons(spared)["hour.most_nights"] == {"name": "Host", "count": 3}


def test_the_third_night_in_a_row_is_reported() -> None:
    schedule = with_shows(
        make_plan(GERMANY, HOST), ("one", "2027-07-06T02:00", ["germany", "host"]), ("two", "2027-07-07T02:00", ["germany", "host"])
    )
    taken = dates_of(schedule)
    workloads = workloads_of(schedule, taken, COMFORT_RULES)
    scorer = HourScorer(schedule, ["germany", "host"], 120, WEEK, comfort_rules=COMFORT_RULES, taken=taken, workloads=workloads)
    third, later = (scorer.candidate(local(f"2027-07-{day}T02:00", BEIJING)) for day in ("08", "10"))
    assert reasons(third)["hour.run"] == {"name": "Host", "count": 3}
    assert third.score < later.score
    assert "hour.run" not in reasons(later)


# --- days ----------------------------------------------------------------------------------------------------------------


def festival(key: str, kind: DayKind = DayKind.PUBLIC, **more: object) -> Festival:
    return Festival("US", key, {"en": key.title()}, date(2027, 7, 6), date(2027, 7, 6), kind, **more)  # type: ignore[arg-type]


def test_a_day_of_mourning_lowers_the_score_and_festivals_are_listed() -> None:
    schedule, evening = make_plan(AMERICA, HOST), local("2027-07-06T20:00", NEW_YORK)
    ids = ["america", "host"]
    days = (festival("mourning", DayKind.CAUTION), festival("fair", estimated=True), festival("party"))
    quiet = HourScorer(schedule, ids, 120, WEEK, comfort_rules=ComfortRules(ZONES, festivals=days))
    reason = reasons(quiet.candidate(evening))
    assert reason["hour.caution"]["markets"] == "US"
    assert reason["hour.festival_estimated"]["festival"] == {"en": "Fair"}
    assert reason["hour.festival"]["festival"] == {"en": "Party"}
    assert quiet.scores.at(evening) == pytest.approx(
        (HourScorer(schedule, ids, 120, WEEK, comfort_rules=COMFORT_RULES).scores.at(evening) or 0) - 0.15
    )
    assert "hour.caution" not in reasons(quiet.candidate(evening + timedelta(days=1)))


def test_iftar_and_friday_prayer_are_reported() -> None:
    ramadan = replace(festival("ramadan"), market_id="SA", prime_time=("21:30", "02:00"))
    arabia = market("arabia", "Asia/Riyadh", "SA")
    scorer = HourScorer(make_plan(arabia), ["arabia"], 60, WEEK, comfort_rules=ComfortRules(ZONES, festivals=(ramadan,)))
    evening = reasons(scorer.candidate(local("2027-07-06T18:30", "Asia/Riyadh")))
    assert evening["hour.iftar"]["time"] == "18:15"
    assert "hour.asleep" not in evening
    friday = reasons(scorer.candidate(local("2027-07-09T12:00", "Asia/Riyadh")))
    assert friday["hour.friday_prayer"]["date"] == "2027-07-09"
    assert best_hours(make_plan(arabia), comfort_rules=ComfortRules(ZONES, festivals=(ramadan,)))[0].score == pytest.approx(1.0)


def test_the_week_of_a_clock_change_is_reported() -> None:
    days = (utc("2027-03-10"), utc("2027-04-10"))
    scorer = HourScorer(make_plan(AMERICA, GERMANY, HOST), ["america", "germany", "host"], 60, days, comfort_rules=COMFORT_RULES)
    reason = reasons(scorer.candidate(utc("2027-03-12T01:00")))
    assert reason["hour.clocks_forward"] == {"names": "America", "date": "2027-03-14", "minutes": 60}
    reason = reasons(scorer.candidate(utc("2027-03-27T01:00")))
    assert reason["hour.clocks_forward"] == {"names": "Germany", "date": "2027-03-28", "minutes": 60}
    assert "hour.clocks_forward" not in reasons(scorer.candidate(utc("2027-04-05T01:00")))


# --- the whole week ------------------------------------------------------------------------------------------------------


def test_the_weekly_heat_map_uses_the_zones_local_time() -> None:
    schedule, monday = make_plan(AMERICA, HOST), date(2027, 7, 5)
    rows = heat_rows(schedule, ["america", "host"], 120, monday, NEW_YORK)
    assert [len(row) for row in rows] == [96] * 7
    begin = day_start(monday, NEW_YORK, ZONES)
    scores = HourScorer(schedule, ["america", "host"], 120, (begin, begin + timedelta(days=7)), comfort_rules=COMFORT_RULES).scores
    for day, clock in ((0, "00:00"), (2, "20:45"), (6, "23:45")):
        hour, minute = map(int, clock.split(":"))
        instant = local(f"{monday + timedelta(days=day)}T{clock}", NEW_YORK)
        assert rows[day][hour * 4 + minute // 15] == scores.at(instant)


def test_the_weekly_heat_map_omits_skipped_hours_and_uses_the_first_of_repeated_ones() -> None:
    spring = heat_rows(make_plan(AMERICA), ["america"], 60, date(2027, 3, 8), NEW_YORK)
    assert [place for place, value in enumerate(spring[6]) if value is None] == [8, 9, 10, 11]
    cairo = heat_rows(make_plan(AMERICA), ["america"], 60, date(2027, 4, 26), "Africa/Cairo")
    assert [place for place, value in enumerate(cairo[4]) if value is None] == [0, 1, 2, 3]
    chatham = heat_rows(make_plan(AMERICA), ["america"], 60, date(2027, 7, 5), "Pacific/Chatham")
    assert all(value is not None for row in chatham for value in row)
    autumn = date(2027, 11, 1)
    rows = heat_rows(make_plan(AMERICA), ["america"], 15, autumn, NEW_YORK)
    first = HourScorer(
        make_plan(AMERICA), ["america"], 15, (utc("2027-11-07T05:00"), utc("2027-11-07T06:00")), comfort_rules=COMFORT_RULES
    ).scores
    assert rows[6][4:8] == first.values


def test_a_show_in_the_way_is_named() -> None:
    schedule = with_shows(make_plan(AMERICA, HOST), ("tea", "2027-07-07T09:00", ["host"]))
    scorer = HourScorer(schedule, ["america", "host"], 120, WEEK, comfort_rules=COMFORT_RULES, taken=dates_of(schedule))
    for begin, busy in (("07:00", False), ("07:15", True), ("10:45", True), ("11:00", False)):
        reason = reasons(scorer.candidate(local(f"2027-07-07T{begin}", BEIJING)))
        assert reason.get("hour.busy") == ({"title": "Tea"} if busy else None)


def test_an_impossible_hour_can_be_rated_and_says_why() -> None:
    never = replace(HOST, hours=(Hours(0, 1440, Comfort.NEVER),))
    candidate = HourScorer(make_plan(AMERICA, never), ["america", "host"], 60, WEEK, comfort_rules=COMFORT_RULES).candidate(
        utc("2027-07-06T12:00")
    )
    assert not candidate.possible
    assert candidate.score == 0.0
    assert reasons(candidate)["hour.never"]["name"] == "Host"


def naive_score(schedule: Schedule, parties: tuple[Party, ...], start: datetime, minutes: int) -> float | None:
    """Compute the score as the finder's docstring defines it, minute by minute."""
    worth = {Comfort.PRIME: 1.0, Comfort.FAIR: 0.5, Comfort.POOR: 0.0}
    scorer = HourScorer(schedule, [party.id for party in parties], minutes, (start, start + QUARTER), comfort_rules=COMFORT_RULES)
    sums: dict[str, list[float]] = {}
    for party, line in zip(parties, scorer.lines, strict=True):
        hours = [line.at(start + timedelta(minutes=minute)) for minute in range(minutes)]
        if Comfort.NEVER in hours:
            return None
        mean = sum(worth[one] for one in hours) / minutes
        sums.setdefault("audience" if party.kind is PartyKind.MARKET else party.kind.value, []).append(mean)
    weights = {"audience": 3.0, "host": 2.0, "operator": 1.0}
    return sum(weights[group] * sum(means) / len(means) for group, means in sums.items()) / sum(weights[group] for group in sums)


@given(
    st.datetimes(datetime(2027, 3, 1), datetime(2027, 4, 1)),
    st.integers(5, 300),
    st.lists(st.sampled_from(["America/New_York", "Asia/Kathmandu", "Pacific/Chatham", "Australia/Lord_Howe"]), min_size=1, max_size=3),
)
def test_the_scores_equal_a_slow_computation(moment: datetime, minutes: int, zones: list[str]) -> None:
    start = utc(f"{moment:%Y-%m-%dT%H}:{moment.minute // 15 * 15:02}")
    parties = (
        *(market(f"m{number}", zone) for number, zone in enumerate(zones)),
        HOST,
        replace(OPERATOR, hours=(Hours(3 * 60, 4 * 60, Comfort.NEVER),)),
    )
    schedule = make_plan(*parties)
    scorer = HourScorer(
        schedule, [one.id for one in parties], minutes, (start - timedelta(days=1), start + timedelta(days=1)), comfort_rules=COMFORT_RULES
    )
    expected = naive_score(schedule, parties, start, minutes)
    assert scorer.scores.at(start) == (None if expected is None else pytest.approx(expected))


def test_a_score_is_found_by_its_instant() -> None:
    scores = StartScores(quarter_of(utc("2027-07-05")), (0.25, None))
    assert (scores.at(utc("2027-07-05T00:07")), scores.at(utc("2027-07-05T00:15"))) == (0.25, None)
