"""What viewers see of what is sold, read from the log: the pinned product, cards, a coupon, a countdown, a disclosure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import reduce

from app.domain.base.words import Words
from app.domain.event import EventKind, ShowEvent


class ShownKind(Enum):
    """What stands on the picture beside the product card. POINT and CARD are words for a moment, of which there is one at a time; the
    others are switched on and stay."""

    POINT = "point"  # a product's selling point
    CARD = "card"  # a keyword card of the show
    LOWER_THIRD = "lower_third"
    TICKER = "ticker"
    CODE = "code"  # the QR code of the watch address


LASTING = frozenset({ShownKind.LOWER_THIRD, ShownKind.TICKER, ShownKind.CODE})


@dataclass(frozen=True, slots=True)
class ShownCard:
    """`id` is the point's or the keyword card's; `product_id` is set for points alone."""

    id: str
    kind: ShownKind
    product_id: str = ""


@dataclass(frozen=True, slots=True)
class Drop:
    """A coupon that viewers can claim until `expires_ms`; `codes` are those that this drop gives."""

    coupon_id: str
    codes: tuple[str, ...]
    expires_ms: int


@dataclass(frozen=True, slots=True)
class Countdown:
    """Time that runs out at `ends_ms`; `segment_id` is set when it is that of a segment."""

    ends_ms: int
    text: Words = field(default_factory=dict)
    segment_id: str = ""


@dataclass(frozen=True, slots=True)
class Shown:
    """Wall-clock milliseconds. `disclosed` holds the markets whose disclosure stands on the picture, with the text and since when."""

    pinned_id: str = ""
    pinned_ms: int = 0
    card: ShownCard | None = None
    lasting: frozenset[ShownKind] = frozenset()
    drop: Drop | None = None
    countdown: Countdown | None = None
    disclosed: Mapping[str, tuple[str, int]] = field(default_factory=dict)


def _nothing(shown: Shown, event: ShowEvent) -> Shown:
    return Shown()


def _pinned(shown: Shown, event: ShowEvent) -> Shown:
    return replace(shown, pinned_id=str(event.data.get("product", "")), pinned_ms=event.at_ms)


def _kind(event: ShowEvent) -> ShownKind | None:
    name = event.data.get("type")
    return ShownKind(name) if name in {kind.value for kind in ShownKind} else None


def _card_shown(shown: Shown, event: ShowEvent) -> Shown:
    kind = _kind(event)
    if kind is None:
        return shown
    if kind in LASTING:
        return replace(shown, lasting=shown.lasting | {kind})
    return replace(shown, card=ShownCard(str(event.data.get("card", "")), kind, str(event.data.get("product", ""))))


def _card_hidden(shown: Shown, event: ShowEvent) -> Shown:
    kind = _kind(event)
    return replace(shown, lasting=shown.lasting - {kind}) if kind in LASTING else replace(shown, card=None)


def _dropped(shown: Shown, event: ShowEvent) -> Shown:
    codes = tuple(str(code) for code in event.data.get("codes", ()))
    return replace(shown, drop=Drop(str(event.data.get("coupon", "")), codes, int(event.data.get("expires_ms", 0))))


def _closed(shown: Shown, event: ShowEvent) -> Shown:
    return replace(shown, drop=None)


def _counting(shown: Shown, event: ShowEvent) -> Shown:
    said = event.data.get("text")
    text = {str(language): str(words) for language, words in said.items()} if isinstance(said, dict) else {}
    return replace(shown, countdown=Countdown(int(event.data.get("ends_ms", 0)), text, str(event.data.get("segment", ""))))


def _counted(shown: Shown, event: ShowEvent) -> Shown:
    return replace(shown, countdown=None)


def _disclosed(shown: Shown, event: ShowEvent) -> Shown:
    market, text = str(event.data.get("market", "")), str(event.data.get("text", ""))
    return replace(shown, disclosed={**shown.disclosed, market: (text, event.at_ms)})


def _concealed(shown: Shown, event: ShowEvent) -> Shown:
    market = str(event.data.get("market", ""))
    return replace(shown, disclosed={known: what for known, what in shown.disclosed.items() if known != market})


_READINGS: Mapping[EventKind, Callable[[Shown, ShowEvent], Shown]] = {
    EventKind.SHOW_ENDED: _nothing,
    EventKind.PINNED: _pinned,
    EventKind.CARD_SHOWN: _card_shown,
    EventKind.CARD_HIDDEN: _card_hidden,
    EventKind.COUPON_DROPPED: _dropped,
    EventKind.COUPON_CLOSED: _closed,
    EventKind.COUNTDOWN_STARTED: _counting,
    EventKind.COUNTDOWN_ENDED: _counted,
    EventKind.DISCLOSURE_SHOWN: _disclosed,
    EventKind.DISCLOSURE_ENDED: _concealed,
}
SHOWN_KINDS = frozenset(_READINGS)


def after(shown: Shown, event: ShowEvent) -> Shown:
    """What viewers see after an event; one that does not concern it changes nothing. The end of the show takes everything away."""
    reading = _READINGS.get(event.kind)
    return shown if reading is None else reading(shown, event)


def read_shown(events: Iterable[ShowEvent]) -> Shown:
    """What viewers see after all of these."""
    return reduce(after, events, Shown())
