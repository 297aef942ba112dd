"""Collects every text of the window, from calls in the source and from tables that declare titles."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

from app.domain.base.schema import Field
from app.domain.program.project import FIRST_SCENE
from app.domain.program.source import KINDS
from app.session.studio import Studio
from app.storage.card_themes import load_card_themes
from app.storage.presets import load_presets
from app.storage.settings import FIELDS, GROUPS
from app.ui.program.properties import PLACEMENT
from app.ui.setup.settings import OUTPUT_FIELDS

ROOT = Path(__file__).resolve().parents[2]
DECLARED = "Declared"
_EDITS = ("edit", "_edit", "edit_show", "_change_field")  # their first argument is the title of an undo step
_TITLED_CALLS = {"Action": 1}  # name of the call: position of the English title


def _literal(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None


def _literals(node: ast.expr) -> tuple[str, ...]:
    """Return the text, or both texts of a conditional expression."""
    choices = (node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,)
    return tuple(text for one in choices if (text := _literal(one)))


def _of_call(call: ast.Call, path: Path) -> Iterator[tuple[str, str]]:
    name = call.func.attr if isinstance(call.func, ast.Attribute) else call.func.id if isinstance(call.func, ast.Name) else ""
    if name == "tr":
        context, text = (_literal(argument) for argument in call.args[:2])
        if context is None or text is None:
            raise AssertionError(f"{path}:{call.lineno}: tr() takes two literals, or nobody can find the text")
        yield context, text
    elif name in _EDITS and call.args:
        yield from ((DECLARED, title) for title in _literals(call.args[0]))
    elif name in _TITLED_CALLS and len(call.args) > 1:
        yield from ((DECLARED, title) for title in _literals(call.args[_TITLED_CALLS[name]]))


def in_sources(folder: Path) -> set[tuple[str, str]]:
    """Return (context, English) of all calls below a folder."""
    return {
        found
        for path in sorted(folder.rglob("*.py"))
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Call)
        for found in _of_call(node, path)
    }


def of_fields(fields: Iterable[Field]) -> set[str]:
    """Return titles, helps and choices of declared fields."""
    texts = set()
    for field in fields:
        texts |= {field.title, field.help, *(choice.title for choice in field.choices)}
    return texts - {""}


def in_tables(studio: Studio) -> set[tuple[str, str]]:
    """Return the texts that the domain, the settings, the presets and the actions declare."""
    texts = {kind.title for kind in KINDS.values()} | set(GROUPS.values())
    for kind in KINDS.values():
        texts |= of_fields(kind.fields)
    texts |= of_fields(FIELDS.values()) | of_fields(OUTPUT_FIELDS) | of_fields(PLACEMENT)
    for preset in load_presets(ROOT / "resources" / "relays"):
        texts |= of_fields(preset.fields) | {preset.summary, preset.token_title, *preset.help}
        if preset.id == "generic":
            texts.add(preset.title)  # other titles are product names
    texts |= {action.title for action in studio.actions} | {"Mute", "Unmute", FIRST_SCENE}  # titles of the mute actions' undo steps
    texts |= {theme.title for theme in load_card_themes(ROOT / "resources" / "cards")}
    return {(DECLARED, text) for text in texts if text}


def all_texts(studio: Studio) -> set[tuple[str, str]]:
    """Return every (context, English) that needs a translation."""
    return in_sources(ROOT / "app" / "ui") | in_sources(ROOT / "app" / "session") | in_tables(studio)
