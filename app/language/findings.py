"""Formats a finding's values for a sentence in the reader's language: amounts, country and language names, the user's texts."""

from collections.abc import Mapping
from datetime import date as Date

from app.domain.base.errors import Value
from app.domain.base.localized_text import pick, primary
from app.domain.base.money import Money
from app.domain.rundown.finding import Fact
from app.language import formats

_LANGUAGE_KEYS = frozenset({"language", "languages"})
_MARKET_KEYS = frozenset({"market", "markets"})
_ENOUGH = 4  # names in a row; beyond that, "+n" is clearer


def finding_values(data: Mapping[str, Fact], language: str) -> dict[str, Value]:
    """Plain values for the text of a finding's code. Times use the 24-hour clock, as in the rest of the window."""
    return {key: _value(key, fact, language) for key, fact in data.items()}


def _value(key: str, fact: Fact, language: str) -> Value:
    if isinstance(fact, Money):
        return formats.money(fact, language)
    if isinstance(fact, Mapping):
        return pick(fact, (language,))[0]
    if not isinstance(fact, str):
        return fact
    if key in _LANGUAGE_KEYS:
        return _row([formats.language_name(tag, language) for tag in fact.split()], language)
    if key in _MARKET_KEYS:
        return _row([formats.territory_name(code, language) for code in fact.split()], language)
    if key == "names":
        return _row(fact.split("\n"), language)
    return _day(fact, language) if key == "date" else fact


def _row(names: list[str], language: str) -> str:
    mark = "、" if primary(language) in ("zh", "ja") else ", "
    if len(names) <= _ENOUGH:
        return mark.join(names)
    return f"{mark.join(names[:_ENOUGH])} +{len(names) - _ENOUGH}"


def _day(text: str, language: str) -> str:
    try:
        return formats.date(Date.fromisoformat(text), language)
    except ValueError:
        return text
