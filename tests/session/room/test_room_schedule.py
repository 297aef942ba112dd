"""Coming dates on the room's board and reservations from the log, also with a real relay."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar

from app.calendar.calendar_file import date_calendar
from app.calendar.packaged_zones import load_zones
from app.domain.base.local_time import LocalTime
from app.domain.event import EventKind, ShowEvent
from app.domain.planning.announcements.calendar_entry import CalendarOptions, CalendarText
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, Schedule, ShowReminder, WhatsNew
from app.domain.room.event import log_entry, read_event
from app.session.planning.announcements.room_calendar import room_calendar
from app.session.room.room_schedule import HORIZON, MOST_DATES, reservation_messages, reservations, schedule_board
from tests.session.room.test_room_link import RecordingHost, client, wait_for_status
from tests.support.relays import running_relay
from tests.support.room import page

NOW = datetime(2027, 3, 10, 12, 0, tzinfo=UTC)
US = Party("us", "America", PartyKind.MARKET, "America/New_York", market_id="US")
SG = Party("sg", "Singapore", PartyKind.MARKET, "Asia/Singapore", market_id="SG")
ANA = Party("ana", "Ana", PartyKind.HOST, "Europe/Madrid")
WHATS_NEW = WhatsNew(product={"en": "Merino scarf", "zh": " "}, guest={"en": "Chef Ana"})
FRIDAYS = Airing(
    "fri",
    "Evening market",
    LocalTime(datetime(2027, 3, 12, 20, 0), "America/New_York"),
    rule="FREQ=WEEKLY;BYDAY=FR",
    party_ids=("us", "ana"),
    whats_new=WHATS_NEW,
    titles={"zh": "晚间集市", "ar": ""},
)
ONCE = Airing("once", "Harbour week", LocalTime(datetime(2027, 3, 14, 9, 0), "Asia/Singapore"), party_ids=("sg", "us", "ana"))
PLAN = Schedule(airings=(FRIDAYS, ONCE), parties=(US, SG, ANA))


def friday(week: int, **more: Any) -> Occurrence:
    wall = FRIDAYS.start.wall + timedelta(weeks=week)
    start = datetime(2027, 3, 13, 1, 0, tzinfo=UTC) + timedelta(weeks=week, hours=-1 if week else 0)  # clocks go forward on the 14th
    local = LocalTime(wall, "America/New_York")
    return replace(Occurrence("fri", wall, local, start, start + timedelta(hours=2), series=True), **more)


SUNDAY = Occurrence("once", ONCE.start.wall, ONCE.start, datetime(2027, 3, 14, 1, tzinfo=UTC), datetime(2027, 3, 14, 3, tzinfo=UTC))


def board(*occurrences: Occurrence, plan: Schedule = PLAN, **more: Any) -> Mapping[str, Any]:
    return schedule_board(plan, occurrences, now=NOW, host_language="en", **more)


def test_the_board_has_the_public_fields_of_dates() -> None:
    result = board(friday(1), SUNDAY, friday(0), calendars={"once": {"en": "a" * 32, "zh": ""}})
    assert result["schedule"] == ["fri@2027-03-12T20:00", "once", "fri@2027-03-19T20:00"]
    assert result["date/fri@2027-03-12T20:00"] == {
        "id": "fri@2027-03-12T20:00",
        "start_ms": 1804899600000,
        "end_ms": 1804906800000,
        "title": {"en": "Evening market", "zh": "晚间集市"},
        "markets": ["US"],
        "zone": "America/New_York",
        "wall": "2027-03-12T20:00",
        "new": {"product": {"en": "Merino scarf"}, "guest": {"en": "Chef Ana"}},
        "calendar": {},
    }
    assert result["date/once"]["markets"] == ["US", "SG"]
    assert result["date/once"]["calendar"] == {"en": "a" * 32}
    assert result["date/fri@2027-03-19T20:00"]["start_ms"] == 1804899600000 + (7 * 24 - 1) * 3600_000
    assert "reminder" not in result


def test_a_moved_date_keeps_its_key_and_gets_its_new_time() -> None:
    moved = friday(0, local=LocalTime(datetime(2027, 3, 13, 10, 30), "Europe/Madrid"), moved=True, party_ids=("sg",))
    value = board(moved)["date/fri@2027-03-12T20:00"]
    assert (value["wall"], value["zone"], value["markets"]) == ("2027-03-13T10:30", "Europe/Madrid", ["SG"])


def test_only_the_next_dates_are_on_the_board() -> None:
    occurrences = [friday(week) for week in range(-3, 60)]
    result = board(*occurrences)
    assert result["schedule"] == [
        occurrence.key for occurrence in occurrences if occurrence.end > NOW and occurrence.start <= NOW + HORIZON
    ]
    assert len(result["schedule"]) == 9
    daily = [friday(0, original=NOW.replace(tzinfo=None) + timedelta(hours=hour), start=NOW, end=NOW + timedelta(1)) for hour in range(30)]
    assert len(board(*daily)["schedule"]) == MOST_DATES
    started = friday(0, start=NOW - timedelta(minutes=5), end=NOW + timedelta(minutes=1))
    assert board(started)["schedule"] == [started.key], "a date that has not started yet is listed"
    assert board(friday(0, start=NOW - timedelta(hours=2), end=NOW)) == {}
    assert board() == {}
    assert board(friday(0), on_air="fri@2027-03-12T20:00") == {}
    plan_without_fridays = replace(PLAN, airings=(ONCE,))
    assert board(friday(0), SUNDAY, plan=plan_without_fridays)["schedule"] == ["once"], "dates of a deleted airing are omitted"


def test_the_reminder_is_the_last_one_sent_for_a_coming_date() -> None:
    def plan(*reminders: ShowReminder) -> Schedule:
        return replace(PLAN, reminders=reminders)

    first = ShowReminder("1", "once", 60, {"en": "One hour: the harbour", "zh": " "}, sent_ms=5)
    second = ShowReminder("2", "once", 15, {"en": "Soon"}, sent_ms=9)
    unsent = ShowReminder("3", "once", 5, {"en": "Now"})
    other = ShowReminder("4", "fri@2027-03-05T20:00", 5, {"en": "Over"}, sent_ms=99)
    assert "reminder" not in board(SUNDAY, plan=plan(unsent, other))
    assert board(SUNDAY, plan=plan(first, unsent))["reminder"] == {
        "id": "1",
        "date": "once",
        "at_ms": 5,
        "texts": {"en": "One hour: the harbour"},
    }
    assert board(SUNDAY, plan=plan(second, first, other))["reminder"]["id"] == "2"
    apart = replace(second, apart={"ar": 301})
    assert board(SUNDAY, plan=plan(apart))["reminder"]["before"] == {"ar": 301}


def event(seq: int, kind: EventKind, viewer: str, date: str = "once") -> ShowEvent:
    return ShowEvent(seq, seq, kind, {"viewer": viewer, "date": date})


def test_a_viewers_last_reservation_counts_once() -> None:
    log = [
        event(1, EventKind.RESERVED, "a"),
        event(2, EventKind.RESERVED, "a"),
        event(3, EventKind.RESERVED, "b"),
        event(4, EventKind.UNRESERVED, "b"),
        event(5, EventKind.UNRESERVED, "c"),
        event(6, EventKind.RESERVED, "c", "fri@2027-03-12T20:00"),
        event(7, EventKind.LIKED, "d"),
        ShowEvent(8, 8, EventKind.RESERVED, {"viewer": "e"}),
        event(9, EventKind.UNRESERVED, "z", "never"),
    ]
    assert reservations(log) == {"once": {"a"}, "fri@2027-03-12T20:00": {"c"}}
    assert reservations([]) == {}


def test_the_log_keeps_the_date_and_the_viewer() -> None:
    room_event = read_event("unreserved", 7, "v1", {"date": "once", "language": "ar", "market": "SA", "code": 4}, "boot:3")
    assert room_event is not None
    assert log_entry(room_event) == (
        EventKind.UNRESERVED,
        {"viewer": "v1", "date": "once", "language": "ar", "market": "SA", "at_ms": 7, "mark": "boot:3"},
    )


def test_a_relay_gets_each_dates_reservations_once_in_batches() -> None:
    sent_dates: set[str] = set()
    reserved = {"once": {f"v{number:05}" for number in range(4500)}, "over": {"x"}}
    messages = list(reservation_messages({"date/once": 1, "date/new": 2, "show": 3}, reserved, sent_dates))
    assert [(occurrence["date"], len(occurrence["viewers"])) for occurrence in messages] == [("once", 2000), ("once", 2000), ("once", 500)]
    assert sent_dates == {"once", "new"}
    assert list(reservation_messages({"date/once": 1}, reserved, sent_dates)) == []


# --- with a real relay


async def test_reservations_survive_a_new_relay() -> None:
    reserved: dict[str, set[str]] = {"once": set()}
    async with running_relay() as first, client(first) as session, RecordingHost(first) as host:
        host.link.board.show(board(SUNDAY))
        host.link.board.set_reservations(reserved)
        await host.joined()
        await wait_for_status(session, keys=2)
        async with page(session) as viewer:
            token = (await viewer.open())["token"]
            await viewer.send(t="reserve", date="once", on=True)
            await host.until(lambda: "reserved" in host.kinds())
            reserved["once"] |= {host.events[-1].viewer, "another"}
        async with running_relay() as second, client(second) as other, page(other) as viewer:
            host.move_to(None)
            await first.aclose()
            host.move_to(second)
            await wait_for_status(other, waiting=2)
            assert (await viewer.open(token=token))["reserved"] == ["once"]
            reserved["once"].add("third")
            host.link.board.set_reservations(reserved)
            await wait_for_status(other, waiting=3)


async def test_calendar_files_are_uploaded_once() -> None:
    calendar = icalendar.Calendar()
    calendar.add("prodid", "-//x//EN")
    calendar.add("version", "2.0")
    valid = room_calendar(calendar.to_ical(), "Evening / market")
    broken = room_calendar(b"no calendar", "x")
    late = room_calendar(calendar.to_ical().replace(b"//EN", b"//ZH"), "")
    async with running_relay() as relay, client(relay) as session, RecordingHost(relay) as host:
        host.link.calendars.want((broken, valid))
        await host.joined()
        await wait_for_calendar(session, valid.name)
        host.link.calendars.want((broken, valid, late))
        await wait_for_calendar(session, late.name)
        async with session.get(f"/room/live/calendars/{valid.name}") as answer:
            assert await answer.read() == valid.content
            assert answer.headers["Content-Disposition"].endswith("''Evening%20market.ics")
        async with session.get(f"/room/live/calendars/{broken.name}") as answer:
            assert answer.status == 404
        assert host.notices == []


async def wait_for_calendar(session: Any, name: str) -> None:
    async with asyncio.timeout(40):
        while True:
            async with session.get(f"/room/live/calendars/{name}") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.02)


async def test_the_relay_accepts_a_dates_calendar() -> None:
    options = CalendarOptions("晚间集市", "zh", NOW, busy=False)
    content = date_calendar(FRIDAYS, friday(0), CalendarText("晚间集市", "新品：美利奴围巾"), load_zones(), options)
    calendar = room_calendar(content, "晚间集市")
    async with running_relay() as relay, client(relay) as session, RecordingHost(relay) as host:
        host.link.calendars.want((calendar,))
        await wait_for_calendar(session, calendar.name)
        async with session.get(f"/room/live/calendars/{calendar.name}") as answer:
            (event,) = icalendar.Calendar.from_ical(await answer.read()).walk("VEVENT")
        assert (event["SUMMARY"], event.decoded("DTSTART")) == ("晚间集市", friday(0).start)
