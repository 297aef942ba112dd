"""What is on offer: the pinned product, cards, coupons, real stock and countdowns."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from app.domain.base.id_list import element_by_id
from app.domain.base.localized_text import LocalizedText, pick
from app.domain.base.notice import Notice, Severity
from app.domain.base.signal import Signal
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Point, Product, Stock, units_in_stock
from app.domain.event import EventKind, ShowEvent
from app.domain.selling.coupon_code import MAX_CODE_CHARS, clean_codes
from app.domain.selling.on_screen import LASTING, ON_SCREEN_KINDS, CouponDrop, OnScreen, OnScreenCard, OnScreenKind, after, read_on_screen
from app.domain.show import Coupon, KeywordCard, Show, ShowError, market_by_id
from app.domain.show_editing import put_product
from app.session.catalogue.product_index import ProductIndex
from app.session.document.show_book import Now, ShowBook

CODE_LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"  # no letters that sound alike when read aloud
CODE_LENGTH = 8  # 40 bits: can't be guessed at the rate that the relay allows


def make_codes(count: int, taken: frozenset[str] = frozenset()) -> tuple[str, ...]:
    """This many codes that nobody can guess, none of them taken."""
    codes: dict[str, None] = {}
    while len(codes) < count:
        code = "".join(secrets.choice(CODE_LETTERS) for _ in range(CODE_LENGTH))
        if code not in taken:
            codes[code] = None
    return tuple(codes)


def set_units(show: Show, product_id: str, place: str, units: int) -> Show:
    """Set the units at a location; a show without the product stays as it is."""
    product = next((one for one in show.products if one.id == product_id), None)
    if product is None:
        return show
    stock = tuple(Stock(place, units) if one.place == place else one for one in product.stock)
    if all(one.place != place for one in product.stock):
        stock = (*stock, Stock(place, units))
    return put_product(show, replace(product, stock=stock))


def take_units(show: Show, product_id: str, units: int, market_id: str) -> Show:
    """Take units from the market's own location first, then from the fullest, never below zero."""
    product = next((one for one in show.products if one.id == product_id), None)
    if product is None or not product.stock:
        return show
    left = {one.place: one.units for one in product.stock}
    for place in sorted(left, key=lambda place: (place != market_id, -left[place])):
        taken = min(left[place], units)
        left[place] -= taken
        units -= taken
    return put_product(show, replace(product, stock=tuple(Stock(one.place, left[one.place]) for one in product.stock)))


def point_of(product: Product, point_id: str) -> Point:
    """The selling point with this id; raises ShowError "show.no_card"."""
    return element_by_id(product.points, point_id, ShowError("show.no_card", card=point_id))


def card_of(show: Show, card_id: str) -> KeywordCard:
    """The keyword card with this id; raises ShowError "show.no_card"."""
    return element_by_id(show.cards, card_id, ShowError("show.no_card", card=card_id))


def coupon_of(show: Show, coupon_id: str) -> Coupon:
    """The coupon with this id; raises ShowError "show.no_coupon"."""
    return element_by_id(show.coupons, coupon_id, ShowError("show.no_coupon", coupon=coupon_id))


def words_of(show: Show, products: ProductIndex, card: OnScreenCard) -> LocalizedText:
    """The current text of a card, {} if what it belongs to is gone."""
    try:
        if card.kind is OnScreenKind.CARD:
            return card_of(show, card.id).words
        product = products.find(card.product_id)
        if product is None:
            return {}
        point = point_of(product, card.id)
        return point.keyword if any(text.strip() for text in point.keyword.values()) else point.text
    except ShowError:
        return {}


def picture_market(show: Show) -> Market | None:
    """The market that the picture addresses: the chosen one, else the first."""
    try:
        return market_by_id(show, show.presentation.market_id)
    except ShowError:
        return show.markets[0] if show.markets else None


def urgency_allowed(show: Show) -> bool:
    """Whether the picture's market accepts countdowns; without markets, nobody is rushed."""
    market = picture_market(show)
    return market is None or market.urgency


class Selling:
    """What viewers are offered now, changed by the host's actions and by orders.

    `shown` is read from the log, so a restarted desk goes on where the last one was; `changed` is emitted with every new value.
    `stock_changed` is emitted with a product's id and its units. Methods raise ShowError for missing things.
    """

    def __init__(self, book: ShowBook, products: ProductIndex, *, now_ms: Now, notify: Callable[[Notice], None]) -> None:
        self.changed: Signal[[OnScreen]] = Signal()
        self.stock_changed: Signal[[str, int]] = Signal()
        self.claims_changed: Signal[[str]] = Signal()  # a coupon's id
        self.shown = OnScreen()
        self.low_stock = 5  # units at which the host is warned; set from the settings
        self._book = book
        self._products = products
        self._now_ms = now_ms
        self._notify = notify
        self._claims: dict[str, dict[str, str]] = {}
        book.log.appended.connect(self._on_logged)

    def reload(self) -> None:
        """Read the log of the show that is open now."""
        self._claims = {}
        for event in self._book.log.events((EventKind.COUPON_CLAIMED,)):
            self._note_claim(event)
        self._set(read_on_screen(self._book.log.events(ON_SCREEN_KINDS)))

    # Products -------------------------------------------------------------------------------------------------------------

    @property
    def pinned(self) -> Product | None:
        """The product that viewers see now; None also after it was removed from the show."""
        return self._products.find(self.shown.pinned_id)

    def pin(self, product_id: str) -> None:
        """Show this product on the picture and on the page, and hide a point of another one."""
        self._products[product_id]
        if self.shown.pinned_id == product_id:
            return
        card = self.shown.card
        if card is not None and card.product_id and card.product_id != product_id:
            self.hide()
        self._book.log.append(EventKind.PINNED, product=product_id)

    def unpin(self) -> None:
        """Show no product, and hide its point."""
        if not self.shown.pinned_id:
            return
        if self.shown.card is not None and self.shown.card.product_id:
            self.hide()
        self._book.log.append(EventKind.PINNED, product="")

    # LocalizedText for a moment ---------------------------------------------------------------------------------------------------

    def show_point(self, product_id: str, point_id: str) -> None:
        """Show the keyword of a selling point to viewers, each in their language; hide it if it is already shown."""
        point_of(self._products[product_id], point_id)
        self._toggle(OnScreenCard(point_id, OnScreenKind.POINT, product_id))

    def show_number(self, number: int) -> None:
        """Show the card with this number of `deck`, from 1; raises ShowError if there is none."""
        deck = self.deck
        if not 1 <= number <= len(deck):
            raise ShowError("show.no_card", card=str(number))
        self._toggle(deck[number - 1])

    @property
    def deck(self) -> tuple[OnScreenCard, ...]:
        """The cards on the number keys: the show's cards, whose numbers never change during a show, then the pinned product's points."""
        product = self.pinned
        points = () if product is None else tuple(OnScreenCard(point.id, OnScreenKind.POINT, product.id) for point in product.points)
        return (*(OnScreenCard(card.id, OnScreenKind.CARD) for card in self._book.document.show.cards), *points)

    @property
    def card_words(self) -> LocalizedText:
        """The shown card's text in each language, {} = none is shown."""
        return {} if self.shown.card is None else words_of(self._book.document.show, self._products, self.shown.card)

    def hide(self) -> None:
        """Hide the point or keyword card."""
        if (card := self.shown.card) is not None:
            self._book.log.append(EventKind.CARD_HIDDEN, card=card.id, type=card.kind.value)

    def show_lasting(self, kind: OnScreenKind, *, on: bool) -> None:
        """Turn the lower third, the ticker or the QR code of the watch link on or off."""
        assert kind in LASTING, kind
        if on is not (kind in self.shown.lasting):
            self._book.log.append(EventKind.CARD_SHOWN if on else EventKind.CARD_HIDDEN, card=kind.value, type=kind.value)

    def _toggle(self, card: OnScreenCard) -> None:
        if self.shown.card == card:
            self.hide()
        else:
            self._book.log.append(EventKind.CARD_SHOWN, card=card.id, type=card.kind.value, product=card.product_id)

    # Coupons --------------------------------------------------------------------------------------------------------------

    def drop_coupon(self, coupon_id: str) -> None:
        """Let viewers claim a coupon until it expires: one code each, and no code twice, whenever it was given.

        Codes are made if the show has none. Raises ShowError "coupon.none_left" if all were given, "coupon.codes_too_long" if no code can
        be given.
        """
        coupon = coupon_of(self._book.document.show, coupon_id)
        given = frozenset((*self.claims(coupon_id), *clean_codes(self.claims(coupon_id))[0]))
        title = pick(coupon.title, [self._book.document.show.presentation.host_language])[0]
        usable, too_long = clean_codes(coupon.codes)
        if too_long and not usable:
            raise ShowError("coupon.codes_too_long", coupon=title, limit=MAX_CODE_CHARS)
        codes = tuple(code for code in usable if code not in given)
        if usable and not codes:
            raise ShowError("coupon.none_left", coupon=title)
        if too_long:
            self._notify(Notice(Severity.WARNING, "coupon.codes_left_out", {"coupon": title, "count": too_long, "limit": MAX_CODE_CHARS}))
        codes = codes or make_codes(coupon.stock, given)
        if self.shown.drop is not None:
            self.close_coupon(why="replaced")
        expires_ms = self._now_ms() + coupon.expires_in_s * 1000
        self._book.log.append(EventKind.COUPON_DROPPED, coupon=coupon_id, codes=list(codes), stock=len(codes), expires_ms=expires_ms)

    def close_coupon(self, why: str = "host") -> None:
        """End the open coupon; viewers keep the codes they have."""
        if self.shown.drop is not None:
            self._book.log.append(EventKind.COUPON_CLOSED, coupon=self.shown.drop.coupon_id, why=why)

    def claims(self, coupon_id: str) -> Mapping[str, str]:
        """Code → viewer of every code of a coupon ever given; grows with each claim."""
        return self._claims.setdefault(coupon_id, {})

    @property
    def coupon_left(self) -> int:
        """The number of codes of the open coupon that are really left."""
        drop = self.shown.drop
        return 0 if drop is None else self._left_of(drop)

    def _left_of(self, drop: CouponDrop) -> int:
        given = self.claims(drop.coupon_id)
        return sum(code not in given for code in drop.codes)

    # Stock ----------------------------------------------------------------------------------------------------------------

    def sell(self, product_id: str, units: int, *, market_id: str = "") -> None:
        """Take ordered units out of stock; a product without stock figures stays as it is."""
        product = self._products[product_id]
        if not product.stock or units <= 0:
            return
        before = units_in_stock(product)
        self._book.document.apply_external(partial(take_units, product_id=product_id, units=units, market_id=market_id))
        self._stock_is(product_id, before, why="order")
        if units > before:
            self._notify(Notice(Severity.WARNING, "stock.oversold", {"product": self._name(product), "units": units - before}, product_id))

    def return_units(self, product_id: str, units: int, *, market_id: str = "") -> None:
        """Put units of a cancelled order back into stock; a product without stock figures stays as it is."""
        product = self._products[product_id]
        if not product.stock or units <= 0:
            return
        place = next((one for one in product.stock if one.place == market_id), product.stock[0])
        before = units_in_stock(product)
        self._book.document.apply_external(partial(set_units, product_id=product_id, place=place.place, units=place.units + units))
        self._stock_is(product_id, before, why="cancelled", place=place.place)

    def count_stock(self, product_id: str, units: int, *, place: str = "") -> None:
        """Set the units that somebody counted. Not an undo step, because it is a fact. `place` "" = the first."""
        product = self._products[product_id]
        if units < 0:
            raise ShowError("show.negative_stock", product=product_id)
        at = place or (product.stock[0].place if product.stock else (self._book.document.show.presentation.market_id or "stock"))
        before = units_in_stock(product)
        self._book.document.apply_external(partial(set_units, product_id=product_id, place=at, units=units))
        self._stock_is(product_id, before, why="counted", place=at)

    def _stock_is(self, product_id: str, before: int, *, why: str, place: str = "") -> None:
        product = self._products[product_id]
        units = units_in_stock(product)
        self._book.log.append(EventKind.STOCK_CHANGED, product=product_id, place=place, units=units, why=why)
        self.stock_changed.emit(product_id, units)
        if before > 0 and units == 0:
            self._notify(Notice(Severity.WARNING, "stock.gone", {"product": self._name(product)}, product_id))
        elif before > self.low_stock >= units:
            self._notify(Notice(Severity.WARNING, "stock.low", {"product": self._name(product), "units": units}, product_id))

    # RunningCountdown ------------------------------------------------------------------------------------------------------------

    def count_down(self, seconds: float, *, text: LocalizedText | None = None, segment_id: str = "") -> None:
        """Show viewers a countdown. Raises ShowError: "countdown.unwelcome" if the picture's market dislikes being rushed,
        "countdown.sold_out" if the product they see is sold out."""
        show, product = self._book.document.show, self.pinned
        if product is not None and product.stock and not units_in_stock(product):
            raise ShowError("countdown.sold_out", product=self._name(product))
        if not urgency_allowed(show):
            market = picture_market(show)
            raise ShowError("countdown.unwelcome", market="" if market is None else pick(market.name, [show.presentation.host_language])[0])
        ends_ms = self._now_ms() + round(seconds * 1000)
        self._book.log.append(EventKind.COUNTDOWN_STARTED, ends_ms=ends_ms, text=dict(text or {}), segment=segment_id)

    def stop_countdown(self) -> None:
        """Stop the countdown."""
        if self.shown.countdown is not None:
            self._book.log.append(EventKind.COUNTDOWN_ENDED)

    def end(self) -> None:
        """End the offer: no coupon, countdown, card or product."""
        self.close_coupon(why="show")
        self.stop_countdown()
        self.hide()
        for kind in tuple(self.shown.lasting):
            self.show_lasting(kind, on=False)
        self.unpin()

    def tick(self, now_ms: int) -> None:
        """End what has expired; called every second."""
        if self.shown.drop is not None and now_ms >= self.shown.drop.expires_ms:
            self.close_coupon(why="expired")
        if self.shown.countdown is not None and now_ms >= self.shown.countdown.ends_ms:
            self.stop_countdown()

    # The log --------------------------------------------------------------------------------------------------------------

    def _on_logged(self, event: ShowEvent) -> None:
        if event.kind is EventKind.COUPON_CLAIMED:
            self._note_claim(event)
            self.claims_changed.emit(str(event.data.get("coupon", "")))
        elif event.kind in ON_SCREEN_KINDS:
            self._set(after(self.shown, event))

    def _note_claim(self, event: ShowEvent) -> None:
        given = self._claims.setdefault(str(event.data.get("coupon", "")), {})
        given.setdefault(str(event.data.get("code", "")), str(event.data.get("viewer", "")))

    def _set(self, shown: OnScreen) -> None:
        if shown != self.shown:
            self.shown = shown
            self.changed.emit(shown)

    def _name(self, product: Product) -> str:
        return pick(product.name, [self._book.document.show.presentation.host_language])[0] or product.sku or product.id
