"""Reads streams of untrusted senders."""

import asyncio

import pytest

from app.aio.bounded_read import read_bounded


@pytest.mark.parametrize(("limit", "expected"), [(100, b"abcdef"), (6, b"abcdef"), (5, b"abcde"), (0, b"")])
async def test_no_more_than_the_limit_is_read(limit: int, expected: bytes) -> None:
    reader = asyncio.StreamReader()
    for piece in (b"ab", b"cd", b"ef"):
        reader.feed_data(piece)
    reader.feed_eof()
    assert await read_bounded(reader.read, limit) == expected
    assert await reader.read() == b"abcdef"[len(expected) :]
