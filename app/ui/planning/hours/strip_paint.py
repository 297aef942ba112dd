"""Paints rulers and rows of the strips into cached pictures."""

from collections.abc import Mapping
from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPen, QPixmap

from app.domain.planning.hours.comfort import LEVELS
from app.domain.planning.people.party import Comfort
from app.ui.kit.theme import Theme
from app.ui.planning.hours.strip_model import HOUR_QUARTERS, MarkKind, PlannedShow, StripMark, StripModel, StripRow, runs

NAME_PX = 148
TIME_PX = 104  # "20:00–22:00" and below it the day
RIGHT_PX = 14
HEAD_PX = 58
ROW_PX, ROOMY_ROW_PX = 46, 66  # a few rows share the space
BAND_PX = 16  # hour numbers, above the bars
BAR_PX = 20  # prime time; lower levels have lower bars, so colour is not needed
FOOT_PX = 4  # festivals, below the bars
SHARES: Mapping[Comfort, float] = {Comfort.PRIME: 1.0, Comfort.FAIR: 0.6, Comfort.POOR: 0.25, Comfort.NEVER: 1.0}
COLOURS: Mapping[Comfort, str] = {Comfort.PRIME: "prime", Comfort.FAIR: "fair", Comfort.POOR: "poor", Comfort.NEVER: "never"}
MARKS: Mapping[MarkKind, str] = {
    MarkKind.CLOCK: "warning",
    MarkKind.FESTIVAL: "info",
    MarkKind.CAUTION: "error",
    MarkKind.PRAYER: "info",
}
HOUR_STEPS = (1, 2, 3, 6, 12)


@dataclass(frozen=True, slots=True)
class StripLayout:
    """The geometry of the axis in a widget."""

    width: int
    quarters: int
    row_px: int = ROW_PX

    @property
    def left(self) -> int:
        return NAME_PX + TIME_PX

    @property
    def scale(self) -> float:
        """Pixels per quarter hour."""
        return max(1.0, (self.width - self.left - RIGHT_PX) / max(1, self.quarters))

    @property
    def bar_px(self) -> int:
        """The height of a prime time bar."""
        return BAR_PX + self.row_px - ROW_PX

    def x(self, place: float) -> float:
        return self.left + place * self.scale

    def place(self, x: float) -> float:
        return (x - self.left) / self.scale


def small(font: QFont, *, bold: bool = False, pixels: int = 11) -> QFont:
    """A small version of a font, for numbers beside a strip."""
    made = QFont(font)
    made.setPixelSize(pixels)
    made.setBold(bold)
    return made


def hatched(colour: QColor) -> QPixmap:
    """A tile of slanted lines, for times when someone is unavailable."""
    side = 6
    tile = QPixmap(side, side)
    tile.fill(Qt.GlobalColor.transparent)
    painter = QPainter(tile)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(QPen(colour, 1.4))
    for shift in (-side, 0, side):
        painter.drawLine(QPointF(shift, side), QPointF(shift + side, 0))
    painter.end()
    return tile


def draw_comfort(painter: QPainter, theme: Theme, comfort: Comfort, area: QRectF) -> None:
    """Draw a bar at the bottom of the area."""
    colour = theme.colour(COLOURS[comfort])
    height = round(area.height() * SHARES[comfort])
    bar = QRectF(area.left(), area.bottom() - height, area.width(), height)
    if comfort is Comfort.NEVER:
        painter.fillRect(bar, theme.colour("field"))
        painter.drawTiledPixmap(bar, hatched(colour))
    else:
        painter.fillRect(bar, colour)


class StripPainter:
    """Draws the ruler and the rows of a model."""

    def __init__(self, theme: Theme, font: QFont) -> None:
        self._theme = theme
        self._hours = small(font)
        self._days = small(font, bold=True)
        self._name = small(font, bold=True, pixels=13)
        self._city = small(font, pixels=12)
        self._tile = hatched(theme.colour("never"))

    # The ruler ------------------------------------------------------------------------------------------------------------

    def draw_head(self, painter: QPainter, model: StripModel, layout: StripLayout) -> None:
        """Draw the ruler in the planner's zone."""
        painter.setPen(self._theme.colour("muted"))
        painter.setFont(self._city)
        area = QRectF(12, HEAD_PX - 22, NAME_PX + TIME_PX - 20, 18)
        painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, _cut(painter, model.own_name, area.width()))
        painter.setFont(self._days)
        metrics = QFontMetrics(self._days)
        starts = [(0.0, model.wall(model.own, 0).date()), *model.own.days]
        for place, day in starts:
            words = model.day_names.get(day, "")
            at = layout.x(place)
            painter.setPen(self._theme.colour("text"))
            if at + metrics.horizontalAdvance(words) < layout.width:
                painter.drawText(QPointF(at + 4, 36), words)
            painter.setPen(QPen(self._theme.colour("strong_border"), 1))
            painter.drawLine(QPointF(round(at) + 0.5, 26), QPointF(round(at) + 0.5, HEAD_PX))
        for show in model.planned:
            self._draw_planned(painter, layout, show)
        self._draw_hours(painter, layout, model.own.hours, HEAD_PX - 6, taken=[], ink="text")

    def _draw_planned(self, painter: QPainter, layout: StripLayout, show: PlannedShow) -> None:
        """Draw a planned show in the lane of the block's handle."""
        left, right = max(float(layout.left), layout.x(show.begin)), min(layout.x(show.end), float(layout.width - RIGHT_PX))
        area = QRectF(left, 4, right - left, 17)
        painter.setPen(QPen(self._theme.colour("edge"), 1))
        painter.setBrush(self._theme.colour("raised"))
        painter.drawRoundedRect(area, 4, 4)
        painter.setPen(self._theme.colour("muted"))
        painter.setFont(self._hours)
        painter.drawText(area.adjusted(5, 0, -3, 0), Qt.AlignmentFlag.AlignVCenter, _cut(painter, show.title, area.width() - 8))

    def _draw_hours(
        self,
        painter: QPainter,
        layout: StripLayout,
        hours: tuple[tuple[float, int], ...],
        baseline: float,
        *,
        taken: list[tuple[float, float]],
        ink: str = "muted",
    ) -> None:
        """Draw hour numbers where there is room; `taken` are occupied spans."""
        painter.setFont(self._hours)
        painter.setPen(self._theme.colour(ink))
        metrics = QFontMetrics(self._hours)
        room = layout.scale * HOUR_QUARTERS
        step = next((one for one in HOUR_STEPS if room * one >= metrics.horizontalAdvance("00") + 7), 12)
        for place, hour in hours:
            words, at = str(hour), layout.x(place)
            width = metrics.horizontalAdvance(words)
            begin = at - width / 2
            if hour % step or begin < layout.left - 2 or begin + width > layout.width - 1:
                continue
            if not any(begin < end + 3 and begin + width > start - 3 for start, end in taken):
                painter.drawText(QPointF(begin, baseline), words)

    # Rows -----------------------------------------------------------------------------------------------------------------

    def draw_row(self, painter: QPainter, model: StripModel, row: StripRow, layout: StripLayout, top: int) -> None:
        """Draw a party: name, local hours, comfort and marks."""
        self._draw_name(painter, row, top + (layout.row_px - ROW_PX) // 2)
        bars = QRectF(layout.left, top + BAND_PX, layout.quarters * layout.scale, layout.bar_px)
        self._draw_bars(painter, row, layout, bars)
        taken = [*self._draw_days(painter, model, row, layout, top), *self._draw_marks(painter, row, layout, top)]
        self._draw_hours(painter, layout, row.dial.hours, top + BAND_PX - 4, taken=taken)
        painter.setPen(QPen(self._theme.colour("border"), 1))
        painter.drawLine(QPointF(12, top + layout.row_px - 0.5), QPointF(layout.width - RIGHT_PX, top + layout.row_px - 0.5))

    def _draw_name(self, painter: QPainter, row: StripRow, top: int) -> None:
        width = NAME_PX - 20
        for font, words, colour, y in ((self._name, row.name, "text", 4), (self._city, row.city, "muted", 22)):
            painter.setFont(font)
            painter.setPen(self._theme.colour(colour))
            area = QRectF(12, top + y, width, 18)
            painter.drawText(area, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, _cut(painter, words, width))

    def _draw_bars(self, painter: QPainter, row: StripRow, layout: StripLayout, area: QRectF) -> None:
        painter.fillRect(area, self._theme.colour("field"))
        for begin, end, number in runs(row.comforts):
            comfort = LEVELS[number]
            left, right = round(layout.x(begin)), round(layout.x(end))
            height = round(area.height() * SHARES[comfort])
            bar = QRect(left, round(area.bottom()) - height, right - left, height)
            if comfort is Comfort.NEVER:
                painter.drawTiledPixmap(bar, self._tile)
            else:
                painter.fillRect(bar, self._theme.colour(COLOURS[comfort]))
        grid = QColor(self._theme.colour("field"))
        grid.setAlpha(150)
        painter.setPen(QPen(grid, 1))
        for place, _ in row.dial.hours:  # full hours of local time
            at = round(layout.x(place)) + 0.5
            painter.drawLine(QPointF(at, area.top()), QPointF(at, area.bottom()))

    def _draw_days(self, painter: QPainter, model: StripModel, row: StripRow, layout: StripLayout, top: int) -> list[tuple[float, float]]:
        """Draw the starts of local days; returns the spans of their names."""
        spans: list[tuple[float, float]] = []
        painter.setFont(self._days)
        metrics = QFontMetrics(self._days)
        for place, day in row.dial.days:
            words, at = model.day_names.get(day, ""), layout.x(place)
            width = metrics.horizontalAdvance(words)
            painter.setPen(QPen(self._theme.colour("text"), 1))
            painter.drawLine(QPointF(round(at) + 0.5, top + 3), QPointF(round(at) + 0.5, top + BAND_PX + layout.bar_px))
            if at + width + 6 < layout.width:
                painter.drawText(QPointF(at + 4, top + BAND_PX - 4), words)
                spans.append((at, at + width + 6))
        return spans

    def _draw_marks(self, painter: QPainter, row: StripRow, layout: StripLayout, top: int) -> list[tuple[float, float]]:
        spans: list[tuple[float, float]] = []
        for mark in row.marks:
            colour = self._theme.colour(MARKS[mark.kind])
            left, right = layout.x(max(0.0, mark.begin)), layout.x(min(float(layout.quarters), mark.end))
            if mark.kind is MarkKind.CLOCK:
                spans.append(self._draw_change(painter, layout, mark, colour, left, top))
            elif mark.kind is MarkKind.PRAYER:
                painter.setPen(QPen(colour, 2))
                y = top + BAND_PX + 1
                painter.drawPolyline([QPointF(left + 1, y + 4), QPointF(left + 1, y), QPointF(right - 1, y), QPointF(right - 1, y + 4)])
            else:
                painter.fillRect(QRectF(left, top + BAND_PX + layout.bar_px + 2, right - left, FOOT_PX), colour)
        return spans

    def _draw_change(
        self, painter: QPainter, layout: StripLayout, mark: StripMark, colour: QColor, at: float, top: int
    ) -> tuple[float, float]:
        """Draw a clock change: a line with a flag."""
        painter.setFont(self._days)
        width = QFontMetrics(self._days).horizontalAdvance(mark.label) + 8
        painter.setPen(QPen(colour, 2))
        painter.drawLine(QPointF(round(at), top + 2), QPointF(round(at), top + BAND_PX + layout.bar_px))
        flag = QRectF(at - width, top + 2, width, BAND_PX - 3)
        painter.fillRect(flag, colour)
        painter.setPen(self._theme.colour("field"))
        painter.drawText(flag, Qt.AlignmentFlag.AlignCenter, mark.label)
        return flag.left(), flag.right()


def _cut(painter: QPainter, words: str, width: float) -> str:
    return painter.fontMetrics().elidedText(words, Qt.TextElideMode.ElideRight, int(width))
