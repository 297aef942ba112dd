"""No engine, however bad, changes a name, size, price, code, number, link, @name or emoji."""

import re
from collections.abc import Callable, Mapping, Sequence

import pytest

from app.domain.translation.prepared import Prepared, finish, prepare
from app.domain.translation.slang import SlangTable
from app.domain.translation.translation import Doubt
from app.storage.translation_words import load_slang
from tests.domain.translation.protected_corpus import PAIRS, TERMS, ProtectedLine, changed_items, protected_lines
from tests.support.source_trees import ROOT

_TOKEN = re.compile(r"XQZ\d+")


def _reversed(text: str) -> str:
    tokens = iter(_TOKEN.findall(text)[::-1])
    return _TOKEN.sub(lambda _: next(tokens), text)


ENGINES: Mapping[str, Callable[[str], str]] = {
    "identity": lambda text: text,
    "drops tokens": lambda text: _TOKEN.sub("", text) + " bla",
    "drops one token": lambda text: _TOKEN.sub("", text, count=1),
    "doubles tokens": lambda text: _TOKEN.sub(lambda found: f"{found[0]} {found[0]}", text),
    "glues tokens": lambda text: _TOKEN.sub(lambda found: f"{found[0]}{found[0]}a", text.replace(" ", "")),
    "turns tokens round": _reversed,
    "writes small": str.lower,
    "writes tokens apart": lambda text: _TOKEN.sub(lambda found: f"x q z {found[0][3:]}", text),
    "damages tokens": lambda text: _TOKEN.sub(lambda found: found[0].replace("Q", ""), text),
    "counts differently": lambda text: text.replace("XQZ0", "XQZ7"),
    "loops": lambda text: f"{text} " * 40,
    "says nothing": lambda text: "",
    "says something else": lambda text: "London is 100 % free, 5 a day!",
}


@pytest.fixture(scope="module")
def slang() -> Mapping[str, SlangTable]:
    return load_slang(ROOT / "resources" / "translation" / "slang")


@pytest.fixture(scope="module")
def prepared_lines(slang: Mapping[str, SlangTable]) -> Mapping[str, Sequence[tuple[ProtectedLine, Prepared]]]:
    """The lines of each source language, ready for an engine."""
    return {
        source: [(line, prepare(line.text, line.language, TERMS, slang)) for line in protected_lines(source)]
        for source in {source for source, _ in PAIRS}
    }


@pytest.mark.parametrize(("source", "target"), PAIRS, ids=["-".join(pair) for pair in PAIRS])
def test_nothing_protected_is_changed(
    source: str, target: str, prepared_lines: Mapping[str, Sequence[tuple[ProtectedLine, Prepared]]]
) -> None:
    lines = prepared_lines[source]
    assert len({line.text for line, _ in lines}) >= 500
    for name, engine in ENGINES.items():
        shown = [(line, finish(prepared, engine(prepared.text), target)[0]) for line, prepared in lines]
        assert [(name, text, changed) for line, text in shown if (changed := changed_items(line, text))] == []


def test_lost_items_are_said(prepared_lines: Mapping[str, Sequence[tuple[ProtectedLine, Prepared]]]) -> None:
    for _, prepared in prepared_lines["en"]:
        doubts = finish(prepared, "bla", "es")[1]
        assert (Doubt.LOST_TERM in doubts) is bool(prepared.items)


def test_a_changed_item_is_found() -> None:
    line = ProtectedLine("en", "2 for 12", ("2", "12"))
    assert changed_items(line, "12 for 2") == []
    assert changed_items(line, "12 for") == ["2"]
    assert changed_items(line, "1 for 2") == ["12"]
