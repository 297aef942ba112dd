"""Draws one day of a month: number, marks and shows."""

from dataclasses import dataclass
from datetime import date

from PySide6.QtCore import QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QPainter, QPen

from app.ui.kit.language import tr
from app.ui.kit.theme import Theme

HEAD_PX = 24
MARK_PX = 15
CHIP_PX = 20
CHIP_GAP_PX = 2
MARKS = 2  # lines for marks on a day without shows
SHOWS_SEEN = 2  # this many shows take precedence over marks
SMALL_PX = 11
_LOW_PX = 80  # a cell this low has one line for marks


@dataclass(frozen=True, slots=True)
class MonthItem:
    """One show on one day. `state`: "" (planned), "past", "now", "next"; `level` of its conflicts: "", "info", "warning", "block".
    `movable`: the user can drag it to another day."""

    key: str
    title: str
    hour: str
    state: str = ""
    level: str = ""
    series: bool = False
    moved: bool = False
    movable: bool = True
    tip: str = ""


@dataclass(frozen=True, slots=True)
class DayMark:
    """A festival or clock change on a day; `kind` is "festival", "commercial", "caution" or "clocks"."""

    kind: str
    words: str
    tip: str


@dataclass(frozen=True, slots=True)
class DayCell:
    """A day's shows in order, its marks and its name."""

    items: tuple[MonthItem, ...] = ()
    marks: tuple[DayMark, ...] = ()
    title: str = ""


MARK_COLOURS = {"festival": "info", "commercial": "accent", "caution": "warning", "clocks": "muted"}
_STATES = {"past": ("raised", "muted"), "now": ("live", "on_live"), "next": ("accent", "on_accent"), "": ("accent_soft", "text")}


class CellPainter:
    """Draws the parts of a day in a theme's colours."""

    def __init__(self, theme: Theme) -> None:
        self._theme = theme

    def _colour(self, name: str) -> QColor:
        return self._theme.colour(name)

    def mark_lines(self, cell: DayCell, rect: QRect) -> int:
        """The number of lines for marks; 0 if they would hide shows."""
        seen = (rect.height() - HEAD_PX - MARK_PX) // (CHIP_PX + CHIP_GAP_PX)
        if seen < min(SHOWS_SEEN, len(cell.items)):
            return 0
        return min(len(cell.marks), MARKS if rect.height() > _LOW_PX and not cell.items else 1)

    def weekdays(self, painter: QPainter, rect: QRect, words: tuple[str, ...]) -> None:
        """Draw the weekday names."""
        painter.setPen(self._colour("muted"))
        painter.setFont(_font(painter, SMALL_PX + 1, bold=True))
        for place, word in enumerate(words):
            left, right = rect.width() * place // 7, rect.width() * (place + 1) // 7
            painter.drawText(QRect(left + 8, rect.top(), right - left - 8, rect.height()), Qt.AlignmentFlag.AlignVCenter, word)

    def ground(self, painter: QPainter, rect: QRect, day: date, *, inside: bool, today: bool, focused: bool, target: bool) -> None:
        """Draw the day's field and number. `inside`: in the shown month; `target`: a show is dragged onto it."""
        box = QRectF(rect).adjusted(1.5, 1.5, -1.5, -1.5)
        painter.setPen(QPen(self._colour("focus" if focused else "accent" if target else "border"), 2 if target or focused else 1))
        painter.setBrush(self._colour("accent_soft" if target else "card" if inside else "window"))
        painter.drawRoundedRect(box, 6, 6)
        number = QRect(rect.left() + 6, rect.top() + 4, HEAD_PX - 2, HEAD_PX - 4)
        painter.setFont(_font(painter, 12, bold=today or day.day == 1))
        if today:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour("accent"))
            painter.drawRoundedRect(QRectF(number), 9, 9)
            painter.setPen(self._colour("on_accent"))
        else:
            painter.setPen(self._colour("text" if inside else "faint"))
        painter.drawText(number, Qt.AlignmentFlag.AlignCenter, str(day.day))

    def marks(self, painter: QPainter, rect: QRect, cell: DayCell) -> None:
        """Draw the marks; a number shows how many did not fit."""
        painter.setFont(_font(painter, SMALL_PX))
        metrics = painter.fontMetrics()
        lines = self.mark_lines(cell, rect)
        for place, mark in enumerate(cell.marks[:lines]):
            line = QRect(rect.left() + 2, rect.top() + HEAD_PX + place * MARK_PX, rect.width() - 4, MARK_PX)
            colour = self._colour(MARK_COLOURS.get(mark.kind, "muted"))
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour)
            painter.drawEllipse(QRectF(line.left() + 2, line.center().y() - 2, 5, 5))
            painter.setPen(colour)
            text = line.adjusted(11, 0, 0, 0)
            words = metrics.elidedText(mark.words, Qt.TextElideMode.ElideRight, text.width())
            painter.drawText(text, Qt.AlignmentFlag.AlignVCenter, words)
        if len(cell.marks) > lines:
            painter.setPen(self._colour("muted"))
            head = QRect(rect.left() + HEAD_PX, rect.top() + 4, rect.width() - HEAD_PX - 4, HEAD_PX - 6)
            painter.drawText(head, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, f"+{len(cell.marks) - lines}")

    def chip(self, painter: QPainter, rect: QRect, item: MonthItem, *, chosen: bool, faint: bool, copied: bool = False) -> None:
        """Draw a show."""
        painter.save()
        if faint:
            painter.setOpacity(0.4)
        ground, ink = _STATES[item.state]
        painter.setBrush(self._colour(ground))
        painter.setPen(QPen(self._colour("focus"), 1.5) if chosen else Qt.PenStyle.NoPen)
        painter.drawRoundedRect(QRectF(rect).adjusted(0.75, 0.75, -0.75, -0.75), 5, 5)
        left = rect.left() + 6
        if item.level in ("warning", "block"):
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._colour("error" if item.level == "block" else "warning"))
            painter.drawRoundedRect(QRectF(rect.left() + 1, rect.top() + 1, 4, rect.height() - 2), 2, 2)
            left += 3
        painter.setPen(self._colour(ink))
        painter.setFont(_font(painter, SMALL_PX, bold=True))
        hour_width = painter.fontMetrics().horizontalAdvance(item.hour)
        painter.drawText(QRect(left, rect.top(), hour_width + 2, rect.height()), Qt.AlignmentFlag.AlignVCenter, item.hour)
        painter.setFont(_font(painter, SMALL_PX, italic=item.moved))
        room = QRect(left + hour_width + 5, rect.top(), rect.right() - left - hour_width - 9, rect.height())
        title = f"+ {item.title}" if copied else item.title
        words = painter.fontMetrics().elidedText(title, Qt.TextElideMode.ElideRight, room.width())
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter, words)
        painter.restore()

    def more(self, painter: QPainter, rect: QRect, number: int) -> None:
        """Draw the number of shows that did not fit."""
        painter.setFont(_font(painter, SMALL_PX, bold=True))
        painter.setPen(self._colour("muted"))
        painter.drawText(rect.adjusted(6, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, tr("Planner", "+{number} more", number=number))


def _font(painter: QPainter, side_px: int, *, bold: bool = False, italic: bool = False) -> QFont:
    font = QFont(painter.font())
    font.setPixelSize(side_px)
    font.setBold(bold)
    font.setItalic(italic)
    return font
