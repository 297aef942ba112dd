"""Tests how times, dates, durations and places are formatted in a language."""

from datetime import date, datetime, timedelta

import pytest
from babel.core import get_global

from app.calendar.packaged_zones import load_zones
from app.language import times

NARROW, THIN, HARD = "\u202f", "\u2009", "\u00a0"
FRIDAY = date(2027, 3, 12)
EVENING, LATE, AFTER_MIDNIGHT = datetime(2027, 3, 12, 20, 5), datetime(2027, 3, 12, 22, 0), datetime(2027, 3, 13, 0, 30)


@pytest.mark.parametrize(
    ("language", "market", "clock", "span", "over_midnight"),
    [
        ("en", "", f"8:05{NARROW}PM", f"8:05{THIN}–{THIN}10:00{NARROW}PM", f"10:00{NARROW}PM{THIN}–{THIN}12:30{NARROW}AM"),
        ("en", "GB", "20:05", f"20:05{THIN}–{THIN}22:00".replace(THIN, ""), "22:00–00:30"),
        ("en", "CN", "20:05", f"20:05{THIN}–{THIN}22:00", f"22:00{THIN}–{THIN}00:30"),
        ("en", "XX", f"8:05{NARROW}PM", f"8:05{THIN}–{THIN}10:00{NARROW}PM", f"10:00{NARROW}PM{THIN}–{THIN}12:30{NARROW}AM"),
        ("zh-Hans", "", "20:05", "20:05–22:00", "22:00–00:30"),
        ("zh_CN", "", "20:05", "20:05–22:00", "22:00–00:30"),
        ("zh-Hans", "SG", "下午8:05", "下午8:05至10:00", "下午10:00至上午12:30"),
        ("zh-Hant", "", "晚上8:05", f"晚上8:05{THIN}–{THIN}晚上10:00", f"晚上10:00{THIN}–{THIN}凌晨12:30"),
        ("de", "", "20:05", "20:05–22:00 Uhr", "22:00–00:30 Uhr"),
        ("ar", "AE", "8:05 م", "8:05–10:00 م", f"10:00 م{THIN}–{THIN}12:30 ص"),
        ("ar", "EG", "٨:٠٥ م", "٨:٠٥–١٠:٠٠ م", f"١٠:٠٠ م{THIN}–{THIN}١٢:٣٠ ص"),
        ("th", "TH", "20:05", "20:05 – 22:00", "22:00 – 00:30"),
        ("pt-BR", "BR", "20:05", f"20:05{THIN}–{THIN}22:00", f"22:00{THIN}–{THIN}00:30"),
        ("ja", "JP", "20:05", "20:05～22:00", "22:00～0:30"),
        ("ko", "KR", "오후 8:05", "오후 8:05 ~ 오후 10:00", "오후 10:00 ~ 오전 12:30"),
        ("es", "MX", f"8:05{NARROW}p.m.", f"8:05–10:00{NARROW}p.m.", f"10:00{NARROW}p.m.{THIN}–{THIN}12:30{NARROW}a.m."),
        ("id", "ID", "20.05", "20.05–22.00", "22.00–00.30"),
    ],
)
def test_hours_follow_the_language_and_country(language: str, market: str, clock: str, span: str, over_midnight: str) -> None:
    assert times.clock(EVENING, language, market=market) == clock
    assert times.clock_span(EVENING, LATE, language, market=market) == span
    assert times.clock_span(LATE, AFTER_MIDNIGHT, language, market=market) == over_midnight


@pytest.mark.parametrize("language", ["en", "zh-Hans", "zh-Hant", "de", "ar", "ar-EG", "th", "pt-BR", "ja", "ko", "fa", "hi", "vi", "ms"])
def test_every_minute_of_a_day_has_a_different_text(language: str) -> None:
    midnight = datetime(2027, 3, 12)
    texts = {times.clock(midnight + timedelta(minutes=minute), language) for minute in range(24 * 60)}
    assert len(texts) == 24 * 60


@pytest.mark.parametrize(
    ("language", "short", "year", "full", "full_year", "name", "month"),
    [
        ("en", "Fri, Mar 12", "Fri, Mar 12, 2027", "Friday, March 12", "Friday, March 12, 2027", "Fri", "March 2027"),
        ("zh-Hans", "3月12日周五", "2027年3月12日周五", "3月12日星期五", "2027年3月12日星期五", "周五", "2027年3月"),
        ("de", "Fr., 12. März", "Fr., 12. März 2027", "Freitag, 12. März", "Freitag, 12. März 2027", "Fr", "März 2027"),
        ("ar", "الجمعة، 12 مارس", "الجمعة، 12 مارس 2027", "الجمعة، 12 مارس", "الجمعة، 12 مارس 2027", "الجمعة", "مارس 2027"),
        ("th", "ศ. 12 มี.ค.", "ศ. 12 มี.ค. 2027", "วันศุกร์ที่ 12 มีนาคม", "วันศุกร์ที่ 12 มีนาคม ค.ศ. 2027", "ศ.", "มีนาคม 2027"),
        (
            "pt-BR",
            "sex., 12 de mar.",
            "sex., 12 de mar. de 2027",
            "sexta-feira, 12 de março",
            "sexta-feira, 12 de março de 2027",
            "sex.",
            "março de 2027",
        ),
        ("ja", "3月12日(金)", "2027年3月12日(金)", "3月12日(金曜日)", "2027年3月12日金曜日", "金", "2027年3月"),
        ("pl", "pt., 12 mar", "pt., 12 mar 2027", "piątek, 12 marca", "piątek, 12 marca 2027", "pt.", "marzec 2027"),
    ],
)
def test_dates_include_the_weekday(language: str, short: str, year: str, full: str, full_year: str, name: str, month: str) -> None:
    assert times.day(FRIDAY, language) == short
    assert times.day(FRIDAY, language, style="year") == year
    assert times.day(FRIDAY, language, style="full") == full
    assert times.day(FRIDAY, language, style="full_year") == full_year
    assert times.weekday(FRIDAY, language) == name
    assert times.month(FRIDAY, language) == month


def test_dates_use_the_countrys_order_and_digits() -> None:
    assert times.day(FRIDAY, "en", market="GB") == "Fri 12 Mar"
    assert times.day(FRIDAY, "ar", market="EG") == "الجمعة، ١٢ مارس"
    assert times.weekday(FRIDAY, "en", style="full") == "Friday"
    assert times.weekday(FRIDAY, "zh-Hans", style="narrow") == "五"


def test_date_and_time_are_in_the_languages_order() -> None:
    assert times.day_and_clock(EVENING, "en") == f"Fri, Mar 12, 8:05{NARROW}PM"
    assert times.day_and_clock(EVENING, "zh-Hans") == "3月12日周五 20:05"
    assert times.day_and_clock(EVENING, "ar", market="AE") == "الجمعة، 12 مارس، 8:05 م"
    assert times.day_and_clock(EVENING, "vi") == "20:05 Th 6, 12 thg 3"
    assert times.day_and_clock(EVENING, "de", style="full_year") == "Freitag, 12. März 2027, 20:05"


def test_another_day_is_shown_with_a_sign() -> None:
    languages = ("en", "zh-Hans", "de", "ar", "ar-EG", "th", "pt-BR", "ja", "fr")
    assert [times.day_shift(1, language) for language in languages] == [
        *("+1 day", "+1天", "+1 Tag", "+1 يوم", "+١ يوم", "+1 วัน", "+1 dia", "+1 日", f"+1{HARD}jour")
    ]
    assert [times.day_shift(days, "en") for days in (-2, -1, 0, 2)] == ["−2 days", "−1 day", "", "+2 days"]
    assert [times.day_shift(2, language) for language in ("de", "ar", "pl")] == ["+2 Tage", "+2 يوم", "+2 dni"]


def test_a_countdown_has_two_units_and_ends_at_zero() -> None:
    assert times.countdown(3 * 86400 + 4 * 3600 + 59, "en") == "3 days 4 hr"
    assert times.countdown(86400 + 59, "en") == "1 day"
    assert times.countdown(2 * 3600 + 5 * 60, "zh-Hans") == "2小时 5分钟"
    assert times.countdown(270.9, "de") == "4 Min. 30 Sek."
    assert times.countdown(3600, "pt-BR") == "1 h"
    assert times.countdown(2 * 86400, "ar-EG") == "٢ يوم"
    assert times.countdown(0.4, "en") == times.countdown(-50, "en") == "0 sec"


def test_long_durations_stay_in_hours() -> None:
    assert times.duration(90, "en") == "1 hr 30 min"
    assert times.duration(61, "en-GB") == "1 hr 1 min"
    assert times.duration(120, "th") == "2 ชม."
    assert times.duration(45, "ja") == "45 分"
    assert times.duration(0, "en") == "0 min"
    assert times.duration(30, "ar", market="EG") == "٣٠ د"
    assert times.countdown(90, "ar", market="EG") == "١ د ٣٠ ث"
    assert times.day_shift(1, "ar", market="EG") == "+١ يوم"
    assert times.duration(1560, "en") == "26 hr"


@pytest.mark.parametrize(
    ("zone", "names"),
    [
        ("America/New_York", ("New York", "纽约", "New York", "نيويورك", "นิวยอร์ก", "Nova York", "ニューヨーク")),
        ("Asia/Shanghai", ("Shanghai", "上海", "Shanghai", "شنغهاي", "เซี่ยงไฮ้", "Xangai", "上海")),
        ("Asia/Kolkata", ("Kolkata", "加尔各答", "Kalkutta", "كالكتا", "โกลกาตา", "Calcutá", "コルカタ")),
        ("Asia/Ho_Chi_Minh", ("Ho Chi Minh City", "胡志明市", "Ho-Chi-Minh-Stadt")),
        ("America/Argentina/Buenos_Aires", ("Buenos Aires", "布宜诺斯艾利斯")),
        ("Europe/Kyiv", ("Kyiv", "基辅")),
        ("America/Sao_Paulo", ("Sao Paulo", "圣保罗", "São Paulo", "ساو باولو", "เซาเปาลู", "São Paulo")),
        ("America/Coyhaique", ("Coyhaique",)),
        ("UTC", ("UTC",)),
    ],
)
def test_places_have_names_in_every_language(zone: str, names: tuple[str, ...]) -> None:
    languages = ("en", "zh-Hans", "de", "ar", "th", "pt-BR", "ja")
    assert tuple(times.city(zone, language) for language in languages[: len(names)]) == names


def _is_in_a_country(zone_key: str) -> bool:
    known = get_global("zone_territories")
    return next((known[key] for key in times._names_of(zone_key) if key in known), "ZZ") != "ZZ"  # CLDR's "unknown" zone


@pytest.mark.parametrize("language", ["zh-Hans", "ar", "th", "ja", "ko", "hi"])
def test_cities_of_all_countries_are_written_in_the_readers_script(language: str) -> None:
    latin = [key for key in load_zones().keys if _is_in_a_country(key) and times.city(key, language).isascii()]
    assert latin in ([], ["America/Coyhaique"])  # the newest zone has no translated name yet
