"""Replans a day when a show runs late; later shows move as little as possible."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.domain.catalogue.market import Level
from app.domain.planning.hours.availability import busy_ids_on
from app.domain.planning.hours.comfort import ComfortRules
from app.domain.planning.people.party import Comfort, Hours, PartyKind
from app.domain.planning.replan import Shift, apply_shifts, replan_day
from app.domain.planning.schedule import Airing, Schedule, airing_by_id
from app.domain.planning.schedule_editing import change_party
from tests.support.parties import ZONES, airing, dates_of, local, market, person

COMFORT_RULES = ComfortRules(ZONES)
BEIJING = "Asia/Shanghai"
DAY = "2027-07-07T"
PARTIES = (
    market("china", BEIJING),
    market("japan", "Asia/Tokyo"),
    person("host", kind=PartyKind.HOST),
    person("other", kind=PartyKind.HOST),
)


def make_plan(*airings: Airing, rest_hours: int = 11) -> Schedule:
    return Schedule(parties=PARTIES, airings=airings, rest_hours=rest_hours)


def make_show(name: str, start: str, minutes: int = 60, host: str = "host", **more: object) -> Airing:
    return airing(
        name, f"{DAY}{start}" if len(start) == 5 else start, BEIJING, [host, "japan" if host == "other" else "china"], minutes, **more
    )


def shifts(schedule: Schedule, ends: str, late: str = "a") -> dict[str, Shift]:
    dates = dates_of(schedule)
    running = next(one for one in dates if one.key == late)
    ends = f"{DAY}{ends}" if len(ends) == 5 else ends
    return {one.occurrence.key: one for one in replan_day(schedule, dates, running, local(ends, BEIJING), COMFORT_RULES)}


def new_starts(schedule: Schedule, ends: str) -> dict[str, str]:
    return {key: f"{one.local.wall:%H:%M}" for key, one in shifts(schedule, ends).items()}


def test_a_show_that_ends_on_time_moves_nothing() -> None:
    schedule = make_plan(make_show("a", "14:00"), make_show("b", "15:15"))
    assert shifts(schedule, "15:00") == {}
    assert shifts(schedule, "14:30") == {}


def test_later_shows_move_by_quarter_hours_until_a_break_absorbs_the_delay() -> None:
    schedule = make_plan(make_show("a", "14:00"), make_show("b", "15:15"), make_show("c", "16:30"), make_show("d", "19:00"))
    assert new_starts(schedule, "15:20") == {"b": "15:45", "c": "17:00"}
    assert new_starts(schedule, "15:01") == {"b": "15:30", "c": "16:45"}
    result = shifts(schedule, "15:20")["b"]
    assert (result.later_minutes, result.shorter_minutes) == (30, 0)


def test_back_to_back_shows_stay_back_to_back() -> None:
    schedule = make_plan(make_show("a", "14:00"), make_show("b", "15:00"), make_show("c", "16:05"))
    assert new_starts(schedule, "15:10") == {"b": "15:15", "c": "16:30"}


def test_shows_of_other_people_do_not_move() -> None:
    schedule = make_plan(make_show("a", "14:00"), make_show("b", "15:15", host="other"), make_show("c", "15:30"))
    assert new_starts(schedule, "15:30") == {"c": "15:45"}


def test_shows_on_the_next_day_do_not_move() -> None:
    schedule = make_plan(make_show("a", "14:00"), make_show("b", "2027-07-08T14:00"))
    assert shifts(schedule, "2027-07-08T15:00") == {}


def test_a_show_that_would_reach_unavailable_hours_is_shortened_by_up_to_half() -> None:
    schedule = change_party(
        make_plan(make_show("a", "14:00"), make_show("b", "15:15", 120)), "host", hours=(Hours(17 * 60 + 15, 1440, Comfort.NEVER),)
    )
    result = shifts(schedule, "16:00")["b"]
    assert (result.later_minutes, result.shorter_minutes) == (60, 60)
    assert [(one.code, one.level, one.id) for one in result.reasons] == [("replan.shorter", Level.INFO, "b")]
    delayed = shifts(schedule, "16:15")["b"]
    assert (delayed.later_minutes, delayed.shorter_minutes) == (75, 0)
    assert [(one.code, one.level) for one in delayed.reasons] == [("replan.never", Level.BLOCK)]


def test_a_fixed_show_stays_and_the_show_before_it_ends_on_time() -> None:
    schedule = make_plan(make_show("a", "14:00"), make_show("b", "15:15"), make_show("c", "16:30", fixed=True), make_show("d", "17:45"))
    result = shifts(schedule, "15:30")
    assert list(result) == ["b"]
    assert (result["b"].later_minutes, result["b"].shorter_minutes) == (30, 30)
    late = shifts(make_plan(make_show("a", "14:00", 120), make_show("c", "16:15", fixed=True)), "17:00")["a"]
    assert (late.start, late.end) == (local(f"{DAY}14:00", BEIJING), local(f"{DAY}16:00", BEIJING))
    assert [(one.code, one.data) for one in late.reasons] == [("replan.must_end", {"time": "16:00", "zone": BEIJING})]


def test_a_show_that_would_end_before_its_start_is_not_changed() -> None:
    schedule = make_plan(make_show("a", "14:00"), make_show("c", "14:15", fixed=True))
    assert shifts(schedule, "15:30") == {}


def test_a_shift_says_who_gets_worse_hours_or_too_little_rest() -> None:
    schedule = make_plan(make_show("a", "19:00"), make_show("b", "20:15", 165), make_show("c", "2027-07-08T10:00"))
    result = shifts(schedule, "2027-07-07T21:00")
    assert list(result) == ["b"]
    assert [(one.code, dict(one.data)) for one in result["b"].reasons] == [
        ("replan.worse", {"names": "China\nHost"}),
        ("replan.rest", {"name": "Host", "hours": 10.0, "wanted": 11}),
    ]


def test_rest_that_was_already_too_short_is_not_reported() -> None:
    schedule = make_plan(make_show("a", "19:00"), make_show("b", "20:15", 165), make_show("c", "2027-07-08T07:00"))
    assert [one.code for one in shifts(schedule, "2027-07-07T21:00")["b"].reasons] == ["replan.worse"]


def test_only_one_date_of_a_series_is_moved() -> None:
    schedule = make_plan(make_show("a", "14:00"), make_show("s", "15:15", rule="FREQ=DAILY;COUNT=3"))
    result = shifts(schedule, "15:30")
    assert list(result) == [f"s@{DAY}15:15"]
    after = apply_shifts(schedule, tuple(result.values()))
    assert [f"{one.local.wall:%d %H:%M}" for one in dates_of(after)] == ["07 14:00", "07 15:45", "08 15:15", "09 15:15"]


def test_a_delay_across_a_clock_change_is_counted_in_elapsed_time() -> None:
    zone = "America/New_York"
    shows = (airing("a", "2027-03-13T23:00", zone, ["host"], 120), airing("b", "2027-03-14T01:15", zone, ["host"], 60))
    schedule = make_plan(*shows)
    first, _ = dates_of(schedule)
    (moved,) = replan_day(schedule, dates_of(schedule), first, local("2027-03-14T01:40", zone), COMFORT_RULES)
    assert (moved.later_minutes, f"{moved.local.wall:%H:%M}") == (45, "03:00")


def clashes(schedule: Schedule, spans: Mapping[str, tuple[datetime, datetime]]) -> set[tuple[str, str]]:
    """Return pairs of shows that overlap and share people."""
    claims = {one.key: busy_ids_on(schedule, one) for one in dates_of(schedule)}
    return {
        (one, other)
        for one, other in combinations(sorted(spans), 2)
        if claims[one] & claims[other] and spans[one][0] < spans[other][1] and spans[other][0] < spans[one][1]
    }


SHOWS = st.tuples(st.integers(0, 95), st.sampled_from([20, 30, 60, 90]), st.sampled_from(["host", "other"]), st.booleans())


@settings(max_examples=60)
@given(st.lists(SHOWS, max_size=8), st.integers(1, 300), st.booleans())
def test_any_replanned_day_is_valid(others: list[tuple[int, int, str, bool]], delay: int, any_fixed: bool) -> None:
    start = datetime.fromisoformat(f"{DAY}08:00")
    airings = [make_show("a", "08:00")]
    for number, (quarter, minutes, host, fixed) in enumerate(others):
        begin = (start + quarter * timedelta(minutes=15)).isoformat()
        airings.append(replace(make_show(f"b{number}", begin, minutes, host), fixed=fixed and any_fixed))
    schedule = make_plan(*airings)
    dates = dates_of(schedule)
    late = next(one for one in dates if one.key == "a")
    ends = late.end + timedelta(minutes=delay)
    result = replan_day(schedule, dates, late, ends, COMFORT_RULES)
    for one in result:
        assert one.end > one.start
        assert one.later_minutes >= 0
        assert one.later_minutes == 0 or (one.start.minute % 15 == 0 and not airing_by_id(schedule, one.occurrence.airing_id).fixed)
        assert "other" not in busy_ids_on(schedule, one.occurrence)
    before = {one.key: (one.start, one.end) for one in dates}
    after = {**before, "a": (late.start, ends)} | {one.occurrence.key: (one.start, one.end) for one in result}
    if not any_fixed:
        assert clashes(schedule, after) <= clashes(schedule, before)


@pytest.mark.parametrize("changeover", [0, 30])
def test_the_users_changeover_time_is_kept_between_shows(changeover: int) -> None:
    schedule = make_plan(make_show("a", "14:00"), make_show("b", "15:45"))
    dates = dates_of(schedule)
    result = replan_day(schedule, dates, dates[0], local(f"{DAY}15:45", BEIJING), COMFORT_RULES, changeover=changeover)
    assert [one.later_minutes for one in result] == ([] if changeover == 0 else [30])
