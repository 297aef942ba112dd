"""The room beside a stream's picture: what the host shows to every page, and what the pages' visitors do.

The hub knows nothing of products. It holds a **board** (key → JSON value, written by the host, read by every page), a **journal** (what
visitors did, kept until the host has acknowledged it), who is present, and coupons, whose codes it alone gives out. All messages are
JSON objects with "t", over WebSocket text frames. Versions: "v": 1 in both hellos.

Viewer, `GET /room/NAME`
  → {"t":"hello","v":1,"token":""|"…","page":"…","board":rev,"boot":"…","languages":["pt-BR",…],"market":"BR"|""}
      `page`: any text that is new with each loaded page; event numbers count per token and page, so that two tabs are two counters.
  ← {"t":"welcome","v":1,"token","viewer","boot","rev","now_ms", and "board":{key:value} (all there is: forget the rest)
      or "patches":[[rev,key,value]…] (changes since `board`, null = gone), "reserved":[dates]}. A large board's rest follows as puts.
  ← {"t":"put","rev","key","value"|null}: rev rises; whoever saw rev N has seen all up to N. A slow page gets the newest value alone.
  ← {"t":"count","viewers","likes","left":{coupon: codes left},"waiting":{date: viewers}} at most once a second, when it changed
  → {"t":"event","n","kind":"like|seen|clicked|added|asked","product","count"} ← {"t":"ack","n"}: all up to n are in the journal
      `product` must be on the board as "product/ID" ("like" and "asked" also take ""); else it is acknowledged and dropped.
  → {"t":"claim","n","coupon"} ← {"t":"coupon","n","coupon","code"|null,"why":""|"unknown"|"expired"|"gone"}; twice = the same
  → {"t":"reserve","date","on":true|false} ← {"t":"reserved","date","on","why":""|"unknown"|"later"|"full"}: his place for "date/DATE" of
      the board, as it is now, also when the host told of it; to say the same twice changes nothing. "later": ask again in a while
  → {"t":"market","market":"BR","languages":[…]}: the visitor chose another one. → {"t":"ping"} ← {"t":"pong"}: a page cannot see ours.

Host, `GET /room/NAME/host`, `Authorization: Bearer` domain.room.host_token(stream key); a second host takes the first one's place (4409)
  → {"t":"hello","v":1,"boot":"…","after":seq,"likes":total so far, optional}
  ← {"t":"welcome","v":1,"boot","seq","now_ms","board":{key:rev},"pictures":[ids],"calendars":[ids],"coupons":{id: left},"viewers","likes",
      "dropped":{kind:n}}
      `boot` other than the one in hello: the relay is new, its board is empty and its numbers begin at 1; `after` then means nothing.
  ← {"t":"event","seq","at_ms","kind","viewer","data"}; seq rises, with gaps where something was dropped. → {"t":"ack","seq"}
      kinds: joined {languages, language, market} · left {} · market {languages, language, market} · like {count, product, language, market}
      seen|clicked|added|asked {product, language, market} · claimed {coupon, code, left, language, market}
      reserved|unreserved {date, language, market}: never dropped; of what one viewer says of one date the last alone is kept
      order {order, product, units, minor, currency, at_ms, source: "webhook"}
  → {"t":"put","key","value"|null}: one that changes nothing costs nothing, so a new desk may write everything again
  → {"t":"coupon","id","codes":[…]|null,"expires_ms","claimed":{code: viewer}}: null closes and forgets it; 0 = never expires
  → {"t":"reserved","date","viewers":[ids]}: these wait already, for a hub that has forgotten it; adds to those it knows
  → {"t":"likes","likes":n}: another show begins with so many
  ← {"t":"count",…} as to viewers · {"t":"refused","of":"put"|"coupon"|"reserved"|"ack","key"|"id"|"date"|"seq",
      "why","words"}: this one was not taken

Close codes: 4400 a message that is none (the words say why), 4408 no hello, 4409 replaced, 4426 another version, 1001 the relay stops,
1009 a message too large (viewer 4 kB, host 256 kB). What comes too fast is read more slowly; who does not answer WebSocket pings, or
does not read for 15 s, is hung up on.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping

from app.domain.clock import NS_PER_MS, Clock
from app.relay.refusals import Refusal
from app.relay.room_board import Board, encode
from app.relay.room_coupons import Coupons
from app.relay.room_journal import Journal
from app.relay.room_messages import VERSION, Message, claims_of, languages_of, market_of, text_of, texts_of, truth_of, whole_of
from app.relay.room_rates import Bucket
from app.relay.room_reservations import Reservations
from app.relay.room_viewers import Viewer, Viewers
from app.relay.room_wire import CLOSE_REPLACED, CLOSE_STOPPING, Fanout, Wire

log = logging.getLogger(__name__)

OPENING_BYTES = 256 * 1024  # of a welcome; the rest of a large board follows as puts
_MAX_ANSWERS = 64  # that a page has not read; far more than it may ask for in that time
_MAX_LIKES_EACH = 20
_MAX_COUPONS = 50
_MAX_CODES = 5000
_MAX_VIEWERS = 5000  # whom one message of the host names
_DATE_CHARS = 110
_EVENTS = ("like", "seen", "clicked", "added", "asked")
_WITHOUT_PRODUCT = ("like", "asked")


class PageLink:
    """One page: its visitor, where it stands on the board, and the answers that it has not got yet."""

    def __init__(self, room: "Room", wire: Wire, viewer: Viewer, tab: str, reserving: Bucket) -> None:
        self.wire = wire
        self.viewer = viewer
        self.tab = tab
        self.reserving = reserving
        self.counted = False
        self.seen_rev = 0
        self._room = room
        self._answers: list[bytes] = []
        self._ack = 0
        wire.take, wire.turn = self.take, lambda: room.take_turn(wire)

    def take(self) -> bytes | None:
        if self._answers:
            return self._answers.pop(0)
        if self._ack:
            ack, self._ack = self._ack, 0
            return b'{"t":"ack","n":%d}' % ack
        entry = self._room.board.after(self.seen_rev)
        if entry is not None:
            self.seen_rev = entry.rev
            return entry.message
        if not self.counted:
            self.counted = True
            return self._room.count
        return None

    def answer(self, message: bytes, *, wake: bool = True) -> None:
        """To this page alone; one that asks and never reads is hung up on. `wake` False: its turn comes with that of others."""
        self._answers.append(message)
        if len(self._answers) > _MAX_ANSWERS:
            self.wire.abort()
        if wake:
            self.wire.wake()

    def ack(self, number: int) -> None:
        self._ack = max(self._ack, number)
        self.wire.wake()


class HostLink:
    """The host's connection: where it stands in the journal."""

    def __init__(self, room: "Room", wire: Wire, welcome: bytes, sent_seq: int) -> None:
        self.wire = wire
        self.counted = True
        self._room = room
        self._answers = [welcome]
        self._sent_seq = sent_seq
        wire.take, wire.turn = self.take, lambda: room.take_turn(wire)
        wire.wake()

    def take(self) -> bytes | None:
        if self._answers:
            return self._answers.pop(0)
        entry = self._room.journal.after(self._sent_seq)
        if entry is not None:
            self._sent_seq = entry.seq
            return entry.message
        if not self.counted:
            self.counted = True
            return self._room.count
        return None

    def answer(self, message: bytes) -> None:
        self._answers.append(message)
        self.wire.wake()


class Room:
    """The hub of one stream; on one event loop, so that nothing here is ever half done. `secret` signs the visitors' tokens.

    `pictures` and `calendars` name those that the host need not send again.
    """

    def __init__(
        self, *, clock: Clock, secret: bytes, pictures: Callable[[], list[str]] = list, calendars: Callable[[], list[str]] = list
    ) -> None:
        self.board = Board()
        self.journal = Journal()
        self.coupons = Coupons()
        self.reservations = Reservations(lambda date: f"date/{date}" in self.board)
        self.viewers = Viewers(secret, clock)
        self.host: HostLink | None = None
        self.pages: dict[Wire, PageLink] = {}
        self.boot = secrets.token_hex(6)
        self.likes = 0
        self.count = b""
        self._clock = clock
        self._pictures = pictures
        self._calendars = calendars
        self._fanout = Fanout()
        self._acks: set[tuple[int, asyncio.Future[None]]] = set()
        self._on_page: Mapping[str, Callable[[PageLink, Message], None]] = {
            "event": self._event,
            "claim": self._claim,
            "reserve": self._reserve,
            "market": self._market,
            "ping": lambda page, message: page.answer(b'{"t":"pong"}'),
        }
        self._on_host: Mapping[str, Callable[[HostLink, Message], None]] = {
            "put": self._put,
            "ack": self._ack,
            "coupon": self._coupon,
            "reserved": self._reserved_before,
            "likes": self._likes_anew,
        }
        self._recount()

    def _now_ms(self) -> int:
        return self._clock.wall_ns() // NS_PER_MS

    # --- pages

    def enter(self, wire: Wire, hello: Message, reserving: Bucket) -> PageLink:
        """A page came, or came back; `reserving` is its address's pace. Raises Refusal when its hello is none."""
        token, tab = text_of(hello, "token", most=64), text_of(hello, "page", most=64)
        rev, boot = whole_of(hello, "board", default=0), text_of(hello, "boot", most=32)
        languages, market = languages_of(hello), market_of(hello)
        viewer, joins = self.viewers.enter(token)
        viewer.languages, viewer.market = languages, market
        page = PageLink(self, wire, viewer, tab, reserving)
        resumes = boot == self.boot and self.board.can_resume(rev)
        page.seen_rev, opening = self.board.opening(rev if resumes else None, OPENING_BYTES)
        head = {"t": "welcome", "v": VERSION, "token": viewer.token, "viewer": viewer.id, "boot": self.boot}
        head |= {"rev": page.seen_rev, "now_ms": self._now_ms(), "reserved": self.reservations.of(viewer.id)}
        page.answer(encode(head)[:-1] + b"," + opening + b"}")
        self.pages[wire] = page
        if joins:
            self._journal("joined", viewer, {"languages": list(languages)})
        return page

    def take_turn(self, wire: Wire) -> None:
        """A connection has more to say than one turn allows: it stands in line with the others."""
        self._fanout.wake({wire: None})

    def leave(self, page: PageLink) -> None:
        """Its connection has ended."""
        if self.pages.pop(page.wire, None) is not None:
            self._fanout.forget(page.wire)
            self.viewers.leave(page.viewer)

    def on_page(self, page: PageLink, message: Message) -> None:
        """Raises Refusal for what is no message of a viewer."""
        handle = self._on_page.get(message["t"])
        if handle is None:
            raise Refusal("relay.room_message", reason="t is unknown")
        handle(page, message)

    def _event(self, page: PageLink, message: Message) -> None:
        number, kind = whole_of(message, "n", least=1), text_of(message, "kind", most=16)
        product, count = text_of(message, "product", most=120), whole_of(message, "count", least=1, most=_MAX_LIKES_EACH, default=1)
        if kind not in _EVENTS:
            raise Refusal("relay.room_message", reason="kind is unknown")
        page.ack(number)
        if not page.viewer.is_new(page.tab, number):
            return
        if not (f"product/{product}" in self.board if product else kind in _WITHOUT_PRODUCT):
            return
        if kind == "like":
            count = page.viewer.likes.take(count)
            self.likes += count
            if count:
                self._journal(kind, page.viewer, {"count": count, "product": product}, count)
        else:
            self._journal(kind, page.viewer, {"product": product})

    def _claim(self, page: PageLink, message: Message) -> None:
        number, coupon = whole_of(message, "n", least=1), text_of(message, "coupon", most=120)
        claimed = self.coupons.claim(coupon, page.viewer.id, self._now_ms())
        if claimed.fresh:
            left = self.coupons.left()[coupon]
            self._journal("claimed", page.viewer, {"coupon": coupon, "code": claimed.code, "left": left})
        page.answer(encode({"t": "coupon", "n": number, "coupon": coupon, "code": claimed.code, "why": claimed.why}))

    def _reserve(self, page: PageLink, message: Message) -> None:
        date, viewer = text_of(message, "date", most=_DATE_CHARS, default=None), page.viewer
        if truth_of(message, "on"):
            place = self.reservations.reserve(date, viewer.id, page.reserving, self.journal.topics)
        else:
            place = self.reservations.give_up(date, viewer.id)
        if place.fresh:
            self._journal("reserved" if place.on else "unreserved", viewer, {"date": date}, topic=(date, viewer.id))
        page.answer(encode({"t": "reserved", "date": date, "on": place.on, "why": place.why}))

    def _market(self, page: PageLink, message: Message) -> None:
        page.viewer.market = market_of(message)
        page.viewer.languages = languages_of(message) or page.viewer.languages
        self._journal("market", page.viewer, {"languages": list(page.viewer.languages)})

    def _journal(
        self, kind: str, viewer: Viewer, data: Mapping[str, object], count: int = 1, *, topic: tuple[str, str] | None = None
    ) -> None:
        where = {"language": viewer.language, "market": viewer.market}
        self.record(kind, viewer.id, {**data, **where}, count, topic=topic)

    def record(self, kind: str, viewer: str, data: Mapping[str, object], count: int = 1, *, topic: tuple[str, str] | None = None) -> int:
        """Put an event into the journal, for the host to fetch; its number. What it says replaces what was said on its topic."""
        seq = self.journal.append(kind, self._now_ms(), viewer, data, count, topic=topic)
        if self.host is not None:
            self.host.wire.wake()
        return seq

    async def has_host(self, seq: int, within_s: float) -> bool:
        """Whether the host has everything up to `seq` for good, now or within this time; without a host at once."""
        if self.journal.acked >= seq or self.host is None:
            return self.journal.acked >= seq
        waiting = (seq, asyncio.get_running_loop().create_future())
        self._acks.add(waiting)
        try:
            async with asyncio.timeout(within_s):
                await waiting[1]
        except TimeoutError:
            return False
        finally:
            self._acks.discard(waiting)
        return True

    # --- the host

    def enter_host(self, wire: Wire, hello: Message) -> HostLink:
        """The desk came, or came back. Raises Refusal when its hello is none."""
        boot, after = text_of(hello, "boot", most=32), whole_of(hello, "after", default=0)
        self.likes = max(self.likes, whole_of(hello, "likes", default=0))
        sent_seq = min(after, self.journal.seq) if boot == self.boot else 0
        self._acknowledged(sent_seq)
        welcome = {
            "t": "welcome",
            "v": VERSION,
            "boot": self.boot,
            "seq": self.journal.seq,
            "now_ms": self._now_ms(),
            "board": self.board.revs(),
            "pictures": self._pictures(),
            "calendars": self._calendars(),
            "coupons": self.coupons.left(),
            "viewers": self.viewers.count,
            "likes": self.likes,
            "dropped": self.journal.dropped,
        }
        if self.host is not None:
            self.host.wire.close(CLOSE_REPLACED, "another host took this place")
        self.host = HostLink(self, wire, encode(welcome), sent_seq)
        log.info("the host is in its room")
        return self.host

    def leave_host(self, host: HostLink) -> None:
        """The board stays as it is, and so does the journal."""
        self._fanout.forget(host.wire)
        if self.host is host:
            self.host = None
            log.info("the host has left its room")

    def on_host(self, host: HostLink, message: Message) -> None:
        """Raises Refusal for what is no message of a host."""
        kind = message["t"]
        handle = self._on_host.get(kind)
        if handle is None:
            raise Refusal("relay.room_message", reason="t is unknown")
        try:
            handle(host, message)
        except Refusal as error:
            # One thing that cannot be shown must not keep the desk from showing all the others.
            which = {field: message[field] for field in ("key", "id", "date", "seq") if isinstance(message.get(field), str | int)}
            host.answer(encode({"t": "refused", "of": kind, **which, "why": error.code, "words": error.words}))

    def _put(self, host: HostLink, message: Message) -> None:
        if self.board.put(text_of(message, "key", most=1000, default=None), message.get("value")):
            self._fanout.wake(dict.fromkeys(self.pages))

    def _ack(self, host: HostLink, message: Message) -> None:
        self._acknowledged(whole_of(message, "seq"))

    def _acknowledged(self, seq: int) -> None:
        self.journal.ack(seq)
        for wanted, ack in self._acks:
            if wanted <= self.journal.acked and not ack.done():
                ack.set_result(None)

    def _likes_anew(self, host: HostLink, message: Message) -> None:
        self.likes = whole_of(message, "likes")

    def _coupon(self, host: HostLink, message: Message) -> None:
        coupon = text_of(message, "id", most=120, default=None)
        if message.get("codes") is None:
            self.coupons.close(coupon)
            return
        if coupon not in self.coupons and len(self.coupons) >= _MAX_COUPONS:
            raise Refusal("relay.coupons_full", limit=_MAX_COUPONS)
        codes, claimed = texts_of(message, "codes", most=_MAX_CODES, each=64), claims_of(message, most=_MAX_CODES)
        self.coupons.drop(coupon, codes, whole_of(message, "expires_ms", default=0), claimed)

    def _reserved_before(self, host: HostLink, message: Message) -> None:
        date = text_of(message, "date", most=_DATE_CHARS, default=None)
        fresh = self.reservations.remember(date, texts_of(message, "viewers", most=_MAX_VIEWERS, each=64))
        here = [page for page in self.pages.values() if page.viewer.id in fresh]
        for page in here:  # who gave his place up while this hub knew nothing of it says so again
            page.answer(encode({"t": "reserved", "date": date, "on": True, "why": ""}), wake=False)
        self._fanout.wake({page.wire: None for page in here})

    # --- every second

    def tick(self, slow_s: float) -> None:
        """Say what has changed in numbers, let go who left, hang up on who does not read."""
        for viewer in self.viewers.departed():
            self._journal("left", viewer, {})
        if self._recount():
            for page in self.pages.values():
                page.counted = False
            self._fanout.wake(dict.fromkeys(self.pages))
            if self.host is not None:
                self.host.counted = False
                self.host.wire.wake()
        for wire in self.pages:
            if wire.is_stuck(slow_s):
                log.info("a page that does not read is hung up on")
                wire.abort()
        if self.host is not None and self.host.wire.is_stuck(slow_s):
            self.host.wire.abort()

    def _recount(self) -> bool:
        left, waiting = self.coupons.left(), self.reservations.waiting()
        count = encode({"t": "count", "viewers": self.viewers.count, "likes": self.likes, "left": left, "waiting": waiting})
        before, self.count = self.count, count
        return before != count

    def stop(self) -> None:
        """End every connection in order."""
        self._fanout.stop()
        for wire in self.pages:
            wire.close(CLOSE_STOPPING, "the relay stops")
        if self.host is not None:
            self.host.wire.close(CLOSE_STOPPING, "the relay stops")

    def status(self) -> dict[str, object]:
        """What /api/status says of this room: nothing that names a visitor."""
        return {
            "pages": len(self.pages),
            "viewers": self.viewers.count,
            "likes": self.likes,
            "waiting": sum(self.reservations.waiting().values()),
            "host": self.host is not None,
            "rev": self.board.rev,
            "keys": len(self.board),
            "waiting_events": len(self.journal),
            "dropped_events": self.journal.dropped.total(),
        }
