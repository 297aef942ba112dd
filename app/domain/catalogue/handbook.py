"""How complete a product's handbook is in each language."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from app.domain.base.localized_text import LocalizedText, has
from app.domain.catalogue.product import Product

SECTIONS = ("points", "scenarios", "faq", "comparisons")


@dataclass(frozen=True, slots=True)
class Section:
    """One of the handbook's four sections in one language: how many of its texts are written."""

    name: str
    written: int
    wanted: int

    @property
    def share(self) -> float:
        """From 0 to 1; an empty section counts as 0."""
        return self.written / self.wanted if self.wanted else 0.0


@dataclass(frozen=True, slots=True)
class Completeness:
    """One product in one language. `reviewed`: a native speaker has read it."""

    language: str
    named: bool
    sections: tuple[Section, ...]
    pictures: int
    reviewed: bool

    @property
    def percent(self) -> int:
        """The name, the four sections and a picture have equal weight; 100 only when nothing is missing."""
        parts = [float(self.named), *(section.share for section in self.sections), float(self.pictures > 0)]
        return int(100 * sum(parts) / len(parts) + 1e-9)

    @property
    def missing(self) -> tuple[str, ...]:
        """What is missing or incomplete: "name", section names, "pictures"."""
        gaps = [section.name for section in self.sections if section.share < 1.0]
        return (*(() if self.named else ("name",)), *gaps, *(() if self.pictures else ("pictures",)))


def completeness(product: Product, language: str) -> Completeness:
    """How complete a product's handbook is in a language."""
    texts: dict[str, list[LocalizedText]] = {
        "points": [words for point in product.points for words in (point.text, point.keyword)],
        "scenarios": list(product.scenarios),
        "faq": [words for answer in product.faq for words in (answer.question, answer.answer)],
        "comparisons": [words for row in product.comparisons for words in (row.theirs, row.ours)],
    }
    sections = tuple(Section(name, sum(has(words, language) for words in texts[name]), len(texts[name])) for name in SECTIONS)
    return Completeness(language, has(product.name, language), sections, len(product.pictures), language in product.native_reviewed)


def meter(product: Product, languages: Iterable[str]) -> tuple[Completeness, ...]:
    """The completeness in each of these languages, in order."""
    return tuple(completeness(product, language) for language in languages)


def overall_percent(products: Sequence[Product], languages: Sequence[str]) -> int:
    """How complete the handbook of all these products is; 100 if there are none."""
    percents = [one.percent for product in products for one in meter(product, languages)]
    return sum(percents) // len(percents) if percents else 100
