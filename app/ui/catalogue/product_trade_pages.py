"""The pages of the product form with figures: prices, delivery, stock, sizes."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QWidget

from app.domain.base.errors import AppError
from app.domain.base.money import parse_amount
from app.domain.catalogue.product import Product, landed_cost
from app.ui.catalogue import product_tables as tables
from app.ui.catalogue.product_pages import PageMeans, ProductPage, ProductReading
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.table_edit import Column, TableEdit


class PricesPage(ProductPage):
    """Prices, delivery and stock."""

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(means, parent)
        self._product: Product | None = None
        market = tr("Product", "Market")
        self.heading(tr("Product", "Prices"), tr("Product", "In each market’s currency. Leave a price empty if you don’t sell there."))
        self.prices = TableEdit(
            tr("Product", "Prices"),
            (
                Column(market, 180, fixed=True),
                Column(tr("Product", "Price"), 90, align_right=True),
                Column(tr("Product", "Compare-at price"), 100, align_right=True),
                Column(tr("Product", "Delivered price"), 100, fixed=True, align_right=True),
                Column(tr("Product", "Buy link"), 200, stretch=True),
            ),
            means.icons,
        )
        self.column.addWidget(self.prices)
        self.landed = label("", "hint", wrap=True)
        self.column.addWidget(self.landed)
        self.heading(tr("Product", "Shipping"))
        self.delivery = TableEdit(
            tr("Product", "Shipping"),
            (
                Column(market, 180, fixed=True),
                Column(tr("Product", "Min. days"), 90, align_right=True),
                Column(tr("Product", "Max. days"), 90, align_right=True),
                Column(tr("Product", "Shipping cost"), 90, align_right=True),
                Column(tr("Product", "Return shipping"), 110, align_right=True),
                Column(tr("Product", "Duty %"), 80, stretch=True, align_right=True),
            ),
            means.icons,
        )
        self.column.addWidget(self.delivery)
        self.heading(tr("Product", "Stock"), tr("Product", "Viewers see this total as “left”."))
        self.stock = TableEdit(
            tr("Product", "Stock"),
            (Column(tr("Product", "Location"), 200, stretch=True), Column(tr("Product", "Units"), 100, align_right=True)),
            means.icons,
            add=tr("Product", "Add location"),
            remove=tr("Product", "Remove location"),
            fresh=lambda: ("", "0"),
        )
        self.column.addWidget(self.stock)
        row = QHBoxLayout()
        row.addWidget(label(tr("Product", "Unit cost, to calculate the margin"), "muted"))
        self.cost, self.currency = QLineEdit(), QLineEdit()
        self.cost.setMaximumWidth(120)
        self.currency.setMaximumWidth(70)
        self.cost.setAccessibleName(tr("Product", "Unit cost"))
        self.currency.setAccessibleName(tr("Product", "Cost currency"))
        self.currency.setPlaceholderText("USD")
        for line in (self.cost, self.currency):
            line.editingFinished.connect(self._on_cost)
            row.addWidget(line)
        self.cost_error = label("", "error")
        row.addWidget(self.cost_error, 1)
        self.column.addLayout(row)
        self.column.addStretch(1)
        self.prices.edited.connect(lambda rows: self._on_rows(self.prices, rows, self._with_prices))
        self.delivery.edited.connect(lambda rows: self._on_rows(self.delivery, rows, self._with_delivery))
        self.stock.edited.connect(lambda rows: self._on_rows(self.stock, rows, tables.with_stock))

    def _ids(self, rows: tables.Rows) -> tables.Rows:
        ids = list(self.means.markets())
        return [[ids[place], *row[1:]] for place, row in enumerate(rows)]

    def _with_prices(self, product: Product, rows: tables.Rows) -> Product:
        return tables.with_prices(product, self._ids(rows), self.means.currencies())

    def _with_delivery(self, product: Product, rows: tables.Rows) -> Product:
        return tables.with_delivery(product, self._ids(rows), self.means.currencies())

    def _refuse(self, table: TableEdit, error: tables.RefusedCell) -> None:
        table.refuse(error.row, error.column, self.means.words_of(error.error), self.means.theme.colour("error"))

    def _on_rows(self, table: TableEdit, rows: tables.Rows, change: Callable[[Product, tables.Rows], Product]) -> None:
        if self._product is None:
            return
        try:
            change(self._product, rows)
        except tables.RefusedCell as error:
            self._refuse(table, error)
            return
        self.means.change("", lambda product: change(product, rows))

    def _on_cost(self) -> None:
        text, currency = self.cost.text().strip(), (self.currency.text().strip() or "USD").upper()
        try:
            money = parse_amount(text, currency) if text else None
        except AppError as error:
            self.cost_error.setText(self.means.words_of(error))
            return
        self.cost_error.setText("")
        if self._product is not None and money != self._product.unit_cost:
            self.means.change("", lambda product: replace(product, unit_cost=money))

    def read(self, reading: ProductReading) -> None:
        super().read(reading)
        product = self._product = reading.product
        names, ids = self.means.markets(), tuple(self.means.markets())
        currencies = self.means.currencies()
        shown = [f"{names[market_id]} · {currencies[market_id]}" for market_id in ids]
        self.prices.show_rows([[name, *row[1:]] for name, row in zip(shown, tables.price_rows(product, ids), strict=True)])
        self.delivery.show_rows([[name, *row[1:]] for name, row in zip(shown, tables.delivery_rows(product, ids), strict=True)])
        self.stock.show_rows(tables.stock_rows(product))
        never = [names[market_id] for market_id in ids if _costly_return(product, market_id)]
        self.landed.setVisible(bool(never) or not ids)
        self.landed.setText(
            tr(
                "Product",
                "Return shipping costs more than the product is worth in: {markets}. Offer refunds without return there.",
                markets=", ".join(never),
            )
            if ids
            else tr("Product", "Choose the show’s markets first under “Markets and cards”.")
        )
        if not self.cost.hasFocus() and not self.currency.hasFocus():
            self.cost.setText(tables.amount_text(product.unit_cost))
            self.currency.setText(product.unit_cost.currency if product.unit_cost else "")


def _costly_return(product: Product, market_id: str) -> bool:
    landed = landed_cost(product, market_id)
    return landed is not None and not landed.returnable


class SizesPage(ProductPage):
    """A size chart, typed or pasted as a table."""

    COLUMNS = 6

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(means, parent)
        self.heading(tr("Product", "Size chart"), tr("Product", "The first row is the header. Leave empty if there are no sizes."))
        self.table = TableEdit(
            tr("Product", "Size chart"),
            tuple(Column("", 90, stretch=number == self.COLUMNS - 1) for number in range(self.COLUMNS)),
            means.icons,
            add=tr("Product", "Add row"),
            remove=tr("Product", "Remove row"),
            fresh=lambda: ("",) * self.COLUMNS,
        )
        self.table.grid.horizontalHeader().hide()
        self.column.addWidget(self.table)
        self.column.addStretch(1)
        self.table.edited.connect(self._on_edited)

    def _on_edited(self, rows: list[list[str]]) -> None:
        width = max((number + 1 for row in rows for number, cell in enumerate(row) if cell), default=0)
        chart = tuple(tuple(row[:width]) for row in rows) if width else tuple(() for _ in rows)
        self.means.change("", lambda product: replace(product, size_chart=chart))

    def read(self, reading: ProductReading) -> None:
        super().read(reading)
        rows = [[*row, *([""] * self.COLUMNS)][: self.COLUMNS] for row in tables.size_rows(reading.product)]
        self.table.show_rows(rows)
