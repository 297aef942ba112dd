"""The legend of the strips."""

from collections.abc import Iterator

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QWidget

from app.domain.planning.hours.comfort import LEVELS
from app.domain.planning.people.party import Comfort, PartyKind
from app.ui.kit.language import tr
from app.ui.kit.theme import Theme
from app.ui.planning.hours.strip_model import MarkKind
from app.ui.planning.hours.strip_paint import FOOT_PX, MARKS, draw_comfort, small
from app.ui.planning.local_times import comfort_text

SIGN = QSize(18, 16)
GAP_PX = 6  # between a sign and its words
BETWEEN_PX = 18
LINE_PX = SIGN.height() + 6


class StripLegend(QWidget):
    """A line of signs with their texts; wraps when too narrow."""

    def __init__(self, theme: Theme) -> None:
        super().__init__()
        self._theme = theme
        self._entries: tuple[tuple[Comfort | MarkKind, str], ...] = (
            *((one, comfort_text(one, PartyKind.MARKET if one is Comfort.PRIME else PartyKind.HOST)) for one in LEVELS),
            (MarkKind.FESTIVAL, tr("Planner", "festival")),
            (MarkKind.CAUTION, tr("Planner", "sensitive day")),
            (MarkKind.PRAYER, tr("Planner", "prayer")),
            (MarkKind.CLOCK, tr("Planner", "clocks change")),
        )
        self.setFont(small(self.font(), pixels=12))
        self.setFixedHeight(LINE_PX)
        self.setAccessibleName(", ".join(words for _, words in self._entries))

    def _width_of(self, words: str) -> int:
        return SIGN.width() + GAP_PX + self.fontMetrics().horizontalAdvance(words)

    def _places(self) -> Iterator[tuple[QPointF, Comfort | MarkKind, str]]:
        """The position of each entry."""
        x = y = 0
        for what, words in self._entries:
            if x and x + self._width_of(words) > self.width():
                x, y = 0, y + LINE_PX
            yield QPointF(x, y), what, words
            x += self._width_of(words) + BETWEEN_PX

    def sizeHint(self) -> QSize:
        widths = [self._width_of(words) + BETWEEN_PX for _, words in self._entries]
        return QSize(sum(widths), LINE_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        *_, (last, _, _) = self._places()
        self.setFixedHeight(round(last.y()) + LINE_PX)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        for at, what, words in self._places():
            area = QRectF(at.x(), at.y() + 3, SIGN.width(), SIGN.height())
            if isinstance(what, Comfort):
                draw_comfort(painter, self._theme, what, area)
            else:
                self._draw_mark(painter, what, area)
            painter.setPen(self._theme.colour("muted"))
            painter.drawText(at + QPointF(SIGN.width() + GAP_PX, SIGN.height()), words)
        painter.end()

    def _draw_mark(self, painter: QPainter, kind: MarkKind, area: QRectF) -> None:
        colour = self._theme.colour(MARKS[kind])
        painter.setPen(QPen(colour, 2))
        if kind is MarkKind.CLOCK:
            x = area.center().x()
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
            painter.fillRect(QRectF(area.left(), area.top(), area.width() / 2, 7), colour)
        elif kind is MarkKind.PRAYER:
            y = area.top() + 5
            left, right = area.left() + 1, area.right() - 1
            painter.drawPolyline([QPointF(left, y + 5), QPointF(left, y), QPointF(right, y), QPointF(right, y + 5)])
        else:
            painter.fillRect(QRectF(area.left(), area.bottom() - FOOT_PX, area.width(), FOOT_PX), colour)
