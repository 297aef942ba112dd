"""Announcements of planned shows: texts by market, reminders, calendar files and posters."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import cv2
import numpy as np
import pytest

from app.bootstrap.announcements import announcement_services
from app.bootstrap.studio import qr_code_modules
from app.domain.base.local_time import LocalTime
from app.domain.base.notice import Severity
from app.domain.planning.announcements.poster import PosterSize
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, ScheduleError, WhatsNew
from app.session.document.document import Document
from app.session.document.show_pictures import ShowPictures
from app.session.planning.announcements.announcement_texts import AnnouncementContext
from app.session.planning.announcements.announcements import Announcements, PosterChoice, file_name
from app.session.room.room_schedule import schedule_board
from app.storage.card_themes import load_card_themes
from app.storage.paths import RESOURCES
from tests.support.calendars import faults, read_by_icalendar
from tests.support.scheduling import NOW, SchedulingDesk
from tests.support.studio_desk import paths_in
from tests.support.window import application

NARROW, THIN = "\u202f", "\u2009"
LINK = "https://tradewind.example/watch/live"
US = Party("us", "United States", PartyKind.MARKET, "America/New_York", "US")
EGYPT = Party("eg", "مصر", PartyKind.MARKET, "Africa/Cairo", "EG")
HOST = Party("host", "林美雅", PartyKind.HOST, "Asia/Shanghai", languages=("zh-Hans",))
WHATS_NEW = WhatsNew(
    product={"en": "Alpine thermos", "es": "Termo alpino", "ar": "قارورة جبلية", "zh-Hans": "高山保温杯"},
    guest={"en": "Maya Lindqvist"},
)
FRIDAYS = Airing(
    "fri",
    "周五直播",
    LocalTime(datetime(2027, 3, 5, 20), "America/New_York"),
    rule="FREQ=WEEKLY",
    party_ids=("us", "eg", "host"),
    whats_new=WHATS_NEW,
    note="带样品",
    titles={"en": "Friday live", "ar": "بث الجمعة"},
)


class AnnouncementDesk:
    """A scheduling desk with announcements; it is its own studio. `link` is the watch page's address."""

    def __init__(self, home: Path) -> None:
        self.application = application()
        self.base = SchedulingDesk(home)
        self.link = LINK
        self.base.fill(FRIDAYS, parties=(US, EGYPT, HOST))
        self.announcements = Announcements(
            self,
            self.base.scheduler,
            calendar=self.base.calendar,
            services=announcement_services(paths_in(home), lambda: self.application, qr_code_modules),
            themes=lambda: {theme.id: theme for theme in load_card_themes(RESOURCES / "cards")},
            notify=self.base.heard.append,
        )

    @property
    def document(self) -> Document:
        return self.base.studio.document

    @property
    def embedded(self) -> "AnnouncementDesk":
        return self

    @property
    def pictures(self) -> ShowPictures:
        return self.base.studio.pictures

    @property
    def watch_address(self) -> str:
        return self.link

    def date(self, number: int = 0) -> Occurrence:
        return self.base.scheduler.upcoming(number + 1)[number]

    def change(self, **fields: object) -> Occurrence:
        self.base.scheduler.put_airing(replace(FRIDAYS, **fields))  # type: ignore[arg-type]
        return self.date()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[AnnouncementDesk]:
    announcement_desk = AnnouncementDesk(tmp_path)
    yield announcement_desk
    announcement_desk.base.close()


def test_every_market_has_a_text_in_each_of_its_languages(desk: AnnouncementDesk) -> None:
    texts = asyncio.run(desk.announcements.texts(desk.date()))
    assert [(one.market_id, one.language) for one in texts] == [("US", "en"), ("US", "es"), ("EG", "ar")]
    assert texts[0].text == (
        "Friday live\n\n"
        f"New York: Friday, March 5 · 8:00{THIN}–{THIN}10:00{NARROW}PM\n"
        f"Chicago: Friday, March 5 · 7:00{THIN}–{THIN}9:00{NARROW}PM\n"
        f"Denver: Friday, March 5 · 6:00{THIN}–{THIN}8:00{NARROW}PM\n"
        f"Los Angeles: Friday, March 5 · 5:00{THIN}–{THIN}7:00{NARROW}PM\n"
        f"UTC: Saturday, March 6, 1:00{NARROW}AM\n\n"
        "New this time\n• New product: Alpine thermos\n• Guest: Maya Lindqvist\n\n"
        f"Watch here: {LINK}"
    )
    assert "Producto nuevo: Termo alpino" in texts[1].text and "Maya" not in texts[1].text
    assert texts[2].text.startswith(
        "بث الجمعة\n\nالقاهرة: السبت، ٦ مارس · ٣:٠٠–٥:٠٠ ص\n\u200fUTC: السبت، ٦ مارس، ١:٠٠ ص\n\nالجديد هذه المرة\n"
    )


def test_a_date_in_another_year_includes_the_year(desk: AnnouncementDesk) -> None:
    texts = asyncio.run(desk.announcements.texts(desk.change(start=LocalTime(datetime(2028, 1, 7, 20), "America/New_York")), link=""))
    assert "New York: Friday, January 7, 2028 · " in texts[0].text
    assert "Watch here" not in texts[0].text


def test_a_reminder_has_a_text_for_each_language_with_news(desk: AnnouncementDesk) -> None:
    reminder = asyncio.run(desk.announcements.reminder(desk.date(), 30))
    assert (reminder.occurrence, reminder.minutes_before, reminder.sent_ms) == ("fri@2027-03-05T20:00", 30, 0)
    assert reminder.texts == {
        "en": "Friday live starts in 30 min\nNew product: Alpine thermos\nGuest: Maya Lindqvist",
        "es": "周五直播 empieza en 30 min\nProducto nuevo: Termo alpino",
        "ar": "بث الجمعة: نبدأ بعد ٥ س ١ د\nمنتج جديد: قارورة جبلية",
    }
    assert reminder.apart == {"ar": 301}  # at 21:59 in Cairo, because 30 min before is 02:30 there
    assert reminder.all_minutes == (301, 30)
    desk.base.scheduler.put_reminder(reminder)
    assert desk.base.scheduler.schedule.reminders == (reminder,)


def test_a_market_without_news_is_named(desk: AnnouncementDesk) -> None:
    with pytest.raises(ScheduleError) as raised:
        asyncio.run(desk.announcements.reminder(desk.change(whats_new=WhatsNew(product={"en": "Thermos"})), 30))
    assert (raised.value.code, dict(raised.value.data)) == ("schedule.nothing_new", {"market": "EG", "languages": "ar"})


def test_each_market_is_reminded_outside_its_night(desk: AnnouncementDesk) -> None:
    times = desk.announcements.reminder_times(desk.date(), 30)
    assert [(one.market_id, f"{one.at:%d %H:%M}", one.moved) for one in times] == [("US", "06 00:30", False), ("EG", "05 19:59", True)]


def test_calendars_are_written_for_each_party_in_its_language(desk: AnnouncementDesk, tmp_path: Path) -> None:
    folder = tmp_path / "calendars"
    folder.mkdir()
    assert asyncio.run(desk.announcements.save_calendars(folder)) == 3
    contents = {path.stem: path.read_bytes() for path in folder.iterdir()}
    assert set(contents) == {"United States", "مصر", "林美雅"}
    begin, end = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    starts = [one.start for one in desk.base.scheduler.occurrences(begin, end)]
    for content in contents.values():
        assert faults(content) == []
        assert [one.start for one in read_by_icalendar(content, begin, end)] == starts
    unfolded = {name: content.replace(b"\r\n ", b"").decode() for name, content in contents.items()}
    assert "SUMMARY;LANGUAGE=en:Friday live" in unfolded["United States"]
    assert "SUMMARY;LANGUAGE=ar:بث الجمعة" in unfolded["مصر"]
    assert "SUMMARY;LANGUAGE=zh-Hans:周五直播" in unfolded["林美雅"]
    assert "新品：高山保温杯" in unfolded["林美雅"] and "带样品" in unfolded["林美雅"]
    assert "带样品" not in unfolded["United States"]
    assert desk.base.codes() == ["table.written"] * 3


def test_a_calendar_file_changes_only_with_the_plan(desk: AnnouncementDesk) -> None:
    first = asyncio.run(desk.announcements.calendar_of("us"))
    desk.base.be_at(NOW + timedelta(hours=1))
    assert asyncio.run(desk.announcements.calendar_of("us")) == first
    desk.change(minutes=90)
    later = asyncio.run(desk.announcements.calendar_of("us"))
    sequences = [int(content.split(b"SEQUENCE:")[1].split(b"\r\n")[0]) for content in (first, later)]
    assert sequences[1] - sequences[0] == 3600


def test_files_that_cannot_be_written_are_reported(desk: AnnouncementDesk, tmp_path: Path) -> None:
    assert not asyncio.run(desk.announcements.save_calendar(tmp_path / "nowhere" / "plan.ics", "us"))
    assert not asyncio.run(desk.announcements.save_calendar(tmp_path / "plan.ics", "nobody"))
    assert not asyncio.run(desk.announcements.save_poster(tmp_path / "nowhere" / "p.png", desk.date(), PosterChoice("en")))
    assert [(notice.severity, notice.code) for notice in desk.base.heard] == [
        (Severity.ERROR, "file.missing"),
        (Severity.ERROR, "schedule.no_party"),
        (Severity.ERROR, "file.missing"),
    ]


def test_the_room_gets_calendar_files_in_each_language(desk: AnnouncementDesk) -> None:
    dates = desk.base.scheduler.upcoming(2)
    calendars, names = asyncio.run(desk.announcements.room_calendars(dates))
    assert {key: set(files) for key, files in names.items()} == {one.key: {"en", "es", "ar"} for one in dates}
    assert {calendar.name for calendar in calendars} == {name for files in names.values() for name in files.values()}
    assert [calendar.file_name for calendar in calendars[:3]] == ["Friday live.ics", "周五直播.ics", "بث الجمعة.ics"]
    assert all(faults(calendar.content) == [] and len(calendar.content) < 16_000 for calendar in calendars)
    assert asyncio.run(desk.announcements.room_calendars(dates))[1] == names
    board = schedule_board(desk.document.show.schedule, dates, now=NOW, host_language="zh-Hans", calendars=names)
    assert board[f"date/{dates[0].key}"]["calendar"] == names[dates[0].key]


def test_a_poster_is_drawn_for_all_markets_or_the_zones_of_one(desk: AnnouncementDesk, tmp_path: Path) -> None:
    path = tmp_path / "poster.png"
    for choice in (PosterChoice("en"), PosterChoice("ar", PosterSize.WIDE, "paper", ("eg",), None)):
        assert asyncio.run(desk.announcements.save_poster(path, desk.date(), choice))
        image = cv2.imread(str(path))
        assert image is not None and image.shape == (*reversed(choice.size.pixels), 3)
        assert cv2.QRCodeDetector().detectAndDecode(np.asarray(image))[0] == LINK


def test_a_poster_has_the_title_times_and_address(desk: AnnouncementDesk, tmp_path: Path) -> None:
    base, date = desk.base, desk.date()
    texts = announcement_services(paths_in(tmp_path), lambda: None, qr_code_modules).texts
    markets = {market.id: market for market in base.calendar.markets(("US", "EG"))}
    context = AnnouncementContext("Show", desk.document.show.schedule, base.zones, markets, "zh-Hans", LINK, NOW)
    poster = texts.poster(context, FRIDAYS, date, (US, EGYPT, HOST), "en", modules=((True,),))
    assert (poster.title, poster.day, poster.live) == ("Friday live", "Friday, March 5", "Live")
    assert [(one.city, one.weekday, one.clock, one.shift) for one in poster.times] == [
        ("New York", "Fri", f"8:00{NARROW}PM", ""),
        ("Cairo", "Sat", f"3:00{NARROW}AM", "+1 day"),
        ("Shanghai", "Sat", f"9:00{NARROW}AM", "+1 day"),
    ]
    assert (poster.address, poster.caption) == ("tradewind.example/watch/live", "Watch on your phone")
    arabic = texts.poster(context, FRIDAYS, date, (US, EGYPT), "ar")
    assert arabic.day == "الجمعة، ٥ مارس"  # Egyptian digits in every row
    assert [(one.clock, one.shift) for one in arabic.times] == [("٨:٠٠ م", ""), ("٣:٠٠ ص", "+١ يوم")]
    assert [one.clock for one in texts.poster(context, FRIDAYS, date, (US,), "de").times] == ["20:00", "19:00", "18:00", "17:00"]
    assert [one.city for one in texts.poster(context, FRIDAYS, date, (US,), "zh-Hans").times] == ["纽约", "芝加哥", "丹佛", "洛杉矶"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Friday: deals/offers?", "Friday deals offers.ics"),
        ("  ..", "show.ics"),
        ("周五\n直播", "周五 直播.ics"),
        ("x" * 200, "x" * 80 + ".ics"),
    ],
)
def test_file_names_are_valid_on_every_system(text: str, name: str) -> None:
    assert file_name(text, ".ics") == name


def test_parties_with_the_same_name_have_separate_files() -> None:
    assert file_name("Maya", ".ics", {"maya.ics", "maya 2.ics"}) == "Maya 3.ics"
