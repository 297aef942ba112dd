"""Cards with text only: keywords in two languages, the lower third, the disclosure badge, the ticker."""

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QLinearGradient, QPainter, QPolygonF

from app.domain.base.localized_text import is_right_to_left
from app.domain.selling.card import CardKind, DisclosureBadge, KeywordOverlay, LowerThird, Ticker
from app.overlay.card_sheet import CardSheet, CardStyle, DrawnCard, Flow, colour, draw_border, draw_panel, draw_shadow, even, fill, rounded
from app.overlay.card_text import Align, Face, TextBlock, Type, fit_text

MOST_TICKER_PX = 24_000  # of one round; a line is truncated at a quarter of it, and lines beyond it are dropped


def _width(setting: CardStyle, kind: CardKind) -> float:
    return round(setting.shape.places[kind].width * setting.canvas.width)


def draw_keyword(card: KeywordOverlay, setting: CardStyle) -> DrawnCard:
    """Both languages one below the other, each in its own direction, with a thin line between."""
    sizes, colours, pad = setting.theme.sizes, setting.theme.colours, setting.pad
    side = pad * 1.9
    room = _width(setting, CardKind.KEYWORD) - 2 * side
    type_ = setting.type(Face.DISPLAY, sizes.keyword, card.first_language)
    first = fit_text(card.first, type_, room, lines=2, align=Align.CENTRE, tight=True)
    second = None
    if card.second.strip():
        second = fit_text(
            card.second,
            setting.type(Face.STRONG, sizes.second_keyword, card.second_language),
            room,
            lines=2,
            align=Align.CENTRE,
            tight=True,
        )
    bar = setting.px(setting.theme.form.bar)
    width = max(first.width, second.width if second else 0.0) + 2 * side
    gap = pad * 0.7
    height = pad * 0.9 + first.height + (gap * 1.2 + second.height if second else 0.0) + pad * 0.9
    body = QRectF(0, 0, math.ceil(width), math.ceil(height))
    sheet = CardSheet(body.width(), body.height(), setting.reach * 1.4)
    with sheet as painter:
        draw_panel(painter, body, setting)
        painter.save()
        painter.setClipPath(rounded(body, setting.radius))
        for edge in (0.0, body.width() - bar):
            painter.fillRect(QRectF(edge, 0, bar, body.height()), colour(colours.accent))
        painter.restore()
        y = pad * 0.9
        first.draw(painter, (body.width() - first.width) / 2, y, colour(colours.text))
        if second is not None:
            y += first.height + gap * 0.6
            _draw_fading_rule(painter, body, y, setting)
            second.draw(painter, (body.width() - second.width) / 2, y + gap * 0.6, colour(colours.price))
    return sheet.drawn


def _draw_fading_rule(painter: QPainter, body: QRectF, y: float, setting: CardStyle) -> None:
    """Draw a line that fades at both ends."""
    tint = colour(setting.theme.colours.accent)
    clear = colour(setting.theme.colours.accent)
    clear.setAlpha(0)
    gradient = QLinearGradient(body.left(), y, body.right(), y)
    for place, stop in ((0.12, clear), (0.5, tint), (0.88, clear)):
        gradient.setColorAt(place, stop)
    thick = max(1.5, setting.px(setting.theme.form.bar) * 0.32)
    painter.fillRect(QRectF(body.left(), y - thick / 2, body.width(), thick), gradient)


def draw_lower_third(card: LowerThird, setting: CardStyle) -> DrawnCard:
    """Name above role, with the accent where reading begins."""
    sizes, colours, pad = setting.theme.sizes, setting.theme.colours, setting.pad
    bar = setting.px(setting.theme.form.bar) * 1.25
    start, end = bar + pad * 1.15, pad * 1.6
    room = _width(setting, CardKind.LOWER_THIRD) - start - end
    name = fit_text(card.name, setting.type(Face.DISPLAY, sizes.person, card.language), room, tight=True)
    role = fit_text(card.role, setting.type(Face.TEXT, sizes.role, card.language), room, tight=True) if card.role.strip() else None
    content = max(name.width, role.width if role else 0.0)
    width = math.ceil(start + max(content, setting.px(0.2)) + end)
    above = pad * 0.62
    height = math.ceil(2 * above + name.height + (role.height if role else 0.0))
    flow = Flow(width, is_right_to_left(card.language))
    body = QRectF(0, 0, width, height)
    sheet = CardSheet(width, height, setting.reach * 1.4)
    with sheet as painter:
        draw_panel(painter, body, setting)
        painter.save()
        painter.setClipPath(rounded(body, setting.radius))
        painter.fillRect(flow.box(0, 0, bar, height), colour(colours.accent))
        painter.restore()
        name.draw(painter, flow.x(start, name.width), above, colour(colours.text))
        if role is not None:
            role.draw(painter, flow.x(start, role.width), above + name.height, colour(colours.muted))
    return sheet.drawn


def draw_badge(card: DisclosureBadge, setting: CardStyle) -> DrawnCard:
    """A small plate that is readable on any background."""
    colours, size = setting.theme.colours, setting.theme.sizes.badge
    inner = setting.px(size) * 0.72
    room = _width(setting, CardKind.BADGE) - 2 * inner
    block = fit_text(card.text, setting.type(Face.STRONG, size, card.language), room, lines=2, tight=True)
    width, height = math.ceil(block.width + 2 * inner), math.ceil(block.height + inner * 0.62)
    body = QRectF(0, 0, width, height)
    radius = min(height / 2, setting.radius * 0.75 + 2)
    sheet = CardSheet(width, height, setting.reach * 0.6)
    with sheet as painter:
        draw_shadow(painter, body, radius, setting.reach * 0.4, colour(colours.shadow))
        fill(painter, body, radius, colour(colours.badge))
        draw_border(painter, body, radius, colour(colours.border), setting.px(setting.theme.form.border))
        block.draw(painter, inner, (height - block.height) / 2, colour(colours.on_badge))
    return sheet.drawn


def draw_ticker(card: Ticker, setting: CardStyle) -> DrawnCard:
    """One round of the strip: wider than the canvas, with its end meeting its beginning."""
    colours, sizes = setting.theme.colours, setting.theme.sizes
    mirrored = is_right_to_left(card.language)
    type_ = setting.type(Face.TEXT, sizes.ticker, card.language)
    gap = setting.px(sizes.ticker) * 1.5
    lines = _ticker_lines(card, type_, 2 * gap)
    height = even(max((line.height for line in lines), default=setting.px(sizes.ticker)) + setting.pad * 0.9)
    once = sum(line.width + 2 * gap for line in lines)
    rounds = max(1, math.ceil(setting.canvas.width / once)) if once else 1
    width = even(once * rounds) if once else even(setting.canvas.width)
    sheet = CardSheet(width, height)
    with sheet as painter:
        painter.fillRect(QRectF(0, 0, width, height), colour(colours.ticker))
        painter.fillRect(QRectF(0, 0, width, max(2.0, setting.px(setting.theme.form.bar) * 0.45)), colour(colours.accent))
        start, flow = 0.0, Flow(width, mirrored)
        for _ in range(rounds):
            for line in lines:
                middle = height / 2 + 1
                line.draw(painter, flow.x(start + 0.5 * gap, line.width), middle - line.height / 2, colour(colours.on_ticker))
                _draw_diamond(painter, QPointF(flow.x(start + line.width + 1.5 * gap, 0), middle), setting)
                start += line.width + 2 * gap
    return sheet.drawn


def _ticker_lines(card: Ticker, type_: Type, gaps: float) -> list[TextBlock]:
    """As many lines as fit into one round."""
    lines: list[TextBlock] = []
    room = float(MOST_TICKER_PX)
    for line in card.lines:
        if not line.strip():
            continue
        block = fit_text(line, type_, MOST_TICKER_PX / 4, tight=True)
        room -= block.width + gaps
        if room < 0:
            break
        lines.append(block)
    return lines


def _draw_diamond(painter: QPainter, centre: QPointF, setting: CardStyle) -> None:
    half = setting.px(setting.theme.sizes.ticker) * 0.19
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(setting.theme.colours.accent))
    corners = [centre + QPointF(0, -half), centre + QPointF(half, 0), centre + QPointF(0, half), centre + QPointF(-half, 0)]
    painter.drawPolygon(QPolygonF(corners))
