"""Loads the bundled card themes, and reports errors in broken ones."""

from pathlib import Path

import pytest

from app.domain.program.overlay import OverlayAnimation
from app.domain.selling.card import CardKind
from app.domain.selling.card_theme import CanvasShape, HorizontalPlace
from app.storage.card_themes import CardThemeError, load_card_theme, load_card_themes
from app.storage.files import StorageError
from app.storage.paths import RESOURCES

FOLDER = RESOURCES / "cards"
HARBOUR = (FOLDER / "harbour.toml").read_text(encoding="utf-8")


def write_theme(folder: Path, content: str, name: str = "mine") -> Path:
    (folder / "harbour.toml").write_text(HARBOUR, encoding="utf-8")
    path = folder / f"{name}.toml"
    path.write_text(content, encoding="utf-8")
    return path


def load_error(path: Path) -> str:
    with pytest.raises(CardThemeError) as raised:
        load_card_theme(path)
    assert raised.value.code == "card_theme.broken"
    assert raised.value.data["path"] == str(path)
    return str(raised.value.data["reason"])


def test_the_bundled_themes_are_complete() -> None:
    themes = load_card_themes(FOLDER)
    assert themes[0].id == "harbour"
    assert {"harbour", "paper", "lantern"} <= {theme.id for theme in themes}
    for theme in themes:
        assert set(theme.motions) == set(CardKind)
        assert set(theme.shapes) == set(CanvasShape)
        assert all(set(shape.places) == set(CardKind) for shape in theme.shapes.values())
    first = themes[0]
    assert first.shapes[CanvasShape.WIDE].places[CardKind.PRODUCT].across is HorizontalPlace.END
    assert first.motions[CardKind.PRODUCT].enter is OverlayAnimation.SLIDE_RIGHT


def test_a_theme_overrides_its_base(tmp_path: Path) -> None:
    path = write_theme(tmp_path, 'title = "Mine"\nbase = "harbour"\n[colours]\naccent = "#123456"\n[shapes.tall]\nscale = 0.7\n')
    mine, harbour = load_card_theme(path), load_card_theme(tmp_path / "harbour.toml")
    assert (mine.id, mine.title) == ("mine", "Mine")
    assert mine.colours.accent == "#123456"
    assert mine.colours.panel == harbour.colours.panel
    assert mine.shapes[CanvasShape.TALL].scale == 0.7
    assert mine.shapes[CanvasShape.TALL].places == harbour.shapes[CanvasShape.TALL].places
    assert [theme.id for theme in load_card_themes(tmp_path)] == ["harbour", "mine"]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ("title = ", "Invalid value"),
        ('title = "Mine"', "colours"),
        ('base = "harbour"\ntitle = 5', "title"),
        ('base = "harbour"\n[colours]\naccent = "red"', "colours.accent must be a colour"),
        ('base = "harbour"\n[colours]\nacent = "#ffffff"', "colours.acent is unknown"),
        ('base = "harbour"\ncolour = 1', "colour is unknown"),
        ('base = "harbour"\nid = "other"', "id is unknown"),
        ('base = "harbour"\n[sizes]\nprice = 0.9', "sizes.price is 0.9 but must be between 0.004 and 0.3"),
        ('base = "harbour"\n[sizes]\nprice = nan', "nan"),
        ('base = "harbour"\n[form]\nradius = -1', "form.radius"),
        ('base = "harbour"\n[motions]\nproduct = { enter = "explode", leave = "fade", duration_ms = 1 }', "explode"),
        ('base = "harbour"\n[motions]\nproduct = { enter = "fade", leave = "fade", duration_ms = 99999 }', "motions.product.duration_ms"),
        ('base = "harbour"\n[motions]\nprodukt = { enter = "fade", leave = "fade", duration_ms = 1 }', "produkt"),
        ('base = "harbour"\n[shapes.tall]\nscale = 9', "shapes.tall.scale"),
        ('base = "harbour"\n[shapes.tall]\nsize = 9', "shapes.tall.size is unknown"),
        ('base = "harbour"\n[shapes.tall.safe]\nlefft = 0.1', "shapes.tall.safe.lefft is unknown"),
        ('base = "harbour"\n[shapes.wide.safe]\nleft = 0.7', "shapes.wide.safe.left"),
        ('base = "harbour"\n[shapes.wide.places.qr]\nwidht = 0.2', "shapes.wide.places.qr.widht is unknown"),
        ('base = "harbour"\n[motions.qr]\nspeed = 3', "motions.qr.speed is unknown"),
        ('base = "harbour"\n[shapes.wide.places.qr]\nwidth = 3', "shapes.wide.places.qr.width"),
        ('base = "harbour"\n[shapes.wide.places.qr]\nacross = "left"', "left"),
        ('base = "harbour"\n[shapes.round]\nscale = 1', "round"),
        ('base = "harbour"\nticker_speed = 0', "ticker_speed"),
        ('base = "mine"', "based on itself"),
        ('base = "../harbour"', "base"),
        ("base = 5", "base"),
    ],
)
def test_an_error_is_reported_with_its_field(tmp_path: Path, content: str, reason: str) -> None:
    assert reason in load_error(write_theme(tmp_path, content))


def test_a_circle_of_base_themes_is_reported(tmp_path: Path) -> None:
    write_theme(tmp_path, 'base = "mine"', "other")
    with pytest.raises(CardThemeError) as raised:
        load_card_theme(write_theme(tmp_path, 'base = "other"'))
    assert "mine → other → mine" in str(raised.value.data["reason"])


def test_a_missing_placement_is_reported(tmp_path: Path) -> None:
    content = "\n".join(line for line in HARBOUR.splitlines() if not line.startswith("qr = {"))
    assert "lacks qr" in load_error(write_theme(tmp_path, content))


def test_a_missing_base_is_reported(tmp_path: Path) -> None:
    with pytest.raises(StorageError) as raised:
        load_card_theme(write_theme(tmp_path, 'base = "nowhere"'))
    assert "nowhere" in str(raised.value.data["path"])
