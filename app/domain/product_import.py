"""Products from a table and into one. Pure: the show is given, and what would become of it is returned."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from app.domain.column_names import guess_use, heading_of, own_use, without_doubles
from app.domain.column_words import PRODUCT_WORDS
from app.domain.product import Product
from app.domain.product_columns import BY_FIELD, FIELDS_OF, Draft, Of, all_uses
from app.domain.show import Show, ShowError, check_product, languages_of
from app.domain.show_editing import new_id
from app.domain.table import CellError, Fault, Matching, Table, Use, harmless, plain

MAX_FAULTS = 1000  # nobody reads more, and each is held in memory


@dataclass(frozen=True, slots=True)
class ImportPlan:
    """What an import would do. `products` are those that are new or changed, whole; rows with a fault are not among them.

    `new`, `changed` and `unchanged` count products; `left_out` counts rows with a fault.
    """

    products: tuple[Product, ...]
    new: int
    changed: int
    unchanged: int
    left_out: int
    faults: tuple[Fault, ...]


def match_products(table: Table, show: Show) -> Matching:
    """What each column probably is for."""
    languages = languages_of(show)
    return without_doubles(
        own_use(heading, BY_FIELD)
        or guess_use(
            heading,
            PRODUCT_WORDS,
            languages=languages,
            markets=show.markets,
            in_languages=FIELDS_OF[Of.LANGUAGE],
            in_markets=FIELDS_OF[Of.MARKET],
            in_places=FIELDS_OF[Of.PLACE],
        )
        for heading in table.header
    )


class _Known:
    """The products that rows may mean: by id, by SKU, by name."""

    def __init__(self, show: Show) -> None:
        self.by_id: Mapping[str, Product] = {product.id: product for product in show.products}
        self._by_sku = {product.sku.casefold(): product for product in reversed(show.products) if product.sku}
        self._by_name = {text.casefold(): product for product in reversed(show.products) for text in product.name.values()}

    def meant(self, row: Mapping[Use, str]) -> Product | None:
        """The product of a row: that of its id, else of its SKU, else, when neither is given, of its name."""
        row_id, sku = row.get(Use("id"), "").strip(), row.get(Use("sku"), "").strip()
        if row_id in self.by_id:
            return self.by_id[row_id]
        if sku:
            return self._by_sku.get(sku.casefold())
        names = (text.casefold() for use, text in row.items() if use.field == "name")
        return None if row_id else next((self._by_name[name] for name in names if name in self._by_name), None)


def plan_import(table: Table, matching: Matching, show: Show) -> ImportPlan:
    """What becomes of the show's products when the table is imported. Empty cells leave what is there."""
    columns = sorted(_used(table, matching), key=lambda one: one[1].field == "was")  # a price comes before what it was
    headings = {use: table.header[index] for index, use in columns}
    known, seen = _Known(show), set[str]()
    found: dict[str, Product] = {}
    faults: list[Fault] = []
    new = unchanged = left_out = 0
    for number, cells in enumerate(table.rows):
        row = {use: text for index, use in columns if (text := plain(cells[index])).strip()}
        if not row:
            continue
        line = table.first_line + number
        old = known.meant(row)
        product, wrong = _product(row, old, show, line, headings)
        if not wrong and product.id in seen:
            wrong = [Fault(line, _key_heading(row, columns, table), "table.twice", {"text": product.sku or product.id})]
        faults += wrong
        if wrong:
            left_out += 1
            continue
        seen.add(product.id)
        if product is old:
            unchanged += 1
            continue
        new += old is None
        found[product.id] = product
    return ImportPlan(tuple(found.values()), new, len(found) - new, unchanged, left_out, tuple(faults[:MAX_FAULTS]))


def _used(table: Table, matching: Matching) -> list[tuple[int, Use]]:
    return [(index, use) for index, use in enumerate(matching[: len(table.header)]) if use is not None and use.field in BY_FIELD]


def _key_heading(row: Mapping[Use, str], columns: Sequence[tuple[int, Use]], table: Table) -> str:
    """The heading of the column that says which product a row means."""
    return next((table.header[index] for field in ("id", "sku", "name") for index, use in columns if use.field == field and use in row), "")


def _product(
    row: Mapping[Use, str], old: Product | None, show: Show, line: int, headings: Mapping[Use, str]
) -> tuple[Product, list[Fault]]:
    row_id = row.get(Use("id"), "").strip()
    begun = old if old is not None else Product(row_id or new_id(), {})
    draft, faults = Draft(begun, show), list[Fault]()
    for use, text in row.items():
        if old is not None and _cell(old, use) == text:
            continue
        try:
            BY_FIELD[use.field].put(draft, use.of, text)
        except CellError as error:
            faults.append(Fault(line, headings[use], error.code, error.data))
    product = draft.finished()
    if not faults and not any(text.strip() for text in product.name.values()):
        faults.append(Fault(line, "", "table.no_name"))
    if not faults:
        try:
            check_product(product)
        except ShowError as error:
            faults.append(Fault(line, "", error.code, error.data))
    return product, faults


def product_table(show: Show, name: str = "") -> Table:
    """All products with everything that is known of them; columns that nothing stands in are left out."""
    uses = all_uses(show)
    columns = [(BY_FIELD[use.field].get, use.of) for use in uses]
    rows = [[get(product, of) for get, of in columns] for product in show.products]
    kept = [index for index, use in enumerate(uses) if use.field in ("id", "sku", "name") or any(row[index] for row in rows)]
    return Table(
        name, tuple(heading_of(uses[index]) for index in kept), tuple(tuple(harmless(row[index]) for index in kept) for row in rows)
    )


def _cell(product: Product, use: Use) -> str:
    return BY_FIELD[use.field].get(product, use.of)
