"""The kinds of tables to import: the uses of their columns, what an import would change, and the import."""

from abc import abstractmethod
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from app.domain.base.errors import Value
from app.domain.base.notice import Notice, Severity
from app.domain.catalogue.product import Product
from app.domain.rundown.rundown import Segment
from app.domain.selling.order import CHANGED, Order
from app.domain.selling.order_book import ORDER_KINDS, LineState, OrderBook, product_names
from app.domain.show import Show, languages_of
from app.domain.show_editing import put_products
from app.domain.tables import cells
from app.domain.tables.column_names import known_heading, own_use
from app.domain.tables.column_words import ORDER_WORDS, PRODUCT_WORDS, RUNDOWN_WORDS
from app.domain.tables.order_table import match_orders, plan_orders
from app.domain.tables.product_columns import BY_FIELD, FIELDS_OF, Of, all_uses
from app.domain.tables.product_import import match_products, plan_import
from app.domain.tables.rundown_table import COLUMNS as RUNDOWN_COLUMNS
from app.domain.tables.rundown_table import IN_LANGUAGES, match_rundown, plan_rundown
from app.domain.tables.table import Fault, Matching, Table, Use
from app.domain.tables.table_profile import ProfileTable, TableProfile
from app.domain.tables.table_questions import Answers, TableChoice, TableQuestion
from app.ui.context import WindowContext
from app.ui.kit.language import tr
from app.ui.tables.column_titles import order_titles, product_titles, segment_titles, title_of

PREVIEWED = 200  # entries in the preview
ORDERS_AT_ONCE = 25  # orders per step; the window repaints between steps


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an import would do. `steps` do it in order; a step returns False if it is refused. `notice` reports success.

    `questions` need answers first. `notes` are rows that are imported only in part. `addresses` are picture addresses by product, to fetch
    before the steps; `fetched` collects the results. `preview` shows the first entries below `preview_header`.
    """

    new: int
    changed: int
    unchanged: int
    left_out: int
    faults: tuple[Fault, ...]
    steps: Sequence[Callable[[], bool]]
    notice: Notice
    notes: tuple[Fault, ...] = ()
    questions: tuple[TableQuestion, ...] = ()
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fetched: dict[str, tuple[str, ...]] = field(default_factory=dict)
    preview_header: tuple[str, ...] = ()
    preview: tuple[tuple[str, ...], ...] = ()


Plan = Callable[[], Outcome]


class TableKind:
    """Base of the kinds. `can_replace`: the import may replace what the show has; `undoable`: the import is one undo step."""

    can_replace = False
    undoable = True
    profile_kind = ""  # its name in shop profiles; "" = no profiles

    def __init__(self, context: WindowContext) -> None:
        self.context = context
        self.replacing = self.can_replace
        self.titles: Mapping[str, str] = {}

    @abstractmethod
    def title(self) -> str:
        """The dialog's title."""

    @abstractmethod
    def hint(self) -> str:
        """Says how rows become entries."""

    @abstractmethod
    def fields(self) -> Sequence[tuple[str, Of]]:
        """The fields in order, and what each can repeat for."""

    @abstractmethod
    def known_uses(self, show: Show) -> Sequence[Use]:
        """The uses that columns can have in this show."""

    @abstractmethod
    def match(self, table: Table, show: Show, profile: ProfileTable | None) -> Matching:
        """Guess the use of each column."""

    @abstractmethod
    def missing_fields(self, matching: Matching, show: Show) -> Sequence[str]:
        """The mandatory fields that no column has."""

    @abstractmethod
    def plan(self, table: Table, matching: Matching, show: Show, answers: Answers, profile: ProfileTable | None) -> Plan:
        """A function that works out what the import would change; it is slow and runs on any thread."""

    @abstractmethod
    def knows(self, heading: str) -> bool:
        """Whether the text is certainly one of its headings; runs on any thread."""

    def profiles(self) -> Sequence[TableProfile]:
        """The shop systems that export this kind of table."""
        kind = self.profile_kind
        return [one for one in self.context.studio.tables.profiles() if any(table.kind == kind for table in one.tables)] if kind else []

    def uses(self, table: Table, matching: Matching, show: Show) -> Sequence[tuple[Use, str]]:
        """The uses that columns can have, with titles, including those found in the table."""
        of = dict(self.fields())
        order = list(of)
        every = dict.fromkeys((*self.known_uses(show), *(use for use in matching if use is not None)))
        tags = list(dict.fromkeys(use.of for use in every))
        ordered = sorted(every, key=lambda use: (order.index(use.field), tags.index(use.of)))
        return [(use, title_of(use, self.titles, of[use.field], self.context)) for use in ordered]

    def words_of(self, fault: Fault) -> str:
        """A fault as a sentence."""
        return self.context.wordings.sentence(fault.code, self._named(fault.code, fault.data)).text

    def asked(self, question: TableQuestion | TableChoice) -> str:
        """A question, or one of its answers, as a sentence."""
        return self.context.wordings.sentence(question.code, self._named(question.code, question.data)).text

    def _named(self, code: str, data: Mapping[str, Value]) -> Mapping[str, Value]:
        if code not in ("table.missing", "ask.two_columns"):
            return data
        return {**data, "text": self.titles.get(str(data["text"]), str(data["text"]))}


def in_host_language(matching: Matching, fields: Collection[str], language: str) -> Matching:
    """Give the columns without a language the host's."""
    return tuple(Use(use.field, language) if use is not None and not use.of and use.field in fields else use for use in matching)


def _used(matching: Matching) -> Collection[str]:
    return {use.field for use in matching if use is not None}


class ProductTable(TableKind):
    """Updates products that the show already has, and adds the others."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context)
        self.titles = product_titles()

    def title(self) -> str:
        return tr("Import", "Import products")

    def hint(self) -> str:
        return tr("Import", "A row with a known SKU or name updates that product. Empty cells change nothing.")

    def fields(self) -> Sequence[tuple[str, Of]]:
        return [(field, column.of) for field, column in BY_FIELD.items()]

    def known_uses(self, show: Show) -> Sequence[Use]:
        return all_uses(show)

    profile_kind = "products"

    def knows(self, heading: str) -> bool:
        return known_heading(heading, PRODUCT_WORDS) or own_use(heading, BY_FIELD) is not None

    def match(self, table: Table, show: Show, profile: ProfileTable | None) -> Matching:
        return in_host_language(match_products(table, show, profile), FIELDS_OF[Of.LANGUAGE], show.presentation.host_language)

    def missing_fields(self, matching: Matching, show: Show) -> Sequence[str]:
        wanted = {"name", "sku", "id"} if show.products else {"name"}
        return () if wanted & set(_used(matching)) else (self.titles["name"],)

    def plan(self, table: Table, matching: Matching, show: Show, answers: Answers, profile: ProfileTable | None) -> Plan:
        def compute() -> Outcome:
            found = plan_import(table, matching, show, answers)
            data: dict[str, Value] = {"new": found.new, "changed": found.changed, "left_out": found.left_out}
            fetched: dict[str, tuple[str, ...]] = {}

            def put() -> bool:
                products = [with_pictures(product, fetched.get(product.id, ())) for product in found.products]
                return self.context.edit_show("Import products", lambda now: put_products(now, products))

            return Outcome(
                found.new,
                found.changed,
                found.unchanged,
                found.left_out,
                found.faults,
                (put,),
                Notice(Severity.INFO, "window.products_imported", data, "window.imported", ("edit.undo",)),
                found.notes,
                found.questions,
                found.addresses,
                fetched,
                (self.titles["sku"], self.titles["name"], self.titles["price"], self.titles["was"], self.titles["stock"]),
                tuple(_preview(product) for product in found.products[:PREVIEWED]),
            )

        return compute


def with_pictures(product: Product, ids: Sequence[str]) -> Product:
    """The product with more pictures, each once."""
    return replace(product, pictures=tuple(dict.fromkeys((*product.pictures, *ids)))) if ids else product


def _preview(product: Product) -> tuple[str, ...]:
    was = [cells.money_text(price.was) for price in product.prices if price.was is not None]
    return (
        product.sku,
        " · ".join(product.name.values()),
        ", ".join(cells.money_text(price.price) for price in product.prices),
        ", ".join(was),
        ", ".join(f"{one.place} {one.units}".strip() for one in product.stock),
    )


def put_segments(show: Show, segments: Sequence[Segment], *, replacing: bool) -> Show:
    """The rundown with these segments: either only these, or these in place of those with the same ids and the rest at the end."""
    if replacing:
        return replace(show, segments=tuple(segments))
    wanted = {segment.id: segment for segment in segments}
    kept = tuple(wanted.pop(known.id, known) for known in show.segments)
    return replace(show, segments=(*kept, *wanted.values()))


class RundownTable(TableKind):
    """The rundown's segments."""

    can_replace = True

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context)
        self.titles = segment_titles()

    def title(self) -> str:
        return tr("Import", "Import rundown")

    def hint(self) -> str:
        return tr("Import", "Each row is a segment, in this order. Products are matched by SKU or name.")

    def fields(self) -> Sequence[tuple[str, Of]]:
        return [(field, Of.LANGUAGE if field in IN_LANGUAGES else Of.NOTHING) for field in self.titles]

    def known_uses(self, show: Show) -> Sequence[Use]:
        tags = languages_of(show)
        return [Use(field, tag) for field, of in self.fields() for tag in (tags if of is Of.LANGUAGE else ("",))]

    def knows(self, heading: str) -> bool:
        return known_heading(heading, RUNDOWN_WORDS) or own_use(heading, RUNDOWN_COLUMNS) is not None

    def match(self, table: Table, show: Show, profile: ProfileTable | None) -> Matching:
        return in_host_language(match_rundown(table, show), IN_LANGUAGES, show.presentation.host_language)

    def missing_fields(self, matching: Matching, show: Show) -> Sequence[str]:
        return () if {"title", "product"} & set(_used(matching)) else (self.titles["title"],)

    def plan(self, table: Table, matching: Matching, show: Show, answers: Answers, profile: ProfileTable | None) -> Plan:
        replacing = self.replacing

        def compute() -> Outcome:
            found = plan_rundown(table, matching, show)
            known = {segment.id: segment for segment in show.segments}
            new = sum(segment.id not in known for segment in found.segments)
            changed = sum(segment.id in known and segment != known[segment.id] for segment in found.segments)
            data: dict[str, Value] = {"count": len(found.segments), "left_out": found.left_out}
            return Outcome(
                new,
                changed,
                len(found.segments) - new - changed,
                found.left_out,
                found.faults,
                (lambda: self.context.edit_show("Import rundown", lambda now: put_segments(now, found.segments, replacing=replacing)),),
                Notice(Severity.INFO, "window.rundown_imported", data, "window.imported", ("edit.undo",)),
                preview_header=(self.titles["title"], self.titles["act"], self.titles["minutes"]),
                preview=tuple((one.title, one.act.value, cells.seconds_text(one.planned_s)) for one in found.segments[:PREVIEWED]),
            )

        return compute


class OrderTable(TableKind):
    """A shop's orders. They go to the log, so the import cannot be undone."""

    undoable = False

    def __init__(self, context: WindowContext) -> None:
        super().__init__(context)
        self.titles = order_titles()

    def title(self) -> str:
        return tr("Import", "Import orders")

    def hint(self) -> str:
        return tr("Import", "Each order counts once, even if you import it again. This can’t be undone.")

    def fields(self) -> Sequence[tuple[str, Of]]:
        return [(field, Of.NOTHING) for field in self.titles]

    def known_uses(self, show: Show) -> Sequence[Use]:
        return [Use(field) for field in self.titles]

    profile_kind = "orders"

    def knows(self, heading: str) -> bool:
        return known_heading(heading, ORDER_WORDS)

    def match(self, table: Table, show: Show, profile: ProfileTable | None) -> Matching:
        return match_orders(table, profile)

    def missing_fields(self, matching: Matching, show: Show) -> Sequence[str]:
        used = _used(matching)
        needed = (("order",), ("product", "product_name"), ("amount", "unit_price", "total"))
        return [self.titles[fields[0]] for fields in needed if not set(fields) & set(used)]

    def plan(self, table: Table, matching: Matching, show: Show, answers: Answers, profile: ProfileTable | None) -> Plan:
        studio = self.context.studio
        log = studio.log.events(ORDER_KINDS)
        now_ms, zones = studio.control.now_ms(), studio.control.scheduler.zones

        def compute() -> Outcome:
            found = plan_orders(table, matching, show, zones=zones, now_ms=now_ms, answers=answers, profile=profile)
            book, named = OrderBook(log), product_names(show)
            wanted = [(order, CHANGED) for order in found.orders] + list(found.gone)
            standings = [(order, why, book.line_state(order, named)) for order, why in wanted]
            steps = [(order, "" if how is LineState.NEW else why) for order, why, how in standings if how is not LineState.KNOWN]
            new = sum(how is LineState.NEW for _, _, how in standings)
            data: dict[str, Value] = {"count": new, "left_out": found.left_out}
            return Outcome(
                new,
                len(steps) - new,
                len(found.orders) - len([1 for order, _, how in standings if order.units and how is not LineState.KNOWN]) + found.doubled,
                found.left_out,
                found.faults,
                [self._placing(steps[start : start + ORDERS_AT_ONCE]) for start in range(0, len(steps), ORDERS_AT_ONCE)],
                Notice(Severity.INFO, "window.orders_imported", data, "window.imported"),
                found.notes,
                found.questions,
                preview_header=tuple(self.titles[name] for name in ("order", "product", "units", "amount", "time")),
                preview=tuple(
                    (one.id, one.product, str(one.units), cells.money_text(one.total), cells.moment_text(one.at_ms))
                    for one in found.orders[:PREVIEWED]
                ),
            )

        return compute

    def _placing(self, steps: Sequence[tuple[Order, str]]) -> Callable[[], bool]:
        def place() -> None:
            orders = self.context.studio.control.orders
            for order, why in steps:
                if why:
                    orders.correct(order, why)
                else:
                    orders.place(order)

        return lambda: self.context.attempt(place)
