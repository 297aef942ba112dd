"""A newer edition of the clock rules: what moved is listed, hours of places stay, nothing goes by silently."""

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


def altered(changes: Mapping[str, str], version: str = "2027a") -> Zones:
    """Another edition: zones whose rules are now those of other zones."""
    folder = importlib.resources.files("tzdata").joinpath("zoneinfo")
    return Zones(version, load_zones().keys, lambda key: folder.joinpath(*changes.get(key, key).split("/")).read_bytes())


def planned(tmp_path: Path, *airings: Airing, place: str = SHANGHAI) -> Path:
    """A show's file with these, made by today's rules."""
    desk = SchedulingDesk(tmp_path, place=place)
    desk.fill(*(airings or (WEEKLY,)), parties=PARTIES)
    path = tmp_path / "show.tradewind"
    assert desk.studio.files.save_as(path)
    desk.close()
    return path


def test_what_the_rules_say_of_its_zones_stands_beside_the_plan(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.fill(WEEKLY, parties=PARTIES)
    schedule = desk.scheduler.schedule
    assert schedule.tzdata == desk.zones.version
    assert [table.zone for table in schedule.zone_tables] == [SHANGHAI, NEW_YORK, BERLIN]
    changes = {table.zone: len(table.offsets) for table in schedule.zone_tables}
    assert changes == {SHANGHAI: 1, NEW_YORK: 7, BERLIN: 7}, "three years of changes"
    tables = schedule.zone_tables
    desk.scheduler.set_rest_hours(9)
    assert desk.scheduler.schedule.zone_tables is tables, "an edit of the same day writes no other tables"
    desk.scheduler.remove_airings(["weekly"])
    desk.scheduler.remove_parties(["de"])
    assert [table.zone for table in desk.scheduler.schedule.zone_tables] == [SHANGHAI, NEW_YORK]
    desk.close()


def test_the_same_rules_move_nothing(tmp_path: Path) -> None:
    path = planned(tmp_path)
    again = SchedulingDesk(tmp_path / "again", zones=altered({}), path=path)
    assert (again.scheduler.moved(), again.heard) == ((), [])
    again.scheduler.set_rest_hours(9)
    assert again.scheduler.schedule.tzdata == "2027a"
    again.close()


def test_a_zone_with_other_rules_moves_instants_and_says_whose_hours_changed(tmp_path: Path) -> None:
    path = planned(tmp_path)
    # New York gives up summer time: from 14 March on its clocks are an hour behind what they would have been
    again = SchedulingDesk(tmp_path / "again", zones=altered({NEW_YORK: "America/Panama"}), path=path)
    told = again.notice("schedule.moved")
    assert (told.data, told.actions) == ({"count": 2, "before": load_zones().version, "after": "2027a"}, ("schedule.moved",))
    moved = again.scheduler.moved()
    assert [(one.occurrence.key, one.before.hour, one.after.hour) for one in moved] == [
        ("weekly@2027-03-19T20:00", 0, 1),
        ("weekly@2027-03-26T20:00", 0, 1),
    ]
    assert moved[0].occurrence.local.wall == datetime(2027, 3, 19, 20, 0)
    assert moved[0].hours == (
        ChangedHour("", SHANGHAI, datetime(2027, 3, 20, 8, 0), datetime(2027, 3, 20, 9, 0)),
        ChangedHour("host", SHANGHAI, datetime(2027, 3, 20, 8, 0), datetime(2027, 3, 20, 9, 0)),
    )
    again.close()


def test_what_moved_stays_on_the_list_until_it_is_accepted_and_comes_back_with_undo(tmp_path: Path) -> None:
    path = planned(tmp_path)
    desk = SchedulingDesk(tmp_path / "again", zones=altered({NEW_YORK: "America/Panama"}), path=path)
    starts = desk.starts()
    desk.scheduler.set_rest_hours(9)
    desk.scheduler.put_party(Party("np", "Asha", PartyKind.INTERPRETER, KATHMANDU))
    assert len(desk.scheduler.moved()) == 2, "another edit forgets nothing"
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


def test_a_party_whose_clocks_changed_is_notified_though_no_instant_moved(tmp_path: Path) -> None:
    path = planned(tmp_path)
    again = SchedulingDesk(tmp_path / "again", zones=altered({SHANGHAI: "Asia/Tokyo"}), path=path)
    moved = again.scheduler.moved()
    assert len(moved) == 4
    assert all(one.before == one.after for one in moved)
    assert [(hour.party_id, hour.after - hour.before) for hour in moved[0].hours] == [
        ("", timedelta(hours=1)),
        ("host", timedelta(hours=1)),
    ]
    again.close()


def test_a_show_at_an_hour_that_is_skipped_or_repeated_now_is_on_the_list(tmp_path: Path) -> None:
    night = Airing("night", "Night", wall("2027-03-14 02:30", "America/Panama"))
    twice = Airing("twice", "Twice", wall("2027-11-07 01:30", "America/Panama"))
    path = planned(tmp_path, night, twice)
    again = SchedulingDesk(tmp_path / "again", zones=altered({"America/Panama": NEW_YORK}), path=path)
    found = {one.occurrence.airing_id: one for one in again.scheduler.moved()}
    assert found["night"].before == found["night"].after, "by RFC 5545's reading the instant is the one of before the gap"
    assert found["twice"].before == datetime(2027, 11, 7, 6, 30, tzinfo=UTC) and found["twice"].after.hour == 5
    assert found["night"].occurrence.existence.value == "skipped"
    assert found["night"].hours == (ChangedHour("", "America/Panama", datetime(2027, 3, 14, 2, 30), datetime(2027, 3, 14, 3, 30)),)
    again.close()


@pytest.mark.parametrize("zone", [NEW_YORK, BERLIN, KATHMANDU, "Australia/Lord_Howe", "Africa/Cairo", "America/Santiago", "Asia/Beirut"])
def test_instants_by_the_tables_are_those_by_the_rules(zone: str, tmp_path: Path) -> None:
    """Each quarter of an hour around every change of a year, read from the table and from the rules."""
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
    found = dates.between(schedule, NOW - timedelta(days=3), NOW + AHEAD)
    assert len(found) == len(airings)
    assert dates_moved(schedule, found, zones, "") == ()


def test_every_zone_that_the_plan_speaks_of_has_a_table() -> None:
    plan = full_schedule()
    assert plan_zones(plan, "UTC") == ("UTC", NEW_YORK, BERLIN, SHANGHAI, KATHMANDU)
    lost = replace(plan.airings[0], start=wall("2027-01-01 20:00", "Mars/Olympus"), moves=(DateOverride(datetime(2027, 1, 1), None),))
    made = with_zone_tables(replace(plan, airings=(lost,)), load_zones(), NOW, "UTC", keep=False)
    assert [table.zone for table in made.zone_tables] == ["UTC", NEW_YORK, BERLIN, SHANGHAI, KATHMANDU]


def test_a_table_says_nothing_of_what_lies_behind_its_end(tmp_path: Path) -> None:
    """A plan that nobody edited for years: beyond three years its tables know no changes, and that is no move."""
    far = replace(WEEKLY, rule="FREQ=WEEKLY;BYDAY=FR")
    path = planned(tmp_path, far)
    again = SchedulingDesk(tmp_path / "again", now=NOW + timedelta(days=900), zones=altered({}), path=path)
    assert again.scheduler.moved() == ()
    again.close()


def test_a_plan_without_tables_has_nothing_to_compare(tmp_path: Path) -> None:
    desk = SchedulingDesk(tmp_path)
    desk.put_plan(Schedule("2020a", (ZoneTable(NEW_YORK, ()),), airings=(replace(WEEKLY, party_ids=()),)))
    assert desk.scheduler.moved() == ()
    desk.close()
