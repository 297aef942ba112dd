"""Log fields with a value of the wrong type are dropped; all others are kept."""

from typing import Any

import pytest

from app.domain.event_fields import valid_fields


def test_valid_fields_are_kept() -> None:
    data: dict[str, Any] = {
        "product": "p",
        "count": 3,
        "left_s": 2.5,
        "seconds": 10.5,
        "codes": ["A", "B"],
        "text": {"en": "Soon"},
        "running": True,
        "skipped": ["s1"],
        "new": None,
    }
    assert valid_fields(data) == data
    assert valid_fields({"text": "Anzeige", "left_s": 3}) == {"text": "Anzeige", "left_s": 3}


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
def test_a_value_of_the_wrong_type_is_dropped(name: str, value: object) -> None:
    assert valid_fields({name: value, "viewer": "v"}) == {"viewer": "v"}
