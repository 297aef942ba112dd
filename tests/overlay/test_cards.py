"""Tests the pixels of drawn cards of every kind, theme, language and canvas."""

import threading
from collections.abc import Callable
from dataclasses import replace

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from PySide6.QtGui import QColor, QImage

from app.domain.base.localized_text import is_right_to_left
from app.domain.base.schema import parse_colour
from app.domain.program.output import Canvas
from app.domain.program.overlay import OverlayAnimation
from app.domain.selling.card import (
    Card,
    CardKind,
    CardPicture,
    CountdownOverlay,
    KeywordOverlay,
    LowerThird,
    ProductCard,
    QrCard,
    Ticker,
    show_card_command,
)
from app.domain.selling.card_theme import CanvasShape, CardTheme, shape_of
from app.overlay.cards import draw_card
from app.overlay.figure_cards import clock_text
from tests.support.cards import LANGUAGES, SQUARE, TALL, WATCH_URL, WIDE, Pixels, cards, encoded, pixels, product_picture, themes

THEMES = {theme.id: theme for theme in themes()}
CANVASES = {"wide": WIDE, "tall": TALL, "square": SQUARE}
HARBOUR = THEMES["harbour"]
LONG = "Unbelievably long description of a product that no card has room for, by somebody who could not stop "


def draw(card: Card, theme: CardTheme = HARBOUR, canvas: Canvas = WIDE) -> CardPicture:
    return draw_card(card, theme, canvas)


def opaque_box(picture: CardPicture) -> tuple[int, int, int, int]:
    """The picture's area without its shadow: (left, top, right, bottom)."""
    rows, columns = np.nonzero(pixels(picture)[:, :, 3] > 200)
    return int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1


def on_canvas(picture: CardPicture, canvas: Canvas) -> tuple[int, int, int, int]:
    """The same area in canvas pixels."""
    left, top, right, bottom = opaque_box(picture)
    x, y = round(picture.x * canvas.width), round(picture.y * canvas.height)
    return left + x, top + y, right + x, bottom + y


def blend_over_grey(picture: CardPicture) -> Pixels:
    """The picture over middle grey, as RGB."""
    rgba = pixels(picture).astype(np.float32)
    alpha = rgba[:, :, 3:] / 255
    return np.asarray(np.rint(rgba[:, :, :3] * alpha + 128 * (1 - alpha)), np.uint8)


def near(found: Pixels, colour: str, within: int = 14) -> npt.NDArray[np.bool_]:
    expected = parse_colour("colour", colour)[:3]
    result: npt.NDArray[np.bool_] = np.abs(found[:, :, :3].astype(int) - expected).max(axis=2) <= within
    return result


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("theme", THEMES)
def test_every_card_stays_in_its_part_of_the_safe_area(theme: str, language: str, canvas: str) -> None:
    size = CANVASES[canvas]
    shape = THEMES[theme].shapes[shape_of(size)]
    for kind, card in cards(language, product_picture(200, 200)).items():
        picture = draw(card, THEMES[theme], size)
        assert picture.width % 2 == picture.height % 2 == 0
        assert round(picture.x * size.width) % 2 == round(picture.y * size.height) % 2 == 0
        if kind is CardKind.TICKER:
            continue
        left, top, right, bottom = on_canvas(picture, size)
        safe, place = shape.safe, shape.places[kind]
        assert left >= safe.left * size.width - 3 and right <= size.width * (1 - safe.right) + 3, kind
        assert top >= safe.top * size.height - 3 and bottom <= size.height * (1 - safe.bottom) + 3, kind
        assert right - left <= place.width * size.width + 3, kind


@pytest.mark.parametrize("canvas", CANVASES)
@pytest.mark.parametrize("language", LANGUAGES)
def test_cards_shown_together_do_not_overlap(language: str, canvas: str) -> None:
    """Leaves out the ticker's neighbours below, whose height depends on the text."""
    size = CANVASES[canvas]
    boxes = {
        kind: on_canvas(draw(card, HARBOUR, size), size)
        for kind, card in cards(language, product_picture(200, 200)).items()
        if kind is not CardKind.TICKER
    }
    for kind, (left, top, right, bottom) in boxes.items():
        for other, (x, y, end, low) in boxes.items():
            if kind is not other:
                assert right <= x or end <= left or bottom <= y or low <= top, (kind, other)


def edge_strips(picture: CardPicture, inset: int, width: int) -> list[Pixels]:
    """Narrow columns just inside the card's left and right edges, without the round corners."""
    left, top, right, bottom = opaque_box(picture)
    corner = max(8, (bottom - top) // 4)
    found = blend_over_grey(picture)[top + corner : bottom - corner]
    return [found[:, left + inset : left + inset + width], found[:, right - inset - width : right - inset]]


TOO_LONG: dict[str, Callable[[str], Card]] = {
    "product": lambda text: ProductCard(text, text, text, text, (text, text, text), text),
    "lower third": lambda text: LowerThird(text, text),
    "keyword": lambda text: KeywordOverlay(text, "en", text, "ar"),
    "countdown": lambda text: CountdownOverlay(10, text),
}


ENDLESS = {"words": LONG * 3, "word": "W" * 400, "Han": "广告" * 200, "Thai": "ประเทศไทย" * 60, "emoji": "👩\u200d🚀" * 90}


@pytest.mark.parametrize("text", ENDLESS)
@pytest.mark.parametrize("kind", TOO_LONG)
def test_long_text_never_touches_the_edge(kind: str, text: str) -> None:
    """The background is a vertical gradient, so each row beside the text has one colour."""
    picture = draw(TOO_LONG[kind](ENDLESS[text]))
    for strip in edge_strips(picture, 9, 4):
        assert int((strip.max(axis=1).astype(int) - strip.min(axis=1)).max()) <= 4
    assert picture.height < WIDE.height


@pytest.mark.parametrize("canvas", CANVASES)
def test_a_product_card_with_long_texts_stays_in_the_safe_area(canvas: str) -> None:
    size = CANVASES[canvas]
    card = ProductCard(LONG, "$1,234,567.00", "$2,345,678.00", LONG, (LONG, LONG, LONG), LONG, LONG, product_picture(300, 300))
    safe = HARBOUR.shapes[shape_of(size)].safe
    left, top, right, bottom = on_canvas(draw(card, HARBOUR, size), size)
    assert top >= safe.top * size.height - 3
    assert bottom <= size.height * (1 - safe.bottom) + 3
    assert right - left <= HARBOUR.shapes[shape_of(size)].places[CardKind.PRODUCT].width * size.width + 3


@pytest.mark.parametrize("size", [(160, 160), (160, 284), (320, 180), (3840, 2160)])
def test_cards_fit_the_smallest_and_the_largest_canvas(size: tuple[int, int]) -> None:
    canvas = Canvas(*size, 30)
    for kind, card in cards("th").items():
        picture = draw(card, HARBOUR, canvas)
        assert picture.height < canvas.height
        assert kind is CardKind.TICKER or picture.width < canvas.width * 1.1


def test_a_right_to_left_card_is_mirrored() -> None:
    accent = HARBOUR.colours.accent
    latin, arabic = (draw(cards(language)[CardKind.LOWER_THIRD]) for language in ("en", "ar"))
    for picture, at_left in ((latin, True), (arabic, False)):
        left, top, right, bottom = opaque_box(picture)
        rgb = blend_over_grey(picture)
        middle = (top + bottom) // 2
        ends = near(rgb[middle : middle + 1, [left + 3, right - 4]], accent)[0]
        assert list(ends) == [at_left, not at_left]
    assert latin.x < 0.1
    assert arabic.x > 0.5
    assert (latin.enter, arabic.enter) == (OverlayAnimation.SLIDE_LEFT, OverlayAnimation.SLIDE_RIGHT)
    assert (latin.leave, arabic.leave) == (OverlayAnimation.SLIDE_LEFT, OverlayAnimation.SLIDE_RIGHT)


@pytest.mark.parametrize(("language", "at_left"), [("en", True), ("ar", False)])
def test_the_product_picture_is_at_the_start_of_the_line(language: str, at_left: bool) -> None:
    picture = draw(cards(language, product_picture(300, 300))[CardKind.PRODUCT], HARBOUR, TALL)
    left, top, right, bottom = opaque_box(picture)
    pale = near(blend_over_grey(picture), "#e6dccf", 24)
    width = (right - left) // 3
    shares = [float(pale[top:bottom, start : start + width].mean()) for start in (left, right - width)]
    assert (shares[0] > 0.3) is at_left
    assert (shares[1] > 0.3) is not at_left


def test_each_language_of_a_keyword_has_its_direction() -> None:
    """A leading Latin word is on the right of an Arabic line and on the left of an English one."""
    mixed = "hot ساخن"
    arabic, latin = (blend_over_grey(draw(KeywordOverlay("Keeps warm", "en", mixed, language))) for language in ("ar", "en"))
    assert arabic.shape == latin.shape
    differing = np.flatnonzero((arabic != latin).any(axis=(1, 2)))
    assert differing.size
    assert differing.min() > arabic.shape[0] * 0.45, "the first line is the same"


def test_a_countdown_keeps_its_size_and_changes_only_its_digits() -> None:
    pictures = [draw(CountdownOverlay(seconds, "Offer ends in")) for seconds in (3599, 754, 753, 11, 0)]
    assert len({(one.width, one.height, one.x, one.y) for one in pictures}) == 1
    before, after = pixels(pictures[1]), pixels(pictures[2])
    columns = np.flatnonzero((before != after).any(axis=(0, 2)))
    left, _, right, _ = opaque_box(pictures[1])
    assert columns.size
    assert columns.min() > left + (right - left) * 0.7, "12:34 and 12:33 differ only in the last digit"


@pytest.mark.parametrize(
    ("seconds", "face"),
    [(0, "00:00"), (-5, "00:00"), (9, "00:09"), (754, "12:34"), (3599, "59:59"), (3600, "1:00:00"), (10**9, "99:59:59")],
)
def test_a_countdown_shows_the_time_left(seconds: int, face: str) -> None:
    assert clock_text(seconds) == face


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("canvas", CANVASES)
def test_a_tickers_end_meets_its_beginning(language: str, canvas: str) -> None:
    size = CANVASES[canvas]
    picture = draw(cards(language)[CardKind.TICKER], HARBOUR, size)
    found = pixels(picture)
    assert picture.width >= size.width
    assert (found[:, 0] == found[:, 1]).all()
    assert (picture.scroll_px_per_s < 0) is is_right_to_left(language)
    assert picture.scroll_px_per_s % size.fps == 0, "whole pixels per frame"
    text = (np.abs(found[:, :, :3].astype(int) - found[found.shape[0] // 2, 0, :3]).max(axis=2) > 60)[8:-4].any(axis=0)
    assert text[: size.width].any()


def test_a_ticker_with_very_long_text_stays_within_bounds() -> None:
    picture = draw(Ticker((LONG * 9,) * 200))
    found = pixels(picture)
    assert picture.width <= 24_000
    assert (found[:, 0] == found[:, -1]).all(), "no line is cut at the seam"


def test_a_ticker_without_text_is_an_empty_band() -> None:
    assert draw(Ticker(())).width == draw(Ticker(("", "  "))).width == WIDE.width


def test_emoji_on_a_ticker_are_in_colour() -> None:
    found = pixels(draw(Ticker(("🎁",)))).astype(int)[6:]
    spread = found[:, :, :3].max(axis=2) - found[:, :, :3].min(axis=2)
    ground = int(spread[2, 0])
    assert (spread > ground + 80).sum() > 100


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("canvas", CANVASES)
def test_a_qr_card_can_be_read(theme: str, canvas: str) -> None:
    rgb = blend_over_grey(draw(cards("en")[CardKind.QR], THEMES[theme], CANVASES[canvas]))
    text, *_ = cv2.QRCodeDetector().detectAndDecode(cv2.cvtColor(rgb, cv2.COLOR_RGB2BGR))
    assert text == WATCH_URL


def test_qr_modules_are_whole_pixels_with_a_quiet_zone() -> None:
    modules = tuple(tuple((row + column) % 2 == 0 for column in range(21)) for row in range(21))
    grey = blend_over_grey(draw(QrCard(modules), THEMES["paper"])).max(axis=2)
    rows, columns = np.nonzero(grey < 24)
    side = (int(columns.max()) + 1 - int(columns.min())) / 21
    assert side == int(side) >= 4
    row = grey[int(rows.min()) + 1]
    assert set(np.diff(np.flatnonzero(np.diff((row < 24).astype(int))))) == {int(side)}
    assert (row[columns.min() - 4 * int(side) : columns.min()] > 250).all()


@pytest.mark.parametrize("file_type", ["PNG", "JPG", "WEBP"])
def test_pictures_of_every_file_format_are_shown(file_type: str) -> None:
    card = cards("en", product_picture(600, 600, file_type))[CardKind.PRODUCT]
    assert near(blend_over_grey(draw(card)), "#5fb3a1", 20).sum() > 300


@pytest.mark.parametrize(
    "content",
    [b"", b"no picture", product_picture(64, 64)[:200], b"\x89PNG\r\n\x1a\n" + bytes(50)],
    ids=["none", "text", "cut off", "empty"],
)
def test_a_card_with_a_broken_picture_is_drawn_without_it(content: bytes) -> None:
    card = cards("en")[CardKind.PRODUCT]
    assert isinstance(card, ProductCard)
    assert draw(replace(card, picture=content)) == draw(card)


def test_an_oversized_picture_is_left_out() -> None:
    image = QImage(8100, 8100, QImage.Format.Format_Mono)
    image.fill(0)
    card = cards("en", encoded(image, "PNG"))[CardKind.PRODUCT]
    assert draw(card) == draw(cards("en")[CardKind.PRODUCT])


@pytest.mark.parametrize("size", [(300, 900), (900, 300)], ids=["tall", "wide"])
def test_a_picture_of_another_aspect_ratio_is_not_cropped(size: tuple[int, int]) -> None:
    image = QImage(*size, QImage.Format.Format_RGB32)
    image.fill(QColor("#20a040"))
    for x, y in ((0, 0), (size[0] - 30, 0), (0, size[1] - 30), (size[0] - 30, size[1] - 30)):
        for column in range(x, x + 30):
            for row in range(y, y + 30):
                image.setPixelColor(column, row, QColor("#ff00ff"))
    picture = blend_over_grey(draw(cards("en", encoded(image, "PNG"))[CardKind.PRODUCT]))
    marks, *_ = cv2.connectedComponents(near(picture, "#ff00ff", 60).astype(np.uint8))
    assert marks - 1 == 4, "all four corners are visible"


def test_a_photo_is_rotated_by_its_exif_orientation() -> None:
    image = QImage(400, 300, QImage.Format.Format_RGB32)
    image.fill(QColor("#2050c0"))
    plain = encoded(image, "JPG")
    # an EXIF segment with orientation 6: rotate by 90 degrees
    exif = b"Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0\x06\0\0\0\0\0\0"
    turned = plain[:2] + b"\xff\xe1" + (len(exif) + 2).to_bytes(2, "big") + exif + plain[2:]
    heights = []
    for content in (plain, turned):
        blue = near(blend_over_grey(draw(cards("en", content)[CardKind.PRODUCT])), "#2050c0", 12)
        rows, columns = np.nonzero(blue)
        heights.append((int(rows.max() - rows.min()), int(columns.max() - columns.min())))
    assert heights[0][0] <= heights[0][1]
    assert heights[1] != heights[0]


def test_omitted_parts_leave_no_gap() -> None:
    full = cards("en")[CardKind.PRODUCT]
    assert isinstance(full, ProductCard)
    heights = [
        draw(card).height
        for card in (full, replace(full, was=""), replace(full, delivery=""), replace(full, keywords=()), ProductCard("Flask"))
    ]
    assert heights[0] == heights[1]
    assert heights[1] > heights[2] > heights[4]
    assert heights[3] < heights[0]


def test_a_card_scales_with_its_canvas() -> None:
    small, large = (draw(cards("en")[CardKind.LOWER_THIRD], HARBOUR, Canvas(width, width * 9 // 16, 30)) for width in (1280, 1920))
    assert large.height == pytest.approx(small.height * 1.5, abs=8)
    assert large.x == pytest.approx(small.x, abs=0.01)


@pytest.mark.parametrize(
    ("size", "shape"), [((1280, 720), "wide"), ((720, 1280), "tall"), ((1080, 1080), "square"), ((1440, 1080), "wide")]
)
def test_themes_have_their_shapes(size: tuple[int, int], shape: str) -> None:
    assert shape_of(Canvas(*size)) is CanvasShape(shape)


def test_themes_differ_and_use_their_price_colour() -> None:
    looks = set()
    for theme in THEMES.values():
        picture = draw(cards("en")[CardKind.PRODUCT], theme)
        looks.add(picture.rgba)
        assert near(blend_over_grey(picture), theme.colours.price, 10).sum() > 100
    assert len(looks) == len(THEMES) >= 3


def test_a_card_drawn_on_another_thread_is_identical() -> None:
    """The app draws cards on a worker thread."""
    all_cards = cards("ar", product_picture(200, 200))
    here = [draw(card) for card in all_cards.values()]
    there: list[CardPicture] = []
    thread = threading.Thread(target=lambda: there.extend(draw(card) for card in all_cards.values()))
    thread.start()
    thread.join()
    assert there == here


def test_a_card_becomes_a_command() -> None:
    picture = draw(cards("en")[CardKind.TICKER])
    command = show_card_command("ticker", picture)
    assert (command.overlay_id, command.width, command.rgba, command.scroll_px_per_s) == (
        "ticker",
        picture.width,
        picture.rgba,
        picture.scroll_px_per_s,
    )
    assert (command.enter, command.duration_ms) == (picture.enter, picture.duration_ms)
