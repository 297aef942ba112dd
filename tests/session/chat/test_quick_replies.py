"""Replies say price, delivery and answers in the viewer's language and for their market."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from app.domain.base.localized_text import has
from app.domain.base.money import Money
from app.domain.catalogue.product import Delivery, Price, Product, Stock
from app.domain.show_editing import put_product
from app.language import formats
from app.session.chat.quick_replies import QuickReplies, QuickReply
from app.session.selling.offer_texts import OfferTexts
from app.storage.phrases import load_phrases
from tests.support.selling_show import SellingDesk, product
from tests.support.source_trees import ROOT

PHRASES = ROOT / "resources" / "phrases"
REPLIES = load_phrases(PHRASES / "replies.toml")
TEXTS = OfferTexts(formats, {**load_phrases(PHRASES / "cards.toml"), **REPLIES})
PAGE_LANGUAGES = ("ar", "de", "en", "es", "fr", "id", "ja", "ko", "pt", "th", "vi", "zh-Hans")


class ReplyDesk(SellingDesk):
    """A host who speaks Chinese, with one product that is sold in Brazil and the United States."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.put(
            replace(
                product("sun"),
                name={"zh-Hans": "太阳灯", "pt": "Luminária solar"},
                prices=(Price("BR", Money(12990, "BRL")), Price("US", Money(1999, "USD"))),
                delivery=(Delivery("BR", 7, 12, Money(0, "BRL")), Delivery("US", 3, 3, Money(499, "USD"))),
                size_chart=(("尺码", "cm"), ("S", "20"), ("M", "30")),
                return_rule={"zh-Hans": "七天无理由退货"},
            )
        )
        self.replies = QuickReplies(lambda: self.book.document.show, self.products, lambda: TEXTS)

    def put(self, changed: Product) -> None:
        self.book.document.edit_show("Product", lambda show: put_product(show, changed))

    def about(self, language: str, market_id: str, product_id: str = "sun") -> dict[str, QuickReply]:
        return {reply.id: reply for reply in self.replies.about(product_id, language=language, market_id=market_id)}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[ReplyDesk]:
    made = ReplyDesk(tmp_path)
    yield made
    made.close()


def test_a_viewer_in_brazil_reads_the_price_there_in_portuguese(desk: ReplyDesk) -> None:
    reply = desk.about("pt-BR", "BR")["price"]
    assert reply.sent == "Luminária solar: R$\xa0129,90 · Entrega: 7–12 dias · Frete grátis"
    assert reply.text == "太阳灯：R$129.90 · 7–12 天送达 · 包邮"
    assert (reply.text_language, reply.sent_language) == ("zh-Hans", "pt-BR")


def test_each_market_has_its_own_delivery(desk: ReplyDesk) -> None:
    assert desk.about("en", "US")["delivery"].sent == "Delivery: 3 days · Shipping: $4.99"


def test_a_market_without_a_price_is_told_so(desk: ReplyDesk) -> None:
    replies = desk.about("de", "DE")
    assert "price" not in replies
    assert replies["not_to_market"].sent == "Diesen Artikel liefern wir leider nicht in dein Land"


def test_a_text_without_the_viewers_language_is_the_hosts(desk: ReplyDesk) -> None:
    rule = desk.about("pt-BR", "BR")["returns"]
    assert (rule.text, rule.sent, rule.sent_language) == ("七天无理由退货", "七天无理由退货", "zh-Hans")
    unknown = desk.about("sw", "BR")["thanks"]
    assert (unknown.sent, unknown.sent_language) == ("谢谢支持！", "zh-Hans")


def test_only_what_the_product_says_is_offered(desk: ReplyDesk) -> None:
    assert list(desk.about("pt", "BR")) == ["price", "delivery", "left", "sizes", "returns", "soon", "thanks"]
    desk.put(Product("bare", {"zh-Hans": "无"}))
    assert list(desk.about("pt", "BR", "bare")) == list(desk.about("pt", "BR", "none")) == ["soon", "thanks"]


def test_an_empty_stock_says_sold_out(desk: ReplyDesk) -> None:
    assert desk.about("pt", "BR")["left"].sent == "Restam: 40"
    sun = desk.products["sun"]
    desk.put(replace(sun, stock=(Stock("US", 0),)))
    assert desk.about("pt", "BR")["left"].sent == "Esgotado no momento"
    desk.put(replace(sun, stock=(Stock("US", 4000),)))
    assert "left" not in desk.about("pt", "BR")


def test_a_viewer_of_unknown_market_gets_the_first_price(desk: ReplyDesk) -> None:
    assert "R$129.90" in desk.about("en", "")["price"].sent


@pytest.mark.parametrize("phrase", sorted(REPLIES))
def test_every_reply_has_the_languages_of_the_page(phrase: str) -> None:
    assert [language for language in PAGE_LANGUAGES if not has(REPLIES[phrase], language)] == []
    english = REPLIES[phrase]["en"]
    places = [place for place in ("{product}", "{price}", "{amount}", "{sizes}") if place in english]
    assert [text for text in REPLIES[phrase].values() if not all(place in text for place in places)] == []
