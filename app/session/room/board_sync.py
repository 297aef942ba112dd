"""Brings what the host shows to the room: the board, the open coupon, and who has reserved which date."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from app.session.room.room_schedule import ReservedBy, reservation_messages

MAX_CLAIMS = 3000  # sent to a relay, which limits the size of a message
_PICTURED = "product/"  # keys whose values name pictures
_UNKNOWN = object()
_Message = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenCoupon:
    """A coupon for the relay; `claimed`: code → viewer, read again for every new relay."""

    id: str
    codes: tuple[str, ...]
    expires_ms: int
    claimed: Mapping[str, str]


class BoardSync:
    """Sends only what differs from what the relay has; a new relay gets everything. `wake` is called when `due` has something."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._wanted: Mapping[str, object] = {}
        self._sent: dict[str, object] = {}
        self._coupon: OpenCoupon | None = None
        self._coupon_sent: OpenCoupon | None = None
        self._coupons_open: set[str] = set()
        self._reserved: ReservedBy = {}
        self._sent_dates: set[str] = set()  # dates whose reservations the relay has
        self._holds_products = False

    @property
    def holds_products(self) -> bool:
        """Whether the products that viewers see stay until the names of their pictures are known again."""
        return self._holds_products

    def show(self, board: Mapping[str, object]) -> None:
        """The whole board; missing keys are removed. Values are compared by identity first."""
        if board is not self._wanted:
            self._wanted = board
            self._wake()

    def offer_coupon(self, coupon: OpenCoupon | None) -> None:
        """The coupon that can be claimed now, None = none."""
        self._coupon = coupon
        self._wake()

    def set_reservations(self, reserved: ReservedBy) -> None:
        """Date → viewers; read again for every new relay."""
        self._reserved = reserved
        self._sent_dates.clear()
        self._wake()

    def welcomed(self, board: Iterable[str], coupons: Iterable[str]) -> None:
        """The relay has these keys and coupons."""
        self._sent = dict.fromkeys(board, _UNKNOWN)  # everything is written again: the relay compares the values
        self._coupon_sent = None
        self._coupons_open = set(coupons)
        self._sent_dates.clear()
        self._holds_products = bool(self._sent)
        self._wake()

    def release_products(self) -> None:
        """The pictures' names are known: send the products too."""
        self._holds_products = False
        self._wake()

    def due(self) -> Iterator[_Message]:
        """The messages that the relay needs now; each counts as sent when it is returned."""
        if self._coupon is not self._coupon_sent:
            yield from self._coupon_messages()
        for key in self._sent.keys() - self._wanted.keys():
            del self._sent[key]
            yield {"t": "put", "key": key, "value": None}
        for key, value in self._wanted.items():
            known = self._sent.get(key, None)
            if self._holds_products and known is _UNKNOWN and key.startswith(_PICTURED):
                continue
            self._sent[key] = value
            if known is not value and (known is _UNKNOWN or known != value):
                yield {"t": "put", "key": key, "value": value}
        yield from reservation_messages(self._wanted, self._reserved, self._sent_dates)

    def _coupon_messages(self) -> Iterator[_Message]:
        """Open the coupon before the board shows it, and close those that the relay still has from before."""
        coupon = self._coupon_sent = self._coupon
        others = self._coupons_open - {coupon.id if coupon is not None else ""}
        self._coupons_open = set() if coupon is None else {coupon.id}
        for other in sorted(others):
            yield {"t": "coupon", "id": other, "codes": None}
        if coupon is not None:
            free = [code for code in coupon.codes if code not in coupon.claimed]  # not every claim fits into the message
            claimed = dict(tuple(coupon.claimed.items())[-MAX_CLAIMS:])
            yield {"t": "coupon", "id": coupon.id, "codes": free, "expires_ms": coupon.expires_ms, "claimed": claimed}
