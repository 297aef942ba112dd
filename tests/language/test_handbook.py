"""Tests the handbook's HTML: complete, in the reader's language and direction, with escaped product texts."""

from collections.abc import Mapping
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from app.domain.base.localized_text import LocalizedText
from app.domain.base.money import Money
from app.domain.catalogue.product import Claim, Delivery
from app.domain.program.project import starter_project
from app.domain.show import Show
from app.language.handbook import HandbookWriter
from app.storage.phrases import load_phrases
from app.storage.sample_show import load_sample_show
from tests.support.selling import good_show, with_product
from tests.support.source_trees import ROOT

FOLDER = ROOT / "resources" / "handbook"
VOID = {"meta", "img", "br", "link"}


class Tags(HTMLParser):
    """Collects a page's tags and text, and checks that the tags are balanced."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.open: list[str] = []
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(page)
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.text += data

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.fixture(scope="module")
def labels() -> Mapping[str, LocalizedText]:
    return load_phrases(FOLDER / "words.toml")


@pytest.fixture(scope="module")
def writer(labels: Mapping[str, LocalizedText]) -> HandbookWriter:
    return HandbookWriter(FOLDER, labels)


@pytest.fixture(scope="module")
def sample() -> Show:
    return load_sample_show(ROOT / "resources" / "sample_show", ROOT / "resources" / "markets", "zh-Hans").show(
        starter_project(camera=None, microphone=False)
    )


def picture_of(picture_id: str) -> tuple[str, bytes] | None:
    return ("image/webp", b"RIFF") if picture_id else None


def test_the_labels_exist_in_every_language_of_the_markets(labels: Mapping[str, LocalizedText]) -> None:
    languages = {"en", "zh-Hans", "es", "ar", "fr", "de", "pt", "it", "nl", "pl", "ja", "ko", "id", "ms", "vi", "th", "tr", "hi", "fil"}
    assert {name: languages ^ set(words) for name, words in labels.items() if languages ^ set(words)} == {}


@pytest.mark.parametrize("language", ["en", "zh-Hans", "es", "ar", "de"])
@pytest.mark.parametrize("kind", ["page", "printed"])
def test_the_page_contains_all_product_texts(writer: HandbookWriter, sample: Show, language: str, kind: str) -> None:
    page = writer.page(sample, "Shop", language, picture_of) if kind == "page" else writer.printed(sample, "Shop", language)
    tags = Tags(page)
    assert len(tags.all("img")) == 6
    read = language if language != "de" else "zh-Hans"  # missing translations appear in the host's language
    for product in sample.products:
        texts = [product.name, product.pain_point, product.audience, product.return_rule, *product.scenarios]
        texts += [words for point in product.points for words in (point.text, point.keyword)]
        texts += [words for answer in product.faq for words in (answer.question, answer.answer)]
        texts += [words for row in product.comparisons for words in (row.theirs, row.ours)]
        texts += [claim.text for claim in product.claims]
        for words in texts:
            assert words[read] in tags.text
        assert all(claim.evidence in tags.text for claim in product.claims)
    assert ("foreign" in {attributes.get("class") for attributes in tags.all("span")}) == (language == "de")


def test_arabic_is_written_right_to_left(writer: HandbookWriter, sample: Show) -> None:
    page = Tags(writer.page(sample, "Shop", "ar", picture_of))
    assert page.all("html") == [{"lang": "ar", "dir": "rtl"}]
    printed = writer.printed(sample, "Shop", "ar")
    assert Tags(printed).all("body") == [{"dir": "rtl"}]
    assert printed.index("الإجمالي عند الباب") < printed.index("<td>السوق</td>")  # the columns are reversed
    english = writer.printed(sample, "Shop", "en")
    assert english.index("<td>Market</td>") < english.index("Delivered price")


def test_prices_are_formatted_for_the_reader(writer: HandbookWriter, sample: Show) -> None:
    english = Tags(writer.page(sample, "Shop", "en", picture_of)).text
    assert "$68.00" in english
    assert "AED\u00a0249.00" in english
    assert "AED\u00a0276.45" in english  # with shipping and duty
    assert "3–6" in english
    assert "Emiratos Árabes Unidos" in Tags(writer.page(sample, "Shop", "es", picture_of)).text


def test_missing_texts_are_marked(writer: HandbookWriter) -> None:
    show = with_product(good_show(), "h0", points=(), faq=(), name={}, claims=(Claim({"en": "Warm"}),))
    show = replace(show, products=show.products[:1])
    for page in (writer.page(show, "Shop", "en", picture_of), writer.printed(show, "Shop", "en")):
        tags = Tags(page)
        assert tags.text.count("not written yet") >= 4
        assert "Complete 33%" in tags.text


def test_product_texts_are_escaped(writer: HandbookWriter) -> None:
    nasty = "<script>alert(1)</script>\"'&<img src=x>"
    show = with_product(
        good_show(), "h0", name={"en": nasty}, sku=nasty, size_chart=((nasty,),), claims=(Claim({"en": nasty}, nasty),), category=nasty
    )
    for page in (writer.page(show, nasty, "en", picture_of), writer.printed(show, nasty, "en")):
        tags = Tags(page)
        assert "script" not in {name for name, _ in tags.found}
        assert tags.text.count("<script>alert(1)</script>") >= 5


def test_amounts_in_two_currencies_are_not_added(writer: HandbookWriter) -> None:
    show = with_product(good_show(), "h0", delivery=(Delivery("US", 3, 3, Money(50, "EUR")),))
    page = Tags(writer.page(replace(show, products=show.products[:1]), "Shop", "en", picture_of)).text
    assert "€0.50" in page
    assert page.count("$50.00") == 1


def test_a_missing_picture_leaves_no_gap(writer: HandbookWriter, sample: Show) -> None:
    assert Tags(writer.page(sample, "Shop", "en", lambda picture_id: None)).all("img") == []
