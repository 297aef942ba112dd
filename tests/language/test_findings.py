"""Tests a finding's values, formatted for a sentence in the reader's language."""

from app.domain.base.money import Money
from app.domain.rundown.finding import Fact
from app.language.findings import finding_values


def test_values_are_formatted_for_the_reader() -> None:
    data: dict[str, Fact] = {
        "name": {"en": "Tea set", "zh-Hans": "茶具"},
        "price": Money(1999, "USD"),
        "markets": "US AE",
        "market": "DE",
        "languages": "ar pt-BR",
        "date": "2027-11-22",
        "time": "20:30",
        "names": "Li Wei\nAnna",
        "count": 2,
        "phrase": "hurry",
    }
    assert finding_values(data, "en") == {
        "name": "Tea set",
        "price": "$19.99",
        "markets": "United States, United Arab Emirates",
        "market": "Germany",
        "languages": "Arabic, Portuguese (Brazil)",
        "date": "Nov 22, 2027",
        "time": "20:30",
        "names": "Li Wei, Anna",
        "count": 2,
        "phrase": "hurry",
    }
    chinese = finding_values(data, "zh_CN")
    assert chinese["name"] == "茶具"
    assert chinese["markets"] == "美国、阿拉伯联合酋长国"
    assert chinese["price"] == "US$19.99"
    assert chinese["time"] == "20:30"
    assert chinese["names"] == "Li Wei、Anna"


def test_long_lists_are_shortened_and_counted() -> None:
    assert finding_values({"markets": "US GB DE FR ES IT"}, "en")["markets"] == "United States, United Kingdom, Germany, France +2"


def test_unknown_values_are_shown_unchanged() -> None:
    assert finding_values({"date": "some day", "time": "noon", "market": "ZX", "languages": "qqx", "name": {}}, "en") == {
        "date": "some day",
        "time": "noon",
        "market": "ZX",
        "languages": "qqx",
        "name": "",
    }
