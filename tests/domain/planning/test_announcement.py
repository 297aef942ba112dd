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
NEW = WhatsNew(product={"en": "A thermos", "zh-Hans": "保温杯"}, offer={"en": " "}, guest={"de": "Anna"})
QUIET = ("22:00", "08:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def told(start: str, minutes: int, *zones: str, quiet: tuple[str, str] = QUIET) -> str:
    found = reminder_time(at(start), minutes, zones, quiet, ZONES)
    return "never" if found is None else f"{found:%m-%dT%H:%M}"


# --- what is new ----------------------------------------------------------------------------------------------------------


def test_news_are_told_in_their_reader_s_language_or_not_at_all() -> None:
    assert news_in(NEW, "en") == (NewsItem("product", "A thermos"),)
    assert news_in(NEW, "zh") == (NewsItem("product", "保温杯"),)
    assert news_in(NEW, "de-AT") == (NewsItem("guest", "Anna"),)
    assert news_in(NEW, "ar") == ()


def test_nobody_is_reminded_of_nothing_new() -> None:
    check_news(NEW, "US", ("es", "en"))
    with pytest.raises(ScheduleError) as refused:
        check_news(NEW, "EG", ("ar", "fr"))
    assert (refused.value.code, dict(refused.value.data)) == ("schedule.nothing_new", {"market": "EG", "languages": "ar fr"})
    with pytest.raises(ScheduleError):
        check_news(WhatsNew(), "US", ("en",))


def test_a_title_is_that_of_the_reader_s_language() -> None:
    airing = Airing("a", "周五直播", LocalTime(at("2027-03-12"), "UTC"), titles={"en": "Friday live", "pt": "Sexta ao vivo", "de": " "})
    assert [title_in(airing, (language,)) for language in ("en-GB", "pt-BR", "de", "zh-Hans")] == [
        *("Friday live", "Sexta ao vivo", "周五直播", "周五直播")
    ]
    assert title_in(airing, ("ar", "en")) == "Friday live"


# --- words ----------------------------------------------------------------------------------------------------------------


def test_the_program_s_own_words_are_there_for_all_markets_and_have_their_places() -> None:
    spoken = {language for market in load_markets(RESOURCES / "markets") for language in market.languages}
    places = {"product": {"text"}, "offer": {"text"}, "guest": {"text"}, "watch": {"link"}, "soon": {"title", "left"}}
    assert set(PHRASES) == {"live", "new", *places}
    for key, words in PHRASES.items():
        assert len(set(words)) >= 30
        for language, text in words.items():
            assert set(re.findall(r"\{(\w+)\}", text)) == places.get(key, set()), (key, language)
        values = {name: "x" for name in places.get(key, ())}
        assert all(phrase(PHRASES, key, language, **values) for language in spoken), key


def test_the_text_to_copy_has_everything_in_order() -> None:
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


def test_a_language_without_own_words_gets_what_was_written_for_it() -> None:
    announcement = MarketAnnouncement(
        "XX", "sw", "Ijumaa", (AnnouncedTime(("Nairobi",), "Ijumaa", "20:00"),), "UTC", (NewsItem("offer", "Ofa"),), "link"
    )
    assert announcement_text(announcement, PHRASES) == "Ijumaa\n\nNairobi: Ijumaa · 20:00\nUTC\n\n• Ofa\n\nlink"
    assert reminder_text("Ijumaa", "30", (NewsItem("offer", "Ofa"),), PHRASES, "sw") == "Ijumaa · 30\nOfa"


def test_a_reminder_says_how_long_and_what_is_different() -> None:
    assert reminder_text("Friday live", "30 min", news_in(NEW, "en"), PHRASES, "en") == (
        "Friday live starts in 30 min\nNew product: A thermos"
    )
    assert reminder_text("周五直播", "30分钟", news_in(NEW, "zh-Hans"), PHRASES, "zh-Hans") == "周五直播：30分钟后开播\n新品：保温杯"


# --- hours ----------------------------------------------------------------------------------------------------------------


def test_a_reminder_comes_when_it_was_wished() -> None:
    assert told("2027-03-13T01:00", 30, "America/New_York") == "03-13T00:30"  # 19:30 there


def test_at_night_it_comes_after_the_night_if_that_is_in_time() -> None:
    assert told("2027-03-12T14:30", 120, "America/New_York") == "03-12T13:00"  # 09:30 there: at 08:00, not at 07:30
    assert told("2027-03-12T13:01", 60, "America/New_York") == "03-12T13:00"


def test_at_night_it_comes_in_the_last_minute_before_else() -> None:
    assert told("2027-03-13T04:00", 30, "America/New_York") == "03-13T02:59"  # 23:00 there: at 21:59
    assert told("2027-03-12T11:00", 30, "America/New_York") == "03-12T02:59"  # 06:00 there: the evening before
    assert told("2027-03-12T13:00", 30, "America/New_York") == "03-12T02:59"  # at 08:00 sharp it has begun


def test_the_night_of_every_place_of_a_market_counts() -> None:
    places = ("America/New_York", "America/Los_Angeles")
    assert told("2027-03-13T06:00", 60, *places) == "03-13T02:59"  # 01:00 and 22:00: before it is night in the east
    assert told("2027-03-12T16:30", 120, *places) == "03-12T16:00"  # 11:30 and 08:30: when it is day in the west too
    assert told("2027-03-12T12:00", 30, "Pacific/Auckland", "America/New_York", "Europe/Berlin", quiet=("14:00", "12:00")) == "never"


def test_nights_go_by_the_clocks_of_their_day() -> None:
    """Berlin's clocks go forward on 28 March 2027 and back on 31 October."""
    assert told("2027-03-28T07:00", 120, "Europe/Berlin") == "03-28T06:00"  # 08:00 in summer
    assert told("2027-03-27T08:30", 120, "Europe/Berlin") == "03-27T07:00"  # 08:00 in winter
    assert told("2027-10-31T08:30", 120, "Europe/Berlin") == "10-31T07:00"


def test_a_night_may_begin_at_a_midnight_that_does_not_exist() -> None:
    """Cairo, 30 April 2027: after 23:59 comes 01:00."""
    assert told("2027-04-29T22:30", 15, "Africa/Cairo", quiet=("00:00", "08:00")) == "04-29T21:59"
    assert told("2027-04-30T05:30", 45, "Africa/Cairo", quiet=("00:00", "08:00")) == "04-30T05:00"


def test_without_quiet_hours_nothing_is_moved() -> None:
    assert told("2027-03-12T08:00", 30, "America/New_York", quiet=("00:00", "00:00")) == "03-12T07:30"


def test_quiet_hours_of_the_day_are_kept_too() -> None:
    assert told("2027-03-12T14:00", 30, "UTC", quiet=("13:00", "13:45")) == "03-12T13:45"
