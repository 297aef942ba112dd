"""Sums up a show from its log: minutes, people, orders, and each product."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from app.domain.event import EventKind, ShowEvent
from app.domain.selling.order_book import ORDER_KINDS, Change, OrderBook
from app.domain.show_period import PERIOD_KINDS, ShowPeriod

LOST = "lost"  # off air because the computer went down, noticed when the desk was back
READ_KINDS = PERIOD_KINDS | {
    EventKind.VIEWER_JOINED,
    EventKind.VIEWER_LEFT,
    EventKind.LIKED,
    EventKind.PRODUCT_CLICKED,
    EventKind.PRODUCT_ADDED,
    EventKind.DETAIL_ASKED,
    EventKind.COUPON_CLAIMED,
    *ORDER_KINDS,
}


@dataclass(frozen=True, slots=True)
class PastShow:
    """A show that took place. Viewers' events count after `since_seq` up to `upto_seq` (None = still running)."""

    since_seq: int
    began_ms: int
    upto_seq: int | None = None
    on_air: bool = False  # False: a rehearsal


@dataclass(frozen=True, slots=True)
class ProductResult:
    """`revenue` in minor units by currency."""

    product_id: str
    clicks: int = 0
    added: int = 0
    likes: int = 0
    asked: int = 0
    orders: int = 0
    units: int = 0
    revenue: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ShowSummary:
    """`peak`: most viewers at once; `joined`: all who came; `air_s`: seconds on air; `run_s`: seconds with the rundown running."""

    began_ms: int
    ended_ms: int
    air_s: float = 0.0
    run_s: float = 0.0
    peak: int = 0
    joined: int = 0
    likes: int = 0
    clicks: int = 0
    added: int = 0
    asked: int = 0
    claims: int = 0
    orders: int = 0
    units: int = 0
    revenue: Mapping[str, int] = field(default_factory=dict)
    products: tuple[ProductResult, ...] = ()


def past_shows(events: Iterable[ShowEvent]) -> tuple[PastShow, ...]:
    """The shows in the log, in order, from events of PERIOD_KINDS."""
    period, past = ShowPeriod(), list[PastShow]()
    for event in events:
        if period.take(event):
            past.append(PastShow(period.since_seq, event.at_ms))
        if past:
            on_air = past[-1].on_air or event.kind is EventKind.ON_AIR
            past[-1] = replace(past[-1], on_air=on_air, upto_seq=event.seq if period.over else None)
    return tuple(past)


class _Stretch:
    """Measures how long something lasts, with breaks."""

    def __init__(self) -> None:
        self.total_ms = 0
        self.ended_ms = 0
        self._since_ms: int | None = None

    def begin(self, at_ms: int) -> None:
        if self._since_ms is None:
            self._since_ms = at_ms

    def end(self, at_ms: int) -> None:
        if self._since_ms is not None:
            at_ms = max(at_ms, self._since_ms)  # the clock was set back
            self.total_ms += at_ms - self._since_ms
            self.ended_ms = max(self.ended_ms, at_ms)
            self._since_ms = None


def _count(event: ShowEvent) -> int:
    """How often it happened: rooms sum up what is only counted."""
    count = event.data.get("count", 1)
    return count if type(count) is int and count > 0 else 1


class SummaryReader:
    """Reads the log's events of READ_KINDS after `past.since_seq`, to the end of the log: a late order still belongs to the show in which
    it was placed."""

    def __init__(self, past: PastShow) -> None:
        self._past = past
        self._air, self._run = _Stretch(), _Stretch()
        self._last_ms = past.began_ms
        self._present: set[str] = set()
        self._begun = False
        self._totals = ShowSummary(past.began_ms, past.began_ms)
        self._products: dict[str, ProductResult] = {}
        self._orders = OrderBook()
        self._counted: set[str] = set()  # the orders placed in this show
        self._late: list[ShowEvent] = []

    def take(self, event: ShowEvent) -> None:
        """Add the next event."""
        past = self._past
        inside = event.seq > past.since_seq and (past.upto_seq is None or event.seq <= past.upto_seq)
        if event.kind in ORDER_KINDS:
            self._late.append(event)
        elif not inside:
            return
        elif event.kind in PERIOD_KINDS:
            self._sit(event)
        elif event.kind in (EventKind.VIEWER_JOINED, EventKind.VIEWER_LEFT):
            self._come_or_go(event)
        else:
            self._do(event)
        if inside:
            self._last_ms = event.at_ms

    def summary(self, now_ms: int) -> ShowSummary:
        """The summary so far; a running show is summed up to `now_ms`."""
        for stretch in (self._air, self._run):
            stretch.end(now_ms)
        ended_ms = max(self._air.ended_ms, self._run.ended_ms, self._past.began_ms)
        for event in self._late:
            self._order(event, ended_ms)
        self._late = []
        products = sorted(self._products.values(), key=lambda one: (one.units, one.clicks, one.likes), reverse=True)
        air_s, run_s = self._air.total_ms / 1000, self._run.total_ms / 1000
        return replace(self._totals, ended_ms=ended_ms, air_s=air_s, run_s=run_s, products=tuple(products))

    def _sit(self, event: ShowEvent) -> None:
        self._begun = True
        self._note_peak()
        if event.kind is EventKind.ON_AIR:
            self._air.begin(event.at_ms)
        elif event.kind is EventKind.OFF_AIR:
            self._air.end(self._last_ms if event.data.get("why") == LOST else event.at_ms)
        elif event.kind is EventKind.SHOW_ENDED:
            until_ms = event.data.get("until_ms")
            self._run.end(until_ms if type(until_ms) is int else event.at_ms)
        else:
            self._run.begin(event.at_ms)

    def _come_or_go(self, event: ShowEvent) -> None:
        viewer = str(event.data.get("viewer", ""))
        if event.kind is EventKind.VIEWER_LEFT:
            self._present.discard(viewer)
            return
        self._totals = replace(self._totals, joined=self._totals.joined + _count(event))
        if viewer:
            self._present.add(viewer)
            self._note_peak()

    def _note_peak(self) -> None:
        if self._begun and len(self._present) > self._totals.peak:
            self._totals = replace(self._totals, peak=len(self._present))

    def _do(self, event: ShowEvent) -> None:
        if event.kind is EventKind.COUPON_CLAIMED:
            self._totals = replace(self._totals, claims=self._totals.claims + 1)
            return
        name, count = _DONE[event.kind], _count(event)
        self._totals = replace(self._totals, **{name: getattr(self._totals, name) + count})
        if product := self._product(event):
            self._products[product.product_id] = replace(product, **{name: getattr(product, name) + count})

    def _product(self, event: ShowEvent) -> ProductResult | None:
        product_id = event.data.get("product")
        if not isinstance(product_id, str) or not product_id:
            return None
        return self._products.get(product_id) or ProductResult(product_id)

    def _order(self, event: ShowEvent, ended_ms: int) -> None:
        """A line of an order placed in this show, or its correction; without a time of its own it counts when it arrived."""
        order, at_ms = str(event.data.get("order", "")), event.data.get("at_ms") or event.at_ms
        before = len(self._orders)
        change = self._orders.note(event)
        if change is None:
            return
        if event.kind is EventKind.ORDER_PLACED and isinstance(at_ms, int) and self._past.began_ms <= at_ms <= ended_ms:
            self._counted.add(order)
        if order in self._counted:
            self._sell(change, len(self._orders) - before)

    def _sell(self, change: Change, orders: int) -> None:
        totals, minor = self._totals, change.minor + change.extra_minor
        revenue = _with(totals.revenue, change.currency, minor)
        self._totals = replace(totals, orders=totals.orders + orders, units=totals.units + change.units, revenue=revenue)
        if not change.product:
            return
        product = self._products.get(change.product) or ProductResult(change.product)
        self._products[change.product] = replace(
            product,
            orders=product.orders + change.orders,
            units=product.units + change.units,
            revenue=_with(product.revenue, change.currency, change.minor),
        )


_DONE: Mapping[EventKind, str] = {
    EventKind.LIKED: "likes",
    EventKind.PRODUCT_CLICKED: "clicks",
    EventKind.PRODUCT_ADDED: "added",
    EventKind.DETAIL_ASKED: "asked",
}


def _with(revenue: Mapping[str, int], currency: str, minor: int) -> Mapping[str, int]:
    return {**revenue, currency: revenue.get(currency, 0) + minor}


def summary_of(past: PastShow, events: Iterable[ShowEvent], now_ms: int) -> ShowSummary:
    """The summary of one show."""
    reading = SummaryReader(past)
    for event in events:
        reading.take(event)
    return reading.summary(now_ms)
