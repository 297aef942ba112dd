"""Codes of a coupon as a shop hands them out: what was pasted along with one is no part of it."""

from collections.abc import Iterable

from app.domain.base.plain_text import without_invisible

MAX_CODE_CHARS = 64  # the longest that a shop's checkout is known to take, and what a room hands out


def clean_codes(codes: Iterable[str]) -> tuple[tuple[str, ...], int]:
    """(each usable code once, in their order; how many were left out because they are longer than any shop takes)."""
    cleaned = [code for code in map(without_invisible, codes) if code]
    usable = dict.fromkeys(code for code in cleaned if len(code) <= MAX_CODE_CHARS)
    return tuple(usable), sum(len(code) > MAX_CODE_CHARS for code in cleaned)
