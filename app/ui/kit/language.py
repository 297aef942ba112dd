"""The window's languages: English in the source, others as tables of data."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QLocale, QObject, QTranslator

from app.domain.base.errors import Value

log = logging.getLogger(__name__)

MAX_BYTES = 4 * 1024 * 1024  # the largest table has 150 kB
ENGLISH = "en"
LANGUAGES: Mapping[str, str] = {ENGLISH: "English", "zh_CN": "简体中文"}  # each in its own language
BCP47: Mapping[str, str] = {ENGLISH: "en", "zh_CN": "zh-Hans"}
SPOKEN = ("en", "zh-Hans", "es", "fr", "ar", "pt-BR", "id", "th", "vi", "de", "ja", "ko")  # offered in addition to the languages of a show
DECLARED = "Declared"  # the context of titles declared in the domain, the settings and the presets


def tr(context: str, text: str, **values: Value) -> str:
    """The words for `text` in the window's language, with {placeholders} filled; both arguments must be literals to be found."""
    words = QCoreApplication.translate(context, text)
    return words.format(**values) if values else words


def declared(text: str) -> str:
    """The words for a title or help text that a table declares in English."""
    return QCoreApplication.translate(DECLARED, text) if text else ""


class TableTranslator(QTranslator):
    """Answers Qt from {context: {English: words}}; an English text without words stays English."""

    def __init__(self, table: Mapping[str, Mapping[str, str]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._table = table

    def translate(self, context: str, source_text: str, disambiguation: str | None = None, n: int = -1) -> str | None:
        del disambiguation, n
        return self._table.get(context, {}).get(source_text)

    def isEmpty(self) -> bool:
        return not self._table


def load_table(folder: Path, language: str) -> Mapping[str, Mapping[str, str]]:
    """The texts of a language; empty for English, for a language without a table, and for a damaged file."""
    path = folder / f"{language}.json"
    if language == ENGLISH or not path.is_file():
        return {}
    try:
        with path.open("rb") as file:
            table = json.loads(file.read(MAX_BYTES).decode("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        log.warning("can't read the texts in %s, so the window is in English: %s", path, error)
        return {}
    return {str(context): _texts(words) for context, words in table.items()} if isinstance(table, dict) else {}


def _texts(words: object) -> Mapping[str, str]:
    return {key: text for key, text in words.items() if isinstance(text, str)} if isinstance(words, dict) else {}


def language_for(chosen: str) -> str:
    """`chosen` if it exists, else the language nearest to the system's."""
    if chosen in LANGUAGES:
        return chosen
    system = QLocale.system()
    return "zh_CN" if system.language() is QLocale.Language.Chinese else ENGLISH
