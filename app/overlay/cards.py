"""Draws cards by a theme and places them on the canvas."""

from collections.abc import Callable, Mapping
from typing import Any

from PySide6.QtGui import QImage

from app.domain.base.localized_text import is_right_to_left
from app.domain.program.output import Canvas
from app.domain.program.overlay import mirrored
from app.domain.selling.card import (
    KIND_OF,
    Card,
    CardKind,
    CardPicture,
    CountdownOverlay,
    DisclosureBadge,
    KeywordOverlay,
    LowerThird,
    ProductCard,
    QrCard,
    Ticker,
)
from app.domain.selling.card_theme import CardPlace, CardTheme, HorizontalPlace, SafeArea, VerticalPlace
from app.overlay.card_sheet import CardStyle, DrawnCard
from app.overlay.figure_cards import draw_countdown, draw_qr
from app.overlay.product_card import draw_product
from app.overlay.text_cards import draw_badge, draw_keyword, draw_lower_third, draw_ticker

_DRAWN_BY: Mapping[type[Card], Callable[[Any, CardStyle], DrawnCard]] = {
    ProductCard: draw_product,
    KeywordOverlay: draw_keyword,
    LowerThird: draw_lower_third,
    CountdownOverlay: draw_countdown,
    Ticker: draw_ticker,
    DisclosureBadge: draw_badge,
    QrCard: draw_qr,
}


def draw_card(card: Card, theme: CardTheme, canvas: Canvas) -> CardPicture:
    """The card's picture and its place on the canvas; needs a QGuiApplication (see `offscreen`).

    Right-to-left cards are mirrored: their layout, their side, and the direction they come from.
    """
    setting = CardStyle(theme, canvas)
    kind = KIND_OF[type(card)]
    drawn = _DRAWN_BY[type(card)](card, setting)
    mirror = is_right_to_left(_language(card))
    x, y = _placed(drawn, setting.shape.places[kind], setting.shape.safe, canvas, mirror=mirror)
    straight = drawn.image.convertToFormat(QImage.Format.Format_RGBA8888)
    motion = theme.motions[kind]
    speed = _ticker_speed(theme, canvas) if kind is CardKind.TICKER else 0.0
    return CardPicture(
        straight.width(),
        straight.height(),
        bytes(straight.constBits()),
        x / canvas.width,
        y / canvas.height,
        mirrored(motion.enter) if mirror else motion.enter,
        mirrored(motion.leave) if mirror else motion.leave,
        motion.duration_ms,
        -speed if mirror else speed,
    )


def _language(card: Card) -> str:
    return card.first_language if isinstance(card, KeywordOverlay) else card.language


def _ticker_speed(theme: CardTheme, canvas: Canvas) -> float:
    """Whole pixels per frame, an even number if it runs fast enough, so that letters move smoothly."""
    a_picture = theme.ticker_speed * canvas.height / canvas.fps
    steps = max(1, round(a_picture)) if a_picture < 3 else round(a_picture / 2) * 2
    return float(steps * canvas.fps)


def _placed(drawn: DrawnCard, place: CardPlace, safe: SafeArea, canvas: Canvas, *, mirror: bool) -> tuple[int, int]:
    """The image's top left corner in even pixels: the body goes to its place, the shadow around it."""
    left, right = (0.0, 0.0) if place.bleed else (safe.left * canvas.width, safe.right * canvas.width)
    top, bottom = (0.0, 0.0) if place.bleed else (safe.top * canvas.height, safe.bottom * canvas.height)
    lift = place.lift * canvas.height
    body = drawn.body
    across = place.across
    if mirror and across is not HorizontalPlace.CENTRE:
        across = HorizontalPlace.END if across is HorizontalPlace.START else HorizontalPlace.START
    x = {
        HorizontalPlace.START: left,
        HorizontalPlace.CENTRE: (left + canvas.width - right - body.width()) / 2,
        HorizontalPlace.END: canvas.width - right - body.width(),
    }[across]
    y = {
        VerticalPlace.TOP: top + lift,
        VerticalPlace.MIDDLE: (top + canvas.height - bottom - body.height()) / 2 + lift,
        VerticalPlace.BOTTOM: canvas.height - bottom - lift - body.height(),
    }[place.down]
    return round((x - body.left()) / 2) * 2, round((y - body.top()) / 2) * 2
