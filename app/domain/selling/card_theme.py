"""How cards look, as data: colours, sizes, places and motion. A theme is one file in resources/cards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from app.domain.program.output import Canvas
from app.domain.program.overlay import OverlayAnimation
from app.domain.selling.card import Card, CardKind, CardPicture

_WIDE_FROM, _TALL_TO = 1.25, 0.8  # width / height


class CanvasShape(Enum):
    """Canvas shapes that have their own places and safe areas: about 16:9, 1:1 and 9:16."""

    WIDE = "wide"
    SQUARE = "square"
    TALL = "tall"


def shape_of(canvas: Canvas) -> CanvasShape:
    """The shape that fits this canvas best."""
    ratio = canvas.width / canvas.height
    if ratio >= _WIDE_FROM:
        return CanvasShape.WIDE
    return CanvasShape.TALL if ratio <= _TALL_TO else CanvasShape.SQUARE


class HorizontalPlace(Enum):
    """The horizontal place. START is the left edge, or the right edge for right-to-left cards."""

    START = "start"
    CENTRE = "centre"
    END = "end"


class VerticalPlace(Enum):
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class ProductLayout(Enum):
    """COLUMN: the picture above the text; ROW: beside it."""

    COLUMN = "column"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class CardColours:
    """Each "#rrggbb" or "#rrggbbaa"."""

    panel: str  # a card's background, at the top
    panel_end: str  # and at the bottom
    border: str
    shadow: str
    text: str
    muted: str
    accent: str
    on_accent: str
    price: str
    left: str  # units left
    chip: str
    on_chip: str
    tile: str  # behind product pictures and countdown digits
    on_tile: str
    saving: str
    on_saving: str
    badge: str
    on_badge: str
    ticker: str
    on_ticker: str


@dataclass(frozen=True, slots=True)
class CardForm:
    """Lengths in fractions of the canvas height, times the shape's `scale`."""

    radius: float
    border: float
    shadow: float  # shadow size; 0 = none
    padding: float
    bar: float  # width of the accent


@dataclass(frozen=True, slots=True)
class CardSizes:
    """Text sizes in fractions of the canvas height, times the shape's `scale`."""

    name: float
    price: float
    small: float  # compare-at price, units left, delivery
    chip: float
    keyword: float
    second_keyword: float
    person: float
    role: float
    digits: float
    title: float
    ticker: float
    badge: float


@dataclass(frozen=True, slots=True)
class CardFonts:
    """Font families by preference: the first installed one is used, else the system's. `display` is for names, prices, keywords and digits.
    `serif`: the family has serifs, and so have the fonts used with it for other scripts."""

    text: tuple[str, ...] = ()
    display: tuple[str, ...] = ()
    serif: bool = False


@dataclass(frozen=True, slots=True)
class SafeArea:
    """Margins that cards keep from each side, in fractions of the canvas."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where a kind of card goes within the safe area, and its largest width as a fraction of the canvas width. `lift` moves it away from
    its edge by a fraction of the canvas height. `bleed`: it ignores the safe area."""

    across: HorizontalPlace
    down: VerticalPlace
    width: float
    lift: float = 0.0
    bleed: bool = False


@dataclass(frozen=True, slots=True)
class CardMotion:
    enter: OverlayAnimation
    leave: OverlayAnimation
    duration_ms: int


@dataclass(frozen=True, slots=True)
class ShapeTheme:
    """The part of a theme that depends on the canvas shape."""

    scale: float
    safe: SafeArea
    product: ProductLayout
    places: Mapping[CardKind, CardPlace]


@dataclass(frozen=True, slots=True)
class CardTheme:
    """One theme. `id` is its file name without the suffix; `ticker_speed` is in canvas heights per second."""

    id: str
    title: str
    colours: CardColours
    form: CardForm
    sizes: CardSizes
    fonts: CardFonts
    motions: Mapping[CardKind, CardMotion]
    shapes: Mapping[CanvasShape, ShapeTheme]
    ticker_speed: float = 0.12


DrawCard = Callable[[Card, CardTheme, Canvas], CardPicture]  # app.overlay.cards.draw_card, loaded where Qt may be loaded
