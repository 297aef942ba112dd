"""What cards are drawn on: a sheet with room for the shadow, panels, pills and small signs."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPen

from app.domain.card_theme import CardTheme, ShapeTheme, shape_of
from app.domain.output import Canvas
from app.domain.schema import parse_colour
from app.overlay.cards_text import Face, Type

_SHADOW_DROP = 0.3  # of its reach: light comes from above
MAX_SIDE = 32_000  # of a sheet; a ticker may be long


def colour(text: str) -> QColor:
    """A theme's colour; raises FieldError for what is none."""
    return QColor(*parse_colour("colour", text))


def even(length: float) -> int:
    return min(MAX_SIDE, max(2, math.ceil(length / 2 - 0.001) * 2))


@dataclass(frozen=True, slots=True)
class Setting:
    """A theme on a canvas: measures in pixels."""

    theme: CardTheme
    canvas: Canvas

    @property
    def shape(self) -> ShapeTheme:
        return self.theme.shapes[shape_of(self.canvas)]

    def px(self, fraction: float) -> float:
        """Pixels of a measure that the theme gives as a fraction of the canvas's height."""
        return fraction * self.canvas.height * self.shape.scale

    @property
    def pad(self) -> float:
        return round(self.px(self.theme.form.padding))

    @property
    def radius(self) -> float:
        return self.px(self.theme.form.radius)

    @property
    def reach(self) -> float:
        """How far a shadow reaches."""
        return self.px(self.theme.form.shadow)

    def type(self, face: Face, size: float, language: str) -> Type:
        return Type(self.theme.fonts, face, self.px(size), language)


@dataclass(frozen=True, slots=True)
class Drawn:
    """A finished sheet, and the card's own rectangle on it: the shadow lies outside."""

    image: QImage
    body: QRectF


class Sheet:
    """A transparent image whose painter's origin is the top left corner of the card's body.

    `with Sheet(…) as painter:` draws; afterwards `drawn` holds the result.
    """

    def __init__(self, width: float, height: float, margin: float = 0.0) -> None:
        edge = even(margin) if margin else 0
        self._body = QRectF(edge, edge, math.ceil(width), math.ceil(height))
        self._image = QImage(even(width + 2 * edge), even(height + 2 * edge), QImage.Format.Format_ARGB32_Premultiplied)
        self._image.fill(Qt.GlobalColor.transparent)
        self._painter = QPainter()

    def __enter__(self) -> QPainter:
        painter = self._painter
        painter.begin(self._image)
        hints = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing | QPainter.RenderHint.SmoothPixmapTransform
        painter.setRenderHints(hints)
        painter.translate(self._body.topLeft())
        return painter

    def __exit__(self, *_: object) -> None:
        self._painter.end()

    @property
    def drawn(self) -> Drawn:
        return Drawn(self._image, self._body)


def rounded(rect: QRectF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    return path


def draw_shadow(painter: QPainter, rect: QRectF, radius: float, reach: float, tint: QColor) -> None:
    """A soft shadow around a rounded rectangle, made of rings that grow fainter; what the panel covers is left out."""
    if reach < 1.0 or not tint.alpha():
        return
    painter.setBrush(Qt.BrushStyle.NoBrush)
    below = rect.translated(0.0, reach * _SHADOW_DROP)
    steps = math.ceil(reach * (1.0 + _SHADOW_DROP))
    for step in range(-math.ceil(reach * _SHADOW_DROP * 2), steps):
        spread = step + 0.5
        along = min(1.0, max(0.0, (spread + reach * 0.6) / (reach * 1.6)))
        ring = QColor(tint)
        ring.setAlphaF(tint.alphaF() * (1.0 - along) ** 2)
        painter.setPen(QPen(ring, 1.0))
        corner = max(0.0, radius + spread)
        painter.drawRoundedRect(below.adjusted(-spread, -spread, spread, spread), corner, corner)


def draw_panel(painter: QPainter, rect: QRectF, setting: Setting, *, radius: float | None = None) -> None:
    """The theme's ground: shadow, gradient, and a fine border within."""
    colours, form = setting.theme.colours, setting.theme.form
    corner = setting.radius if radius is None else radius
    draw_shadow(painter, rect, corner, setting.reach, colour(colours.shadow))
    gradient = QLinearGradient(rect.topLeft(), rect.bottomLeft())
    gradient.setColorAt(0.0, colour(colours.panel))
    gradient.setColorAt(1.0, colour(colours.panel_end))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QBrush(gradient))
    painter.drawRoundedRect(rect, corner, corner)
    draw_border(painter, rect, corner, colour(colours.border), setting.px(form.border))


def draw_border(painter: QPainter, rect: QRectF, radius: float, tint: QColor, width: float) -> None:
    """A line along the inner edge."""
    if width <= 0.0 or not tint.alpha():
        return
    line = max(1.0, width)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(tint, line))
    inset = line / 2
    painter.drawRoundedRect(rect.adjusted(inset, inset, -inset, -inset), max(0.0, radius - inset), max(0.0, radius - inset))


def fill(painter: QPainter, rect: QRectF, radius: float, tint: QColor) -> None:
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(tint)
    painter.drawRoundedRect(rect, radius, radius)


def draw_dot(painter: QPainter, centre: QPointF, size: float, tint: QColor) -> None:
    """A small disc with a ring of light around it."""
    halo = QColor(tint)
    halo.setAlphaF(tint.alphaF() * 0.28)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(halo)
    painter.drawEllipse(centre, size * 0.5, size * 0.5)
    painter.setBrush(tint)
    painter.drawEllipse(centre, size * 0.28, size * 0.28)


def draw_parcel(painter: QPainter, box: QRectF, tint: QColor) -> None:
    """A parcel, seen from above its edge: what stands before words about delivery."""
    line = max(1.0, box.width() * 0.09)
    pen = QPen(tint, line)
    pen.setJoinStyle(Qt.PenJoinStyle.RoundJoin)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    left, right, middle = box.left() + line, box.right() - line, box.center().x()
    top, bottom = box.top() + line, box.bottom() - line
    fold = top + (bottom - top) * 0.27
    path = QPainterPath(QPointF(middle, top))
    for point in ((right, fold), (right, bottom - fold + top), (middle, bottom), (left, bottom - fold + top), (left, fold), (middle, top)):
        path.lineTo(QPointF(*point))
    path.moveTo(QPointF(left, fold))
    path.lineTo(QPointF(middle, fold * 2 - top))
    path.lineTo(QPointF(right, fold))
    path.moveTo(QPointF(middle, fold * 2 - top))
    path.lineTo(QPointF(middle, bottom))
    painter.drawPath(path)


@dataclass(frozen=True, slots=True)
class Flow:
    """Turns distances from where reading begins into places on a card of this width."""

    width: float
    mirrored: bool

    def x(self, start: float, width: float) -> float:
        """The left edge of something so wide that begins `start` pixels from where reading begins."""
        return self.width - start - width if self.mirrored else start

    def box(self, start: float, top: float, width: float, height: float) -> QRectF:
        return QRectF(self.x(start, width), top, width, height)
