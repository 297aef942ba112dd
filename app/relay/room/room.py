"""The room of a stream: what the host shows to every page, and what the pages' viewers do.

The room knows nothing about products. It holds a **board** (key → JSON value, written by the host, read by every page), a **journal**
(what viewers did, kept until the host has acknowledged it), who is present, and the coupons, whose codes only the room gives out.
All messages are JSON objects with "t" in WebSocket text frames. Version: "v": 1 in both hellos.

Viewer, `GET /room/NAME`
  → {"t":"hello","v":1,"token":""|"…","page":"…","board":rev,"boot":"…","languages":["pt-BR",…],"market":"BR"|""}
      `page`: any text that is new for each loaded page; event numbers count per token and page, so two tabs have two counters.
  ← {"t":"welcome","v":1,"token","viewer","boot","rev","now_ms", and "board":{key:value} (the whole board: forget the rest)
      or "patches":[[rev,key,value]…] (changes since `board`, null = removed), "reserved":[dates]}. The rest of a large board follows
      as puts.
  ← {"t":"put","rev","key","value"|null}: rev increases; a page that has seen rev N has seen all up to N. A slow page gets only the
      newest value.
  ← {"t":"count","viewers","likes","left":{coupon: codes left},"waiting":{date: viewers}}: when it changes, at most once a second
  → {"t":"event","n","kind":"like|seen|clicked|added|asked","product","count"} ← {"t":"ack","n"}: all up to n are in the journal
      `product` must be on the board as "product/ID" ("like" and "asked" also take ""); otherwise the event is acknowledged and dropped.
  → {"t":"claim","n","coupon"} ← {"t":"coupon","n","coupon","code"|null,"why":""|"unknown"|"expired"|"gone"|"later"}; a second claim
      returns the same code. "later": too many claims at once, from this address or from new viewers; try again in a few seconds
  → {"t":"reserve","date","on":true|false} ← {"t":"reserved","date","on","why":""|"unknown"|"later"|"full"}: whether the viewer has
      a reservation for "date/DATE" of the board; also sent when the host says so. Repeating it changes nothing. "later": try again
      in a while
  → {"t":"market","market":"BR","languages":[…]}: the viewer chose another market. → {"t":"ping"} ← {"t":"pong"}: a page cannot see
      WebSocket pings.

A page that is being closed or reloaded, `POST /room/NAME/events`
  → JSON {"t":"events","token","page","events":[{"n","kind","product","count"}…]}: events without an ack, with the token and page that
      they were numbered for, so that each counts once whichever way it arrives. 204: all are counted.

Host, `GET /room/NAME/host`, `Authorization: Bearer` domain.room.tokens.host_token(room key); a second host replaces the first (4409)
  → {"t":"hello","v":1,"boot":"…","after":seq,"likes":total so far, optional}
  ← {"t":"welcome","v":1,"boot","seq","now_ms","board":{key:rev},"pictures":[ids],"calendars":[ids],"coupons":{id: left},"viewers","likes",
      "dropped":{kind:n}}
      Another `boot` than in hello: the relay has restarted, its board is empty and its numbers start at 1; `after` is ignored then.
  ← {"t":"event","seq","at_ms","kind","viewer","data"}; seq increases, with gaps where something was dropped. → {"t":"ack","seq"}
      joined {languages, language, market} · left {language, market} · market {languages, language, market}
      clicked|added|asked {product, language, market} · claimed {coupon, code, left, language, market}
      like|seen {count, product, language, market}: of all viewers, summed every two seconds; viewer is ""
      joined|clicked|added|asked {count, product, language, market, over: true}: what exceeded the limit of its address or of the room
      reserved|unreserved {date, language, market}: never dropped; only the newest per viewer and date is kept
      order {order, product, units, minor, currency, at_ms, source: "webhook"}
  → {"t":"put","key","value"|null}: one that changes nothing costs nothing, so a new desk may write everything again
  → {"t":"coupon","id","codes":[…]|null,"expires_ms","claimed":{code: viewer}}: null closes and forgets it; 0 = never expires
  → {"t":"reserved","date","viewers":[ids]}: these have reservations already, for a room that has lost them; added to the known ones
  → {"t":"likes","likes":n}: another show starts with this many
  ← {"t":"crowded","entries":n}: this many events since the last time exceeded the log's limits and are summed
  ← {"t":"count",…} as for viewers · {"t":"refused","of":"put"|"coupon"|"reserved"|"ack","key"|"id"|"date"|"seq","why","words"}: this
      one was not accepted; for a coupon, some codes cannot be given out, but the others can

Close codes: 4400 not a valid message (the reason says why), 4408 no hello, 4409 replaced, 4426 another version, 1001 the relay is
stopping, 1009 message too large (viewer 4 kB, host 256 kB). Messages that come too fast are read more slowly. A peer that does not
answer WebSocket pings, or does not read for 15 s, is disconnected.
"""

import asyncio
import logging
import secrets
from collections.abc import Callable, Mapping

from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.base.token_bucket import TokenBucket
from app.domain.room.event import RoomEvent, RoomEventKind
from app.domain.selling.order import Order
from app.relay.access.rate_limits import ViewerRates
from app.relay.config import LIMITS, Limits
from app.relay.refusals import Refusal
from app.relay.room.board import Board, encode
from app.relay.room.connections import HostConnection, PageConnection
from app.relay.room.coupons import Coupons
from app.relay.room.event_recorder import EventRecorder
from app.relay.room.journal import Journal, Topic
from app.relay.room.messages import (
    CODE_CHARS,
    VERSION,
    Ack,
    CouponClaim,
    HostCoupon,
    HostHello,
    HostLikes,
    HostReservations,
    MarketChoice,
    Message,
    PageEvent,
    PageHello,
    PageReport,
    Put,
    Reserve,
    known_languages,
    typed,
    usable_codes,
)
from app.relay.room.reservations import DateReservations
from app.relay.room.socket_writer import CLOSE_REPLACED, CLOSE_STOPPING, SocketWriter, WakeQueue
from app.relay.room.viewers import Viewer, Viewers

log = logging.getLogger(__name__)

OPENING_BYTES = 256 * 1024  # of a welcome; the rest of a large board follows as puts
_MAX_COUPONS = 50
_FLUSH_TICKS = 2  # likes and views become journal entries this often
_WITHOUT_PRODUCT = (RoomEventKind.LIKE, RoomEventKind.ASKED)


class Room:
    """The room of one stream, all on one event loop. `secret` signs the viewers' tokens.

    `pictures` and `calendars` return the ids of files that the host need not send again.
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
        self._reported_over = 0
        self._pictures = pictures
        self._calendars = calendars
        self._wake_queue = WakeQueue()
        self._acks: set[tuple[int, asyncio.Future[None]]] = set()
        self._on_page: Mapping[str, Callable[[PageConnection, Message], None]] = {
            "event": self._on_event,
            "claim": self._on_claim,
            "reserve": self._on_reserve,
            "market": self._on_market,
            "ping": lambda page, message: page.answer(b'{"t":"pong"}'),
        }
        self._on_host: Mapping[str, Callable[[Message], None]] = {
            "put": self._on_put,
            "ack": lambda message: self._acknowledge(typed(message, Ack).seq),
            "coupon": self._on_coupon,
            "reserved": self._on_host_reservations,
            "likes": self._on_likes,
        }
        self._update_count()

    @property
    def journal(self) -> Journal:
        """What viewers did and the host has not stored yet."""
        return self.recorder.journal

    def _now_ms(self) -> int:
        return self._clock.wall_ns() // NS_PER_MS

    # --- pages

    def enter(self, writer: SocketWriter, message: Message, rates: ViewerRates) -> PageConnection:
        """A page connected or came back; `rates` are those of its address. Raises Refusal for a bad hello."""
        hello = typed(message, PageHello)
        viewer, joins = self.viewers.enter(hello.token)
        viewer.languages, viewer.market = known_languages(hello.languages), hello.market
        page = PageConnection(self, writer, viewer, hello.page, rates)
        resumes = hello.boot == self.boot and self.board.can_resume(hello.board)
        page.seen_rev, opening = self.board.opening(hello.board if resumes else None, OPENING_BYTES)
        head = {"t": "welcome", "v": VERSION, "token": viewer.token, "viewer": viewer.id, "boot": self.boot}
        head |= {"rev": page.seen_rev, "now_ms": self._now_ms(), "reserved": self.reservations.of(viewer.id)}
        page.answer(encode(head)[:-1] + b"," + opening + b"}")
        self.pages[writer] = page
        if joins:
            self.recorder.record_joined(viewer, rates.logging)
            self._wake_host()
        return page

    def queue_turn(self, writer: SocketWriter) -> None:
        """A connection has more to send than one turn allows: it waits in line with the others."""
        self._wake_queue.wake({writer: None})

    def leave(self, page: PageConnection) -> None:
        """The page's connection has ended."""
        if self.pages.pop(page.writer, None) is not None:
            self._wake_queue.forget(page.writer)
            self.viewers.leave(page.viewer)

    def on_page(self, page: PageConnection, message: Message) -> None:
        """Handle a viewer's message; raises Refusal for a bad one."""
        handle = self._on_page.get(message["t"])
        if handle is None:
            raise Refusal("relay.room_message", reason="t is unknown")
        handle(page, message)

    def _on_event(self, page: PageConnection, message: Message) -> None:
        event = typed(message, PageEvent)
        self._happened(page.viewer, page.tab, event, page.rates)
        page.ack(event.n)

    def report(self, message: Message, rates: ViewerRates) -> int:
        """Count what a closing page had no ack for, unless it has arrived over its connection too; returns the number of events.

        Raises Refusal.
        """
        report = typed(message, PageReport)
        viewer = self.viewers.known(report.token)
        if viewer is None or not report.page:
            raise Refusal("relay.room_message", reason="nobody here has this token")
        for event in report.events:
            self._happened(viewer, report.page, event, rates)
        return len(report.events)

    def _happened(self, viewer: Viewer, tab: str, event: PageEvent, rates: ViewerRates) -> None:
        if not viewer.is_new(tab, event.n):
            return
        kind, product = RoomEventKind(event.kind), event.product
        if not (f"product/{product}" in self.board if product else kind in _WITHOUT_PRODUCT):
            return
        if kind is RoomEventKind.LIKE:
            count = viewer.likes.take(event.count)
            self.likes += count
            if count:
                self.recorder.count(kind, viewer, product, count)
        elif kind is RoomEventKind.SEEN:
            self.recorder.count(kind, viewer, product, 1)
        else:
            self.recorder.record(kind, viewer, rates.logging, product=product)
            self._wake_host()

    def _on_claim(self, page: PageConnection, message: Message) -> None:
        claim, viewer = typed(message, CouponClaim), page.viewer
        result = self.coupons.claim(claim.coupon, viewer.id, self._now_ms(), lambda: self._may_claim(page))
        if result.fresh and result.code is not None:
            left = self.coupons.left()[claim.coupon]
            self.record(self._event_of(RoomEventKind.CLAIMED, viewer, coupon=claim.coupon, code=result.code, left=left))
        page.answer(encode({"t": "coupon", "n": claim.n, "coupon": claim.coupon, "code": result.code, "why": result.why}))

    def _may_claim(self, page: PageConnection) -> bool:
        """Coupons are for an audience: one address gets codes slowly, and all newcomers share one rate."""
        is_new = self._clock.monotonic_ns() - page.viewer.came_ns < self._newcomer_ns
        limits = [page.rates.claiming, *([self._newcomers] if is_new else [])]
        return all(limit.has(1) for limit in limits) and all(limit.take(1) for limit in limits)

    def _on_reserve(self, page: PageConnection, message: Message) -> None:
        wanted, viewer = typed(message, Reserve), page.viewer
        if wanted.on:
            result = self.reservations.reserve(wanted.date, viewer.id, page.rates.reserving, self.journal.topics)
        else:
            result = self.reservations.cancel(wanted.date, viewer.id)
        if result.fresh:
            kind = RoomEventKind.RESERVED if result.on else RoomEventKind.UNRESERVED
            self.record(self._event_of(kind, viewer, date=wanted.date), topic=(wanted.date, viewer.id))
        page.answer(encode({"t": "reserved", "date": wanted.date, "on": result.on, "why": result.why}))

    def _event_of(
        self, kind: RoomEventKind, viewer: Viewer, *, coupon: str = "", code: str = "", left: int = 0, date: str = ""
    ) -> RoomEvent:
        return RoomEvent(kind, self._now_ms(), viewer.id, viewer.language, viewer.market, coupon=coupon, code=code, left=left, date=date)

    def _on_market(self, page: PageConnection, message: Message) -> None:
        choice = typed(message, MarketChoice)
        page.viewer.market = choice.market
        page.viewer.languages = known_languages(choice.languages) or page.viewer.languages
        self.recorder.record(RoomEventKind.MARKET, page.viewer, page.rates.logging, languages=page.viewer.languages)
        self._wake_host()

    def record(self, event: RoomEvent, *, topic: Topic | None = None) -> int:
        """Add an event to the journal and return its number. It replaces the previous event of its topic."""
        seq = self.journal.append(event, topic=topic)
        self._wake_host()
        return seq

    def record_order(self, order: Order) -> int:
        """Add an order to the journal and return its number."""
        return self.record(RoomEvent(RoomEventKind.ORDER, self._now_ms(), order=order))

    def _wake_host(self) -> None:
        if self.host is not None:
            self.host.writer.wake()

    async def wait_stored(self, seq: int, within_s: float) -> bool:
        """Whether the host stores everything up to `seq` within this time; False at once if there is no host."""
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

    def enter_host(self, writer: SocketWriter, message: Message) -> HostConnection:
        """The desk connected or came back; raises Refusal for a bad hello."""
        hello = typed(message, HostHello)
        self.likes = max(self.likes, hello.likes)
        sent_seq = min(hello.after, self.journal.seq) if hello.boot == self.boot else 0
        self._acknowledge(sent_seq)
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
            self.host.writer.close(CLOSE_REPLACED, "another host has replaced this one")
        self.host = HostConnection(self, writer, encode(welcome), sent_seq)
        log.info("the host joined its room")
        return self.host

    def leave_host(self, host: HostConnection) -> None:
        """The host's connection has ended; board and journal stay."""
        self._wake_queue.forget(host.writer)
        if self.host is host:
            self.host = None
            log.info("the host left its room")

    def on_host(self, host: HostConnection, message: Message) -> None:
        """Handle a host's message; raises Refusal for an unknown one and answers "refused" to a bad one."""
        kind = message["t"]
        handle = self._on_host.get(kind)
        if handle is None:
            raise Refusal("relay.room_message", reason="t is unknown")
        try:
            handle(message)
        except Refusal as error:
            # The connection stays: one bad value must not keep the desk from showing the others.
            which = {field: message[field] for field in ("key", "id", "date", "seq") if isinstance(message.get(field), str | int)}
            host.answer(encode({"t": "refused", "of": kind, **which, "why": error.code, "words": error.words}))

    def _on_put(self, message: Message) -> None:
        put = typed(message, Put)
        if self.board.put(put.key, put.value):
            self._wake_queue.wake(dict.fromkeys(self.pages))

    def _acknowledge(self, seq: int) -> None:
        self.journal.ack(seq)
        for wanted, ack in self._acks:
            if wanted <= self.journal.acked and not ack.done():
                ack.set_result(None)

    def _on_likes(self, message: Message) -> None:
        self.likes = typed(message, HostLikes).likes + self.recorder.pending(RoomEventKind.LIKE)  # the host gets the pending ones later

    def _on_coupon(self, message: Message) -> None:
        coupon = typed(message, HostCoupon)
        if coupon.codes is None:
            self.coupons.close(coupon.id)
            return
        if coupon.id not in self.coupons and len(self.coupons) >= _MAX_COUPONS:
            raise Refusal("relay.coupons_full", limit=_MAX_COUPONS)
        codes = usable_codes(coupon.codes)
        bad = len(coupon.codes) - len(codes)
        if codes or not bad:
            self.coupons.drop(coupon.id, codes, coupon.expires_ms, coupon.claimed)
        if bad:
            raise Refusal("relay.coupon_codes", count=bad, limit=CODE_CHARS)

    def _on_host_reservations(self, message: Message) -> None:
        known = typed(message, HostReservations)
        fresh = self.reservations.restore(known.date, known.viewers)
        here = [page for page in self.pages.values() if page.viewer.id in fresh]
        for page in here:  # a viewer who cancelled while this room had lost the reservation cancels again
            page.answer(encode({"t": "reserved", "date": known.date, "on": True, "why": ""}), wake=False)
        self._wake_queue.wake({page.writer: None for page in here})

    # --- every second

    def tick(self, slow_s: float) -> None:
        """Called once a second: send changed counts, record who left, disconnect peers that do not read for `slow_s`."""
        for viewer in self.viewers.departed():
            self.recorder.record_left(viewer)
            self._wake_host()
        self._ticks += 1
        if self._ticks % _FLUSH_TICKS == 0:
            self._flush_counts()
        if self._update_count():
            for page in self.pages.values():
                page.counted = False
            self._wake_queue.wake(dict.fromkeys(self.pages))
            if self.host is not None:
                self.host.counted = False
                self.host.writer.wake()
        for writer in self.pages:
            if writer.is_stuck(slow_s):
                log.info("disconnecting a page that does not read")
                writer.abort()
        if self.host is not None and self.host.writer.is_stuck(slow_s):
            self.host.writer.abort()

    def _flush_counts(self) -> None:
        if self.recorder.flush_counts():
            self._wake_host()
        if self.host is not None and self.recorder.over > self._reported_over:
            entries, self._reported_over = self.recorder.over - self._reported_over, self.recorder.over
            self.host.answer(encode({"t": "crowded", "entries": entries}))

    async def finish(self, within_s: float) -> None:
        """The relay is stopping: send the counts so far to the host, if there is one."""
        self.recorder.flush_counts(everything=True)
        self._wake_host()
        await self.wait_stored(self.journal.seq, within_s)

    def _update_count(self) -> bool:
        left, waiting = self.coupons.left(), self.reservations.waiting()
        count = encode({"t": "count", "viewers": self.viewers.count, "likes": self.likes, "left": left, "waiting": waiting})
        before, self.count = self.count, count
        return before != count

    def stop(self) -> None:
        """Close every connection."""
        self._wake_queue.stop()
        for writer in self.pages:
            writer.close(CLOSE_STOPPING, "the relay is stopping")
        if self.host is not None:
            self.host.writer.close(CLOSE_STOPPING, "the relay is stopping")

    def status(self) -> dict[str, object]:
        """The room's part of /api/status: nothing that identifies a viewer."""
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
