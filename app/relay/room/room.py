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
  → {"t":"claim","n","coupon"} ← {"t":"coupon","n","coupon","code"|null,"why":""|"unknown"|"expired"|"gone"|"later"}; twice = the same.
      "later": many ask at once, from this address or newly come; ask again in some seconds
  → {"t":"reserve","date","on":true|false} ← {"t":"reserved","date","on","why":""|"unknown"|"later"|"full"}: his place for "date/DATE" of
      the board, as it is now, also when the host told of it; to say the same twice changes nothing. "later": ask again in a while
  → {"t":"market","market":"BR","languages":[…]}: the visitor chose another one. → {"t":"ping"} ← {"t":"pong"}: a page cannot see ours.

A page that is left, or loaded again, `POST /room/NAME/events`
  → JSON {"t":"events","token","page","events":[{"n","kind","product","count"}…]}: what it had no ack for, by the token and page that they
      were numbered for, so that each counts once whichever way it comes. 204: all are counted.

Host, `GET /room/NAME/host`, `Authorization: Bearer` domain.room.host_token(room key); a second host takes the first one's place (4409)
  → {"t":"hello","v":1,"boot":"…","after":seq,"likes":total so far, optional}
  ← {"t":"welcome","v":1,"boot","seq","now_ms","board":{key:rev},"pictures":[ids],"calendars":[ids],"coupons":{id: left},"viewers","likes",
      "dropped":{kind:n}}
      `boot` other than the one in hello: the relay is new, its board is empty and its numbers begin at 1; `after` then means nothing.
  ← {"t":"event","seq","at_ms","kind","viewer","data"}; seq rises, with gaps where something was dropped. → {"t":"ack","seq"}
      kinds: joined {languages, language, market} · left {} · market {languages, language, market}
      clicked|added|asked {product, language, market} · claimed {coupon, code, left, language, market}
      like|seen {count, product, language, market}: of everybody, summed up each two seconds; viewer is ""
      joined|clicked|added|asked {count, product, language, market, over: true}: what came beyond the share of its address or of the room
      reserved|unreserved {date, language, market}: never dropped; of what one viewer says of one date the last alone is kept
      order {order, product, units, minor, currency, at_ms, source: "webhook"}
  → {"t":"put","key","value"|null}: one that changes nothing costs nothing, so a new desk may write everything again
  → {"t":"coupon","id","codes":[…]|null,"expires_ms","claimed":{code: viewer}}: null closes and forgets it; 0 = never expires
  → {"t":"reserved","date","viewers":[ids]}: these wait already, for a hub that has forgotten it; adds to those it knows
  → {"t":"likes","likes":n}: another show begins with so many
  ← {"t":"crowded","entries":n}: so many were too many for the log since the last time, and are summed up
  ← {"t":"count",…} as to viewers · {"t":"refused","of":"put"|"coupon"|"reserved"|"ack","key"|"id"|"date"|"seq",
      "why","words"}: this one was not taken; of a coupon, codes that cannot be handed out, while the others are

Close codes: 4400 a message that is none (the words say why), 4408 no hello, 4409 replaced, 4426 another version, 1001 the relay stops,
1009 a message too large (viewer 4 kB, host 256 kB). What comes too fast is read more slowly; who does not answer WebSocket pings, or
does not read for 15 s, is hung up on.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping

from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.base.token_bucket import TokenBucket
from app.relay.access.rate_limits import ViewerRates
from app.relay.config import LIMITS, Limits
from app.relay.refusals import Refusal
from app.relay.room.board import Board, encode
from app.relay.room.connections import HostConnection, PageConnection
from app.relay.room.coupons import Coupons
from app.relay.room.event_recorder import EventRecorder
from app.relay.room.journal import Journal
from app.relay.room.messages import (
    VERSION,
    Message,
    bool_field,
    claims_of,
    int_field,
    languages_of,
    market_of,
    text_of,
    texts_of,
    usable_texts_of,
)
from app.relay.room.reservations import DateReservations
from app.relay.room.socket_writer import CLOSE_REPLACED, CLOSE_STOPPING, SocketWriter, WakeQueue
from app.relay.room.viewers import Viewer, Viewers

log = logging.getLogger(__name__)

OPENING_BYTES = 256 * 1024  # of a welcome; the rest of a large board follows as puts
_MAX_LIKES_EACH = 20
MAX_REPORTED = 200  # events that one page has not had an ack for
_MAX_COUPONS = 50
_MAX_CODES = 5000
_MAX_VIEWERS = 5000  # whom one message of the host names
_DATE_CHARS = 110
_CODE_CHARS = 64
_SUM_UP_TICKS = 2  # likes and views become entries so often
_EVENTS = ("like", "seen", "clicked", "added", "asked")
_WITHOUT_PRODUCT = ("like", "asked")


class Room:
    """The hub of one stream; on one event loop, so that nothing here is ever half done. `secret` signs the visitors' tokens.

    `pictures` and `calendars` name those that the host need not send again.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        secret: bytes,
        limits: Limits = LIMITS,
        pictures: Callable[[], list[str]] = list,
        calendars: Callable[[], list[str]] = list,
    ) -> None:
        self.board = Board()
        self.recorder = EventRecorder(share=TokenBucket(limits.room_log_all_per_s, limits.room_log_all_burst, clock), now_ms=self._now_ms)
        self.coupons = Coupons()
        self.reservations = DateReservations(lambda date: f"date/{date}" in self.board)
        self.viewers = Viewers(secret, clock)
        self.host: HostConnection | None = None
        self.pages: dict[SocketWriter, PageConnection] = {}
        self.boot = secrets.token_hex(6)
        self.likes = 0
        self.count = b""
        self._clock = clock
        self._newcomers = TokenBucket(limits.room_newcomers_per_s, limits.room_newcomers_burst, clock)
        self._newcomer_ns = round(limits.room_newcomer_s * NS_PER_S)
        self._ticks = 0
        self._over_told = 0
        self._pictures = pictures
        self._calendars = calendars
        self._fanout = WakeQueue()
        self._acks: set[tuple[int, asyncio.Future[None]]] = set()
        self._on_page: Mapping[str, Callable[[PageConnection, Message], None]] = {
            "event": self._event,
            "claim": self._claim,
            "reserve": self._reserve,
            "market": self._market,
            "ping": lambda page, message: page.answer(b'{"t":"pong"}'),
        }
        self._on_host: Mapping[str, Callable[[HostConnection, Message], None]] = {
            "put": self._put,
            "ack": self._ack,
            "coupon": self._coupon,
            "reserved": self._reserved_before,
            "likes": self._likes_anew,
        }
        self._recount()

    @property
    def journal(self) -> Journal:
        """What visitors did, for the host to fetch."""
        return self.recorder.journal

    def _now_ms(self) -> int:
        return self._clock.wall_ns() // NS_PER_MS

    # --- pages

    def enter(self, writer: SocketWriter, hello: Message, rates: ViewerRates) -> PageConnection:
        """A page came, or came back; `rates` are its address's. Raises Refusal when its hello is none."""
        token, tab = text_of(hello, "token", most=64), text_of(hello, "page", most=64)
        rev, boot = int_field(hello, "board", default=0), text_of(hello, "boot", most=32)
        languages, market = languages_of(hello), market_of(hello)
        viewer, joins = self.viewers.enter(token)
        viewer.languages, viewer.market = languages, market
        page = PageConnection(self, writer, viewer, tab, rates)
        resumes = boot == self.boot and self.board.can_resume(rev)
        page.seen_rev, opening = self.board.opening(rev if resumes else None, OPENING_BYTES)
        head = {"t": "welcome", "v": VERSION, "token": viewer.token, "viewer": viewer.id, "boot": self.boot}
        head |= {"rev": page.seen_rev, "now_ms": self._now_ms(), "reserved": self.reservations.of(viewer.id)}
        page.answer(encode(head)[:-1] + b"," + opening + b"}")
        self.pages[writer] = page
        if joins:
            self.recorder.joined(viewer, rates.logging)
            self._wake_host()
        return page

    def take_turn(self, writer: SocketWriter) -> None:
        """A connection has more to say than one turn allows: it stands in line with the others."""
        self._fanout.wake({writer: None})

    def leave(self, page: PageConnection) -> None:
        """Its connection has ended."""
        if self.pages.pop(page.writer, None) is not None:
            self._fanout.forget(page.writer)
            self.viewers.leave(page.viewer)

    def on_page(self, page: PageConnection, message: Message) -> None:
        """Raises Refusal for what is no message of a viewer."""
        handle = self._on_page.get(message["t"])
        if handle is None:
            raise Refusal("relay.room_message", reason="t is unknown")
        handle(page, message)

    def _event(self, page: PageConnection, message: Message) -> None:
        self._happened(page.viewer, page.tab, message, page.rates)
        page.ack(int_field(message, "n", least=1))

    def report(self, message: Message, rates: ViewerRates) -> int:
        """What a page says that is left, or was, and how many events that is: none of them is new when it came over its connection too.

        Raises Refusal.
        """
        viewer = self.viewers.known(text_of(message, "token", most=64))
        tab, events = text_of(message, "page", most=64), message.get("events")
        if viewer is None or not tab:
            raise Refusal("relay.room_message", reason="nobody here has this token")
        if not isinstance(events, list) or len(events) > MAX_REPORTED or not all(isinstance(one, dict) for one in events):
            raise Refusal("relay.room_message", reason="events are wrong")
        for one in events:
            self._happened(viewer, tab, one, rates)
        return len(events)

    def _happened(self, viewer: Viewer, tab: str, message: Message, rates: ViewerRates) -> None:
        number, kind = int_field(message, "n", least=1), text_of(message, "kind", most=16)
        product, count = text_of(message, "product", most=120), int_field(message, "count", least=1, most=_MAX_LIKES_EACH, default=1)
        if kind not in _EVENTS:
            raise Refusal("relay.room_message", reason="kind is unknown")
        if not viewer.is_new(tab, number):
            return
        if not (f"product/{product}" in self.board if product else kind in _WITHOUT_PRODUCT):
            return
        if kind == "like":
            count = viewer.likes.take(count)
            self.likes += count
            if count:
                self.recorder.counted(kind, viewer, product, count)
        elif kind == "seen":
            self.recorder.counted(kind, viewer, product, 1)
        else:
            self.recorder.did(kind, viewer, {"product": product}, rates.logging)
            self._wake_host()

    def _claim(self, page: PageConnection, message: Message) -> None:
        number, coupon = int_field(message, "n", least=1), text_of(message, "coupon", most=120)
        claimed = self.coupons.claim(coupon, page.viewer.id, self._now_ms(), lambda: self._may_claim(page))
        if claimed.fresh:
            left = self.coupons.left()[coupon]
            where = {"language": page.viewer.language, "market": page.viewer.market}
            self.record("claimed", page.viewer.id, {"coupon": coupon, "code": claimed.code, "left": left, **where})
        page.answer(encode({"t": "coupon", "n": number, "coupon": coupon, "code": claimed.code, "why": claimed.why}))

    def _may_claim(self, page: PageConnection) -> bool:
        """Codes are for an audience: one address gets them slowly, and all who have only just come share one pace."""
        is_new = self._clock.monotonic_ns() - page.viewer.came_ns < self._newcomer_ns
        rates = [page.rates.claiming, *([self._newcomers] if is_new else [])]
        return all(pace.has(1) for pace in rates) and all(pace.take(1) for pace in rates)

    def _reserve(self, page: PageConnection, message: Message) -> None:
        date, viewer = text_of(message, "date", most=_DATE_CHARS, default=None), page.viewer
        if bool_field(message, "on"):
            place = self.reservations.reserve(date, viewer.id, page.rates.reserving, self.journal.topics)
        else:
            place = self.reservations.give_up(date, viewer.id)
        if place.fresh:
            where = {"language": viewer.language, "market": viewer.market}
            self.record("reserved" if place.on else "unreserved", viewer.id, {"date": date, **where}, topic=(date, viewer.id))
        page.answer(encode({"t": "reserved", "date": date, "on": place.on, "why": place.why}))

    def _market(self, page: PageConnection, message: Message) -> None:
        page.viewer.market = market_of(message)
        page.viewer.languages = languages_of(message) or page.viewer.languages
        self.recorder.did("market", page.viewer, {"languages": list(page.viewer.languages)}, page.rates.logging)
        self._wake_host()

    def record(self, kind: str, viewer: str, data: Mapping[str, object], *, topic: tuple[str, str] | None = None) -> int:
        """Put an event into the journal, for the host to fetch; its number. What it says replaces what was said on its topic."""
        seq = self.recorder.write(kind, viewer, data, topic=topic)
        self._wake_host()
        return seq

    def _wake_host(self) -> None:
        if self.host is not None:
            self.host.writer.wake()

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

    def enter_host(self, writer: SocketWriter, hello: Message) -> HostConnection:
        """The desk came, or came back. Raises Refusal when its hello is none."""
        boot, after = text_of(hello, "boot", most=32), int_field(hello, "after", default=0)
        self.likes = max(self.likes, int_field(hello, "likes", default=0))
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
            self.host.writer.close(CLOSE_REPLACED, "another host took this place")
        self.host = HostConnection(self, writer, encode(welcome), sent_seq)
        log.info("the host is in its room")
        return self.host

    def leave_host(self, host: HostConnection) -> None:
        """The board stays as it is, and so does the journal."""
        self._fanout.forget(host.writer)
        if self.host is host:
            self.host = None
            log.info("the host has left its room")

    def on_host(self, host: HostConnection, message: Message) -> None:
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

    def _put(self, host: HostConnection, message: Message) -> None:
        if self.board.put(text_of(message, "key", most=1000, default=None), message.get("value")):
            self._fanout.wake(dict.fromkeys(self.pages))

    def _ack(self, host: HostConnection, message: Message) -> None:
        self._acknowledged(int_field(message, "seq"))

    def _acknowledged(self, seq: int) -> None:
        self.journal.ack(seq)
        for wanted, ack in self._acks:
            if wanted <= self.journal.acked and not ack.done():
                ack.set_result(None)

    def _likes_anew(self, host: HostConnection, message: Message) -> None:
        self.likes = int_field(message, "likes") + self.recorder.unwritten("like")  # those the host will hear of

    def _coupon(self, host: HostConnection, message: Message) -> None:
        coupon = text_of(message, "id", most=120, default=None)
        if message.get("codes") is None:
            self.coupons.close(coupon)
            return
        if coupon not in self.coupons and len(self.coupons) >= _MAX_COUPONS:
            raise Refusal("relay.coupons_full", limit=_MAX_COUPONS)
        codes, useless = usable_texts_of(message, "codes", most=_MAX_CODES, each=_CODE_CHARS)
        expires_ms, claimed = int_field(message, "expires_ms", default=0), claims_of(message, most=_MAX_CODES)
        if codes or not useless:
            self.coupons.drop(coupon, codes, expires_ms, claimed)
        if useless:
            raise Refusal("relay.coupon_codes", count=useless, limit=_CODE_CHARS)

    def _reserved_before(self, host: HostConnection, message: Message) -> None:
        date = text_of(message, "date", most=_DATE_CHARS, default=None)
        fresh = self.reservations.remember(date, texts_of(message, "viewers", most=_MAX_VIEWERS, each=64))
        here = [page for page in self.pages.values() if page.viewer.id in fresh]
        for page in here:  # who gave his place up while this hub knew nothing of it says so again
            page.answer(encode({"t": "reserved", "date": date, "on": True, "why": ""}), wake=False)
        self._fanout.wake({page.writer: None for page in here})

    # --- every second

    def tick(self, slow_s: float) -> None:
        """Say what has changed in numbers, let go who left, hang up on who does not read."""
        for viewer in self.viewers.departed():
            self.recorder.left(viewer)
            self._wake_host()
        self._ticks += 1
        if self._ticks % _SUM_UP_TICKS == 0:
            self._sum_up()
        if self._recount():
            for page in self.pages.values():
                page.counted = False
            self._fanout.wake(dict.fromkeys(self.pages))
            if self.host is not None:
                self.host.counted = False
                self.host.writer.wake()
        for writer in self.pages:
            if writer.is_stuck(slow_s):
                log.info("a page that does not read is hung up on")
                writer.abort()
        if self.host is not None and self.host.writer.is_stuck(slow_s):
            self.host.writer.abort()

    def _sum_up(self) -> None:
        if self.recorder.sum_up():
            self._wake_host()
        if self.host is not None and self.recorder.over > self._over_told:
            entries, self._over_told = self.recorder.over - self._over_told, self.recorder.over
            self.host.answer(encode({"t": "crowded", "entries": entries}))

    async def finish(self, within_s: float) -> None:
        """The relay stops: what was only counted so far reaches the host too, if he is here."""
        self.recorder.sum_up(all_of_it=True)
        self._wake_host()
        await self.has_host(self.journal.seq, within_s)

    def _recount(self) -> bool:
        left, waiting = self.coupons.left(), self.reservations.waiting()
        count = encode({"t": "count", "viewers": self.viewers.count, "likes": self.likes, "left": left, "waiting": waiting})
        before, self.count = self.count, count
        return before != count

    def stop(self) -> None:
        """End every connection in order."""
        self._fanout.stop()
        for writer in self.pages:
            writer.close(CLOSE_STOPPING, "the relay stops")
        if self.host is not None:
            self.host.writer.close(CLOSE_STOPPING, "the relay stops")

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
            "summed_events": self.recorder.over,
        }
