"""A show without findings for two markets; tests break one thing at a time."""

from dataclasses import replace
from typing import Any

from app.domain.base.localized_text import LocalizedText
from app.domain.base.money import Money
from app.domain.catalogue.market import ClaimRule, Disclosure, Level, Market, Phrase, Taboo, TabooKind
from app.domain.catalogue.product import Claim, Link, Point, Price, Product, Role, Stock
from app.domain.program.project import starter_project
from app.domain.rundown.rundown import Act, Cue, Segment
from app.domain.show import Coupon, KeywordCard, Presentation, Show
from app.domain.show_editing import change_product, change_segment


def words(text: str) -> LocalizedText:
    """Return the text in all languages of the show."""
    return {"en": text, "zh-Hans": f"{text}（中）", "ja": f"{text}（日）"}


CALM = Market(
    "US",
    {"en": "United States"},
    ("en",),
    "USD",
    ("America/New_York",),
    urgency=False,
    disclosure=Disclosure(text={"en": "Advertisement"}),
    taboos=(
        Taboo(TabooKind.NUMBER, ("13",), {"en": "Unlucky."}, Level.INFO),
        Taboo(TabooKind.TOPIC, ("politics", "政治"), {"en": "Splits viewers."}, Level.INFO),
        Taboo(TabooKind.GESTURE, ("👌",), {"en": "Rude."}),
        Taboo(TabooKind.IMAGE, ("🐷",), {"en": "Unwelcome."}),
        Taboo(TabooKind.WORD, ("送钟",), {"en": "Sounds like death."}),
        Taboo(TabooKind.COLOUR, ("#800080",), {"en": "Mourning."}, Level.INFO),
    ),
    phrases=(
        Phrase(("hurry up", "hurry", "家人们赶紧抢"), {"en": "take your time", "zh-Hans": "慢慢看"}, {"en": "Pushy."}, pressure=True),
        Phrase(("cheap",), {"en": "made to last"}, {"en": "Looks poor."}),
    ),
    claims=(
        ClaimRule(("organic", "有机"), {"en": "Protected word."}),
        ClaimRule(("cures",), {"en": "A medicine's word."}, Level.BLOCK),
    ),
    reviewed_on="2026-11-22",
    expires_on="2027-11-22",
)
QUIET = Market(
    "JP",
    {"en": "Japan"},
    ("ja",),
    "JPY",
    ("Asia/Tokyo",),
    urgency=True,
    taboos=(Taboo(TabooKind.NUMBER, ("4",), {"en": "Sounds like death."}, Level.INFO),),
    reviewed_on="2026-11-22",
    expires_on="2027-11-22",
)


def product(product_id: str, dollars: int, *, cost: int = 500, role: Role = Role.HERO, **changes: Any) -> Product:
    """Return a complete product at this many dollars and a hundred times as many yen."""
    made = Product(
        product_id,
        words(f"Tea set {product_id}"),
        category="tea",
        role=role,
        pain_point=words("Tea at home tastes flat"),
        audience=words("Tea lovers"),
        price_band="$30–80",
        points=(Point("p1", words("Fired at a high heat"), words("High fired")),),
        scenarios=(words("An evening with friends"),),
        prices=(Price("US", Money(dollars * 100, "USD")), Price("JP", Money(dollars * 100, "JPY"))),
        unit_cost=Money(cost, "USD"),
        stock=(Stock("US", 20),),
        links=(Link("", "https://shop.example/" + product_id),),
        pictures=("a" * 32,),
        native_reviewed=("en", "ja", "zh-Hans"),
    )
    return replace(made, **changes)


def good_show() -> Show:
    """Return a show with three heroes and backups, one traffic product and three acts."""
    heroes = [product(f"h{number}", 50 + number, role=Role.HERO) for number in range(3)]
    backups = [product(f"b{number}", 52, role=Role.BACKUP) for number in range(3)]
    traffic = product("t0", 10, role=Role.TRAFFIC)
    selling = [
        Segment(f"s{number}", f"Hero {number}", product_id=f"h{number}", role=Role.HERO, backup_id=f"b{number}") for number in range(3)
    ]
    return Show(
        starter_project(camera=None, microphone=False),
        Presentation(host_language="zh-Hans", market_id="US"),
        markets=(CALM, QUIET),
        products=(*heroes, *backups, traffic, product("spare", 55, role=Role.BACKUP)),
        segments=(
            Segment("open", "Welcome", Act.OPEN, cues=(Cue("c1", words("Tell how the kiln is fired")),)),
            Segment("st", "Small cup", product_id="t0", role=Role.TRAFFIC),
            *selling,
            Segment("end", "Good night", Act.END),
        ),
        cards=(KeywordCard("k1", words("Free delivery")),),
        coupons=(Coupon("u1", words("Ten off"), ("A", "B"), percent=10),),
    )


def with_product(show: Show, product_id: str, **changes: Any) -> Show:
    """Return the show with some fields of a product changed."""
    return change_product(show, product_id, **changes)


def with_segment(show: Show, segment_id: str, **changes: Any) -> Show:
    """Return the show with some fields of a segment changed."""
    return change_segment(show, segment_id, **changes)


def with_market(show: Show, market: Market, **changes: Any) -> Show:
    """Return the show with some fields of a market changed."""
    return replace(show, markets=tuple(replace(one, **changes) if one.id == market.id else one for one in show.markets))


PROVEN = Claim({"en": "Organic leaves"}, "Certificate 123")
