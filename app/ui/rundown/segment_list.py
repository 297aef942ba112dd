"""The segments of a rundown: acts as bands, each row with time, product and length. Stays fast with hundreds of rows."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import (
    QMimeData,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QDropEvent, QFont, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.rundown.rundown import Act, Segment
from app.ui.catalogue.product_list import PRODUCT_TYPE, Thumbnails
from app.ui.kit.draggable_list import DraggableList
from app.ui.kit.item_model import ITEM_ROLE, Index, ItemModel
from app.ui.kit.theme import Icons, Theme

SEGMENT_TYPE = "application/x-tradewind-segments"
ROW_PX = 46
BAND_PX = 22
THUMB_PX = 30
TIME_PX, LENGTH_PX = 44, 46  # for times under an hour
HOUR_PX = 16  # extra width for hours
ROOMY_PX = 380  # a narrower list hides the small marks to leave room for the title
ROW_SIZE, BANDED_SIZE = QSize(160, ROW_PX), QSize(160, ROW_PX + BAND_PX)


def dropped_products(carried: QMimeData) -> list[str]:
    """The ids of dropped products."""
    return bytes(carried.data(PRODUCT_TYPE).data()).decode().split("\n")


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """What a row shows: `begins` and `length` as clocks, `detail` below the title, `picture` of its product, `marks` as icon names, `state`
    "past", "now", "next" or "", `level` of its worst finding ("", "info", "warning", "block")."""

    begins: str
    length: str
    detail: str = ""
    badge: str = ""
    picture: str = ""
    marks: tuple[str, ...] = ()
    state: str = ""
    level: str = ""
    overtime: bool = False


class SegmentModel(ItemModel[Segment]):
    """The segments in order; `bands`: rows that start another act and show its name above."""

    carried = SEGMENT_TYPE

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.bands: Mapping[int, Act] = {}

    def show_items(self, wanted: tuple[Segment, ...]) -> None:
        if wanted is not self.shown:
            acts = [segment.act for segment in wanted]
            self.bands = {row: act for row, (act, before) in enumerate(zip(acts, (None, *acts), strict=False)) if act is not before}
            super().show_items(wanted)

    def title_of(self, item: Segment) -> str:
        return item.title

    def mimeTypes(self) -> list[str]:
        return [SEGMENT_TYPE, PRODUCT_TYPE]


class _SegmentDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, icons: Icons, thumbnails: Thumbnails, view: "SegmentView") -> None:
        super().__init__(view)
        self._theme = theme
        self._icons = icons
        self._thumbnails = thumbnails
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option
        return BANDED_SIZE if index.row() in self._view.rows.bands else ROW_SIZE

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        segment: Segment = index.data(ITEM_ROLE)
        line = self._view.describe(segment)
        area: QRect = option.rect.adjusted(0, 1, 0, -1)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        band = self._view.rows.bands.get(index.row())
        if band is not None:
            painter.setPen(self._theme.colour("faint"))
            painter.drawText(
                QRect(area.x() + 8, area.y(), area.width() - 16, BAND_PX), Qt.AlignmentFlag.AlignVCenter, self._view.act_words(band)
            )
            area = area.adjusted(0, BAND_PX, 0, 0)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        fill = "live_soft" if line.state == "now" else "accent_soft" if selected else "hover" if over else ""
        if fill:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour(fill))
            painter.drawRoundedRect(area, 6, 6)
        if selected and self._view.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.colour("focus"))
            painter.drawRoundedRect(area.adjusted(0, 0, -1, -1), 6, 6)
        if line.state == "now":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("live"))
            painter.drawRoundedRect(QRect(area.x() + 2, area.y() + 7, 3, area.height() - 14), 1.5, 1.5)
        self._draw_words(painter, area, segment, line)
        painter.restore()

    def _draw_words(self, painter: QPainter, area: QRect, segment: Segment, line: SegmentLine) -> None:
        faint = line.state == "past"
        metrics = painter.fontMetrics()
        left, right = area.x() + 10, area.right() - 8
        time_px, length_px = (TIME_PX + HOUR_PX, LENGTH_PX + HOUR_PX) if self._view.hours else (TIME_PX, LENGTH_PX)
        middle = QRect(left, area.y(), time_px, area.height())
        painter.setPen(self._theme.colour("faint" if faint else "muted"))
        painter.drawText(middle, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeft, line.begins)
        left += time_px
        picture = self._thumbnails.get(line.picture) if line.picture else None
        if picture is not None:
            side = min(picture.width(), picture.height())
            cut = QRect((picture.width() - side) // 2, (picture.height() - side) // 2, side, side)
            painter.setOpacity(0.5 if faint else 1.0)
            painter.drawPixmap(QRect(left, area.center().y() - THUMB_PX // 2, THUMB_PX, THUMB_PX), picture, cut)
            painter.setOpacity(1.0)
            left += THUMB_PX + 10
        painter.setPen(self._theme.colour("error" if line.overtime else "faint" if faint else "text"))
        painter.drawText(
            QRect(right - length_px, area.y(), length_px, area.height()),
            Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight,
            line.length,
        )
        right -= length_px + 4
        if line.level:
            colour = {"block": "error", "warning": "warning"}.get(line.level, "info")
            self._icons.icon("warning" if line.level != "info" else "info", colour).paint(
                painter, QRect(right - 18, area.center().y() - 8, 16, 16)
            )
            right -= 22
        for mark in reversed(line.marks if area.width() >= ROOMY_PX else ()):
            self._icons.icon(mark, "muted").paint(painter, QRect(right - 18, area.center().y() - 8, 16, 16))
            right -= 20
        alone = not line.badge and not line.detail
        top = QRect(left, area.y() + 5, max(0, right - left), area.height() - 10 if alone else 19)
        bottom = QRect(left, area.y() + 23, max(0, right - left), 18)
        if line.badge:
            width = metrics.horizontalAdvance(line.badge)
            painter.setPen(self._theme.colour("faint" if faint else "accent"))
            painter.drawText(bottom, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, line.badge)
            bottom.setLeft(bottom.left() + width + 8)
        painter.setPen(self._theme.colour("faint" if faint else "muted"))
        detail = metrics.elidedText(line.detail, Qt.TextElideMode.ElideRight, bottom.width())
        painter.drawText(bottom, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, detail)
        font = QFont(painter.font())
        font.setBold(line.state == "now")
        painter.setFont(font)
        painter.setPen(self._theme.colour("faint" if faint else "text"))
        title = painter.fontMetrics().elidedText(segment.title, Qt.TextElideMode.ElideRight, top.width())
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, title)


class SegmentView(DraggableList[Segment]):
    """Emits `products_dropped(ids, place)` when products are dropped between rows."""

    products_dropped = Signal(list, int)

    def __init__(
        self,
        theme: Theme,
        icons: Icons,
        thumbnails: Thumbnails,
        describe: Callable[[Segment], SegmentLine],
        act_words: Callable[[Act], str],
    ) -> None:
        super().__init__()
        self.describe = describe
        self.act_words = act_words
        self.hours = False  # times of an hour or more need more width
        self.rows = SegmentModel(self)
        self.setItemDelegate(_SegmentDelegate(theme, icons, thumbnails, self))
        self._use_model(self.rows)

    def show_segments(self, segments: tuple[Segment, ...]) -> None:
        """Show these segments."""
        self.hours = sum(segment.planned_s for segment in segments) >= 3600
        self.rows.show_items(segments)

    def refresh(self) -> None:
        """Repaint the rows after the clock, products or findings changed."""
        self.viewport().update()

    def refresh_rows(self, *segment_ids: str) -> None:
        """Repaint only these rows."""
        for row in map(self.rows.row_of, segment_ids):
            if row >= 0:
                self.update(self.rows.index(row))

    def takes(self, event: QDropEvent) -> bool:
        return event.source() is self or event.mimeData().hasFormat(PRODUCT_TYPE)

    def reveal(self, segment_id: str) -> None:
        """Scroll this row to the middle without selecting it, so that its neighbours are visible too."""
        row = self.rows.row_of(segment_id)
        if row >= 0:
            self.scrollTo(self.rows.index(row), QAbstractItemView.ScrollHint.PositionAtCenter)

    def dropEvent(self, event: QDropEvent) -> None:
        place = self.place_at(event.position().toPoint())
        event.setDropAction(Qt.DropAction.IgnoreAction if event.source() is self else Qt.DropAction.CopyAction)
        event.accept()
        if event.source() is self:
            self.moved.emit(list(self.chosen_ids()), place)
        else:
            self.products_dropped.emit(dropped_products(event.mimeData()), place)
