"""Answers of web servers are read whole, within their limit, and values of the wrong type are empty."""

from collections import OrderedDict
from collections.abc import AsyncIterator

import pytest

from app.plugin.answers import as_list, as_table, as_text, read_json, remember


async def parts(*content: bytes) -> AsyncIterator[bytes]:
    for part in content:
        yield part


async def test_an_answer_in_parts_is_read_whole() -> None:
    assert await read_json(parts(b'{"a":', b" [1, 2]}"), 100) == {"a": [1, 2]}


@pytest.mark.parametrize(
    "content", [b"", b"<html>", b"\xff", b'{"a":', b"[" * 50_000, b"1" * 5000], ids=["empty", "html", "bytes", "cut", "deep", "huge number"]
)
async def test_an_answer_that_is_not_json_is_refused(content: bytes) -> None:
    with pytest.raises(ConnectionError, match="what is this"):
        await read_json(parts(content), 100_000, "what is this?")


async def test_an_endless_answer_is_given_up() -> None:
    read: list[int] = []

    async def endless() -> AsyncIterator[bytes]:
        while True:
            read.append(1)
            yield b" " * 10

    with pytest.raises(ConnectionError, match="too large"):
        await read_json(endless(), 100)
    assert len(read) == 11


def test_values_of_the_wrong_type_are_empty() -> None:
    for value in (None, True, 5, float("nan")):
        assert (as_table(value), as_list(value), as_text(value)) == ({}, [], "")
    assert (as_table({"a": 1}), as_list([1]), as_text("a")) == ({"a": 1}, [1], "a")
    assert (as_table([]), as_list({}), as_text(["a"])) == ({}, [], "")


def test_the_oldest_is_forgotten() -> None:
    kept = OrderedDict[str, int]()
    for key in ("a", "b", "a", "c"):
        remember(kept, key, len(kept), 2)
    assert list(kept) == ["a", "c"]
