"""A plan from its file to the air: viewers on another date, a killed desk, new zone rules, a travelling host."""

import asyncio
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from app.calendar.packaged_zones import load_zones
from app.domain.base.local_time import LocalTime, wall_of
from app.domain.event import EventKind
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Schedule, WhatsNew, ZoneTable
from app.session.planning.dates.airing_log import AIRING_KINDS
from app.session.planning.dates.zone_update import with_zone_tables
from app.storage.settings import SettingsFile
from app.storage.show_file import read_only, write_new
from tests.support.calendars import Read, read_by_icalendar, read_by_vobject
from tests.support.chromium import Chromium, Page, chromium_path
from tests.support.host_window import LOOK_S, PATIENCE_S, HostWindow, first_home, host_screen, host_window, killing_leftovers, until
from tests.support.schedules import KATHMANDU, NEW_YORK, SHANGHAI
from tests.support.scheduling import SchedulingDesk
from tests.support.selling_show import selling_show
from tests.support.studio_desk import paths_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.slow,
    pytest.mark.skipif(chromium_path() is None, reason="chromium is not installed"),
    pytest.mark.skipif(not all(map(shutil.which, ("Xvfb", "openbox", "xdotool"))), reason="there is no screen to put a window on"),
]

GALA, WEEKLY = "gala", "weekly"
BERLIN, LOS_ANGELES = "Europe/Berlin", "America/Los_Angeles"
MINUTES = 60
WEEK = timedelta(days=7)
RESERVED = "document.querySelector('#next .remind').ariaPressed === 'true'"
WAITING = "document.body.dataset.state === 'waiting'"
MOVED_TITLE = "Time zone update"


@pytest.fixture
def display() -> Iterator[str]:
    with host_screen() as name:
        yield name


class Planned:
    """A show file with a gala in a few minutes and a weekly series, both in New York; another library computes the instants."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "Evening.tradewind"
        self.home = first_home(folder / "home")
        settings = SettingsFile(paths_in(self.home).settings)
        settings.save(replace(settings.load()[0], show_guide=False))
        self.zones = load_zones()
        now = datetime.now(UTC)
        self.gala = now.replace(second=0, microsecond=0) + timedelta(minutes=9)
        day = now.astimezone(ZoneInfo(NEW_YORK)).date() + timedelta(days=2)
        wall = datetime(day.year, day.month, day.day, 20, 0)
        self.weekly = [(wall + WEEK * week).replace(tzinfo=ZoneInfo(NEW_YORK)).astimezone(UTC) for week in range(8)]
        self.weekly_keys = [f"{WEEKLY}@{wall + WEEK * week:%Y-%m-%dT%H:%M}" for week in range(8)]
        parties = (
            Party("us", "United States", PartyKind.MARKET, NEW_YORK, market_id="US", languages=("en",)),
            Party("de", "Germany", PartyKind.MARKET, BERLIN, market_id="DE", languages=("de",)),
            Party("host", "林小满", PartyKind.HOST, SHANGHAI, languages=("zh-Hans",)),
            Party("voice", "Asha", PartyKind.INTERPRETER, KATHMANDU, languages=("en", "de")),
        )
        ids = tuple(party.id for party in parties)
        new = WhatsNew(product={"en": "A lamp that turns", "de": "Eine Lampe, die sich dreht"})
        gala = Airing(
            GALA, "Gala der Lampen", wall_of(self.gala, NEW_YORK, self.zones), MINUTES, party_ids=ids, whats_new=new,
            titles={"en": "Lamp gala", "de": "Lampengala"},
        )  # fmt: skip
        weekly = Airing(
            WEEKLY, "Lampen", LocalTime(wall, NEW_YORK), MINUTES, "FREQ=WEEKLY", party_ids=ids, whats_new=new, titles={"en": "Lamps weekly"}
        )
        self.schedule = with_zone_tables(Schedule(airings=(gala, weekly), parties=parties), self.zones, now, SHANGHAI, keep=False)

    def write_plan(self, schedule: Schedule | None = None) -> Schedule:
        """Write the file as another desk would, and return its plan."""
        written = schedule or self.schedule
        write_new(self.path, replace(selling_show(), schedule=written))
        return written

    def saved_plan(self) -> Schedule:
        """Return the plan in the file."""
        return read_only(self.path).show.schedule

    def moved_dates(self, folder: Path) -> list[str]:
        """Return the dates moved by new rules, as another desk finds them in a copy."""
        folder.mkdir()
        desk = SchedulingDesk(folder, now=datetime.now(UTC), place=SHANGHAI, path=Path(shutil.copy(self.path, folder)))
        try:
            return [one.occurrence.key for one in desk.scheduler.moved()]
        finally:
            desk.close()


async def open_plan(host: HostWindow, planned: Planned) -> None:
    """Wait until the plan is open without a question, and the room is joined."""
    await host.wait_for_window(planned.path.stem)
    await host.ready()
    host.show = planned.path


def is_shown(selector: str) -> str:
    return f"(e => Boolean(e) && !e.hidden && e.getBoundingClientRect().height > 0)(document.querySelector({selector!r}))"


async def visit(browser: Chromium, address: str, language: str, zone: str) -> Page:
    """Open the page as a visitor in this zone before the show."""
    page = await browser.page_of_other_visitor()
    await page.size(1280, 900)
    await page.language(language)
    await page.zone(zone)
    await page.go(address)
    await page.until(f"globalThis.tradewindRoom?.state === 'open' && {is_shown('#next .remind')} && {is_shown('#dates .date')}", 40)
    return page


async def text(page: Page, selector: str) -> str:
    found = await page.evaluate(f"document.querySelector({selector!r})?.innerText ?? '(none)'")
    return " ".join(str(found).replace("\u202f", " ").split())


def london_time(instant: datetime, zone: str) -> str:
    """Return the zone's local time in British format: "Saturday 28 November 06:45"."""
    local, now = instant.astimezone(ZoneInfo(zone)), datetime.now(ZoneInfo(zone))
    return f"{local:%A} {local.day} {local:%B}{f' {local.year}' if local.year != now.year else ''} {local:%H:%M}"


async def download_calendar(page: Page, key: str, button: str, folder: Path) -> bytes:
    """Download the host's calendar file for a date into an empty folder."""
    await page.downloads(folder)
    await page.until(f"Object.keys(tradewindRoom.board({json.dumps('date/' + key)})?.calendar ?? {{}}).includes('en')", 40)
    await page.click(button)
    path = await until(lambda: next(iter(folder.glob("*.ics")), None), f"calendar file of {key}")
    return path.read_bytes()


def event_times(content: bytes, around: datetime) -> set[tuple[datetime, datetime]]:
    """Return (start, end) of a calendar's dates, as two other programs read it."""
    span = (around - WEEK, around + WEEK * 8)
    readings: list[list[Read]] = [read_by_vobject(content, *span), read_by_icalendar(content, *span)]
    assert readings[0] == readings[1]
    return {(one.start, one.end) for one in readings[0]}


async def wait_for_reservations(page: Page, count: int) -> None:
    people = "1 person" if count == 1 else f"{count} people"
    await page.until(f"document.querySelector('#next .waiting').textContent === '{people} set a reminder'", 40)


def assert_quiet(host: HostWindow, *pages: Page) -> None:
    """Check that no process logged a warning."""
    assert host.run.warnings() == []
    assert [line for line in host.run.complaints if "keyring" not in line] == []
    assert "Traceback" not in "".join(path.read_text() for path in (host.home / "state" / "logs").glob("*.log"))
    faults = [line for page in pages for line in page.console if "exception" in line or "error" in line.lower()]
    assert [line for line in faults if "ERR_CONNECTION_REFUSED" not in line] == [], "only a relay that is away may be retried"


async def end_show(host: HostWindow) -> None:
    """End the show as the host; a show that was on air asks first."""
    await host.key("ctrl+shift+l")
    asked = False
    async with asyncio.timeout(PATIENCE_S):
        while host.events(*AIRING_KINDS)[-1].kind is EventKind.AIRING_STARTED:
            if not asked and "End the show?" in await host.focused_title():
                asked = True
                await host.key("Tab", "space")  # from the button that continues to the one that ends the show
            await asyncio.sleep(LOOK_S)
    await host.logged(EventKind.AIRING_ENDED, occurrence=GALA, why="host")
    await host.wait_for_window("Show summary")
    await host.key("Escape")


async def leave(host: HostWindow) -> None:
    """Quit without a question, since nothing is unsaved or on air."""
    await host.key("ctrl+q")
    assert await host.run.ended() == 0
    assert host.run.running() == []


async def test_a_planned_show_is_announced_reserved_and_goes_on_air_after_a_crash(tmp_path: Path, display: str) -> None:
    planned = Planned(tmp_path)
    plan = planned.write_plan()
    length = timedelta(minutes=MINUTES)
    async with killing_leftovers(planned.home), Chromium() as browser:
        async with host_window(planned.home, display, str(planned.path), zone=SHANGHAI) as host:
            await open_plan(host, planned)
            far = await visit(browser, host.page, "en-GB", KATHMANDU)
            assert (await text(far, "#next h2"), await text(far, "#dates .date h3")) == ("Lamp gala", "Lamps weekly")
            assert await text(far, "#next .own") == london_time(planned.gala, KATHMANDU)
            assert await text(far, "#dates .own") == london_time(planned.weekly[0], KATHMANDU)
            assert planned.weekly[0].astimezone(ZoneInfo(KATHMANDU)).date() > planned.weekly[0].astimezone(ZoneInfo(NEW_YORK)).date()
            west = await visit(browser, host.page, "en-GB", LOS_ANGELES)
            assert await text(west, "#dates .own") == london_time(planned.weekly[0], LOS_ANGELES)
            for page in (far, west):
                await page.click("#next .remind")
                await page.until(RESERVED)
            await wait_for_reservations(far, 2)
            await until(lambda: len(host.events(EventKind.RESERVED)) == 2, "both in the log")
            gala = await download_calendar(far, GALA, "#next .calendar", tmp_path / "gala")
            assert event_times(gala, planned.gala) == {(planned.gala, planned.gala + length)}
            series = await download_calendar(far, planned.weekly_keys[0], "#dates .calendar", tmp_path / "series")
            assert (planned.weekly[0], planned.weekly[0] + length) in event_times(series, planned.weekly[0])
            known = host.events()
            assert await host.run.kill() < 0
        assert planned.saved_plan() == plan
        async with host_window(planned.home, display, zone=SHANGHAI) as again:  # the last show opens automatically
            await open_plan(again, planned)
            await again.wait_for_notice("schedule.soon")
            await far.call("Page.reload")
            await far.until(f"globalThis.tradewindRoom?.state === 'open' && {is_shown('#next .waiting')} && {RESERVED}", 40)
            await wait_for_reservations(far, 2)
            assert await text(far, "#next .own") == london_time(planned.gala, KATHMANDU)
            await again.press("ctrl+alt+l", EventKind.SHOW_STARTED)
            await far.until("tradewind.state === 'playing' && tradewind.readFrameCode() !== null", 40)
            (begun,) = again.events(EventKind.AIRING_STARTED)
            planned_ms = round(planned.gala.timestamp() * 1000)
            assert {"airing": GALA, "occurrence": GALA, "planned_ms": planned_ms, "title": "Gala der Lampen"}.items() <= begun.data.items()
            assert await again.run.kill() < 0
        async with host_window(planned.home, display, zone=SHANGHAI) as third:  # a new visitor also sees the show on air
            await open_plan(third, planned)
            await third.lose_power()
            assert EventKind.AIRING_ENDED not in [one.kind for one in third.events()]
        async with host_window(planned.home, display, zone=SHANGHAI) as last:
            await open_plan(last, planned)
            await last.logged(EventKind.AIRING_ENDED, occurrence=GALA, why="lost")
            await last.wait_for_window("Resume the rundown of")
            await last.press("Return", EventKind.SHOW_RESUMED)
            await far.call("Page.reload")  # the page would also reload automatically some seconds later
            await far.until(f"document.querySelector('#next h2')?.textContent === 'Lamp gala' && {WAITING}", 60)
            await last.press("ctrl+alt+l", EventKind.AIRING_STARTED, occurrence=GALA)
            await far.until("tradewind.state === 'playing' && tradewind.readFrameCode() !== null", 60)
            await end_show(last)
            await far.until(f"document.querySelector('#next h2').textContent === 'Lamps weekly' && {WAITING}", 40)
            assert await text(far, "#next .own") == london_time(planned.weekly[0], KATHMANDU)
            for page in (far, west):
                await page.call("Page.navigate", url="about:blank")  # the room ends with the app
            await leave(last)
            assert_quiet(last, far, west)
            events = last.events()
    assert [(one.seq, one.data) for one in events[: len(known)]] == [(one.seq, one.data) for one in known]
    assert len({one.data["viewer"] for one in events if one.kind is EventKind.RESERVED}) == 2
    kinds = [one.kind for one in events]
    twice = (EventKind.ON_AIR, EventKind.AIRING_STARTED, EventKind.OFF_AIR, EventKind.AIRING_ENDED)  # the second loss of the connection
    expected = [2] * len(twice) + [1, 2, 0]
    assert [kinds.count(kind) for kind in (*twice, EventKind.SHOW_STARTED, EventKind.RESERVED, EventKind.UNRESERVED)] == expected
    assert planned.saved_plan() == plan
    later = SchedulingDesk(tmp_path / "later", now=planned.gala + timedelta(minutes=2), place=SHANGHAI, path=planned.path)
    assert later.scheduler.airings.started_ms(GALA) == begun.at_ms
    assert [one.key for one in later.scheduler.upcoming(3)] == planned.weekly_keys[:3]
    later.close()


def one_hour_behind(table: ZoneTable) -> ZoneTable:
    """Return the table of an older edition without the zone's latest change."""
    return replace(table, offsets=tuple((at_ms, minutes - 60) for at_ms, minutes in table.offsets))


async def test_a_plan_from_older_zone_rules_lists_its_moved_dates(tmp_path: Path, display: str) -> None:
    planned = Planned(tmp_path)
    tables = tuple(one_hour_behind(one) if one.zone == KATHMANDU else one for one in planned.schedule.zone_tables)
    plan = planned.write_plan(replace(planned.schedule, tzdata="2019a", zone_tables=tables))
    async with host_window(planned.home, display, str(planned.path), zone=SHANGHAI) as host:
        await open_plan(host, planned)
        await host.wait_for_notice("schedule.moved")
        assert planned.saved_plan() == plan, "the plan stays unchanged until the user accepts"
        moved_dates = planned.moved_dates(tmp_path / "elsewhere")
        assert moved_dates[:3] == [GALA, *planned.weekly_keys[:2]]
        await host.command("Shows moved by the time zone update")
        await host.wait_for_window(MOVED_TITLE)
        await host.key("Return")
        await host.wait_for_window(planned.path.stem)
        await until(lambda: planned.saved_plan().tzdata == planned.zones.version, "the plan has the current zone rules")
        assert planned.saved_plan() == planned.schedule
        await host.key("ctrl+s")
        await leave(host)
        assert_quiet(host)


async def test_a_travelling_host_gets_a_warning_and_no_show_moves(tmp_path: Path, display: str) -> None:
    planned = Planned(tmp_path)
    plan = planned.write_plan()
    notice_codes = []
    async with Chromium() as browser:
        for zone in (SHANGHAI, BERLIN, BERLIN):
            async with host_window(planned.home, display, str(planned.path), zone=zone) as host:
                await open_plan(host, planned)
                await host.wait_for_notice("schedule.soon")
                page = await visit(browser, host.page, "en-GB", KATHMANDU)
                assert await text(page, "#next .own") == london_time(planned.gala, KATHMANDU)
                await page.call("Page.navigate", url="about:blank")  # the room ends with the app
                notice_codes.append([code for code in host.notices() if code.startswith("schedule.place")])
                await leave(host)
                assert_quiet(host, page)
    assert notice_codes == [[], ["schedule.place_changed"], []]
    assert planned.saved_plan() == plan
