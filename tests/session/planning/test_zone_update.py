"""A newer zone database: moved dates are listed, and local times stay."""

import importlib.resources
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from app.calendar.packaged_zones import load_zones
from app.domain.base.local_time import LocalTime
from app.domain.base.zones import Zones
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, DateOverride, Schedule, ZoneTable
from app.session.planning.dates.schedule_dates import ScheduleDates
from app.session.planning.dates.zone_update import AHEAD, ChangedHour, dates_moved, plan_zones, with_zone_tables, zone_table
from tests.support.schedules import BERLIN, KATHMANDU, NEW_YORK, SHANGHAI, full_schedule
from tests.support.scheduling import NOW, PlacedCalendar, SchedulingDesk, wall

WEEKLY = Airing("weekly", "Friday deals", wall("2027-03-05 20:00", NEW_YORK), rule="FREQ=WEEKLY;BYDAY=FR;COUNT=4", party_ids=("us", "host"))
PARTIES = (
    Party("us", "United States", PartyKind.MARKET, NEW_YORK, market_id="US"),
    Party("de", "Germany", PartyKind.MARKET, BERLIN, market_id="DE"),
    Party("host", "Lin", PartyKind.HOST, SHANGHAI),
)


def zones_with(changes: Mapping[str, str], version: str = "2027a") -> Zones:
    """Return a newer zone database in which these zones have the rules of other zones."""
    folder = importlib.resources.files("tzdata").joinpath("zoneinfo")
    return Zones(version, load_zones().keys, lambda key: folder.joinpath(*changes.get(key, key).split("/")).read_bytes())


def save_plan(tmp_path: Path, *airings: Airing, place: str = SHANGHAI) -> Path:
    """Save a show with these airings under the current zone database."""
    desk = SchedulingDesk(tmp_path, place=place)
    desk.fill(*(airings or (WEEKLY,)), parties=PARTIES)
    path = tmp_path / "show.tradewind"
    assert desk.studio.files.save_as(path)
    desk.close()
    return path


def test_the_plan_stores_tables_of_its_zones(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY, parties=PARTIES)
    schedule = desk.scheduler.schedule
    assert schedule.tzdata == desk.zones.version
    assert [table.zone for table in schedule.zone_tables] == [SHANGHAI, NEW_YORK, BERLIN]
    changes = {table.zone: len(table.offsets) for table in schedule.zone_tables}
    assert changes == {SHANGHAI: 1, NEW_YORK: 7, BERLIN: 7}, "tables cover three years of clock changes"
    tables = schedule.zone_tables
    desk.scheduler.set_rest_hours(9)
    assert desk.scheduler.schedule.zone_tables is tables, "an edit on the same day keeps the tables"
    desk.scheduler.remove_airings(["weekly"])
    desk.scheduler.remove_parties(["de"])
    assert [table.zone for table in desk.scheduler.schedule.zone_tables] == [SHANGHAI, NEW_YORK]
    desk.close()


def test_unchanged_rules_move_no_date(tmp_path: Path) -> None:
    path = save_plan(tmp_path)
    reopened = SchedulingDesk(tmp_path / "again", zones=zones_with({}), path=path)
    assert (reopened.scheduler.moved(), reopened.heard) == ((), [])
    reopened.scheduler.set_rest_hours(9)
    assert reopened.scheduler.schedule.tzdata == "2027a"
    reopened.close()


def test_changed_rules_move_instants_and_list_whose_hours_changed(tmp_path: Path) -> None:
    path = save_plan(tmp_path)
    # New York ends summer time: from 14 March on its clocks are one hour behind the old rules
    reopened = SchedulingDesk(tmp_path / "again", zones=zones_with({NEW_YORK: "America/Panama"}), path=path)
    notice = reopened.notice("schedule.moved")
    assert (notice.data, notice.actions) == ({"count": 2, "before": load_zones().version, "after": "2027a"}, ("schedule.moved",))
    moved = reopened.scheduler.moved()
    assert [(one.occurrence.key, one.before.hour, one.after.hour) for one in moved] == [
        ("weekly@2027-03-19T20:00", 0, 1),
        ("weekly@2027-03-26T20:00", 0, 1),
    ]
    assert moved[0].occurrence.local.wall == datetime(2027, 3, 19, 20, 0)
    assert moved[0].hours == (
        ChangedHour("", SHANGHAI, datetime(2027, 3, 20, 8, 0), datetime(2027, 3, 20, 9, 0)),
        ChangedHour("host", SHANGHAI, datetime(2027, 3, 20, 8, 0), datetime(2027, 3, 20, 9, 0)),
    )
    reopened.close()


def test_moved_dates_are_listed_until_accepted_and_again_after_undo(tmp_path: Path) -> None:
    path = save_plan(tmp_path)
    desk = SchedulingDesk(tmp_path / "again", zones=zones_with({NEW_YORK: "America/Panama"}), path=path)
    starts = desk.starts()
    desk.scheduler.set_rest_hours(9)
    desk.scheduler.put_party(Party("np", "Asha", PartyKind.INTERPRETER, KATHMANDU))
    assert len(desk.scheduler.moved()) == 2, "another edit keeps the list"
    assert desk.scheduler.schedule.tzdata == load_zones().version
    assert KATHMANDU in {table.zone for table in desk.scheduler.schedule.zone_tables}
    desk.scheduler.accept_moved()
    assert (desk.scheduler.moved(), desk.scheduler.schedule.tzdata, desk.starts()) == ((), "2027a", starts)
    assert [airing.start for airing in desk.scheduler.schedule.airings] == [WEEKLY.start]
    desk.studio.document.undo()
    assert len(desk.scheduler.moved()) == 2
    desk.studio.document.redo()
    assert desk.scheduler.moved() == ()
    desk.close()


def test_a_date_is_listed_if_only_a_partys_local_time_changed(tmp_path: Path) -> None:
    path = save_plan(tmp_path)
    reopened = SchedulingDesk(tmp_path / "again", zones=zones_with({SHANGHAI: "Asia/Tokyo"}), path=path)
    moved = reopened.scheduler.moved()
    assert len(moved) == 4
    assert all(one.before == one.after for one in moved)
    assert [(hour.party_id, hour.after - hour.before) for hour in moved[0].hours] == [
        ("", timedelta(hours=1)),
        ("host", timedelta(hours=1)),
    ]
    reopened.close()


def test_a_date_whose_time_is_now_skipped_or_repeated_is_listed(tmp_path: Path) -> None:
    night = Airing("night", "Night", wall("2027-03-14 02:30", "America/Panama"))
    twice = Airing("twice", "Twice", wall("2027-11-07 01:30", "America/Panama"))
    path = save_plan(tmp_path, night, twice)
    reopened = SchedulingDesk(tmp_path / "again", zones=zones_with({"America/Panama": NEW_YORK}), path=path)
    moved_dates = {one.occurrence.airing_id: one for one in reopened.scheduler.moved()}
    assert moved_dates["night"].before == moved_dates["night"].after, "RFC 5545 resolves a skipped time with the offset before the gap"
    assert moved_dates["twice"].before == datetime(2027, 11, 7, 6, 30, tzinfo=UTC) and moved_dates["twice"].after.hour == 5
    assert moved_dates["night"].occurrence.existence.value == "skipped"
    assert moved_dates["night"].hours == (ChangedHour("", "America/Panama", datetime(2027, 3, 14, 2, 30), datetime(2027, 3, 14, 3, 30)),)
    reopened.close()


@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, KATHMANDU, "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Beirut"])
def test_zone_tables_give_the_same_instants_as_the_rules(zone: str, tmp_path: Path) -> None:
    """Compares every quarter hour around a year's clock changes by the table and by the rules."""
    zones = load_zones()
    calendar = PlacedCalendar(zones, SHANGHAI)
    table = zone_table(zone, NOW, NOW + AHEAD, zones)
    walls = [
        datetime.fromtimestamp(at_ms / 1000, UTC).replace(tzinfo=None) + timedelta(minutes=minutes + 15 * quarter)
        for at_ms, minutes in table.offsets[:3]
        for quarter in range(-16, 17)
    ]
    airings = tuple(Airing(f"a{number}", "A", LocalTime(one, zone)) for number, one in enumerate(walls)) + tuple(
        Airing(f"b{number}", "B", LocalTime(one, zone, 1)) for number, one in enumerate(walls)
    )
    schedule = Schedule("old", (table,), airings=airings)
    dates = ScheduleDates(calendar, lambda airing, error: pytest.fail(str(error)))
    moved_dates = dates.between(schedule, NOW - timedelta(days=3), NOW + AHEAD)
    assert len(moved_dates) == len(airings)
    assert dates_moved(schedule, moved_dates, zones, "") == ()


def test_every_zone_of_the_plan_has_a_table() -> None:
    plan = full_schedule()
    assert plan_zones(plan, "UTC") == ("UTC", NEW_YORK, BERLIN, SHANGHAI, KATHMANDU)
    unknown_zone = replace(
        plan.airings[0], start=wall("2027-01-01 20:00", "Mars/Olympus"), moves=(DateOverride(datetime(2027, 1, 1), None),)
    )
    updated = with_zone_tables(replace(plan, airings=(unknown_zone,)), load_zones(), NOW, "UTC", keep=False)
    assert [table.zone for table in updated.zone_tables] == ["UTC", NEW_YORK, BERLIN, SHANGHAI, KATHMANDU]


def test_dates_after_the_end_of_a_table_are_not_compared(tmp_path: Path) -> None:
    """A plan that was not edited for years: its tables end after three years, which moves no date."""
    endless_series = replace(WEEKLY, rule="FREQ=WEEKLY;BYDAY=FR")
    path = save_plan(tmp_path, endless_series)
    reopened = SchedulingDesk(tmp_path / "again", now=NOW + timedelta(days=900), zones=zones_with({}), path=path)
    assert reopened.scheduler.moved() == ()
    reopened.close()


def test_a_plan_with_empty_tables_has_no_moved_dates(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.put_plan(Schedule("2020a", (ZoneTable(NEW_YORK, ()),), airings=(replace(WEEKLY, party_ids=()),)))
    assert desk.scheduler.moved() == ()
    desk.close()
