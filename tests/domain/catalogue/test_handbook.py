"""How complete a product handbook is, by language."""

from dataclasses import replace

import pytest

from app.domain.catalogue.handbook import SECTIONS, completeness, meter, overall_percent
from app.domain.catalogue.product import Answer, Comparison, Point, Product

COMPLETE = Product(
    "p",
    {"en": "Tea set", "ar": "طقم شاي"},
    points=(Point("a", {"en": "Fired hot", "ar": "مشوي"}, {"en": "Hot", "ar": "حار"}),),
    scenarios=({"en": "Evening", "ar": "مساء"},),
    faq=(Answer({"en": "Breaks?", "ar": "ينكسر؟"}, {"en": "No", "ar": "لا"}),),
    comparisons=(Comparison("Mug", {"en": "Bitter", "ar": "مر"}, {"en": "Even", "ar": "متساو"}),),
    pictures=("x",),
    native_reviewed=("ar",),
)


def test_a_complete_handbook_is_at_100_percent() -> None:
    english, arabic = meter(COMPLETE, ["en", "ar"])
    assert (english.percent, english.missing, english.reviewed) == (100, (), False)
    assert (arabic.percent, arabic.missing, arabic.reviewed) == (100, (), True)
    assert overall_percent([COMPLETE], ["en", "ar"]) == 100


@pytest.mark.parametrize(
    ("product", "percent", "missing"),
    [
        (Product("p", {}), 0, ("name", *SECTIONS, "pictures")),
        (replace(COMPLETE, pictures=()), 83, ("pictures",)),
        (replace(COMPLETE, name={"ar": "طقم"}), 83, ("name",)),
        (replace(COMPLETE, faq=()), 83, ("faq",)),
        (replace(COMPLETE, faq=(Answer({"en": "Breaks?"}, {}),)), 91, ("faq",)),
        (replace(COMPLETE, scenarios=({"en": "Evening"}, {"en": " "})), 91, ("scenarios",)),
        (replace(COMPLETE, points=(Point("a", {"en": "Hot"}, {}), Point("b", {}, {}))), 87, ("points",)),
    ],
)
def test_each_gap_lowers_the_percentage(product: Product, percent: int, missing: tuple[str, ...]) -> None:
    result = completeness(product, "en")
    assert (result.percent, result.missing) == (percent, missing)


def test_a_missing_language_counts_only_the_pictures() -> None:
    assert completeness(COMPLETE, "es").percent == 16
    assert completeness(COMPLETE, "ar-AE").percent == 100


def test_a_show_without_products_is_complete() -> None:
    assert overall_percent([], ["en"]) == 100
    assert overall_percent([COMPLETE, Product("q", {})], ["en", "ar"]) == 50
