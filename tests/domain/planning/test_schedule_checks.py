"""Findings about a plan belong to the date that they concern; a good plan has none."""

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


def show(airing_id: str, start: str, zone: str, *parties: str, minutes: int = 120, **more: object) -> Airing:
    return airing(airing_id, start, zone, parties, minutes, **more)


GOOD = Schedule(
    parties=PARTIES,
    airings=(
        show("one", "2027-07-06T21:00", NEW_YORK, "america", *TEAM),
        show("two", "2027-07-08T21:00", NEW_YORK, "america", *TEAM),
    ),
)


def findings(schedule: Schedule, needs: ShowRequirements | None = None) -> tuple[Finding, ...]:
    return check_plan(schedule, dates_of(schedule), COMFORT_RULES, needs=needs or ShowRequirements())


def with_show(airing_id: str, start: str, zone: str, *parties: str, minutes: int = 120) -> Schedule:
    return put_airing(GOOD, show(airing_id, start, zone, *parties, minutes=minutes))


def test_a_good_plan_has_no_findings() -> None:
    assert findings(GOOD) == ()
    assert check_plan(GOOD, (), COMFORT_RULES) == ()


def nights() -> Schedule:
    evenings = [show(f"n{day}", f"2027-07-{day}T20:00", BERLIN, "germany", *TEAM) for day in (20, 21, 22)]
    return replace(GOOD, airings=tuple(evenings))


# By code: the spoilt plan, the date that is named, how grave it is, and values of it.
SPOILT: Mapping[str, tuple[Callable[[], Schedule], str, Level, Mapping[str, object]]] = {
    "airing.overlap": (
        lambda: with_show("late", "2027-07-07T10:00", BEIJING, "germany", *TEAM),
        "late",
        Level.BLOCK,
        {"names": "Host\nHelper", "other": "One", "title": "Late"},
    ),
    "airing.two_shows": (
        lambda: replace(
            GOOD, airings=(show("a", "2027-07-06T21:00", NEW_YORK, "america"), show("b", "2027-07-07T04:00", BERLIN, "germany"))
        ),
        "b",
        Level.BLOCK,
        {"other": "A"},
    ),
    "airing.split_audience": (
        lambda: with_show("late", "2027-07-06T22:00", NEW_YORK, "america", "other"),
        "late",
        Level.WARNING,
        {"names": "America", "other": "One"},
    ),
    "airing.rest": (
        lambda: with_show("late", "2027-07-06T21:00", BEIJING, "arabia", *TEAM),
        "one",
        Level.WARNING,
        {"name": "Host", "hours": 10.0, "wanted": 11},
    ),
    "airing.nights": (nights, "n22", Level.WARNING, {"name": "Host", "count": 3}),
    "airing.no_market": (lambda: with_show("none", "2027-07-12T10:00", BEIJING, *TEAM), "none", Level.INFO, {"title": "None"}),
    "airing.no_support": (
        lambda: with_show("alone", "2027-07-12T21:00", NEW_YORK, "america", "host"),
        "alone",
        Level.WARNING,
        {"title": "Alone"},
    ),
    "airing.no_language": (
        lambda: with_show("far", "2027-07-12T18:00", RIYADH, "arabia", "other", "helper"),
        "far",
        Level.INFO,
        {"names": "Arabia"},
    ),
    "airing.poor": (nights, "n20", Level.INFO, {"names": "Host\nHelper"}),
    "airing.if_need_be": (
        lambda: with_show("early", "2027-07-12T07:00", BEIJING, "america", *TEAM),
        "early",
        Level.INFO,
        {"names": "Host\nHelper"},
    ),
    "airing.is_away": (
        lambda: change_party(GOOD, "host", away=(Absence(date(2027, 7, 7), date(2027, 7, 7)),)),
        "one",
        Level.BLOCK,
        {"name": "Host", "date": "2027-07-07", "time": "09:00"},
    ),
    "airing.never": (
        lambda: change_party(GOOD, "helper", hours=(Hours(600, 660, Comfort.NEVER, (3,)),)),
        "one",
        Level.BLOCK,
        {"name": "Helper", "date": "2027-07-07", "time": "09:00"},
    ),
    "airing.iftar": (
        lambda: with_show("meal", "2027-02-10T18:00", RIYADH, "arabia", *TEAM, minutes=60),
        "meal",
        Level.WARNING,
        {"name": "Arabia", "date": "2027-02-10", "time": "17:00"},
    ),
    "airing.friday_prayer": (
        lambda: with_show("noon", "2027-07-16T12:00", RIYADH, "arabia", *TEAM, minutes=60),
        "noon",
        Level.WARNING,
        {"name": "Arabia", "date": "2027-07-16", "time": "11:45"},
    ),
    "airing.asleep": (
        lambda: with_show("night", "2027-07-12T05:00", BERLIN, "germany", *TEAM),
        "night",
        Level.WARNING,
        {"name": "Germany", "date": "2027-07-12", "time": "05:00"},
    ),
    "airing.caution": (
        lambda: with_show("sad", "2027-07-09T21:00", NEW_YORK, "america", *TEAM),
        "sad",
        Level.WARNING,
        {"market": "US", "festival": {"en": "A day of mourning"}},
    ),
    "airing.skipped": (
        lambda: with_show("gap", "2027-03-14T02:30", NEW_YORK, "america", *TEAM),
        "gap",
        Level.WARNING,
        {"date": "2027-03-14", "time": "02:30", "zone": NEW_YORK},
    ),
    "airing.repeated": (
        lambda: with_show("fold", "2027-11-07T01:30", NEW_YORK, "america", *TEAM),
        "fold",
        Level.WARNING,
        {"date": "2027-11-07", "time": "01:30", "zone": NEW_YORK},
    ),
}


@pytest.mark.parametrize("code", SPOILT)
def test_what_speaks_against_a_plan_is_found_at_its_date(code: str) -> None:
    spoil, key, level, data = SPOILT[code]
    found = next(one for one in findings(spoil()) if one.code == code and one.id == key)
    assert (found.id, found.level, found.subject) == (key, level, Subject.AIRING)
    assert dict(found.data) == {"title": found.data["title"], **data}


@pytest.mark.parametrize("code", ["airing.overlap", "airing.two_shows", "airing.split_audience"])
def test_both_of_two_dates_that_clash_say_so(code: str) -> None:
    spoil, later, level, _ = SPOILT[code]
    found = [one for one in findings(spoil()) if one.code == code]
    assert (len(found), found[1].id, {one.level for one in found}) == (2, later, {level})
    assert found[0].id != later
    assert found[0].data["other"] == found[1].data["title"]
    assert found[1].data["other"] == found[0].data["title"]


def test_what_the_show_needs_beyond_the_plan() -> None:
    found = findings(GOOD, ShowRequirements(interpreter=True, permits={"two": ("US", "DE")}))
    assert [(one.id, one.code) for one in found] == [
        ("one", "airing.no_interpreter"),
        ("two", "airing.no_interpreter"),
        ("two", "airing.permit"),
    ]
    assert found[-1].data["markets"] == "US DE"


def test_the_host_of_the_show_speaks_its_language() -> None:
    schedule = replace(GOOD, parties=tuple(replace(party, languages=()) if party.id == "host" else party for party in PARTIES))
    assert findings(schedule) == ()
    assert {one.code for one in findings(schedule, ShowRequirements(host_language="zh-Hans"))} == {"airing.no_language"}
    assert findings(schedule, ShowRequirements(host_language="en-GB")) == ()


def test_a_time_that_comes_twice_is_asked_about_only_once() -> None:
    fold = show("fold", "2027-11-07T01:30", NEW_YORK, "america", *TEAM)
    told = put_airing(GOOD, replace(fold, start=replace(fold.start, fold=1)))
    assert "airing.repeated" not in {one.code for one in findings(told)}


def test_who_is_on_duty_and_cannot_be_there_is_not_on_duty() -> None:
    schedule = change_party(GOOD, "helper", away=(Absence(date(2027, 7, 7), date(2027, 7, 7)),))
    assert {"airing.is_away", "airing.no_support"} <= {one.code for one in findings(schedule) if one.id == "one"}


def test_the_gravest_comes_first_and_dates_are_in_order() -> None:
    schedule = change_party(nights(), "host", away=(Absence(date(2027, 7, 21), date(2027, 7, 21)),))
    found = findings(schedule)
    assert [one.id for one in found] == sorted(one.id for one in found)
    assert found[0].level is Level.BLOCK
    assert [one.level for one in found if one.id == "n20"] == [Level.BLOCK, Level.INFO]


def test_what_is_over_is_not_complained_about_and_counts_all_the_same() -> None:
    schedule = nights()
    found = check_plan(schedule, dates_of(schedule), COMFORT_RULES, now=utc("2027-07-22T06:00"))
    assert {one.id for one in found} == {"n22"}
    assert {"airing.nights", "airing.poor"} == {one.code for one in found}


def test_a_series_is_named_by_its_dates() -> None:
    series = show("s", "2027-07-05T05:00", BERLIN, "germany", *TEAM, rule="FREQ=WEEKLY;COUNT=2")
    found = [one for one in findings(replace(GOOD, airings=(series,))) if one.code == "airing.asleep"]
    assert [one.id for one in found] == ["s@2027-07-05T05:00", "s@2027-07-12T05:00"]


def test_dates_are_given_in_any_order() -> None:
    schedule = nights()
    assert check_plan(schedule, dates_of(schedule)[::-1], COMFORT_RULES) == findings(schedule)
    assert local("2027-07-20T20:00", BERLIN) == dates_of(schedule)[0].start
