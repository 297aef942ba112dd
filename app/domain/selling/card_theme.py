"""How cards look, as data: colours, measures, places and movements. A theme is one file in resources/cards."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum

from app.domain.program.output import Canvas
from app.domain.program.overlay import OverlayAnimation
from app.domain.selling.card import Card, CardKind, CardPicture

_WIDE_FROM, _TALL_TO = 1.25, 0.8  # width / height


class CanvasShape(Enum):
    """What places and safe areas are given for: 16:9 and the like, 1:1 and the like, 9:16 and the like."""

    WIDE = "wide"
    SQUARE = "square"
    TALL = "tall"


def shape_of(canvas: Canvas) -> CanvasShape:
    """The shape whose places suit this canvas."""
    ratio = canvas.width / canvas.height
    if ratio >= _WIDE_FROM:
        return CanvasShape.WIDE
    return CanvasShape.TALL if ratio <= _TALL_TO else CanvasShape.SQUARE


class Across(Enum):
    """Where along the line; START is the left edge, or the right one where the card is read from right to left."""

    START = "start"
    CENTRE = "centre"
    END = "end"


class Down(Enum):
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"


class ProductLayout(Enum):
    """COLUMN: the picture above the words; ROW: beside them."""

    COLUMN = "column"
    ROW = "row"


@dataclass(frozen=True, slots=True)
class CardColours:
    """Each "#rrggbb" or "#rrggbbaa"."""

    panel: str  # a card's ground, at the top
    panel_end: str  # and at the bottom
    border: str
    shadow: str
    text: str
    muted: str
    accent: str
    on_accent: str
    price: str
    left: str  # units that are left
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
    """In fractions of the canvas's height, times the shape's `scale`."""

    radius: float
    border: float
    shadow: float  # how far it reaches; 0 = none
    padding: float
    bar: float  # the accent's width


@dataclass(frozen=True, slots=True)
class CardSizes:
    """Of text, in fractions of the canvas's height, times the shape's `scale`."""

    name: float
    price: float
    small: float  # crossed-out price, units left, delivery
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
    """Families by preference, the first that is there is taken, the system's after them all. `display`: names, prices, keywords, digits;
    `serif`: it has serifs, and so have the fonts that stand beside it for other scripts."""

    text: tuple[str, ...] = ()
    display: tuple[str, ...] = ()
    serif: bool = False


@dataclass(frozen=True, slots=True)
class SafeArea:
    """How far cards keep away from each side, in fractions of the canvas."""

    left: float
    top: float
    right: float
    bottom: float


@dataclass(frozen=True, slots=True)
class CardPlace:
    """Where a kind of card stands within the safe area, and the most of the canvas's width that it takes; `lift` moves it away from its
    edge by a fraction of the canvas's height. `bleed`: it takes no heed of the safe area."""

    across: Across
    down: Down
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
    """What depends on the canvas's shape."""

    scale: float
    safe: SafeArea
    product: ProductLayout
    places: Mapping[CardKind, CardPlace]


@dataclass(frozen=True, slots=True)
class CardTheme:
    """One theme; `id` is its file's name without the ending, `ticker_speed` in canvas heights a second."""

    id: str
    title: str
    colours: CardColours
    form: CardForm
    sizes: CardSizes
    fonts: CardFonts
    motions: Mapping[CardKind, CardMotion]
    shapes: Mapping[CanvasShape, ShapeTheme]
    ticker_speed: float = 0.12


DrawCard = Callable[[Card, CardTheme, Canvas], CardPicture]  # app.overlay.cards.draw_card, where Qt may be loaded
