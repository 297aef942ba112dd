"""Keeps one target on air while the user wants it: connects, watches, reconnects, leaves."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from app.aio.owned_tasks import start_task
from app.domain.base.clock import NS_PER_MS, NS_PER_S, Clock
from app.domain.base.errors import Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.state_machine import StateMachine
from app.domain.program.broadcast import ACCEPTED, TARGET_MOVES, Step, TargetState
from app.domain.program.output import Target
from app.domain.program.packet import Codec
from app.domain.program.stats import TargetStats
from app.transport.addresses import host_addresses
from app.transport.congestion import UNLIMITED_KBPS
from app.transport.connection import Connection, Connector
from app.transport.current_connection import CurrentConnection
from app.transport.errors import TransportError
from app.transport.http import RelayHttp
from app.transport.notice_filter import NoticeFilter
from app.transport.peer import Peer
from app.transport.reconnect_delay import ReconnectDelay
from app.transport.report_watch import Reports, ReportWatch
from app.transport.sender import MediaFrame
from app.transport.target_stats import RateMeter, with_connection
from app.transport.timers import Timers
from app.transport.wakeup import Wakeup

log = logging.getLogger(__name__)

_UNREACHABLE = frozenset({Step.NAME, Step.TCP, Step.TLS, Step.ICE})
_MAYBE_OURSELVES = frozenset({"whip.token", "whip.in_use", "whip.not_found"})

MAX_DETAIL = 200


class TargetSession:
    """One target on the publisher's loop. `take_peer` hands out a prepared peer once; `changed` is called after every change.

    When a relay is silent while media flows, the old connection goes on sending until the new one is up, or until the relay reports on
    the old one again.
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
        take_peer: Callable[[], Peer | None],
        delay: ReconnectDelay,
        want_keyframe: Callable[[], None],
        timers: Timers | None = None,
    ) -> None:
        self.target = target
        self.state = StateMachine(f"target {target.relay.id}", TargetState.IDLE, TARGET_MOVES)
        self._connector = connector
        self._http = http
        self._clock = clock
        self._changed = changed
        self._take_peer = take_peer
        self._delay = delay
        self._want_keyframe = want_keyframe
        self._timers = timers or Timers()
        self._wakeup = Wakeup()
        self._current = CurrentConnection(target.relay.id, self._wakeup.wake)
        self._reports = ReportWatch(self._timers, clock)
        self._notices = NoticeFilter(notify)
        self._meter = RateMeter(self._timers.tick_ms, clock)
        self._task: asyncio.Task[None] | None = None
        self._failure: TransportError | None = None
        self._since_ns = 0
        self._live_ns = 0
        self._lost_ns = 0
        self._retry_at_ns = 0
        self._asked_kbps = UNLIMITED_KBPS
        self.state.changed.connect(self._on_state)

    # --- called by the publisher

    def start(self) -> None:
        name = f"target {self.target.relay.id}"
        self._task = start_task(self._run(), name, self._on_broken)

    def push(self, frame: MediaFrame) -> None:
        if self._current.connection is not None:
            self._current.connection.sender.push(frame)

    def network_changed(self) -> None:
        """Addresses came or went: check the connection, or try again, at once."""
        self._wakeup.on_network_changed()

    async def aclose(self) -> None:
        """Leave the relay in order."""
        if self._task is None:
            return
        task, self._task = self._task, None
        self.state.set(TargetState.STOPPING)
        task.cancel()
        await asyncio.wait({task})
        await self._current.aclose(self._connector.aclose())
        self.state.set(TargetState.IDLE)

    @property
    def codec(self) -> Codec | None:
        """The agreed video codec; during a reconnect the last one."""
        return self._current.codec

    @property
    def allowed_kbps(self) -> int:
        """The highest video bitrate that this target takes."""
        ceiling = self.target.quirks.max_bitrate_kbps or UNLIMITED_KBPS
        connection = self._current.connection
        return min(ceiling, connection.sender.rate.allowed_kbps) if connection is not None else ceiling

    # --- the run

    async def _run(self) -> None:
        self.state.set(TargetState.CONNECTING)
        while True:
            failure = await self._attempt()
            if failure is None:
                self._on_air()
                await self._watch()
                await self._http.renew()  # pooled connections may have died with the path
                continue
            await self._pause(failure)

    def _on_broken(self, name: str, error: BaseException) -> None:
        """A fault of ours ended the run: tell the user, and start again after a while."""
        self._say(Severity.ERROR, "target.broken", {"detail": repr(error)[:MAX_DETAIL]})
        self._current.drop(tell_relay=True)
        if self.state.value in ACCEPTED:
            self.state.set(TargetState.RECONNECTING)
        asyncio.get_running_loop().call_later(self._timers.broken_ms / 1000, self._start_again)

    def _start_again(self) -> None:
        if self._task is not None:  # None: left meanwhile
            self.start()

    async def _attempt(self) -> TransportError | None:
        """Try to connect once. Stops trying when the relay reports on the old connection again. None = on air."""
        again = self._current.connects > 0 or self._failure is not None
        self._wakeup.take_network_change()
        prepared = self._take_peer()
        trying = asyncio.create_task(self._connector.connect(prepared, self._current.next_on_closed(), again=again))
        try:
            while not trying.done():
                await asyncio.wait({trying}, timeout=self._timers.look_ms / 1000)
                self._measure()
                if not trying.done() and self._old_is_back():
                    await self._give_up(trying)
                    return None
                if self._wakeup.network_changed:  # the offer names addresses that are gone, or lacks new ones
                    break
        except asyncio.CancelledError:
            await self._give_up(trying)
            if prepared is not None and trying.cancelled():  # perhaps before its first step, which would have closed it
                await prepared.aclose()
            raise
        if not trying.done():
            trying.cancel()
            await asyncio.wait({trying})
        return self._outcome(trying)

    def _outcome(self, trying: "asyncio.Task[Connection]") -> TransportError | None:
        """The failure of a finished try; None when it connected."""
        if trying.cancelled():
            return TransportError("peer.moved", Step.MEDIA)
        error = trying.exception()
        if error is None:
            self._current.put(trying.result())
            self._want_keyframe()
            return None
        if not isinstance(error, TransportError):
            raise error
        return error

    async def _give_up(self, trying: "asyncio.Task[Connection]") -> None:
        """Cancel a try. If it connected in the same moment, leave in order."""
        trying.cancel()
        await asyncio.wait({trying})
        if not trying.cancelled() and trying.exception() is None:
            self._current.leave(trying.result(), tell_relay=True)

    def _old_is_back(self) -> bool:
        """Whether the relay has reported on the old connection since it was taken for lost."""
        connection = self._current.running
        return connection is not None and connection.sender.reported_ns > self._lost_ns

    def _on_air(self) -> None:
        was_live = self._live_ns > 0
        self._delay.reset()
        self._failure = None
        self._live_ns = self._clock.monotonic_ns()
        self._retry_at_ns = 0
        self.state.set(TargetState.LIVE)
        self._say(Severity.INFO, "target.back" if was_live else "target.live")
        if self._current.connection is not None and self._current.connection.sender.plan.audio is None:
            self._say(Severity.WARNING, "target.no_sound")

    async def _watch(self) -> None:
        """Return when the connection has ended or is silent; the state is then RECONNECTING."""
        while True:
            self._wakeup.clear()
            connection = self._current.running
            if connection is None:
                reason = self._current.end_reason
                self._lose(TransportError("peer.closed", Step.MEDIA, detail=reason))
                self._current.drop(tell_relay=reason != "refused")
                return
            if not await self._wakeup.wait(self._timers.look_ms / 1000):
                self._measure()
            connection = self._current.running
            if connection is None:
                continue
            if self._wakeup.take_network_change() and _address_is_gone(connection):
                self._lose(TransportError("peer.moved", Step.MEDIA, detail=connection.peer.selected[0]))
                return
            if self._is_silent(connection):
                return

    def _is_silent(self, connection: Connection) -> bool:
        """Move between LIVE and WEAK with the age of the last report; True when it is time to reconnect."""
        reports = self._reports.judge(connection)
        if reports is Reports.SILENT:
            self._lose(TransportError("peer.media", Step.MEDIA, detail=f"{self._reports.age_ms(connection) / 1000:.0f} s"))
        elif reports is Reports.LATE:
            if self.state.set(TargetState.WEAK):
                self._say(Severity.WARNING, "target.weak")
        elif self.state.set(TargetState.LIVE):
            self._live_ns = self._clock.monotonic_ns()
            self._say(Severity.INFO, "target.back")
        return reports is Reports.SILENT

    def _lose(self, error: TransportError) -> None:
        self._failure = error
        self._lost_ns = self._clock.monotonic_ns()
        self.state.set(TargetState.RECONNECTING)
        self._say(Severity.WARNING, error.code, error.data)

    async def _pause(self, failure: TransportError) -> None:
        """Note the failure and wait for the next try, or for a wake-up."""
        maybe_ours = failure.code in _MAYBE_OURSELVES
        if maybe_ours and self._current.connection is not None:
            self._current.drop(tell_relay=True)
        self._failure = failure
        refused = failure.refused and not (maybe_ours and self._live_ns > 0 and self._was_live_recently())
        self.state.set(TargetState.REFUSED if refused else TargetState.RECONNECTING)
        self._say(Severity.ERROR if refused else Severity.WARNING, failure.code, failure.data)
        await self._http.renew()
        unreachable = failure.step in _UNREACHABLE or failure.code == "whip.no_reply"
        wait_s = self._timers.refused_ms / 1000 if refused else self._delay.next_s(unreachable=unreachable, asked_s=failure.retry_after_s)
        self._retry_at_ns = self._clock.monotonic_ns() + round(wait_s * NS_PER_S)
        self._changed()
        if not self._wakeup.network_changed:
            self._wakeup.clear()
            if await self._wakeup.wait(wait_s):
                self._delay.reset()
        self._retry_at_ns = 0
        if refused:
            self.state.set(TargetState.CONNECTING)

    def _was_live_recently(self) -> bool:
        return self._clock.monotonic_ns() - self._since_ns < self._timers.own_session_ms * NS_PER_MS

    def _say(self, severity: Severity, code: str, data: Mapping[str, Value] | None = None) -> None:
        self._notices.notify(Notice(severity, code, {"relay": self.target.relay.name, **(data or {})}, subject=self.target.relay.id))

    # --- figures

    def _measure(self) -> None:
        """Hand a new bitrate limit to the encoder at once; send reports and measure rates once a tick."""
        if (allowed := self.allowed_kbps) != self._asked_kbps:
            self._asked_kbps = allowed
            self._changed()
        if not self._meter.is_due():
            return
        self._meter.measure(self._current.counts.bytes_sent)
        if self._current.connection is not None:
            self._current.connection.sender.tick()
        self._changed()

    def _on_state(self, old: TargetState, new: TargetState) -> None:
        self._since_ns = self._clock.monotonic_ns()
        self._changed()

    def stats(self) -> TargetStats:
        counts, connection, failure = self._current.counts, self._current.connection, self._failure
        plain = TargetStats(
            relay_id=self.target.relay.id,
            state=self.state.value,
            since_ns=self._since_ns,
            kbps=self._meter.kbps,
            packets_sent=counts.packets_sent,
            bytes_sent=counts.bytes_sent,
            retransmitted=counts.retransmitted,
            nack_missed=counts.nack_missed,
            pli_received=counts.pli_received,
            queue_dropped=counts.queue_dropped,
            connects=self._current.connects,
            retry_in_ms=max(0, (self._retry_at_ns - self._clock.monotonic_ns()) // NS_PER_MS) if self._retry_at_ns else -1,
            failure=failure.code if failure else "",
            failure_data=tuple(failure.data.items()) if failure else (),
        )
        return with_connection(plain, connection) if connection is not None else plain


def _address_is_gone(connection: Connection) -> bool:
    """Whether this computer no longer has the address that the connection uses."""
    local = connection.peer.selected[0]
    return bool(local) and local not in host_addresses(loopback=True)
