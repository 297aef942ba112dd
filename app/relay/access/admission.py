"""Who may come in: attempts and sessions, by address and overall."""

import ipaddress
from collections import Counter, OrderedDict

from app.domain.base.clock import NS_PER_S, Clock
from app.relay.config import Limits
from app.relay.refusals import Refusal

_MAX_REMEMBERED = 4096  # addresses; the ones not heard of for longest are forgotten


def party(address: str) -> str:
    """Who counts as one: an IPv4 address, or the /64 that one IPv6 household owns."""
    try:
        parsed = ipaddress.ip_address(address.split("%", maxsplit=1)[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.IPv6Network((parsed, 64), strict=False).network_address)
    return str(parsed)


class Admission:
    """Counts attempts (a token bucket for each address) and sessions; raises Refusal where a limit is reached."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, int]] = OrderedDict()
        self._sessions: Counter[str] = Counter()
        self._connecting: Counter[str] = Counter()

    @property
    def sessions(self) -> int:
        return self._sessions.total()

    def attempt(self, address: str) -> None:
        """One POST came."""
        who, now_ns = party(address), self._clock.monotonic_ns()
        level, at_ns = self._buckets.pop(who, (float(self._limits.posts_burst), now_ns))
        level = min(self._limits.posts_burst, level + (now_ns - at_ns) / NS_PER_S * self._limits.posts_per_s)
        allowed = level >= 1
        self._buckets[who] = (level - 1 if allowed else level, now_ns)
        if len(self._buckets) > _MAX_REMEMBERED:
            self._buckets.popitem(last=False)
        if not allowed:
            raise Refusal("relay.too_often")

    def enter(self, address: str, *, counted: bool = True) -> None:
        """A session begins, and is connecting until `connected`.

        With `counted` False (a publisher with the right key) no limit refuses it.
        """
        who = party(address)
        if counted and self._sessions.total() >= self._limits.max_sessions:
            raise Refusal("relay.full", limit=self._limits.max_sessions)
        if counted and self._sessions[who] >= self._limits.max_sessions_per_address:
            raise Refusal("relay.address_full", limit=self._limits.max_sessions_per_address)
        if counted and self._connecting[who] >= self._limits.max_connecting_per_address:
            raise Refusal("relay.address_connecting", limit=self._limits.max_connecting_per_address)
        self._sessions[who] += 1
        self._connecting[who] += 1

    @property
    def crowded(self) -> str:
        """The party with most sessions that are still connecting, when all together have too many; "" else."""
        if self._connecting.total() <= self._limits.max_connecting:
            return ""
        return self._connecting.most_common(1)[0][0]

    def connected(self, address: str) -> None:
        """A session that had entered is connected."""
        self._drop(self._connecting, address)

    def leave(self, address: str, *, connecting: bool) -> None:
        """A session that had entered ended."""
        self._drop(self._sessions, address)
        if connecting:
            self._drop(self._connecting, address)

    def _drop(self, counter: Counter[str], address: str) -> None:
        who = party(address)
        counter[who] -= 1
        if counter[who] <= 0:
            del counter[who]
