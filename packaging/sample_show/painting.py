"""Brushes, outlines, shadows and steam for painting the sample show's pictures."""

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QLinearGradient, QPainter, QPainterPath, QPen, QRadialGradient

SIZE = 800  # width and height of a picture


def colour(name: str, alpha: float = 1.0) -> QColor:
    made = QColor(name)
    made.setAlphaF(alpha)
    return made


def linear(start: tuple[float, float], end: tuple[float, float], *stops: str) -> QBrush:
    gradient = QLinearGradient(QPointF(*start), QPointF(*end))
    for number, stop in enumerate(stops):
        gradient.setColorAt(number / (len(stops) - 1), QColor(stop))
    return QBrush(gradient)


def radial(centre: tuple[float, float], radius: float, *stops: str) -> QBrush:
    gradient = QRadialGradient(QPointF(*centre), radius)
    for number, stop in enumerate(stops):
        gradient.setColorAt(number / (len(stops) - 1), QColor(stop))
    return QBrush(gradient)


def shape(start: tuple[float, float], *curves: tuple[float, ...]) -> QPainterPath:
    """A closed outline: two numbers = a line to (x, y), four = a quadratic curve, six = a cubic curve."""
    path = QPainterPath(QPointF(*start))
    for curve in curves:
        if len(curve) == 2:
            path.lineTo(curve[0], curve[1])
        elif len(curve) == 4:
            path.quadTo(*curve)
        else:
            path.cubicTo(*curve)
    path.closeSubpath()
    return path


def round_pen(brush: QBrush, width: float) -> QPen:
    """A pen with round ends."""
    return QPen(brush, width, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap)


def fill(painter: QPainter, path: QPainterPath, brush: QBrush | QColor) -> None:
    painter.fillPath(path, brush)


def oval(painter: QPainter, x: float, y: float, width: float, height: float, brush: QBrush | QColor) -> None:
    path = QPainterPath()
    path.addEllipse(QPointF(x, y), width / 2, height / 2)
    fill(painter, path, brush)


def rounded(painter: QPainter, rect: tuple[float, float, float, float], radius: float, brush: QBrush | QColor) -> None:
    path = QPainterPath()
    path.addRoundedRect(QRectF(*rect), radius, radius)
    fill(painter, path, brush)


def shadow(painter: QPainter, x: float, y: float, width: float, height: float, strength: float = 0.35) -> None:
    """A soft oval under an object."""
    painter.save()
    painter.translate(x, y)
    painter.scale(1.0, height / width)
    gradient = QRadialGradient(QPointF(0, 0), width / 2)
    gradient.setColorAt(0.0, colour("#2a1c10", strength))
    gradient.setColorAt(0.55, colour("#2a1c10", strength * 0.55))
    gradient.setColorAt(1.0, colour("#2a1c10", 0.0))
    painter.setBrush(QBrush(gradient))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.drawEllipse(QPointF(0, 0), width / 2, width / 2)
    painter.restore()


def stage(painter: QPainter, wall: tuple[str, str], table: tuple[str, str], horizon: float = 520) -> None:
    """A wall lit from the upper left, and a table."""
    painter.fillRect(QRectF(0, 0, SIZE, SIZE), linear((0, 0), (0, horizon), *wall))
    glow = QRadialGradient(QPointF(240, 190), 520)
    glow.setColorAt(0, colour("#ffffff", 0.55))
    glow.setColorAt(1, colour("#ffffff", 0.0))
    painter.fillRect(QRectF(0, 0, SIZE, horizon), QBrush(glow))
    painter.fillRect(QRectF(0, horizon, SIZE, SIZE - horizon), linear((0, horizon), (0, SIZE), *table))
    edge = QLinearGradient(QPointF(0, horizon - 26), QPointF(0, horizon + 26))
    edge.setColorAt(0, colour("#3a2a1c", 0.0))
    edge.setColorAt(0.5, colour("#3a2a1c", 0.12))
    edge.setColorAt(1, colour("#3a2a1c", 0.0))
    painter.fillRect(QRectF(0, horizon - 26, SIZE, 52), QBrush(edge))


def steam(painter: QPainter, x: float, y: float, height: float) -> None:
    for number, (shift, lean) in enumerate(((-16, 18), (10, -22), (30, 16))):
        path = QPainterPath(QPointF(x + shift, y))
        path.cubicTo(x + shift + lean, y - height * 0.3, x + shift - lean * 1.6, y - height * 0.6, x + shift + lean * 0.6, y - height)
        gradient = QLinearGradient(QPointF(0, y), QPointF(0, y - height))
        gradient.setColorAt(0, colour("#ffffff", 0.0))
        gradient.setColorAt(0.35, colour("#ffffff", 0.5))
        gradient.setColorAt(1, colour("#ffffff", 0.0))
        painter.setPen(round_pen(QBrush(gradient), 13 - number * 3))
        painter.drawPath(path)
    painter.setPen(Qt.PenStyle.NoPen)
