"""Cards that viewers see on the picture: what stands on each kind, chosen and formatted already, and a card as it was drawn."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum

from app.domain.program.command import DropOverlay, PutOverlay
from app.domain.program.overlay import OverlayAnimation


class CardKind(Enum):
    """The kinds; a theme says of each where it stands and how it comes and goes."""

    PRODUCT = "product"
    KEYWORD = "keyword"
    LOWER_THIRD = "lower_third"
    COUNTDOWN = "countdown"
    TICKER = "ticker"
    BADGE = "badge"
    QR = "qr"


@dataclass(frozen=True, slots=True)
class ProductCard:
    """A product on sale. Everything but the name may be empty and then leaves no hole.

    `was` is the price that is crossed out, `saving` a word or two on the picture's corner ("−20 %"), `left` the units that are really
    left, `delivery` when it comes. `picture` holds the bytes of a PNG, JPEG or WebP; one that cannot be read is left out.
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
    """The same few words in two languages at once, each in its own direction; `second` may be empty."""

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
    """Minutes and seconds that are left; the card keeps its size while they run down."""

    seconds: int
    title: str = ""
    language: str = "en"


@dataclass(frozen=True, slots=True)
class Ticker:
    """Lines that run along the bottom, one after the other and round again."""

    lines: tuple[str, ...]
    language: str = "en"


@dataclass(frozen=True, slots=True)
class DisclosureBadge:
    """That this is advertising, in the words that the market asks for."""

    text: str
    language: str = "en"


@dataclass(frozen=True, slots=True)
class QrCard:
    """A QR code, True = dark, without its quiet zone; `title` above says what for, `address` below where to."""

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
    """A drawn card: straight RGBA, rows packed, both sides even; `x`, `y` of its top left corner in fractions of the canvas, and how the
    theme lets it come and go (mirrored already where the card is read from right to left)."""

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
    """The command that shows it, or exchanges what is shown under this id."""
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
    """The command that lets it leave as its theme says."""
    return DropOverlay(overlay_id, picture.leave, picture.duration_ms)
