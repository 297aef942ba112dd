"""Sends encoded packets to every target, on its own thread and event loop."""

import asyncio
import logging
import random
import ssl
import threading
from collections.abc import Callable, Coroutine, Sequence
from typing import Protocol

from app.aio.owned_tasks import OwnedTasks, start_task
from app.domain.base.clock import Clock
from app.domain.base.notice import Notice
from app.domain.program.broadcast import TargetState
from app.domain.program.output import Target
from app.domain.program.packet import Codec, EncodedPacket, MediaKind
from app.domain.program.stats import RelayProbe, TargetStats
from app.domain.program.trial import RelayTrial
from app.transport.addresses import host_addresses
from app.transport.congestion import UNLIMITED_KBPS
from app.transport.connection import Connector, MakePeer, make_peer
from app.transport.http import RelayHttp
from app.transport.packet_queue import PacketQueue
from app.transport.payload import h264_payloads, vp8_payloads
from app.transport.peer import Peer
from app.transport.probe import EVERY_S, RelayWatch
from app.transport.reconnect_delay import ReconnectDelay
from app.transport.sender import MediaFrame
from app.transport.target_session import TargetSession
from app.transport.timers import Timers
from app.transport.trial import try_relay
from app.transport.whip import WhipClient

log = logging.getLogger(__name__)

LOOK_AT_NETWORK_S = 1.0
CLOSE_WITHIN_S = 8.0
MAX_TRIALS = 4  # at a time, for a user who clicks again and again


class Encoders(Protocol):
    """The encoders' side of the publisher (media.ports.EncoderControl)."""

    def request_keyframe(self) -> None: ...

    def request_bitrate(self, kbps: int) -> None: ...

    def request_codecs(self, codecs: frozenset[Codec]) -> None: ...


class Publisher:
    """Has a session for each target and a watch for each relay; implements media.ports.Publisher.

    `notify` is called on the publisher's thread. `watch_loop` gets its event loop before anything runs on it. `trust` replaces the
    system's certificates; `timers` and `make_peer` are for tests.
    """

    def __init__(
        self,
        *,
        clock: Clock,
        control: Encoders,
        notify: Callable[[Notice], None],
        watch_loop: Callable[[asyncio.AbstractEventLoop], object] = lambda loop: None,
        random: random.Random | None = None,
        timers: Timers | None = None,
        trust: ssl.SSLContext | None = None,
        make_peer: MakePeer = make_peer,
    ) -> None:
        self._clock = clock
        self._control = control
        self._notify = notify
        self._watch_loop = watch_loop
        self._random = random or _new_random()
        self._timers = timers or Timers()
        self._trust = trust
        self._make_peer = make_peer
        self._queue = PacketQueue(self._wake)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._ready = threading.Event()
        self._stop: asyncio.Event | None = None
        self._sessions: dict[str, TargetSession] = {}
        self._leaving: list[TargetSession] = []
        self._watches: dict[str, RelayWatch] = {}
        self._pools: dict[str, RelayHttp] = {}
        self._trials = OwnedTasks()
        self._closing: dict[str, asyncio.Task[None]] = {}
        self._picture_id = 0
        self._asked: tuple[frozenset[Codec], int] = (frozenset(), UNLIMITED_KBPS)
        self._stats: tuple[TargetStats, ...] = ()
        self._asks = 0  # calls of `targets`, and how many of them our thread has carried out
        self._heard = 0
        self._probes: tuple[RelayProbe, ...] = ()

    # --- any thread

    def start(self) -> None:
        """Start the thread; returns when its loop runs."""
        if self._thread is not None:
            return
        self._ready.clear()
        self._thread = threading.Thread(target=self._main, name="publisher", daemon=True)
        self._thread.start()
        self._ready.wait()

    def close(self) -> None:
        """Leave every relay in order and end the thread."""
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._call(self._request_stop)
        thread.join(CLOSE_WITHIN_S)
        if thread.is_alive():
            log.error("the publisher did not end within %s s", CLOSE_WITHIN_S)

    def push(self, packet: EncodedPacket) -> None:
        if self._loop is not None and not self._queue.push(packet):
            self._control.request_keyframe()

    def targets(self, targets: Sequence[Target]) -> None:
        wanted = tuple(targets)
        self._asks = ask = self._asks + 1

        def take() -> None:
            self._set_targets(wanted)
            self._heard = ask

        self._call(take)

    def has_left(self) -> bool:
        return self._loop is None or (self._heard == self._asks and not self._stats)

    def watch(self, targets: Sequence[Target], warm_ids: Sequence[str], every_s: float = EVERY_S) -> None:
        wanted, warm = tuple(targets), frozenset(warm_ids)
        self._call(lambda: self._set_watches(wanted, warm, every_s))

    def try_out(self, target: Target, told: Callable[[RelayTrial], None]) -> None:
        """Connect to a relay as for going live but without media, then leave. `told` is called on the publisher's thread."""
        self._call(lambda: self._begin_trial(target, told))

    def stats(self) -> tuple[TargetStats, ...]:
        return self._stats

    def probes(self) -> tuple[RelayProbe, ...]:
        return self._probes

    def _wake(self) -> None:
        self._call(self._drain)

    def _call(self, work: Callable[[], None]) -> None:
        loop = self._loop
        if loop is None:
            return
        try:
            loop.call_soon_threadsafe(work)
        except RuntimeError:  # the loop closed between the check and the call
            log.debug("the publisher has ended")

    # --- the publisher's thread

    def _main(self) -> None:
        asyncio.run(self._serve())

    async def _serve(self) -> None:
        self._stop = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        self._watch_loop(self._loop)
        self._ready.set()
        looking = asyncio.create_task(self._look_at_network(), name="look at the network")
        try:
            await self._stop.wait()
        finally:
            looking.cancel()
            await self._trials.aclose()
            self._set_targets(())
            self._set_watches((), frozenset(), EVERY_S)
            while self._closing:
                await asyncio.wait(self._closing.values())
            await asyncio.gather(*(pool.aclose() for pool in self._pools.values()))
            self._pools.clear()
            self._loop = None

    def _request_stop(self) -> None:
        if self._stop is not None:
            self._stop.set()

    def _pool(self, relay_id: str) -> RelayHttp:
        return self._pools.setdefault(relay_id, RelayHttp(self._trust))

    def _connector(self, target: Target, http: RelayHttp | None = None) -> Connector:
        whip = WhipClient(http or self._pool(target.relay.id), target.relay.whip_url, target.token, target.quirks)
        return Connector(target, whip, clock=self._clock, want_keyframe=self._control.request_keyframe, make_peer=self._make_peer)

    def _begin_trial(self, target: Target, told: Callable[[RelayTrial], None]) -> None:
        if len(self._trials) < MAX_TRIALS:
            self._trials.start(self._trial(target, told), f"trial {target.relay.id}")

    async def _trial(self, target: Target, told: Callable[[RelayTrial], None]) -> None:
        http = RelayHttp(self._trust)  # its own, so that warm and live connections stay
        connector = self._connector(target, http)
        try:
            told(await try_relay(target, connector))
        finally:
            await connector.aclose()
            await http.aclose()

    def _set_targets(self, targets: tuple[Target, ...]) -> None:
        wanted = {target.relay.id: target for target in targets}
        for relay_id, session in list(self._sessions.items()):
            if _same(wanted.get(relay_id), session.target):
                wanted.pop(relay_id)
            else:
                del self._sessions[relay_id]
                self._leaving.append(session)
                self._close(f"target {relay_id}", self._leave(session))
        for target in wanted.values():
            self._sessions[target.relay.id] = self._session(target)
            self._start_after(f"target {target.relay.id}", self._sessions[target.relay.id])
        self._changed()

    async def _leave(self, session: TargetSession) -> None:
        try:
            await session.aclose()
        finally:
            self._leaving.remove(session)
            self._changed()

    def _start_after(self, name: str, starter: "TargetSession | RelayWatch") -> None:
        """Start now, or when the one before it with this name has left."""
        before = self._closing.get(name)
        if before is None:
            starter.start()
        else:
            before.add_done_callback(lambda _: self._start_if_wanted(starter))

    def _start_if_wanted(self, starter: "TargetSession | RelayWatch") -> None:
        if starter in self._sessions.values() or starter in self._watches.values():
            starter.start()

    def _session(self, target: Target) -> TargetSession:
        return TargetSession(
            target,
            connector=self._connector(target),
            http=self._pool(target.relay.id),
            clock=self._clock,
            notify=self._notify,
            changed=self._changed,
            take_peer=lambda: self._take_peer(target),
            delay=ReconnectDelay(self._random.uniform),
            want_keyframe=self._control.request_keyframe,
            timers=self._timers,
        )

    def _take_peer(self, target: Target) -> Peer | None:
        watch = self._watches.get(target.relay.id)
        return watch.take_peer() if watch is not None and watch.target.relay == target.relay else None

    def _set_watches(self, targets: tuple[Target, ...], warm: frozenset[str], every_s: float) -> None:
        wanted = {target.relay.id: target for target in targets}
        for relay_id, watch in list(self._watches.items()):
            if _same(wanted.get(relay_id), watch.target) and watch.warm == (relay_id in warm):
                wanted.pop(relay_id)
                watch.set_interval(every_s)
            else:
                del self._watches[relay_id]
                self._close(f"watch {relay_id}", watch.aclose())
        for relay_id, target in wanted.items():
            self._watches[relay_id] = RelayWatch(
                target,
                warm=relay_id in warm,
                every_s=every_s,
                http=self._pool(relay_id),
                connector=self._connector(target),
                changed=self._measured,
            )
            self._start_after(f"watch {relay_id}", self._watches[relay_id])
        self._measured()

    def _close(self, name: str, closing: Coroutine[None, None, None]) -> None:
        before = self._closing.get(name)

        async def run() -> None:
            if before is not None:
                await asyncio.wait({before})
            await closing

        task = start_task(run(), f"close {name}")
        self._closing[name] = task

        def done(finished: "asyncio.Task[None]") -> None:
            if self._closing.get(name) is finished:
                del self._closing[name]

        task.add_done_callback(done)

    def _drain(self) -> None:
        """Cut the queued packets into payloads, once for all targets, and send them."""
        packets = self._queue.take()
        sessions = tuple(self._sessions.values())
        if not sessions:
            return
        for packet in packets:
            frame = MediaFrame(packet.kind, packet.codec, self._payloads(packet), packet.pts, packet.capture_ns, packet.keyframe)
            for session in sessions:
                session.push(frame)

    def _payloads(self, packet: EncodedPacket) -> Sequence[bytes]:
        if packet.kind is MediaKind.AUDIO:
            return (packet.data,)
        if packet.codec is Codec.VP8:
            self._picture_id = self._picture_id + 1 & 0x7FFF
            return vp8_payloads(packet.data, self._picture_id)
        return h264_payloads(packet.data)

    def _changed(self) -> None:
        """Update the figures and the requests to the encoders after a change of a target."""
        leaving = [session for session in self._leaving if session.target.relay.id not in self._sessions]
        self._stats = tuple(session.stats() for session in (*self._sessions.values(), *leaving))
        active = [session for session in self._sessions.values() if session.state.value is not TargetState.REFUSED]
        # Nearly all relays take H.264, so its encoder starts before the relay has answered.
        codecs = frozenset(session.codec or Codec.H264 for session in active)
        kbps = min((session.allowed_kbps for session in active), default=UNLIMITED_KBPS)
        old_codecs, old_kbps = self._asked
        self._asked = (codecs, kbps)
        if codecs != old_codecs:
            self._control.request_codecs(codecs)
        if kbps != old_kbps:
            self._control.request_bitrate(kbps)

    def _measured(self) -> None:
        self._probes = tuple(watch.probe for watch in self._watches.values())

    async def _look_at_network(self) -> None:
        """Tell sessions and watches at once when this computer's addresses change."""
        known = sorted(host_addresses())
        while True:
            await asyncio.sleep(LOOK_AT_NETWORK_S)
            if not self._sessions and not self._watches:
                continue
            try:
                found = sorted(host_addresses())
            except OSError as error:  # out of descriptors, for example; try again later
                log.info("cannot read this computer's addresses: %s", error)
                continue
            if found != known:
                log.info("addresses changed: %s", ", ".join(found))
                known = found
                for session in self._sessions.values():
                    session.network_changed()
                for watch in self._watches.values():
                    watch.network_changed()


def _same(one: Target | None, other: Target) -> bool:
    """Whether a running target needs no restart: a new name needs none."""
    if one is None:
        return False
    return (one.relay.whip_url, one.relay.ice_servers, one.token, one.quirks) == (
        other.relay.whip_url,
        other.relay.ice_servers,
        other.token,
        other.quirks,
    )


def _new_random() -> random.Random:
    return random.Random()
