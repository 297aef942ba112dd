"""Chromium before a show: its time on the viewer's clock, reservations, calendar files, reminders."""

import asyncio
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import icalendar
import pytest

from app.calendar.calendar_file import FIRST_SEQUENCE, uid_of_date
from app.domain.base.local_time import LocalTime
from app.domain.planning.schedule import Airing, Occurrence
from app.domain.room.tokens import host_token
from tests.support.broadcaster import Broadcaster, Show
from tests.support.chromium import Chromium, Page, chromium_path
from tests.support.relays import KEY, ROOM_KEY, eventually
from tests.support.room_before import NOW, RoomBeforeShow, date, room_before_show
from tests.support.room_show import put_show

pytestmark = [
    pytest.mark.asyncio(loop_scope="module"),
    pytest.mark.browser,
    pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed"),
]

FRIDAY = datetime(2027, 3, 13, 1, 0, tzinfo=UTC)  # 20:00 in New York on the 12th, before its clocks go forward on the 14th
NEXT_FRIDAY = datetime(2027, 3, 20, 0, 0, tzinfo=UTC)  # 20:00 again, an hour earlier everywhere else
AIRING = Airing("show", "Evening market", LocalTime(datetime(2027, 3, 5, 20, 0), "America/New_York"), rule="FREQ=WEEKLY")
OCCURRENCE = Occurrence("show", datetime(2027, 3, 12, 20, 0), AIRING.start, FRIDAY, FRIDAY + timedelta(hours=2), series=True)
KEY_OF_FRIDAY = OCCURRENCE.key


async def ask_to_be_told(page: Page) -> None:
    """Reserve the next date and allow notifications."""
    await page.until(shown("#next .remind"))
    await page.click("#next .remind")
    await page.until(shown("#next .notify"))
    await page.click("#next .notify")


async def visit(page: Page, room: RoomBeforeShow, language: str = "en-US", zone: str = "America/New_York") -> None:
    """Join the room before the show."""
    await page.language(language)
    await page.zone(zone)
    await page.go(room.address)
    await page.until("globalThis.tradewindRoom?.state === 'open' && document.body.dataset.state === 'waiting'")


async def text(page: Page, selector: str) -> str:
    found = await page.evaluate(f"document.querySelector({selector!r})?.innerText ?? '(none)'")
    return " ".join(str(found).replace("\u202f", " ").replace("\u200f", "").split())


def shown(selector: str) -> str:
    return f"(e => Boolean(e) && !e.hidden && e.getBoundingClientRect().height > 0)(document.querySelector({selector!r}))"


RESERVED = "document.querySelector('#next .remind').ariaPressed === 'true'"


@pytest.mark.parametrize(
    ("language", "zone", "title", "own", "city", "there"),
    [
        ("en-US", "America/Los_Angeles", "Evening market", "Friday, March 12 5:00 PM", "your time, Los Angeles", "Fri, Mar 12 8:00 PM"),
        ("en-GB", "Asia/Kathmandu", "Evening market", "Saturday 13 March 06:45", "your time, Kathmandu", "Fri 12 Mar 20:00"),
        ("zh-CN", "Asia/Shanghai", "晚间集市", "3月13日星期六 09:00", "您的时间，上海", "3月12日周五 20:00"),
        ("ar-SA", "Asia/Riyadh", "سوق المساء", "السبت، ١٣ مارس ٤:٠٠ ص", "بتوقيتك، الرياض", "الجمعة، ١٢ مارس ٨:٠٠ م"),
        ("de-AT", "Europe/Vienna", "Evening market", "Samstag, 13. März 02:00", "Ihre Zeit, Wien", "Fr., 12. März 20:00"),
        ("th-TH", "Asia/Bangkok", "Evening market", "วันเสาร์ที่ 13 มีนาคม 08:00", "เวลาของคุณ (กรุงเทพ)", "ศุกร์ 12 มี.ค. 20:00"),
        ("fa", "Asia/Tehran", "Evening market", "Saturday, March 13 4:30 AM", "your time, Tehran", "Fri, Mar 12 8:00 PM"),
    ],
)
async def test_the_date_is_in_the_viewers_time_and_in_the_shows(
    page: Page, language: str, zone: str, title: str, own: str, city: str, there: str
) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        for width, height, mobile in ((390, 844, True), (1366, 768, False), (844, 390, True)):
            await page.size(width, height, mobile=mobile)
            await visit(page, room, language, zone)
            await page.until(shown("#next .buy"))
            await page.until(f"document.querySelector('#next .when > .zone').textContent === {city!r}")
            assert await text(page, "#next h2") == title
            assert (await text(page, "#next .own")) == own
            assert (await text(page, "#next .there bdi")) == there
            assert await page.evaluate("document.querySelector('#next time').dateTime") == "2027-03-13T01:00:00.000Z"
            assert await page.evaluate("document.documentElement.dir") == ("rtl" if language.startswith("ar") else "ltr")
            assert await page.evaluate("document.scrollingElement.scrollWidth <= innerWidth")
            assert not await page.evaluate(shown("#empty-title")), "the page does not say that the show starts soon"
            assert not await page.evaluate(shown("#room")), "a single date needs no list"
            await page.evaluate("document.querySelector('#next .remind').scrollIntoView()")
            box = "(r => r.left >= 0 && r.right <= innerWidth && r.top >= 0 && r.bottom <= innerHeight && r.height >= 44)"
            assert await page.evaluate(f"{box}(document.querySelector('#next .remind').getBoundingClientRect())")
        assert page.console == []


async def test_dates_around_a_clock_change_are_right(page: Page) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"), date(NEXT_FRIDAY, "2027-03-19T20:00"))
        await visit(page, room, "en-GB", "Asia/Shanghai")
        await page.until(shown("#dates .date"))
        assert await text(page, "#next .own") == "Saturday 13 March 09:00"
        assert await text(page, "#dates .own") == "Saturday 20 March 08:00"
        assert await text(page, "#dates .there bdi") == "Fri 19 Mar 20:00"
        await page.zone("America/New_York")  # the viewer travels with the page open
        await page.until("document.querySelector('#next .own').innerText.includes('20:00')")
        assert not await page.evaluate(shown("#next .there")), "the same time is not shown twice"


async def test_the_countdown_ends_and_past_dates_disappear(page: Page) -> None:
    async with room_before_show(now=FRIDAY - timedelta(days=1, seconds=4000)) as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"), date(NEXT_FRIDAY, "2027-03-19T20:00"))
        await visit(page, room)
        await page.until(shown("#next .left"))
        assert (await text(page, "#next .left")).startswith("starts in 1 day 01:0")
        assert await text(page, "#badge-text") == "Off air"
    async with room_before_show(room.port, FRIDAY - timedelta(seconds=2)) as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"), date(NEXT_FRIDAY, "2027-03-19T20:00"))
        await page.until("document.querySelector('#next .left').innerText.trim() === 'Starting any moment'")
        assert await text(page, "#badge-text") == "Soon"
    async with room_before_show(room.port, FRIDAY + timedelta(hours=2, seconds=-3)) as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"), date(NEXT_FRIDAY, "2027-03-19T20:00"))
        await page.until("document.querySelector('#next .own').innerText.includes('March 19')")
        assert await page.evaluate("document.querySelectorAll('#dates .date').length") == 0


async def test_a_date_is_reserved_once_and_stays_reserved(page: Page) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        await room.host.send(t="reserved", date=KEY_OF_FRIDAY, viewers=[f"v{number}" for number in range(11)])
        await visit(page, room)
        await page.until(shown("#next .waiting"))
        assert await text(page, "#next .waiting") == "11 people set a reminder"
        await page.click("#next .remind")
        event = await room.host.next("event", kind="reserved")
        assert event["data"]["date"] == KEY_OF_FRIDAY
        await page.until("document.querySelector('#next .waiting').textContent === '12 people set a reminder'")
        assert await text(page, "#next .remind") == "Reminder set"
        assert "Reminder set: Evening market" in await page.evaluate("document.getElementById('news').textContent")
        await page.call("Page.reload")
        await page.until(f"globalThis.tradewindRoom?.state === 'open' && {shown('#next .waiting')} && {RESERVED}")
        assert await text(page, "#next .waiting") == "12 people set a reminder"
        assert not [one for one in room.host.of("event") if one["kind"] in ("reserved", "unreserved")]
        await page.click("#next .remind")
        assert (await room.host.next("event", kind="unreserved"))["viewer"] == event["viewer"]
        await page.until(f"!({RESERVED}) && document.querySelector('#next .waiting').textContent === '11 people set a reminder'")
        await page.click("#next .remind")
        await room.host.next("event", kind="reserved")
    async with room_before_show(room.port) as room:  # a relay that has lost its state
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        again = await asyncio.wait_for(room.host.next("event", kind="reserved"), 20)
        assert again["viewer"] == event["viewer"]
        assert again["data"]["date"] == KEY_OF_FRIDAY
        await page.until("document.querySelector('#next .waiting').textContent === '1 person set a reminder'")


@pytest.mark.parametrize("host_is_first", [True, False])
async def test_a_reservation_made_offline_is_sent_later(page: Page, host_is_first: bool) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        await visit(page, room)
        await page.until(shown("#next .remind"))
        await page.click("#next .remind")
        viewer = (await room.host.next("event", kind="reserved"))["viewer"]
    await page.until("tradewindRoom.state === 'away'")
    assert await text(page, "#next h2") == "Evening market", "announced dates stay"
    await page.evaluate("document.querySelector('#next .remind').click()")
    async with room_before_show(room.port) as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        if not host_is_first:
            await page.until("tradewindRoom.state === 'open'")
        await room.host.send(t="reserved", date=KEY_OF_FRIDAY, viewers=[viewer, "other"])
        assert (await asyncio.wait_for(room.host.next("event", kind="unreserved"), 20))["viewer"] == viewer
        await page.until("document.querySelector('#next .waiting').textContent === '1 person set a reminder'")
        assert not await page.evaluate(RESERVED)


async def test_two_tabs_of_one_viewer_count_once(page: Page, browser: Chromium) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        first, second = await browser.page(), await browser.page()
        for tab in (first, second):
            await visit(tab, room)
            await tab.until(shown("#next .remind"))
        await first.click("#next .remind")
        await second.until(RESERVED)
        await second.until("document.querySelector('#next .waiting').textContent === '1 person set a reminder'")
        await second.click("#next .remind")
        await first.until(f"!({RESERVED})")
        await room.host.next("event", kind="unreserved")
        for tab in (first, second):
            await tab.call("Page.navigate", url="about:blank")


async def test_a_date_that_is_removed_disappears_from_the_page(page: Page) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"), date(NEXT_FRIDAY, "2027-03-19T20:00"))
        await visit(page, room)
        await page.until(shown("#dates .date"))
        await page.evaluate("document.querySelector('#dates .remind').click()")
        await room.host.next("event", kind="reserved")
        await room.put(f"date/{KEY_OF_FRIDAY}", None)
        await page.until("document.querySelector('#next .own').innerText.includes('March 19')")
        assert await page.evaluate(RESERVED)
        await room.announce()
        await page.until(f"!{shown('#next')} && {shown('#empty-title')}")
        assert await text(page, "#empty-title") == "The show starts soon"


async def test_the_keyboard_is_enough_to_reserve(page: Page) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        await visit(page, room)
        await page.until(shown("#next .remind"))
        for _ in range(12):
            await page.key("Tab")
            if await page.evaluate("document.activeElement.matches('#next .remind')"):
                break
        assert await page.evaluate("document.activeElement.matches('#next .remind')")
        assert await page.evaluate("document.activeElement.getAttribute('aria-label')") == "Remind me: Evening market"
        await page.key("Enter")
        await room.host.next("event", kind="reserved")
        await page.until(RESERVED)
        assert await page.evaluate("document.activeElement.matches('#next .remind')"), "the focus does not move"
        assert await page.evaluate("document.querySelector('#next').getAttribute('aria-labelledby')") == "next-title"


# --- into his own calendar


CALENDAR = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//host//EN\r\nX-WR-CALNAME:{name}\r\nEND:VCALENDAR\r\n"


async def put_calendar(room: RoomBeforeShow, name: str) -> str:
    content = CALENDAR.format(name=name).encode()
    digest = sha256(content).hexdigest()[:32]
    headers = {
        "Authorization": f"Bearer {host_token(ROOM_KEY)}",
        "Content-Type": "text/calendar",
        "Content-Disposition": f'attachment; filename="{name}.ics"',
    }
    async with room.client.put(f"/room/live/calendars/{digest}", data=content, headers=headers) as response:
        assert response.status == 204, await response.text()
    return digest


def kept(folder: Path) -> list[Path]:
    return [path for path in folder.iterdir() if path.suffix == ".ics"]


async def test_the_hosts_calendar_is_in_the_viewers_language(page: Page, tmp_path: Path) -> None:
    async with room_before_show() as room:
        files = {"en": await put_calendar(room, "Evening market"), "zh": await put_calendar(room, "Wanjian jishi")}
        await room.announce(date(FRIDAY, "2027-03-12T20:00", calendar=files))
        await visit(page, room, "zh-SG")
        await page.until(shown("#next .calendar"))
        await page.downloads(tmp_path)
        await page.click("#next .calendar")
        await eventually(lambda: kept(tmp_path))
        assert [path.name for path in kept(tmp_path)] == ["Wanjian jishi.ics"]
        assert "Wanjian jishi" in kept(tmp_path)[0].read_text()
        assert await page.evaluate("tradewindRoom.state") == "open", "the page stays connected"


@pytest.mark.parametrize("calendar", [{}, {"en": "0" * 32}, {"en": "../../../x"}])
async def test_without_the_hosts_calendar_the_page_makes_one(page: Page, tmp_path: Path, calendar: dict[str, str]) -> None:
    long = "Lamps, scarves; and \\ more " + "é" * 90
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00", title={"en": long}, calendar=calendar))
        await visit(page, room)
        await page.until(shown("#next .calendar"))
        await page.downloads(tmp_path)
        await page.click("#next .calendar")
        await eventually(lambda: kept(tmp_path))
        content = kept(tmp_path)[0].read_bytes()
        assert all(len(line) <= 75 for line in content.split(b"\r\n"))
        (event,) = icalendar.Calendar.from_ical(content).walk("VEVENT")
        assert event["SUMMARY"] == long
        assert (event.decoded("DTSTART"), event.decoded("DTEND")) == (FRIDAY, FRIDAY + timedelta(hours=2))
        assert event["UID"] == uid_of_date(AIRING, OCCURRENCE), "the host's file has the same UID"
        assert event["DESCRIPTION"] == f"New: Merino scarf\nGuest: Chef Ana\n{room.address}"
        assert [alarm.decoded("TRIGGER") for alarm in event.walk("VALARM")] == [timedelta(minutes=-15)]
        made = event.decoded("LAST-MODIFIED")
        assert made == event.decoded("DTSTAMP")
        assert event["SEQUENCE"] == (made - FIRST_SEQUENCE) // timedelta(seconds=1), "numbered like the host's files"
        assert page.console == [] or all("404" in line for line in page.console)


async def test_a_moved_date_replaces_the_calendar_entry(page: Page, tmp_path: Path) -> None:
    async def taken(room: RoomBeforeShow, hours: int) -> Any:
        moved = date(FRIDAY + timedelta(hours=hours), "2027-03-12T20:00")
        await room.announce(moved)
        if not hours:
            await visit(page, room)
        await page.until(f"globalThis.tradewindRoom?.board('date/{moved['id']}')?.start_ms === {moved['start_ms']}")
        await page.until(shown("#next .calendar"))
        folder = tmp_path / str(hours)
        folder.mkdir()
        await page.downloads(folder)
        await page.click("#next .calendar")
        await eventually(lambda: kept(folder))
        (event,) = icalendar.Calendar.from_ical(kept(folder)[0].read_bytes()).walk("VEVENT")
        return event

    async with room_before_show() as room:
        first = await taken(room, 0)
        taken_s = await page.evaluate("Date.now() / 1000")
        await page.until(f"Date.now() / 1000 > {taken_s} + 1")  # sequence numbers count seconds
        second = await taken(room, 3)
        assert first["UID"] == second["UID"]
        assert second["SEQUENCE"] > first["SEQUENCE"]
        assert second.decoded("DTSTART") - first.decoded("DTSTART") == timedelta(hours=3)


# --- reminders


WATCHED = """
  window.told = [];
  window.Notification = class extends Notification {
    constructor(title, options) { super(title, options); told.push([title, options.body, options.tag]); }
  };
"""


async def test_a_reminder_is_on_the_page_and_notifies_those_who_asked(page: Page) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        await page.allow("notifications", origin=room.base)
        await page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCHED)
        await visit(page, room)
        await page.until(shown("#next .remind"))
        assert not await page.evaluate(shown("#next .notify")), "viewers without a reservation are not asked"
        await room.remind("The new scarf is here.", NOW)
        await page.until(shown("#next .reminder"))
        assert await text(page, "#next .reminder") == "Reminder The new scarf is here."
        assert await page.evaluate("document.getElementById('news').textContent") == "Reminder: Evening market. The new scarf is here."
        await page.click("#next .remind")
        await page.until(shown("#next .notify"))
        assert await page.evaluate("told") == [], "only those who asked are notified"
        await page.click("#next .notify")
        await page.until("document.querySelector('#next .notify').ariaPressed === 'true'")
        assert await page.evaluate(shown("#next .note"))
        await room.remind("Half an hour: the scarf, and Chef Ana.", NOW, "r2")
        await page.until("told.some(([title, body, tag]) => tag === 'r2')")
        assert ["Evening market", "Half an hour: the scarf, and Chef Ana.", "r2"] in await page.evaluate("told")
        await page.call("Page.reload")
        await page.until(f"globalThis.tradewindRoom?.state === 'open' && {shown('#next .reminder')}")
        assert await page.evaluate("told") == [], "once, even if the page reloads"
        await page.click("#next .notify")
        await page.until("document.querySelector('#next .notify').ariaPressed === 'false'")
        await room.remind("Now.", NOW, "r3")
        await page.until("document.querySelector('#next .reminder').innerText.includes('Now.')")
        assert await page.evaluate("told") == []


PHONE = "window.Notification = class extends Notification { constructor() { throw new TypeError('Illegal constructor'); } };"


async def test_the_worker_notifies_where_a_page_may_not(page: Page) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        await page.allow("notifications", origin=room.base)
        await page.call("Page.addScriptToEvaluateOnNewDocument", source=PHONE)
        await visit(page, room)
        await ask_to_be_told(page)
        worker = "navigator.serviceWorker.getRegistration('/viewer/notify-worker.js')"
        await page.until(f"{worker}.then((one) => one?.active?.state === 'activated')")
        await room.remind("Half an hour: the scarf.", NOW)
        told = f"{worker}.then((one) => one.getNotifications()).then((all) => all.map((one) => [one.title, one.body, one.tag]).join())"
        await page.until(f"{told}.then((text) => text === 'Evening market,Half an hour: the scarf.,r1')")
        assert page.console == []


async def test_an_old_reminder_does_not_notify(page: Page) -> None:
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        await page.allow("notifications", origin=room.base)
        await page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCHED)
        await visit(page, room)
        await ask_to_be_told(page)
        await page.until("document.querySelector('#next .notify').ariaPressed === 'true'")
        await room.remind("Yesterday's news.", NOW - timedelta(hours=3))
        await page.until(shown("#next .reminder"))
        assert await page.evaluate("told") == []


def minutes_until(moment: datetime, room: RoomBeforeShow) -> float:
    return (moment.timestamp() - room.clock.wall_ns() / 1e9) / 60


async def test_readers_of_a_language_are_reminded_at_their_own_hour(page: Page) -> None:
    """Readers who were asleep are reminded later; others were reminded before, and are not woken."""
    async with room_before_show() as room:
        await room.announce(date(FRIDAY, "2027-03-12T20:00"))
        await page.allow("notifications", origin=room.base)
        await page.call("Page.addScriptToEvaluateOnNewDocument", source=WATCHED)
        await visit(page, room)
        await ask_to_be_told(page)
        await page.until("document.querySelector('#next .notify').ariaPressed === 'true'")
        left = minutes_until(FRIDAY, room)
        await room.remind("In an hour.", NOW, "later", left - 60)
        await room.announce(date(FRIDAY, "2027-03-12T20:00", title={"en": "What the room says after it"}))
        await page.until("document.querySelector('#next').innerText.includes('What the room says after it')")
        assert not await page.evaluate(shown("#next .reminder"))
        await room.remind("Long ago.", NOW, "night", left + 240)
        await page.until(f"{shown('#next .reminder')} && document.querySelector('#next .reminder').innerText.includes('Long ago.')")
        assert await page.evaluate("told") == []
        left = minutes_until(FRIDAY, room)
        await room.remind("At once.", NOW, "soon", left - 2 / 60)
        await page.until("told.some(([title, body, tag]) => tag === 'soon')")
        assert await text(page, "#next .reminder") == "Reminder At once."


# --- while something is on air


async def test_on_air_the_next_show_is_a_small_part_under_the_products(page: Page) -> None:
    async with room_before_show() as room:
        await put_show(room.client, room.host)
        others = [date(NEXT_FRIDAY + timedelta(days=7 * week), f"2027-{4 + week // 4:02}-{1 + week:02}T20:00") for week in range(6)]
        await room.announce(date(FRIDAY, "2027-03-12T20:00"), *others)
        await visit(page, room)
        await page.until(shown("#next"))
        await page.until("document.querySelectorAll('#dates .date').length === 3")
        above = "document.getElementById('dates').offsetTop < document.getElementById('products').offsetTop"
        assert await page.evaluate(above)
        publisher = Broadcaster(f"{room.base}/whip/live", KEY, Show(width=320, height=180))
        await publisher.start()
        try:
            await page.until("tradewind.state === 'playing'")
            await page.until(f"!{shown('#next')} && !('coming' in document.body.dataset)")
            await page.until("document.querySelectorAll('#dates .date').length === 1")
            assert not await page.evaluate(above)
            assert await text(page, "#dates .own") == "Friday, March 12 8:00 PM"
            assert await text(page, "#dates .all") == "All 7"
            await page.evaluate("document.querySelector('#dates .all').click()")
            assert await page.evaluate("document.querySelectorAll('#dates .date').length") == 7
            assert await page.evaluate("document.activeElement.closest('.date') === document.querySelectorAll('#dates .date')[1]")
        finally:
            await publisher.stop()
        assert not [line for line in page.console if "ERR_" not in line]


async def test_a_show_for_the_viewers_market_comes_first(page: Page) -> None:
    async with room_before_show() as room:
        other = date(FRIDAY, "2027-03-12T20:00", markets=["SA", "JP"])
        await room.announce(other, date(NEXT_FRIDAY, "2027-03-19T20:00"))
        await visit(page, room)
        await page.until(shown("#dates .for"))
        assert await text(page, "#next .own") == "Friday, March 19 8:00 PM"
        assert await text(page, "#dates .for") == "For Saudi Arabia · Japan"


async def test_no_content_of_a_date_breaks_the_page(page: Page) -> None:
    evil = "<img src=x onerror=alert(1)>"
    async with room_before_show() as room:
        fine = date(FRIDAY, "2027-03-12T20:00")
        broken: list[Any] = [
            5,
            {"id": 3},
            {**fine, "id": "a", "start_ms": "soon"},
            {**fine, "id": "b", "end_ms": 9e15},
            {**fine, "id": "c", "title": {"en": evil}, "zone": "Mars/Phobos", "wall": evil, "new": [1], "markets": "x", "calendar": 4},
        ]
        for place, value in enumerate(broken):
            await room.put(f"date/broken{place}", value)
        await room.put(f"date/{KEY_OF_FRIDAY}", {**fine, "start_ms": fine["start_ms"] - 1})
        await room.put("reminder", {"id": 4, "date": "c", "texts": evil})
        await room.put("schedule", [*(f"broken{place}" for place in range(5)), KEY_OF_FRIDAY, None, 7])
        await visit(page, room)
        await page.until(shown("#next"))
        assert await text(page, "#next h2") == "Evening market"
        await page.until(shown("#dates .date"))
        assert await text(page, "#dates .name") == evil
        assert await page.evaluate("document.querySelectorAll('#dates img, #next img').length") == 0
        assert page.console == []
