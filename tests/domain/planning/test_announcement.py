"""Announcements contain only news, in the readers' languages, and never go out at night."""

import re
from datetime import UTC, datetime

import pytest

from app.calendar.packaged_zones import load_zones
from app.domain.base.local_time import LocalTime
from app.domain.planning.announcements.announcement import (
    AnnouncedTime,
    MarketAnnouncement,
    NewsItem,
    announcement_text,
    check_news,
    news_in,
    phrase,
    reminder_text,
    reminder_time,
    title_in,
)
from app.domain.planning.schedule import Airing, ScheduleError, WhatsNew
from app.storage.markets import load_markets
from app.storage.paths import RESOURCES
from app.storage.phrases import load_phrases

ZONES = load_zones()
PHRASES = load_phrases(RESOURCES / "phrases" / "announcements.toml")
WHATS_NEW = WhatsNew(product={"en": "A thermos", "zh-Hans": "保温杯"}, offer={"en": " "}, guest={"de": "Anna"})
QUIET_HOURS = ("22:00", "08:00")


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def reminder_at(start: str, minutes: int, *zones: str, quiet: tuple[str, str] = QUIET_HOURS) -> str:
    found = reminder_time(utc(start), minutes, zones, quiet, ZONES)
    return "never" if found is None else f"{found:%m-%dT%H:%M}"


# --- what is new ----------------------------------------------------------------------------------------------------------


def test_news_appear_only_in_the_readers_language() -> None:
    assert news_in(WHATS_NEW, "en") == (NewsItem("product", "A thermos"),)
    assert news_in(WHATS_NEW, "zh") == (NewsItem("product", "保温杯"),)
    assert news_in(WHATS_NEW, "de-AT") == (NewsItem("guest", "Anna"),)
    assert news_in(WHATS_NEW, "ar") == ()


def test_a_market_without_news_is_refused() -> None:
    check_news(WHATS_NEW, "US", ("es", "en"))
    with pytest.raises(ScheduleError) as raised:
        check_news(WHATS_NEW, "EG", ("ar", "fr"))
    assert (raised.value.code, dict(raised.value.data)) == ("schedule.nothing_new", {"market": "EG", "languages": "ar fr"})
    with pytest.raises(ScheduleError):
        check_news(WhatsNew(), "US", ("en",))


def test_a_title_is_in_the_readers_language_if_there_is_one() -> None:
    airing = Airing("a", "周五直播", LocalTime(utc("2027-03-12"), "UTC"), titles={"en": "Friday live", "pt": "Sexta ao vivo", "de": " "})
    assert [title_in(airing, (language,)) for language in ("en-GB", "pt-BR", "de", "zh-Hans")] == [
        *("Friday live", "Sexta ao vivo", "周五直播", "周五直播")
    ]
    assert title_in(airing, ("ar", "en")) == "Friday live"


# --- words ----------------------------------------------------------------------------------------------------------------


def test_phrases_exist_in_every_markets_languages_with_all_placeholders() -> None:
    languages = {language for market in load_markets(RESOURCES / "markets") for language in market.languages}
    placeholders = {"product": {"text"}, "offer": {"text"}, "guest": {"text"}, "watch": {"link"}, "soon": {"title", "left"}}
    assert set(PHRASES) == {"live", "new", *placeholders}
    for key, texts in PHRASES.items():
        assert len(set(texts)) >= 30
        for language, text in texts.items():
            assert set(re.findall(r"\{(\w+)\}", text)) == placeholders.get(key, set()), (key, language)
        values = {name: "x" for name in placeholders.get(key, ())}
        assert all(phrase(PHRASES, key, language, **values) for language in languages), key


def test_an_announcement_lists_times_news_and_the_link() -> None:
    announcement = MarketAnnouncement(
        "US",
        "en",
        "Friday live",
        (
            AnnouncedTime(("New York", "Detroit"), "Friday, March 12", "8 – 10 PM"),
            AnnouncedTime(("Denver",), "Friday, March 12", "6 – 8 PM"),
        ),
        "UTC: Saturday, March 13, 1:00 AM",
        (NewsItem("product", "A thermos"), NewsItem("guest", "Anna {x}")),
        "https://tradewind.example/live",
    )
    assert announcement_text(announcement, PHRASES) == (
        "Friday live\n\n"
        "New York / Detroit: Friday, March 12 · 8 – 10 PM\nDenver: Friday, March 12 · 6 – 8 PM\nUTC: Saturday, March 13, 1:00 AM\n\n"
        "New this time\n• New product: A thermos\n• Guest: Anna {x}\n\n"
        "Watch here: https://tradewind.example/live"
    )


def test_a_language_without_phrases_gets_only_the_users_own_texts() -> None:
    announcement = MarketAnnouncement(
        "XX", "sw", "Ijumaa", (AnnouncedTime(("Nairobi",), "Ijumaa", "20:00"),), "UTC", (NewsItem("offer", "Ofa"),), "link"
    )
    assert announcement_text(announcement, PHRASES) == "Ijumaa\n\nNairobi: Ijumaa · 20:00\nUTC\n\n• Ofa\n\nlink"
    assert reminder_text("Ijumaa", "30", (NewsItem("offer", "Ofa"),), PHRASES, "sw") == "Ijumaa · 30\nOfa"


def test_a_reminder_gives_the_time_left_and_the_news() -> None:
    assert reminder_text("Friday live", "30 min", news_in(WHATS_NEW, "en"), PHRASES, "en") == (
        "Friday live starts in 30 min\nNew product: A thermos"
    )
    assert reminder_text("周五直播", "30分钟", news_in(WHATS_NEW, "zh-Hans"), PHRASES, "zh-Hans") == "周五直播：30分钟后开播\n新品：保温杯"


# --- hours ----------------------------------------------------------------------------------------------------------------


def test_a_reminder_is_sent_the_chosen_time_before_the_show() -> None:
    assert reminder_at("2027-03-13T01:00", 30, "America/New_York") == "03-13T00:30"  # 19:30 in New York


def test_a_reminder_at_night_waits_for_the_morning_if_that_is_before_the_show() -> None:
    assert (
        reminder_at("2027-03-12T14:30", 120, "America/New_York") == "03-12T13:00"
    )  # show at 09:30 in New York: sent at 08:00 instead of 07:30
    assert reminder_at("2027-03-12T13:01", 60, "America/New_York") == "03-12T13:00"


def test_a_reminder_is_sent_before_the_night_if_the_morning_is_too_late() -> None:
    assert reminder_at("2027-03-13T04:00", 30, "America/New_York") == "03-13T02:59"  # show at 23:00 in New York: sent at 21:59
    assert reminder_at("2027-03-12T11:00", 30, "America/New_York") == "03-12T02:59"  # show at 06:00 in New York: sent the evening before
    assert reminder_at("2027-03-12T13:00", 30, "America/New_York") == "03-12T02:59"  # at 08:00 the show has already started


def test_a_reminder_avoids_the_night_in_every_zone_of_a_market() -> None:
    placeholders = ("America/New_York", "America/Los_Angeles")
    assert (
        reminder_at("2027-03-13T06:00", 60, *placeholders) == "03-13T02:59"
    )  # show at 01:00 and 22:00: sent before night starts in the east
    assert (
        reminder_at("2027-03-12T16:30", 120, *placeholders) == "03-12T16:00"
    )  # show at 11:30 and 08:30: sent when the night ends in the west
    assert reminder_at("2027-03-12T12:00", 30, "Pacific/Auckland", "America/New_York", "Europe/Berlin", quiet=("14:00", "12:00")) == "never"


def test_nights_follow_clock_changes() -> None:
    """Berlin's clocks go forward on 28 March 2027 and back on 31 October."""
    assert reminder_at("2027-03-28T07:00", 120, "Europe/Berlin") == "03-28T06:00"  # 08:00 summer time
    assert reminder_at("2027-03-27T08:30", 120, "Europe/Berlin") == "03-27T07:00"  # 08:00 winter time
    assert reminder_at("2027-10-31T08:30", 120, "Europe/Berlin") == "10-31T07:00"


def test_a_night_may_start_at_a_skipped_midnight() -> None:
    """In Cairo on 30 April 2027, 01:00 follows 23:59."""
    assert reminder_at("2027-04-29T22:30", 15, "Africa/Cairo", quiet=("00:00", "08:00")) == "04-29T21:59"
    assert reminder_at("2027-04-30T05:30", 45, "Africa/Cairo", quiet=("00:00", "08:00")) == "04-30T05:00"


def test_without_quiet_hours_reminders_are_not_moved() -> None:
    assert reminder_at("2027-03-12T08:00", 30, "America/New_York", quiet=("00:00", "00:00")) == "03-12T07:30"


def test_quiet_hours_may_be_in_the_daytime() -> None:
    assert reminder_at("2027-03-12T14:00", 30, "UTC", quiet=("13:00", "13:45")) == "03-12T13:45"
