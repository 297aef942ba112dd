"""What the window calls the columns of imported tables."""

from collections.abc import Mapping

from app.domain.base.localized_text import pick
from app.domain.tables.product_columns import Of
from app.domain.tables.table import Use
from app.ui.context import WindowContext
from app.ui.kit.language import tr


def product_titles() -> Mapping[str, str]:
    """The fields of products."""
    point, keyword = tr("Import", "Selling point {number}"), tr("Import", "Keyword {number}")
    numbered = {
        f"{field}{number}": words.format(number=number) for number in (1, 2, 3) for field, words in (("point", point), ("keyword", keyword))
    }
    return {
        "id": tr("Import", "Tradewind ID"),
        "sku": tr("Product", "SKU"),
        "name": tr("Product", "Name"),
        "category": tr("Product", "Category"),
        "role": tr("Product", "Role in the show"),
        "price_band": tr("Product", "Price range"),
        "pain_point": tr("Product", "Problem it solves"),
        "audience": tr("Product", "Target customers"),
        **numbered,
        "price": tr("Product", "Price"),
        "was": tr("Product", "Compare-at price"),
        "unit_cost": tr("Product", "Unit cost"),
        "unit": tr("Product", "Unit"),
        "stock": tr("Product", "Stock"),
        "delivery": tr("Import", "Delivery days"),
        "freight": tr("Product", "Shipping cost"),
        "return_freight": tr("Product", "Return shipping"),
        "duty": tr("Product", "Duty %"),
        "return_rule": tr("Product", "Returns"),
        "link": tr("Product", "Buy link"),
        "scenarios": tr("Product", "Use cases"),
        "questions": tr("Product", "Questions"),
        "answers": tr("Import", "Answers"),
        "competitors": tr("Import", "Competitors"),
        "theirs": tr("Product", "Theirs"),
        "ours": tr("Product", "Ours"),
        "claims": tr("Product", "Claims"),
        "evidence": tr("Product", "Proof"),
        "size_chart": tr("Product", "Size chart"),
        "pictures": tr("Product", "Pictures"),
        "native_reviewed": tr("Import", "Reviewed by native speakers (languages)"),
    }


def segment_titles() -> Mapping[str, str]:
    """The fields of segments."""
    return {
        "id": tr("Import", "Tradewind ID"),
        "title": tr("Import", "Title"),
        "act": tr("Import", "Act"),
        "minutes": tr("Import", "Minutes"),
        "product": tr("Import", "Product"),
        "role": tr("Product", "Role in the show"),
        "backup": tr("Import", "Backup product"),
        "cues": tr("Import", "Cues"),
        "scene": tr("Import", "Scene"),
        "host": tr("Import", "Host"),
        "interpreter": tr("Import", "Interpreter"),
        "needs_interpreter": tr("Import", "Needs an interpreter"),
        "share_moment": tr("Import", "Share prompt"),
        "countdown": tr("Import", "Countdown"),
        "draw": tr("Import", "Prize draw"),
        "script": tr("Import", "Full script"),
        "note": tr("Import", "Note"),
    }


def order_titles() -> Mapping[str, str]:
    """The fields of orders."""
    return {
        "order": tr("Import", "Order number"),
        "product": tr("Product", "SKU"),
        "product_name": tr("Import", "Product name"),
        "units": tr("Import", "Units"),
        "amount": tr("Import", "Line total"),
        "unit_price": tr("Import", "Unit price"),
        "total": tr("Import", "Order total"),
        "refunded": tr("Import", "Refunded"),
        "status": tr("Import", "Order status"),
        "cancelled": tr("Import", "Cancelled at"),
        "currency": tr("Import", "Currency"),
        "time": tr("Import", "Time"),
    }


def title_of(use: Use, titles: Mapping[str, str], of: Of, context: WindowContext) -> str:
    """A field with its language, market or place: "Name · English"."""
    title = titles[use.field]
    if not use.of:
        return title
    if of is Of.LANGUAGE:
        return f"{title} · {context.formats.language_name(use.of, context.language)}"
    market = next((market for market in context.studio.document.show.markets if market.id == use.of), None)
    return f"{title} · {pick(market.name, (context.language,))[0] or use.of}" if market is not None else f"{title} · {use.of}"
