"""Draws posters: one show, its times at several places, what is new and a QR code, in a card theme's colours."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPointF, QRectF, Qt
from PySide6.QtGui import QBrush, QImage, QImageWriter, QLinearGradient, QPainter, QPainterPath, QPen, QRadialGradient

from app.domain.base.errors import AppError
from app.domain.base.localized_text import is_right_to_left
from app.domain.planning.announcements.poster import Poster, PosterSize
from app.domain.selling.card_theme import CardTheme
from app.overlay.card_picture import decode_picture
from app.overlay.card_sheet import colour
from app.overlay.card_text import Face
from app.overlay.poster_parts import PosterBadge, PosterCode, PosterColumn, PosterNews, PosterPart, PosterPicture, PosterText, PosterTimes

SCALES = (1.35, 1.25, 1.16, 1.08, 1.0, 0.93, 0.86, 0.8, 0.74, 0.68, 0.62, 0.56, 0.5)
SCALES_WITH_PICTURE = (
    1.08,
    1.0,
    0.93,
    0.86,
    0.8,
    0.74,
    0.68,
    0.62,
)  # a picture is worth more than larger text, but less than readable text
LEAST_PICTURE = 0.2  # of the available height; a smaller picture is useless
LEAST_BESIDE = 0.36
GAP = 34.0  # between parts, at scale 1
WIDEST_GAP = 3.2  # times GAP; any further space goes above and below
# Margins of the texts (left and right, top, bottom): apps that show stories cover their ends.
MARGINS = {PosterSize.FEED: (76, 76, 76), PosterSize.STORY: (84, 200, 250), PosterSize.WIDE: (92, 84, 84)}
COLUMN_GAP = 88.0


def draw_poster(poster: Poster, theme: CardTheme, size: PosterSize) -> bytes:
    """The poster as a PNG. Needs a QGuiApplication (see `offscreen`); usable on any thread. Raises AppError "poster.not_written"."""
    width, height = size.pixels
    image = QImage(width, height, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    hints = QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing | QPainter.RenderHint.SmoothPixmapTransform
    painter.setRenderHints(hints)
    mirrored = is_right_to_left(poster.language)
    _draw_ground(painter, QRectF(0, 0, width, height), theme, mirrored=mirrored)
    side, top, bottom = MARGINS[size]
    room = QRectF(side, top, width - 2 * side, height - top - bottom)
    goods = decode_picture(poster.picture, width)
    if size is PosterSize.WIDE:
        _draw_beside(painter, room, poster, theme, goods, mirrored=mirrored)
    else:
        _draw_below(painter, room, poster, theme, goods)
    painter.end()
    return _png(image)


@dataclass(frozen=True, slots=True)
class _ColumnLayout:
    """The parts of a column, and the height they leave; below zero = they do not fit."""

    column: PosterColumn
    parts: Sequence[PosterPart]
    left: float


def _largest(lay: Callable[[float], _ColumnLayout], scales: Sequence[float]) -> _ColumnLayout:
    """The layout at the largest scale that fits, else at the smallest. `scales` is sorted, largest first."""
    low, high = 0, len(scales) - 1
    best = None
    while low < high:
        middle = (low + high) // 2
        laid = lay(scales[middle])
        if laid.left >= 0:
            best, high = laid, middle
        else:
            low = middle + 1
    return best if best is not None and best.column.scale == scales[high] else lay(scales[high])


def _laid(column: PosterColumn, room: QRectF, parts: Sequence[PosterPart]) -> _ColumnLayout:
    shown = [part for part in parts if part.height]
    gaps = GAP * column.scale * max(0, len(shown) - 1)
    return _ColumnLayout(column, shown, room.height() - sum(part.height for part in shown) - gaps)


def _pictured(plain: _ColumnLayout, goods: QImage, least: float, after: int) -> _ColumnLayout:
    """The layout with a picture in the free space after `after` parts; does not fit if the picture would be too small."""
    height = plain.left - GAP * plain.column.scale
    if height < least:
        return replace(plain, left=-1.0)
    return _ColumnLayout(plain.column, [*plain.parts[:after], PosterPicture(plain.column, goods, height), *plain.parts[after:]], 0.0)


def _with_or_without(lay: Callable[[float], _ColumnLayout], goods: QImage | None, least: float, after: int) -> _ColumnLayout:
    """With the picture, unless it would make the text too small."""
    if goods is not None:
        found = _largest(lambda scale: _pictured(lay(scale), goods, least, after), SCALES_WITH_PICTURE)
        if found.left >= 0:
            return found
    return _largest(lay, SCALES)


def _draw_below(painter: QPainter, room: QRectF, poster: Poster, theme: CardTheme, goods: QImage | None) -> None:
    """Draw everything in one column."""

    def lay(scale: float) -> _ColumnLayout:
        column = PosterColumn(theme, poster.language, room.width(), scale)
        return _laid(column, room, [*_head(column, poster), PosterTimes(column, poster.times), *_tail(column, poster)])

    after = sum(1 for text in (poster.live, poster.title, poster.day) if text)
    _draw_parts(painter, room, _with_or_without(lay, goods, room.height() * LEAST_PICTURE, after))


def _draw_beside(painter: QPainter, room: QRectF, poster: Poster, theme: CardTheme, goods: QImage | None, *, mirrored: bool) -> None:
    """Draw text where reading begins, with picture and times beside it."""
    width = (room.width() - COLUMN_GAP) / 2
    first = QRectF(room.right() - width if mirrored else room.left(), room.top(), width, room.height())
    second = QRectF(room.left() if mirrored else room.right() - width, room.top(), width, room.height())

    def lay_words(scale: float) -> _ColumnLayout:
        column = PosterColumn(theme, poster.language, width, scale)
        return _laid(column, first, [*_head(column, poster), *_tail(column, poster)])

    def lay_times(scale: float) -> _ColumnLayout:
        column = PosterColumn(theme, poster.language, width, scale)
        return _laid(column, second, [PosterTimes(column, poster.times)])

    _draw_parts(painter, first, _largest(lay_words, SCALES))
    _draw_parts(painter, second, _with_or_without(lay_times, goods, room.height() * LEAST_BESIDE, 0))


def _head(column: PosterColumn, poster: Poster) -> list[PosterPart]:
    """Title and day."""
    parts: list[PosterPart] = [PosterBadge(column, poster.live)] if poster.live else []
    if poster.title:
        parts.append(PosterText(column, column.set(poster.title, Face.DISPLAY, 88, column.width, lines=3), column.colours.text))
    if poster.day:
        parts.append(PosterText(column, column.set(poster.day, Face.STRONG, 52, column.width, lines=2), column.colours.price))
    return parts


def _tail(column: PosterColumn, poster: Poster) -> list[PosterPart]:
    """What is new, and the QR code."""
    return [PosterNews(column, poster.news), PosterCode(column, poster)]


def _draw_parts(painter: QPainter, room: QRectF, laid: _ColumnLayout) -> None:
    """Draw the parts one below the other, spread out, but close enough to look connected."""
    parts, column = laid.parts, laid.column
    left = max(0.0, room.height() - sum(part.height for part in parts))
    gap = min(left / max(1, len(parts) - 1), GAP * WIDEST_GAP * column.scale)
    top = (left - gap * max(0, len(parts) - 1)) / 2
    painter.save()
    painter.translate(room.topLeft())
    for part in parts:
        part.draw(painter, top)
        top += part.height + gap
    painter.restore()


def _draw_ground(painter: QPainter, whole: QRectF, theme: CardTheme, *, mirrored: bool) -> None:
    """Draw the background: the theme's panel, light from a corner, and wind lines."""
    colours = theme.colours
    gradient = QLinearGradient(whole.topLeft(), whole.bottomRight())
    gradient.setColorAt(0.0, colour(colours.panel))
    gradient.setColorAt(1.0, colour(colours.panel_end))
    painter.fillRect(whole, QBrush(gradient))
    bright, clear = colour(colours.accent), colour(colours.accent)
    bright.setAlphaF(0.2)
    clear.setAlphaF(0.0)
    light = QRadialGradient(whole.topLeft() if mirrored else whole.topRight(), max(whole.width(), whole.height()) * 0.62)
    light.setColorAt(0.0, bright)
    light.setColorAt(1.0, clear)
    painter.fillRect(whole, QBrush(light))
    _draw_wind(painter, whole, theme, mirrored=mirrored)


def _draw_wind(painter: QPainter, whole: QRectF, theme: CardTheme, *, mirrored: bool) -> None:
    painter.save()
    if mirrored:
        painter.translate(whole.width(), 0)
        painter.scale(-1, 1)
    tint = colour(theme.colours.accent)
    width, height = whole.width(), whole.height()
    for number in range(7):
        tint.setAlphaF(0.17 - number * 0.02)
        painter.setPen(QPen(tint, 3.0, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        down = number * 30.0
        path = QPainterPath(QPointF(width * 0.45 - down, -20))
        path.cubicTo(
            QPointF(width * 0.7, height * 0.05 + down), QPointF(width * 0.8, height * 0.12 + down * 1.6), QPointF(width + 20, down * 2.4)
        )
        painter.drawPath(path)
    painter.restore()


def _png(image: QImage) -> bytes:
    target = QByteArray()
    buffer = QBuffer(target)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writer = QImageWriter(buffer, QByteArray(b"png"))
    if not writer.write(image):
        raise AppError("poster.not_written", reason=writer.errorString())
    return bytes(target.data())
