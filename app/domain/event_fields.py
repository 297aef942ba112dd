"""The value type of each log field: a log may come from a stranger, and reading it must not fail."""

from collections.abc import Mapping
from typing import Any

MOST = 2**53  # many programs cannot represent larger integers exactly
_TEXTS = (
    "airing", "author", "by", "card", "code", "coupon", "currency", "date", "engine", "from", "in", "item", "language", "mark", "market",
    "message", "name", "occurrence", "order", "out", "place", "product", "reply", "role", "segment", "sku", "source", "title", "type",
    "via", "viewer", "why",
)  # fmt: skip
_WHOLE = (
    "at_ms",
    "count",
    "ends_ms",
    "expires_ms",
    "extra_minor",
    "length_s",
    "line",
    "minor",
    "planned_ms",
    "units",
    "until_ms",
)
_LISTS = ("codes", "doubts", "items", "parties")
_KINDS: Mapping[str, tuple[type, ...]] = {
    **dict.fromkeys(_TEXTS, (str,)),
    **dict.fromkeys(_WHOLE, (int,)),
    **dict.fromkeys(_LISTS, (list,)),
    "left_s": (int, float),
    "seconds": (int, float),  # an extension has whole seconds, a disclosure tenths
    "text": (str, dict),  # a disclosure has one text, a countdown one per language
}


def valid_fields(data: Mapping[str, Any]) -> dict[str, Any]:
    """The fields whose value has the right type; others are dropped. Fields with unknown names stay."""
    return {name: value for name, value in data.items() if name not in _KINDS or _fits(_KINDS[name], value)}


def _fits(kinds: tuple[type, ...], value: object) -> bool:
    if isinstance(value, int | float):
        return isinstance(value, kinds) and not isinstance(value, bool) and abs(value) <= MOST
    if isinstance(value, list):
        return list in kinds and all(isinstance(one, str) for one in value)
    return isinstance(value, kinds)
