"""Tests that orders accept the currencies in use according to CLDR."""

from datetime import date

import pytest
from babel.core import get_global
from babel.numbers import get_territory_currencies, list_currencies

from app.domain.base.money import is_currency, is_known_currency


def test_every_currency_of_a_country_is_known() -> None:
    today = date(2026, 11, 30)
    paid = {code for territory in get_global("territory_currencies") for code in get_territory_currencies(territory, today, today)}
    assert len(paid) > 130
    assert sorted(code for code in paid if not is_known_currency(code)) == []


@pytest.mark.parametrize("code", ["XYZ", "ABC", "XXX", "usd", "US", "", "ＵＳＤ", "BTC"])
def test_invalid_codes_and_unused_currencies_are_unknown(code: str) -> None:
    assert not is_known_currency(code)


def test_known_currencies_exist_and_have_valid_codes() -> None:
    known = [code for code in list_currencies() if is_known_currency(code)]
    assert len(known) > 150
    assert all(map(is_currency, known))
