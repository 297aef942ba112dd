"""Orders from a shop's table, and the log into one."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from app.domain import cells
from app.domain.column_names import guess_use, own_use, without_doubles
from app.domain.column_words import ORDER_WORDS
from app.domain.event import EventKind, ShowEvent
from app.domain.money import Money, MoneyError, is_currency
from app.domain.order import Order
from app.domain.show import Show
from app.domain.table import CellError, Fault, Matching, Table, harmless, plain
from app.domain.zones import Zones

SOURCE = "import"


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """The orders of a table; rows with a fault are not among them. `doubled` rows had an order that came before in the table."""

    orders: tuple[Order, ...]
    doubled: int
    left_out: int
    faults: tuple[Fault, ...]


def match_orders(table: Table) -> Matching:
    """What each column probably is for."""
    return without_doubles(own_use(heading, ORDER_WORDS) or guess_use(heading, ORDER_WORDS) for heading in table.header)


def plan_orders(table: Table, matching: Matching, show: Show, *, zones: Zones, now_ms: int) -> OrderPlan:
    """The orders that the table tells of. Without a currency in the row it is that of the picture's market, or the only one; times
    without an offset are those of that market's zone; orders without a time were placed now."""
    columns = {use.field: index for index, use in enumerate(matching[: len(table.header)]) if use is not None}
    market = next((one for one in show.markets if one.id == show.desk.market_id), show.markets[0] if len(show.markets) == 1 else None)
    zone: tzinfo = zones.zone(market.zones[0]) if market is not None and market.zones else UTC
    orders: dict[str, Order] = {}
    faults: list[Fault] = []
    doubled = left_out = 0
    for number, cells_of_row in enumerate(table.rows):
        row = {field: text for field, index in columns.items() if (text := plain(cells_of_row[index]).strip())}
        if not row:
            continue
        order, wrong = _order(row, market.currency if market is not None else "", zone, now_ms)
        if order is None:
            left_out += 1
            headings = {field: table.header[index] for field, index in columns.items()}
            faults += [Fault(table.first_line + number, headings.get(field, ""), error.code, error.data) for field, error in wrong.items()]
        elif order.id in orders:
            doubled += 1
        else:
            orders[order.id] = order
    return OrderPlan(tuple(orders.values()), doubled, left_out, tuple(faults))


def _order(row: Mapping[str, str], currency: str, zone: tzinfo, now_ms: int) -> tuple[Order | None, Mapping[str, CellError]]:
    wrong: dict[str, CellError] = {}
    units, total, at_ms = 1, Money(0, "USD"), now_ms
    for field in ("order", "product"):
        if field not in row:
            wrong[field] = CellError("table.missing", text=field)
    try:
        units = cells.count_of(row.get("units", "1"))
        if units < 1:
            raise CellError("table.count", text=row["units"])
    except CellError as error:
        wrong["units"] = error
    try:
        total = _total(row, currency)
    except CellError as error:
        wrong["amount"] = error
    try:
        at_ms = cells.moment_of(row["time"], zone) if "time" in row else now_ms
    except CellError as error:
        wrong["time"] = error
    if wrong:
        return None, wrong
    return Order(row["order"], row["product"], units, total, at_ms, SOURCE), {}


def _total(row: Mapping[str, str], currency: str) -> Money:
    written = row.get("currency", "").upper()
    if written and not is_currency(written):
        raise CellError("table.currency", text=row["currency"])
    if "amount" not in row:
        raise CellError("table.missing", text="amount")
    return cells.money_of(row["amount"], written or currency)


def events_table(events: Iterable[ShowEvent], name: str = "") -> Table:
    """The log as it is: number, time, kind, and the data as JSON."""
    rows = (
        (str(event.seq), cells.moment_text(event.at_ms), event.kind.value, harmless(json.dumps(dict(event.data), ensure_ascii=False)))
        for event in events
    )
    return Table(name, ("seq", "time", "kind", "data"), tuple(rows))


def orders_table(events: Iterable[ShowEvent], show: Show, name: str = "") -> Table:
    """The orders of the log, as `plan_orders` reads them; what is no amount or no moment stands there as the log has it."""
    skus = {product.id: product.sku for product in show.products if product.sku}
    rows = []
    for event in events:
        if event.kind is EventKind.ORDER_PLACED:
            data = event.data
            product = str(data.get("product", ""))
            texts = (str(data.get("order", "")), skus.get(product, product), str(data.get("units", "")))
            rest = (*_amount_cells(data), _moment_cell(data.get("at_ms") or event.at_ms), str(data.get("source", "")))
            rows.append(tuple(harmless(cell) for cell in (*texts, *rest)))
    return Table(name, ("order", "product", "units", "amount", "currency", "time", "source"), tuple(rows))


def _amount_cells(data: Mapping[str, Any]) -> tuple[str, str]:
    minor, currency = data.get("minor", 0), str(data.get("currency", ""))
    try:
        return cells.money_text(Money(int(minor), currency)).split(" ")[0], currency
    except (MoneyError, TypeError, ValueError, ArithmeticError):
        return str(minor), currency


def _moment_cell(at_ms: object) -> str:
    try:
        return cells.moment_text(int(str(at_ms)))
    except (ValueError, OSError, OverflowError):  # which of them says "far away" depends on the system
        return str(at_ms)
