"""Turns a product's figures into rows of text, and back. An invalid cell is reported with its place."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from app.domain.base.errors import AppError
from app.domain.base.money import Money, parse_amount
from app.domain.base.web_address import WebAddressError, web_link
from app.domain.catalogue.product import Delivery, Link, Price, Product, Stock, landed_cost, price_in

Rows = list[list[str]]


class RefusedCell(Exception):
    """A cell that cannot be read; `error` says why."""

    def __init__(self, row: int, column: int, error: AppError) -> None:
        super().__init__(str(error))
        self.row = row
        self.column = column
        self.error = error


def amount_text(money: Money | None) -> str:
    """ "19.99"; "" for none."""
    return format(money.amount, "f") if money is not None else ""


def _money(rows: Rows, row: int, column: int, currency: str) -> Money | None:
    text = rows[row][column]
    if not text:
        return None
    try:
        amount = parse_amount(text, currency)
    except AppError as error:
        raise RefusedCell(row, column, error) from error
    if amount.minor < 0:
        raise RefusedCell(row, column, AppError("table.negative", text=text))
    return amount


def _link(rows: Rows, row: int, column: int, known: str) -> str:
    """The address, completed. A stored one passes unchecked: an old invalid link must not block a price change."""
    text = rows[row][column]
    if text == known:
        return text
    try:
        return web_link(text)
    except WebAddressError as error:
        raise RefusedCell(row, column, error) from error


def _number(rows: Rows, row: int, column: int) -> float:
    text = rows[row][column].replace(",", ".")
    try:
        value = float(text or 0)
    except ValueError as error:
        raise RefusedCell(row, column, AppError("table.number", text=rows[row][column])) from error
    if not 0 <= value <= 1_000_000:
        raise RefusedCell(row, column, AppError("table.number", text=rows[row][column]))
    return value


def price_rows(product: Product, markets: Sequence[str]) -> Rows:
    """One row per market: market, price, crossed-out price, landed cost, link."""
    rows = []
    for market_id in markets:
        price, landed = price_in(product, market_id), landed_cost(product, market_id)
        rows.append(
            [
                market_id,
                amount_text(price.price if price else None),
                amount_text(price.was if price else None),
                amount_text(landed.total if landed else None),
                next((link.url for link in product.links if link.market_id == market_id), ""),
            ]
        )
    return rows


def with_prices(product: Product, rows: Rows, currencies: Mapping[str, str]) -> Product:
    """The product with the prices and links of these rows. Markets without a row keep theirs. Raises RefusedCell."""
    prices, links = [], []
    for place, row in enumerate(rows):
        currency = currencies[row[0]]
        price, was = _money(rows, place, 1, currency), _money(rows, place, 2, currency)
        if price is not None:
            prices.append(Price(row[0], price, was))
        if row[4]:
            links.append(Link(row[0], _link(rows, place, 4, next((one.url for one in product.links if one.market_id == row[0]), ""))))
    shown = {row[0] for row in rows}
    return replace(
        product,
        prices=(*prices, *(price for price in product.prices if price.market_id not in shown)),
        links=(*links, *(link for link in product.links if link.market_id not in shown)),
    )


def delivery_rows(product: Product, markets: Sequence[str]) -> Rows:
    """One row per market: market, days from, days to, freight, return freight, duty in per cent."""
    by_market = {one.market_id: one for one in product.delivery}
    rows = []
    for market_id in markets:
        one = by_market.get(market_id)
        if one is None:
            rows.append([market_id, "", "", "", "", ""])
        else:
            duty = f"{one.duty_percent:g}" if one.duty_percent else ""
            rows.append([market_id, str(one.days_from), str(one.days_to), amount_text(one.freight), amount_text(one.return_freight), duty])
    return rows


def with_delivery(product: Product, rows: Rows, currencies: Mapping[str, str]) -> Product:
    """The product with the delivery of these rows; an empty row means unknown. Raises RefusedCell."""
    made = []
    for place, row in enumerate(rows):
        if not any(row[1:]):
            continue
        days_from, days_to = int(_number(rows, place, 1)), int(_number(rows, place, 2))
        made.append(
            Delivery(
                row[0],
                days_from,
                max(days_from, days_to),
                _money(rows, place, 3, currencies[row[0]]),
                _money(rows, place, 4, currencies[row[0]]),
                _number(rows, place, 5),
            )
        )
    shown = {row[0] for row in rows}
    return replace(product, delivery=(*made, *(one for one in product.delivery if one.market_id not in shown)))


def stock_rows(product: Product) -> Rows:
    """One row per place: place, units."""
    return [[stock.place, str(stock.units)] for stock in product.stock]


def with_stock(product: Product, rows: Rows) -> Product:
    """The product with this stock. Raises RefusedCell."""
    return replace(product, stock=tuple(Stock(row[0], int(_number(rows, place, 1))) for place, row in enumerate(rows)))


def size_rows(product: Product) -> Rows:
    """The size chart with its header row first, padded to equal lengths."""
    width = max((len(row) for row in product.size_chart), default=0)
    return [[*row, *([""] * (width - len(row)))] for row in product.size_chart]
