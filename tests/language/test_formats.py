"""Tests how amounts, numbers, dates and names are formatted in a language."""

from datetime import date
from decimal import Decimal

import pytest

from app.domain.base.money import Money, minor_digits
from app.language import formats

NARROW, HARD = "\u202f", "\u00a0"
RLM = "\u200f"


@pytest.mark.parametrize(
    ("minor", "currency", "language", "market", "expected"),
    [
        (1999, "USD", "en", "", "$19.99"),
        (1900, "USD", "en", "US", "$19.00"),
        (5, "USD", "en", "", "$0.05"),
        (0, "USD", "en", "", "$0.00"),
        (-1999, "USD", "en", "", "-$19.99"),
        (123456789, "USD", "en", "US", "$1,234,567.89"),
        (123456789, "INR", "en", "IN", "₹12,34,567.89"),
        (123456789, "INR", "en-IN", "US", "₹12,34,567.89"),
        (123456789, "INR", "hi", "IN", "₹12,34,567.89"),
        (1999, "GBP", "en", "GB", "£19.99"),
        (123456789, "EUR", "de", "DE", f"1.234.567,89{HARD}€"),
        (123456789, "EUR", "fr", "FR", f"1{NARROW}234{NARROW}567,89{HARD}€"),
        (123456789, "EUR", "nl", "NL", f"€{HARD}1.234.567,89"),
        (123456789, "EUR", "it", "IT", f"1.234.567,89{HARD}€"),
        (123456789, "PLN", "pl", "PL", f"1{HARD}234{HARD}567,89{HARD}zł"),
        (123456789, "BRL", "pt-BR", "BR", f"R${HARD}1.234.567,89"),
        (123456789, "MXN", "es", "MX", "$1,234,567.89"),
        (129900, "TRY", "tr", "TR", "₺1.299,00"),
        (129900, "CNY", "zh-Hans", "", "¥1,299.00"),
        (129900, "CNY", "zh_CN", "", "¥1,299.00"),
        (1999, "USD", "zh-Hans", "US", "US$19.99"),
        (1299, "JPY", "ja", "JP", "￥1,299"),
        (1299, "JPY", "zh-Hans", "", "JP¥1,299"),
        (1299, "JPY", "en", "", "¥1,299"),
        (59000, "KRW", "ko", "KR", "₩59,000"),
        (590000, "VND", "vi", "VN", f"590.000{HARD}₫"),
        (15000000, "IDR", "id", "ID", f"Rp{HARD}150.000"),
        (15000050, "IDR", "id", "ID", f"Rp{HARD}150.000,50"),
        (1999, "MYR", "ms", "MY", f"RM{HARD}19.99"),
        (1999, "MYR", "en", "", f"MYR{HARD}19.99"),
        (19900, "THB", "th", "TH", "฿199.00"),
        (19900, "PHP", "fil", "PH", "₱199.00"),
        (1999, "SGD", "en", "SG", "$19.99"),
        (1999, "AED", "en", "AE", f"AED{HARD}19.99"),
        (129900, "AED", "ar", "AE", f"{RLM}1,299.00{HARD}د.إ.{RLM}"),
        (1999, "USD", "ar", "AE", f"{RLM}19.99{HARD}US$\u200e"),
        (129900, "SAR", "ar", "SA", f"{RLM}١٬٢٩٩٫٠٠{HARD}ر.س.{RLM}"),
        (129900, "EGP", "ar", "EG", f"{RLM}١٬٢٩٩٫٠٠{HARD}ج.م.{RLM}"),
        (1299500, "KWD", "en", "", f"KWD{HARD}1,299.500"),
        (1999, "NGN", "en", "NG", "₦19.99"),
        (1999, "AUD", "en", "AU", "$19.99"),
        (1999, "USD", "xx", "", "$19.99"),
        (1999, "USD", "", "", "$19.99"),
    ],
)
def test_money_is_formatted_for_the_language_and_country(minor: int, currency: str, language: str, market: str, expected: str) -> None:
    assert formats.money(Money(minor, currency), language, market=market) == expected


@pytest.mark.parametrize("currency", ["USD", "JPY", "KRW", "VND", "KWD", "IDR", "EUR", "ISK", "IQD", "LBP", "HUF", "COP"])
def test_no_minor_unit_is_lost(currency: str) -> None:
    """The digits of the text are those of the amount in every currency."""
    digits = minor_digits(currency)
    for language in ("en", "de", "fr", "ar", "ar-EG", "hi", "zh-Hans", "pt-BR", "fa"):
        for minor in (1, 7, 99, 100, 12345, 1000001, 99999999999):
            text = formats.money(Money(minor, currency), language)
            digits_shown = "".join(str(int(sign)) for sign in text if sign.isdecimal())
            exact = str(minor).rjust(digits + 1, "0")
            whole = exact[: -digits or None]
            assert digits_shown in ({exact, whole} if minor % 10**digits == 0 else {exact}), (language, minor)


def test_numbers_are_grouped_and_keep_their_decimals() -> None:
    assert formats.number(1234567, "en") == "1,234,567"
    assert formats.number(1234567, "en", market="IN") == "12,34,567"
    assert formats.number(Decimal("1234.5"), "de") == "1.234,5"
    assert formats.number(1234.5, "de", decimals=2) == "1.234,50"
    assert formats.number(1234.5, "fr", decimals=0) == f"1{NARROW}234"
    assert formats.number(1234, "ar", market="EG") == "١٬٢٣٤"
    assert formats.number(1234, "fa") == "۱٬۲۳۴"


def test_percentages_have_a_decimal_only_when_they_need_one() -> None:
    assert formats.percent(12.5, "en") == "12.5%"
    assert formats.percent(10, "en") == "10%"
    assert formats.percent(0.1, "en") == "0.1%"
    assert formats.percent(12.5, "de") == f"12,5{HARD}%"
    assert formats.percent(15, "tr") == "%15"
    assert formats.percent(12.5, "ar", market="SA") == "١٢٫٥%"


def test_durations_have_at_most_two_units() -> None:
    assert formats.minutes(5, "en") == "5 min"
    assert formats.minutes(5, "zh-Hans") == "5分钟"
    assert formats.minutes(1, "pt-BR") == "1 min"
    assert formats.minutes(5, "ar", market="EG") == "٥ د"
    assert formats.duration(3905, "en") == "1 hr 5 min"
    assert formats.duration(3600, "es") == "1 h"
    assert formats.duration(3661, "pt-BR") == "1 h 1 min"
    assert formats.duration(90, "de") == "1 Min. 30 Sek."
    assert formats.duration(3605, "en") == "1 hr"
    assert formats.duration(45, "zh-Hans") == "45秒"
    assert formats.duration(0, "en") == "0 sec"
    assert formats.duration(-0.4, "en") == "0 sec"
    assert formats.duration(-61, "en") == "−1 min 1 sec"
    assert formats.duration(360000, "en") == "100 hr"


def test_dates_follow_the_country() -> None:
    day = date(2026, 11, 22)
    assert formats.date(day, "en", market="US") == "Nov 22, 2026"
    assert formats.date(day, "en", market="GB") == "22 Nov 2026"
    assert formats.date(day, "zh-Hans") == "2026年11月22日"
    assert formats.date(day, "de", style="full") == "Sonntag, 22. November 2026"
    assert "٢٠٢٦" in formats.date(day, "ar", market="SA", style="long")


def test_languages_and_countries_have_names_in_every_language() -> None:
    assert formats.language_name("zh-Hans", "en") == "Chinese (Simplified)"
    assert formats.language_name("pt-BR", "zh-Hans").startswith("葡萄牙语")
    assert formats.language_name("ar", "ar") == "العربية"
    assert formats.language_name("fil", "en") == "Filipino"
    assert formats.language_name("qqx", "en") == "qqx"
    assert formats.territory_name("AE", "zh-Hans") == "阿拉伯联合酋长国"
    assert formats.territory_name("us", "es") == "Estados Unidos"
    assert formats.territory_name("ZX", "en") == "ZX"


def test_a_language_tag_in_any_spelling_works_and_an_unknown_one_falls_back_to_english() -> None:
    assert str(formats.locale_of("zh-Hans", "US")) == "zh_Hans"
    assert str(formats.locale_of("pt-BR", "US")) == "pt_BR"
    assert str(formats.locale_of("es", "MX")) == "es_MX"
    assert str(formats.locale_of("ar-XX")) == "ar"
    assert str(formats.locale_of("not a tag")) == "en"
