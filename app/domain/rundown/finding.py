"""Findings of the checks: codes and values, and where in a show a text is."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, is_dataclass, replace
from enum import Enum
from typing import Any

from app.domain.base.localized_text import LocalizedText, with_text
from app.domain.base.money import Money
from app.domain.catalogue.market import Level
from app.domain.catalogue.product import Product
from app.domain.rundown.rundown import Segment

Fact = bool | int | float | str | Money | LocalizedText


class Subject(Enum):
    """What a finding is about."""

    SHOW = "show"
    SEGMENT = "segment"
    PRODUCT = "product"
    CARD = "card"
    COUPON = "coupon"
    MARKET = "market"
    AIRING = "airing"  # the id is an Occurrence.key
    MESSAGE = "message"  # a chat message about to be sent; it has no id


@dataclass(frozen=True, slots=True)
class Finding:
    """`where` is the path of a text within its subject ("points/p1/keyword"), `language` which of its translations; `fix` names a fix.

    Values under "market", "markets", "language" and "languages" are space-separated ids and tags; under "names" names, one per line; under
    "date" and "time" ISO dates and wall-clock times.
    """

    code: str
    level: Level
    subject: Subject
    id: str = ""
    data: Mapping[str, Fact] = field(default_factory=dict)
    where: str = ""
    language: str = ""
    fix: str = ""


def product_texts(product: Product) -> Iterator[tuple[str, LocalizedText]]:
    """(path, words) of what viewers and hosts read about a product."""
    yield "name", product.name
    yield "unit", product.unit
    yield "pain_point", product.pain_point
    for point in product.points:
        yield f"points/{point.id}/text", point.text
        yield f"points/{point.id}/keyword", point.keyword
    for number, scenario in enumerate(product.scenarios):
        yield f"scenarios/{number}", scenario
    for number, answer in enumerate(product.faq):
        yield f"faq/{number}/question", answer.question
        yield f"faq/{number}/answer", answer.answer
    for number, row in enumerate(product.comparisons):
        yield f"comparisons/{number}/theirs", row.theirs
        yield f"comparisons/{number}/ours", row.ours
    for number, claim in enumerate(product.claims):
        yield f"claims/{number}/text", claim.text
    yield "return_rule", product.return_rule


def segment_texts(segment: Segment, host_language: str) -> Iterator[tuple[str, LocalizedText]]:
    """(path, words) of what a host says in a segment; its title is in the host's language."""
    yield "title", {host_language: segment.title}
    for cue in segment.cues:
        yield f"cues/{cue.id}/text", cue.text
    yield "script", segment.script


def words_at(subject: Any, where: str) -> LocalizedText | str:
    """The words at a path of a product, segment, card, coupon or show; raises LookupError if there are none."""
    found = subject
    for part in where.split("/"):
        found = _step(found, part)
    if isinstance(found, str | Mapping):
        return found
    raise LookupError(where)


def _step(value: Any, part: str) -> Any:
    if isinstance(value, tuple):
        return value[_index(value, part)]
    if not is_dataclass(value) or not hasattr(value, part):
        raise LookupError(part)
    return getattr(value, part)


def _index(many: tuple[Any, ...], part: str) -> int:
    """The item of a list by id, or by number if items have no id."""
    for number, one in enumerate(many):
        if getattr(one, "id", None) == part:
            return number
    if part.isdigit() and int(part) < len(many):
        return int(part)
    raise LookupError(part)


def with_words_at(subject: Any, where: str, language: str, text: str) -> Any:
    """A copy of the product, segment, card, coupon or show with this text at a path; raises LookupError if there is no such path."""
    part, _, rest = where.partition("/")
    if not part:
        return text if isinstance(subject, str) else with_text(subject, language, text)
    inner = with_words_at(_step(subject, part), rest, language, text)
    if isinstance(subject, tuple):
        index = _index(subject, part)
        return (*subject[:index], inner, *subject[index + 1 :])
    return replace(subject, **{part: inner})
