"""What cards are drawn on and with: a sheet with room for the shadow, panels, pills and icons."""

import math
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QLinearGradient, QPainter, QPainterPath, QPen

from app.domain.base.schema import parse_colour
from app.domain.program.output import Canvas
from app.domain.selling.card_theme import CardTheme, ShapeTheme, shape_of
from app.overlay.card_text import Face, Type

_SHADOW_DROP = 0.3  # of the shadow's reach: light comes from above
MAX_SIDE = 32_000  # of a sheet; a ticker may be long


def colour(text: str) -> QColor:
    """Parse a theme's colour; raises FieldError."""
    return QColor(*parse_colour("colour", text))


def even(length: float) -> int:
    return min(MAX_SIDE, max(2, math.ceil(length / 2 - 0.001) * 2))


@dataclass(frozen=True, slots=True)
class CardStyle:
    """A theme on a canvas, with measures in pixels."""

    theme: CardTheme
    canvas: Canvas

    @property
    def shape(self) -> ShapeTheme:
        return self.theme.shapes[shape_of(self.canvas)]

    def px(self, fraction: float) -> float:
        """Pixels of a measure that is a fraction of the canvas height."""
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
class DrawnCard:
    """A finished sheet and the card's own rectangle on it, without the shadow."""

    image: QImage
    body: QRectF


class CardSheet:
    """A transparent image; the painter's origin is the top left corner of the card's body.

    Draw inside `with CardSheet(…) as painter:`; afterwards `drawn` has the result.
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
    def drawn(self) -> DrawnCard:
        return DrawnCard(self._image, self._body)


def rounded(rect: QRectF, radius: float) -> QPainterPath:
    path = QPainterPath()
    path.addRoundedRect(rect, radius, radius)
    return path


def draw_shadow(painter: QPainter, rect: QRectF, radius: float, reach: float, tint: QColor) -> None:
    """Draw a soft shadow around a rounded rectangle, but not inside it."""
    if reach < 1.0 or not tint.alpha():
        return
    reach = round(reach)
    drop = round(reach * _SHADOW_DROP)
    rect = QRectF(rect.toAlignedRect())  # otherwise the seams between the pieces would show
    edge = math.ceil(reach + radius) + 1  # of the patch's four corners
    patch = _shadow_patch(edge, radius, reach, tint)
    around = QPainterPath()
    around.addRect(rect.adjusted(-2 * reach, -2 * reach, 2 * reach, 2 * reach))
    painter.save()
    painter.setClipPath(around.subtracted(rounded(rect.adjusted(0.5, 0.5, -0.5, -0.5), radius)), Qt.ClipOperation.IntersectClip)
    _draw_patch(painter, patch, edge, rect.adjusted(-reach, drop - reach, reach, reach + drop))
    painter.restore()


def _shadow_patch(edge: int, radius: float, reach: float, tint: QColor) -> QImage:
    """The shadow of the smallest rectangle with these corners, made of fading rings; its middle is one pixel."""
    side = 2 * edge + 1
    image = QImage(side, side, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    whole = QRectF(0, 0, side, side)
    depth = reach * 1.35  # it continues under the panel
    for step in range(math.ceil(depth)):
        inset = step + 0.5
        ring = QColor(tint)
        ring.setAlphaF(tint.alphaF() * min(1.0, inset / depth) ** 1.8)
        corner = max(0.0, radius + reach - inset)
        painter.setPen(QPen(ring, 1.0))
        painter.drawRoundedRect(whole.adjusted(inset, inset, -inset, -inset), corner, corner)
    painter.end()
    return image


def _three(edge: int, start: float, length: float) -> tuple[tuple[int, int, float, float], ...]:
    """(source start, length, target start, length) for a patch's two edges and the pixel between them."""
    between = length - 2 * edge
    return (0, edge, start, edge), (edge, 1, start + edge, between), (edge + 1, edge, start + length - edge, edge)


def _draw_patch(painter: QPainter, patch: QImage, edge: int, rect: QRectF) -> None:
    """Nine-patch: draw the corners unscaled and stretch the pixel between them."""
    columns = _three(edge, rect.left(), rect.width())
    rows = _three(edge, rect.top(), rect.height())
    for from_x, from_width, to_x, to_width in columns:
        for from_y, from_height, to_y, to_height in rows:
            if to_width > 0 and to_height > 0:
                painter.drawImage(QRectF(to_x, to_y, to_width, to_height), patch, QRectF(from_x, from_y, from_width, from_height))


def draw_panel(painter: QPainter, rect: QRectF, setting: CardStyle, *, radius: float | None = None) -> None:
    """Draw the theme's panel: shadow, gradient and a thin inner border."""
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
    """Draw a line along the inner edge."""
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
    """Draw a small disc with a halo."""
    halo = QColor(tint)
    halo.setAlphaF(tint.alphaF() * 0.28)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(halo)
    painter.drawEllipse(centre, size * 0.5, size * 0.5)
    painter.setBrush(tint)
    painter.drawEllipse(centre, size * 0.28, size * 0.28)


def draw_parcel(painter: QPainter, box: QRectF, tint: QColor) -> None:
    """Draw a parcel icon for delivery texts."""
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
    """Converts distances from the start of reading to x positions on a card of this width."""

    width: float
    mirrored: bool

    def x(self, start: float, width: float) -> float:
        """The left edge of an item of this width, `start` pixels from the start of reading."""
        return self.width - start - width if self.mirrored else start

    def box(self, start: float, top: float, width: float, height: float) -> QRectF:
        return QRectF(self.x(start, width), top, width, height)
