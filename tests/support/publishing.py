"""A publisher without a network, which collects packets."""

from collections.abc import Callable, Sequence

from app.domain.base.notice import Notice
from app.domain.program.broadcast import TargetState
from app.domain.program.output import Relay, Target
from app.domain.program.packet import EncodedPacket
from app.domain.program.stats import RelayProbe, TargetStats
from app.domain.program.trial import RelayTrial
from app.media.ports import EncoderControl
from tests.support.packets import PacketCollector


class LocalPublisher:
    """A publisher without relays: every target is live, or left, immediately."""

    def __init__(self, control: EncoderControl, notify: Callable[[Notice], None]) -> None:
        self.control = control
        self.notify = notify
        self.collected = PacketCollector()
        self.running = False
        self.asked: list[tuple[str, ...]] = []
        self.watched: tuple[str, ...] = ()
        self.watched_every_s = 0.0
        self.lingering = False  # like a relay that does not answer DELETE
        self._targets: tuple[Target, ...] = ()
        self._left: tuple[Target, ...] = ()

    def start(self) -> None:
        self.running = True

    def close(self) -> None:
        self.running = False

    def push(self, packet: EncodedPacket) -> None:
        self.collected.push(packet)

    def targets(self, targets: Sequence[Target]) -> None:
        self._left = tuple(target for target in self._targets if target not in targets)
        self._targets = tuple(targets)
        self.asked.append(tuple(target.relay.id for target in targets))

    def watch(self, targets: Sequence[Target], warm_ids: Sequence[str], every_s: float = 30.0) -> None:
        self.watched_every_s = every_s
        self.watched = tuple(target.relay.id for target in targets)

    def stats(self) -> tuple[TargetStats, ...]:
        leaving = (TargetStats(target.relay.id, TargetState.STOPPING) for target in self._left if self.lingering)
        return (*(TargetStats(target.relay.id, TargetState.LIVE) for target in self._targets), *leaving)

    def has_left(self) -> bool:
        return not self.stats()

    def try_out(self, target: Target, on_result: Callable[[RelayTrial], None]) -> None:
        on_result(RelayTrial(target.relay.id))

    def probes(self) -> tuple[RelayProbe, ...]:
        return tuple(RelayProbe(relay_id, http_ms=1.0) for relay_id in self.watched)


def target(relay_id: str = "near") -> Target:
    return Target(Relay(relay_id, relay_id, f"http://127.0.0.1:9/whip/{relay_id}"))
