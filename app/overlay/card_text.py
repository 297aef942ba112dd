"""Text on cards: chooses the font by language, shrinks or truncates the text to fit, and sets its direction."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPainter, QPen, QTextLayout, QTextOption

from app.domain.base.localized_text import is_right_to_left, reads_right_to_left
from app.domain.selling.card_theme import CardFonts
from app.overlay.card_fonts import breaks_anywhere, font_families, line_extents

ELLIPSIS = "…"
_NO_END = " ,;:.-–—·،؛、，。"  # would look like a mistake before an ellipsis
SHRINK_STEPS = (1.0, 0.93, 0.86, 0.79, 0.72)  # of the wanted size; smaller text no longer fits the card's design


class Face(Enum):
    """TEXT is regular, STRONG the same in bold, DISPLAY the theme's bold face for the most prominent text."""

    TEXT = "text"
    STRONG = "strong"
    DISPLAY = "display"


class Align(Enum):
    """START is left or right, depending on the language."""

    START = "start"
    CENTRE = "centre"


@dataclass(frozen=True, slots=True)
class Type:
    """How a text is set: the wanted font size in pixels, and its language."""

    fonts: CardFonts
    face: Face
    size: float
    language: str

    @property
    def mirrored(self) -> bool:
        return is_right_to_left(self.language)

    def font(self, text: str, share: float = 1.0) -> QFont:
        """The font for this text at this share of the wanted size."""
        general = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
        font = QFont(general)
        display = self.face is Face.DISPLAY
        font.setFamilies([*font_families(text, self.language, self.fonts, display=display), general.family()])
        font.setPixelSize(max(6, round(self.size * share)))
        font.setWeight(QFont.Weight.Normal if self.face is Face.TEXT else QFont.Weight.Bold)
        font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        return font


@dataclass(frozen=True, slots=True)
class TextBlock:
    """A laid-out text: `width` and `height` in pixels, `ascent` of the first line."""

    layout: QTextLayout
    text: str
    width: float
    height: float
    ascent: float

    def draw(self, painter: QPainter, x: float, y: float, colour: QColor) -> None:
        """Draw with the box's top left corner at (x, y)."""
        painter.setPen(QPen(colour))
        self.layout.draw(painter, QPointF(x, y))


def _laid(text: str, font: QFont, type_: Type, width: float, align: Align, *, anywhere: bool) -> QTextLayout:
    """Break the text into lines of at most this width, unless a word is wider."""
    layout = QTextLayout(text, font)
    if align is Align.CENTRE:
        where = Qt.AlignmentFlag.AlignHCenter
    else:
        where = Qt.AlignmentFlag.AlignRight if type_.mirrored else Qt.AlignmentFlag.AlignLeft
    option = QTextOption(where | Qt.AlignmentFlag.AlignAbsolute)
    runs_left = reads_right_to_left(text, type_.language)  # the card decides its side, the text its direction
    option.setTextDirection(Qt.LayoutDirection.RightToLeft if runs_left else Qt.LayoutDirection.LeftToRight)
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if anywhere else QTextOption.WrapMode.WordWrap)
    layout.setTextOption(option)
    layout.setCacheEnabled(True)
    above, below = line_extents(text, type_.language)
    size = font.pixelSize()
    layout.beginLayout()
    baseline = above * size
    while (line := layout.createLine()).isValid():
        line.setLineWidth(width)
        # Not the fonts' own line heights: including every fallback font, a line would be as high as two.
        line.setPosition(QPointF(0.0, baseline - line.ascent()))
        baseline += (above + below) * size
    layout.endLayout()
    return layout


def _fits(layout: QTextLayout, width: float, lines: int) -> bool:
    count = layout.lineCount()
    return count <= lines and all(layout.lineAt(number).naturalTextWidth() <= width + 0.5 for number in range(count))


def _widest(layout: QTextLayout) -> float:
    return max((layout.lineAt(number).naturalTextWidth() for number in range(layout.lineCount())), default=0.0)


def _block(text: str, font: QFont, type_: Type, width: float, align: Align) -> TextBlock:
    """Lay the text out in a box of exactly this width; it is known to fit."""
    layout = _laid(text, font, type_, width, align, anywhere=True)
    above, below = line_extents(text, type_.language)
    return TextBlock(layout, text, width, layout.lineCount() * (above + below) * font.pixelSize(), above * font.pixelSize())


def _ends_of_characters(text: str, font: QFont) -> Sequence[int]:
    """Where the text can be cut between grapheme clusters, in UTF-16 units as Qt counts them."""
    layout = QTextLayout(text, font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    ends, last = [0], layout.nextCursorPosition(0)
    while last > ends[-1]:
        ends.append(last)
        last = layout.nextCursorPosition(last)
    return ends[1:]


def _cut(text: str, font: QFont, type_: Type, width: float, lines: int) -> str:
    """As much of the beginning as fits, with an ellipsis."""
    units = text.encode("utf-16-le")
    ends = _ends_of_characters(text, font)

    def shortened(count: int) -> str:
        end = ends[count - 1] if count else 0
        return units[: 2 * end].decode("utf-16-le").rstrip(_NO_END) + ELLIPSIS

    low, high = 0, len(ends)
    while low < high:
        middle = (low + high + 1) // 2
        if _fits(_laid(shortened(middle), font, type_, width, Align.START, anywhere=True), width, lines):
            low = middle
        else:
            high = middle - 1
    return shortened(low)


def fit_text(text: str, type_: Type, width: float, *, lines: int = 1, align: Align = Align.START, tight: bool = False) -> TextBlock:
    """Lay the text out in a box of at most this width and number of lines: shrink it within reason, then truncate it with an ellipsis.

    `tight` makes the box as narrow as the text (one line) or as possible with the same number of lines.
    """
    text = " ".join(text.split())
    for share in SHRINK_STEPS:
        font = type_.font(text, share)
        layout = _laid(text, font, type_, width, align, anywhere=False)
        if _fits(layout, width, lines):
            break
    else:
        font = type_.font(text, SHRINK_STEPS[-1])
        layout = _laid(text, font, type_, width, align, anywhere=True)
        if not _fits(layout, width, lines):
            text = _cut(text, font, type_, width, lines)
            layout = _laid(text, font, type_, width, align, anywhere=True)
    return _block(text, font, type_, _narrowest(layout, text, font, type_, width) if tight else width, align)


def _narrowest(layout: QTextLayout, text: str, font: QFont, type_: Type, width: float) -> float:
    """The smallest width with the same number of lines, so that lines are about equally long."""
    lines = layout.lineCount()
    if lines <= 1 or breaks_anywhere(text):
        return min(width, math.ceil(_widest(layout)) + 1.0)
    low, high = math.ceil(width / lines * 0.8), math.ceil(_widest(layout)) + 1
    while low < high:
        middle = (low + high) // 2
        if _fits(_laid(text, font, type_, middle, Align.START, anywhere=False), middle, lines):
            high = middle
        else:
            low = middle + 1
    return min(width, float(high))
