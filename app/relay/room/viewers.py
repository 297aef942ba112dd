"""The viewers of a room, recognised by a token that they keep."""

import hashlib
import hmac
import secrets
from base64 import urlsafe_b64encode
from collections import OrderedDict
from dataclasses import dataclass, field

from app.domain.base.clock import NS_PER_MS, Clock
from app.domain.base.token_bucket import TokenBucket

_MAX_ABSENT = 5000
_MAX_TABS = 8  # pages of one viewer that count their events separately
_LEFT_AFTER_MS = 10_000  # a page that reconnects within this time has not left
_LIKES_PER_S = 12.0
_LIKES_BURST = 40


@dataclass(slots=True)
class Viewer:
    """One viewer. `tabs`: the highest event number of each open page; `open`: the number of connections."""

    id: str
    token: str
    likes: TokenBucket
    languages: tuple[str, ...] = ()
    market: str = ""
    tabs: "OrderedDict[str, int]" = field(default_factory=OrderedDict)
    open: int = 0
    left_ns: int = 0
    came_ns: int = 0  # the first time that this room remembers
    logged: bool = False  # the host's log has the joining, so it gets the leaving too

    @property
    def language(self) -> str:
        return self.languages[0] if self.languages else ""

    def is_new(self, tab: str, number: int) -> bool:
        """Whether this event is new; the numbers of one page increase."""
        if number <= self.tabs.get(tab, 0):
            return False
        self.tabs[tab] = number
        self.tabs.move_to_end(tab)
        if len(self.tabs) > _MAX_TABS:
            self.tabs.popitem(last=False)
        return True


class Viewers:
    """Tokens are signed: they stay valid when the relay restarts, and nobody can make one up."""

    def __init__(self, secret: bytes, clock: Clock) -> None:
        self._secret = secret
        self._clock = clock
        self._present: dict[str, Viewer] = {}
        self._absent: OrderedDict[str, Viewer] = OrderedDict()

    @property
    def count(self) -> int:
        return sum(viewer.open > 0 for viewer in self._present.values())

    def _new(self, identity: str) -> Viewer:
        likes = TokenBucket(_LIKES_PER_S, _LIKES_BURST, self._clock)
        return Viewer(identity, self._signed(identity), likes, came_ns=self._clock.monotonic_ns())

    def _signed(self, identity: str) -> str:
        mac = hmac.new(self._secret, identity.encode(), hashlib.sha256).digest()[:18]
        return f"{identity}.{urlsafe_b64encode(mac).decode()}"

    def _identity(self, token: str) -> str | None:
        """The viewer's id in a token, None if we did not sign it."""
        identity = token.partition(".")[0]
        ours = token.isascii() and len(token) <= 64 and hmac.compare_digest(token, self._signed(identity))
        return identity if ours else None

    def enter(self, token: str) -> tuple[Viewer, bool]:
        """The viewer of this token, and whether this is a new arrival and not a reconnect."""
        identity = self._identity(token) or secrets.token_urlsafe(9)
        viewer = self._present.get(identity)
        joins = viewer is None
        if viewer is None:
            viewer = self._absent.pop(identity, None) or self._new(identity)
            self._present[identity] = viewer
        viewer.open += 1
        return viewer, joins

    def known(self, token: str) -> Viewer | None:
        """The viewer of this token, present or not; None if we did not sign it."""
        identity = self._identity(token)
        if identity is None:
            return None
        viewer = self._present.get(identity) or self._absent.get(identity)
        if viewer is None:
            viewer = self._absent[identity] = self._new(identity)
            self._forget_absent()
        return viewer

    def leave(self, viewer: Viewer) -> None:
        """One of the viewer's connections ended."""
        viewer.open -= 1
        viewer.left_ns = self._clock.monotonic_ns()

    def departed(self) -> list[Viewer]:
        """Viewers who left and have not come back within the grace period; each is returned once."""
        latest_ns = self._clock.monotonic_ns() - _LEFT_AFTER_MS * NS_PER_MS
        gone = [viewer for viewer in self._present.values() if viewer.open == 0 and viewer.left_ns <= latest_ns]
        for viewer in gone:
            self._absent[viewer.id] = self._present.pop(viewer.id)
            self._forget_absent()
        return gone

    def _forget_absent(self) -> None:
        if len(self._absent) > _MAX_ABSENT:
            self._absent.popitem(last=False)
