"""The products panel: find, add, reorder, pin for viewers, open the form."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QPoint, Qt, QUrl, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QStackedLayout, QWidget

from app.domain import show_editing as editing
from app.domain.base.errors import Value
from app.domain.base.notice import Notice, Severity
from app.domain.catalogue.product import Product, Role, missing_fields, missing_to_sell, price_in, units_in_stock
from app.domain.show import Show, product_by_id
from app.ui.catalogue.product_list import THUMB_PX, ProductLine, ProductView, Thumbnails, role_badge
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.editors import column
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.language import tr

KEPT_LINES = 1000  # rows whose text is remembered


class ProductsPanel(QWidget):
    """Enter opens a product's form, Space pins the product, Delete removes the selection. Rows are dragged to reorder them, and into the
    rundown.

    Emits `table_wanted(path or None)` to import products from a table.
    """

    table_wanted = Signal(object)

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self.setAcceptDrops(True)  # accepts drops while the list is hidden
        self._context = context
        self._lines: dict[str, tuple[Product, ProductLine]] = {}
        self._described: tuple[str, str, tuple[str, ...]] = ("", "", ())
        self.thumbnails = Thumbnails(context.studio.pictures.get, THUMB_PX)
        layout = column(self, margin=8, spacing=4)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Products", "Search products"))
        self.search.setAccessibleName(tr("Products", "Search products"))
        self.search.setClearButtonEnabled(True)
        self.search.addAction(context.icons.icon("search", "muted"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(lambda _: self._on_show_changed())
        layout.addWidget(self.search)
        self.list = ProductView(
            context.theme, self.thumbnails, self._describe, lambda: (context.studio.document.show.presentation.host_language,)
        )
        self.list.setAccessibleName(tr("Products", "Products"))
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self._stack.addWidget(
            EmptyState(
                context.icons,
                "product",
                tr("Products", "No products yet"),
                tr("Products", "Add what you sell or import a spreadsheet from your shop."),
                push_button(tr("Products", "Add product"), self.add, role="primary"),
                push_button(tr("Products", "Import products…"), self._import_table),
            )
        )
        layout.addLayout(self._stack, 1)
        layout.addLayout(self._buttons())
        self.list.opened.connect(self.open)
        self.list.removed.connect(self.remove)
        self.list.moved.connect(self._move)
        self.list.pictures_dropped.connect(self._take_files)
        self.list.pinned.connect(self.pin)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        context.bridge.show_changed.connect(self._on_show_changed)
        context.bridge.shown_changed.connect(self._on_shown_changed)
        self._on_show_changed()
        self._on_shown_changed()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        icons = self._context.icons
        self.add_button = icon_button(icons, "add", tr("Products", "Add product"), self.add)
        self.duplicate_button = icon_button(icons, "duplicate", tr("Products", "Duplicate"), self.duplicate)
        self.open_button = icon_button(icons, "rename", tr("Products", "Edit"), lambda: self.open(self.list.current_id()))
        self.pin_button = icon_button(icons, "pin", tr("Products", "Pin"), lambda: self.pin(self.list.current_id()))
        self.remove_button = icon_button(icons, "remove", tr("Products", "Remove"), self.remove)
        self.import_button = icon_button(icons, "open", tr("Products", "Import products…"), self._import_table)
        for button in (self.add_button, self.import_button, self.duplicate_button, self.open_button, self.pin_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.remove_button)
        return row

    def _on_show_changed(self) -> None:
        products = self._context.studio.document.show.products
        self.list.rows.show_products(products, self.search.text())
        self._stack.setCurrentIndex(0 if products else 1)
        for button in (self.duplicate_button, self.open_button, self.pin_button, self.remove_button):
            button.setEnabled(bool(products))

    def _on_shown_changed(self) -> None:
        pinned = self._context.studio.control.selling.pinned
        product_id = pinned.id if pinned is not None else ""
        if self.list.pinned_id != product_id:
            self.list.pinned_id = product_id
            self.list.viewport().update()

    def _market(self) -> str:
        show = self._context.studio.document.show
        return show.presentation.market_id or next((market.id for market in show.markets), "")

    def _describe(self, product: Product) -> ProductLine:
        """Memoized by product, market and language: rows are painted more often than they change."""
        show, market = self._context.studio.document.show, self._market()
        of = (market, show.presentation.host_language, tuple(one.id for one in show.markets))
        if of != self._described or len(self._lines) > KEPT_LINES:
            self._described = of
            self._lines.clear()
        known = self._lines.get(product.id)
        if known is None or known[0] is not product:
            known = self._lines[product.id] = (product, self._line(product, show, market))
        return known[1]

    def _line(self, product: Product, show: Show, market: str) -> ProductLine:
        price = price_in(product, market)
        units = units_in_stock(product)
        words = []
        if price is not None:
            words.append(self._context.formats.money(price.price, show.presentation.host_language, market=market))
        if product.stock:
            words.append(tr("Products", "{units} left", units=units) if units else tr("Products", "sold out"))
        if product.category:
            words.append(product.category)
        missing = (*missing_fields(product), *missing_to_sell(product, tuple(one.id for one in show.markets)))
        return ProductLine(
            " · ".join(words),
            role_badge(product.role),
            tr("Products", "{count} missing", count=len(missing))
            if missing
            else ""
            if price is not None or not market
            else tr("Products", "no price"),
            sold_out=bool(product.stock) and not units,
        )

    # What the user does ---------------------------------------------------------------------------------------------------

    def add(self) -> None:
        """Add a product and open its form."""
        product = Product(editing.new_id(), {self._context.studio.document.show.presentation.host_language: tr("Products", "New product")})
        if self._context.edit_show("Add product", lambda show: editing.put_product(show, product)):
            self.search.clear()
            self.list.choose(product.id)
            self.open(product.id)

    def open(self, product_id: str, field: str = "") -> None:
        """Open the product's form at the page that has the field, or raise the open one."""
        if product_id:
            self._context.openers.open_product(product_id, field)

    def duplicate(self) -> None:
        """Duplicate the selected product."""
        here = self.list.current_id()
        if not here:
            return
        made: list[str] = []

        def change(show: Show) -> Show:
            show, copy = editing.duplicate_product(show, here)
            made.append(copy)
            return show

        if self._context.edit_show("Duplicate product", change):
            self.list.choose(made[-1])

    def remove(self) -> None:
        """Remove the selection and offer to undo it."""
        ids = self.list.chosen_ids()
        if not ids:
            return
        first = self._context.studio.control.products[ids[0]]
        if self._context.edit_show("Remove product", lambda show: editing.remove_products(show, ids)):
            data: dict[str, Value] = {"name": self.list.name_of(first), "count": len(ids)}
            code = "window.product_removed" if len(ids) == 1 else "window.products_removed"
            self._context.bridge.tell(Notice(Severity.INFO, code, data, "window.removed", ("edit.undo",)))

    def _move(self, ids: Sequence[str], place: int) -> None:
        self._context.edit_show("Move product", lambda show: editing.move_products(show, ids, place))
        if ids:
            self.list.choose(ids[0])

    def set_role(self, role: Role) -> None:
        """Give all selected products a role."""
        ids = set(self.list.chosen_ids())

        def change(show: Show) -> Show:
            for product_id in ids:
                show = editing.change_product(show, product_id, role=role)
            return show

        self._context.edit_show("Change role", change)

    def pin(self, product_id: str) -> None:
        """Pin the product for viewers, or unpin it."""
        if product_id:
            selling = self._context.studio.control.selling
            pinned = self.list.pinned_id == product_id
            self._context.attempt(selling.unpin if pinned else lambda: selling.pin(product_id))

    def _import_table(self) -> None:
        self.table_wanted.emit(None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        self._take_files("", [QUrl.toLocalFile(url) for url in event.mimeData().urls() if url.isLocalFile()])

    def _take_files(self, product_id: str, paths: Sequence[str]) -> None:
        """Add pictures dropped on a row to its product; each one dropped elsewhere becomes a product. Import a dropped table."""
        tables = [path for path in paths if path.lower().endswith(self._context.studio.tables.suffixes)]
        if tables:
            self.table_wanted.emit(Path(tables[0]))
            return
        found = {picture: Path(path).stem for path in paths if (picture := self._context.add_picture(path))}
        language = self._context.studio.document.show.presentation.host_language

        def change(show: Show) -> Show:
            if not product_id:
                made = [Product(editing.new_id(), {language: name}, pictures=(picture,)) for picture, name in found.items()]
                return editing.put_products(show, made)
            known = product_by_id(show, product_id)
            return editing.change_product(show, product_id, pictures=tuple(dict.fromkeys((*known.pictures, *found))))

        if found:
            self._context.edit_show("Add picture", change)

    def _show_menu(self, point: QPoint) -> None:
        here = self.list.current_id()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        icons = self._context.icons
        menu.addAction(icons.icon("add"), tr("Products", "Add product"), self.add)
        menu.addAction(icons.icon("open"), tr("Products", "Import products…"), self._import_table)
        if here:
            menu.addSeparator()
            menu.addAction(icons.icon("rename"), tr("Products", "Edit"), lambda: self.open(here))
            words = tr("Products", "Unpin") if self.list.pinned_id == here else tr("Products", "Pin")
            menu.addAction(icons.icon("pin"), words, lambda: self.pin(here))
            roles = menu.addMenu(tr("Products", "Role in the show"))
            for role in Role:
                roles.addAction(role_badge(role), partial(self.set_role, role))
            menu.addSeparator()
            menu.addAction(icons.icon("duplicate"), tr("Products", "Duplicate"), self.duplicate)
            menu.addAction(icons.icon("remove"), tr("Products", "Remove"), self.remove)
        menu.popup(self.list.mapToGlobal(point))
