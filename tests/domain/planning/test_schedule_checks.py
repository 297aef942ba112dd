"""Findings about a plan refer to the right date; a good plan has none."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import date

import pytest

from app.domain.catalogue.market import Level
from app.domain.planning.festival import DayKind, Festival
from app.domain.planning.hours.comfort import ComfortRules
from app.domain.planning.people.party import Absence, Comfort, Hours, PartyKind
from app.domain.planning.schedule import Airing, Schedule
from app.domain.planning.schedule_checks import ShowRequirements, check_plan
from app.domain.planning.schedule_editing import change_party, put_airing
from app.domain.rundown.finding import Finding, Subject
from tests.support.parties import ZONES, airing, dates_of, local, market, person, utc

BEIJING, NEW_YORK, BERLIN, RIYADH = "Asia/Shanghai", "America/New_York", "Europe/Berlin", "Asia/Riyadh"
DAYS = (
    Festival("US", "mourning", {"en": "A day of mourning"}, date(2027, 7, 9), date(2027, 7, 9), DayKind.CAUTION),
    Festival("SA", "ramadan", {"en": "Ramadan"}, date(2027, 2, 8), date(2027, 3, 8), DayKind.RELIGIOUS),
)
COMFORT_RULES = ComfortRules(ZONES, festivals=DAYS)
PARTIES = (
    market("america", NEW_YORK, "US", languages=("en",)),
    market("germany", BERLIN, "DE", languages=("de",)),
    market("arabia", RIYADH, "SA", languages=("ar",)),
    person("host", kind=PartyKind.HOST, languages=("zh-Hans", "en", "de", "ar")),
    person("other", BERLIN, PartyKind.HOST, languages=("de", "en")),
    person("support"),
    person("helper", kind=PartyKind.SUPPORT),
)
TEAM = ("host", "helper")


def make_show(airing_id: str, start: str, zone: str, *parties: str, minutes: int = 120, **more: object) -> Airing:
    return airing(airing_id, start, zone, parties, minutes, **more)


GOOD_PLAN = Schedule(
    parties=PARTIES,
    airings=(
        make_show("one", "2027-07-06T21:00", NEW_YORK, "america", *TEAM),
        make_show("two", "2027-07-08T21:00", NEW_YORK, "america", *TEAM),
    ),
)


def findings(schedule: Schedule, needs: ShowRequirements | None = None) -> tuple[Finding, ...]:
    return check_plan(schedule, dates_of(schedule), COMFORT_RULES, needs=needs or ShowRequirements())


def plan_with_show(airing_id: str, start: str, zone: str, *parties: str, minutes: int = 120) -> Schedule:
    return put_airing(GOOD_PLAN, make_show(airing_id, start, zone, *parties, minutes=minutes))


def test_a_good_plan_has_no_findings() -> None:
    assert findings(GOOD_PLAN) == ()
    assert check_plan(GOOD_PLAN, (), COMFORT_RULES) == ()


def plan_with_nights() -> Schedule:
    evenings = [make_show(f"n{day}", f"2027-07-{day}T20:00", BERLIN, "germany", *TEAM) for day in (20, 21, 22)]
    return replace(GOOD_PLAN, airings=tuple(evenings))


# Code → (the plan, the key of the date with the finding, its level, its values).
INVALID_PLANS: Mapping[str, tuple[Callable[[], Schedule], str, Level, Mapping[str, object]]] = {
    "airing.overlap": (
        lambda: plan_with_show("late", "2027-07-07T10:00", BEIJING, "germany", *TEAM),
        "late",
        Level.BLOCK,
        {"names": "Host\nHelper", "other": "One", "title": "Late"},
    ),
    "airing.two_shows": (
        lambda: replace(
            GOOD_PLAN,
            airings=(make_show("a", "2027-07-06T21:00", NEW_YORK, "america"), make_show("b", "2027-07-07T04:00", BERLIN, "germany")),
        ),
        "b",
        Level.BLOCK,
        {"other": "A"},
    ),
    "airing.split_audience": (
        lambda: plan_with_show("late", "2027-07-06T22:00", NEW_YORK, "america", "other"),
        "late",
        Level.WARNING,
        {"names": "America", "other": "One"},
    ),
    "airing.rest": (
        lambda: plan_with_show("late", "2027-07-06T21:00", BEIJING, "arabia", *TEAM),
        "one",
        Level.WARNING,
        {"name": "Host", "hours": 10.0, "wanted": 11},
    ),
    "airing.nights": (plan_with_nights, "n22", Level.WARNING, {"name": "Host", "count": 3}),
    "airing.no_market": (lambda: plan_with_show("none", "2027-07-12T10:00", BEIJING, *TEAM), "none", Level.INFO, {"title": "None"}),
    "airing.no_support": (
        lambda: plan_with_show("alone", "2027-07-12T21:00", NEW_YORK, "america", "host"),
        "alone",
        Level.WARNING,
        {"title": "Alone"},
    ),
    "airing.no_language": (
        lambda: plan_with_show("far", "2027-07-12T18:00", RIYADH, "arabia", "other", "helper"),
        "far",
        Level.INFO,
        {"names": "Arabia"},
    ),
    "airing.poor": (plan_with_nights, "n20", Level.INFO, {"names": "Host\nHelper"}),
    "airing.if_need_be": (
        lambda: plan_with_show("early", "2027-07-12T07:00", BEIJING, "america", *TEAM),
        "early",
        Level.INFO,
        {"names": "Host\nHelper"},
    ),
    "airing.is_away": (
        lambda: change_party(GOOD_PLAN, "host", away=(Absence(date(2027, 7, 7), date(2027, 7, 7)),)),
        "one",
        Level.BLOCK,
        {"name": "Host", "date": "2027-07-07", "time": "09:00"},
    ),
    "airing.never": (
        lambda: change_party(GOOD_PLAN, "helper", hours=(Hours(600, 660, Comfort.NEVER, (3,)),)),
        "one",
        Level.BLOCK,
        {"name": "Helper", "date": "2027-07-07", "time": "09:00"},
    ),
    "airing.iftar": (
        lambda: plan_with_show("meal", "2027-02-10T18:00", RIYADH, "arabia", *TEAM, minutes=60),
        "meal",
        Level.WARNING,
        {"name": "Arabia", "date": "2027-02-10", "time": "17:00"},
    ),
    "airing.friday_prayer": (
        lambda: plan_with_show("noon", "2027-07-16T12:00", RIYADH, "arabia", *TEAM, minutes=60),
        "noon",
        Level.WARNING,
        {"name": "Arabia", "date": "2027-07-16", "time": "11:45"},
    ),
    "airing.asleep": (
        lambda: plan_with_show("night", "2027-07-12T05:00", BERLIN, "germany", *TEAM),
        "night",
        Level.WARNING,
        {"name": "Germany", "date": "2027-07-12", "time": "05:00"},
    ),
    "airing.caution": (
        lambda: plan_with_show("sad", "2027-07-09T21:00", NEW_YORK, "america", *TEAM),
        "sad",
        Level.WARNING,
        {"market": "US", "festival": {"en": "A day of mourning"}},
    ),
    "airing.skipped": (
        lambda: plan_with_show("gap", "2027-03-14T02:30", NEW_YORK, "america", *TEAM),
        "gap",
        Level.WARNING,
        {"date": "2027-03-14", "time": "02:30", "zone": NEW_YORK},
    ),
    "airing.repeated": (
        lambda: plan_with_show("fold", "2027-11-07T01:30", NEW_YORK, "america", *TEAM),
        "fold",
        Level.WARNING,
        {"date": "2027-11-07", "time": "01:30", "zone": NEW_YORK},
    ),
}


@pytest.mark.parametrize("code", INVALID_PLANS)
def test_each_problem_is_reported_for_its_date(code: str) -> None:
    make_plan, key, level, data = INVALID_PLANS[code]
    found = next(finding for finding in findings(make_plan()) if finding.code == code and finding.id == key)
    assert (found.id, found.level, found.subject) == (key, level, Subject.AIRING)
    assert dict(found.data) == {"title": found.data["title"], **data}


@pytest.mark.parametrize("code", ["airing.overlap", "airing.two_shows", "airing.split_audience"])
def test_a_clash_is_reported_for_both_dates(code: str) -> None:
    make_plan, later, level, _ = INVALID_PLANS[code]
    found = [finding for finding in findings(make_plan()) if finding.code == code]
    assert (len(found), found[1].id, {finding.level for finding in found}) == (2, later, {level})
    assert found[0].id != later
    assert found[0].data["other"] == found[1].data["title"]
    assert found[1].data["other"] == found[0].data["title"]


def test_missing_interpreters_and_permits_are_reported() -> None:
    found = findings(GOOD_PLAN, ShowRequirements(interpreter=True, permits={"two": ("US", "DE")}))
    assert [(finding.id, finding.code) for finding in found] == [
        ("one", "airing.no_interpreter"),
        ("two", "airing.no_interpreter"),
        ("two", "airing.permit"),
    ]
    assert found[-1].data["markets"] == "US DE"


def test_the_host_is_assumed_to_speak_the_shows_host_language() -> None:
    schedule = replace(GOOD_PLAN, parties=tuple(replace(party, languages=()) if party.id == "host" else party for party in PARTIES))
    assert findings(schedule) == ()
    assert {finding.code for finding in findings(schedule, ShowRequirements(host_language="zh-Hans"))} == {"airing.no_language"}
    assert findings(schedule, ShowRequirements(host_language="en-GB")) == ()


def test_a_repeated_time_is_reported_only_until_it_is_resolved() -> None:
    fold = make_show("fold", "2027-11-07T01:30", NEW_YORK, "america", *TEAM)
    resolved = put_airing(GOOD_PLAN, replace(fold, start=replace(fold.start, fold=1)))
    assert "airing.repeated" not in {finding.code for finding in findings(resolved)}


def test_absent_staff_do_not_count_as_on_duty() -> None:
    schedule = change_party(GOOD_PLAN, "helper", away=(Absence(date(2027, 7, 7), date(2027, 7, 7)),))
    assert {"airing.is_away", "airing.no_support"} <= {finding.code for finding in findings(schedule) if finding.id == "one"}


def test_findings_are_sorted_by_date_and_then_by_severity() -> None:
    schedule = change_party(plan_with_nights(), "host", away=(Absence(date(2027, 7, 21), date(2027, 7, 21)),))
    found = findings(schedule)
    assert [finding.id for finding in found] == sorted(finding.id for finding in found)
    assert found[0].level is Level.BLOCK
    assert [finding.level for finding in found if finding.id == "n20"] == [Level.BLOCK, Level.INFO]


def test_past_dates_have_no_findings_but_still_count() -> None:
    schedule = plan_with_nights()
    found = check_plan(schedule, dates_of(schedule), COMFORT_RULES, now=utc("2027-07-22T06:00"))
    assert {finding.id for finding in found} == {"n22"}
    assert {"airing.nights", "airing.poor"} == {finding.code for finding in found}


def test_findings_name_the_date_of_a_series() -> None:
    series = make_show("s", "2027-07-05T05:00", BERLIN, "germany", *TEAM, rule="FREQ=WEEKLY;COUNT=2")
    found = [finding for finding in findings(replace(GOOD_PLAN, airings=(series,))) if finding.code == "airing.asleep"]
    assert [finding.id for finding in found] == ["s@2027-07-05T05:00", "s@2027-07-12T05:00"]


def test_the_order_of_dates_does_not_matter() -> None:
    schedule = plan_with_nights()
    assert check_plan(schedule, dates_of(schedule)[::-1], COMFORT_RULES) == findings(schedule)
    assert local("2027-07-20T20:00", BERLIN) == dates_of(schedule)[0].start
