"""The viewer page's board and the cards: in the viewers' languages, and rebuilt only where something changed."""

import itertools
import random
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from app.domain.base.localized_text import has
from app.domain.base.money import Money
from app.domain.catalogue.product import Delivery, Price, Stock
from app.domain.program.project import UNTITLED
from app.domain.selling.card import KeywordOverlay, ProductCard, QrCard, Ticker
from app.domain.selling.on_screen import CouponDrop, OnScreen, OnScreenCard, OnScreenKind, RunningCountdown
from app.domain.show import Show
from app.domain.show_editing import change_presentation, change_product, put_product, remove_products, swap_to_backup
from app.language import formats
from app.session.catalogue.product_index import ProductIndex
from app.session.room.board_builder import BoardBuilder, title_for_viewers
from app.session.selling.card_texts import BADGE, CODE, COUNTDOWN, KEYWORD, PRODUCT, TICKER, CardScene, CardWriter
from app.session.selling.offer_texts import OfferTexts
from app.session.selling.selling import words_of
from app.storage.markets import load_markets
from app.storage.paths import RESOURCES
from app.storage.phrases import load_phrases
from tests.support.selling_show import product, selling_show

PHRASES = load_phrases(RESOURCES / "phrases" / "cards.toml")


class BoardPage:
    """Builds the board of a show that the test changes."""

    def __init__(self, show: Show) -> None:
        self.show = show
        self.products = ProductIndex(lambda: self.show)
        self._view = BoardBuilder(self.products)

    def board(self, shown: OnScreen | None = None, pictures: dict[str, str] | None = None, left: int = 0) -> dict[str, Any]:
        shown = shown or OnScreen()
        words = {} if shown.card is None else words_of(self.show, self.products, shown.card)
        board = self._view.board(
            self.show, shown, title="Lamps", card_words=words, coupon_left=left, disclosure={}, pictures=pictures or {}
        )
        return dict(board)

    def pictures(self, shown: OnScreen) -> tuple[str, ...]:
        return self._view.wanted_pictures(self.show, shown)


def test_the_page_lists_products_of_segments_and_the_pinned_one() -> None:
    page = BoardPage(selling_show())
    board = page.board()
    assert board["list"] == ["sun", "star"]
    assert {key for key in board if key.startswith("product/")} == {"product/sun", "product/star"}
    assert "pinned" not in board
    board = page.board(OnScreen(pinned_id="cable", pinned_ms=5))
    assert (board["list"], board["pinned"]) == (["sun", "star", "cable"], {"product": "cable", "at_ms": 5})
    page.show = swap_to_backup(page.show, "first")
    assert page.board()["list"] == ["moon", "star"]
    assert "pinned" not in page.board(OnScreen(pinned_id="gone"))


def test_a_products_value_has_only_public_fields() -> None:
    page = BoardPage(selling_show())
    page.show = put_product(
        page.show,
        replace(
            product("sun", pictures=("a", "b")),
            unit_cost=Money(700, "USD"),
            pain_point={"en": "Dark corners"},
            delivery=(Delivery("US", 3, 5, Money(0, "USD"), return_freight=Money(2500, "USD")), Delivery("BR", 20, 40)),
        ),
    )
    value = page.board(pictures={"b": "room-b"})["product/sun"]
    assert value["prices"] == [
        {"market": "US", "minor": 1999, "currency": "USD", "was": 3998, "saving": 50},
        {"market": "DE", "minor": 1899, "currency": "EUR", "was": None, "saving": 0},
    ]
    assert (value["left"], value["pictures"], value["links"]) == (40, ["room-b"], {"": "https://shop.example.test/sun"})
    assert value["delivery"] == [{"market": "US", "from": 3, "to": 5, "freight": {"minor": 0, "currency": "USD"}}]
    assert value["returnable"] == {"US": False, "DE": True}
    assert "700" not in str(value)
    assert "Dark corners" not in str(value)
    page.show = change_product(page.show, "sun", stock=())
    assert page.board()["product/sun"]["left"] is None


def test_viewers_never_see_the_title_placeholder() -> None:
    show = selling_show(name="Spring sale")
    assert title_for_viewers(show, Path("draft.tradewind")) == "Spring sale"
    untitled = selling_show(name=UNTITLED)
    assert title_for_viewers(untitled, Path("Spring lamps.tradewind")) == "Spring lamps"
    assert title_for_viewers(untitled, None) == ""


def test_unchanged_values_are_the_same_objects() -> None:
    page = BoardPage(selling_show())
    before = page.board(OnScreen(pinned_id="sun"))
    page.show = change_product(page.show, "star", stock=(Stock("US", 1),))
    after = page.board(OnScreen(pinned_id="sun"))
    changed = {key for key in after if after[key] is not before.get(key)}
    assert changed == {"product/star"}
    again = page.board(OnScreen(pinned_id="sun"), pictures={"unheard": "x"})
    assert all(again[key] is after[key] for key in after)


def test_only_changed_products_get_new_values() -> None:
    page = BoardPage(selling_show())
    shown = OnScreen(pinned_id="cable")
    page.show = put_product(page.show, product("sun", pictures=("a", "b")))
    assert page.pictures(shown) == ("a", "b")
    before = page.board(shown)
    assert list(before)[:5] == ["show", "list", "product/sun", "product/star", "product/cable"], (
        "the pinned product is on the board before the pin"
    )
    page.show = remove_products(page.show, ["cable"])
    after = page.board(shown)
    assert after["list"] == ["sun", "star"]
    assert after["product/sun"] is before["product/sun"]
    assert "product/cable" not in after
    page.show = put_product(page.show, product("star", pictures=("c",)))
    assert page.pictures(OnScreen()) == ("a", "c", "b")
    pictured = page.board(pictures={"c": "room-c"})
    assert (pictured["product/star"]["pictures"], pictured["product/sun"] is after["product/sun"]) == (["room-c"], True)
    page.show = replace(page.show, markets=page.show.markets[:1])
    assert [price["market"] for price in page.board()["product/sun"]["prices"]] == ["US"]


def test_products_are_found_after_any_edit_of_the_list() -> None:
    rng, counter = random.Random(3), itertools.count()
    show = replace(selling_show(), products=tuple(product(f"p{number}") for number in range(12)))
    current = [show]
    index = ProductIndex(lambda: current[0])
    for _ in range(400):
        products = list(current[0].products)
        for _ in range(rng.choice((1, 1, 9))):
            match rng.randrange(4):
                case 0:
                    products.insert(rng.randrange(len(products) + 1), product(f"new-{next(counter)}"))
                case 1 if len(products) > 3:
                    products.pop(rng.randrange(len(products)))
                case 2:
                    products.insert(rng.randrange(len(products)), products.pop(rng.randrange(len(products))))
                case _:
                    position = rng.randrange(len(products))
                    products[position] = replace(products[position], sku=rng.choice(("A", "B", "")))
        current[0] = replace(current[0], products=tuple(products))
        assert all(index.find(item.id) == item for item in products)
        assert index.find("p0") == next((item for item in products if item.id == "p0"), None)
        assert index.named("A") == next((item for item in products if item.sku == "A"), None)
    assert index.named("") is None


def test_coupons_countdowns_and_tickers_appear_and_disappear() -> None:
    page = BoardPage(selling_show())
    shown = OnScreen(
        drop=CouponDrop("ten", ("AAA", "BBB"), 99), countdown=RunningCountdown(77, {"en": "Now"}), lasting=frozenset({OnScreenKind.TICKER})
    )
    board = page.board(shown, left=1)
    assert board["coupon"] == {
        "id": "ten",
        "title": {"en": "Ten off"},
        "product": "",
        "percent": 10.0,
        "stock": 2,
        "left": 1,
        "expires_ms": 99,
    }
    assert board["countdown"] == {"ends_ms": 77, "text": {"en": "Now"}}
    assert board["ticker"] == {"en": "Free delivery\nTwo years"}
    assert {"coupon", "countdown", "ticker"} & page.board().keys() == set()


def test_pictures_are_requested_in_order_of_urgency() -> None:
    show = selling_show()
    for name in ("sun", "star", "moon"):
        show = put_product(show, product(name, pictures=(f"{name}-1", f"{name}-2")))
    assert BoardPage(show).pictures(OnScreen(pinned_id="moon")) == ("moon-1", "moon-2", "sun-1", "star-1", "sun-2", "star-2")


# Cards in the video


def cards(show: Show, shown: OnScreen, *, pinned: str = "", badge: dict[str, str] | None = None) -> dict[str, Any]:
    products = ProductIndex(lambda: show)
    words = {} if shown.card is None else words_of(show, products, shown.card)
    scene = CardScene(show, shown, products.find(pinned), words, badge or {}, b"", "http://192.0.2.7:8787/watch/live", 10_000)
    writer = CardWriter(texts=OfferTexts(formats, PHRASES), code=lambda text: ((text.startswith("http"),),))
    return dict(writer.cards(scene))


def test_a_product_card_uses_the_language_of_the_videos_market() -> None:
    assert cards(selling_show(), OnScreen(), pinned="sun")[PRODUCT] == ProductCard(
        name="Sun lamp",
        price="$19.99",
        was="$39.98",
        left="40 left",
        keywords=("Follows the sun", "No tools"),
        delivery="Delivery: 3–5 days",
        saving="−50%",
        language="en",
    )
    german = cards(selling_show(picture_market="DE"), OnScreen(), pinned="sun")[PRODUCT]
    assert (german.name, german.price, german.was, german.saving, german.delivery) == ("Sun-Lampe", "18,99\u00a0€", "", "", "")
    assert (german.left, german.language) == ("Noch 40 da", "de")
    large_stock = change_product(selling_show(), "sun", stock=(Stock("US", 5000),))
    assert cards(large_stock, OnScreen(), pinned="sun")[PRODUCT].left == ""
    without_market = replace(selling_show(), markets=(), presentation=replace(selling_show().presentation, host_language="en"))
    assert cards(without_market, OnScreen(), pinned="sun")[PRODUCT].price == "$19.99"


def test_a_keyword_card_has_two_languages() -> None:
    point = OnScreen(card=OnScreenCard("sun-1", OnScreenKind.POINT, "sun"))
    assert cards(selling_show(), point)[KEYWORD] == KeywordOverlay("Follows the sun", "en", "随日光而转", "zh-Hans")
    card = OnScreen(card=OnScreenCard("free", OnScreenKind.CARD))
    assert cards(selling_show(), card)[KEYWORD] == KeywordOverlay("Free delivery", "en", "Versand frei", "de")
    untranslated = OnScreen(card=OnScreenCard("return", OnScreenKind.CARD))
    assert cards(selling_show(), untranslated)[KEYWORD].second == ""
    gone = OnScreen(card=OnScreenCard("gone", OnScreenKind.CARD))
    assert KEYWORD not in cards(selling_show(), gone)


def test_a_countdown_is_shown_only_in_markets_that_allow_it() -> None:
    shown = OnScreen(countdown=RunningCountdown(14_200))
    assert cards(selling_show(), shown)[COUNTDOWN].seconds == 5
    assert COUNTDOWN not in cards(selling_show(picture_market="DE"), shown)


def test_a_switched_on_card_is_shown_if_it_has_content() -> None:
    shown = OnScreen(lasting=frozenset({OnScreenKind.TICKER, OnScreenKind.LOWER_THIRD, OnScreenKind.CODE}))
    cards_shown = cards(selling_show(), shown, badge={"es": "Publicidad", "en": "Ad"})
    assert cards_shown[TICKER] == Ticker(("Free delivery", "Two years"), "en")
    assert cards_shown[CODE] == QrCard(((True,),), "Watch on your phone", "192.0.2.7:8787/watch/live", "en")
    assert cards_shown[BADGE].text == "Ad"
    assert [cards_shown["card.lower_third"].name, cards_shown["card.lower_third"].role] == ["Mei", "Maker"]
    one_line = change_presentation(selling_show(), lower_third={"en": "Lin Yue · Harbour & Hill"})
    assert cards(one_line, shown)["card.lower_third"].role == "Harbour & Hill"
    empty = change_presentation(selling_show(), ticker={}, lower_third={"en": " "})
    assert set(cards(empty, shown)) == {CODE}
    assert cards(selling_show(), OnScreen()) == {}


@pytest.mark.parametrize(("phrase", "value"), [("left", "{units}"), ("delivery", "{days}"), ("watch", "")])
def test_phrases_exist_in_every_markets_languages(phrase: str, value: str) -> None:
    languages = {language for market in load_markets(RESOURCES / "markets") for language in market.languages}
    assert len(languages) > 15
    assert [language for language in sorted(languages) if not has(PHRASES[phrase], language)] == []
    assert [text for text in PHRASES[phrase].values() if value not in text] == []


def test_a_changed_theme_or_language_changes_the_card() -> None:
    show = selling_show()
    other = partial(change_presentation, host_language="de")(show)
    shown = OnScreen(card=OnScreenCard("sun-1", OnScreenKind.POINT, "sun"))
    assert cards(other, shown)[KEYWORD].second == "Folgt der Sonne"


def test_freight_in_another_currency_is_still_on_the_page() -> None:
    delivery = (Delivery("US", 5, 9, Money(450, "EUR")), Delivery("DE", 2, 3, Money(390, "EUR")))
    page = BoardPage(change_product(selling_show(), "sun", delivery=delivery))
    value = page.board()["product/sun"]
    assert [item["freight"]["currency"] for item in value["delivery"]] == ["EUR", "EUR"]
    assert value["returnable"] == {"DE": True}, "costs in several currencies cannot be compared"


@pytest.mark.parametrize(
    ("minor", "was", "percent"),
    [
        (66_500, 100_000, 33),  # 33.5 %
        (9_901, 10_000, 0),  # 0.99 %
        (9_900, 10_000, 1),
        (1, 3, 66),
        (10_000, 10_000, 0),
        (10_001, 10_000, 0),
        (0, 5_000, 100),
        (99_999, 100_000, 0),
    ],
)
def test_card_and_page_show_the_same_saving_rounded_down(minor: int, was: int, percent: int) -> None:
    page = BoardPage(selling_show())
    page.show = change_product(page.show, "sun", prices=(Price("US", Money(minor, "USD"), Money(was, "USD")),))
    assert page.board()["product/sun"]["prices"][0]["saving"] == percent
    card = cards(page.show, OnScreen(), pinned="sun")[PRODUCT]
    assert card.saving == (f"−{percent}%" if percent else "")


def test_a_former_price_in_another_currency_shows_no_saving() -> None:
    page = BoardPage(selling_show())
    page.show = change_product(page.show, "sun", prices=(Price("US", Money(1000, "USD"), Money(5000, "EUR")),))
    assert page.board()["product/sun"]["prices"][0]["saving"] == 0
    assert cards(page.show, OnScreen(), pinned="sun")[PRODUCT].saving == ""


def test_cards_on_the_page_are_left_out_of_the_video() -> None:
    shown = OnScreen(
        card=OnScreenCard("sun-1", OnScreenKind.POINT, "sun"),
        lasting=frozenset({OnScreenKind.TICKER, OnScreenKind.CODE}),
        countdown=RunningCountdown(60_000, {"en": "Soon"}),
    )
    show = change_presentation(selling_show(), ticker={"en": "Tonight"})
    products = ProductIndex(lambda: show)
    words = words_of(show, products, OnScreenCard("sun-1", OnScreenKind.POINT, "sun"))
    scene = CardScene(show, shown, products.find("sun"), words, {"en": "Ad"}, b"", "http://192.0.2.7:8787/watch/live", 10_000)
    writer = CardWriter(texts=OfferTexts(formats, PHRASES), code=lambda text: ((True,),))
    all_cards = set(writer.cards(scene))
    assert {PRODUCT, KEYWORD, COUNTDOWN, TICKER, CODE, BADGE} <= all_cards
    assert set(writer.cards(replace(scene, page_has_cards=True))) == all_cards - {PRODUCT, KEYWORD, COUNTDOWN, TICKER}
