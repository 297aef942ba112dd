"""Every failure and notice has words, and the words speak only of values that come with it."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from app.storage.wording import Wording, Wordings, placeholders
from tests.support.source_trees import ROOT, Codes, codes_of, modules

NOTICES = ROOT / "resources" / "notices"
LANGUAGES = ("zh_CN",)


def wordless(codes: Codes, wordings: Wordings) -> list[str]:
    """Codes that are used and have no words."""
    return sorted({f"{use.code} ({use.place})" for use in codes.uses if use.code not in wordings.codes})


def unfilled(codes: Codes, wordings: Wordings) -> list[str]:
    """Sentences that speak of a value which one of their uses does not bring. A help may: it is then left out."""
    wrong = []
    for use in codes.uses:
        template = wordings.template(use.code)
        if template is not None and not use.open:
            known = use.keys | codes.added if use.handed_on else use.keys
            wrong += [f"{use.code} wants {name} ({use.place})" for name in sorted(placeholders(template.text) - known)]
    for code in sorted(wordings.codes):
        uses = [use for use in codes.uses if use.code == code]
        template = wordings.template(code)
        if template is not None and uses and not any(use.open for use in uses):
            brought = codes.added.union(*(use.keys for use in uses))
            wrong += [f"the help of {code} wants {name}" for name in sorted(placeholders(template.help) - brought)]
    return wrong


def idle(wordings: Wordings, sources: Sequence[str]) -> list[str]:
    """Codes that have words and stand in no source text."""
    text = "\n".join(sources)
    return sorted(code for code in wordings.codes if f'"{code}"' not in text)


def untranslated(wordings: Wordings, translated: Wordings) -> list[str]:
    """Codes that one language has and the other lacks, and sentences that speak of other values or give help where there is none."""
    wrong = [f"{code} is in one language only" for code in sorted(wordings.codes ^ translated.codes)]
    for code in sorted(wordings.codes & translated.codes):
        ours, theirs = wordings.template(code), translated.template(code)
        assert ours is not None
        assert theirs is not None
        if placeholders(theirs.text) != placeholders(ours.text) or placeholders(theirs.help) != placeholders(ours.help):
            wrong.append(f"{code} names other values")
        if bool(theirs.help) != bool(ours.help):
            wrong.append(f"{code} has help in one language alone")
    return wrong


@pytest.fixture(scope="module")
def codes() -> Codes:
    return codes_of(modules(ROOT))


@pytest.fixture(scope="module")
def wordings() -> Wordings:
    return Wordings.load(NOTICES)


def test_every_code_can_be_read_from_the_source(codes: Codes) -> None:
    assert len(codes.uses) > 30
    assert codes.unreadable == []


def test_every_code_has_words(codes: Codes, wordings: Wordings) -> None:
    assert wordless(codes, wordings) == []


def test_sentences_speak_of_values_that_are_there(codes: Codes, wordings: Wordings) -> None:
    assert unfilled(codes, wordings) == []


def test_no_words_are_left_of_codes_that_are_gone(wordings: Wordings) -> None:
    sources = [module.path.read_text(encoding="utf-8") for module in modules(ROOT)]
    assert idle(wordings, sources) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_sentence_is_translated_with_the_same_values(wordings: Wordings, language: str) -> None:
    assert untranslated(wordings, Wordings.load(NOTICES / language)) == []


SAMPLE = """
from app.domain.base.errors import AppError
class WideError(AppError): ...
class DeepError(WideError): ...
TABLE = {1: "table.one", 2: "table.two"}
def f(error, number, late):
    raise AppError("plain.error", path="x")
    raise DeepError("deep.error", **error.data)
    raise WideError(TABLE[number], path="x")
    code = "chosen.first" if late else "chosen.second"
    emit(Notice(1, code, {"name": "x"}))
    emit(Notice(severity=1, code="notice.named", data={**error.data, "a": 1}))
    emit(Notice(1, error.code, {"source": "x", **error.data}))
    tell("told.third")
def tell(code):
    emit(Notice(1, code))
def g(number):
    raise ValueError("not.ours")
    raise AppError(f"made.{number}")
"""


WORDS = """
[code."plain.error"]
text = "{path} {more} {source}"
[code."chosen.first"]
text = "x"
help = "{other}"
[code."gone.code"]
text = "x"
"""


def test_codes_are_found_however_they_are_given_and_hidden_ones_are_reported(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text(SAMPLE)
    codes = codes_of(modules(tmp_path))
    assert {(use.code, use.keys, use.open) for use in codes.uses} == {
        ("plain.error", frozenset({"path"}), False),
        ("deep.error", frozenset(), True),
        ("table.one", frozenset({"path"}), False),
        ("table.two", frozenset({"path"}), False),
        ("chosen.first", frozenset({"name"}), False),
        ("chosen.second", frozenset({"name"}), False),
        ("told.third", frozenset({"name"}), False),
        ("chosen.first", frozenset(), False),
        ("chosen.second", frozenset(), False),
        ("told.third", frozenset(), False),
        ("notice.named", frozenset({"a"}), True),
    }
    assert codes.added == {"source"}
    assert len(codes.unreadable) == 1
    (tmp_path / "words.toml").write_text(WORDS)
    wordings = Wordings.load(tmp_path)
    assert [line.split(" ")[0] for line in wordless(codes, wordings)] == [
        "chosen.second",
        "chosen.second",
        "deep.error",
        "notice.named",
        "table.one",
        "table.two",
        "told.third",
        "told.third",
    ]
    assert unfilled(codes, wordings) == ["plain.error wants more (app.a:7)", "the help of chosen.first wants other"]
    assert idle(wordings, [SAMPLE]) == ["gone.code"]


def test_a_translation_that_lags_behind_is_found() -> None:
    english = Wordings({"a.one": Wording("x {name}", "do"), "a.two": Wording("x"), "a.three": Wording("x")})
    chinese = Wordings({"a.one": Wording("甲 {other}"), "a.two": Wording("乙"), "a.four": Wording("丁")})
    assert untranslated(english, chinese) == [
        "a.four is in one language only",
        "a.three is in one language only",
        "a.one names other values",
        "a.one has help in one language alone",
    ]
    assert untranslated(english, english) == []
