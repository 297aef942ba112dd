"""Rate limits by address."""

from collections import OrderedDict
from dataclasses import dataclass

from app.domain.base.clock import Clock
from app.domain.base.token_bucket import TokenBucket
from app.relay.access.subnet import subnet_of

_MAX_ADDRESSES = 4096


@dataclass(frozen=True, slots=True)
class ViewerRates:
    """How fast one address may do what costs others something: reserve, claim codes, and fill the host's log."""

    reserving: TokenBucket
    claiming: TokenBucket
    logging: TokenBucket


class AddressRates:
    """One token bucket for each address; of more than 4096 the one that was idle longest is dropped."""

    def __init__(self, per_s: float, burst: float, clock: Clock) -> None:
        self._per_s = per_s
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, TokenBucket] = OrderedDict()

    def of(self, address: str) -> TokenBucket:
        who = subnet_of(address)
        bucket = self._buckets.pop(who, None) or TokenBucket(self._per_s, self._burst, self._clock)
        self._buckets[who] = bucket
        if len(self._buckets) > _MAX_ADDRESSES:
            self._buckets.popitem(last=False)
        return bucket
