"""Coupons: each code is given once, and each viewer gets one."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class _Coupon:
    expires_ms: int
    free: deque[str] = field(default_factory=deque)
    given: dict[str, str] = field(default_factory=dict)  # viewer → code


@dataclass(frozen=True, slots=True)
class ClaimResult:
    """`code` None: `why` is "unknown", "expired", "gone" or "later". `fresh`: the code was given by this claim, not an earlier one."""

    code: str | None
    why: str = ""
    fresh: bool = False


class Coupons:
    """The coupons that are open."""

    def __init__(self) -> None:
        self._coupons: dict[str, _Coupon] = {}

    def __len__(self) -> int:
        return len(self._coupons)

    def __contains__(self, coupon: str) -> bool:
        return coupon in self._coupons

    def drop(self, coupon: str, codes: Sequence[str], expires_ms: int, claimed: Mapping[str, str]) -> None:
        """Open a coupon or update it; codes that were given stay given. `claimed`: code → viewer, as the host knows it. 0 = no expiry."""
        before = self._coupons.get(coupon)
        given = {viewer: code for code, viewer in claimed.items()} | (before.given if before is not None else {})
        taken = {*given.values(), *claimed}
        free = deque(code for code in dict.fromkeys(codes) if code not in taken)
        self._coupons[coupon] = _Coupon(expires_ms, free, given)

    def close(self, coupon: str) -> None:
        """Forget it; later claims get "unknown"."""
        self._coupons.pop(coupon, None)

    def claim(self, coupon: str, viewer: str, now_ms: float, may: Callable[[], bool] = lambda: True) -> ClaimResult:
        """The code that this viewer has, or the next free one if the viewer `may` get one now."""
        found = self._coupons.get(coupon)
        if found is None:
            return ClaimResult(None, "unknown")
        if viewer in found.given:
            return ClaimResult(found.given[viewer])
        if found.expires_ms and now_ms >= found.expires_ms:
            return ClaimResult(None, "expired")
        if not found.free:
            return ClaimResult(None, "gone")
        if not may():
            return ClaimResult(None, "later")
        code = found.given[viewer] = found.free.popleft()
        return ClaimResult(code, fresh=True)

    def left(self) -> dict[str, int]:
        """Free codes of each coupon."""
        return {coupon: len(found.free) for coupon, found in self._coupons.items()}
