"""The currencies accepted in orders are those in use, by CLDR."""

from datetime import date

import pytest
from babel.core import get_global
from babel.numbers import get_territory_currencies, list_currencies

from app.domain.base.money import is_currency, is_known_currency


def test_every_currency_of_a_country_is_known() -> None:
    today = date(2026, 11, 30)
    paid = {one for territory in get_global("territory_currencies") for one in get_territory_currencies(territory, today, today)}
    assert len(paid) > 130
    assert sorted(one for one in paid if not is_known_currency(one)) == []


@pytest.mark.parametrize("code", ["XYZ", "ABC", "XXX", "usd", "US", "", "ＵＳＤ", "BTC"])
def test_what_nobody_pays_with_is_not(code: str) -> None:
    assert not is_known_currency(code)


def test_what_is_known_exists_and_has_the_form() -> None:
    known = [code for code in list_currencies() if is_known_currency(code)]
    assert len(known) > 150
    assert all(map(is_currency, known))
