"""Cards with figures: the countdown and the QR code."""

import math
from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPen

from app.domain.selling.card import CardKind, CountdownOverlay, QrCard
from app.overlay.card_sheet import CardSheet, CardStyle, DrawnCard, colour, draw_panel, fill
from app.overlay.card_text import Align, Face, TextBlock, fit_text

QUIET_ZONE = 4  # modules; required by ISO/IEC 18004
MOST_HOURS = 99


def clock_text(seconds: int) -> str:
    """ "mm:ss", or "h:mm:ss" from an hour on; never below zero."""
    seconds = min(max(0, seconds), MOST_HOURS * 3600 + 3599)
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours}:{minutes:02}:{seconds % 60:02}" if hours else f"{minutes:02}:{seconds % 60:02}"


def draw_countdown(card: CountdownOverlay, setting: CardStyle) -> DrawnCard:
    """Each digit has its own tile, so that nothing moves when digits change. Clocks run left to right in every language."""
    sizes, colours, pad = setting.theme.sizes, setting.theme.colours, setting.pad
    font = setting.type(Face.DISPLAY, sizes.digits, "en").font("0")
    metrics = QFontMetricsF(font)
    digit = max(metrics.horizontalAdvance(figure) for figure in "0123456789")
    cap = metrics.capHeight() or metrics.ascent() * 0.7
    tile_width, tile_height = math.ceil(digit * 1.42), math.ceil(cap * 1.95)
    gap, colon = max(2, round(tile_width * 0.11)), math.ceil(digit * 0.62)
    face = clock_text(card.seconds)
    clock_width = sum(colon if figure == ":" else tile_width for figure in face) + gap * (len(face) - 1)
    room = max(_room(setting, CardKind.COUNTDOWN) - 2 * pad, clock_width)
    title = _title(card.title, card.language, setting, room)
    width = math.ceil(max(clock_width, title.width if title else 0.0) + 2 * pad)
    above = pad * 0.8
    clock_top = above + (title.height + pad * 0.25 if title else 0.0)
    height = math.ceil(clock_top + tile_height + pad * 0.9)
    sheet = CardSheet(width, height, setting.reach * 1.4)
    with sheet as painter:
        draw_panel(painter, QRectF(0, 0, width, height), setting)
        if title is not None:
            title.draw(painter, (width - title.width) / 2, above, colour(colours.text))
        x = (width - clock_width) / 2
        for figure in face:
            step = colon if figure == ":" else tile_width
            box = QRectF(x, clock_top, step, tile_height)
            if figure == ":":
                _draw_colon(painter, box, setting)
            else:
                fill(painter, box, min(setting.radius * 0.5, tile_width * 0.2), colour(colours.tile))
                painter.setFont(font)
                painter.setPen(QPen(colour(colours.on_tile)))
                left = box.center().x() - metrics.horizontalAdvance(figure) / 2
                painter.drawText(QPointF(left, box.center().y() + cap / 2), figure)
                _draw_fold(painter, box, setting)
            x += step + gap
    return sheet.drawn


def _draw_fold(painter: QPainter, box: QRectF, setting: CardStyle) -> None:
    """Draw the line across the middle where a flip clock's plates fold."""
    line = max(1.0, box.height() * 0.018)
    tint = colour(setting.theme.colours.panel_end)
    tint.setAlphaF(0.28)
    painter.fillRect(QRectF(box.left(), round(box.center().y() - line / 2), box.width(), line), tint)


def _draw_colon(painter: QPainter, box: QRectF, setting: CardStyle) -> None:
    half = box.width() * 0.15
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(colour(setting.theme.colours.accent))
    for down in (0.34, 0.66):
        painter.drawEllipse(QPointF(box.center().x(), box.top() + box.height() * down), half, half)


def _room(setting: CardStyle, kind: CardKind) -> float:
    return round(setting.shape.places[kind].width * setting.canvas.width)


def _title(text: str, language: str, setting: CardStyle, room: float) -> TextBlock | None:
    if not text.strip():
        return None
    return fit_text(text, setting.type(Face.STRONG, setting.theme.sizes.title, language), room, lines=2, align=Align.CENTRE, tight=True)


def draw_qr(card: QrCard, setting: CardStyle) -> DrawnCard:
    """Black on white in every theme, because phones have to read it; whole pixels per module."""
    colours, pad = setting.theme.colours, setting.pad
    count = len(card.modules) + 2 * QUIET_ZONE
    inset = round(pad * 0.6)
    module = max(2, int((_room(setting, CardKind.QR) - 2 * inset) // count))
    tile = module * count
    width = tile + 2 * inset
    title = _title(card.title, card.language, setting, width - pad)
    address = None
    if card.address.strip():
        address_type = setting.type(Face.TEXT, setting.theme.sizes.small * 0.86, "en")
        address = fit_text(card.address, address_type, width - pad, align=Align.CENTRE, tight=True)
    tile_top = inset + (title.height + inset * 0.5 if title else 0.0)
    height = math.ceil(tile_top + tile + (address.height + inset * 0.6 if address else 0.0) + inset)
    sheet = CardSheet(width, height, setting.reach * 1.4)
    with sheet as painter:
        draw_panel(painter, QRectF(0, 0, width, height), setting)
        if title is not None:
            title.draw(painter, (width - title.width) / 2, inset, colour(colours.text))
        top = round(tile_top)
        fill(painter, QRectF(inset, top, tile, tile), max(2.0, setting.radius - inset * 0.6), colour("#ffffff"))
        draw_qr_modules(painter, card.modules, inset + QUIET_ZONE * module, top + QUIET_ZONE * module, module)
        if address is not None:
            address.draw(painter, (width - address.width) / 2, top + tile + inset * 0.6, colour(colours.muted))
    return sheet.drawn


def draw_qr_modules(painter: QPainter, modules: Sequence[Sequence[bool]], left: int, top: int, module: int) -> None:
    """Draw the dark modules of a code, each `module` pixels large."""
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, False)
    ink = colour("#0b0f14")
    for row, line in enumerate(modules):
        start = 0
        while start < len(line):  # dark runs as one rectangle
            end = start
            while end < len(line) and line[end]:
                end += 1
            if end > start:
                painter.fillRect(left + start * module, top + row * module, (end - start) * module, module, ink)
            start = max(end, start + 1)
    painter.restore()
