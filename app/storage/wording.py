"""The texts of notices and errors, from TOML files: one table per code, in English and other languages."""

import logging
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from string import Formatter
from typing import Any

from app.domain.base.errors import AppError, Value
from app.storage.files import StorageError, read_file
from app.storage.parsing import parse_toml

log = logging.getLogger(__name__)

FALLBACK = "unknown"
CHINESE = re.compile(r"[\u3400-\u9fff]")


@dataclass(frozen=True, slots=True)
class Wording:
    """One or two sentences, and what to do about it ("" = nothing)."""

    text: str
    help: str = ""


class WordingError(AppError):
    """A broken file of texts; `data` has `path` and `reason`."""


class Wordings:
    """Texts by code. `load` reads FOLDER/*.toml and overrides it with FOLDER/LANGUAGE/*.toml."""

    def __init__(self, templates: Mapping[str, Wording]) -> None:
        self._templates = templates

    @classmethod
    def load(cls, folder: Path, language: str = "") -> "Wordings":
        """Raises WordingError for a file without `[code."…"] text = …`, or with a code twice."""
        templates = _read_folder(folder)
        return cls({**templates, **_read_folder(folder / language)} if language else templates)

    @property
    def codes(self) -> frozenset[str]:
        return frozenset(self._templates)

    def template(self, code: str) -> Wording | None:
        """The text before values are filled in; None = unknown code."""
        return self._templates.get(code)

    def sentence(self, code: str, data: Mapping[str, Value]) -> Wording:
        """The text with its values. Omits the help if one of its values is empty or missing. An unknown code gets a generic text rather
        than none."""
        template = self._templates.get(code)
        if template is None:
            log.warning("no text for %s", code)
            details = ", ".join(f"{key}: {value}" for key, value in data.items())
            template, data = self._templates.get(FALLBACK, Wording("{code} {details}")), {"code": code, "details": details}
        helps = all(str(data.get(name, "")) for name in placeholders(template.help))
        return Wording(_filled(template.text, data), _filled(template.help, data) if helps else "")


class LazyWordings:
    """As `Wordings.load`, but reads the files with the first text."""

    def __init__(self, folder: Path, language: str = "") -> None:
        self._folder = folder
        self._language = language

    @cached_property
    def _wordings(self) -> Wordings:
        return Wordings.load(self._folder, self._language)

    def sentence(self, code: str, data: Mapping[str, Value]) -> Wording:
        """As Wordings.sentence; raises WordingError for a broken file."""
        return self._wordings.sentence(code, data)


def placeholders(template: str) -> frozenset[str]:
    """The names of the values in a text."""
    return frozenset(name for _, name, _, _ in Formatter().parse(template) if name)


def _filled(template: str, data: Mapping[str, Value]) -> str:
    template = _without_gaps(template, data)
    try:
        return template.format(**{**dict.fromkeys(placeholders(template), "?"), **data})
    except ValueError:  # a number format for a value that is not a number
        plain = {name: str(value) for name, value in data.items()}
        return "".join(text + (plain.get(name, "?") if name else "") for text, name, _, _ in Formatter().parse(template))


def _without_gaps(template: str, data: Mapping[str, Value]) -> str:
    """The template without the spaces between its Chinese words and values that are Chinese: 已在 {relay} 开播 fits only a Latin name."""
    for name in placeholders(template):
        value = str(data.get(name, ""))
        if CHINESE.match(value):
            template = re.sub(rf"(?<={CHINESE.pattern}) (?={{{name}[}}:!])", "", template)
        if CHINESE.match(value[-1:]):
            template = re.sub(rf"(?<={{{name}}}) (?={CHINESE.pattern})", "", template)
    return template


def _read_folder(folder: Path) -> dict[str, Wording]:
    templates: dict[str, Wording] = {}
    for path in sorted(folder.glob("*.toml")):
        for code, wording in _read(path).items():
            if code in templates:
                raise WordingError("wording.broken", path=str(path), reason=f"{code} is already defined")
            templates[code] = wording
    return templates


def _read(path: Path) -> dict[str, Wording]:
    try:
        tables: dict[str, Any] = parse_toml(read_file(path)).get("code", {})
        wordings = {code: Wording(**table) for code, table in tables.items()}
        for wording in wordings.values():
            placeholders(wording.text + wording.help)
        return wordings
    except (StorageError, ValueError, TypeError, AttributeError) as error:
        raise WordingError("wording.broken", path=str(path), reason=str(error)) from error
