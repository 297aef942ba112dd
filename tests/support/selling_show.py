"""A selling show: two different markets, heroes with backups, cards and coupons."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from app.domain.base.clock import Clock
from app.domain.base.money import Money
from app.domain.base.notice import Notice
from app.domain.catalogue.market import Disclosure, DisclosureMode, Market
from app.domain.catalogue.product import Answer, Delivery, Link, Point, Price, Product, Role, Stock
from app.domain.event import EventKind, ShowEvent
from app.domain.program.editing import add_scene
from app.domain.program.project import starter_project
from app.domain.rundown.rundown import Act, Cue, Segment
from app.domain.show import Coupon, KeywordCard, Presentation, Show, check_show
from app.session.catalogue.product_index import ProductIndex
from app.session.document.open_show import make_open_show
from app.session.rundown.show_runner import ShowRunner
from app.session.selling.selling import Selling
from tests.support.clocks import SetClock
from tests.support.studio_desk import paths_in

US = Market(
    "US",
    {"en": "United States", "zh-Hans": "美国"},
    ("en", "es"),
    "USD",
    ("America/New_York",),
    payments=("card",),
    disclosure=Disclosure(DisclosureMode.PERIODIC, {"en": "Ad", "es": "Publicidad"}, first_within_s=30, every_s=600, shown_s=10),
)
DE = Market(
    "DE",
    {"en": "Germany"},
    ("de",),
    "EUR",
    ("Europe/Berlin",),
    urgency=False,
    disclosure=Disclosure(DisclosureMode.CONTINUOUS, {"de": "Werbung"}),
)


def product(name: str, *, units: int = 40, usd: int = 1999, pictures: tuple[str, ...] = ()) -> Product:
    """Return a product with two points, prices in both markets, and stock in one place."""
    return Product(
        name,
        {"en": f"{name.title()} lamp", "de": f"{name.title()}-Lampe", "zh-Hans": f"{name} 灯"},
        sku=f"SKU-{name}",
        role=Role.HERO,
        points=(
            Point(f"{name}-1", {"en": "Turns with the sun"}, {"en": "Follows the sun", "de": "Folgt der Sonne", "zh-Hans": "随日光而转"}),
            Point(f"{name}-2", {"en": "No tools"}, {"en": "No tools", "es": "Sin herramientas"}),
        ),
        faq=(Answer({"en": "Which plug?"}, {"en": "USB-C"}),),
        prices=(Price("US", Money(usd, "USD"), Money(usd * 2, "USD")), Price("DE", Money(usd - 100, "EUR"))),
        stock=(Stock("US", units),),
        delivery=(Delivery("US", 3, 5, Money(499, "USD")),),
        links=(Link("", f"https://shop.example.test/{name}"),),
        pictures=pictures,
    )


def selling_show(*, picture_market: str = "US", name: str = "Lamps") -> Show:
    """Return a show with an opening, three slots (the first with backup and countdown), a close and two scenes."""
    project = replace(add_scene(starter_project(camera=None, microphone=False), "Close-up"), name=name)
    show = Show(
        project=project,
        presentation=Presentation(
            host_language="zh-Hans", market_id=picture_market, ticker={"en": "Free delivery\nTwo years"}, lower_third={"en": "Mei\nMaker"}
        ),
        markets=(US, DE),
        products=(product("sun"), product("moon"), product("star", units=3), product("cable", usd=499)),
        segments=(
            Segment("open", "Opening", Act.OPEN, 120, cues=(Cue("hello", {"en": "Say where we are"}),)),
            Segment(
                "first",
                "Sun lamp",
                Act.MIDDLE,
                300,
                "sun",
                Role.HERO,
                "moon",
                (Cue("show-it", {"en": "Turn it"}),),
                "scene-2",
                countdown=True,
            ),
            Segment("second", "Star lamp", Act.MIDDLE, 240, "star", Role.HERO),
            Segment("close", "Close", Act.END, 60),
        ),
        cards=(KeywordCard("free", {"en": "Free delivery", "de": "Versand frei"}), KeywordCard("return", {"en": "30 days"})),
        coupons=(
            Coupon("ten", {"en": "Ten off"}, ("AAA", "BBB", "CCC"), percent=10.0, expires_in_s=60),
            Coupon("made", {"en": "Five off"}, stock=4),
        ),
    )
    check_show(show)
    return show


class FiledShow:
    """An open show without an engine; a test opens and closes it."""

    def __init__(self, home: Path, clock: Clock, notify: Callable[[Notice], None]) -> None:
        parts = make_open_show(
            paths=paths_in(home),
            clock=clock,
            new_show=lambda: Show(starter_project(camera=None, microphone=False)),
            notify=notify,
            post=lambda what: what(),
        )
        self.document, self.log, self.files, self.pictures = parts.document, parts.log, parts.files, parts.pictures
        self.files.start()

    def close(self, *, keep_work: bool = False) -> None:
        self.files.close(keep_work=keep_work)


class SellingDesk:
    """A show with its file, log and selling parts, and a clock that the test sets; no engine, no room."""

    def __init__(self, home: Path, *, clock: Clock | None = None, path: Path | None = None) -> None:
        self.clock = SetClock(1_750_000_000_000_000_000)
        self.heard: list[Notice] = []
        self.taken: list[str] = []
        self.book = FiledShow(home, clock or self.clock, self.heard.append)
        if path is not None:
            assert self.book.files.open(path)
        else:
            self.book.document.edit_show("Fill", lambda _: selling_show())
        self.products = ProductIndex(lambda: self.book.document.show)
        self.selling = Selling(self.book, self.products, now_ms=self.now_ms, notify=self.heard.append)
        self.runner = ShowRunner(
            self.book, self.products, self.selling, take=self.taken.append, now_ms=self.now_ms, notify=self.heard.append
        )
        self.selling.reload()
        self.runner.reload()

    def now_ms(self) -> int:
        return self.clock.wall_ns() // 1_000_000

    def pass_s(self, seconds: float) -> None:
        """Advance the clock and end what expires."""
        self.clock.pass_ms(seconds * 1000)
        self.selling.tick(self.now_ms())

    def logged(self, *kinds: EventKind) -> list[ShowEvent]:
        """Return the log's events of these kinds."""
        return list(self.book.log.events(kinds or None))

    def codes(self) -> list[str]:
        """Return the codes of the notices so far."""
        return [notice.code for notice in self.heard]

    def close(self) -> None:
        self.book.close()
