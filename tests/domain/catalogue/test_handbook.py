"""How complete a handbook is, counted text by text, and the deck of keywords with its gaps."""

from dataclasses import replace

import pytest

from app.domain.catalogue.handbook import SECTIONS, completeness, meter, overall_percent
from app.domain.catalogue.product import Answer, Comparison, Point, Product

WHOLE = Product(
    "p",
    {"en": "Tea set", "ar": "طقم شاي"},
    points=(Point("a", {"en": "Fired hot", "ar": "مشوي"}, {"en": "Hot", "ar": "حار"}),),
    scenarios=({"en": "Evening", "ar": "مساء"},),
    faq=(Answer({"en": "Breaks?", "ar": "ينكسر؟"}, {"en": "No", "ar": "لا"}),),
    comparisons=(Comparison("Mug", {"en": "Bitter", "ar": "مر"}, {"en": "Even", "ar": "متساو"}),),
    pictures=("x",),
    native_reviewed=("ar",),
)


def test_a_whole_handbook_is_full() -> None:
    english, arabic = meter(WHOLE, ["en", "ar"])
    assert (english.percent, english.missing, english.reviewed) == (100, (), False)
    assert (arabic.percent, arabic.missing, arabic.reviewed) == (100, (), True)
    assert overall_percent([WHOLE], ["en", "ar"]) == 100


@pytest.mark.parametrize(
    ("product", "percent", "missing"),
    [
        (Product("p", {}), 0, ("name", *SECTIONS, "pictures")),
        (replace(WHOLE, pictures=()), 83, ("pictures",)),
        (replace(WHOLE, name={"ar": "طقم"}), 83, ("name",)),
        (replace(WHOLE, faq=()), 83, ("faq",)),
        (replace(WHOLE, faq=(Answer({"en": "Breaks?"}, {}),)), 91, ("faq",)),
        (replace(WHOLE, scenarios=({"en": "Evening"}, {"en": " "})), 91, ("scenarios",)),
        (replace(WHOLE, points=(Point("a", {"en": "Hot"}, {}), Point("b", {}, {}))), 87, ("points",)),
    ],
)
def test_every_gap_costs_its_part(product: Product, percent: int, missing: tuple[str, ...]) -> None:
    found = completeness(product, "en")
    assert (found.percent, found.missing) == (percent, missing)


def test_a_language_that_is_not_there_has_only_the_pictures() -> None:
    assert completeness(WHOLE, "es").percent == 16
    assert completeness(WHOLE, "ar-AE").percent == 100


def test_nothing_to_write_is_complete() -> None:
    assert overall_percent([], ["en"]) == 100
    assert overall_percent([WHOLE, Product("q", {})], ["en", "ar"]) == 50
