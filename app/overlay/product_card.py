"""The product card: picture, name, keywords, price, stock left and delivery."""

from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from app.domain.base.localized_text import is_right_to_left
from app.domain.selling.card import CardKind, ProductCard
from app.domain.selling.card_theme import ProductLayout
from app.overlay.card_picture import decode_picture, draw_picture
from app.overlay.card_sheet import CardSheet, CardStyle, DrawnCard, Flow, colour, draw_dot, draw_panel, draw_parcel, fill, rounded
from app.overlay.card_text import Face, TextBlock, fit_text

MOST_KEYWORDS = 3
MOST_CHIP_ROWS = 2


@dataclass(frozen=True, slots=True)
class _Chip:
    block: TextBlock
    start: float
    top: float
    width: float


@dataclass(slots=True)
class _ProductText:
    """The text column beside the picture; tops are relative to the column."""

    width: float
    name: TextBlock
    chips: list[_Chip] = field(default_factory=list)
    chip_height: float = 0.0
    chips_top: float = 0.0
    price: TextBlock | None = None
    was: TextBlock | None = None
    was_beside: bool = True
    price_top: float = 0.0
    notes: list[tuple[TextBlock, bool]] = field(default_factory=list)  # (text, whether it is the stock left)
    notes_top: float = 0.0
    height: float = 0.0


class _ProductTextLayout:
    """Lays out the texts of one card."""

    def __init__(self, card: ProductCard, setting: CardStyle, width: float, *, name_lines: int) -> None:
        self._card = card
        self._setting = setting
        self._sizes = setting.theme.sizes
        self._gap = setting.pad * 0.55
        self.words = _ProductText(width, self._set(card.name, Face.DISPLAY, self._sizes.name, width, lines=name_lines, tight=True))
        self._top = self.words.name.height
        self._set_chips()
        self._set_price()
        self._set_notes()
        self.words.height = self._top

    def _set(self, text: str, face: Face, size: float, width: float, *, lines: int = 1, tight: bool = False) -> TextBlock:
        return fit_text(text, self._setting.type(face, size, self._card.language), width, lines=lines, tight=tight)

    def _set_chips(self) -> None:
        keywords = [text for text in self._card.keywords if text.strip()][:MOST_KEYWORDS]
        if not keywords:
            return
        words, inner = self.words, self._setting.px(self._sizes.chip) * 0.55
        words.chips_top = self._top + self._gap * 0.9
        gap, start, row = self._gap * 0.6, 0.0, 0
        for text in keywords:
            block = self._set(text, Face.STRONG, self._sizes.chip, words.width - 2 * inner, tight=True)
            width = block.width + 2 * inner
            words.chip_height = max(words.chip_height, block.height + inner * 0.5)
            if start and start + width > words.width:
                start, row = 0.0, row + 1
            if row >= MOST_CHIP_ROWS:
                break
            words.chips.append(_Chip(block, start, row, width))
            start += width + gap
        step = words.chip_height + gap
        words.chips = [_Chip(chip.block, chip.start, chip.top * step, chip.width) for chip in words.chips]
        self._top = words.chips_top + words.chips[-1].top + words.chip_height

    def _set_price(self) -> None:
        card, words = self._card, self.words
        if not card.price.strip():
            return
        words.price_top = self._top + self._gap * 0.6
        words.price = self._set(card.price, Face.DISPLAY, self._sizes.price, words.width, tight=True)
        height = words.price.height
        if card.was.strip():
            words.was = self._set(card.was, Face.TEXT, self._sizes.small * 1.08, words.width, tight=True)
            words.was_beside = words.price.width + self._gap * 1.4 + words.was.width <= words.width
            height += 0.0 if words.was_beside else words.was.height * 0.8
        self._top = words.price_top + height * 0.97

    def _set_notes(self) -> None:
        card, words = self._card, self.words
        lines = [(card.left, True), (card.delivery, False)]
        room = words.width - self.sign_width
        words.notes_top = self._top + self._gap * 0.55
        for text, is_left in lines:
            if text.strip():
                face = Face.STRONG if is_left else Face.TEXT
                words.notes.append((self._set(text, face, self._sizes.small, room, lines=1 if is_left else 2), is_left))
        if words.notes:
            self._top = words.notes_top + sum(block.height * 1.04 for block, _ in words.notes)

    @property
    def sign_width(self) -> float:
        return self._setting.px(self._sizes.small) * 1.35


def _draw_words(painter: QPainter, words: _ProductText, setting: CardStyle, flow: Flow, start: float, top: float) -> None:
    """Draw the column at `start` and `top`."""
    colours = setting.theme.colours
    words.name.draw(painter, flow.x(start, words.name.width), top, colour(colours.text))
    for chip in words.chips:
        box = flow.box(start + chip.start, top + words.chips_top + chip.top, chip.width, words.chip_height)
        fill(painter, box, min(box.height() / 2, setting.radius * 0.7 + 2), colour(colours.chip))
        inner = (chip.width - chip.block.width) / 2
        chip.block.draw(painter, box.left() + inner, box.center().y() - chip.block.height / 2, colour(colours.on_chip))
    if words.price is not None:
        _draw_price(painter, words, words.price, setting, flow, start, top + words.price_top)
    y = top + words.notes_top
    sign = setting.px(setting.theme.sizes.small)
    for block, is_left in words.notes:
        first = min(block.height, sign * 1.36)
        box = flow.box(start, y + first / 2 - sign / 2, sign, sign)
        if is_left:
            draw_dot(painter, box.center(), sign, colour(colours.left))
        else:
            draw_parcel(painter, box.adjusted(sign * 0.06, sign * 0.06, -sign * 0.06, -sign * 0.06), colour(colours.muted))
        x = flow.x(start + sign * 1.35, block.width)
        block.draw(painter, x, y, colour(colours.left if is_left else colours.muted))
        y += block.height * 1.04


def _draw_price(painter: QPainter, words: _ProductText, price: TextBlock, setting: CardStyle, flow: Flow, start: float, top: float) -> None:
    colours, was = setting.theme.colours, words.was
    if was is not None and not words.was_beside:
        _draw_crossed_out(painter, was, flow.x(start, was.width), top, setting)
        top += was.height * 0.8
    price.draw(painter, flow.x(start, price.width), top, colour(colours.price))
    if was is not None and words.was_beside:
        x = flow.x(start + price.width + setting.pad * 0.6, was.width)
        _draw_crossed_out(painter, was, x, top + price.ascent - was.ascent, setting)


def _draw_crossed_out(painter: QPainter, was: TextBlock, x: float, y: float, setting: CardStyle) -> None:
    muted = colour(setting.theme.colours.muted)
    was.draw(painter, x, y, muted)
    line = max(1.5, was.height * 0.055)
    pen = QPen(muted, line)
    pen.setCapStyle(Qt.PenCapStyle.RoundCap)
    painter.setPen(pen)
    middle = y + was.ascent * 0.69
    painter.drawLine(QLineF(x + 1, middle, x + was.width - 1, middle))


def _draw_saving(painter: QPainter, card: ProductCard, setting: CardStyle, flow: Flow, tile: QRectF, most: float) -> None:
    """Draw the saving on the picture's corner where reading begins."""
    if not card.saving.strip():
        return
    size = setting.theme.sizes.chip * 1.08
    inner = setting.px(size) * 0.55
    block = fit_text(card.saving, setting.type(Face.STRONG, size, card.language), most - 2 * inner, tight=True)
    width, height = block.width + 2 * inner, block.height + inner * 0.5
    inset = setting.pad * 0.55
    left = tile.right() - inset - width if flow.mirrored else tile.left() + inset
    box = QRectF(left, tile.top() + inset, width, height)
    fill(painter, box, min(height / 2, setting.radius * 0.7 + 2), colour(setting.theme.colours.saving))
    block.draw(painter, box.left() + inner, box.center().y() - block.height / 2, colour(setting.theme.colours.on_saving))


def draw_product(card: ProductCard, setting: CardStyle) -> DrawnCard:
    """A column or a row, depending on the canvas's shape; without a picture, only the text."""
    width = round(setting.shape.places[CardKind.PRODUCT].width * setting.canvas.width)
    image = decode_picture(card.picture, width)
    if image is None:
        return _draw_plain(card, setting, width)
    if setting.shape.product is ProductLayout.COLUMN:
        return _draw_column(card, setting, width, image)
    return _draw_row(card, setting, width, image)


def _flow(card: ProductCard, width: float) -> Flow:
    return Flow(width, is_right_to_left(card.language))


def _draw_plain(card: ProductCard, setting: CardStyle, width: float) -> DrawnCard:
    pad, flow = setting.pad, _flow(card, width)
    words = _ProductTextLayout(card, setting, width - 2 * pad - setting.px(setting.theme.form.bar), name_lines=2).words
    height = words.height + 1.8 * pad
    body = QRectF(0, 0, width, height)
    sheet = CardSheet(width, height, setting.reach * 1.4)
    with sheet as painter:
        draw_panel(painter, body, setting)
        painter.save()
        painter.setClipPath(rounded(body, setting.radius))
        bar = setting.px(setting.theme.form.bar)
        painter.fillRect(flow.box(0, 0, bar, height), colour(setting.theme.colours.accent))
        painter.restore()
        _draw_words(painter, words, setting, flow, pad + bar, pad * 0.85)
    return sheet.drawn


def _draw_column(card: ProductCard, setting: CardStyle, width: float, image: QImage) -> DrawnCard:
    pad, flow = setting.pad, _flow(card, width)
    words = _ProductTextLayout(card, setting, width - 2 * pad, name_lines=2).words
    safe = setting.shape.safe
    room = setting.canvas.height * (1.0 - safe.top - safe.bottom)
    inset = round(setting.px(setting.theme.form.border) + pad * 0.42)
    picture = round(max(width * 0.45, min(width * 0.82, room - words.height - 2 * pad)))
    height = inset + picture + pad * 0.75 + words.height + pad
    body = QRectF(0, 0, width, height)
    tile = QRectF(inset, inset, width - 2 * inset, picture)
    sheet = CardSheet(width, height, setting.reach * 1.4)
    with sheet as painter:
        draw_panel(painter, body, setting)
        draw_picture(painter, image, tile, max(2.0, setting.radius - inset * 0.6), colour(setting.theme.colours.tile))
        _draw_saving(painter, card, setting, flow, tile, tile.width() * 0.8)
        _draw_words(painter, words, setting, flow, pad, tile.bottom() + pad * 0.75)
    return sheet.drawn


def _draw_row(card: ProductCard, setting: CardStyle, width: float, image: QImage) -> DrawnCard:
    pad, flow = setting.pad, _flow(card, width)
    inset = round(setting.px(setting.theme.form.border) + pad * 0.5)
    side = round(width * 0.31)
    words = _ProductTextLayout(card, setting, width - side - 2 * pad - inset, name_lines=2).words
    height = max(side + 2 * inset, words.height + 1.7 * pad)
    body = QRectF(0, 0, width, height)
    tile = flow.box(inset, inset, side, height - 2 * inset)
    sheet = CardSheet(width, height, setting.reach * 1.4)
    with sheet as painter:
        draw_panel(painter, body, setting)
        draw_picture(painter, image, tile, max(2.0, setting.radius - inset * 0.6), colour(setting.theme.colours.tile))
        _draw_saving(painter, card, setting, flow, tile, tile.width() * 0.9)
        _draw_words(painter, words, setting, flow, inset + side + pad, (height - words.height) / 2)
    return sheet.drawn
