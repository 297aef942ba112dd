"""Texts use the words of the glossary, none of the forms it rules out, and ’ as apostrophe."""

import json
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from tests.support.source_trees import ROOT

RESOURCES = ROOT / "resources"
GLOSSARY = RESOURCES / "GLOSSARY.md"

CJK = re.compile(r"[\u3400-\u9fff]")
STRAIGHT_APOSTROPHE = re.compile(r"(?<=[\w}])'(?=\w)")


@dataclass(frozen=True, slots=True)
class Text:
    """A text that people read, and the file below resources that has it."""

    file: str
    text: str


def rows(glossary: str) -> list[list[str]]:
    """The cells of every row of every table, without headings."""
    table = [line.strip().strip("|").split("|") for line in glossary.splitlines() if line.startswith("|")]
    cells = [[cell.strip() for cell in row] for row in table]
    return [row for row in cells if row[0] != "term" and set(row[0]) != {"-"}]


def ruled_out(glossary: str) -> list[str]:
    """Every form in backticks in the last column."""
    return sorted({form for row in rows(glossary) for form in re.findall(r"`([^`]+)`", row[-1])})


def pattern(form: str) -> re.Pattern[str]:
    """Finds a Chinese form anywhere, and an English one as whole words in any case."""
    if CJK.search(form):
        return re.compile(re.escape(form))
    return re.compile(rf"(?<!\w){re.escape(form)}(?!\w)", re.IGNORECASE)


def wrong_words(texts: Sequence[Text], forms: Sequence[str]) -> list[str]:
    """ "file: form in text" for each form that is used."""
    patterns = [(form, pattern(form)) for form in forms]
    return sorted(f"{text.file}: {form} in {text.text!r}" for text in texts for form, found in patterns if found.search(text.text))


def straight_apostrophes(texts: Sequence[Text]) -> list[str]:
    """ "file: text" for each text that has ' between letters instead of ’."""
    return sorted(f"{text.file}: {text.text}" for text in texts if STRAIGHT_APOSTROPHE.search(text.text))


def strings(value: Any) -> Iterator[str]:
    """Every string in a parsed TOML or JSON value, without keys and the names of {values}."""
    if isinstance(value, str):
        yield re.sub(r"\{[^}]*\}", "{}", value)
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from strings(item)
    elif isinstance(value, list):
        for item in value:
            yield from strings(item)


def toml_texts(folder: str) -> Iterator[Text]:
    """The texts of a folder of TOML files, translations included."""
    for path in sorted((RESOURCES / folder).rglob("*.toml")):
        for text in strings(tomllib.loads(path.read_text(encoding="utf-8"))):
            yield Text(str(path.relative_to(RESOURCES)), text)


def locale_texts() -> Iterator[Text]:
    """The window's texts, in English and in each other language."""
    for path in sorted((RESOURCES / "locale").glob("*.json")):
        name = str(path.relative_to(RESOURCES))
        for context in json.loads(path.read_text(encoding="utf-8")).values():
            for english, translated in context.items():
                yield Text(name, english)
                yield from (Text(name, text) for text in strings(translated))


def viewer_texts() -> Iterator[Text]:
    """The viewer page's English and Chinese texts, and its HTML."""
    for name in ("words-en.js", "words-zh.js"):
        source = (RESOURCES / "viewer" / name).read_text(encoding="utf-8")
        for text in re.findall(r'^\s*\w+: "(.*)",$', source, re.MULTILINE):
            yield Text(f"viewer/{name}", text)
    for path in sorted((RESOURCES / "viewer").glob("*.html")):
        for text in re.findall(r">([^<>]*\w[^<>]*)<", path.read_text(encoding="utf-8")):
            yield Text(f"viewer/{path.name}", text.strip())


def data_texts(folder: str) -> Iterator[Text]:
    """What a folder's data files say to people, without what they look for elsewhere and where they have it from."""
    for path in sorted((RESOURCES / folder).rglob("*.toml")):
        for text in strings(without_keys(tomllib.loads(path.read_text(encoding="utf-8")))):
            yield Text(str(path.relative_to(RESOURCES)), text)


def without_keys(value: Any) -> Any:
    """The parsed TOML without its `matches` and `source`."""
    if isinstance(value, Mapping):
        return {key: without_keys(item) for key, item in value.items() if key not in ("matches", "source")}
    return [without_keys(item) for item in value] if isinstance(value, list) else value


def all_texts() -> list[Text]:
    """Every text that the glossary rules."""
    return [
        *toml_texts("notices"),
        *toml_texts("findings"),
        *toml_texts("relays"),
        *locale_texts(),
        *viewer_texts(),
    ]


@pytest.fixture(scope="module")
def glossary() -> str:
    return GLOSSARY.read_text(encoding="utf-8")


def test_the_glossary_has_four_columns_and_names_each_term_once(glossary: str) -> None:
    assert [row for row in rows(glossary) if len(row) != 4] == []
    terms = [row[0] for row in rows(glossary)]
    assert len(terms) > 100
    assert len(set(terms)) == len(terms)


def test_no_text_uses_a_form_that_the_glossary_rules_out(glossary: str) -> None:
    texts = all_texts()
    assert {text.file.partition("/")[0] for text in texts} == {"notices", "findings", "relays", "locale", "viewer"}
    assert wrong_words(texts, ruled_out(glossary)) == []


def test_the_glossary_keeps_to_itself(glossary: str) -> None:
    own = [Text(row[0], f"{row[1]} · {row[2]}") for row in rows(glossary)]
    assert wrong_words(own, ruled_out(glossary)) == []


def test_a_wrong_word_is_found() -> None:
    glossary = "| term | English | Chinese | not |\n| --- | --- | --- | --- |\n| relay | Relay | 推流服务器 | `bring in`; `中继` |\n"
    texts = [Text("a", "Bring in orders…"), Text("b", "添加中继…"), Text("c", "Bring inside"), Text("d", "推流服务器")]
    assert ruled_out(glossary) == ["bring in", "中继"]
    assert wrong_words(texts, ruled_out(glossary)) == ["a: bring in in 'Bring in orders…'", "b: 中继 in '添加中继…'"]


def test_apostrophes_are_typographic() -> None:
    pages = [
        Text(f"viewer/{path.name}", text)
        for path in sorted((RESOURCES / "viewer").glob("words-*.js"))
        for text in re.findall(r'"((?:[^"\\]|\\.)*)"', path.read_text(encoding="utf-8"))
    ]
    data = [text for folder in ("calendar", "handbook", "markets", "phrases", "sample_show") for text in data_texts(folder)]
    texts = [*all_texts(), *data, *pages]
    assert sum("’" in text.text for text in texts) > 300
    assert straight_apostrophes(texts) == []


def test_a_straight_apostrophe_is_found() -> None:
    texts = [Text("a", "isn't"), Text("b", "isn’t"), Text("c", "{}'s"), Text("d", "'quoted' 'words'"), Text("e", "viewers' page")]
    assert straight_apostrophes(texts) == ["a: isn't", "c: {}'s"]
