"""Reads products from a table, and writes them as one. Pure: takes the show and returns what it would become."""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from ipaddress import ip_address
from urllib.parse import urlsplit

from app.domain.base.currencies import CODES
from app.domain.base.errors import Value
from app.domain.catalogue.product import Product
from app.domain.catalogue.sku import sku_key
from app.domain.show import Show, ShowError, check_product, languages_of
from app.domain.show_editing import new_id
from app.domain.tables import cells
from app.domain.tables.column_conflicts import column_cells, decided, without_empty
from app.domain.tables.column_names import currency_in, guess_use, heading_of, own_use
from app.domain.tables.column_readings import AmountColumn, read_columns
from app.domain.tables.column_words import PRODUCT_WORDS
from app.domain.tables.product_columns import BY_FIELD, COUNT_FIELDS, FIELDS_OF, MONEY_FIELDS, Draft, Of, all_uses, likely_market
from app.domain.tables.table import LOST, CellError, Fault, Matching, Table, Use, harmless, plain, short, without_markup
from app.domain.tables.table_profile import ProfileTable, columns_of
from app.domain.tables.table_questions import LEAVE_OUT, Answers, TableChoice, TableQuestion, leave_out

MAX_FAULTS = 1000  # nobody reads more, and each is kept in memory
SEVERAL = frozenset({"pictures"})  # fields that may have many columns
FETCH = "fetch"
FETCH_NEAR = "fetch-near"  # also from this computer and its network
_WORDS = FIELDS_OF[Of.LANGUAGE] | {"category", "price_band"}
_KEYS = frozenset({"id", "sku"})


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. `products` are the new and changed ones, complete, without rows that have a fault.

    `new`, `changed` and `unchanged` count products; `left_out` counts rows with a fault. `notes` are skipped cells and columns of imported
    rows. What an unanswered one of the `questions` is about is left out. `addresses` are the pictures to download for each product.
    """

    products: tuple[Product, ...]
    new: int
    changed: int
    unchanged: int
    left_out: int
    faults: tuple[Fault, ...]
    notes: tuple[Fault, ...] = ()
    questions: tuple[TableQuestion, ...] = ()
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def match_products(table: Table, show: Show, profile: ProfileTable | None = None) -> Matching:
    """The likely use of each column. Several columns for one use become a question."""
    uses = (
        _profile_uses(table, show, profile) if profile is not None else [_guess(table, index, show) for index in range(len(table.header))]
    )
    sold = {market.currency for market in show.markets}
    known = [None if use is not None and _is_currency(use, show) and use.of not in sold else use for use in uses]
    return without_empty(table, tuple(known), same_use(show), SEVERAL)


def _is_currency(use: Use, show: Show) -> bool:
    """Whether a column of prices names a currency instead of a market."""
    return use.field in FIELDS_OF[Of.MARKET] and use.of in CODES and all(market.id != use.of for market in show.markets)


def same_use(show: Show) -> Callable[[Use], Use]:
    """A use with its default language or market filled in."""

    def same(use: Use) -> Use:
        if use.of or use.field not in FIELDS_OF[Of.LANGUAGE] | FIELDS_OF[Of.MARKET] or use.field == "link":
            return use
        return Use(use.field, show.presentation.host_language if use.field in FIELDS_OF[Of.LANGUAGE] else likely_market(show))

    return same


def _guess(table: Table, index: int, show: Show) -> Use | None:
    heading = table.header[index]
    return own_use(heading, BY_FIELD) or guess_use(
        heading,
        PRODUCT_WORDS,
        languages=languages_of(show),
        markets=show.markets,
        in_languages=FIELDS_OF[Of.LANGUAGE],
        in_markets=FIELDS_OF[Of.MARKET],
        in_places=FIELDS_OF[Of.PLACE],
        in_currencies=FIELDS_OF[Of.CURRENCY],
        fits=lambda field: _fits(field, [plain(cell) for cell in column_cells(table, index)]),
    )


def _profile_uses(table: Table, show: Show, profile: ProfileTable) -> list[Use | None]:
    uses: list[Use | None] = []
    for heading, name in zip(table.header, columns_of(profile, table.header), strict=True):
        found = guess_use(f"price {heading}", {name: ("price",)}, markets=show.markets, in_markets=(name,)) if "/" in heading else None
        of = found.of if found is not None else ""
        uses.append(Use(name, of) if name and (of or "/" not in heading or name not in FIELDS_OF[Of.MARKET]) else None)
    return uses


def _fits(field: str, column: Sequence[str]) -> bool:
    """Whether the cells of a column look like this field."""
    if not column:
        return True
    good = 0
    for text in column:
        with suppress(CellError):
            good += _looks_like(field, text)
    return good * 5 >= len(column) * 4


def _looks_like(field: str, text: str) -> bool:
    if field in MONEY_FIELDS:
        cells.written_currency(text)
    elif field in COUNT_FIELDS:
        cells.count_of(text.lstrip("-−"))
    elif field in ("link", "pictures"):
        return "://" in text or text.lower().startswith(("www.", "//")) or "." in text
    elif field == "delivery":
        cells.days_of(text)
    elif field == "duty":
        cells.number_of(text)
    elif field in ("name", "sku"):
        return not text.lower().startswith(("http://", "https://"))
    return True


class _Known:
    """The products that rows may mean: by id, SKU and name."""

    def __init__(self, show: Show) -> None:
        self.by_id: Mapping[str, Product] = {product.id: product for product in show.products}
        self._by_sku = {sku_key(product.sku): product for product in reversed(show.products) if product.sku}
        self._by_name = {_name_key(text): product for product in reversed(show.products) for text in product.name.values()}

    def meant(self, row: Mapping[Use, str]) -> Product | None:
        """The product of a row: by id, else by SKU, or by name if it has neither."""
        row_id, sku = row.get(Use("id"), "").strip(), row.get(Use("sku"), "")
        if row_id in self.by_id:
            return self.by_id[row_id]
        if sku_key(sku):
            return self._by_sku.get(sku_key(sku))
        names = [_name_key(text) for use, text in row.items() if use.field == "name"]
        return None if row_id else next((self._by_name[name] for name in names if name in self._by_name), None)


def _name_key(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", without_markup(text.replace(LOST, ""))).casefold().split())


@dataclass(slots=True)
class _Row:
    """A row that is not empty: its cells, its product, and the key that rows of the same product share."""

    line: int
    cells: dict[Use, str]
    index: dict[Use, int]
    old: Product | None
    key: str


class _Import:
    """One pass over the table."""

    def __init__(self, table: Table, matching: Matching, show: Show, answers: Answers) -> None:
        self.table, self.show, self.answers = table, show, answers
        chosen, self.questions = decided(table, matching, same_use(show), SEVERAL, answers)
        used = [(index, use) for index, use in enumerate(chosen[: len(table.header)]) if use is not None and use.field in BY_FIELD]
        self.columns = sorted(used, key=lambda one: one[1].field == "was")  # a price is read before its compare-at price
        self.faults: list[Fault] = []
        self.wrong = 0  # all faults, including those beyond the list
        self.notes = list(_left_out_columns(table, matching, show))
        self.readings = read_columns([self._amounts(index, use) for index, use in self.columns if _counts(use)], show, answers)
        self.questions += self.readings.questions
        self.notes += [
            Fault(0, table.header[index], "table.assumed_currency", {"currency": currency}) for index, currency in self.readings.assumed
        ]
        self.addresses: dict[str, tuple[str, ...]] = {}

    def _amounts(self, index: int, use: Use) -> AmountColumn:
        texts = [plain(row[index]).strip() for row in self.table.rows]
        currency = use.of if use.of in CODES else next((one.currency for one in self.show.markets if one.id == use.of), "")
        if not use.of and use.field in MONEY_FIELDS - {"unit_cost"}:
            likely = likely_market(self.show)
            currency = next((market.currency for market in self.show.markets if market.id == likely), "")
        is_open = not use.of and use.field in ("price", "was")
        return AmountColumn(index, self.table.header[index], use, currency, texts, use.field in COUNT_FIELDS, is_open)

    def rows(self) -> list[_Row]:
        known, found = _Known(self.show), list[_Row]()
        for number, texts in enumerate(self.table.rows):
            row, index = dict[Use, str](), dict[Use, int]()
            for place, use in self.columns:
                text = plain(texts[place])
                if text.strip():
                    row[use] = f"{row[use]}\n{text}" if use in row else text
                    index[use] = place
            if row:
                old = known.meant(row)
                found.append(_Row(self.table.first_line + number, row, index, old, _identity(row, old)))
        return found

    def fault(self, row: _Row, use: Use | None, code: str, data: Mapping[str, Value]) -> None:
        self.wrong += 1
        if len(self.faults) < MAX_FAULTS:
            self.faults.append(Fault(row.line, self.table.header[row.index[use]] if use is not None else "", code, short(data)))

    def note(self, row: _Row, use: Use, code: str, data: Mapping[str, Value]) -> None:
        if len(self.notes) < MAX_FAULTS:
            self.notes.append(Fault(row.line, self.table.header[row.index[use]], code, short(data)))

    def product(self, row: _Row) -> Product | None:
        """The row's product, None = it has a fault."""
        wrong = self.wrong
        begun = row.old if row.old is not None else Product(row.cells.get(Use("id"), "").strip() or new_id(), {})
        draft = Draft(begun, self.show)
        for use, text in row.cells.items():
            if row.old is None or BY_FIELD[use.field].get(row.old, use.of) != text:
                self._put(draft, row, use, text)
        product = draft.finished()
        if self.wrong == wrong and not any(text.strip() for text in product.name.values()):
            self.fault(row, None, "table.no_name", {})
        if self.wrong == wrong:
            try:
                check_product(product)
            except ShowError as error:
                self.fault(row, None, error.code, error.data)
        if self.wrong > wrong:
            return None
        if draft.addresses and not product.pictures:
            self.addresses[product.id] = tuple(dict.fromkeys(draft.addresses))
        return product

    def _put(self, draft: Draft, row: _Row, use: Use, text: str) -> None:
        index, of = row.index[use], use.of
        if LOST in text:
            if use.field in _KEYS:
                self.fault(row, use, "table.lost_sign", {"text": text})
                return
            self.note(row, use, "table.lost_sign", {"text": text[:200]})
            if use.field not in _WORDS:
                return
            text = text.replace(LOST, "")
        if use.field in MONEY_FIELDS:
            written = self.readings.written(index, text, draft.currency(of) or draft.likely_currency())
            if _unclear(text, written) and "" in self.readings.skipped.get(index, ()):
                written = "?"
            if written == "?" or (written and written in self.readings.skipped.get(index, ())):
                self.note(row, use, "table.currency_left_out", {"text": text})
                return
            of = self.readings.routed.get(index, {}).get(written, of)
        draft.reading = self.readings.of(index)
        notes = len(draft.notes)
        try:
            BY_FIELD[use.field].put(draft, of, text)
        except CellError as error:
            if error.code == "table.was_alone" and _price_skipped(self, row):
                self.note(row, use, error.code, error.data)
            else:
                self.fault(row, use, error.code, error.data)
        for code, data in draft.notes[notes:]:
            self.note(row, use, code, data)


def _price_skipped(run: _Import, row: _Row) -> bool:
    """Whether a compare-at price lacks its price only because a question about that is open."""
    asked = any(one.key.startswith("column:price") for one in run.questions)
    return asked or any(note.line == row.line and note.code == "table.currency_left_out" for note in run.notes)


def _unclear(text: str, written: str) -> bool:
    try:
        return not written and len(cells.written_currency(text)) > 1
    except CellError:
        return False


def _counts(use: Use) -> bool:
    return use.field in MONEY_FIELDS or use.field in COUNT_FIELDS


def _identity(row: Mapping[Use, str], old: Product | None) -> str:
    """The key that two rows of one product share."""
    if old is not None:
        return f"id:{old.id}"
    if row_id := row.get(Use("id"), "").strip():
        return f"id:{row_id}"
    if sku := sku_key(row.get(Use("sku"), "")):
        return f"sku:{sku}"
    return "name:" + next((_name_key(text) for use, text in row.items() if use.field == "name"), "")


def plan_import(table: Table, matching: Matching, show: Show, answers: Answers | None = None) -> ImportPlan:
    """The show's products after importing the table. Empty cells change nothing."""
    run = _Import(table, matching, show, answers or {})
    rows, left_out = _once_each(run, run.rows()), 0
    found: dict[str, Product] = {}
    new = unchanged = 0
    for row in rows:
        product = run.product(row)
        if product is None:
            left_out += 1
        elif product is row.old:
            unchanged += 1
        else:
            new += row.old is None
            found[product.id] = product
    addresses = _ask_pictures(run)
    for product_id in addresses:
        if product_id not in found and (old := next((row.old for row in rows if row.old and row.old.id == product_id), None)):
            found[product_id] = old  # only its pictures change
            unchanged -= 1
    return ImportPlan(
        tuple(found.values()),
        new,
        len(found) - new,
        unchanged,
        left_out,
        tuple(run.faults),
        tuple(run.notes),
        tuple(run.questions),
        addresses,
    )


def _once_each(run: _Import, rows: Sequence[_Row]) -> list[_Row]:
    """One row per product. If several differ, a question asks which one counts; until it is answered, none does."""
    by_key: dict[str, list[_Row]] = {}
    for row in rows:
        by_key.setdefault(row.key if row.key != "name:" else f"line:{row.line}", []).append(row)
    doubled = {key: many for key, many in by_key.items() if len({tuple(row.cells.items()) for row in many}) > 1}
    if doubled:
        names = ", ".join(_called(many[0]) for many in list(doubled.values())[:5])
        data: dict[str, Value] = {"text": names + ("…" if len(doubled) > 5 else ""), "count": len(doubled)}
        choices = (TableChoice("first", "ask.first_row"), TableChoice("last", "ask.last_row"), leave_out())
        run.questions.append(TableQuestion("doubled", "ask.doubled", data, choices))
    answer = run.answers.get("doubled", LEAVE_OUT)
    kept = list[_Row]()
    for key, many in by_key.items():
        chosen = None if key in doubled and answer == LEAVE_OUT else many[-1] if answer == "last" else many[0]
        kept += [chosen] if chosen is not None else []
        for row in many:
            if row is not chosen and (use := _key_use(row)) is not None:
                run.note(row, use, "table.twice", {"text": _called(row)})
    return sorted(kept, key=lambda row: row.line)


def _key_use(row: _Row) -> Use | None:
    """The use of the column that identifies a row's product."""
    return next((use for field in ("id", "sku", "name") for use in row.cells if use.field == field), None)


def _called(row: _Row) -> str:
    use = _key_use(row)
    return row.cells[use].strip()[:60] if use is not None else ""


def _ask_pictures(run: _Import) -> Mapping[str, tuple[str, ...]]:
    count = sum(len(many) for many in run.addresses.values())
    if not count:
        return {}
    hosts = dict.fromkeys(_host_of(one) for many in run.addresses.values() for one in many)
    data: dict[str, Value] = {"count": count, "hosts": ", ".join(list(hosts)[:3]) + ("…" if len(hosts) > 3 else "")}
    choices = [TableChoice(FETCH, "ask.fetch"), leave_out()]
    if any(_is_near(host) for host in hosts):
        choices.insert(1, TableChoice(FETCH_NEAR, "ask.fetch_near"))
    run.questions.append(TableQuestion("pictures", "ask.pictures", data, tuple(choices)))
    if run.answers.get("pictures") in (FETCH, FETCH_NEAR):
        return run.addresses
    if run.answers.get("pictures") == LEAVE_OUT:
        run.notes.append(Fault(0, "", "table.pictures_left_out", {"count": count}))
    return {}


def _host_of(address: str) -> str:
    try:
        return urlsplit(address).hostname or ""
    except ValueError:
        return ""


def _is_near(host: str) -> bool:
    """Whether the name shows that this host is not on the public internet."""
    try:
        return not ip_address(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".local", ".localhost", ".lan", ".internal"))


def _left_out_columns(table: Table, matching: Matching, show: Show) -> list[Fault]:
    """The names of money columns in a currency that no market of the show uses."""
    notes = []
    sold = {market.currency for market in show.markets}
    for index, use in enumerate(matching[: len(table.header)]):
        currency = currency_in(table.header[index])
        if use is None and currency and currency not in sold and column_cells(table, index, 1):
            found = _guess(table, index, show)
            if found is not None and found.field in MONEY_FIELDS and found.of == currency:
                notes.append(Fault(0, table.header[index], "table.no_market_for", {"currency": currency}))
    return notes


def product_table(show: Show, name: str = "") -> Table:
    """All products with all their data; empty columns are left out."""
    uses = all_uses(show)
    columns = [(BY_FIELD[use.field].get, use.of) for use in uses]
    rows = [[get(product, of) for get, of in columns] for product in show.products]
    kept = [index for index, use in enumerate(uses) if use.field in ("id", "sku", "name") or any(row[index] for row in rows)]
    return Table(
        name, tuple(heading_of(uses[index]) for index in kept), tuple(tuple(harmless(row[index]) for index in kept) for row in rows)
    )
