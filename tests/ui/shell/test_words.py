"""Every text has words in every language, and words fit their placeholders."""

import json
import re
from string import Formatter

import pytest
from PySide6.QtCore import QCoreApplication, QLocale

from app.session.studio import Studio
from app.storage.wording import Wordings, placeholders
from app.ui.kit.language import LANGUAGES, TableTranslator, declared, load_table, tr
from tests.support.words import ROOT, all_texts, in_sources

OTHERS = [language for language in LANGUAGES if language != "en"]
SAME_IN_BOTH = {"MJPEG", "BT.601", "BT.709", "English", "简体中文"}


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name}


@pytest.mark.parametrize("language", OTHERS)
async def test_no_text_is_missing_and_none_is_left_over(language: str, studio: Studio) -> None:
    table = json.loads((ROOT / "resources" / "locale" / f"{language}.json").read_text(encoding="utf-8"))
    known = {(context, text) for context, texts in table.items() for text in texts}
    wanted = all_texts(studio)
    assert len(wanted) > 300
    assert wanted - known == set(), "texts without words"
    assert known - wanted == set(), "words that nothing shows"


@pytest.mark.parametrize("language", OTHERS)
def test_words_keep_their_placeholders(language: str) -> None:
    for context, texts in load_table(ROOT / "resources" / "locale", language).items():
        for english, words in texts.items():
            assert words.strip(), (context, english)
            assert holes(words) == holes(english), (context, english)


@pytest.mark.parametrize("language", OTHERS)
def test_notices_have_words_in_every_language(language: str) -> None:
    folder = ROOT / "resources" / "notices"
    english, other = Wordings.load(folder), Wordings.load(folder, language)
    for code in english.codes:
        before, after = english.template(code), other.template(code)
        assert before is not None
        assert after is not None
        assert before.text != after.text, f"{code} has no words in {language}"
        assert placeholders(after.text) <= placeholders(before.text) | placeholders(before.help), code


def quoted(text: str) -> set[str]:
    """The names of buttons, fields and pages that a text quotes; what begins in lower case is something else, such as a command."""
    return {name for name in re.findall("“([^”{]+)”", text) if not name[0].islower()}


@pytest.mark.parametrize("folder", ["notices", "findings"])
def test_notices_and_findings_quote_texts_of_the_window(folder: str, studio: Studio) -> None:
    english, chinese = Wordings.load(ROOT / "resources" / folder), Wordings.load(ROOT / "resources" / folder, "zh_CN")
    table = load_table(ROOT / "resources" / "locale", "zh_CN")
    shown = {text for _, text in all_texts(studio)}
    translated = {words for texts in table.values() for words in texts.values()}
    found = 0
    for code in english.codes:
        for before, after in zip(parts(english, code), parts(chinese, code), strict=True):
            names = quoted(before)
            found += len(names)
            assert all(is_shown(name, shown, ":") for name in names), f"{code}: {before}"
            if names:
                assert all(is_shown(name, translated, "：") for name in quoted(after)), f"{code}: {after}"
    assert found >= 2, "the search finds quotes"


def parts(wordings: Wordings, code: str) -> tuple[str, str]:
    template = wordings.template(code)
    assert template is not None
    return template.text, template.help


def is_shown(name: str, texts: set[str], colon: str) -> bool:
    """Whether the window shows this text, or a longer one that begins with it and a colon."""
    return name in texts or any(text.startswith(name + colon) for text in texts)


def test_the_search_for_texts_bites(tmp_path: object) -> None:
    found = in_sources(ROOT / "app" / "ui" / "air")
    assert ("Live", "Go live") in found
    assert ("Declared", "Remove relay") in found


def test_the_translator_answers_qt() -> None:
    translator = TableTranslator({"Live": {"Go live": "开播"}, "Declared": {"Camera": "摄像头"}})
    QCoreApplication.installTranslator(translator)
    try:
        assert tr("Live", "Go live") == "开播"
        assert declared("Camera") == "摄像头"
        assert tr("Live", "Unknown {name}", name="x") == "Unknown x"
        assert declared("") == ""
    finally:
        QCoreApplication.removeTranslator(translator)
    assert tr("Live", "Go live") == "Go live"
    assert QLocale.system() is not None
