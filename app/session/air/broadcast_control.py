"""Going on air and staying there when the engine restarts."""

import logging
from collections.abc import Sequence

from app.domain.base.clock import NS_PER_S, Clock
from app.domain.base.state_machine import StateMachine
from app.domain.program.broadcast import ACCEPTED, AIR_MOVES, BROADCAST_MOVES, AirState, BroadcastState, TargetState, air_state
from app.domain.program.command import GoLive, StopLive, TryRelay, WatchRelays
from app.domain.program.output import EMBEDDED_RELAY_ID, Relay, Target
from app.domain.program.stats import EngineStats, TargetStats
from app.session.air.embedded_relay import EmbeddedRelay
from app.session.air.relays import Relays
from app.session.base.settings_store import SettingsStore
from app.session.engine.engine_supervisor import EngineState
from app.session.engine.remote_engine import RemoteEngine

log = logging.getLogger(__name__)


class BroadcastControl:
    """Holds what the user wants (on air or not, and where) and sends it to each engine.

    While live, the main relay does not change with the distances; it changes when the user pins another one or removes it.
    """

    def __init__(self, *, relays: Relays, embedded: EmbeddedRelay, engine: RemoteEngine, settings: SettingsStore, clock: Clock) -> None:
        self.state: StateMachine[BroadcastState] = StateMachine("desk", BroadcastState.IDLE, BROADCAST_MOVES)
        self.air: StateMachine[AirState] = StateMachine("air", AirState.OFF, AIR_MOVES)
        self.since_ns = 0  # when a relay first took this show, by the monotonic clock; a restarted engine does not change it
        self.live_relay_ids: tuple[str, ...] = ()
        self._targets: tuple[TargetStats, ...] = ()
        self._relays = relays
        self._embedded = embedded
        self._engine = engine
        self._settings = settings
        self._clock = clock
        self._main_id = ""
        self._sent: tuple[Target, ...] = ()
        self._watched: WatchRelays | None = None
        self._heard_live = False  # the engine has reported this show as live, so its idle means that another desk ended it
        self._uses_fallback = False  # the embedded relay takes the program too, because the chosen one does not
        self.state.changed.connect(lambda old, new: self._follow())
        engine.attached.connect(lambda hello: self._on_attached(hello.live_relay_ids))
        engine.stats_changed.connect(self._on_stats)
        engine.synced.connect(self._refresh)
        engine.state.changed.connect(self._on_engine_state)
        relays.changed.connect(self._refresh)
        relays.probes_changed.connect(lambda probes: self._refresh())

    @property
    def wanted(self) -> bool:
        """Whether the user wants to be on air."""
        return self.state.value in (BroadcastState.STARTING, BroadcastState.LIVE)

    @property
    def watched(self) -> tuple[Target, ...]:
        """What the engine was told to measure."""
        return self._watched.targets if self._watched is not None else ()

    @property
    def live_targets(self) -> tuple[Relay, ...]:
        """The relays that are published to now."""
        return tuple(relay for relay in self._relays.all if relay.id in self.live_relay_ids)

    @property
    def lacks_viewers(self) -> bool:
        """Whether the user wants to be on air, no relay has the program, and the embedded one could take it."""
        failed = self.air.value in (AirState.FAILED, AirState.RECONNECTING)
        return failed and self._embedded.running and EMBEDDED_RELAY_ID not in self.live_relay_ids

    @property
    def watch_page(self) -> str:
        """Where viewers watch the program now, else where they will; "" when that is not known."""
        main = self.main_relay()
        others = [relay for relay in self.live_targets if relay.id != main.id]
        having = [relay for relay in (main, *others) if self._has_program(relay.id)]
        pages = (self._relays.page_of(relay) for relay in (*having, main))
        return next((page for page in pages if page), "")

    def on_air_s(self) -> float:
        """How long the show has been on air: since a relay took it, even if the engine restarted meanwhile."""
        return (self._clock.monotonic_ns() - self.since_ns) / NS_PER_S if self.since_ns else 0.0

    def main_relay(self) -> Relay:
        """Where the program goes, or would go at Go Live: the pinned relay, else the only one configured, else the nearest one that was
        measured, else the embedded one."""
        if self.wanted and not self._engine.project.relay_id:
            current = next((relay for relay in self._relays.reachable() if relay.id == self._main_id), None)
            if current is not None:
                return current
        return self._relays.chosen()

    def _wanted_targets(self) -> tuple[Target, ...]:
        """The main relay first, then the others that are published to."""
        main = self.main_relay()
        too = {*self._engine.project.also_relay_ids, *((EMBEDDED_RELAY_ID,) if self._uses_fallback else ())}
        also = [relay for relay in self._relays.reachable() if relay.id in too and relay.id != main.id]
        return tuple(self._relays.target(relay) for relay in (main, *also))

    # What the user asks for ---------------------------------------------------------------------------------------------------

    def go_live(self) -> None:
        """Publish to `main_relay()` and to the other chosen relays; ignored unless idle."""
        self._engine.sync()
        if self.state.value is BroadcastState.IDLE:
            targets = self._wanted_targets()
            self._heard_live = False
            self._targets = ()
            self._main_id = targets[0].relay.id
            self.state.set(BroadcastState.STARTING)
            if self._relays.knows(targets):
                self._publish(targets)
        self._relays.changed.emit()

    def stop_live(self) -> None:
        """Leave the relays; ignored when not on air."""
        if self.wanted:
            self.state.set(BroadcastState.STOPPING)
            self._forget_targets()
            self._engine.send(StopLive())
        self._relays.changed.emit()

    def use_embedded_too(self) -> None:
        """Publish to the embedded relay as well until the show ends, because the chosen relay does not take it."""
        self._uses_fallback = self.wanted
        self._relays.changed.emit()

    def try_relay(self, relay: Relay, token: str) -> bool:
        """Try out a relay as it was typed, with this token; `RemoteEngine.relay_tried` reports the result. False when the show is on air
        there: a second connection may end the first."""
        target = self._relays.target(relay, token=token)
        live = {self._relays.address_of(one) for one in self.live_targets} if self.wanted else set()
        if target.relay.whip_url in live:
            return False
        self._engine.send(TryRelay(target))
        return True

    # Following the relays and the engine --------------------------------------------------------------------------------------

    def _refresh(self) -> None:
        """Relays, tokens, pins, distances or settings may have changed: send the engine what differs from what it has."""
        if not self._engine.running:
            return
        targets = self._wanted_targets()
        everywhere = tuple(self._relays.target(relay) for relay in self._relays.reachable())
        watched = WatchRelays(everywhere, tuple(target.relay.id for target in targets), self._settings.value.probe_every_s)
        if watched != self._watched:
            self._watched = watched
            self._engine.send(watched)
        if self.wanted and targets != self._sent and self._relays.knows(targets):
            self._main_id = targets[0].relay.id
            self._publish(targets)

    def _on_attached(self, live_relay_ids: Sequence[str]) -> None:
        """A new engine has none of our targets; one that is already live puts us on air too."""
        self._watched = None
        self._sent = ()
        self._heard_live = False
        if live_relay_ids and self.state.value is BroadcastState.IDLE:
            self._main_id = live_relay_ids[0]
            self.live_relay_ids = tuple(live_relay_ids)
            self.state.set(BroadcastState.STARTING)
            self._heard_live = True

    def _on_engine_state(self, old: EngineState, new: EngineState) -> None:
        """When the engine is lost, a show that was ending has ended; a live one goes back on air with the next engine."""
        if old is not EngineState.ATTACHED:
            return
        self._targets = ()
        if self.state.value is BroadcastState.STOPPING:
            self.state.set(BroadcastState.IDLE)
        self._follow()

    def _on_stats(self, stats: EngineStats) -> None:
        """Follow the engine; what it reported before it received our last command does not count."""
        wish = self.state.value
        staying = tuple(target for target in stats.targets if target.state is not TargetState.STOPPING)
        self._targets = staying if stats.state is BroadcastState.LIVE else ()
        if stats.state is BroadcastState.LIVE:
            if wish is BroadcastState.IDLE:  # another desk went on air
                self._on_attached([target.relay_id for target in staying] or [EMBEDDED_RELAY_ID])
            self._heard_live = self._heard_live or self.wanted
            if self.wanted and (accepted := [target for target in staying if target.state in ACCEPTED]):
                began_ns = min(target.since_ns for target in accepted) or stats.at_ns
                self.since_ns = self.since_ns or stats.live_since_ns or began_ns
                self.state.set(BroadcastState.LIVE)
        elif stats.state is BroadcastState.IDLE:
            if wish is BroadcastState.STOPPING:
                self.state.set(BroadcastState.IDLE)
            elif self.wanted and self._heard_live:  # another desk ended it
                self.state.set(BroadcastState.STOPPING)
                self.state.set(BroadcastState.IDLE)
                self._forget_targets()
        self._follow()

    def _follow(self) -> None:
        """The air state is what the relays that the user wants report."""
        if self.state.value is BroadcastState.IDLE:
            self.since_ns, self._uses_fallback = 0, False
        self.air.set(air_state(self.state.value, [(target.state, target.failure) for target in self._targets]))

    def _has_program(self, relay_id: str) -> bool:
        """Whether the engine reports that this relay has the program."""
        return self.wanted and any(target.relay_id == relay_id and target.state in ACCEPTED for target in self._targets)

    def _publish(self, targets: tuple[Target, ...]) -> None:
        self._sent = targets
        self.live_relay_ids = tuple(target.relay.id for target in targets)
        self._relays.warn_unencrypted(targets)
        self._engine.send(GoLive(targets, self.since_ns))

    def _forget_targets(self) -> None:
        self._main_id = ""
        self._sent = ()
        self.live_relay_ids = ()
