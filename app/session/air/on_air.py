"""Going on air and staying there, whatever happens to the engine."""

import logging
from collections.abc import Callable, Sequence

from app.domain.base.state import StateCell
from app.domain.program.broadcast import ACCEPTED, AIR_MOVES, BROADCAST_MOVES, AirState, BroadcastState, TargetState, air_state
from app.domain.program.command import Command, GoLive, StopLive, WatchRelays
from app.domain.program.output import EMBEDDED_RELAY_ID, IceServer, Relay, Target
from app.domain.program.project import Project
from app.domain.program.stats import EngineStats, RelayProbe, TargetStats
from app.session.air.relay_book import RelayBook

log = logging.getLogger(__name__)


class OnAir:
    """Holds what the user wants (on air or not, and where) and keeps the engine to it.

    While live the main relay stays where it is, however the distances change, until the user pins another or takes it away.
    """

    def __init__(self, book: RelayBook, send: Callable[[Command], None]) -> None:
        self.broadcast: StateCell[BroadcastState] = StateCell("desk", BroadcastState.IDLE, BROADCAST_MOVES)
        self.air: StateCell[AirState] = StateCell("air", AirState.OFF, AIR_MOVES)
        self.since_ns = 0  # when a relay first took this show, by the monotonic clock; an engine that dies and comes back changes nothing
        self.live_relay_ids: tuple[str, ...] = ()
        self.meanwhile = False  # the built-in relay takes the program too, because the chosen one does not
        self._targets: tuple[TargetStats, ...] = ()
        self._book = book
        self._send = send
        self._main_id = ""
        self._sent: tuple[Target, ...] = ()
        self._watched: WatchRelays | None = None
        self._heard_live = False
        self.broadcast.changed.connect(lambda old, new: self._follow())

    @property
    def wanted(self) -> bool:
        """Whether the user wants to be on air."""
        return self.broadcast.value in (BroadcastState.STARTING, BroadcastState.LIVE)

    @property
    def watched(self) -> tuple[Target, ...]:
        """What the engine was told to measure."""
        return self._watched.targets if self._watched is not None else ()

    def main(self, project: Project, probes: Sequence[RelayProbe]) -> Relay:
        """The relay that the program goes to: now, when live, else at the next Go Live."""
        if self.wanted and not project.relay_id:
            kept = next((relay for relay in self._book.reachable(project) if relay.id == self._main_id), None)
            if kept is not None:
                return kept
        return self._book.chosen(project, probes)

    def targets(self, project: Project, probes: Sequence[RelayProbe], ice_servers: Sequence[IceServer]) -> tuple[Target, ...]:
        """The main relay first, then those that are also published to."""
        main = self.main(project, probes)
        too = {*project.also_relay_ids, *((EMBEDDED_RELAY_ID,) if self.meanwhile else ())}
        also = [relay for relay in self._book.reachable(project) if relay.id in too and relay.id != main.id]
        return tuple(self._book.target(relay, ice_servers) for relay in (main, *also))

    def go_live(self, project: Project, probes: Sequence[RelayProbe], ice_servers: Sequence[IceServer]) -> None:
        """Ask for it; more than once, or while the last show is still being ended, is ignored."""
        if self.broadcast.value is not BroadcastState.IDLE:
            return
        targets = self.targets(project, probes, ice_servers)
        self._heard_live = False
        self._targets = ()
        self._main_id = targets[0].relay.id
        self.broadcast.set(BroadcastState.STARTING)
        if self._book.knows(targets):
            self._publish(targets)

    def stop_live(self) -> None:
        """Ask for the end; ignored when not on air."""
        if self.wanted:
            self.broadcast.set(BroadcastState.STOPPING)
            self._main_id = ""
            self._sent = ()
            self.live_relay_ids = ()
            self._send(StopLive())

    def refresh(self, project: Project, probes: Sequence[RelayProbe], ice_servers: Sequence[IceServer], *, probe_every_s: float) -> None:
        """Relays, tokens, pins, distances or settings may have changed: tell the engine what differs from what it knows."""
        targets = self.targets(project, probes, ice_servers)
        everywhere = tuple(self._book.target(relay, ice_servers) for relay in self._book.reachable(project))
        watched = WatchRelays(everywhere, tuple(target.relay.id for target in targets), probe_every_s)
        if watched != self._watched:
            self._watched = watched
            self._send(watched)
        if self.wanted and targets != self._sent and self._book.knows(targets):
            self._main_id = targets[0].relay.id
            self._publish(targets)

    def on_attached(self, live_relay_ids: Sequence[str]) -> None:
        """A new or found engine knows nothing of us; one that is live puts us on air too."""
        self._watched = None
        self._sent = ()
        self._heard_live = False
        if live_relay_ids and self.broadcast.value is BroadcastState.IDLE:
            self._main_id = live_relay_ids[0]
            self.live_relay_ids = tuple(live_relay_ids)
            self.broadcast.set(BroadcastState.STARTING)
            self._heard_live = True

    def on_lost(self) -> None:
        """The engine is gone: what was being ended has ended, what was live is put back by the next engine."""
        self._targets = ()
        if self.broadcast.value is BroadcastState.STOPPING:
            self.broadcast.set(BroadcastState.IDLE)
        self._follow()

    def on_stats(self, stats: EngineStats) -> None:
        """Follow the engine; what it said before it heard of our last wish does not count."""
        wish = self.broadcast.value
        staying = tuple(target for target in stats.targets if target.state is not TargetState.STOPPING)
        self._targets = staying if stats.state is BroadcastState.LIVE else ()
        if stats.state is BroadcastState.LIVE:
            if wish is BroadcastState.IDLE:  # another desk went on air
                self.on_attached([target.relay_id for target in staying] or [EMBEDDED_RELAY_ID])
            self._heard_live = self._heard_live or self.wanted
            if self.wanted and (accepted := [target for target in staying if target.state in ACCEPTED]):
                began_ns = min(target.since_ns for target in accepted) or stats.at_ns
                self.since_ns = self.since_ns or stats.live_since_ns or began_ns
                self.broadcast.set(BroadcastState.LIVE)
        elif stats.state is BroadcastState.IDLE:
            if wish is BroadcastState.STOPPING:
                self.broadcast.set(BroadcastState.IDLE)
            elif self.wanted and self._heard_live:  # another desk ended it
                self.broadcast.set(BroadcastState.STOPPING)
                self.broadcast.set(BroadcastState.IDLE)
                self._main_id = ""
                self._sent = ()
                self.live_relay_ids = ()
        self._follow()

    def _follow(self) -> None:
        """The state of the air is what the relays say, as far as the user wants any of them."""
        if self.broadcast.value is BroadcastState.IDLE:
            self.since_ns, self.meanwhile = 0, False
        self.air.set(air_state(self.broadcast.value, [(target.state, target.failure) for target in self._targets]))

    def has_program(self, relay_id: str) -> bool:
        """Whether this relay has the program now, as the engine says."""
        return self.wanted and any(target.relay_id == relay_id and target.state in ACCEPTED for target in self._targets)

    def _publish(self, targets: tuple[Target, ...]) -> None:
        self._sent = targets
        self.live_relay_ids = tuple(target.relay.id for target in targets)
        self._book.tell_in_clear(targets)
        self._send(GoLive(targets, self.since_ns))
