"""Limits attempts and sessions, by address and overall."""

from collections import Counter

from app.domain.base.clock import Clock
from app.relay.access.rate_limits import AddressRates
from app.relay.access.subnet import subnet_of
from app.relay.config import Limits
from app.relay.refusals import Refusal


class Admission:
    """Counts attempts (one token bucket for each address) and sessions; raises Refusal at a limit."""

    def __init__(self, limits: Limits, clock: Clock) -> None:
        self._limits = limits
        self._attempts = AddressRates(limits.posts_per_s, limits.posts_burst, clock)
        self._sessions: Counter[str] = Counter()
        self._connecting: Counter[str] = Counter()

    @property
    def sessions(self) -> int:
        return self._sessions.total()

    def attempt(self, address: str) -> None:
        """A POST arrived."""
        if not self._attempts.of(address).take(1):
            raise Refusal("relay.too_often")

    def enter(self, address: str, *, counted: bool = True) -> None:
        """A session starts; it is connecting until `connected`.

        `counted` False (a publisher with the right key) exempts it from the limits.
        """
        who = subnet_of(address)
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
        """The subnet with the most connecting sessions, if there are too many in total; otherwise ""."""
        if self._connecting.total() <= self._limits.max_connecting:
            return ""
        return self._connecting.most_common(1)[0][0]

    def connected(self, address: str) -> None:
        """An entered session has connected."""
        self._drop(self._connecting, address)

    def leave(self, address: str, *, connecting: bool) -> None:
        """An entered session has ended."""
        self._drop(self._sessions, address)
        if connecting:
            self._drop(self._connecting, address)

    def _drop(self, counter: Counter[str], address: str) -> None:
        who = subnet_of(address)
        counter[who] -= 1
        if counter[who] <= 0:
            del counter[who]
