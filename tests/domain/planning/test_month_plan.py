"""Optimising a month never makes it worse, avoids double bookings and impossible hours, and shares nights evenly."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.planning.hours.availability import busy_ids_on, rest_between
from app.domain.planning.hours.comfort import ComfortRules, comfort_line, instant_of, quarter_range
from app.domain.planning.hours.fit import fit_of
from app.domain.planning.months.month_plan import SuggestedPlan, apply_plan, optimise
from app.domain.planning.people.party import Absence, Comfort, Hours, Party, PartyKind, Priorities
from app.domain.planning.people.workload import workloads_of
from app.domain.planning.schedule import Airing, DateOverride, Occurrence, Schedule, check_schedule, parties_on
from tests.support.parties import ZONES, airing, dates_of, market, person, utc, wall

COMFORT_RULES = ComfortRules(ZONES)
BEIJING, NEW_YORK, BERLIN = "Asia/Shanghai", "America/New_York", "Europe/Berlin"
AMERICA, GERMANY, NEPAL = market("america", NEW_YORK), market("germany", BERLIN), market("nepal", "Asia/Kathmandu")
HOST = person("host", kind=PartyKind.HOST)


def make_schedule(parties: Sequence[Party], *airings: Airing, **more: object) -> Schedule:
    return Schedule(parties=tuple(parties), airings=airings, **more)  # type: ignore[arg-type]


def optimised(schedule: Schedule, **more: object) -> tuple[SuggestedPlan, Schedule]:
    plan = optimise(schedule, dates_of(schedule), COMFORT_RULES, **more)  # type: ignore[arg-type]
    return plan, apply_plan(schedule, plan)


def starts(schedule: Schedule) -> dict[str, str]:
    return {occurrence.key: f"{occurrence.local.wall:%Y-%m-%dT%H:%M}" for occurrence in dates_of(schedule)}


def clashes(schedule: Schedule) -> set[tuple[str, str]]:
    dates = dates_of(schedule)
    return {
        (occurrence.key, other.key)
        for place, occurrence in enumerate(dates)
        for other in dates[place + 1 :]
        if other.start < occurrence.end and busy_ids_on(schedule, occurrence) & busy_ids_on(schedule, other)
    }


def impossible_hours(schedule: Schedule) -> set[tuple[str, str]]:
    return {
        (occurrence.key, party.id)
        for occurrence in dates_of(schedule)
        for party in parties_on(schedule, occurrence)
        if comfort(party, occurrence) is Comfort.NEVER
    }


def short_rests(schedule: Schedule) -> int:
    """Measured as the search does: each show covers all the quarter hours that it touches."""
    people = [party for party in schedule.parties if party.kind is not PartyKind.MARKET]
    shows_by_person = [
        [quarter_range(one.start, one.end) for one in dates_of(schedule) if party in parties_on(schedule, one)] for party in people
    ]
    return sum(
        rest_between(party, instant_of(end), instant_of(start), schedule.rest_hours, ZONES) is not None
        for party, shows in zip(people, shows_by_person, strict=True)
        for (_, end), (start, _) in pairwise(shows)
    )


def comfort(party: Party, occurrence: Occurrence) -> Comfort:
    return fit_of(
        comfort_line(party, occurrence.start, occurrence.end, COMFORT_RULES),
        occurrence.start,
        (occurrence.end - occurrence.start) // timedelta(minutes=1),
    ).comfort


def nights(schedule: Schedule) -> Mapping[str, int]:
    return {workload.party_id: workload.night_count for workload in workloads_of(schedule, dates_of(schedule), COMFORT_RULES).values()}


# --- hours ---------------------------------------------------------------------------------------------------------------


def test_among_equal_hours_the_nearest_to_prime_time_wins() -> None:
    """Morning and late afternoon in Dubai are equally fair, so 15:00 is better than 07:00."""
    emirates = market("emirates", "Asia/Dubai")
    _, better = optimised(make_schedule([emirates, HOST], airing("a", "2027-07-07T20:00", "Asia/Dubai", ["emirates", "host"])))
    assert starts(better) == {"a": "2027-07-07T15:00"}


def test_a_show_at_night_moves_to_the_audiences_evening() -> None:
    schedule = make_schedule([AMERICA, HOST], airing("a", "2027-07-07T03:00", NEW_YORK, ["america", "host"]))
    plan, better = optimised(schedule)
    (proposal,) = plan.proposals
    assert proposal.moves
    assert starts(better)["a"] in ("2027-07-07T20:00", "2027-07-07T20:30", "2027-07-07T21:00")
    assert starts(better)["a"] == f"{proposal.local.wall:%Y-%m-%dT%H:%M}"
    assert wall(proposal.start, BEIJING)[:13] in ("2027-07-08T08", "2027-07-08T09")
    assert plan.after.score > plan.before.score
    assert [finding.code for finding in proposal.reasons] == ["plan.more_prime", "plan.less_poor"]
    assert proposal.reasons[0].data["names"] == "America"


def test_a_show_in_prime_time_stays() -> None:
    plan, better = optimised(make_schedule([AMERICA, HOST], airing("a", "2027-07-07T21:00", NEW_YORK, ["america", "host"])))
    assert plan.proposals == ()
    assert plan.before == plan.after
    assert starts(better) == {"a": "2027-07-07T21:00"}


def test_fixed_and_past_shows_are_not_moved() -> None:
    night = airing("a", "2027-07-07T03:00", NEW_YORK, ["america", "host"])
    assert optimised(make_schedule([AMERICA, HOST], replace(night, fixed=True)))[0].proposals == ()
    assert optimised(make_schedule([AMERICA, HOST], night), not_before=utc("2027-07-07T12:00"))[0].proposals == ()
    assert optimised(make_schedule([AMERICA, HOST], night), move_hours=False)[0].proposals == ()
    assert len(optimised(make_schedule([AMERICA, HOST], night))[0].proposals) == 1


def test_no_show_is_moved_into_the_past() -> None:
    late = airing("a", "2027-07-07T23:30", NEW_YORK, ["america", "host"])
    _, better = optimised(make_schedule([AMERICA, HOST], late), not_before=utc("2027-07-08T01:10"))
    assert starts(better)["a"] == "2027-07-07T21:30"


def test_a_date_stays_on_its_local_day() -> None:
    schedule = make_schedule([NEPAL, HOST], airing("a", "2027-07-07T00:15", "Asia/Kathmandu", ["nepal", "host"]))
    assert starts(optimised(schedule)[1])["a"] in ("2027-07-07T20:00", "2027-07-07T20:30", "2027-07-07T21:00")


def test_shows_move_to_the_evening_on_days_with_clock_changes() -> None:
    egypt, london = market("egypt", "Africa/Cairo"), person("london", "Europe/London", PartyKind.HOST)
    schedule = make_schedule(
        [egypt, AMERICA, HOST, london],
        airing("a", "2027-04-30T03:00", "Africa/Cairo", ["egypt", "london"]),
        airing("b", "2027-03-14T03:30", NEW_YORK, ["america", "host"]),
    )
    assert {key: text[:12] for key, text in starts(optimised(schedule)[1]).items()} == {"a": "2027-04-30T2", "b": "2027-03-14T2"}


def test_dates_of_a_series_move_independently() -> None:
    series = airing("s", "2027-07-02T03:00", NEW_YORK, ["america", "host"], rule="FREQ=WEEKLY;COUNT=3")
    plan, better = optimised(make_schedule([AMERICA, HOST], series))
    assert len(plan.proposals) == 3
    assert {text[11:13] for text in starts(better).values()} <= {"20", "21"}
    assert better.airings[0].start == series.start
    first = plan.proposals[0].occurrence.key
    partly = starts(apply_plan(make_schedule([AMERICA, HOST], series), plan, keys=[first]))
    assert [text[11:13] == "03" for text in partly.values()] == [False, True, True]


def test_a_shortened_date_keeps_its_length() -> None:
    series = airing("s", "2027-07-02T03:00", NEW_YORK, ["america", "host"], rule="FREQ=WEEKLY;COUNT=1")
    schedule = make_schedule([AMERICA, HOST], replace(series, moves=(DateOverride(series.start.wall, series.start, 45),)))
    (before,), (after,) = dates_of(schedule), dates_of(optimised(schedule)[1])
    assert (after.end - after.start, after.original) == (timedelta(minutes=45), before.original)
    assert after.start != before.start


def test_overlapping_shows_of_a_host_are_separated() -> None:
    schedule = make_schedule(
        [AMERICA, GERMANY, HOST],
        airing("a", "2027-07-07T21:00", NEW_YORK, ["america", "host"]),
        airing("b", "2027-07-08T03:30", BERLIN, ["germany", "host"]),
    )
    assert clashes(schedule)
    plan, better = optimised(schedule)
    assert plan.before.conflicts > plan.after.conflicts == 0
    assert clashes(better) == set()


def test_strict_order_puts_the_audience_first() -> None:
    show = airing("a", "2027-07-07T16:00", BERLIN, ["germany", "host"])
    priorities = Priorities(audience=1, host=6)
    weighted, strict = (
        optimised(make_schedule([GERMANY, HOST], show, priorities=replace(priorities, strict=strict)))[1] for strict in (False, True)
    )
    assert starts(weighted)["a"] < "2027-07-07T17"
    assert starts(strict)["a"][:13] in ("2027-07-07T20", "2027-07-07T21")


# --- duty ----------------------------------------------------------------------------------------------------------------


def test_a_person_who_is_awake_replaces_one_who_is_not() -> None:
    in_london, in_beijing = person("there", "Europe/London"), person("here", BEIJING)
    schedule = make_schedule([GERMANY, in_london, in_beijing], airing("a", "2027-07-07T20:00", BERLIN, ["germany", "here"]))
    plan, better = optimised(schedule)
    (proposal,) = plan.proposals
    assert (proposal.comes, proposal.goes, proposal.moves) == (("there",), ("here",), False)
    assert set(better.airings[0].party_ids) == {"germany", "there"}
    assert [(finding.code, finding.data) for finding in proposal.reasons] == [("plan.turn", {"name": "There", "other": "Here"})]
    assert optimised(schedule, change_duty=False)[0].proposals == ()


def test_people_change_on_one_date_of_a_series_only() -> None:
    in_london = person("there", "Europe/London", away=(Absence(date(2027, 7, 8), date(2027, 8, 1)),))
    series = airing("s", "2027-07-07T20:00", BERLIN, ["germany", "here"], rule="FREQ=WEEKLY;COUNT=3")
    schedule = make_schedule([GERMANY, in_london, person("here")], series)
    _, better = optimised(schedule, move_hours=False)
    check_schedule(better)
    assert [{party.id for party in parties_on(better, occurrence)} for occurrence in dates_of(better)] == [
        {"germany", "there"},
        {"germany", "here"},
        {"germany", "here"},
    ]


def test_a_replacement_must_speak_the_languages() -> None:
    asleep = person("asleep", BEIJING, PartyKind.INTERPRETER, languages=("de", "en"))
    english, both = (
        person(name, "Europe/London", PartyKind.INTERPRETER, languages=languages)
        for name, languages in (("english", ("en",)), ("both", ("en", "de", "fr")))
    )
    show = airing("a", "2027-07-07T20:00", BERLIN, ["germany", "asleep"])
    assert optimised(make_schedule([GERMANY, asleep, english], show), move_hours=False)[0].proposals == ()
    (proposal,) = optimised(make_schedule([GERMANY, asleep, english, both], show), move_hours=False)[0].proposals
    assert proposal.comes == ("both",)


def night_shows(count: int, people: Sequence[str], days: int = 1) -> tuple[Airing, ...]:
    """Return shows in Berlin's evening, which is night in Beijing; the first person works all of them."""
    first = date(2027, 7, 1)
    return tuple(
        airing(f"a{number}", f"{first + timedelta(days=days * number)}T20:00", BERLIN, ["germany", people[0]], fixed=True)
        for number in range(count)
    )


@pytest.mark.parametrize("people", [2, 3, 5])
@pytest.mark.parametrize("count", [7, 20, 30])
def test_a_months_nights_are_shared_evenly(people: int, count: int) -> None:
    names = [f"p{number}" for number in range(people)]
    schedule = make_schedule([GERMANY, *map(person, names)], *night_shows(count, names))
    plan, better = optimised(schedule)
    counts = nights(better)
    assert sum(counts.values()) == count
    assert max(counts.values()) - min(counts.values()) <= 1
    assert plan.after.nights == counts
    assert plan.before.nights["p0"] == count
    if people > 2:
        assert max(workload.longest_run for workload in workloads_of(better, dates_of(better), COMFORT_RULES).values()) <= 2


def test_one_person_takes_both_shows_of_a_night() -> None:
    names = [f"p{number}" for number in range(4)]
    airings = [
        airing(f"a{day}{hour}", f"2027-07-{day:02}T{hour}:00", BERLIN, ["germany", names[day * hour % 4]], fixed=True)
        for day in range(1, 31)
        for hour in (18, 21)
    ]
    before = make_schedule([market("germany", BERLIN), *map(person, names)], *airings)
    counts = nights(optimised(before)[1])
    assert sum(counts.values()) == 30 < sum(nights(before).values())
    assert sorted(counts.values()) == [7, 7, 8, 8]


def test_earlier_nights_count_towards_the_balance() -> None:
    worked = person("p0", nights_before=4)
    schedule = make_schedule([GERMANY, worked, person("p1")], *night_shows(6, ["p0"]))
    counts = nights(optimised(schedule)[1])
    assert counts == {"p0": 5, "p1": 5}


def test_unavailable_people_get_no_nights() -> None:
    never = person("p2", hours=(Hours(0, 6 * 60, Comfort.NEVER),))
    away = person("p3", away=(Absence(date(2027, 7, 1), date(2027, 7, 15)),))
    schedule = make_schedule([GERMANY, person("p0"), person("p1"), never, away], *night_shows(30, ["p0"]))
    counts = nights(optimised(schedule)[1])
    assert counts["p2"] == 0
    assert max(counts["p0"], counts["p1"], counts["p3"]) - min(counts["p0"], counts["p1"], counts["p3"]) <= 1


def test_one_conflict_is_not_exchanged_for_another() -> None:
    """The only replacement for a person in NEVER hours is in another show at that time."""
    never = person("p0", BERLIN, hours=(Hours(18 * 60, 24 * 60, Comfort.NEVER),))
    airings = [
        airing(f"a{one}", "2027-07-07T20:00", BERLIN, ["germany", one, host], fixed=True) for one, host in (("p0", "h0"), ("p1", "h1"))
    ]
    hosts = [person(f"h{number}", kind=PartyKind.HOST) for number in (0, 1)]
    schedule = make_schedule([GERMANY, *hosts, never, person("p1", BERLIN)], *airings)
    plan, better = optimised(schedule)
    assert plan.before.conflicts > 0
    assert clashes(better) <= clashes(schedule) and plan.proposals == ()


def test_a_date_between_two_shows_does_not_leave_too_short_a_rest_there() -> None:
    """Without Nepal's show, too few hours of a night remain between the shows before and after it."""
    night, everybody = "2027-03-25T00:00", ["host", "host2", "op1", "op2", "op3"]
    schedule = make_schedule(
        [*MARKETS, *PEOPLE],
        airing("between", "2027-03-25T19:20", "Asia/Kathmandu", ["nepal", "op3", "op1", "host2", "host"], 90),
        airing("long", "2027-03-25T01:15", NEW_YORK, ["america"], 240),
        airing("after", "2027-03-25T17:15", BERLIN, ["germany", "host", "host2", "int1", "int2", "op1", "op2", "op3"], 20),
        airing("short", night, NEW_YORK, ["america"], 20),
        airing("same", night, NEW_YORK, ["america", *everybody], 20),
        airing("before", "2027-03-25T06:55", BERLIN, ["germany", "int2", "int1", "op3", "op2", "op1", "host2", "host"], 120),
    )
    plan, better = optimised(schedule)
    assert plan.proposals != ()
    assert short_rests(better) <= short_rests(schedule)


# --- whatever there is ---------------------------------------------------------------------------------------------------

PEOPLE = (
    HOST,
    person("host2", BERLIN, PartyKind.HOST, away=(Absence(date(2027, 3, 26), date(2027, 3, 28)),)),
    person("op1"),
    person("op2", "Asia/Kathmandu", hours=(Hours(22 * 60, 31 * 60, Comfort.NEVER),)),
    person("op3", NEW_YORK),
    person("int1", kind=PartyKind.INTERPRETER, languages=("en",)),
    person("int2", BERLIN, kind=PartyKind.INTERPRETER, languages=("en", "de")),
)
MARKETS = (AMERICA, GERMANY, NEPAL, market("chatham", "Pacific/Chatham", hours=(Hours(0, 300, Comfort.NEVER),)))


@st.composite
def plans(draw: st.DrawFn) -> Schedule:
    airings = []
    for number in range(draw(st.integers(1, 12))):
        audience = draw(st.sampled_from(MARKETS))
        start = datetime(2027, 3, 25) + timedelta(minutes=5 * draw(st.integers(0, 5 * 288)))
        team = draw(st.lists(st.sampled_from([party.id for party in PEOPLE]), unique=True))
        show = airing(
            f"a{number}",
            start.isoformat(),
            audience.zone,
            [audience.id, *team],
            draw(st.sampled_from([20, 45, 90, 120, 240])),
            fixed=draw(st.booleans()),
        )
        airings.append(show)
    return make_schedule([*MARKETS, *PEOPLE], *airings, priorities=Priorities(strict=draw(st.booleans())))


@settings(max_examples=60, deadline=None)
@given(plans())
def test_optimising_never_makes_a_plan_worse(schedule: Schedule) -> None:
    plan, better = optimised(schedule)
    check_schedule(better)
    assert clashes(better) <= clashes(schedule)
    assert impossible_hours(better) <= impossible_hours(schedule)
    assert plan.after.conflicts <= plan.before.conflicts
    if plan.before.conflicts == 0:
        assert short_rests(better) == 0
    for proposal in plan.proposals:
        fixed = next(airing for airing in schedule.airings if airing.id == proposal.occurrence.airing_id).fixed
        assert not (fixed and proposal.moves)
        assert proposal.local.wall.date() == proposal.occurrence.local.wall.date() or not proposal.moves
        assert not proposal.moves or proposal.local.wall.minute in (0, 30)
        assert (proposal.moves or proposal.comes) and len(proposal.party_ids) == len(set(proposal.party_ids))


@settings(max_examples=20, deadline=None)
@given(plans())
def test_optimising_twice_adds_no_conflicts(schedule: Schedule) -> None:
    first, better = optimised(schedule)
    second, _ = optimised(better)
    assert second.before.conflicts == first.after.conflicts
    assert len(second.proposals) <= len(schedule.airings)
    assert second.after.conflicts <= first.after.conflicts


def test_an_empty_month_has_no_plan() -> None:
    plan = optimise(Schedule(), (), COMFORT_RULES)
    assert plan.proposals == ()
    assert (plan.before.conflicts, plan.before.score, dict(plan.before.nights)) == (0, 1.0, {})
