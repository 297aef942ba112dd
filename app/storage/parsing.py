"""Parses JSON and TOML into plain values; rejects non-finite numbers, lone surrogates and endless nesting."""

import json
import math
import re
import tomllib
from typing import Any

MAX_TOML_BYTES = 1024 * 1024  # our largest table has 60 kB; tomllib needs a second for this size
MAX_DEPTH = 64
_INT64 = 2**63
_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def parse_json(text: str) -> Any:
    """Raises only ValueError (json.JSONDecodeError for incomplete text)."""
    try:
        found = json.loads(text, parse_constant=_refuse, parse_float=_figure, parse_int=_whole)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if _HALF.search(text):
        _check_texts(found, 0)
    return found


def parse_toml(content: bytes) -> dict[str, Any]:
    """Raises only ValueError."""
    if len(content) > MAX_TOML_BYTES:
        raise ValueError(f"larger than {MAX_TOML_BYTES // 1024} kB")
    try:
        return tomllib.loads(content.decode("utf-8"), parse_float=_figure)
    except RecursionError as error:
        raise ValueError("nested too deeply") from error


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a number")


def _figure(text: str) -> float:
    found = float(text)
    if not math.isfinite(found):
        raise ValueError(f"{text[:40]} is out of range")
    return found


def _whole(text: str) -> int:
    found = int(text)
    if not -_INT64 <= found < _INT64:
        raise ValueError(f"{text[:40]} is out of range")
    return found


def _check_texts(value: Any, depth: int) -> None:
    """Reject lone surrogates, which can be neither written nor drawn."""
    if depth > MAX_DEPTH:
        raise ValueError("nested too deeply")
    if isinstance(value, str):
        value.encode()  # raises UnicodeEncodeError, a ValueError
    elif isinstance(value, dict):
        for key, one in value.items():
            key.encode()
            _check_texts(one, depth + 1)
    elif isinstance(value, list):
        for one in value:
            _check_texts(one, depth + 1)
