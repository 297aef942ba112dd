"""Reads a plugin's manifest without running its code."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from app.domain.base.errors import AppError, Value
from app.domain.base.localized_text import LocalizedText, pick
from app.domain.base.schema import Choice, Field, FieldType, completed
from app.plugin.api import API_VERSION
from app.plugin.permissions import Permissions, read_permissions

FILE = "plugin.toml"
MAX_BYTES = 64 * 1024
_PATHS = (FieldType.TEXT, FieldType.FILE)
_ID = re.compile(r"[a-z][a-z0-9_]{1,39}")


class ManifestError(AppError):
    """A manifest with wrong content; `data` has `path` and `reason`."""


@dataclass(frozen=True, slots=True)
class DeclaredField:
    """A setting declared in the manifest, with texts in several languages."""

    key: str
    type: FieldType
    default: Value
    title: LocalizedText
    help: LocalizedText
    minimum: float | None = None
    maximum: float | None = None
    choices: tuple[tuple[str, LocalizedText], ...] = ()


@dataclass(frozen=True, slots=True)
class Manifest:
    """`module` is the file with `enable`; `imports` are the packages it needs besides the standard library and the API."""

    id: str
    name: LocalizedText
    summary: LocalizedText
    version: str
    folder: Path
    module: str = "plugin.py"
    imports: tuple[str, ...] = ()
    declared: tuple[DeclaredField, ...] = ()
    permissions: Permissions = Permissions()

    def fields(self, language: str) -> tuple[Field, ...]:
        """The settings with texts in this language."""

        def said(words: LocalizedText) -> str:
            return pick(words, (language,))[0]

        return tuple(
            Field(
                one.key,
                one.type,
                one.default,
                said(one.title),
                said(one.help),
                one.minimum,
                one.maximum,
                choices=tuple(Choice(value, said(words)) for value, words in one.choices),
            )
            for one in self.declared
        )

    @property
    def secret_keys(self) -> tuple[str, ...]:
        """The settings that are kept in the keyring."""
        return tuple(one.key for one in self.declared if one.type is FieldType.SECRET)

    def settings(self, values: Mapping[str, Value]) -> dict[str, Value]:
        """The user's values, checked and completed with defaults; raises FieldError."""
        return completed(self.fields("en"), values)


def read_manifest(folder: Path) -> Manifest:
    """Raises ManifestError if the manifest is missing, invalid, or for another API version."""
    path = folder / FILE
    try:
        with path.open("rb") as file:
            content = file.read(MAX_BYTES + 1)
        if len(content) > MAX_BYTES:
            raise ValueError(f"larger than {MAX_BYTES // 1024} kB")
        table = tomllib.loads(content.decode("utf-8"))
        manifest, wanted = _manifest(table, folder), table["api"]
    except (OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError, OverflowError) as error:
        reason = f"{error.args[0]!r} is missing" if isinstance(error, KeyError) else str(error)
        raise ManifestError("plugin.manifest", path=str(path), reason=reason) from error
    except AppError as error:  # an invalid default
        raise ManifestError("plugin.manifest", path=str(path), reason=str(error)) from error
    if wanted != API_VERSION:
        raise ManifestError("plugin.version", path=str(path), wanted=str(wanted)[:40], known=API_VERSION)
    if not (folder / manifest.module).is_file():
        raise ManifestError("plugin.manifest", path=str(path), reason=f"{manifest.module} does not exist")
    return manifest


def _manifest(table: Mapping[str, Any], folder: Path) -> Manifest:
    if not _ID.fullmatch(str(table["id"])):
        raise ValueError("id must consist of lower-case letters, digits and _")
    module = str(table.get("module", "plugin.py"))
    if Path(module).name != module:
        raise ValueError("module must be a file in the plugin's folder")
    declared = tuple(_field(one) for one in table.get("fields", []))
    manifest = Manifest(
        id=str(table["id"]),
        name=_words(table["name"]),
        summary=_words(table.get("summary", {})),
        version=str(table["version"]),
        folder=folder,
        module=module,
        imports=tuple(str(name) for name in table.get("imports", [])),
        declared=declared,
        permissions=read_permissions(table.get("permissions"), frozenset(one.key for one in declared if one.type in _PATHS)),
    )
    if any(one.default != "" for one in declared if one.type is FieldType.SECRET):
        raise ValueError("a secret has no default")
    manifest.settings({})  # checks the defaults
    return manifest


def _words(value: Any) -> LocalizedText:
    return {"en": value} if isinstance(value, str) else {str(tag): str(text) for tag, text in value.items()}


def _field(table: Mapping[str, Any]) -> DeclaredField:
    return DeclaredField(
        key=str(table["key"]),
        type=FieldType(table["type"]),
        default=table["default"],
        title=_words(table["title"]),
        help=_words(table.get("help", {})),
        minimum=table.get("minimum"),
        maximum=table.get("maximum"),
        choices=tuple((str(value), _words(words)) for value, words in table.get("choices", {}).items()),
    )
