"""Lines between desk and plugin survive encoding; invalid ones are refused."""

from collections.abc import Mapping
from typing import Any

import pytest

from app.domain.base.money import Money
from app.domain.selling.order import Order
from app.plugin.wire import MAX_LINE, MAX_NAME, WireError, decode_line, encode_line, order_message, read_order, read_text

WHOLE = Order("o1", "茶 tea", 2, Money(-500, "JPY"), 1_800_000_000_000, "shop", 3, -250)


def test_an_order_survives_encoding() -> None:
    assert read_order(decode_line(encode_line(order_message(WHOLE)))["order"]) == WHOLE


@pytest.mark.parametrize(
    "change",
    [
        {"id": 5},
        {"id": "x" * (MAX_NAME + 1)},
        {"product": None},
        {"product": "\ud800"},
        {"units": 1.5},
        {"units": True},
        {"units": 10**30},
        {"minor": "5"},
        {"currency": "usd"},
        {"currency": "USDX"},
        {"at_ms": -1},
        {"line": 0},
        {"extra_minor": 10**30},
        {"source": []},
    ],
)
def test_an_absurd_order_is_refused(change: Mapping[str, Any]) -> None:
    with pytest.raises(WireError):
        read_order({**order_message(WHOLE)["order"], **change})


@pytest.mark.parametrize("line", [b"", b"\n", b"{}", b"[]\n", b"null\n", b"{\n", b"\xff\n", b"[" * 50_000 + b"\n", b'{"x": 1}{}\n'])
def test_an_invalid_line_is_refused(line: bytes) -> None:
    with pytest.raises(WireError):
        decode_line(line)


@pytest.mark.parametrize("message", [{"x": float("nan")}, {"x": object()}, {"x": "y" * MAX_LINE}])
def test_an_oversized_message_is_not_sent(message: Mapping[str, Any]) -> None:
    with pytest.raises(WireError):
        encode_line(message)


def test_texts_are_valid_and_limited_in_length() -> None:
    assert read_text("a\0b") == "ab"
    for value in (5, "x" * 3000, "\udfff"):
        with pytest.raises(WireError):
            read_text(value)
