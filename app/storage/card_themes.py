"""Loads card themes: one TOML file per theme, optionally based on another theme."""

import math
from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final

import msgspec

from app.domain.base.errors import FieldError
from app.domain.base.schema import parse_colour
from app.domain.program.overlay import MAX_ANIMATION_MS
from app.domain.selling.card import CardKind
from app.domain.selling.card_theme import CanvasShape, CardMotion, CardPlace, CardTheme, ShapeTheme
from app.storage.files import OnBroken, StorageError, load_toml_files, read_file
from app.storage.parsing import parse_toml

Table = dict[str, Any]
FIRST: Final = "harbour"
SIZE_BOUNDS: Final = (0.004, 0.3)  # share of the canvas height: smaller is unreadable, larger leaves no room for anything else
MAX_BASES: Final = 8
FORM_BOUND: Final = 0.1
SCALE_BOUNDS: Final = (0.2, 2.0)
SAFE_BOUND: Final = 0.4
WIDTH_BOUNDS: Final = (0.05, 1.0)
SPEED_BOUNDS: Final = (0.01, 2.0)


_TABLES: Final[Mapping[str, type]] = {"motions": CardMotion, "shapes": ShapeTheme, "places": CardPlace}


class CardThemeError(StorageError):
    """A theme file with wrong content; `data` has `path` and `reason`."""


def load_card_themes(folder: Path, told: OnBroken | None = None) -> tuple[CardTheme, ...]:
    """All themes of a folder: "harbour" first, the others by title. A broken one is passed to `told` and skipped; without `told` it raises
    CardThemeError or StorageError."""
    themes = load_toml_files(folder, load_card_theme, told)
    return tuple(sorted(themes, key=lambda theme: (theme.id != FIRST, theme.title.casefold())))


def load_card_theme(path: Path) -> CardTheme:
    """Load one theme. Its id is the file name without extension; its base is a file in the same folder."""
    table = _completed(path, ())
    _refuse_unknown(path, table, CardTheme, "")
    try:
        theme = msgspec.convert({**table, "id": path.stem}, CardTheme)
    except (msgspec.ValidationError, OverflowError) as error:
        raise _broken(path, str(error)) from error
    _check(path, theme)
    return theme


def _broken(path: Path, reason: str) -> CardThemeError:
    return CardThemeError("card_theme.broken", path=str(path), reason=reason)


def _completed(path: Path, above: tuple[str, ...]) -> Table:
    """The file's table merged into that of its base."""
    if len(above) > MAX_BASES:
        raise _broken(path, f"more than {MAX_BASES} levels of base themes")
    if path.stem in above:
        raise _broken(path, f"the theme is based on itself ({' → '.join((*above, path.stem))})")
    try:
        table = parse_toml(read_file(path))
    except ValueError as error:
        raise _broken(path, str(error)) from error
    base = table.pop("base", None)
    if base is None:
        return table
    if not isinstance(base, str) or Path(base).name != base:
        raise _broken(path, "base must be the name of a theme in the same folder, without extension")
    return _merged(_completed(path.with_name(f"{base}.toml"), (*above, path.stem)), table)


def _merged(base: Table, table: Table) -> Table:
    """`base` overridden by `table`, recursively."""
    merged = dict(base)
    for key, value in table.items():
        below = base.get(key)
        merged[key] = _merged(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return merged


def _refuse_unknown(path: Path, table: Mapping[str, Any], wanted: type, place: str) -> None:
    """Report an unknown key, which is probably a typo."""
    assert is_dataclass(wanted)
    known = {field.name: field.type for field in fields(wanted) if place or field.name != "id"}
    for key, value in table.items():
        where = f"{place}.{key}" if place else key
        if key not in known:
            raise _broken(path, f"{where} is unknown; known keys are {', '.join(sorted(known))}")
        if not isinstance(value, dict):
            continue
        inner = known[key]
        if isinstance(inner, type) and is_dataclass(inner):
            _refuse_unknown(path, value, inner, where)
        for name, one in value.items() if key in _TABLES else ():
            if isinstance(one, dict):
                _refuse_unknown(path, one, _TABLES[key], f"{where}.{name}")


def _check(path: Path, theme: CardTheme) -> None:
    for field in fields(theme.colours):
        try:
            parse_colour(field.name, getattr(theme.colours, field.name))
        except FieldError as error:
            raise _broken(path, f"colours.{field.name} must be a colour such as #rrggbb or #rrggbbaa") from error
    for field in fields(theme.sizes):
        _within(path, f"sizes.{field.name}", getattr(theme.sizes, field.name), *SIZE_BOUNDS)
    for field in fields(theme.form):
        _within(path, f"form.{field.name}", getattr(theme.form, field.name), 0.0, FORM_BOUND)
    _within(path, "ticker_speed", theme.ticker_speed, *SPEED_BOUNDS)
    _complete(path, "motions", {kind.value for kind in theme.motions}, {kind.value for kind in CardKind})
    for kind, motion in theme.motions.items():
        _within(path, f"motions.{kind.value}.duration_ms", motion.duration_ms, 0, MAX_ANIMATION_MS)
    _complete(path, "shapes", {shape.value for shape in theme.shapes}, {shape.value for shape in CanvasShape})
    for shape, part in theme.shapes.items():
        _check_shape(path, f"shapes.{shape.value}", part)


def _check_shape(path: Path, place: str, shape: ShapeTheme) -> None:
    _within(path, f"{place}.scale", shape.scale, *SCALE_BOUNDS)
    for field in fields(shape.safe):
        _within(path, f"{place}.safe.{field.name}", getattr(shape.safe, field.name), 0.0, SAFE_BOUND)
    _complete(path, f"{place}.places", {kind.value for kind in shape.places}, {kind.value for kind in CardKind})
    for kind, one in shape.places.items():
        _within(path, f"{place}.places.{kind.value}.width", one.width, *WIDTH_BOUNDS)
        _within(path, f"{place}.places.{kind.value}.lift", one.lift, -1.0, 1.0)


def _within(path: Path, place: str, value: float, least: float, most: float) -> None:
    if not (math.isfinite(value) and least <= value <= most):
        raise _broken(path, f"{place} is {value:g} but must be between {least:g} and {most:g}")


def _complete(path: Path, place: str, found: set[str], wanted: set[str]) -> None:
    if missing := wanted - found:
        raise _broken(path, f"{place} lacks {', '.join(sorted(missing))}")
