"""The parts of a poster: badge, texts, table of times, news, QR code and picture, each within a column."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.domain.base.localized_text import is_right_to_left
from app.domain.planning.announcements.poster import MOST_NEWS, MOST_TIMES, Poster, PosterTime
from app.domain.selling.card_theme import CardColours, CardTheme
from app.overlay.card_picture import draw_picture, stands_free
from app.overlay.card_sheet import Flow, colour, draw_dot, fill, rounded
from app.overlay.card_text import Face, TextBlock, Type, fit_text
from app.overlay.figure_cards import QUIET_ZONE, draw_qr_modules

SMOOTH = Qt.TransformationMode.SmoothTransformation
FEW = 6  # side in pixels of the tiny version that becomes the blurred background


class PosterPart(Protocol):
    """An item with a height that draws itself into the painter's column at `top`."""

    @property
    def height(self) -> float: ...

    def draw(self, painter: QPainter, top: float) -> None: ...


@dataclass(frozen=True, slots=True)
class PosterColumn:
    """A theme in a column of this width; scale 1 is for a poster 1080 pixels wide."""

    theme: CardTheme
    language: str
    width: float
    scale: float

    @property
    def flow(self) -> Flow:
        return Flow(self.width, is_right_to_left(self.language))

    @property
    def colours(self) -> CardColours:
        return self.theme.colours

    def set(self, text: str, face: Face, size: float, width: float, *, lines: int = 1, language: str = "") -> TextBlock:
        """Lay out text of `size` pixels at scale 1."""
        return fit_text(text, Type(self.theme.fonts, face, size * self.scale, language or self.language), width, lines=lines, tight=True)

    def set_whole(self, text: str, face: Face, sizes: tuple[float, float], width: float, *, language: str = "") -> TextBlock:
        """On one line if it fits, else smaller on two: names and addresses are useless when truncated."""
        one = self.set(text, face, sizes[0], width, language=language)
        return one if one.text == " ".join(text.split()) else self.set(text, face, sizes[1], width, lines=2, language=language)


class PosterBadge:
    """A pill that says that the show is live."""

    def __init__(self, column: PosterColumn, text: str) -> None:
        self._column = column
        self._block = column.set(text, Face.STRONG, 34, column.width * 0.8)
        self._inner = 24 * column.scale
        self.height = self._block.height + 0.7 * self._inner

    def draw(self, painter: QPainter, top: float) -> None:
        column, dot = self._column, self._block.height * 0.55
        width = self._block.width + 2 * self._inner + dot * 1.3
        box = column.flow.box(0, top, width, self.height)
        fill(painter, box, self.height / 2, colour(column.colours.accent))
        ink = colour(column.colours.on_accent)
        along = self._inner + dot / 2
        x = box.right() - along if column.flow.mirrored else box.left() + along
        draw_dot(painter, QPointF(x, box.center().y()), dot, ink)
        text_left = box.left() + self._inner if column.flow.mirrored else box.right() - self._inner - self._block.width
        self._block.draw(painter, text_left, box.center().y() - self._block.height / 2, ink)


class PosterText:
    """Lines of text."""

    def __init__(self, column: PosterColumn, block: TextBlock, tint: str) -> None:
        self._column = column
        self._block = block
        self._tint = tint
        self.height = block.height

    def draw(self, painter: QPainter, top: float) -> None:
        self._block.draw(painter, self._column.flow.x(0, self._block.width), top, colour(self._tint))


@dataclass(frozen=True, slots=True)
class _TimeRow:
    city: TextBlock
    weekday: TextBlock
    clock: TextBlock
    shift: TextBlock | None


class PosterTimes:
    """One row per place: city, day difference from the poster's date, weekday and time."""

    def __init__(self, column: PosterColumn, times: Sequence[PosterTime]) -> None:
        self._column = column
        self._pad = 30 * column.scale
        self._gap = 20 * column.scale
        shown = times[:MOST_TIMES]
        room = column.width - 2 * self._pad
        clocks = [column.set(one.clock, Face.DISPLAY, 50, room * 0.42) for one in shown]
        weekdays = [column.set(one.weekday, Face.TEXT, 36, room * 0.2) for one in shown]
        shifts = [column.set(one.shift, Face.STRONG, 25, room * 0.2) if one.shift else None for one in shown]
        self._clock_width = max((block.width for block in clocks), default=0.0)
        self._weekday_width = max((block.width for block in weekdays), default=0.0)
        left = room - self._clock_width - self._weekday_width - 2 * self._gap
        self._rows = [
            _TimeRow(column.set_whole(one.city, Face.STRONG, (44, 32), left - self._chip_width(shift)), weekday, clock, shift)
            for one, weekday, clock, shift in zip(shown, weekdays, clocks, shifts, strict=True)
        ]
        self._row_height = max((max(row.clock.height, row.city.height) for row in self._rows), default=0.0) + 24 * column.scale
        self.height = self._row_height * len(self._rows) + 2 * self._edge if self._rows else 0.0

    @property
    def _edge(self) -> float:
        return 10 * self._column.scale

    def _chip_width(self, shift: TextBlock | None) -> float:
        return shift.width + 2 * self._gap if shift is not None else 0.0

    def draw(self, painter: QPainter, top: float) -> None:
        column, colours = self._column, self._column.colours
        radius = 28 * column.scale
        ground = colour(colours.chip)
        ground.setAlphaF(ground.alphaF() * 0.72)
        fill(painter, QRectF(0, top, column.width, self.height), radius, ground)
        y = top + self._edge
        for number, row in enumerate(self._rows):
            if number:
                self._draw_rule(painter, y)
            self._draw_row(painter, row, y)
            y += self._row_height

    def _draw_rule(self, painter: QPainter, y: float) -> None:
        line = colour(self._column.colours.text)
        line.setAlphaF(0.12)
        painter.fillRect(QRectF(self._pad, round(y), self._column.width - 2 * self._pad, max(1.0, 1.5 * self._column.scale)), line)

    def _draw_row(self, painter: QPainter, row: _TimeRow, y: float) -> None:
        flow, colours, middle = self._column.flow, self._column.colours, y + self._row_height / 2
        row.city.draw(painter, flow.x(self._pad, row.city.width), middle - row.city.height / 2, colour(colours.text))
        if row.shift is not None:
            self._draw_chip(painter, row.shift, self._pad + row.city.width + self._gap * 0.8, middle)
        end = self._column.width - self._pad
        clock_start = end - row.clock.width
        baseline = middle - row.clock.height / 2 + row.clock.ascent
        row.clock.draw(painter, flow.x(clock_start, row.clock.width), baseline - row.clock.ascent, colour(colours.price))
        weekday_start = end - self._clock_width - self._gap - self._weekday_width
        row.weekday.draw(painter, flow.x(weekday_start, row.weekday.width), baseline - row.weekday.ascent, colour(colours.muted))

    def _draw_chip(self, painter: QPainter, shift: TextBlock, start: float, middle: float) -> None:
        inner, height = self._gap * 0.6, shift.height + self._gap * 0.3
        box = self._column.flow.box(start, middle - height / 2, shift.width + 2 * inner, height)
        fill(painter, box, height / 2, colour(self._column.colours.saving))
        shift.draw(painter, box.left() + inner, middle - shift.height / 2, colour(self._column.colours.on_saving))


class PosterNews:
    """What is new, as a bulleted list."""

    def __init__(self, column: PosterColumn, news: Sequence[str]) -> None:
        self._column = column
        self._indent = 44 * column.scale
        room = column.width - self._indent
        self._blocks = [column.set(text, Face.TEXT, 38, room, lines=2) for text in news[:MOST_NEWS]]
        self._gap = 12 * column.scale
        self.height = sum(block.height for block in self._blocks) + self._gap * max(0, len(self._blocks) - 1)

    def draw(self, painter: QPainter, top: float) -> None:
        column = self._column
        for block in self._blocks:
            first_line = top + block.ascent * 0.68
            box = column.flow.box(0, first_line, self._indent * 0.6, 0)
            draw_dot(painter, QPointF(box.center().x(), first_line), self._indent * 0.5, colour(column.colours.accent))
            block.draw(painter, column.flow.x(self._indent, block.width), top, colour(column.colours.text))
            top += block.height + self._gap


class PosterCode:
    """The QR code, black on white in every theme, because phones have to read it; its caption is beside it."""

    def __init__(self, column: PosterColumn, poster: Poster) -> None:
        self._column = column
        self._modules = poster.modules
        count = len(poster.modules) + 2 * QUIET_ZONE
        self._module = max(3, int(264 * column.scale / count))
        self._side = self._module * count if poster.modules else 0
        self._gap = 32 * column.scale if poster.modules else 0.0
        room = column.width - self._side - self._gap
        self._caption = column.set(poster.caption, Face.STRONG, 40, room, lines=2) if poster.caption else None
        self._address = column.set_whole(poster.address, Face.TEXT, (29, 25), room, language="en") if poster.address else None
        self.height = max(float(self._side), self._words_height)

    @property
    def _words_height(self) -> float:
        return sum(block.height for block in (self._caption, self._address) if block is not None)

    def draw(self, painter: QPainter, top: float) -> None:
        column = self._column
        if self._modules:
            left, above = round(column.flow.x(0, self._side)), round(top)
            fill(painter, QRectF(left, above, self._side, self._side), 18 * column.scale, QColor("#ffffff"))
            quiet = QUIET_ZONE * self._module
            draw_qr_modules(painter, self._modules, left + quiet, above + quiet, self._module)
        y = top + (self.height - self._words_height) / 2
        for block, tint in ((self._caption, column.colours.text), (self._address, column.colours.muted)):
            if block is not None:
                block.draw(painter, column.flow.x(self._side + self._gap, block.width), y, colour(tint))
                y += block.height


class PosterPicture:
    """The product picture in the remaining space: a cut-out product on the theme's tile, a photo uncropped on a blurred copy of itself."""

    def __init__(self, column: PosterColumn, image: QImage, height: float) -> None:
        self._column = column
        self._image = image
        self.height = height

    def draw(self, painter: QPainter, top: float) -> None:
        tile = QRectF(0, top, self._column.width, self.height)
        radius = 28 * self._column.scale
        painter.setPen(Qt.PenStyle.NoPen)
        if stands_free(self._image):
            draw_picture(painter, self._image, tile, radius, colour(self._column.colours.tile))
            return
        painter.save()
        painter.setClipPath(rounded(tile, radius), Qt.ClipOperation.IntersectClip)
        self._draw_from_afar(painter, tile)
        factor = min(tile.width() / self._image.width(), tile.height() / self._image.height())
        size = QSizeF(self._image.width() * factor, self._image.height() * factor)
        box = QRectF(tile.center() - QPointF(size.width() / 2, size.height() / 2), size)
        painter.drawImage(box, self._image.scaled(size.toSize(), Qt.AspectRatioMode.IgnoreAspectRatio, SMOOTH))
        painter.restore()

    def _draw_from_afar(self, painter: QPainter, tile: QRectF) -> None:
        """Draw the picture over the whole tile, blurred until only its colours are left."""
        blurred = self._image.scaled(FEW, FEW, Qt.AspectRatioMode.IgnoreAspectRatio, SMOOTH)
        for side in (4 * FEW, 16 * FEW):  # in steps, because a single step would show the grid
            blurred = blurred.scaled(side, side, Qt.AspectRatioMode.IgnoreAspectRatio, SMOOTH)
        factor = max(tile.width() / self._image.width(), tile.height() / self._image.height())
        width, height = self._image.width() * factor, self._image.height() * factor
        painter.drawImage(QRectF(tile.center().x() - width / 2, tile.center().y() - height / 2, width, height), blurred)
        painter.fillRect(tile, QColor(0, 0, 0, 38))
