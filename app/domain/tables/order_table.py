"""Reads orders from a shop's table, and writes orders and the log as tables."""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, tzinfo
from functools import partial
from typing import Any

from app.domain.base.currencies import meant_by
from app.domain.base.folding import folded
from app.domain.base.money import Money, MoneyError
from app.domain.base.zones import Zones
from app.domain.catalogue.sku import sku_key, sku_text
from app.domain.event import EventKind, ShowEvent
from app.domain.selling.order import CANCELLED, REFUNDED, Order
from app.domain.selling.order_book import booked
from app.domain.selling.order_state import why_unsold
from app.domain.show import Show
from app.domain.tables import cells
from app.domain.tables.cell_numbers import CellFormat, day_first_of
from app.domain.tables.column_conflicts import column_cells, decided, without_empty
from app.domain.tables.column_names import currency_in, guess_use, own_use
from app.domain.tables.column_readings import AmountColumn, Readings, read_columns
from app.domain.tables.column_words import NOT_OURS, ORDER_WORDS
from app.domain.tables.table import LOST, CellError, Fault, Matching, Table, Use, harmless, plain, short, without_markup
from app.domain.tables.table_profile import ProfileTable, columns_of
from app.domain.tables.table_questions import Answers, TableChoice, TableQuestion

SOURCE = "import"
_UNKNOWN = "?"  # a written currency that does not exist
MAX_FAULTS = 1000
AMOUNTS = ("amount", "unit_price", "total", "refunded")
FIELDS = tuple(field for field in ORDER_WORDS if field != NOT_OURS)
_SAYS_EACH = "unit each unitario unitaire einzelpreis stuckpreis satuan lineitem deal item 单价 単価"
_EACH = frozenset(_SAYS_EACH.split())


@dataclass(frozen=True, slots=True)
class OrderPlan:
    """The order lines in the table, without orders that have a fault.

    `doubled` counts rows that repeat an earlier row word for word. `gone` are lines, without units, of orders that bring no money, and why;
    known lines of these orders end.
    """

    orders: tuple[Order, ...]
    doubled: int
    left_out: int
    faults: tuple[Fault, ...]
    gone: tuple[tuple[Order, str], ...] = ()
    notes: tuple[Fault, ...] = ()
    questions: tuple[TableQuestion, ...] = ()


def match_orders(table: Table, profile: ProfileTable | None = None) -> Matching:
    """The likely use of each column. Several columns for one use become a question."""
    if profile is not None:
        uses: list[Use | None] = [Use(name) if name else None for name in columns_of(profile, table.header)]
    else:
        uses = [
            own_use(heading, FIELDS) or guess_use(heading, ORDER_WORDS, fits=partial(_fits, table, index))
            for index, heading in enumerate(table.header)
        ]
    return without_empty(table, tuple(uses), _same, ())


def _same(use: Use) -> Use:
    return use


def _fits(table: Table, index: int, field: str) -> bool:
    """Whether the cells of a column look like this field."""
    column, good = column_cells(table, index), 0
    for text in column:
        try:
            if field in AMOUNTS:
                cells.written_currency(plain(text))
            elif field == "units":
                cells.count_of(plain(text))
            elif field == "time":
                cells.moment_of(plain(text), UTC, CellFormat(day_first=True))
        except CellError:
            continue
        good += 1
    return good * 5 >= len(column) * 4


def plan_orders(
    table: Table,
    matching: Matching,
    show: Show,
    *,
    zones: Zones,
    now_ms: int,
    answers: Answers | None = None,
    profile: ProfileTable | None = None,
) -> OrderPlan:
    """The orders in the table. A row without a currency uses that of the picture's market, or the only one; times without an offset are in
    that market's zone; orders without a time were placed now."""
    return _Orders(table, matching, show, zones, now_ms, answers or {}, profile).plan()


@dataclass(slots=True)
class _Line:
    """One row of an order."""

    number: int
    row: dict[str, str]


class _Orders:
    """One pass over the table."""

    def __init__(
        self, table: Table, matching: Matching, show: Show, zones: Zones, now_ms: int, answers: Answers, profile: ProfileTable | None
    ) -> None:
        self._table, self._show, self._now_ms, self._answers = table, show, now_ms, answers
        chosen, self._questions = decided(table, matching, _same, (), answers)
        self._columns = {use.field: index for index, use in enumerate(chosen[: len(table.header)]) if use is not None}
        only = show.markets[0] if len(show.markets) == 1 else None
        market = next((one for one in show.markets if one.id == show.presentation.market_id), only)
        self._currency = market.currency if market is not None else ""
        self._zone: tzinfo = zones.zone(market.zones[0]) if market is not None and market.zones else UTC
        self._unsold = profile.unsold if profile is not None else ()
        self._skus = {sku_key(product.sku) for product in show.products if product.sku} | {product.id for product in show.products}
        self._names = {folded(text): product.id for product in reversed(show.products) for text in product.name.values()}
        self._readings = self._read_amounts()
        self._dates = self._read_dates()
        self._price_of_line = self._ask_price(profile)
        self._faults: list[Fault] = []
        self._wrong = 0  # all faults, including those beyond the list
        self._notes: list[Fault] = [
            Fault(0, table.header[index], "table.assumed_currency", {"currency": currency}) for index, currency in self._readings.assumed
        ]

    def _texts(self, field: str) -> list[str]:
        index = self._columns.get(field)
        return [] if index is None else [plain(row[index]).strip() for row in self._table.rows]

    def _heading(self, field: str) -> str:
        return self._table.header[self._columns[field]] if field in self._columns else ""

    def _read_amounts(self) -> Readings:
        columns = []
        for field in (*AMOUNTS, "units"):
            if field in self._columns:
                index, heading = self._columns[field], self._heading(field)
                code = currency_in(heading) or self._currency
                unsaid = "" if "currency" in self._columns else code
                columns.append(AmountColumn(index, heading, Use(field), unsaid, self._texts(field), field == "units", any_currency=True))
        found = read_columns(columns, self._show, self._answers)
        self._questions += found.questions
        return found

    def _read_dates(self) -> CellFormat:
        first, doubtful = day_first_of(self._texts("time"))
        if first is None and doubtful:
            choices = (TableChoice("day", "ask.day_first", {"text": doubtful}), TableChoice("month", "ask.month_first", {"text": doubtful}))
            data = {"text": doubtful, "column": self._heading("time")}
            self._questions.append(TableQuestion("dates", "ask.dates", data, choices))
            first = self._answers.get("dates", "day") == "day"
        return CellFormat(day_first=first)

    def _ask_price(self, profile: ProfileTable | None) -> bool:
        """Whether a price is for all units of its row. A heading "Price" alone does not tell."""
        if profile is not None or "unit_price" not in self._columns or {"amount", "total"} & set(self._columns):
            return False
        heading = folded(self._heading("unit_price"))
        several = [text for text in self._texts("units") if text not in ("", "1")]
        if not several or _EACH & {*heading.split(), heading}:
            return False
        choices = (TableChoice("each", "ask.price_each"), TableChoice("line", "ask.price_line"))
        self._questions.append(TableQuestion("price", "ask.price", {"column": self._heading("unit_price")}, choices))
        return self._answers.get("price") == "line"

    def plan(self) -> OrderPlan:
        """Read the whole table."""
        groups: dict[str, list[_Line]] = {}
        seen = set[tuple[str, ...]]()
        doubled = left_out = 0
        orders: list[Order] = []
        gone: list[tuple[Order, str]] = []
        for number, texts in enumerate(self._table.rows):
            row = {field: text for field, index in self._columns.items() if (text := plain(texts[index]).strip())}
            if not row:
                continue
            if texts in seen:
                doubled += 1
                continue
            seen.add(texts)
            groups.setdefault(sku_text(row.get("order", "")) or f"\0{number}", []).append(_Line(self._table.first_line + number, row))
        for order_id, lines in groups.items():
            found, why = self._order("" if order_id.startswith("\0") else order_id, lines)
            if found is None:
                left_out += len(lines)
            elif why:
                gone += [(order, why) for order in found]
            else:
                orders += found
        if gone:
            self._notes.append(Fault(0, "", "table.unsold_orders", {"count": len({order.id for order, _ in gone})}))
        return OrderPlan(tuple(orders), doubled, left_out, self._sorted_faults(), tuple(gone), tuple(self._notes), tuple(self._questions))

    def _sorted_faults(self) -> tuple[Fault, ...]:
        places = {heading: index for index, heading in reversed(list(enumerate(self._table.header)))}
        return tuple(sorted(self._faults, key=lambda fault: (fault.line, places.get(fault.column, 0))))

    def _order(self, order_id: str, lines: Sequence[_Line]) -> tuple[list[Order] | None, str]:
        """The lines of one order, None = it has a fault; and why it brings no money."""
        wrong = self._wrong
        first = lines[0]
        at_ms = self._checked(first, "time", lambda text: cells.moment_of(text, self._zone, self._dates), self._now_ms, lines)
        currency = self._currency_of(lines)
        total = self._amount("total", lines, currency)
        refunded = self._amount("refunded", lines, currency)
        found: list[Order] = []
        counts: dict[str, int] = {}
        unpriced = 0
        for line in lines:
            if not order_id:
                self._fault(line, "order", CellError("table.missing", text="order"))
            product = self._product(line)
            units = self._checked(line, "units", self._units, 1)
            amount = self._line_amount(line, units, currency, total if len(lines) == 1 else None)
            if amount is None:
                unpriced += 1
                amount = Money(0, total.currency if total is not None else "USD")
            counts[sku_key(product)] = counts.get(sku_key(product), 0) + 1
            found.append(Order(order_id, product, units, amount, at_ms, SOURCE, counts[sku_key(product)]))
        if unpriced and total is None and currency != _UNKNOWN and self._wrong == wrong:
            self._fault(first, "amount", CellError("table.missing", text="amount"))
        if self._wrong > wrong:
            return None, ""
        return self._with_extra(found, lines, total, refunded)

    def _with_extra(
        self, found: list[Order], lines: Sequence[_Line], total: Money | None, refunded: Money | None
    ) -> tuple[list[Order], str]:
        priced = sum(order.total.minor for order in found)
        currency = found[0].total.currency
        whole = total.minor if total is not None and total.currency == currency else priced
        back = refunded.minor if refunded is not None and refunded.currency == currency else 0
        states = [line.row.get("status", "") for line in lines[:1]]
        why = CANCELLED if any(line.row.get("cancelled") for line in lines) else why_unsold(states, self._unsold)
        if not why and back and back >= whole:
            why = REFUNDED
        if why:
            return [_gone(order) for order in found], why
        kept, dropped = self._without_unsold(found, lines)
        extra = whole - priced - back if not dropped else -back
        if kept and extra:
            kept[0] = Order(*_line_of(kept[0]), extra)
        return kept, ""

    def _without_unsold(self, found: list[Order], lines: Sequence[_Line]) -> tuple[list[Order], bool]:
        """Without lines whose own state says that they bring no money: some shops list each unit."""
        kept = [order for order, line in zip(found, lines, strict=True) if not why_unsold([line.row.get("status", "")], self._unsold)]
        return kept, len(kept) < len(found)

    # Cells ----------------------------------------------------------------------------------------------------------------

    def _fault(self, line: _Line, field: str, error: CellError) -> None:
        self._wrong += 1
        if len(self._faults) < MAX_FAULTS:
            self._faults.append(Fault(line.number, self._heading(field), error.code, short(error.data)))

    def _checked(self, line: _Line, field: str, read: Callable[[str], int], otherwise: int, lines: Sequence[_Line] = ()) -> int:
        """A cell of the line, or of the first of these lines that has it."""
        holder = next((one for one in lines if field in one.row), line)
        if field not in holder.row:
            return otherwise
        try:
            return read(holder.row[field])
        except CellError as error:
            self._fault(holder, field, error)
            return otherwise

    def _units(self, text: str) -> int:
        units = cells.count_of(text, self._readings.of(self._columns["units"]))
        if units < 1:
            raise CellError("table.count", text=text)
        return units

    def _product(self, line: _Line) -> str:
        text, name = sku_text(line.row.get("product", "")), without_markup(line.row.get("product_name", ""))
        if LOST in text:
            self._fault(line, "product", CellError("table.lost_sign", text=text))
        if text and (text in self._skus or sku_key(text) in self._skus or not name):
            return self._names.get(folded(text), text) if sku_key(text) not in self._skus and text not in self._skus else text
        if known := self._names.get(folded(name)) if name else None:
            return known
        if not (text or name):
            self._fault(line, "product", CellError("table.missing", text="product"))
        return text or name

    def _currency_of(self, lines: Sequence[_Line]) -> str:
        for line in lines:
            written = line.row.get("currency", "")
            meant = meant_by(written) if written else ()
            if written and not meant:
                self._fault(line, "amount" if "amount" in self._columns else "currency", CellError("table.currency", text=written))
                return _UNKNOWN
            if meant:
                return self._currency if self._currency in meant else meant[0]
        return ""

    def _money(self, line: _Line, field: str, currency: str) -> Money | None:
        if field not in line.row or currency == _UNKNOWN:
            return None
        index = self._columns[field]
        expected = currency or currency_in(self._heading(field)) or self._currency
        try:
            return cells.money_of(line.row[field], expected, self._readings.of(index))
        except CellError as error:
            self._fault(line, field, error)
            return None

    def _amount(self, field: str, lines: Sequence[_Line], currency: str) -> Money | None:
        """An amount of the whole order: that of the first line that has one."""
        line = next((one for one in lines if field in one.row), None)
        return None if line is None else self._money(line, field, currency)

    def _line_amount(self, line: _Line, units: int, currency: str, total: Money | None) -> Money | None:
        if "amount" in line.row:
            return self._money(line, "amount", currency)
        price = self._money(line, "unit_price", currency)
        if price is not None:
            return price if self._price_of_line else Money(price.minor * units, price.currency)
        return total


def _line_of(order: Order) -> tuple[str, str, int, Money, int, str, int]:
    return order.id, order.product, order.units, order.total, order.at_ms, order.source, order.line


def _gone(order: Order) -> Order:
    return Order(order.id, order.product, 0, Money(0, order.total.currency), order.at_ms, order.source, order.line)


def events_table(events: Iterable[ShowEvent], name: str = "") -> Table:
    """The log as it is: number, time, kind, and the data as JSON."""
    rows = (
        (str(event.seq), cells.moment_text(event.at_ms), event.kind.value, harmless(json.dumps(dict(event.data), ensure_ascii=False)))
        for event in events
    )
    return Table(name, ("seq", "time", "kind", "data"), tuple(rows))


def orders_table(events: Iterable[ShowEvent], show: Show, name: str = "") -> Table:
    """The current orders of the log, in the form that `plan_orders` reads; values that are no amount or time are written as the log has
    them. If an order costs more than its lines, its first line has the total."""
    log = tuple(events)
    skus = {product.id: product.sku for product in show.products if product.sku}
    last = booked(log)
    placed = [event for event in log if event.kind is EventKind.ORDER_PLACED]
    now = [_now(event.data, last) for event in placed]
    totals = _order_totals(now)
    rows, told = [], set[str]()
    for event, data in zip(placed, now, strict=True):
        if data.get("units") == 0:
            continue
        order, product = str(data.get("order", "")), str(data.get("product", ""))
        texts = (order, skus.get(product, str(data.get("sku") or product)), str(data.get("units", "")))
        rest = (*_amount_cells(data), _moment_cell(data.get("at_ms") or event.at_ms), str(data.get("source", "")))
        in_all = (totals.get(order, "") if order not in told else "",) if totals else ()
        told.add(order)
        rows.append(tuple(harmless(cell) for cell in (*texts, *rest, *in_all)))
    header = ("order", "product", "units", "amount", "currency", "time", "source", *(("total",) if totals else ()))
    return Table(name, header, tuple(rows))


def _now(data: Mapping[str, Any], last: Mapping[tuple[str, str, int], Mapping[str, Any]]) -> Mapping[str, Any]:
    """A line after its last correction."""
    line = data.get("line", 1)
    change = last.get((str(data.get("order", "")), str(data.get("product", "")), line if isinstance(line, int) else 1))
    return data if change is None else {**data, "extra_minor": 0, **{key: value for key, value in change.items() if key != "source"}}


def _order_totals(lines: Sequence[Mapping[str, Any]]) -> Mapping[str, str]:
    """The total of each order; {} if none costs more than its lines."""
    sums: dict[str, int] = {}
    currencies: dict[str, str] = {}
    for data in lines:
        minor, extra = data.get("minor"), data.get("extra_minor", 0)
        if isinstance(minor, int) and isinstance(extra, int):
            order = str(data.get("order", ""))
            sums[order] = sums.get(order, 0) + minor + extra
            currencies[order] = str(data.get("currency", ""))
    if not any(data.get("extra_minor") for data in lines):
        return {}
    return {order: _amount_cells({"minor": minor, "currency": currencies[order]})[0] for order, minor in sums.items()}


def _amount_cells(data: Mapping[str, Any]) -> tuple[str, str]:
    minor, currency = data.get("minor", 0), str(data.get("currency", ""))
    try:
        return cells.money_text(Money(int(minor), currency)).split(" ")[0], currency
    except (MoneyError, TypeError, ValueError, ArithmeticError):
        return str(minor), currency


def _moment_cell(at_ms: object) -> str:
    try:
        return cells.moment_text(int(str(at_ms)))
    except (ValueError, OSError, OverflowError):  # which one means "far away" depends on the system
        return str(at_ms)
