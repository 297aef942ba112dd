"""Keeps one target on air for as long as it is wanted: connecting, watching, reconnecting, leaving."""

import asyncio
import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from app.aio.owned_tasks import OwnedTasks
from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.base.errors import Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.state import StateCell
from app.domain.program.broadcast import TARGET_MOVES, Step, TargetState
from app.domain.program.output import Target
from app.domain.program.packet import Codec
from app.domain.program.stats import TargetStats
from app.transport.addresses import host_addresses
from app.transport.congestion import UNLIMITED_KBPS
from app.transport.connection import Connection, Connector
from app.transport.errors import TransportError
from app.transport.http import RelayHttp
from app.transport.peer import Peer
from app.transport.reconnect_delay import ReconnectDelay
from app.transport.sender import MediaFrame, SenderCounts, report_age_ms

log = logging.getLogger(__name__)

_UNREACHABLE = frozenset({Step.NAME, Step.TCP, Step.TLS, Step.ICE})
_MAYBE_OURSELVES = frozenset({"whip.token", "whip.in_use", "whip.not_found"})


MAX_DETAIL = 200


@dataclass(frozen=True, slots=True)
class Timers:
    """How long each kind of silence is borne, in milliseconds; tests make them shorter."""

    weak_ms: float = 4000
    lost_ms: float = 8000
    look_ms: float = 250
    tick_ms: float = 1000
    refused_ms: float = 60_000
    broken_ms: float = 5_000
    own_session_ms: float = 60_000  # how long our own lost session may make a relay say "in use" or "forbidden"


class TargetSession:
    """One target on the publisher's loop. `taken` hands out a prepared peer once, `changed` hears of every new state.

    A relay that stays silent while media flows is replaced before it is let go: the old association goes on sending until the new one is
    up, or until it is heard of again.
    """

    def __init__(
        self,
        target: Target,
        *,
        connector: Connector,
        http: RelayHttp,
        clock: Clock,
        notify: Callable[[Notice], None],
        changed: Callable[[], None],
        taken: Callable[[], Peer | None],
        delay: ReconnectDelay,
        want_keyframe: Callable[[], None],
        timers: Timers | None = None,
    ) -> None:
        self.target = target
        self.state = StateCell(f"target {target.relay.id}", TargetState.IDLE, TARGET_MOVES)
        self._connector = connector
        self._http = http
        self._clock = clock
        self._notify = notify
        self._changed = changed
        self._taken = taken
        self._delay = delay
        self._want_keyframe = want_keyframe
        self._timers = timers or Timers()
        self._current: Connection | None = None
        self._ended = ""  # why the current association ended by itself; "" = it runs
        self._wake = asyncio.Event()
        self._network_changed = False
        self._task: asyncio.Task[None] | None = None
        self._leaving = OwnedTasks()
        self._failure: TransportError | None = None
        self._since_ns = 0
        self._live_ns = 0
        self._lost_ns = 0
        self._connects = 0
        self._retry_at_ns = 0
        self._said = ""
        self._past = SenderCounts()
        self._kbps = 0.0
        self._measured = (0, 0)
        self._never_reports = False
        self._codec: Codec | None = None
        self._allowed_kbps = UNLIMITED_KBPS
        self.state.changed.connect(self._on_state)

    # --- what the publisher does with it

    def start(self) -> None:
        self._task = asyncio.create_task(self._run(), name=f"target {self.target.relay.id}")
        self._task.add_done_callback(self._on_run_over)

    def _on_run_over(self, task: "asyncio.Task[None]") -> None:
        """The run ends by being cancelled; anything else is our own mistake, which must not pass in silence nor end the target."""
        if task.cancelled() or (error := task.exception()) is None:
            return
        log.error("target %s stopped by an error of our own, and begins again", self.target.relay.id, exc_info=error)
        self._say(Severity.ERROR, "target.broken", {"detail": repr(error)[:MAX_DETAIL]})
        self._drop(tell_relay=True)
        if self.state.value in (TargetState.LIVE, TargetState.WEAK):
            self.state.set(TargetState.RECONNECTING)
        asyncio.get_running_loop().call_later(self._timers.broken_ms / 1000, self._begin_again)

    def _begin_again(self) -> None:
        if self._task is not None:  # None: left meanwhile
            self.start()

    def push(self, frame: MediaFrame) -> None:
        if self._current is not None:
            self._current.sender.push(frame)

    def network_changed(self) -> None:
        """Addresses came or went: look and try at once."""
        self._network_changed = True
        self._wake.set()

    async def aclose(self) -> None:
        """Leave in order."""
        if self._task is None:
            return
        task, self._task = self._task, None
        self.state.set(TargetState.STOPPING)
        task.cancel()
        await asyncio.wait({task})
        self._drop(tell_relay=True)
        self._leaving.start(self._connector.aclose(), f"undo {self.target.relay.id}")
        await self._leaving.join()
        self.state.set(TargetState.IDLE)

    @property
    def codec(self) -> Codec | None:
        """The video codec agreed; while reconnecting the last one, so that no encoder is changed for nothing."""
        return self._codec

    @property
    def allowed_kbps(self) -> int:
        """What this target bears of video."""
        ceiling = self.target.quirks.max_bitrate_kbps or UNLIMITED_KBPS
        return min(ceiling, self._current.sender.rate.allowed_kbps) if self._current is not None else ceiling

    # --- the life of the target

    async def _run(self) -> None:
        self.state.set(TargetState.CONNECTING)
        while True:
            failure = await self._attempt()
            if failure is None:
                self._on_air()
                await self._watch()
                await self._http.renew()  # what was pooled may have died with the path
                continue
            await self._pause(failure)

    async def _attempt(self) -> TransportError | None:
        """One try, given up when the old association is heard of again; None = on air."""
        again = self._connects > 0 or self._failure is not None
        self._network_changed = False
        prepared = self._taken()
        trying = asyncio.create_task(self._connector.connect(prepared, self._on_closed_of(self._connects), again=again))
        try:
            while not trying.done():
                await asyncio.wait({trying}, timeout=self._timers.look_ms / 1000)
                self._measure()
                if not trying.done() and self._old_is_back():
                    await self._give_up(trying)
                    return None
                if self._network_changed:  # what was gathered names addresses that are gone, or lacks new ones
                    break
        except asyncio.CancelledError:
            await self._give_up(trying)
            if prepared is not None and trying.cancelled():  # perhaps before its first step, which would have closed it
                await prepared.aclose()
            raise
        if not trying.done():
            trying.cancel()
            await asyncio.wait({trying})
        if trying.cancelled():
            return TransportError("peer.moved", Step.MEDIA)
        error = trying.exception()
        if error is None:
            self._swap(trying.result())
            return None
        if not isinstance(error, TransportError):
            raise error
        return error

    async def _give_up(self, trying: "asyncio.Task[Connection]") -> None:
        """End a try; one that came up in the same moment is left in order."""
        trying.cancel()
        await asyncio.wait({trying})
        if not trying.cancelled() and trying.exception() is None:
            self._leave(trying.result(), tell_relay=True)

    def _on_closed_of(self, number: int) -> Callable[[str], None]:
        def on_closed(reason: str) -> None:
            if self._connects == number + 1:
                self._ended = reason
                self._wake.set()

        return on_closed

    def _old_is_back(self) -> bool:
        """Whether the association given up was heard of since."""
        return self._current is not None and not self._ended and self._current.sender.reported_ns > self._lost_ns

    def _swap(self, connection: Connection) -> None:
        self._drop(tell_relay=True)
        self._current = connection
        self._ended = "" if connection.peer.connected else "closed"
        self._connects += 1
        self._codec = connection.sender.plan.video.codec
        self._want_keyframe()

    def _drop(self, *, tell_relay: bool) -> None:
        """Let the current association go without waiting for it."""
        current, self._current = self._current, None
        if current is None:
            return
        counts = current.sender.counts
        for name in ("packets_sent", "bytes_sent", "retransmitted", "nack_missed", "pli_received", "queue_dropped"):
            setattr(self._past, name, getattr(self._past, name) + getattr(counts, name))
        self._leave(current, tell_relay=tell_relay)

    def _leave(self, connection: Connection, *, tell_relay: bool) -> None:
        self._leaving.start(connection.aclose(tell_relay=tell_relay), f"leave {self.target.relay.id}")

    def _on_air(self) -> None:
        back = self._live_ns > 0
        self._delay.reset()
        self._failure = None
        self._live_ns = self._clock.monotonic_ns()
        self._retry_at_ns = 0
        self.state.set(TargetState.LIVE)
        self._say(Severity.INFO, "target.back" if back else "target.live")
        if self._current is not None and self._current.sender.plan.audio is None:
            self._say(Severity.WARNING, "target.no_sound")

    async def _watch(self) -> None:
        """Until the association ended or fell silent; leaves the state at RECONNECTING."""
        while True:
            self._wake.clear()
            if self._ended or self._current is None:
                self._lose(TransportError("peer.closed", Step.MEDIA, detail=self._ended))
                self._drop(tell_relay=self._ended != "refused")
                return
            try:
                async with asyncio.timeout(self._timers.look_ms / 1000):
                    await self._wake.wait()
            except TimeoutError:
                self._measure()
            connection = self._running()
            if connection is None:
                continue
            if self._network_changed and self._moved(connection):
                self._lose(TransportError("peer.moved", Step.MEDIA, detail=connection.peer.selected[0]))
                return
            if self._silent(connection):
                return

    def _running(self) -> Connection | None:
        return None if self._ended else self._current

    def _silent(self, connection: Connection) -> bool:
        """Follow the age of the last report; True when it is time to reconnect."""
        age_ms = self._age_ms(connection)
        never = connection.sender.reported_ns == 0
        if age_ms < self._timers.weak_ms:
            if self.state.set(TargetState.LIVE):
                self._live_ns = self._clock.monotonic_ns()
                self._say(Severity.INFO, "target.back")
            return False
        if age_ms < self._timers.lost_ms or (never and self._never_reports):
            if self.state.set(TargetState.WEAK):
                self._say(Severity.WARNING, "target.weak")
            return False
        # Some relays never report. One fresh start tells them from a relay that does not take our media; then consent has to do.
        self._never_reports = never
        self._lose(TransportError("peer.media", Step.MEDIA, detail=f"{age_ms / 1000:.0f} s"))
        return True

    def _moved(self, connection: Connection) -> bool:
        """Whether the address in use is gone from this machine."""
        self._network_changed = False
        local = connection.peer.selected[0]
        return bool(local) and local not in host_addresses(loopback=True)

    def _lose(self, error: TransportError) -> None:
        self._failure = error
        self._lost_ns = self._clock.monotonic_ns()
        self.state.set(TargetState.RECONNECTING)
        self._say(Severity.WARNING, error.code, error.data)

    async def _pause(self, failure: TransportError) -> None:
        """Note the failure and wait for the next try, or for something to change."""
        ours = failure.code in _MAYBE_OURSELVES and self._live_ns > 0 and self._recently_live()
        if failure.code in _MAYBE_OURSELVES and self._current is not None:
            self._drop(tell_relay=True)
        self._failure = failure
        refused = failure.refused and not ours
        self.state.set(TargetState.REFUSED if refused else TargetState.RECONNECTING)
        self._say(Severity.ERROR if refused else Severity.WARNING, failure.code, failure.data)
        await self._http.renew()
        unreachable = failure.step in _UNREACHABLE or failure.code == "whip.no_reply"
        wait_s = self._timers.refused_ms / 1000 if refused else self._delay.next_s(unreachable=unreachable, asked_s=failure.retry_after_s)
        self._retry_at_ns = self._clock.monotonic_ns() + round(wait_s * NS_PER_S)
        self._changed()
        if not self._network_changed:
            self._wake.clear()
            await self._wait(wait_s)
        self._retry_at_ns = 0
        if refused:
            self.state.set(TargetState.CONNECTING)

    async def _wait(self, wait_s: float) -> None:
        try:
            async with asyncio.timeout(wait_s):
                while not self._wake.is_set():
                    await self._wake.wait()
                self._delay.reset()
        except TimeoutError:
            return

    def _recently_live(self) -> bool:
        return self._clock.monotonic_ns() - self._since_ns < self._timers.own_session_ms * NS_PER_MS

    # --- figures and words

    def _age_ms(self, connection: Connection) -> float:
        return report_age_ms(connection.sender, connection.connected_ns, self._clock.monotonic_ns())

    def _measure(self) -> None:
        """At every look: a lower allowance goes to the encoder. Once a tick: reports out, rates measured."""
        now_ns = self._clock.monotonic_ns()
        if (allowed := self.allowed_kbps) != self._allowed_kbps:
            self._allowed_kbps = allowed
            self._changed()
        at_ns, sent = self._measured
        if now_ns - at_ns < self._timers.tick_ms * NS_PER_MS:
            return
        total = self._counts().bytes_sent
        self._kbps = (total - sent) * 8 * 1_000_000 / (now_ns - at_ns) if at_ns else 0.0
        self._measured = (now_ns, total)
        if self._current is not None:
            self._current.sender.tick()
        self._changed()

    def _counts(self) -> SenderCounts:
        now = self._current.sender.counts if self._current is not None else SenderCounts()
        past = self._past
        return SenderCounts(
            past.packets_sent + now.packets_sent,
            past.bytes_sent + now.bytes_sent,
            past.retransmitted + now.retransmitted,
            past.nack_missed + now.nack_missed,
            past.pli_received + now.pli_received,
            past.queue_dropped + now.queue_dropped,
            now.first_packet_ns,
        )

    def _on_state(self, old: TargetState, new: TargetState) -> None:
        self._since_ns = self._clock.monotonic_ns()
        self._changed()

    def _say(self, severity: Severity, code: str, data: Mapping[str, Value] | None = None) -> None:
        """Tell the user once, however often the same thing is tried."""
        if code == self._said:
            return
        self._said = code
        self._notify(Notice(severity, code, {"relay": self.target.relay.name, **(data or {})}, subject=self.target.relay.id))

    def stats(self) -> TargetStats:
        """One reading. first_packet_ms counts from the end of DTLS, total_ms from the beginning of the try to the first packet."""
        counts = self._counts()
        connection = self._current
        failure = self._failure
        plain = TargetStats(
            relay_id=self.target.relay.id,
            state=self.state.value,
            since_ns=self._since_ns,
            kbps=self._kbps,
            packets_sent=counts.packets_sent,
            bytes_sent=counts.bytes_sent,
            retransmitted=counts.retransmitted,
            nack_missed=counts.nack_missed,
            pli_received=counts.pli_received,
            queue_dropped=counts.queue_dropped,
            connects=self._connects,
            retry_in_ms=max(0, (self._retry_at_ns - self._clock.monotonic_ns()) // NS_PER_MS) if self._retry_at_ns else -1,
            failure=failure.code if failure else "",
            failure_data=tuple(failure.data.items()) if failure else (),
        )
        return _with_connection(plain, connection) if connection is not None else plain


def _with_connection(plain: TargetStats, connection: Connection) -> TargetStats:
    """The same with what the association knows."""
    sender, timings = connection.sender, connection.timings
    first_ns = sender.counts.first_packet_ns
    return replace(
        plain,
        codec=sender.plan.video.codec,
        post_ms=timings.post_ms,
        ice_ms=timings.ice_ms,
        dtls_ms=timings.dtls_ms,
        first_packet_ms=(first_ns - connection.connected_ns) / NS_PER_MS if first_ns else -1.0,
        total_ms=(first_ns - timings.began_ns) / NS_PER_MS if first_ns else -1.0,
        rtt_ms=sender.rtt_ms,
        loss=sender.loss,
        jitter_ms=sender.jitter_ms,
        available_kbps=sender.acked.kbps,
        remb_kbps=sender.rate.remb_kbps,
    )
