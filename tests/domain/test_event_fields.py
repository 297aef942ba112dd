"""Fields of the log that have a value of another kind are left out, and all others stay as they are."""

from typing import Any

import pytest

from app.domain.event_fields import fitting


def test_what_our_own_events_hold_stays() -> None:
    data: dict[str, Any] = {
        "product": "p",
        "count": 3,
        "left_s": 2.5,
        "codes": ["A", "B"],
        "text": {"en": "Soon"},
        "running": True,
        "skipped": ["s1"],
        "new": None,
    }
    assert fitting(data) == data
    assert fitting({"text": "Anzeige", "left_s": 3}) == {"text": "Anzeige", "left_s": 3}


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("product", None),
        ("product", []),
        ("product", 5),
        ("type", {}),
        ("count", "3"),
        ("count", True),
        ("count", 1.5),
        ("units", 10**18),
        ("at_ms", 1e300),
        ("left_s", "x"),
        ("codes", "A"),
        ("codes", [1]),
        ("codes", {}),
        ("text", 5),
        ("parties", [[]]),
        ("date", None),
    ],
)
def test_a_value_of_another_kind_is_left_out(name: str, value: object) -> None:
    assert fitting({name: value, "viewer": "v"}) == {"viewer": "v"}
