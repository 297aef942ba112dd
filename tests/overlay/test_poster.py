"""Tests the pixels of posters of every size, theme and writing direction."""

import threading
from dataclasses import replace

import cv2
import numpy as np
import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.domain.base.schema import parse_colour
from app.domain.planning.announcements.poster import Poster, PosterSize, PosterTime
from app.overlay.poster import draw_poster
from tests.support.cards import WATCH_URL, Pixels, encoded, qr_modules, themes

THEMES = {theme.id: theme for theme in themes()}
HARBOUR = THEMES["harbour"]
BLUE = (10, 40, 250)
LONG = "Unbelievably long description of a product that no poster has room for, by somebody who could not stop "


def poster(language: str, title: str, day: str, places: str, live: str, news: str, caption: str) -> Poster:
    times = tuple(PosterTime(*place.split("|")) for place in places.split("; "))
    return Poster(title, day, times, language, live, tuple(news.split("; ")), caption, "tradewind.example/watch/live", qr_modules())


POSTERS = {
    "en": poster(
        "en",
        "Friday Night Outdoor Live: thermos bottles & travel sets",
        "Friday, March 12",
        "New York|Fri|8:00\u202fPM; Los Angeles|Fri|5:00\u202fPM; Shanghai|Sat|9:00\u202fAM|+1 day",
        "Live",
        "New product: Alpine thermos bottle; Guest: Maya Lindqvist",
        "Watch on your phone",
    ),
    "zh-Hans": poster(
        "zh-Hans",
        "周五夜直播间：高山保温杯新品首发",
        "3月12日星期五",
        "纽约|周五|20:00; 洛杉矶|周五|17:00; 上海|周六|09:00|+1天",
        "直播",
        "新品：高山保温杯 750 毫升; 嘉宾：林美雅",
        "扫码用手机观看",
    ),
    "ar": poster(
        "ar",
        "بث ليلة الجمعة: قوارير حرارية وأطقم السفر",
        "الجمعة، 12 مارس",
        "دبي|الجمعة|8:00 م; الرياض|الجمعة|7:00 م; شنغهاي|السبت|12:00 ص|+1 يوم",
        "بث مباشر",
        "منتج جديد: قارورة حرارية جبلية; ضيف الحلقة: ليلى حداد",
        "شاهد على هاتفك",
    ),
    "th": poster(
        "th",
        "ไลฟ์คืนวันศุกร์: กระติกน้ำเก็บความร้อน",
        "วันศุกร์ที่ 12 มีนาคม",
        "กรุงเทพ|ศ.|20:00; เซี่ยงไฮ้|ศ.|21:00",
        "ไลฟ์สด",
        "สินค้าใหม่: กระติกน้ำเก็บความร้อนอัลไพน์",
        "ดูบนมือถือ",
    ),
}
EVERYWHERE = pytest.mark.parametrize("size", PosterSize)


def draw(content: Poster, size: PosterSize = PosterSize.FEED, theme: str = "harbour") -> Pixels:
    """The poster's pixels as RGB."""
    encoded = draw_poster(content, THEMES[theme], size)
    image = cv2.imdecode(np.frombuffer(encoded, np.uint8), cv2.IMREAD_COLOR)
    assert image is not None
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_BGR2RGB), np.uint8)


def code(image: Pixels) -> tuple[str, float, float]:
    """The text that a phone reads, and the code's position as shares of width and height."""
    text, corners, _ = cv2.QRCodeDetector().detectAndDecode(image)
    assert corners is not None
    x, y = corners.reshape(-1, 2).mean(axis=0)
    return text, float(x) / image.shape[1], float(y) / image.shape[0]


def share_near(image: Pixels, colour: tuple[int, ...], within: int = 12) -> float:
    return float((np.abs(image.astype(int) - colour).max(axis=2) <= within).mean())


LOOKS = tuple(zip(POSTERS, (*THEMES, "harbour"), strict=True))


@EVERYWHERE
@pytest.mark.parametrize(("language", "theme"), LOOKS)
def test_a_phone_reads_the_code_of_every_poster(language: str, theme: str, size: PosterSize) -> None:
    """The code is below the text, on the side where reading starts."""
    image = draw(POSTERS[language], size, theme)
    assert image.shape == (*reversed(size.pixels), 3)
    text, across, down = code(image)
    assert text == WATCH_URL
    assert (across > 0.5) is (language == "ar")
    assert down > 0.6


@EVERYWHERE
def test_the_poster_uses_the_themes_colours(size: PosterSize) -> None:
    for name, theme in THEMES.items():
        image = draw(POSTERS["en"], size, name)
        assert share_near(image, parse_colour("colour", theme.colours.accent)[:3]) > 0.0008
        assert share_near(image, parse_colour("colour", theme.colours.price)[:3]) > 0.002
        assert share_near(image, parse_colour("colour", theme.colours.text)[:3]) > 0.006


def ball(*, cut_out: bool) -> bytes:
    """A picture of a blue disc, two thirds of its width."""
    image = QImage(600, 600, QImage.Format.Format_ARGB32)
    image.fill(Qt.GlobalColor.transparent if cut_out else Qt.GlobalColor.white)
    painter = QPainter(image)
    painter.setBrush(QColor(*BLUE))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(300, 300), 200, 200)
    painter.end()
    return encoded(image, "PNG")


@EVERYWHERE
@pytest.mark.parametrize("cut_out", [True, False], ids=["cut out", "photograph"])
def test_the_product_picture_is_large_and_not_cropped(cut_out: bool, size: PosterSize) -> None:
    image = draw(replace(POSTERS["en"], picture=ball(cut_out=cut_out)), size)
    rows, columns = np.nonzero(np.abs(image.astype(int) - BLUE).max(axis=2) < 6)
    width, height = np.ptp(columns), np.ptp(rows)
    assert height > size.pixels[1] * 0.09
    assert 0.97 < height / width < 1.03  # neither stretched nor cropped
    assert len(rows) / (width * height) > 0.76  # a disc covers π/4 of its square
    assert code(image)[0] == WATCH_URL


@EVERYWHERE
def test_an_unreadable_picture_leaves_no_gap(size: PosterSize) -> None:
    assert np.array_equal(draw(replace(POSTERS["en"], picture=b"no picture")), draw(POSTERS["en"]))


ENDLESS = {
    "words": (LONG * 3, PosterSize.FEED),
    "word": ("W" * 300, PosterSize.WIDE),
    "Han": ("广告直播" * 60, PosterSize.STORY),
    "Thai": ("ประเทศไทย" * 40, PosterSize.WIDE),
    "emoji": ("👩\u200d🚀" * 25, PosterSize.FEED),
}


@pytest.mark.parametrize(("text", "size"), ENDLESS.values(), ids=ENDLESS)
def test_any_content_stays_on_the_poster(text: str, size: PosterSize) -> None:
    """The code is last, so it would be missing if anything were too high. The edges equal those without text."""
    times = tuple(PosterTime(text, text, text, text) for _ in range(14))
    full = replace(POSTERS["en"], title=text, day=text, live=text, news=(text,) * 5, caption=text, address=text, times=times)
    image = draw(full, size)
    assert code(image)[0] == WATCH_URL
    bare = draw(Poster("", "", ()), size)
    for edge in (np.s_[:, :50], np.s_[:, -50:], np.s_[:50], np.s_[-50:]):
        assert np.array_equal(image[edge], bare[edge])


def ink_rows(image: Pixels) -> int:
    """The number of time lines: bands of the price colour where the times are."""
    colour = parse_colour("colour", HARBOUR.colours.price)[:3]
    right = image[:, image.shape[1] * 3 // 4 :]
    there = (np.abs(right.astype(int) - colour).max(axis=2) < 20).any(axis=1)
    return int((there[1:] & ~there[:-1]).sum())


@EVERYWHERE
def test_every_place_has_a_row(size: PosterSize) -> None:
    for count in (1, 4, 8, 10):
        times = tuple(PosterTime(f"City {number}", "Fri", "20:00") for number in range(count))
        assert ink_rows(draw(replace(POSTERS["en"], day="", times=times), size)) == count


def test_empty_parts_are_omitted() -> None:
    whole, bare = draw(POSTERS["en"]), draw(replace(POSTERS["en"], live="", news=(), caption="", address="", modules=()))
    assert share_near(bare, (255, 255, 255), 3) < 0.002 < share_near(whole, (255, 255, 255), 3)
    assert share_near(bare, parse_colour("colour", HARBOUR.colours.accent)[:3]) < 0.0002


def test_a_poster_can_be_drawn_on_any_thread() -> None:
    found: list[Pixels] = []
    thread = threading.Thread(target=lambda: found.append(draw(POSTERS["ar"], PosterSize.WIDE)), name="painter")
    thread.start()
    thread.join(60)
    (image,) = found
    there = np.abs(image.astype(int) - draw(POSTERS["ar"], PosterSize.WIDE))
    assert there.mean() < 0.1  # Qt shifts glyphs from its cache by fractions of a pixel
