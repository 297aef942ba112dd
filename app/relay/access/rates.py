"""How fast something may come: token buckets, one for each page and one for each address."""

from collections import OrderedDict
from dataclasses import dataclass

from app.domain.base.clock import NS_PER_S, Clock
from app.relay.access.admission import party

_MAX_ADDRESSES = 4096


class Bucket:
    """`burst` at once, then `per_s`."""

    def __init__(self, per_s: float, burst: float, clock: Clock) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._level = float(burst)
        self._at_ns = clock.monotonic_ns()

    def _fill(self) -> None:
        now_ns = self._clock.monotonic_ns()
        self._level = min(self._burst, self._level + (now_ns - self._at_ns) / NS_PER_S * self._per_s)
        self._at_ns = now_ns

    def take(self, wanted: int) -> int:
        """As many of them as there are."""
        self._fill()
        given = min(wanted, int(self._level))
        self._level -= given
        return given

    def has(self, wanted: int) -> bool:
        """Whether so many are there."""
        self._fill()
        return self._level >= wanted

    def wait_s(self) -> float:
        """Take one, and say how long its turn is away: what comes too fast is read more slowly, not thrown away."""
        self._fill()
        self._level -= 1
        return max(0.0, -self._level / self._per_s)


@dataclass(frozen=True, slots=True)
class Paces:
    """How fast one address may do what costs others something: take places, take codes, and fill the host's log."""

    reserving: Bucket
    claiming: Bucket
    logging: Bucket


class AddressBuckets:
    """A bucket for each address; the ones not heard of for longest are forgotten."""

    def __init__(self, per_s: float, burst: float, clock: Clock) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, Bucket] = OrderedDict()

    def of(self, address: str) -> Bucket:
        who = party(address)
        bucket = self._buckets.pop(who, None) or Bucket(self._per_s, self._burst, self._clock)
        self._buckets[who] = bucket
        if len(self._buckets) > _MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        return bucket
