"""Themes and icons: complete, and readable."""

import re
import shutil
from pathlib import Path

import pytest
from PySide6.QtCore import QSize
from PySide6.QtWidgets import QApplication

from app.domain.base.errors import AppError
from app.domain.program.source import KINDS
from app.session.studio import Studio
from app.storage.paths import RESOURCES
from app.ui.kit.theme import Icons, Theme, load_theme

THEMES = RESOURCES / "themes"
READABLE = (
    *((ink, paper) for ink in ("text", "muted") for paper in ("window", "panel", "card", "raised", "field", "hover", "accent_soft")),
    *(("accent", paper) for paper in ("window", "panel", "card", "accent_soft")),
    *(("on_accent", paper) for paper in ("accent", "accent_hover", "accent_pressed")),
    *(("on_live", paper) for paper in ("live", "live_hover")),
    *((ink, f"{ink}_soft") for ink in ("warning", "error")),
    *((ink, paper) for ink in ("good", "warning", "error", "info") for paper in ("panel", "card")),
    ("good", "raised"),
)
EDGES = tuple(("edge", paper) for paper in ("panel", "field"))


def luminance(theme: Theme, name: str) -> float:
    colour = theme.colour(name)
    channels = (colour.redF(), colour.greenF(), colour.blueF())
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(name: str, ink: str, paper: str) -> float:
    theme = load_theme(THEMES, name)
    bright, dark = sorted((luminance(theme, ink), luminance(theme, paper)), reverse=True)
    return (bright + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize(("ink", "paper"), READABLE)
def test_text_can_be_read(name: str, ink: str, paper: str) -> None:
    """WCAG 2.2, level AA: 4.5 to 1 for text."""
    assert contrast(name, ink, paper) >= 4.5


@pytest.mark.parametrize("name", ["dark", "light"])
@pytest.mark.parametrize(("ink", "paper"), EDGES)
def test_fields_can_be_made_out(name: str, ink: str, paper: str) -> None:
    """WCAG 2.2, level AA: 3 to 1 for what shows a control's position."""
    assert contrast(name, ink, paper) >= 3


@pytest.mark.parametrize("name", ["dark", "light"])
def test_the_style_sheet_is_filled(name: str) -> None:
    theme = load_theme(THEMES, name)
    sheet = theme.style_sheet()
    assert "@" not in sheet
    for path in re.findall(r"url\(([^)]+)\)", sheet):
        assert Path(path).is_file(), path


def test_both_themes_name_the_same_colours() -> None:
    assert set(load_theme(THEMES, "dark").colours) == set(load_theme(THEMES, "light").colours)


def test_every_icon_that_is_asked_for_is_there(studio: Studio) -> None:
    wanted = {declaration.icon for declaration in KINDS.values()} | {action.icon for action in studio.actions if action.icon}
    source = "\n".join(path.read_text(encoding="utf-8") for path in Path("app/ui").rglob("*.py"))
    wanted |= set(re.findall(r'icons\.(?:icon|pixmap)\("([a-z-]+)"', source)) | set(re.findall(r'icon_button\([\w.]+, "([a-z-]+)"', source))
    assert len(wanted) > 25
    missing = {name for name in wanted if not (RESOURCES / "icons" / f"{name}.svg").is_file()}
    assert not missing


def test_icons_are_of_one_family() -> None:
    for path in (RESOURCES / "icons").glob("*.svg"):
        if path.stem != "tradewind":
            text = path.read_text(encoding="utf-8")
            assert 'viewBox="0 0 24 24"' in text, path
            assert 'stroke="currentColor"' in text, path


def test_icons_are_drawn_to_the_pixel() -> None:
    icons = Icons(RESOURCES / "icons", load_theme(THEMES, "dark"))
    for side in (16, 18, 20):
        assert icons.icon("stop").actualSize(QSize(side, side)) == QSize(side, side), "nothing is scaled"
    assert icons.icon("tradewind").actualSize(QSize(128, 128)) == QSize(128, 128)
    assert icons.icon("no such icon").isNull()
    assert icons.pixmap("stop", 40).deviceIndependentSize().toSize() == QSize(40, 40)


def test_an_icon_has_the_colour_of_the_theme() -> None:
    theme = load_theme(THEMES, "dark")
    image = Icons(RESOURCES / "icons", theme).pixmap("stop", 32, "live").toImage()
    colours = {image.pixelColor(x, y).name() for x in range(32) for y in range(32) if image.pixelColor(x, y).alpha() == 255}
    assert theme.colour("live").name() in colours


DAMAGE = (
    b"",
    b"\xff",
    b"x = " + b"[" * 50_000,
    b"dark = true",
    b"dark = true\ncolour = 5",
    b'dark = true\n[colour]\ntext = "none"',
    b"dark = true\n[colour]\ntext = 5",
)


@pytest.mark.parametrize("content", DAMAGE)
def test_a_damaged_theme_is_replaced_by_the_other_and_both_are_named(qt: QApplication, tmp_path: Path, content: bytes) -> None:
    del qt
    folder = tmp_path / "themes"
    shutil.copytree(THEMES, folder)
    (folder / "dark.toml").write_bytes(content)
    assert load_theme(folder, "dark").name == "light"
    (folder / "light.toml").write_bytes(content)
    with pytest.raises(AppError) as raised:
        load_theme(folder, "dark")
    assert raised.value.code == "window.theme_broken"


def test_a_damaged_icon_is_no_picture(qt: QApplication, tmp_path: Path) -> None:
    del qt
    (tmp_path / "bad.svg").write_bytes(b"\xff\xfe<svg")
    icons = Icons(tmp_path, load_theme(THEMES, "dark"))
    assert not icons.icon("bad").isNull()
    assert icons.pixmap("gone", 16).size() == QSize(16, 16)
