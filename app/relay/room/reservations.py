"""DateReservations: visitors who said that they will come to one of the dates on the board, each of them once for each date."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice

from app.domain.base.token_bucket import TokenBucket
from app.relay.refusals import Refusal

_MAX_DATES = 64  # of which the board offers a dozen; the others were offered a moment ago
_MAX_EACH = 20_000
_MAX_UNHEARD = 10_000  # that the host has not fetched: what a stranger makes up must not fill its journal


@dataclass(frozen=True, slots=True)
class ReserveResult:
    """`on`: the viewer has a place now. `why` it is not as he wanted: "unknown" there is no such date, "later" too many come at once,
    "full". `fresh`: this has changed it."""

    on: bool
    why: str = ""
    fresh: bool = False


class DateReservations:
    """Who waits for which date. `is_offered` says whether a date is on the board; a date that leaves it may come back."""

    def __init__(self, is_offered: Callable[[str], bool]) -> None:
        self._is_offered = is_offered
        self._dates: dict[str, set[str]] = {}

    def reserve(self, date: str, viewer: str, pace: TokenBucket, unheard: int) -> ReserveResult:
        """A place for this viewer. `pace` is that of his address, `unheard` how many the host does not know of yet."""
        if viewer in self._dates.get(date, ()):
            return ReserveResult(True)
        if not self._is_offered(date) or not self._opens(date):
            return ReserveResult(False, "unknown")
        viewers = self._dates[date]
        if len(viewers) >= _MAX_EACH:
            return ReserveResult(False, "full")
        if unheard >= _MAX_UNHEARD or not pace.take(1):
            return ReserveResult(False, "later")
        viewers.add(viewer)
        return ReserveResult(True, fresh=True)

    def give_up(self, date: str, viewer: str) -> ReserveResult:
        """He does not come."""
        viewers = self._dates.get(date, set())
        fresh = viewer in viewers
        viewers.discard(viewer)
        return ReserveResult(False, fresh=fresh)

    def remember(self, date: str, viewers: Iterable[str]) -> frozenset[str]:
        """What the host knows from before, and a new hub has forgotten; those who were not known. Raises Refusal beyond the limits."""
        if not self._opens(date):
            raise Refusal("relay.dates_full", limit=_MAX_DATES)
        known = self._dates[date]
        fresh = frozenset(islice((viewer for viewer in dict.fromkeys(viewers) if viewer not in known), _MAX_EACH - len(known)))
        known |= fresh
        return fresh

    def of(self, viewer: str) -> list[str]:
        """The dates for which this viewer has a place."""
        return [date for date, viewers in self._dates.items() if viewer in viewers]

    def waiting(self) -> dict[str, int]:
        """How many wait for each date that is offered; those for which nobody does are left out."""
        return {date: len(viewers) for date, viewers in self._dates.items() if viewers and self._is_offered(date)}

    def _opens(self, date: str) -> bool:
        """Make room for a date among those that are known; False when as many are offered."""
        if date in self._dates:
            return True
        if len(self._dates) >= _MAX_DATES:
            gone = next((one for one in self._dates if not self._is_offered(one)), None)
            if gone is None:
                return False
            del self._dates[gone]
        self._dates[date] = set()
        return True
