"""Cards on the picture: their content, already chosen and formatted, and a drawn card."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from app.domain.program.command import DropOverlay, PutOverlay
from app.domain.program.overlay import OverlayAnimation


class CardKind(Enum):
    """The kinds of cards. A theme says where each is placed and how it moves in and out."""

    PRODUCT = "product"
    KEYWORD = "keyword"
    LOWER_THIRD = "lower_third"
    COUNTDOWN = "countdown"
    TICKER = "ticker"
    BADGE = "badge"
    QR = "qr"


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product on sale. Everything but the name may be empty; empty fields take no space.

    `was` is the compare-at price, `saving` a word or two on the picture's corner ("−20 %"), `left` the units in stock, `delivery` the
    delivery time. `picture` holds the bytes of a PNG, JPEG or WebP; an unreadable one is left out.
    """

    name: str
    price: str = ""
    was: str = ""
    left: str = ""
    keywords: tuple[str, ...] = ()  # the first three are shown
    delivery: str = ""
    saving: str = ""
    picture: bytes = b""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class KeywordOverlay:
    """The same few words in two languages, each in its own direction; `second` may be empty."""

    first: str
    first_language: str = "en"
    second: str = ""
    second_language: str = "en"


@dataclass(frozen=True, slots=True)
class LowerThird:
    """Who is speaking."""

    name: str
    role: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class CountdownOverlay:
    """Minutes and seconds left. The card keeps its size while they count down."""

    seconds: int
    title: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Ticker:
    """Lines that scroll along the bottom, one after the other, in a loop."""

    lines: tuple[str, ...]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class DisclosureBadge:
    """The ad disclosure in the market's required words."""

    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class QrCard:
    """A QR code (True = dark, no quiet zone) with a `title` above and the `address` below."""

    modules: tuple[tuple[bool, ...], ...]
    title: str = ""
    address: str = ""
    language: str = "en"


Card = ProductCard | KeywordOverlay | LowerThird | CountdownOverlay | Ticker | DisclosureBadge | QrCard

KIND_OF: Mapping[type[Card], CardKind] = {
    ProductCard: CardKind.PRODUCT,
    KeywordOverlay: CardKind.KEYWORD,
    LowerThird: CardKind.LOWER_THIRD,
    CountdownOverlay: CardKind.COUNTDOWN,
    Ticker: CardKind.TICKER,
    DisclosureBadge: CardKind.BADGE,
    QrCard: CardKind.QR,
}


@dataclass(frozen=True, slots=True)
class CardPicture:
    """A drawn card: straight RGBA, packed rows, even width and height. `x`, `y`: its top left corner in fractions of the canvas. The motion
    is the theme's, mirrored for right-to-left cards."""

    width: int
    height: int
    rgba: bytes
    x: float
    y: float
    enter: OverlayAnimation = OverlayAnimation.FADE
    leave: OverlayAnimation = OverlayAnimation.FADE
    duration_ms: int = 300
    scroll_px_per_s: float = 0.0


def show_card_command(overlay_id: str, picture: CardPicture) -> PutOverlay:
    """The command that shows the card, or replaces the one under this id."""
    return PutOverlay(
        overlay_id,
        picture.width,
        picture.height,
        picture.rgba,
        picture.x,
        picture.y,
        picture.enter,
        picture.duration_ms,
        picture.scroll_px_per_s,
    )


def hide_card_command(overlay_id: str, picture: CardPicture) -> DropOverlay:
    """The command that moves the card out as its theme says."""
    return DropOverlay(overlay_id, picture.leave, picture.duration_ms)
