"""Draws text sources with Qt: any script and direction, colour emoji, outline and box."""

import math
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import (
    QBrush,
    QColor,
    QFont,
    QFontDatabase,
    QFontInfo,
    QGlyphRun,
    QImage,
    QPainter,
    QPainterPath,
    QPainterPathStroker,
    QRawFont,
    QTextLayout,
    QTextOption,
)

from app.domain.base.errors import Value
from app.domain.base.schema import completed, parse_colour
from app.domain.program.output import Canvas
from app.domain.program.source import KINDS, SourceKind

REFERENCE_LINES = 1080  # sizes in the settings are relative to a canvas of this height
MAX_SIDE = 4096  # no canvas is larger; limits memory when a whole page is pasted by mistake
UNWRAPPED_WIDTH = 1_000_000.0
COLOUR_TABLES = ("CBLC", "COLR", "sbix", "SVG ")  # CBLC is the small index of CBDT
OUTLINE_STAMPS = 16  # a colour glyph has no path, so its outline is stamped in this many directions

# The systems' fallback for Han characters often has another weight, and Japanese shapes in Chinese text.
CHINESE_FONTS = ("Noto Sans CJK SC", "Microsoft YaHei", "PingFang SC")
JAPANESE_FONTS = ("Noto Sans CJK JP", "Yu Gothic UI", "Hiragino Sans")
_KANA = ("\u3040", "\u30ff")

_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_ALIGNMENTS: Mapping[tuple[str, bool], Qt.AlignmentFlag] = {  # (setting, right to left)
    ("start", False): _LEFT,
    ("start", True): _RIGHT,
    ("centre", False): Qt.AlignmentFlag.AlignHCenter,
    ("centre", True): Qt.AlignmentFlag.AlignHCenter,
    ("end", False): _RIGHT,
    ("end", True): _LEFT,
}


class TextPicture(NamedTuple):
    """A drawn text: straight (not premultiplied) RGBA, 4 × width × height bytes, rows packed, both sides even."""

    width: int
    height: int
    rgba: bytes


@dataclass(frozen=True, slots=True)
class _Style:
    """The settings in canvas pixels."""

    font: QFont
    colour: QColor
    outline: float
    outline_colour: QColor
    box_colour: QColor
    padding: float
    radius: float
    align: str
    wrap_width: float


def _colour(key: str, value: Value) -> QColor:
    return QColor(*parse_colour(key, str(value)))


def font_for(chosen: str, text: str) -> QFont:
    """The chosen font, or the system's; with Chinese shapes of Han characters, or Japanese ones if there is kana."""
    # the system's font, not the application's: a show must look the same in any window language and without a window
    first = chosen or QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)).family()
    japanese = not chosen and any(_KANA[0] <= character <= _KANA[1] for character in text)
    font = QFont()
    # Qt caches one fallback list per first family, so another list needs another first family
    font.setFamilies([*JAPANESE_FONTS, first] if japanese else [first, *CHINESE_FONTS])
    return font


def _style(values: Mapping[str, Value], canvas_height: int) -> _Style:
    scale = canvas_height / REFERENCE_LINES
    font = font_for(str(values["font"]), str(values["text"]))
    font.setPixelSize(max(1, round(float(values["size"]) * scale)))
    font.setBold(bool(values["bold"]))
    font.setItalic(bool(values["italic"]))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    box_colour = _colour("box_colour", values["box_colour"])
    padding = float(values["box_padding"]) * scale if box_colour.alpha() else 0.0
    return _Style(
        font=font,
        colour=_colour("colour", values["colour"]),
        outline=float(values["outline_width"]) * scale,
        outline_colour=_colour("outline_colour", values["outline_colour"]),
        box_colour=box_colour,
        padding=padding,
        radius=float(values["box_radius"]) * scale,
        align=str(values["align"]),
        wrap_width=float(values["wrap_width"]) * scale,
    )


def _is_right_to_left(paragraph: str) -> bool:
    """The direction of the first strong character (rule P2 of the Unicode bidirectional algorithm)."""
    strong = (unicodedata.bidirectional(character) for character in paragraph)
    return next((kind != "L" for kind in strong if kind in ("L", "R", "AL")), False)


def _broken_lines(layout: QTextLayout, line_width: float) -> Iterator[QRectF]:
    """Break the paragraph, position its lines, and yield each line's natural rectangle."""
    layout.beginLayout()
    top = 0.0
    rectangles = []
    while (line := layout.createLine()).isValid():
        line.setLineWidth(line_width)
        line.setPosition(QPointF(0.0, top))
        top += line.height()
        rectangles.append(line.naturalTextRect())
    layout.endLayout()
    yield from rectangles


def _layouts(text: str, style: _Style) -> tuple[list[QTextLayout], float, float]:
    """One layout per paragraph (each has its own direction), and the width and height of all."""
    layouts = [QTextLayout(paragraph, style.font) for paragraph in text.split("\n")]
    widest = 0.0
    for layout in layouts:
        mirrored = _is_right_to_left(layout.text())
        option = QTextOption(_ALIGNMENTS[style.align, mirrored] | Qt.AlignmentFlag.AlignAbsolute)
        option.setTextDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
        option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere if style.wrap_width else QTextOption.WrapMode.NoWrap)
        layout.setTextOption(option)
        layout.setCacheEnabled(True)
        for rectangle in _broken_lines(layout, style.wrap_width or UNWRAPPED_WIDTH):
            widest = max(widest, rectangle.width())
    width = math.ceil(widest)
    height = 0.0
    for layout in layouts:
        for _ in _broken_lines(layout, width):
            pass
        layout.setPosition(QPointF(0.0, height))
        height += layout.boundingRect().height()
    return layouts, width, height


def _is_coloured(font: QRawFont) -> bool:
    """Whether the font has bitmaps or layers. Asking such a font for a path breaks Qt's metrics of it (seen with CBDT)."""
    return any(font.fontTable(table).size() for table in COLOUR_TABLES)


def _path_of(run: QGlyphRun, origin: QPointF) -> QPainterPath:
    """The outlines of a run's glyphs."""
    font = run.rawFont()
    path = QPainterPath()
    path.setFillRule(Qt.FillRule.WindingFill)
    for glyph, position in zip(run.glyphIndexes(), run.positions(), strict=True):
        path.addPath(font.pathForGlyph(glyph).translated(origin + position))
    return path


def _stamp(painter: QPainter, layout: QTextLayout, run: QGlyphRun, origin: QPointF, style: _Style) -> None:
    """Outline a run of colour glyphs by stamping its shape all around in the outline's colour."""
    bounds = run.boundingRect().translated(origin + layout.position()).adjusted(-1, -1, 1, 1).toAlignedRect()
    if bounds.isEmpty():
        return
    shape = QImage(bounds.size(), QImage.Format.Format_ARGB32_Premultiplied)
    shape.fill(Qt.GlobalColor.transparent)
    ink = QPainter(shape)
    ink.setPen(style.colour)
    layout.draw(ink, origin - QPointF(bounds.topLeft()))
    ink.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    ink.fillRect(shape.rect(), style.outline_colour)
    ink.end()
    for step in range(OUTLINE_STAMPS):
        angle = 2 * math.pi * step / OUTLINE_STAMPS
        painter.drawImage(QPointF(bounds.topLeft()) + QPointF(math.cos(angle), math.sin(angle)) * style.outline, shape)


def _draw_outline(painter: QPainter, layout: QTextLayout, origin: QPointF, style: _Style) -> None:
    stroker = QPainterPathStroker()
    stroker.setWidth(style.outline * 2)  # the stroke is centred on the glyph's edge
    stroker.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    outline = QPainterPath()
    outline.setFillRule(Qt.FillRule.WindingFill)
    for run in layout.glyphRuns():
        if _is_coloured(run.rawFont()):
            _stamp(painter, layout, run, origin, style)
        else:
            path = _path_of(run, origin + layout.position())
            outline.addPath(stroker.createStroke(path))
            outline.addPath(path)
    painter.fillPath(outline, QBrush(style.outline_colour))


def _even(length: float) -> int:
    return min(MAX_SIDE, max(2, math.ceil(length / 2) * 2))


def render_text(settings: Mapping[str, Value], canvas: Canvas) -> TextPicture:
    """Draw a text source for this canvas; sizes in `settings` are relative to 1080 lines.

    Needs a QGuiApplication (see `offscreen`). An empty text gives a small transparent picture. Raises FieldError for invalid settings.
    """
    values = completed(KINDS[SourceKind.TEXT].fields, settings)
    text = str(values["text"]).strip("\n")
    if not text.strip():
        return TextPicture(2, 2, bytes(16))
    style = _style(values, canvas.height)
    layouts, width, height = _layouts(text, style)
    margin = style.padding + style.outline
    # glyphs may extend beyond their advance (italics, swashes): leave room that the box does not cover
    slack = math.ceil(style.font.pixelSize() * 0.12) if not style.box_colour.alpha() else 0
    image = QImage(_even(width + 2 * (margin + slack)), _even(height + 2 * margin), QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    if style.box_colour.alpha():
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(style.box_colour)
        painter.drawRoundedRect(QRectF(image.rect()), style.radius, style.radius)
    painter.setPen(style.colour)
    origin = QPointF((image.width() - width) / 2, (image.height() - height) / 2)
    if style.outline > 0:
        for layout in layouts:
            _draw_outline(painter, layout, origin, style)
    for layout in layouts:
        layout.draw(painter, origin)
    painter.end()
    straight = image.convertToFormat(QImage.Format.Format_RGBA8888)
    return TextPicture(straight.width(), straight.height(), bytes(straight.constBits()))
