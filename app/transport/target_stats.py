"""The figures of one target."""

from dataclasses import replace

from app.domain.base.clock import NS_PER_MS, Clock
from app.domain.program.stats import TargetStats
from app.transport.connection import Connection


class RateMeter:
    """Measures the sending rate once a tick."""

    def __init__(self, tick_ms: float, clock: Clock) -> None:
        self.kbps = 0.0
        self._tick_ms = tick_ms
        self._clock = clock
        self._measured_ns = 0
        self._bytes_then = 0

    def is_due(self) -> bool:
        """Whether a tick has passed."""
        return self._clock.monotonic_ns() - self._measured_ns >= self._tick_ms * NS_PER_MS

    def measure(self, bytes_sent: int) -> None:
        """Take a reading; `bytes_sent` counts from the start."""
        now_ns = self._clock.monotonic_ns()
        self.kbps = (bytes_sent - self._bytes_then) * 8 * 1_000_000 / (now_ns - self._measured_ns) if self._measured_ns else 0.0
        self._measured_ns, self._bytes_then = now_ns, bytes_sent


def with_connection(plain: TargetStats, connection: Connection) -> TargetStats:
    """Add what the connection knows.

    `first_packet_ms` counts from the end of DTLS, `total_ms` from the start of the try to the first packet.
    """
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
