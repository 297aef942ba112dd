"""Tests the pixels of text sources."""

import json
import subprocess
import sys
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QFont, QTextLayout

from app.domain.base.errors import FieldError, Value
from app.domain.program.output import Canvas
from app.overlay.text import MAX_SIDE, font_for, render_text

Pixels = npt.NDArray[np.uint8]

SCRIPTS: Mapping[str, str] = {
    "latin": "Grüße",
    "cyrillic": "Привет",
    "greek": "Ελλάδα",
    "arabic": "مرحبا",
    "hebrew": "שלום",
    "chinese": "你好世界",
    "japanese": "こんにちは",
    "korean": "안녕하세요",
    "hindi": "नमस्ते",
    "thai": "ภาษาไทย",
    "vietnamese": "Tiếng Việt",
    "emoji": "🎉👩‍🚀",
}


def pixels(canvas_height: int = 1080, **settings: Value) -> Pixels:
    """The drawn text as RGBA, shape (height, width, 4)."""
    picture = render_text(settings, Canvas(canvas_height * 16 // 9 // 2 * 2, canvas_height))
    assert len(picture.rgba) == picture.width * picture.height * 4
    return np.frombuffer(picture.rgba, np.uint8).reshape(picture.height, picture.width, 4)


def columns(picture: Pixels) -> npt.NDArray[np.intp]:
    """The columns with ink."""
    return np.flatnonzero(picture[:, :, 3].max(axis=0) > 40)


def of_colour(picture: Pixels, red: int, green: int, blue: int) -> npt.NDArray[np.bool_]:
    difference = np.abs(picture[:, :, :3].astype(int) - (red, green, blue)).max(axis=2)
    result: npt.NDArray[np.bool_] = (difference < 12) & (picture[:, :, 3] > 200)
    return result


@pytest.mark.parametrize(
    ("words", "family"),
    [("直到骨头", "Noto Sans CJK SC"), ("Tea 秋茶", "Noto Sans CJK SC"), ("お茶の直売", "Noto Sans CJK JP")],
)
def test_han_characters_have_the_shapes_of_their_language(words: str, family: str) -> None:
    layout = QTextLayout(words, font_for("", words))
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    fonts = {run.rawFont().familyName(): run.rawFont().styleName() for run in layout.glyphRuns()}
    assert {name: style for name, style in fonts.items() if "CJK" in name} == {family: "Regular"}


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_has_real_glyphs(script: str) -> None:
    layout = QTextLayout(SCRIPTS[script], QFont())
    layout.beginLayout()
    while layout.createLine().isValid():
        pass
    layout.endLayout()
    glyphs = [glyph for run in layout.glyphRuns() for glyph in run.glyphIndexes()]
    assert glyphs
    assert 0 not in glyphs, "glyph 0 is the empty box for a missing character"
    assert columns(pixels(text=SCRIPTS[script])).size > 20


def test_two_scripts_are_not_the_same_empty_boxes() -> None:
    pictures = {render_text({"text": text}, Canvas(1920, 1080)).rgba for text in ("好", "界", "न", "ไ", "م", "ש", "안")}
    assert len(pictures) == 7


def test_right_to_left_words_run_from_the_right() -> None:
    alone = columns(pixels(text="ש")).size
    # the Hebrew word is first in logical order: on screen it is right of the digits
    row = pixels(text="ש 1111111111", colour="#ff0000ff")
    ink = columns(row)
    gaps = np.flatnonzero(np.diff(ink) > 6)
    last_run = ink[gaps[-1] + 1 :] if gaps.size else ink
    assert last_run.size == pytest.approx(alone, abs=6)


def test_a_right_to_left_paragraph_starts_at_the_right_edge() -> None:
    picture = pixels(text="a wide line of Latin text\nשלום")
    half = picture.shape[0] // 2
    hebrew = columns(picture[half:])
    assert hebrew.min() > picture.shape[1] / 2


def test_emoji_are_in_colour() -> None:
    picture = pixels(text="🎉", colour="#ffffffff").astype(int)
    opaque = picture[picture[:, :, 3] > 200]
    spread = opaque[:, :3].max(axis=1) - opaque[:, :3].min(axis=1)
    assert (spread > 80).sum() > 100


def test_size_follows_the_canvas() -> None:
    large, small = pixels(1080, text="Hello"), pixels(540, text="Hello")
    assert large.shape[0] == pytest.approx(small.shape[0] * 2, abs=6)
    assert large.shape[1] == pytest.approx(small.shape[1] * 2, rel=0.06)


def test_bold_is_heavier_and_italic_differs() -> None:
    plain, bold, italic = (pixels(text="Illicit", **style) for style in ({}, {"bold": True}, {"italic": True}))
    assert bold[:, :, 3].astype(int).sum() > plain[:, :, 3].astype(int).sum() * 1.1
    assert italic.tobytes() != plain.tobytes()


def test_colour_and_its_transparency_are_kept() -> None:
    picture = pixels(text="█", colour="#20c04080")
    red, green, blue, alpha = picture[picture.shape[0] // 2, picture.shape[1] // 2]
    assert (red, green, blue) == pytest.approx((0x20, 0xC0, 0x40), abs=3)
    assert alpha == pytest.approx(0x80, abs=2)


def test_outline_surrounds_the_letters() -> None:
    plain = pixels(text="I", colour="#ffffffff")
    outlined = pixels(text="I", colour="#ffffffff", outline_width=10, outline_colour="#ff0000ff")
    red = of_colour(outlined, 255, 0, 0)
    white = np.flatnonzero(of_colour(outlined, 255, 255, 255).any(axis=0))
    assert red.any()
    assert columns(outlined).size == pytest.approx(columns(plain).size + 20, abs=3)
    assert np.flatnonzero(red.any(axis=0)).min() < white.min()
    assert np.flatnonzero(red.any(axis=0)).max() > white.max()


def test_colour_glyphs_have_an_outline_and_keep_their_width() -> None:
    """Reading paths of a colour font once broke the advance of every later emoji."""
    before = pixels(text="🎉🎉 x").shape
    red = of_colour(pixels(text="🎉🎉", outline_width=8, outline_colour="#fe0102ff"), 254, 1, 2)
    assert red.sum() > 200
    assert pixels(text="🎉🎉 x").shape == before


def test_the_box_includes_the_padding_and_has_round_corners() -> None:
    bare = pixels(text="Hello", box_colour="#0000ffff", box_padding=0, box_radius=0)
    padded = pixels(text="Hello", box_colour="#0000ffff", box_padding=40, box_radius=40)
    assert padded.shape[0] == pytest.approx(bare.shape[0] + 80, abs=3)
    assert padded.shape[1] == pytest.approx(bare.shape[1] + 80, abs=3)
    assert padded[0, 0, 3] == 0
    assert bare[0, 0, 3] == 255
    assert of_colour(padded, 0, 0, 255)[padded.shape[0] // 2, 4]


def test_alignment_moves_the_shorter_line() -> None:
    def second_line(align: str) -> tuple[int, int]:
        picture = pixels(text="a long first line\nxx", align=align)
        ink = columns(picture[picture.shape[0] // 2 + 8 :])
        return int(ink.min()), picture.shape[1] - int(ink.max())

    left, right = second_line("start")
    assert left < right
    left, right = second_line("end")
    assert left > right
    left, right = second_line("centre")
    assert left == pytest.approx(right, abs=6)


def test_wrapped_text_stays_within_the_width() -> None:
    text = "one two three four five six"
    wide, wrapped = pixels(text=text), pixels(text=text, wrap_width=400)
    assert wide.shape[1] > 500
    assert wrapped.shape[1] <= 420
    assert wrapped.shape[0] > wide.shape[0] * 1.8


def test_empty_text_is_a_tiny_transparent_picture() -> None:
    picture = pixels(text="  \n ")
    assert picture.shape == (2, 2, 4)
    assert not picture.any()


def test_very_long_text_stays_within_bounds() -> None:
    picture = pixels(text="word " * 4000 + "\nline" * 500)
    assert max(picture.shape[:2]) <= MAX_SIDE
    assert picture.shape[0] % 2 == 0
    assert picture.shape[1] % 2 == 0


def test_an_invalid_colour_is_refused() -> None:
    with pytest.raises(FieldError) as caught:
        render_text({"text": "x", "colour": "red"}, Canvas(1920, 1080))
    assert caught.value.data["field"] == "colour"


def test_text_is_the_same_without_a_display() -> None:
    """Draws in a process without a window or display, as on a server."""
    program = (
        "import json,hashlib\n"
        "from app.overlay.offscreen import make_offscreen_application\n"
        "from app.overlay.text import render_text\nfrom app.domain.program.output import Canvas\n"
        "application = make_offscreen_application()\n"
        "picture = render_text({'text': 'Grüße 你好'}, Canvas())\n"
        "print(json.dumps([picture.width, picture.height, sum(picture.rgba) > 0, make_offscreen_application() is application]))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={"PYTHONPATH": ".", "PATH": "/usr/bin:/bin"},
        timeout=60,
    )
    width, height, drawn, same = json.loads(done.stdout)
    assert drawn
    assert same
    assert width > 100
    assert 30 < height < 120
