"""The columns of a product table: what each reads from a product, and how it puts a cell into one."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from functools import partial
from typing import Any

from app.domain.base.currencies import CODES
from app.domain.base.errors import Value
from app.domain.base.localized_text import LocalizedText, with_text
from app.domain.base.money import Money
from app.domain.base.web_address import WebAddressError, web_link
from app.domain.catalogue.product import Answer, Claim, Comparison, Delivery, Link, Point, Price, Product, Role, Stock
from app.domain.catalogue.sku import sku_key, sku_text
from app.domain.show import Show, languages_of
from app.domain.show_editing import new_id
from app.domain.tables import cells
from app.domain.tables.cell_numbers import CellFormat
from app.domain.tables.table import CellError, Use, lines_of, texts_of, without_markup

MONEY_FIELDS = frozenset({"price", "was", "unit_cost", "freight", "return_freight"})
COUNT_FIELDS = frozenset({"stock"})
_PICTURE_ID = re.compile(r"[0-9a-f]{32}")
CELL_SEPARATOR = " | "  # between the cells of one row of a size chart

ROLE_WORDS: Mapping[Role, Sequence[str]] = {
    Role.HERO: ("hero", "main", "主推", "主推款", "爆款", "利润款", "principal", "estrella", "phare", "haupt", "hauptprodukt"),
    Role.TRAFFIC: ("traffic", "引流", "引流款", "福利款", "gancho", "appel", "lockangebot", "lockartikel"),
    Role.BACKUP: ("backup", "备选", "备品", "备用", "reserva", "reserve", "secours", "ersatz"),
}


class Of(Enum):
    """What a field exists once for."""

    NOTHING = "nothing"
    LANGUAGE = "language"
    MARKET = "market"
    PLACE = "place"
    CURRENCY = "currency"


class Draft:
    """A product being changed by cells. `reading` says how the next cell is written; `notes` are (code, values) about cells that could not
    be used; `addresses` are pictures to download."""

    def __init__(self, product: Product, show: Show) -> None:
        self.reading = CellFormat()
        self.notes: list[tuple[str, Mapping[str, Value]]] = []
        self.addresses: list[str] = []
        self._product = product
        self._show = show
        self._changes: dict[str, Any] = {}

    def get(self, name: str) -> Any:
        return self._changes[name] if name in self._changes else getattr(self._product, name)

    def set(self, name: str, value: Any) -> None:
        self._changes[name] = value

    def language(self, tag: str) -> str:
        return tag or self._show.presentation.host_language

    def market(self, market_id: str, text: str) -> str:
        """The market of a cell; the default is the market of the picture, or the only one. Raises CellError."""
        if chosen := market_id or likely_market(self._show):
            return chosen
        raise CellError("table.market", text=text)

    def markets_paying(self, of: str, text: str) -> tuple[str, ...]:
        """The markets of an amount: those of its currency, if the column or, in a column without a market, the cell names one."""
        if of and not any(market.id == of for market in self._show.markets) and of in CODES:
            return tuple(market.id for market in self._show.markets if market.currency == of) or (of,)
        if not of and (written := cells.written_currency(text)):
            paying = [market.id for market in self._show.markets if market.currency in written]
            if len(written) == len(paying) == 1 or (len(paying) == 1 and not likely_market(self._show)):
                return (paying[0],)
        return (self.market(of, text),)

    def likely_currency(self) -> str:
        """The currency of an amount that names neither market nor currency, "" = unknown."""
        return self.currency(likely_market(self._show))

    def currency(self, market_id: str) -> str:
        """The market's currency, "" if the show does not have the market."""
        return next((market.currency for market in self._show.markets if market.id == market_id), "")

    def money(self, market_id: str, text: str) -> Money:
        """An amount in a market's currency. Raises CellError."""
        currency = self.currency(market_id)
        money = cells.money_of(text, currency, self.reading)
        if currency and money.currency != currency:
            raise CellError("table.other_currency", text=text, market=market_id, currency=currency)
        return money

    def finished(self) -> Product:
        """The product; the same object if no cell changed it."""
        changes = {name: value for name, value in self._changes.items() if value != getattr(self._product, name)}
        return replace(self._product, **changes) if changes else self._product


def likely_market(show: Show) -> str:
    """The default market: that of the picture, or the only one; "" = unknown."""
    return show.presentation.market_id or (show.markets[0].id if len(show.markets) == 1 else "")


Get = Callable[[Product, str], str]
Put = Callable[[Draft, str, str], None]


@dataclass(frozen=True, slots=True)
class ProductColumn:
    """A field: `get(product, of)` is its cell; `put(draft, of, text)` stores a cell (never an empty one) or raises CellError."""

    field: str
    of: Of
    get: Get
    put: Put


def _text(name: str) -> ProductColumn:
    return ProductColumn(
        name, Of.NOTHING, lambda product, _: str(getattr(product, name)), lambda draft, _, text: draft.set(name, without_markup(text))
    )


def _words(name: str) -> ProductColumn:
    def put(draft: Draft, tag: str, text: str) -> None:
        draft.set(name, with_text(draft.get(name), draft.language(tag), without_markup(text)))

    return ProductColumn(name, Of.LANGUAGE, lambda product, tag: getattr(product, name).get(tag, ""), put)


def _point(attribute: str, field: str, number: int) -> ProductColumn:
    def get(product: Product, tag: str) -> str:
        points = product.points
        words: LocalizedText = getattr(points[number - 1], attribute) if len(points) >= number else {}
        return words.get(tag, "")

    def put(draft: Draft, tag: str, text: str) -> None:
        points = list(draft.get("points"))
        while len(points) < number:
            points.append(Point(new_id()))
        old = points[number - 1]
        points[number - 1] = replace(old, **{attribute: with_text(getattr(old, attribute), draft.language(tag), text)})
        draft.set("points", tuple(points))

    return ProductColumn(f"{field}{number}", Of.LANGUAGE, get, put)


def _list(
    field: str, name: str, empty: Callable[[], Any], words: Callable[[Any], LocalizedText], change: Callable[[Any, LocalizedText], Any]
) -> ProductColumn:
    """The words of a list's items, one per line; the lines of all languages match by number."""

    def get(product: Product, tag: str) -> str:
        texts = [words(one).get(tag, "") for one in getattr(product, name)]
        return lines_of(texts) if any(texts) else ""

    def put(draft: Draft, tag: str, text: str) -> None:
        many = list(draft.get(name))
        for number, line in enumerate(texts_of(text)):
            if number == len(many):
                many.append(empty())
            many[number] = change(many[number], with_text(words(many[number]), draft.language(tag), line))
        draft.set(name, tuple(many))

    return ProductColumn(field, Of.LANGUAGE, get, put)


def _plain_list(field: str, name: str, attribute: str, empty: Callable[[], Any]) -> ProductColumn:
    def get(product: Product, _: str) -> str:
        texts = [getattr(one, attribute) for one in getattr(product, name)]
        return lines_of(texts) if any(texts) else ""

    def put(draft: Draft, _: str, text: str) -> None:
        many = list(draft.get(name))
        for number, line in enumerate(texts_of(text)):
            if number == len(many):
                many.append(empty())
            many[number] = replace(many[number], **{attribute: line})
        draft.set(name, tuple(many))

    return ProductColumn(field, Of.NOTHING, get, put)


def _placed(many: Sequence[Any], attribute: str, of: str, make: Callable[[], Any], **changes: Any) -> tuple[Any, ...]:
    """The items with the one of a market or location replaced, or added at the end."""
    if any(getattr(one, attribute) == of for one in many):
        return tuple(replace(one, **changes) if getattr(one, attribute) == of else one for one in many)
    return (*many, replace(make(), **changes))


def _found(many: Sequence[Any], attribute: str, of: str) -> Any:
    return next((one for one in many if getattr(one, attribute) == of), None)


def _get_price(product: Product, market_id: str) -> str:
    price = _found(product.prices, "market_id", market_id)
    return cells.money_text(price.price) if price is not None else ""


def _put_price(draft: Draft, of: str, text: str) -> None:
    for market_id in draft.markets_paying(of, text):
        money = draft.money(market_id, text)
        draft.set("prices", _placed(draft.get("prices"), "market_id", market_id, partial(Price, market_id, money), price=money))


def _get_was(product: Product, market_id: str) -> str:
    price = _found(product.prices, "market_id", market_id)
    return cells.money_text(price.was) if price is not None else ""


def _put_was(draft: Draft, of: str, text: str) -> None:
    for market_id in draft.markets_paying(of, text):
        found = _found(draft.get("prices"), "market_id", market_id)
        if found is None:
            raise CellError("table.was_alone", text=text)
        money: Money | None = draft.money(market_id, text)
        if money is not None and money.minor <= found.price.minor:  # shops write the same price, or nothing, if there is no offer
            money = None
        draft.set("prices", _placed(draft.get("prices"), "market_id", market_id, lambda: None, was=money))


def _put_cost(draft: Draft, of: str, text: str) -> None:
    known: Money | None = draft.get("unit_cost")
    money = cells.money_of(text, of or (known.currency if known is not None else draft.likely_currency()), draft.reading)
    if of and money.currency != of:
        raise CellError("table.not_in_currency", text=text, currency=of)
    draft.set("unit_cost", money)


def _put_sku(draft: Draft, _: str, text: str) -> None:
    old = str(draft.get("sku"))
    if not old or sku_key(old) != sku_key(text):
        draft.set("sku", sku_text(text))


def _put_pictures(draft: Draft, _: str, text: str) -> None:
    parts = [part for part in re.split(r"[\s|;]+|,(?=\s|https?:|//|[0-9a-f]{32}\b)", text) if part]
    ids = tuple(part for part in parts if _PICTURE_ID.fullmatch(part))
    for part in parts:
        address = f"https:{part}" if part.startswith("//") else part
        if address.lower().startswith(("http://", "https://")):
            draft.addresses.append(address)
        elif not _PICTURE_ID.fullmatch(part):
            draft.notes.append(("table.picture", {"text": part[:200]}))
    if ids:
        draft.set("pictures", ids)


def _get_stock(product: Product, place: str) -> str:
    stock = _found(product.stock, "place", place)
    return "" if stock is None else str(stock.units)


def _put_stock(draft: Draft, place: str, text: str) -> None:
    if re.fullmatch(r"[-−]\s*\d[\d.,]*", text.strip()):  # shops write this after selling more than they had
        draft.notes.append(("table.below_zero", {"text": text.strip()}))
        text = "0"
    units = cells.count_of(text, draft.reading)
    draft.set("stock", _placed(draft.get("stock"), "place", place, lambda: Stock(place, units), units=units))


def _delivery(field: str, get: Callable[[Delivery], str], change: Callable[[Draft, str, str], Mapping[str, Any]]) -> ProductColumn:
    def read(product: Product, market_id: str) -> str:
        found = _found(product.delivery, "market_id", market_id)
        return "" if found is None else get(found)

    def put(draft: Draft, of: str, text: str) -> None:
        market_id = draft.market(of, text)
        changes = change(draft, market_id, text)
        draft.set("delivery", _placed(draft.get("delivery"), "market_id", market_id, lambda: Delivery(market_id, 0, 0), **changes))

    return ProductColumn(field, Of.MARKET, read, put)


def _days(draft: Draft, market_id: str, text: str) -> Mapping[str, Any]:
    days_from, days_to = cells.days_of(text)
    return {"days_from": days_from, "days_to": days_to}


def _get_link(product: Product, market_id: str) -> str:
    found = _found(product.links, "market_id", market_id)
    return "" if found is None else str(found.url)


def _put_link(draft: Draft, market_id: str, text: str) -> None:
    try:
        url = web_link(text)
    except WebAddressError as error:
        raise CellError(error.code, **error.data) from error
    draft.set("links", _placed(draft.get("links"), "market_id", market_id, lambda: Link(market_id, url), url=url))


def _get_sizes(product: Product, _: str) -> str:
    return lines_of([CELL_SEPARATOR.join(cell.replace("|", "¦") for cell in row) for row in product.size_chart])


def _put_sizes(draft: Draft, _: str, text: str) -> None:
    draft.set("size_chart", tuple(tuple(cell.strip() for cell in line.split("|")) for line in texts_of(text)))


def _marks(name: str) -> ProductColumn:
    """Ids or tags, separated by spaces."""
    return ProductColumn(
        name, Of.NOTHING, lambda product, _: " ".join(getattr(product, name)), lambda draft, _, text: draft.set(name, tuple(text.split()))
    )


COLUMNS: Sequence[ProductColumn] = (
    ProductColumn("id", Of.NOTHING, lambda product, _: product.id, lambda draft, _, text: None),  # only says which product is meant
    ProductColumn("sku", Of.NOTHING, lambda product, _: product.sku, _put_sku),
    _words("name"),
    _text("category"),
    ProductColumn(
        "role",
        Of.NOTHING,
        lambda product, _: product.role.value,
        lambda draft, _, text: draft.set("role", cells.choice_of(text, ROLE_WORDS)),
    ),
    _text("price_band"),
    _words("pain_point"),
    _words("audience"),
    *(_point(attribute, field, number) for number in (1, 2, 3) for attribute, field in (("text", "point"), ("keyword", "keyword"))),
    ProductColumn("price", Of.MARKET, _get_price, _put_price),
    ProductColumn("was", Of.MARKET, _get_was, _put_was),
    ProductColumn("unit_cost", Of.CURRENCY, lambda product, _: cells.money_text(product.unit_cost), _put_cost),
    _words("unit"),
    ProductColumn("stock", Of.PLACE, _get_stock, _put_stock),
    _delivery("delivery", lambda one: cells.days_text(one.days_from, one.days_to), _days),
    _delivery(
        "freight",
        lambda one: cells.money_text(one.freight),
        lambda draft, market_id, text: {"freight": draft.money(market_id, text)},
    ),
    _delivery(
        "return_freight",
        lambda one: cells.money_text(one.return_freight),
        lambda draft, market_id, text: {"return_freight": draft.money(market_id, text)},
    ),
    _delivery(
        "duty",
        lambda one: cells.number_text(one.duty_percent) if one.duty_percent else "",
        lambda draft, market_id, text: {"duty_percent": cells.number_of(text)},
    ),
    _words("return_rule"),
    ProductColumn("link", Of.MARKET, _get_link, _put_link),
    _list("scenarios", "scenarios", dict, lambda one: one, lambda one, words: words),
    _list("questions", "faq", lambda: Answer({}, {}), lambda one: one.question, lambda one, words: replace(one, question=words)),
    _list("answers", "faq", lambda: Answer({}, {}), lambda one: one.answer, lambda one, words: replace(one, answer=words)),
    _plain_list("competitors", "comparisons", "competitor", lambda: Comparison("", {}, {})),
    _list("theirs", "comparisons", lambda: Comparison("", {}, {}), lambda one: one.theirs, lambda one, words: replace(one, theirs=words)),
    _list("ours", "comparisons", lambda: Comparison("", {}, {}), lambda one: one.ours, lambda one, words: replace(one, ours=words)),
    _list("claims", "claims", lambda: Claim({}), lambda one: one.text, lambda one, words: replace(one, text=words)),
    _plain_list("evidence", "claims", "evidence", lambda: Claim({})),
    ProductColumn("size_chart", Of.NOTHING, _get_sizes, _put_sizes),
    ProductColumn("pictures", Of.NOTHING, lambda product, _: " ".join(product.pictures), _put_pictures),
    _marks("native_reviewed"),
)

BY_FIELD: Mapping[str, ProductColumn] = {column.field: column for column in COLUMNS}
FIELDS_OF: Mapping[Of, frozenset[str]] = {of: frozenset(one.field for one in COLUMNS if one.of is of) for of in Of}


def all_uses(show: Show) -> tuple[Use, ...]:
    """Every column that products of this show can fill, in order, for each language, market and location in use."""
    markets = dict.fromkeys(market.id for market in show.markets)
    places = dict.fromkeys(stock.place for product in show.products for stock in product.stock)
    languages = dict.fromkeys(languages_of(show))
    links = dict.fromkeys(["", *markets])
    for product in show.products:
        markets.update(dict.fromkeys(price.market_id for price in product.prices))
        markets.update(dict.fromkeys(delivery.market_id for delivery in product.delivery))
        links.update(dict.fromkeys(one.market_id for one in product.links))
        languages.update(dict.fromkeys(_tags(product)))
    of = {Of.NOTHING: ("",), Of.LANGUAGE: tuple(languages), Of.MARKET: tuple(markets), Of.PLACE: tuple(places), Of.CURRENCY: ("",)}
    uses = []
    for column in COLUMNS:
        uses += [Use(column.field, one) for one in (tuple(links) if column.field == "link" else of[column.of])]
    return tuple(uses)


def _tags(product: Product) -> tuple[str, ...]:
    words: list[LocalizedText] = [product.name, product.pain_point, product.audience, product.unit, product.return_rule, *product.scenarios]
    words += [words for point in product.points for words in (point.text, point.keyword)]
    words += [words for one in product.faq for words in (one.question, one.answer)]
    words += [words for one in product.comparisons for words in (one.theirs, one.ours)]
    words += [claim.text for claim in product.claims]
    return tuple(tag for one in words for tag in one)
