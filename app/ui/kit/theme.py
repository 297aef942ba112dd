"""Colours, icons and the style sheet, from the data in resources/themes and resources/icons."""

import logging
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QWidget

from app.domain.base.errors import AppError

log = logging.getLogger(__name__)

MAX_BYTES = 64 * 1024
GRID = 8  # every distance in the window is a multiple of this, or half of it
_SIDES = (16, 18, 20)  # in menus, in buttons and rows, in the toolbar
_PICTURE_SIDES = (32, 48, 64, 128)  # more sizes of the app's icon, for window lists
_GRID_SIDE = 24  # the family's grid; larger icons are illustrations
_NO_PICTURE = '<svg xmlns="http://www.w3.org/2000/svg" width="24" height="24"/>'
_NAME = re.compile(r"@(\w+)@")


@dataclass(frozen=True, slots=True)
class Theme:
    """A set of named colours, and the folder of its files."""

    name: str
    dark: bool
    colours: Mapping[str, str]
    folder: Path

    def colour(self, name: str) -> QColor:
        """The colour of this name; raises KeyError if the theme does not have it."""
        return QColor(self.colours[name])

    def style_sheet(self) -> str:
        """The window's style sheet in this theme's colours."""
        template = (self.folder / "window.qss").read_text(encoding="utf-8")
        values = {**self.colours, "marks": (self.folder / self.name).as_posix()}
        return _NAME.sub(lambda match: values[match.group(1)], template)

    def palette(self) -> QPalette:
        """For what Qt draws without the style sheet: system dialogs, text cursors, links."""
        palette = QPalette()
        roles = {
            QPalette.ColorRole.Window: "window",
            QPalette.ColorRole.WindowText: "text",
            QPalette.ColorRole.Base: "field",
            QPalette.ColorRole.AlternateBase: "panel",
            QPalette.ColorRole.Text: "text",
            QPalette.ColorRole.Button: "raised",
            QPalette.ColorRole.ButtonText: "text",
            QPalette.ColorRole.BrightText: "on_live",
            QPalette.ColorRole.Highlight: "accent",
            QPalette.ColorRole.HighlightedText: "on_accent",
            QPalette.ColorRole.Link: "accent",
            QPalette.ColorRole.PlaceholderText: "muted",
            QPalette.ColorRole.ToolTipBase: "raised",
            QPalette.ColorRole.ToolTipText: "text",
        }
        for role, name in roles.items():
            palette.setColor(role, self.colour(name))
        for role in (QPalette.ColorRole.Text, QPalette.ColorRole.WindowText, QPalette.ColorRole.ButtonText):
            palette.setColor(QPalette.ColorGroup.Disabled, role, self.colour("faint"))
        return palette


def load_theme(folder: Path, chosen: str) -> Theme:
    """The theme "dark" or "light"; anything else follows the system (dark if the system does not say). A damaged theme is replaced by the
    other one; raises AppError if both are damaged."""
    name = chosen if chosen in ("dark", "light") else "dark"
    if chosen not in ("dark", "light") and QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Light:
        name = "light"
    try:
        return _read(folder, name)
    except AppError as error:
        log.warning("using the other theme instead of %s: %s", name, error)
        return _read(folder, "light" if name == "dark" else "dark")


def _read(folder: Path, name: str) -> Theme:
    """A complete theme; raises AppError if something is missing."""
    path = folder / f"{name}.toml"
    try:
        with path.open("rb") as file:
            data = tomllib.loads(file.read(MAX_BYTES).decode("utf-8"))
        colours = data["colour"]
        if wrong := [key for key, value in colours.items() if not (isinstance(value, str) and QColor.isValidColorName(value))]:
            raise ValueError(f"colour.{wrong[0]} isn't a colour")
        theme = Theme(name, bool(data["dark"]), colours, folder)
        theme.palette()
        theme.style_sheet()
    except (OSError, ValueError, TypeError, AttributeError, KeyError, RecursionError) as error:
        raise AppError("window.theme_broken", path=str(path), reason=str(error)) from error
    return theme


class Icons:
    """Icons of one family, drawn from SVG strokes in a colour of the theme."""

    def __init__(self, folder: Path, theme: Theme) -> None:
        self._folder = folder
        self._theme = theme
        self._made: dict[tuple[str, str], QIcon] = {}

    @property
    def theme(self) -> Theme:
        return self._theme

    def icon(self, name: str, colour: str = "text") -> QIcon:
        """The icon in the named colour, fainter when disabled; an unknown name gives an empty icon."""
        key = (name, colour)
        if key not in self._made:
            self._made[key] = self._make(name, colour)
        return self._made[key]

    def pixmap(self, name: str, side: int, colour: str = "text") -> QPixmap:
        """The icon as an image of this many device-independent pixels, at the screen's resolution."""
        scale = _screen_scale()
        picture = _drawn(self._renderer(name, colour), round(side * scale))
        picture.setDevicePixelRatio(scale)
        return picture

    def _renderer(self, name: str, colour: str) -> QSvgRenderer:
        try:
            text = (self._folder / f"{name}.svg").read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            log.warning("the icon %s cannot be read: %s", name, error)
            text = _NO_PICTURE
        return QSvgRenderer(QByteArray(text.replace("currentColor", self._theme.colours[colour]).encode()))

    def _make(self, name: str, colour: str) -> QIcon:
        icon = QIcon()
        if not (self._folder / f"{name}.svg").is_file():
            return icon
        scale = _screen_scale()
        for mode, tint in ((QIcon.Mode.Normal, colour), (QIcon.Mode.Disabled, "faint")):
            renderer = self._renderer(name, tint)
            sides = _SIDES if renderer.defaultSize().width() <= _GRID_SIDE else _SIDES + _PICTURE_SIDES
            for side in sorted({round(side * scale) for side in sides}):  # drawn to the pixel: a scaled icon is blurred
                icon.addPixmap(_drawn(renderer, side), mode)
        return icon


def _screen_scale() -> float:
    """The device pixel ratio of the finest screen."""
    return max((screen.devicePixelRatio() for screen in QGuiApplication.screens()), default=1.0)


def _drawn(renderer: QSvgRenderer, side: int) -> QPixmap:
    picture = QPixmap(side, side)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return picture


def set_property(widget: QWidget, name: str, value: object) -> None:
    """Set a property that the style sheet reads, and restyle the widget if it changed."""
    before = widget.property(name)
    if before != value:
        widget.setProperty(name, value)
        if before is None and not value:
            return  # unchanged, and restyling is the most expensive part of building a form
        widget.style().unpolish(widget)
        widget.style().polish(widget)
