"""Coupon codes as a shop hands them out, without what was pasted along with them."""

from collections.abc import Iterable

from app.domain.base.plain_text import without_invisible

MAX_CODE_CHARS = 64  # the longest code that a shop's checkout is known to take, and the longest that a room hands out


def clean_codes(codes: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """(each usable code once, in order; how many were left out because no shop takes codes that long)."""
    cleaned = [code for code in map(without_invisible, codes) if code]
    usable = dict.fromkeys(code for code in cleaned if len(code) <= MAX_CODE_CHARS)
    return tuple(usable), sum(len(code) > MAX_CODE_CHARS for code in cleaned)
