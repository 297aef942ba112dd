"""Reservations: which viewers want to come to which of the dates on the board."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from app.domain.base.token_bucket import TokenBucket
from app.relay.refusals import Refusal

_MAX_DATES = 64  # the board offers a dozen of them; it offered the others a moment ago
_MAX_EACH = 20_000
_MAX_PENDING = 10_000  # that the host has not stored: a stranger must not fill its journal


@dataclass(frozen=True, slots=True)
class ReserveResult:
    """`on`: the viewer has a reservation now. `why` it is not what the viewer wanted: "unknown" there is no such date, "later" too many
    come at once, "full". `fresh`: this call has changed it."""

    on: bool
    why: str = ""
    fresh: bool = False


class DateReservations:
    """Viewers by date. `is_offered` says whether a date is on the board; a date that leaves the board may come back."""

    def __init__(self, is_offered: Callable[[str], bool]) -> None:
        self._is_offered = is_offered
        self._dates: dict[str, set[str]] = {}

    def reserve(self, date: str, viewer: str, limit: TokenBucket, pending: int) -> ReserveResult:
        """Reserve for this viewer. `limit` is that of the address, `pending` the number of reservations that the host has not stored."""
        if viewer in self._dates.get(date, ()):
            return ReserveResult(True)
        if not self._is_offered(date) or not self._opens(date):
            return ReserveResult(False, "unknown")
        viewers = self._dates[date]
        if len(viewers) >= _MAX_EACH:
            return ReserveResult(False, "full")
        if pending >= _MAX_PENDING or not limit.take(1):
            return ReserveResult(False, "later")
        viewers.add(viewer)
        return ReserveResult(True, fresh=True)

    def cancel(self, date: str, viewer: str) -> ReserveResult:
        """Cancel this viewer's reservation."""
        viewers = self._dates.get(date, set())
        fresh = viewer in viewers
        viewers.discard(viewer)
        return ReserveResult(False, fresh=fresh)

    def restore(self, date: str, viewers: Iterable[str]) -> frozenset[str]:
        """Add what the host knows and a new relay does not; returns the new viewers. Raises Refusal beyond the limits."""
        if not self._opens(date):
            raise Refusal("relay.dates_full", limit=_MAX_DATES)
        known = self._dates[date]
        fresh = frozenset(islice((viewer for viewer in dict.fromkeys(viewers) if viewer not in known), _MAX_EACH - len(known)))
        known |= fresh
        return fresh

    def of(self, viewer: str) -> list[str]:
        """The dates that this viewer has reserved."""
        return [date for date, viewers in self._dates.items() if viewer in viewers]

    def waiting(self) -> dict[str, int]:
        """How many have reserved each offered date; dates without reservations are left out."""
        return {date: len(viewers) for date, viewers in self._dates.items() if viewers and self._is_offered(date)}

    def _opens(self, date: str) -> bool:
        """Make room for a date, in place of one that is no longer offered; False if there is none."""
        if date in self._dates:
            return True
        if len(self._dates) >= _MAX_DATES:
            gone = next((one for one in self._dates if not self._is_offered(one)), None)
            if gone is None:
                return False
            del self._dates[gone]
        self._dates[date] = set()
        return True
