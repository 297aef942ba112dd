"""Search in a product's questions and answers."""

from collections.abc import Sequence

from app.domain.catalogue.product import Answer


def find_answers(faq: Sequence[Answer], typed: str, limit: int = 6) -> tuple[Answer, ...]:
    """Questions and answers, in any language, that contain every typed word. Matches in the question come first."""
    words = typed.casefold().split()
    if not words:
        return tuple(faq[:limit])
    ranked = []
    for place, one in enumerate(faq):
        question = "\n".join(one.question.values()).casefold()
        whole = "\n".join((question, *one.answer.values())).casefold()
        if all(word in whole for word in words):
            ranked.append((not all(word in question for word in words), place, one))
    ranked.sort(key=lambda found: found[:2])
    return tuple(one for _, _, one in ranked[:limit])
