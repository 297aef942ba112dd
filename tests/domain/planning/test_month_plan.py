"""A month made better: never worse than before, nobody in two places or in hours that are never, nights shared evenly."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.planning.hours.availability import busy_ids_on, rest_between
from app.domain.planning.hours.comfort import ComfortRules, comfort_line
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


def planned(parties: Sequence[Party], *airings: Airing, **more: object) -> Schedule:
    return Schedule(parties=tuple(parties), airings=airings, **more)  # type: ignore[arg-type]


def best(schedule: Schedule, **more: object) -> tuple[SuggestedPlan, Schedule]:
    plan = optimise(schedule, dates_of(schedule), COMFORT_RULES, **more)  # type: ignore[arg-type]
    return plan, apply_plan(schedule, plan)


def starts(schedule: Schedule) -> dict[str, str]:
    return {one.key: f"{one.local.wall:%Y-%m-%dT%H:%M}" for one in dates_of(schedule)}


def clashes(schedule: Schedule) -> set[tuple[str, str]]:
    dates = dates_of(schedule)
    return {
        (one.key, other.key)
        for place, one in enumerate(dates)
        for other in dates[place + 1 :]
        if other.start < one.end and busy_ids_on(schedule, one) & busy_ids_on(schedule, other)
    }


def nevers(schedule: Schedule) -> set[tuple[str, str]]:
    return {
        (one.key, party.id) for one in dates_of(schedule) for party in parties_on(schedule, one) if comfort(party, one) is Comfort.NEVER
    }


def short_rests(schedule: Schedule) -> int:
    people = [party for party in schedule.parties if party.kind is not PartyKind.MARKET]
    mine = [[one for one in dates_of(schedule) if party in parties_on(schedule, one)] for party in people]
    return sum(
        rest_between(party, one.end, other.start, schedule.rest_hours, ZONES) is not None
        for party, dates in zip(people, mine, strict=True)
        for one, other in pairwise(dates)
    )


def comfort(party: Party, one: Occurrence) -> Comfort:
    return fit_of(comfort_line(party, one.start, one.end, COMFORT_RULES), one.start, (one.end - one.start) // timedelta(minutes=1)).comfort


def nights(schedule: Schedule) -> Mapping[str, int]:
    return {one.party_id: one.night_count for one in workloads_of(schedule, dates_of(schedule), COMFORT_RULES).values()}


# --- hours ---------------------------------------------------------------------------------------------------------------


def test_of_hours_that_suit_alike_the_nearest_to_prime_time_is_taken() -> None:
    """In Dubai the morning and the late afternoon are equally fair; nobody sells at seven who can sell at three."""
    emirates = market("emirates", "Asia/Dubai")
    _, better = best(planned([emirates, HOST], airing("a", "2027-07-07T20:00", "Asia/Dubai", ["emirates", "host"])))
    assert starts(better) == {"a": "2027-07-07T15:00"}


def test_a_show_in_the_night_of_its_audience_goes_to_their_evening() -> None:
    schedule = planned([AMERICA, HOST], airing("a", "2027-07-07T03:00", NEW_YORK, ["america", "host"]))
    plan, better = best(schedule)
    (proposal,) = plan.proposals
    assert proposal.moves
    assert starts(better)["a"] in ("2027-07-07T20:00", "2027-07-07T20:30", "2027-07-07T21:00")
    assert starts(better)["a"] == f"{proposal.local.wall:%Y-%m-%dT%H:%M}"
    assert wall(proposal.start, BEIJING)[:13] in ("2027-07-08T08", "2027-07-08T09")
    assert plan.after.score > plan.before.score
    assert [one.code for one in proposal.reasons] == ["plan.more_prime", "plan.less_poor"]
    assert proposal.reasons[0].data["names"] == "America"


def test_a_show_that_is_good_stays() -> None:
    plan, better = best(planned([AMERICA, HOST], airing("a", "2027-07-07T21:00", NEW_YORK, ["america", "host"])))
    assert plan.proposals == ()
    assert plan.before == plan.after
    assert starts(better) == {"a": "2027-07-07T21:00"}


def test_a_fixed_hour_stays_and_so_does_what_is_over() -> None:
    night = airing("a", "2027-07-07T03:00", NEW_YORK, ["america", "host"])
    assert best(planned([AMERICA, HOST], replace(night, fixed=True)))[0].proposals == ()
    assert best(planned([AMERICA, HOST], night), not_before=utc("2027-07-07T12:00"))[0].proposals == ()
    assert best(planned([AMERICA, HOST], night), move_hours=False)[0].proposals == ()
    assert len(best(planned([AMERICA, HOST], night))[0].proposals) == 1


def test_nothing_is_moved_to_before_now() -> None:
    late = airing("a", "2027-07-07T23:30", NEW_YORK, ["america", "host"])
    _, better = best(planned([AMERICA, HOST], late), not_before=utc("2027-07-08T01:10"))
    assert starts(better)["a"] == "2027-07-07T21:30"


def test_each_date_stays_on_its_day_in_its_own_place() -> None:
    schedule = planned([NEPAL, HOST], airing("a", "2027-07-07T00:15", "Asia/Kathmandu", ["nepal", "host"]))
    assert starts(best(schedule)[1])["a"] in ("2027-07-07T20:00", "2027-07-07T20:30", "2027-07-07T21:00")


def test_days_on_which_clocks_change_have_an_evening_too() -> None:
    egypt, london = market("egypt", "Africa/Cairo"), person("london", "Europe/London", PartyKind.HOST)
    schedule = planned(
        [egypt, AMERICA, HOST, london],
        airing("a", "2027-04-30T03:00", "Africa/Cairo", ["egypt", "london"]),
        airing("b", "2027-03-14T03:30", NEW_YORK, ["america", "host"]),
    )
    assert {key: text[:12] for key, text in starts(best(schedule)[1]).items()} == {"a": "2027-04-30T2", "b": "2027-03-14T2"}


def test_dates_of_a_series_move_one_by_one() -> None:
    series = airing("s", "2027-07-02T03:00", NEW_YORK, ["america", "host"], rule="FREQ=WEEKLY;COUNT=3")
    plan, better = best(planned([AMERICA, HOST], series))
    assert len(plan.proposals) == 3
    assert {text[11:13] for text in starts(better).values()} <= {"20", "21"}
    assert better.airings[0].start == series.start
    first = plan.proposals[0].occurrence.key
    partly = starts(apply_plan(planned([AMERICA, HOST], series), plan, keys=[first]))
    assert [text[11:13] == "03" for text in partly.values()] == [False, True, True]


def test_a_date_that_is_shorter_stays_so() -> None:
    series = airing("s", "2027-07-02T03:00", NEW_YORK, ["america", "host"], rule="FREQ=WEEKLY;COUNT=1")
    schedule = planned([AMERICA, HOST], replace(series, moves=(DateOverride(series.start.wall, series.start, 45),)))
    (before,), (after,) = dates_of(schedule), dates_of(best(schedule)[1])
    assert (after.end - after.start, after.original) == (timedelta(minutes=45), before.original)
    assert after.start != before.start


def test_two_shows_of_one_host_part() -> None:
    schedule = planned(
        [AMERICA, GERMANY, HOST],
        airing("a", "2027-07-07T21:00", NEW_YORK, ["america", "host"]),
        airing("b", "2027-07-08T03:30", BERLIN, ["germany", "host"]),
    )
    assert clashes(schedule)
    plan, better = best(schedule)
    assert plan.before.conflicts > plan.after.conflicts == 0
    assert clashes(better) == set()


def test_strict_order_gives_the_audience_what_it_wants() -> None:
    show = airing("a", "2027-07-07T16:00", BERLIN, ["germany", "host"])
    kept = Priorities(audience=1, host=6)
    weighted, strict = (best(planned([GERMANY, HOST], show, priorities=replace(kept, strict=strict)))[1] for strict in (False, True))
    assert starts(weighted)["a"] < "2027-07-07T17"
    assert starts(strict)["a"][:13] in ("2027-07-07T20", "2027-07-07T21")


# --- duty ----------------------------------------------------------------------------------------------------------------


def test_who_is_awake_takes_the_turn_of_who_is_not() -> None:
    there, here = person("there", "Europe/London"), person("here", BEIJING)
    schedule = planned([GERMANY, there, here], airing("a", "2027-07-07T20:00", BERLIN, ["germany", "here"]))
    plan, better = best(schedule)
    (proposal,) = plan.proposals
    assert (proposal.comes, proposal.goes, proposal.moves) == (("there",), ("here",), False)
    assert set(better.airings[0].party_ids) == {"germany", "there"}
    assert [(one.code, one.data) for one in proposal.reasons] == [("plan.turn", {"name": "There", "other": "Here"})]
    assert best(schedule, change_duty=False)[0].proposals == ()


def test_one_date_of_a_series_gets_other_people_and_the_others_keep_theirs() -> None:
    there = person("there", "Europe/London", away=(Absence(date(2027, 7, 8), date(2027, 8, 1)),))
    series = airing("s", "2027-07-07T20:00", BERLIN, ["germany", "here"], rule="FREQ=WEEKLY;COUNT=3")
    schedule = planned([GERMANY, there, person("here")], series)
    _, better = best(schedule, move_hours=False)
    check_schedule(better)
    assert [{party.id for party in parties_on(better, one)} for one in dates_of(better)] == [
        {"germany", "there"},
        {"germany", "here"},
        {"germany", "here"},
    ]


def test_who_does_not_speak_the_language_is_not_put_there() -> None:
    asleep = person("asleep", BEIJING, PartyKind.INTERPRETER, languages=("de", "en"))
    english, both = (
        person(name, "Europe/London", PartyKind.INTERPRETER, languages=languages)
        for name, languages in (("english", ("en",)), ("both", ("en", "de", "fr")))
    )
    show = airing("a", "2027-07-07T20:00", BERLIN, ["germany", "asleep"])
    assert best(planned([GERMANY, asleep, english], show), move_hours=False)[0].proposals == ()
    (proposal,) = best(planned([GERMANY, asleep, english, both], show), move_hours=False)[0].proposals
    assert proposal.comes == ("both",)


def night_shows(count: int, people: Sequence[str], days: int = 1) -> tuple[Airing, ...]:
    """Evenings of Berlin, which are nights of Beijing; all of them are the first one's."""
    first = date(2027, 7, 1)
    return tuple(
        airing(f"a{number}", f"{first + timedelta(days=days * number)}T20:00", BERLIN, ["germany", people[0]], fixed=True)
        for number in range(count)
    )


@pytest.mark.parametrize("people", [2, 3, 5])
@pytest.mark.parametrize("count", [7, 20, 30])
def test_nights_of_a_month_are_shared_evenly(people: int, count: int) -> None:
    names = [f"p{number}" for number in range(people)]
    schedule = planned([GERMANY, *map(person, names)], *night_shows(count, names))
    plan, better = best(schedule)
    shared = nights(better)
    assert sum(shared.values()) == count
    assert max(shared.values()) - min(shared.values()) <= 1
    assert plan.after.nights == shared
    assert plan.before.nights["p0"] == count
    if people > 2:
        assert max(workload.longest_run for workload in workloads_of(better, dates_of(better), COMFORT_RULES).values()) <= 2


def test_two_shows_of_a_night_go_to_one_so_that_the_others_sleep() -> None:
    names = [f"p{number}" for number in range(4)]
    airings = [
        airing(f"a{day}{hour}", f"2027-07-{day:02}T{hour}:00", BERLIN, ["germany", names[day * hour % 4]], fixed=True)
        for day in range(1, 31)
        for hour in (18, 21)
    ]
    before = planned([market("germany", BERLIN), *map(person, names)], *airings)
    shared = nights(best(before)[1])
    assert sum(shared.values()) == 30 < sum(nights(before).values())
    assert sorted(shared.values()) == [7, 7, 8, 8]


def test_nights_from_before_count_in_turns() -> None:
    worked = person("p0", nights_before=4)
    schedule = planned([GERMANY, worked, person("p1")], *night_shows(6, ["p0"]))
    shared = nights(best(schedule)[1])
    assert shared == {"p0": 5, "p1": 5}


def test_who_cannot_take_a_night_leaves_it_to_the_others() -> None:
    never = person("p2", hours=(Hours(0, 6 * 60, Comfort.NEVER),))
    away = person("p3", away=(Absence(date(2027, 7, 1), date(2027, 7, 15)),))
    schedule = planned([GERMANY, person("p0"), person("p1"), never, away], *night_shows(30, ["p0"]))
    shared = nights(best(schedule)[1])
    assert shared["p2"] == 0
    assert max(shared["p0"], shared["p1"], shared["p3"]) - min(shared["p0"], shared["p1"], shared["p3"]) <= 1


def test_one_conflict_is_not_exchanged_for_another() -> None:
    """The only replacement for a person in NEVER hours is in another show at that time."""
    never = person("p0", BERLIN, hours=(Hours(18 * 60, 24 * 60, Comfort.NEVER),))
    airings = [
        airing(f"a{one}", "2027-07-07T20:00", BERLIN, ["germany", one, host], fixed=True) for one, host in (("p0", "h0"), ("p1", "h1"))
    ]
    hosts = [person(f"h{number}", kind=PartyKind.HOST) for number in (0, 1)]
    schedule = planned([GERMANY, *hosts, never, person("p1", BERLIN)], *airings)
    plan, better = best(schedule)
    assert plan.before.conflicts > 0
    assert clashes(better) <= clashes(schedule) and plan.proposals == ()


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
    return planned([*MARKETS, *PEOPLE], *airings, priorities=Priorities(strict=draw(st.booleans())))


@settings(max_examples=60, deadline=None)
@given(plans())
def test_no_plan_gets_worse(schedule: Schedule) -> None:
    plan, better = best(schedule)
    check_schedule(better)
    assert clashes(better) <= clashes(schedule)
    assert nevers(better) <= nevers(schedule)
    assert plan.after.conflicts <= plan.before.conflicts
    if plan.before.conflicts == 0:
        assert short_rests(better) == 0
    for one in plan.proposals:
        fixed = next(airing for airing in schedule.airings if airing.id == one.occurrence.airing_id).fixed
        assert not (fixed and one.moves)
        assert one.local.wall.date() == one.occurrence.local.wall.date() or not one.moves
        assert not one.moves or one.local.wall.minute in (0, 30)
        assert (one.moves or one.comes) and len(one.party_ids) == len(set(one.party_ids))


@settings(max_examples=20, deadline=None)
@given(plans())
def test_a_plan_that_was_made_better_has_little_left_to_be_made_better(schedule: Schedule) -> None:
    first, better = best(schedule)
    second, _ = best(better)
    assert second.before.conflicts == first.after.conflicts
    assert len(second.proposals) <= len(schedule.airings)
    assert second.after.conflicts <= first.after.conflicts


def test_an_empty_month_has_no_plan() -> None:
    plan = optimise(Schedule(), (), COMFORT_RULES)
    assert plan.proposals == ()
    assert (plan.before.conflicts, plan.before.score, dict(plan.before.nights)) == (0, 1.0, {})
