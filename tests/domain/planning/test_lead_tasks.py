"""Tasks before festivals and shows appear when there is a reason, are due in time and stay done."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from app.domain.base.local_time import LocalTime
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Point, Product, Role, Stock
from app.domain.planning.draw_permit import DrawPermit, PermitNeed
from app.domain.planning.festival import DayKind, Festival, LeadTask
from app.domain.planning.lead_tasks import Task, TaskSubject, has_draw, tasks
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, Schedule, TaskKind
from app.domain.program.project import starter_project
from app.domain.rundown.rundown import Segment
from app.domain.show import Show

TODAY = date(2027, 10, 1)
TEA = Product(
    "tea",
    {"en": "Tea", "pt": "Chá", "ja": "お茶"},
    points=(Point("p", keyword={"en": "Fresh", "pt": "Fresco", "ja": "新鮮"}),),
    stock=(Stock("BR", 3),),
    pictures=("p",),
)
SEGMENT = Segment("s", "Tea", product_id="tea", role=Role.HERO, backup_id="cup")
DRAW = Segment("d", "Draw", draw="Who wins the teapot?")
BRAZIL = Market("BR", {"en": "Brazil"}, ("pt-BR",), "BRL", ("America/Sao_Paulo",))
JAPAN = Market("JP", {"en": "Japan"}, ("ja",), "JPY", ("Asia/Tokyo",))
SHOW = Show(starter_project(camera="", microphone=False), markets=(BRAZIL,), products=(TEA,), segments=(SEGMENT,))
AUDIENCE = Party("br", "Brazil", PartyKind.MARKET, "America/Sao_Paulo", market_id="BR")
FRIDAY = Airing("friday", "Friday tea", LocalTime(datetime(2027, 11, 26, 20, 0), "America/Sao_Paulo"), party_ids=("br",))
PLAN = Schedule(airings=(FRIDAY,), parties=(AUDIENCE,))
PERMITS = {
    "BR": DrawPermit("BR", PermitNeed.REQUIRED, 40, {"en": "Ask first."}, "gov.br"),
    "JP": DrawPermit("JP", PermitNeed.NONE, 0, source="a law"),
}
SALE = Festival(
    "BR",
    "black_friday",
    {"en": "Black Friday"},
    date(2027, 11, 26),
    date(2027, 11, 26),
    DayKind.COMMERCIAL,
    tasks=(LeadTask("stock", 60), LeadTask("translation", 30), LeadTask("material", 21), LeadTask("permit", 30)),
)


def occurrence(airing: Airing, day: date, *, series: bool = False) -> Occurrence:
    wall = datetime(day.year, day.month, day.day, 20, 0)
    start = wall.replace(tzinfo=UTC) + timedelta(hours=3)
    return Occurrence(airing.id, wall, LocalTime(wall, airing.start.zone), start, start + timedelta(hours=2), series=series)


def tasks_for(
    schedule: Schedule = PLAN,
    *days: date,
    show: Show = SHOW,
    festivals: tuple[Festival, ...] = (),
    today: date = TODAY,
    permits: Mapping[str, DrawPermit] = PERMITS,
) -> dict[str, Task]:
    dates = [occurrence(airing, day, series=len(days) > 1) for airing in schedule.airings for day in days]
    found = tasks(schedule, dates, festivals, show, today, permits=permits)
    assert list(found) == sorted(found, key=lambda task: (task.due, task.id))
    assert len({task.id for task in found}) == len(found)
    return {task.id: task for task in found}


def kinds(tasks_by_id: Mapping[str, Task]) -> list[TaskKind]:
    return [task.kind for task in tasks_by_id.values()]


def test_products_are_confirmed_two_weeks_and_one_week_before() -> None:
    tasks_by_id = tasks_for(PLAN, date(2027, 11, 26))
    assert [(task.kind, task.due, task.subject, task.subject_id) for task in tasks_by_id.values()] == [
        (TaskKind.CONFIRM_14, date(2027, 11, 12), TaskSubject.OCCURRENCE, "friday"),
        (TaskKind.CONFIRM_7, date(2027, 11, 19), TaskSubject.OCCURRENCE, "friday"),
    ]
    assert tasks_by_id["confirm_14:friday"].data == {
        "name": "Friday tea",
        "date": "2027-11-26",
        "products": 1,
        "without_backup": 0,
        "days": 14,
    }


def test_heroes_without_a_backup_are_counted() -> None:
    show = replace(
        SHOW, segments=(SEGMENT, replace(SEGMENT, id="t", backup_id=""), replace(SEGMENT, id="u", role=Role.TRAFFIC, backup_id=""))
    )
    assert tasks_for(PLAN, date(2027, 11, 26), show=show)["confirm_7:friday"].data["without_backup"] == 1


@pytest.mark.parametrize(
    ("today", "expected"),
    [
        (date(2027, 11, 12), [("confirm_14", False), ("confirm_7", False)]),
        (date(2027, 11, 13), [("confirm_14", True), ("confirm_7", False)]),
        (date(2027, 11, 18), [("confirm_14", True), ("confirm_7", False)]),
        (date(2027, 11, 19), [("confirm_7", False)]),
        (date(2027, 11, 26), [("confirm_7", True)]),
        (date(2027, 11, 27), []),
    ],
)
def test_the_second_confirmation_replaces_the_first_and_past_shows_have_none(today: date, expected: list[tuple[str, bool]]) -> None:
    tasks_by_id = tasks_for(PLAN, date(2027, 11, 26), today=today)
    assert [(task.kind.value, task.overdue) for task in tasks_by_id.values()] == expected


def test_a_series_is_confirmed_per_date_but_has_material_and_permit_tasks_once() -> None:
    show = replace(SHOW, products=(replace(TEA, pictures=()),), segments=(SEGMENT, DRAW))
    tasks_by_id = tasks_for(PLAN, date(2027, 11, 26), date(2027, 12, 3), show=show)
    assert kinds(tasks_by_id).count(TaskKind.CONFIRM_7) == 2
    assert kinds(tasks_by_id).count(TaskKind.MATERIAL) == 1
    assert kinds(tasks_by_id).count(TaskKind.PERMIT) == 1
    assert tasks_by_id["material:friday"].due == date(2027, 11, 19)
    assert "confirm_7:friday@2027-12-03T20:00" in tasks_by_id


def test_a_completed_task_stays_done_and_is_never_overdue() -> None:
    ticked = replace(PLAN, done=("confirm_14:friday",))
    tasks_by_id = tasks_for(ticked, date(2027, 11, 26), today=date(2027, 11, 15))
    assert (tasks_by_id["confirm_14:friday"].done, tasks_by_id["confirm_14:friday"].overdue) == (True, False)
    assert (tasks_by_id["confirm_7:friday"].done, tasks_by_id["confirm_7:friday"].overdue) == (False, False)


def test_a_draw_needs_a_permit_if_the_market_requires_one() -> None:
    with_draw = replace(SHOW, segments=(SEGMENT, DRAW))
    assert not has_draw(SHOW)
    assert has_draw(with_draw)
    assert TaskKind.PERMIT not in kinds(tasks_for(PLAN, date(2027, 11, 26)))
    permit = tasks_for(PLAN, date(2027, 11, 26), show=with_draw)["permit:BR:friday"]
    assert permit.due == date(2027, 10, 17)
    assert (permit.data["need"], permit.data["market"], permit.data["source"]) == ("required", "BR", "gov.br")
    assert permit.data["note"] == {"en": "Ask first."}


def test_a_market_without_permits_has_no_task_and_an_unknown_market_has_one() -> None:
    audience = (AUDIENCE, Party("jp", "Japan", PartyKind.MARKET, "Asia/Tokyo", market_id="JP"), replace(AUDIENCE, id="tr", market_id="TR"))
    plan = replace(PLAN, parties=audience, airings=(replace(FRIDAY, party_ids=("br", "jp", "tr")),))
    tasks_by_id = tasks_for(plan, date(2027, 11, 26), show=replace(SHOW, segments=(SEGMENT, DRAW)))
    permits = {task_id: task for task_id, task in tasks_by_id.items() if task.kind is TaskKind.PERMIT}
    assert sorted(permits) == ["permit:BR:friday", "permit:TR:friday"]
    assert permits["permit:TR:friday"].data["need"] == "unknown"


def test_a_date_without_parties_is_for_the_shows_markets() -> None:
    plan = replace(PLAN, airings=(replace(FRIDAY, party_ids=()),))
    assert "permit:BR:friday" in tasks_for(plan, date(2027, 11, 26), show=replace(SHOW, segments=(SEGMENT, DRAW)))


def test_missing_translations_for_the_markets_of_a_date_are_listed() -> None:
    plan = replace(PLAN, parties=(AUDIENCE, Party("ar", "Gulf", PartyKind.MARKET, "Asia/Dubai", market_id="AE", languages=("ar", "pt"))))
    both = replace(plan, airings=(replace(FRIDAY, party_ids=("br", "ar")),))
    assert TaskKind.TRANSLATION not in kinds(tasks_for(plan, date(2027, 11, 26)))
    missing = tasks_for(both, date(2027, 11, 26))["translation:friday"]
    assert (missing.data["languages"], missing.data["products"], missing.due) == ("ar", 1, date(2027, 11, 16))


def test_only_products_in_the_rundown_count() -> None:
    other = replace(TEA, id="cup", stock=(), pictures=(), name={"en": "Cup"})
    assert set(kinds(tasks_for(PLAN, date(2027, 11, 26), show=replace(SHOW, products=(TEA, other))))) == {
        TaskKind.CONFIRM_14,
        TaskKind.CONFIRM_7,
    }
    planned = replace(SHOW, products=(TEA, other), segments=(SEGMENT, replace(SEGMENT, id="t", product_id="cup")))
    tasks_by_id = tasks_for(PLAN, date(2027, 11, 26), show=planned)
    assert {TaskKind.STOCK, TaskKind.MATERIAL, TaskKind.TRANSLATION} <= set(kinds(tasks_by_id))
    assert (tasks_by_id["stock:friday"].data["products"], tasks_by_id["stock:friday"].due) == (1, date(2027, 11, 12))


def test_a_show_without_products_has_no_tasks() -> None:
    assert tasks_for(PLAN, date(2027, 11, 26), show=replace(SHOW, products=(), segments=())) == {}


def test_an_interpreter_must_be_confirmed_or_found() -> None:
    with_interpreter = replace(SHOW, segments=(replace(SEGMENT, needs_interpreter=True),))
    assert tasks_for(PLAN, date(2027, 11, 26), show=with_interpreter)["interpreter:friday"].data["interpreter"] == ""
    booked = replace(
        PLAN,
        parties=(AUDIENCE, Party("ana", "Ana", PartyKind.INTERPRETER, "Europe/Lisbon")),
        airings=(replace(FRIDAY, party_ids=("br", "ana")),),
    )
    task = tasks_for(booked, date(2027, 11, 26))["interpreter:friday"]
    assert (task.data["interpreter"], task.due) == ("Ana", date(2027, 11, 19))
    assert TaskKind.INTERPRETER not in kinds(tasks_for(PLAN, date(2027, 11, 26)))


def test_festival_tasks_are_only_for_markets_in_the_plan() -> None:
    others = replace(SALE, market_id="JP")
    tasks_by_id = tasks_for(PLAN, festivals=(SALE, others))
    assert [(task.id, task.due, task.subject) for task in tasks_by_id.values()] == [
        ("stock:BR:black_friday:2027-2", date(2027, 9, 27), TaskSubject.FESTIVAL),
        ("material:BR:black_friday:2027-2", date(2027, 11, 5), TaskSubject.FESTIVAL),
    ]
    assert tasks_by_id["stock:BR:black_friday:2027-2"].overdue
    assert tasks_by_id["stock:BR:black_friday:2027-2"].data == {
        "name": {"en": "Black Friday"},
        "market": "BR",
        "date": "2027-11-26",
        "days": 60,
    }


def test_a_festival_needs_translations_and_permits_only_if_missing() -> None:
    show = replace(SHOW, products=(replace(TEA, name={"en": "Tea"}),), segments=(SEGMENT, DRAW))
    tasks_by_id = tasks_for(PLAN, festivals=(SALE,), show=show)
    assert tasks_by_id["translation:BR:black_friday:2027-2"].data["languages"] == "pt-BR"
    assert tasks_by_id["permit:BR:black_friday:2027-2"].due == date(2027, 10, 17)  # the permit needs more days than the festival's task


def test_lead_days_count_from_the_first_day_off_but_show_the_main_day() -> None:
    feast = replace(SALE, first=date(2027, 11, 24), peak=date(2027, 11, 26), tasks=(LeadTask("material", 10),))
    (task,) = tasks_for(PLAN, festivals=(feast,)).values()
    assert (task.due, task.data["date"]) == (date(2027, 11, 14), "2027-11-26")


def test_festival_tasks_last_until_the_festival_ends() -> None:
    week = replace(SALE, last=date(2027, 12, 3), tasks=(LeadTask("stock", 10),))
    assert len(tasks_for(PLAN, festivals=(week,), today=date(2027, 12, 3))) == 1
    assert tasks_for(PLAN, festivals=(week,), today=date(2027, 12, 4)) == {}


def test_a_festival_twice_in_a_year_has_separate_tasks() -> None:
    january = replace(SALE, key="eid", first=date(2033, 1, 2), last=date(2033, 1, 4), tasks=(LeadTask("stock", 60),))
    december = replace(january, first=date(2033, 12, 23), last=date(2033, 12, 25))
    both = tasks_for(PLAN, festivals=(january, december), today=date(2033, 1, 1))
    assert set(both) == {"stock:BR:eid:2033-1", "stock:BR:eid:2033-2"}
    assert set(tasks_for(PLAN, festivals=(december,), today=date(2033, 11, 1))) == {"stock:BR:eid:2033-2"}
