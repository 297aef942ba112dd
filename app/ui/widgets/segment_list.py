"""The segments of a rundown: acts as bands, each row with its time, product and length; quick with hundreds of them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelectionModel,
    QMimeData,
    QModelIndex,
    QRect,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QDropEvent, QFont, QPainter
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.rundown import Act, Segment
from app.ui.theme import Icons, Theme
from app.ui.widgets.draggable_rows import DraggableRows, Index
from app.ui.widgets.product_list import PRODUCT_TYPE, Thumbnails

SEGMENT_TYPE = "application/x-tradewind-segments"
ROW_PX = 46
BAND_PX = 22
THUMB_PX = 30
TIME_PX, LENGTH_PX = 44, 46  # of less than an hour
HOUR_PX = 16  # what hours take more
ROOMY_PX = 380  # in a narrower list the title needs the room of the small marks
_SEGMENT = Qt.ItemDataRole.UserRole + 1
_BAND = Qt.ItemDataRole.UserRole + 2

_ROOT = QModelIndex()


def dropped_products(carried: QMimeData) -> list[str]:
    """The ids of the products that are let fall."""
    return bytes(carried.data(PRODUCT_TYPE).data()).decode().split("\n")


@dataclass(frozen=True, slots=True)
class SegmentLine:
    """What a row says: `begins` and `length` as clocks, `detail` below the title, `picture` of its product, `marks` as icon names,
    `state` "past", "now", "next" or "", `level` of the worst finding ("", "info", "warning", "block")."""

    begins: str
    length: str
    detail: str = ""
    badge: str = ""
    picture: str = ""
    marks: tuple[str, ...] = ()
    state: str = ""
    level: str = ""
    overtime: bool = False


class SegmentModel(QAbstractListModel):
    """The segments in order; a row that begins another act says so above itself."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._segments: tuple[Segment, ...] = ()

    def show_segments(self, segments: tuple[Segment, ...]) -> bool:
        """Show these; True when rows came, went or moved, False when they were changed in place."""
        before = self._segments
        if len(segments) == len(before) and all(
            one.id == other.id and one.act is other.act for one, other in zip(segments, before, strict=True)
        ):
            self._segments = segments
            if segments is not before:
                self.refresh()
            return False
        self.beginResetModel()
        self._segments = segments
        self.endResetModel()
        return True

    def refresh(self) -> None:
        """What rows say has changed: the clock, products, findings."""
        if self._segments:
            self.dataChanged.emit(self.index(0), self.index(len(self._segments) - 1))

    def row_of(self, segment_id: str) -> int:
        """Its row, -1 when there is none."""
        return next((row for row, segment in enumerate(self._segments) if segment.id == segment_id), -1)

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self._segments)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = index.row()
        if not index.isValid() or row >= len(self._segments):
            return None
        segment = self._segments[row]
        if role == _SEGMENT:
            return segment
        if role == _BAND:
            return segment.act if row == 0 or self._segments[row - 1].act is not segment.act else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return segment.title
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsDropEnabled
        return usual if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled

    def mimeTypes(self) -> list[str]:
        return [SEGMENT_TYPE, PRODUCT_TYPE]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        carried = QMimeData()
        ids = [self._segments[index.row()].id for index in sorted(indexes, key=lambda index: index.row())]
        carried.setData(SEGMENT_TYPE, "\n".join(ids).encode())
        return carried


class _SegmentDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, icons: Icons, thumbnails: Thumbnails, view: "SegmentView") -> None:
        super().__init__(view)
        self._theme = theme
        self._icons = icons
        self._thumbnails = thumbnails
        self._view = view

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option
        return QSize(160, ROW_PX + (BAND_PX if index.data(_BAND) is not None else 0))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        segment: Segment = index.data(_SEGMENT)
        line = self._view.describe(segment)
        area: QRect = option.rect.adjusted(0, 1, 0, -1)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        band = index.data(_BAND)
        if isinstance(band, Act):
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


class SegmentView(DraggableRows):
    """`products_dropped(ids, place)` when products are let fall between the rows."""

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
        self.hours = False  # the times take more than an hour
        self.rows = SegmentModel(self)
        self.setModel(self.rows)
        self.setItemDelegate(_SegmentDelegate(theme, icons, thumbnails, self))
        self._begin()

    def show_segments(self, segments: tuple[Segment, ...]) -> None:
        """Show these. What was chosen stays chosen; of what went, the row that takes its place is chosen."""
        self.hours = sum(segment.planned_s for segment in segments) >= 3600
        current, chosen, place = self.current_id(), set(self.chosen_ids()), self.currentIndex().row()
        scrolled = self.verticalScrollBar().value()
        if not self.rows.show_segments(segments) or not current or not segments:
            return
        rows = [row for row, segment in enumerate(segments) if segment.id in chosen]
        here = self.rows.row_of(current)
        here = here if here >= 0 else min(place, len(segments) - 1)
        self.verticalScrollBar().setValue(scrolled)
        self.setCurrentIndex(self.rows.index(here))
        for row in rows:
            self.selectionModel().select(self.rows.index(row), QItemSelectionModel.SelectionFlag.Select)

    def id_at(self, index: Index) -> str:
        segment: Segment = index.data(_SEGMENT)
        return segment.id

    def row_of(self, wanted: str) -> int:
        return self.rows.row_of(wanted)

    def takes(self, event: QDropEvent) -> bool:
        return event.source() is self or event.mimeData().hasFormat(PRODUCT_TYPE)

    def reveal(self, segment_id: str) -> None:
        """Bring this row into the middle without choosing it: what was before it and what comes are in sight too."""
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
