"""The product list: picture, name, price and stock. Stays fast with ten thousand rows."""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QByteArray, QRect, QSize, Qt, QUrl, Signal
from PySide6.QtGui import QColor, QDropEvent, QImage, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from app.domain.base.localized_text import pick
from app.domain.catalogue.product import Product, Role
from app.ui.kit.draggable_list import DraggableList
from app.ui.kit.item_model import ITEM_ROLE, Index, ItemModel
from app.ui.kit.language import tr
from app.ui.kit.theme import Theme

PRODUCT_TYPE = "application/x-tradewind-products"
ROW_PX = 56
THUMB_PX = 40
KEPT_THUMBS = 400


def role_badge(role: Role) -> str:
    """A short label for a role."""
    return {
        Role.HERO: tr("Products", "Hero"),
        Role.TRAFFIC: tr("Products", "Traffic"),
        Role.BACKUP: tr("Products", "Backup"),
    }[role]


@dataclass(frozen=True, slots=True)
class ProductLine:
    """What a row shows beside the name. `warning`: something is missing; `badge`: the role."""

    detail: str
    badge: str
    warning: str = ""
    sold_out: bool = False


class Thumbnails:
    """Thumbnails by picture id; forgets the least recently used first."""

    def __init__(self, read: Callable[[str], bytes | None], side_px: int) -> None:
        self._read = read
        self._side = side_px
        self._thumbnails: OrderedDict[str, QPixmap | None] = OrderedDict()

    def get(self, picture_id: str) -> QPixmap | None:
        """None if the picture is missing or unreadable."""
        if picture_id in self._thumbnails:
            self._thumbnails.move_to_end(picture_id)
            return self._thumbnails[picture_id]
        content = self._read(picture_id)
        image = QImage.fromData(QByteArray(content)) if content is not None else QImage()
        made = None
        if not image.isNull():
            filled = image.scaled(
                QSize(2 * self._side, 2 * self._side),
                Qt.AspectRatioMode.KeepAspectRatioByExpanding,
                Qt.TransformationMode.SmoothTransformation,
            )
            made = QPixmap.fromImage(filled)
        self._thumbnails[picture_id] = made
        while len(self._thumbnails) > KEPT_THUMBS:
            self._thumbnails.popitem(last=False)
        return made


def search_text(product: Product) -> str:
    """The text that a search looks in."""
    return "\n".join((*product.name.values(), product.sku, product.category)).casefold()


class ProductModel(ItemModel[Product]):
    """The products that match the search, in the show's order."""

    carried = PRODUCT_TYPE  # the rundown accepts these drags too

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._all: tuple[Product, ...] = ()
        self._search = ""
        self._texts: dict[int, tuple[Product, str]] = {}  # keyed by identity: an edited product is a new object

    @property
    def searching(self) -> bool:
        return bool(self._search)

    def show_products(self, products: tuple[Product, ...], search: str = "") -> None:
        """Show the products that match the search."""
        before, search = (self._all, self._search), search.strip().casefold()
        if products is before[0] and search == before[1]:
            return
        self._all, self._search = products, search
        self.show_items(self._matching())

    def _matching(self) -> tuple[Product, ...]:
        if not self._search:
            return self._all
        found = self._all
        for word in self._search.split():
            found = tuple(product for product, text in zip(found, map(self._text, found), strict=True) if word in text)
        return found

    def _text(self, product: Product) -> str:
        known = self._texts.get(id(product))
        if known is None or known[0] is not product:
            if len(self._texts) > 2 * len(self._all) + 100:
                self._texts.clear()
            known = self._texts[id(product)] = (product, search_text(product))
        return known[1]

    def title_of(self, item: Product) -> str:
        return pick(item.name, ())[0] or item.sku


class _ProductDelegate(QStyledItemDelegate):
    def __init__(self, theme: Theme, thumbnails: Thumbnails, parent: "ProductView") -> None:
        super().__init__(parent)
        self._theme = theme
        self._thumbnails = thumbnails
        self._view = parent

    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        del option, index
        return QSize(120, ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        product: Product = index.data(ITEM_ROLE)
        area: QRect = option.rect.adjusted(0, 1, 0, -1)
        selected = bool(option.state & QStyle.StateFlag.State_Selected)
        over = bool(option.state & QStyle.StateFlag.State_MouseOver)
        painter.save()
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.SmoothPixmapTransform)
        if fill := "accent_soft" if selected else "hover" if over else "":
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour(fill))
            painter.drawRoundedRect(area, 6, 6)
        if option.state & QStyle.StateFlag.State_HasFocus and self._view.hasFocus():
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(self._theme.colour("focus"))
            painter.drawRoundedRect(area.adjusted(0, 0, -1, -1), 6, 6)
        if product.id == self._view.pinned_id:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("live"))
            painter.drawRoundedRect(QRect(area.x() + 2, area.y() + 9, 3, area.height() - 18), 1.5, 1.5)
        self._draw_picture(painter, area, product)
        self._draw_words(painter, area, product)
        painter.restore()

    def _draw_picture(self, painter: QPainter, area: QRect, product: Product) -> None:
        box = QRect(area.x() + 10, area.center().y() - THUMB_PX // 2, THUMB_PX, THUMB_PX)
        picture = self._thumbnails.get(product.pictures[0]) if product.pictures else None
        if picture is None:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(self._theme.colour("raised"))
            painter.drawRoundedRect(box, 6, 6)
            painter.setPen(self._theme.colour("faint"))
            name = self._view.name_of(product)
            painter.drawText(box, Qt.AlignmentFlag.AlignCenter, name[:1].upper())
            return
        side = min(picture.width(), picture.height())
        cut = QRect((picture.width() - side) // 2, (picture.height() - side) // 2, side, side)
        painter.drawPixmap(box, picture, cut)

    def _draw_words(self, painter: QPainter, area: QRect, product: Product) -> None:
        line = self._view.describe(product)
        left, right = area.x() + 10 + THUMB_PX + 10, area.right() - 8
        top = QRect(left, area.y() + 7, right - left, 20)
        bottom = QRect(left, area.y() + 27, right - left, 20)
        metrics = painter.fontMetrics()
        if line.badge:
            width = metrics.horizontalAdvance(line.badge) + 2
            painter.setPen(self._badge_colour(product.role))
            painter.drawText(top, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, line.badge)
            top.setRight(right - width - 6)
        painter.setPen(self._theme.colour("faint" if line.sold_out else "text"))
        name = metrics.elidedText(self._view.name_of(product), Qt.TextElideMode.ElideRight, top.width())
        painter.drawText(top, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, name)
        if line.warning:
            painter.setPen(self._theme.colour("warning"))
            width = metrics.horizontalAdvance(line.warning)
            painter.drawText(bottom, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, line.warning)
            bottom.setRight(right - width - 6)
        painter.setPen(self._theme.colour("error" if line.sold_out else "muted"))
        detail = metrics.elidedText(line.detail, Qt.TextElideMode.ElideRight, bottom.width())
        painter.drawText(bottom, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, detail)

    def _badge_colour(self, role: Role) -> QColor:
        return self._theme.colour({Role.HERO: "accent", Role.TRAFFIC: "info", Role.BACKUP: "faint"}[role])


class ProductView(DraggableList[Product]):
    """Emits `pinned(id)` on Space, and `pictures_dropped(id, paths)` when files are dropped on a row; the id is "" outside the rows."""

    pictures_dropped = Signal(str, list)
    pinned = Signal(str)

    def __init__(
        self, theme: Theme, thumbnails: Thumbnails, describe: Callable[[Product], ProductLine], languages: Callable[[], Sequence[str]]
    ) -> None:
        super().__init__()
        self.pinned_id = ""
        self.describe = describe
        self._languages = languages
        self.rows = ProductModel(self)
        self.setItemDelegate(_ProductDelegate(theme, thumbnails, self))
        self.setUniformItemSizes(True)
        self.setMinimumHeight(2 * ROW_PX)
        self._use_model(self.rows)

    def name_of(self, product: Product) -> str:
        """The product's name in the reader's language."""
        return pick(product.name, self._languages())[0] or product.sku

    @property
    def in_order(self) -> bool:
        return not self.rows.searching

    def dataChanged(self, topLeft: Index, bottomRight: Index, roles: Sequence[int] = ()) -> None:
        """Skip the list's own handler, which lays out every row again; all rows have the same height."""
        QAbstractItemView.dataChanged(self, topLeft, bottomRight, list(roles))

    def takes(self, event: QDropEvent) -> bool:
        own = event.mimeData().hasFormat(PRODUCT_TYPE) and not self.rows.searching
        return own or any(url.isLocalFile() for url in event.mimeData().urls())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.current_id()
        if here and event.key() == Qt.Key.Key_Space:
            self.pinned.emit(here)
        else:
            super().keyPressEvent(event)

    def dropEvent(self, event: QDropEvent) -> None:
        point = event.position().toPoint()
        index = self.indexAt(point)
        files = [url for url in event.mimeData().urls() if url.isLocalFile()]
        carried = bytes(event.mimeData().data(PRODUCT_TYPE).data()).decode().split()
        event.setDropAction(
            Qt.DropAction.IgnoreAction if carried else Qt.DropAction.CopyAction
        )  # otherwise the view removes the rows itself
        event.accept()
        if files:
            self.pictures_dropped.emit(self.rows.id_at(index) if index.isValid() else "", [QUrl.toLocalFile(url) for url in files])
        elif carried and not self.rows.searching:
            self.moved.emit(carried, self.place_at(point))
