"""What viewers see of the offer, read from the log: the pinned product, cards, a coupon, a countdown, a disclosure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from functools import reduce

from app.domain.base.localized_text import LocalizedText
from app.domain.event import EventKind, ShowEvent


class OnScreenKind(Enum):
    """What can be on the picture beside the product card. Of POINT and CARD only one shows at a time, for a moment; the others are turned
    on and stay."""

    POINT = "point"  # a product's selling point
    CARD = "card"  # a keyword card of the show
    LOWER_THIRD = "lower_third"
    TICKER = "ticker"
    CODE = "code"  # the QR code of the watch link


LASTING = frozenset({OnScreenKind.LOWER_THIRD, OnScreenKind.TICKER, OnScreenKind.CODE})


@dataclass(frozen=True, slots=True)
class OnScreenCard:
    """`id` is the selling point's or the keyword card's; `product_id` is set for selling points only."""

    id: str
    kind: OnScreenKind
    product_id: str = ""


@dataclass(frozen=True, slots=True)
class CouponDrop:
    """A coupon that viewers can claim until `expires_ms`, with its `codes`."""

    coupon_id: str
    codes: tuple[str, ...]
    expires_ms: int


@dataclass(frozen=True, slots=True)
class RunningCountdown:
    """A countdown to `ends_ms`; `segment_id` is set when it belongs to a segment."""

    ends_ms: int
    text: LocalizedText = field(default_factory=dict)
    segment_id: str = ""


@dataclass(frozen=True, slots=True)
class OnScreen:
    """Times are wall-clock milliseconds. `disclosed` holds the markets whose disclosure is on the picture, with its text and since when."""

    pinned_id: str = ""
    pinned_ms: int = 0
    card: OnScreenCard | None = None
    lasting: frozenset[OnScreenKind] = frozenset()
    drop: CouponDrop | None = None
    countdown: RunningCountdown | None = None
    disclosed: Mapping[str, tuple[str, int]] = field(default_factory=dict)


def _nothing(shown: OnScreen, event: ShowEvent) -> OnScreen:
    return OnScreen()


def _pinned(shown: OnScreen, event: ShowEvent) -> OnScreen:
    return replace(shown, pinned_id=str(event.data.get("product", "")), pinned_ms=event.at_ms)


def _kind(event: ShowEvent) -> OnScreenKind | None:
    name = event.data.get("type")
    return OnScreenKind(name) if name in {kind.value for kind in OnScreenKind} else None


def _card_shown(shown: OnScreen, event: ShowEvent) -> OnScreen:
    kind = _kind(event)
    if kind is None:
        return shown
    if kind in LASTING:
        return replace(shown, lasting=shown.lasting | {kind})
    return replace(shown, card=OnScreenCard(str(event.data.get("card", "")), kind, str(event.data.get("product", ""))))


def _card_hidden(shown: OnScreen, event: ShowEvent) -> OnScreen:
    kind = _kind(event)
    return replace(shown, lasting=shown.lasting - {kind}) if kind in LASTING else replace(shown, card=None)


def _dropped(shown: OnScreen, event: ShowEvent) -> OnScreen:
    codes = tuple(str(code) for code in event.data.get("codes", ()))
    return replace(shown, drop=CouponDrop(str(event.data.get("coupon", "")), codes, int(event.data.get("expires_ms", 0))))


def _closed(shown: OnScreen, event: ShowEvent) -> OnScreen:
    return replace(shown, drop=None)


def _counting(shown: OnScreen, event: ShowEvent) -> OnScreen:
    said = event.data.get("text")
    text = {str(language): str(words) for language, words in said.items()} if isinstance(said, dict) else {}
    return replace(shown, countdown=RunningCountdown(int(event.data.get("ends_ms", 0)), text, str(event.data.get("segment", ""))))


def _counted(shown: OnScreen, event: ShowEvent) -> OnScreen:
    return replace(shown, countdown=None)


def _disclosed(shown: OnScreen, event: ShowEvent) -> OnScreen:
    market, text = str(event.data.get("market", "")), str(event.data.get("text", ""))
    return replace(shown, disclosed={**shown.disclosed, market: (text, event.at_ms)})


def _concealed(shown: OnScreen, event: ShowEvent) -> OnScreen:
    market = str(event.data.get("market", ""))
    return replace(shown, disclosed={known: what for known, what in shown.disclosed.items() if known != market})


_READINGS: Mapping[EventKind, Callable[[OnScreen, ShowEvent], OnScreen]] = {
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
ON_SCREEN_KINDS = frozenset(_READINGS)


def after(shown: OnScreen, event: ShowEvent) -> OnScreen:
    """What viewers see after an event. Unrelated events change nothing; the end of the show clears everything."""
    reading = _READINGS.get(event.kind)
    return shown if reading is None else reading(shown, event)


def read_on_screen(events: Iterable[ShowEvent]) -> OnScreen:
    """What viewers see after all these events."""
    return reduce(after, events, OnScreen())
