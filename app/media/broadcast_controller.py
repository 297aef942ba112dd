"""Starts and stops broadcasting, and holds the broadcast state."""

import threading
from collections.abc import Callable, Sequence

from app.domain.base.clock import NS_PER_S, Clock
from app.domain.base.state_machine import StateMachine
from app.domain.program.broadcast import ACCEPTED, BROADCAST_MOVES, BroadcastState
from app.domain.program.output import Target
from app.domain.program.stats import TargetStats
from app.media.encode.output import VideoOutput
from app.media.ports import PacketPublisher

_LEAVING_NS = 5 * NS_PER_S  # do not wait longer for relays that do not answer the DELETE


def accepted_ns(targets: Sequence[TargetStats]) -> int:
    """When the first relay accepted the program; 0 if none has."""
    return min((target.since_ns for target in targets if target.state in ACCEPTED), default=0)


class BroadcastController:
    """Starts and stops the encoders and the publisher as the user asks. Call the verbs under the engine's lock, `poll` from any thread.

    `sound` is called with whether the mix must be encoded.
    """

    def __init__(self, *, clock: Clock, publisher: PacketPublisher, video: VideoOutput, sound: Callable[[bool], None]) -> None:
        self._clock = clock
        self._publisher = publisher
        self._video = video
        self._sound = sound
        self._state = StateMachine("broadcast", BroadcastState.IDLE, BROADCAST_MOVES)
        self._moves = threading.Lock()
        self._leaving_until_ns = 0
        self.targets: tuple[Target, ...] = ()
        self.since_ns = 0

    @property
    def state(self) -> BroadcastState:
        return self._state.value

    def go_live(self, targets: Sequence[Target], since_ns: int = 0) -> None:
        """Encode and publish to these targets. While live, add and remove targets without touching the others.

        `since_ns`: when the show went on air, if another engine had it before.
        """
        with self._moves:
            if self._state.value is BroadcastState.STOPPING:
                self._state.set(BroadcastState.IDLE)
            fresh = self._state.set(BroadcastState.STARTING) if self._state.value is BroadcastState.IDLE else False
            if fresh:
                self.since_ns = since_ns
            self.targets = tuple(targets)
            self._video.begin([target.quirks for target in targets])
            self._sound(True)
            self._publisher.targets(self.targets)
            if fresh:
                self._state.set(BroadcastState.LIVE)

    def stop_live(self) -> None:
        """Leave every relay in order; `poll` notices when this is done."""
        with self._moves:
            if self._state.value is not BroadcastState.LIVE:
                return
            self._state.set(BroadcastState.STOPPING)
            self._leaving_until_ns = self._clock.monotonic_ns() + _LEAVING_NS
            self.targets = ()
            self.since_ns = 0
            self._publisher.targets(())
            self._video.end()
            self._sound(False)

    def poll(self) -> None:
        """Record when the first relay accepts the program. Move to IDLE when every relay is left, or after a few seconds."""
        if self._state.value is BroadcastState.LIVE and not self.since_ns:
            self.since_ns = accepted_ns(self._publisher.stats())
        if self._state.value is not BroadcastState.STOPPING:
            return
        if self._publisher.has_left() or self._clock.monotonic_ns() > self._leaving_until_ns:
            with self._moves:
                if self._state.value is BroadcastState.STOPPING:
                    self._state.set(BroadcastState.IDLE)
