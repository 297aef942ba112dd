"""Makes valid inputs invalid: bytes, text and JSON, with typical traps for parsers."""

import json
import random
from collections.abc import Callable, Sequence
from typing import Any

MOST = 64 * 1024  # the size limit of inputs, except for tests of larger ones
ODD_NUMBERS = (
    "0",
    "-1",
    "²",
    "٣",
    "1e999",
    "NaN",
    "-0",
    "0x10",
    "1_000",
    "65536",
    "4294967296",
    "9" * 30,
    "9" * 5000,
    "1.5",
    "+1",
    " 1",
    "",
)
ODD_TEXT = (
    "",
    " ",
    "\x00",
    "\u200b",
    "\u202e",
    "\ufeff",
    "\u2028",
    "İ",
    "ß",
    "e\u0301",
    "\U0001f469\u200d\U0001f469",
    "%s%n{0}",
    "../../x",
    "';--",
    "<b>",
    "A" * 300,
    "\r\n",
    "\x85",
    "null",
)
ODD_INTEGERS = (0, 1, -1, 127, 128, 255, 256, 32767, 32768, 65535, 65536, 2**31 - 1, 2**31, 2**32 - 1, 2**63 - 1, 2**64 - 1)
ODD_VALUES: tuple[Any, ...] = (None, True, False, 0, -1, 1.5, 1e308, 2**53, 2**70, "", "x", [], {}, [[]], {"": ""}, "9" * 400, [None] * 40)


def _some(rng: random.Random, length: int) -> tuple[int, int]:
    """Return a random slice as (begin, end)."""
    if not length:
        return 0, 0
    begin = rng.randrange(length)
    return begin, min(length, begin + 1 + int(rng.expovariate(1 / 12)))


def _flip(rng: random.Random, data: bytearray) -> None:
    if data:
        data[rng.randrange(len(data))] ^= 1 << rng.randrange(8)


def _set(rng: random.Random, data: bytearray) -> None:
    if data:
        data[rng.randrange(len(data))] = rng.choice((0, 1, 0x7F, 0x80, 0xFF, rng.randrange(256)))


def _number(rng: random.Random, data: bytearray) -> None:
    width = rng.choice((1, 2, 2, 4, 4, 8))
    if len(data) >= width:
        at = rng.randrange(len(data) - width + 1)
        value = rng.choice(ODD_INTEGERS) % (1 << 8 * width)
        data[at : at + width] = value.to_bytes(width, rng.choice(("big", "little")))


def _cut(rng: random.Random, data: bytearray) -> None:
    begin, end = _some(rng, len(data))
    del data[begin:end]


def _double(rng: random.Random, data: bytearray) -> None:
    begin, end = _some(rng, len(data))
    data[begin:begin] = data[begin:end] * rng.choice((1, 1, 2, 30))


def _noise(rng: random.Random, data: bytearray) -> None:
    begin, _ = _some(rng, len(data))
    data[begin:begin] = rng.randbytes(rng.choice((1, 2, 4, 16, 60)))


def _truncate(rng: random.Random, data: bytearray) -> None:
    if data:
        del data[rng.randrange(len(data)) :]


_BYTE_STEPS: Sequence[Callable[[random.Random, bytearray], None]] = (
    _flip,
    _flip,
    _set,
    _set,
    _number,
    _number,
    _cut,
    _double,
    _noise,
    _truncate,
)


def spoiled(rng: random.Random, data: bytes, words: Sequence[bytes] = ()) -> bytes:
    """`data` with one to six faults, sometimes with `words` inserted. One in twenty is unchanged."""
    if rng.random() < 0.05:
        return data
    made = bytearray(data)
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        if words and rng.random() < 0.25:
            begin, end = _some(rng, len(made))
            made[begin : end if rng.random() < 0.5 else begin] = rng.choice(words)
        else:
            rng.choice(_BYTE_STEPS)(rng, made)
    return bytes(made[:MOST])


def _odd(rng: random.Random) -> str:
    return rng.choice(ODD_NUMBERS) if rng.random() < 0.5 else rng.choice(ODD_TEXT)


def spoiled_text(rng: random.Random, text: str, words: Sequence[str] = ()) -> str:
    """Return text that is cut, duplicated or repeated, with odd characters and other numbers."""
    if rng.random() < 0.05:
        return text
    for _ in range(rng.choice((1, 1, 1, 2, 3, 6))):
        begin, end = _some(rng, len(text))
        match rng.randrange(7):
            case 0:
                text = text[:begin] + text[end:]
            case 1:
                text = text[:begin] + text[begin:end] * rng.choice((2, 3, 40)) + text[end:]
            case 2:
                text = text[:begin] + (rng.choice(words) if words else _odd(rng)) + text[begin:]
            case 3:
                text = text[:begin] + _odd(rng) + text[end:]
            case 4:
                text = _with_another_number(rng, text, begin)
            case 5:
                text = text[:begin]
            case _:
                text = text[:begin] + chr(rng.choice((rng.randrange(128), rng.randrange(0x3000), 0x1F600))) + text[end:]
    return text[:MOST]


def _with_another_number(rng: random.Random, text: str, begin: int) -> str:
    start = next((at for at in range(begin, min(len(text), begin + 400)) if text[at].isdigit()), -1)
    if start < 0:
        return text + rng.choice(ODD_NUMBERS)
    end = start
    while end < len(text) and text[end].isdigit():
        end += 1
    return text[:start] + rng.choice(ODD_NUMBERS) + text[end:]


def spoiled_value(rng: random.Random, value: Any) -> Any:
    """Return a JSON value with one to four parts replaced, removed, duplicated or moved."""
    for _ in range(rng.choice((1, 1, 2, 4))):
        value = _spoiled_part(rng, value, 0)
    return value


def _spoiled_part(rng: random.Random, value: Any, depth: int) -> Any:
    if depth > 6 or not isinstance(value, dict | list) or not value or rng.random() < 0.15:
        return _odd_value(rng, value)
    if isinstance(value, list):
        place = rng.randrange(len(value))
        rest = list(value)
        rest[place : place + 1] = rng.choice(([], [rest[place]] * rng.choice((2, 50)), *[[_spoiled_part(rng, rest[place], depth + 1)]] * 4))
        return rest
    key = rng.choice(list(value))
    changed = dict(value)
    match rng.randrange(8):
        case 0:
            del changed[key]
        case 1:
            changed[rng.choice((*ODD_TEXT, "x" * 200))] = changed.pop(key)
        case 2:
            changed[key] = changed[rng.choice(list(changed))]
        case _:
            changed[key] = _spoiled_part(rng, changed[key], depth + 1)
    return changed


def _odd_value(rng: random.Random, value: Any) -> Any:
    if isinstance(value, str) and rng.random() < 0.5:
        return spoiled_text(rng, value)
    if isinstance(value, int) and not isinstance(value, bool) and rng.random() < 0.5:
        return rng.choice((*ODD_INTEGERS, -value, value + 1))
    return rng.choice((*ODD_VALUES, *ODD_TEXT))


def spoiled_json(rng: random.Random, value: Any) -> str:
    """A JSON text with damaged values, a damaged text, or endless nesting."""
    kind = rng.random()
    if kind < 0.03:
        sign = rng.choice(("[", '{"a":', '[{"t":'))
        return sign * rng.choice((3, 200, 5000)) + json.dumps(value)
    text = json.dumps(spoiled_value(rng, value), ensure_ascii=rng.random() < 0.5)
    return spoiled_text(rng, text, ("\\ud800", "NaN", "1e999", "\\u0000", "//", ",,", '"t"')) if kind > 0.75 else text[:MOST]
