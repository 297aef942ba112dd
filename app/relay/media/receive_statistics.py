"""What a publisher's source sends and loses: figures for receiver reports, and which packets to request again."""

from collections.abc import Callable

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.transport.rtcp import ReportBlock
from app.transport.rtp import unwrap_sequence

_REORDER_MS = 8  # a packet that is this late was only reordered
_RETRY_MS = 60
_GIVE_UP_MS = 900
_MAX_MISSING = 400  # more at once is an outage, which only a key frame repairs
_MAX_STEP = 3000  # a larger jump in the numbers is another flow


class ReceiveStatistics:
    """Statistics of one source after RFC 3550, appendix A, and its missing packets.

    `lost(count)` is called when packets are given up, which only a key frame can repair.
    """

    def __init__(self, ssrc: int, clock_hz: int, lost: Callable[[int], None]) -> None:
        self.ssrc = ssrc
        self.received = 0
        self.nacked = 0
        self._clock_hz = clock_hz
        self._lost = lost
        self._first = -1
        self._highest = -1  # unwrapped
        self._transit = 0
        self._jitter = 0.0
        self._expected_prior = 0
        self._received_prior = 0
        self._last_sr = 0
        self._last_sr_ns = 0
        self._missing: dict[int, tuple[int, int]] = {}  # unwrapped number → (missed since, ask again at)

    def put(self, sequence: int, timestamp: int, now_ns: int) -> None:
        """A packet of the source arrived; not a retransmission."""
        self.received += 1
        if self._highest < 0:
            self._first = self._highest = sequence
            return
        number = unwrap_sequence(sequence, self._highest)
        if number < self._highest:
            self._missing.pop(number, None)
            return
        if number - self._highest > _MAX_STEP:
            self._missing.clear()
            self._lost(number - self._highest)
        else:
            for missing in range(self._highest + 1, number):
                self._missing[missing] = (now_ns, now_ns + _REORDER_MS * NS_PER_MS)
        self._highest = number
        self._measure(timestamp, now_ns)

    def _measure(self, timestamp: int, now_ns: int) -> None:
        transit = (now_ns * self._clock_hz // NS_PER_S & 0xFFFFFFFF) - timestamp
        if self._transit:
            difference = abs(transit - self._transit) & 0xFFFFFFFF
            if difference < 0x40000000:
                self._jitter += (min(difference, self._clock_hz) - self._jitter) / 16
        self._transit = transit

    def recovered(self, sequence: int) -> bool:
        """A retransmission arrived; returns whether the packet was still missing."""
        return self._missing.pop(unwrap_sequence(sequence, self._highest), None) is not None

    def to_request(self, now_ns: int) -> tuple[int, ...]:
        """Sequence numbers to request now; packets that are too old are given up."""
        if not self._missing:
            return ()
        gone = [number for number, (since_ns, _) in self._missing.items() if now_ns - since_ns > _GIVE_UP_MS * NS_PER_MS]
        if gone or len(self._missing) > _MAX_MISSING:
            if len(self._missing) > _MAX_MISSING:
                gone = list(self._missing)
            for number in gone:
                del self._missing[number]
            self._lost(len(gone))
        due = [number for number, (_, at_ns) in self._missing.items() if at_ns <= now_ns]
        for number in due:
            self._missing[number] = (self._missing[number][0], now_ns + _RETRY_MS * NS_PER_MS)
        self.nacked += len(due)
        return tuple(number & 0xFFFF for number in due)

    def sender_report(self, ntp: int, now_ns: int) -> None:
        """A sender report arrived; the next block answers it, so that the source can measure the round trip."""
        self._last_sr = ntp >> 16 & 0xFFFFFFFF
        self._last_sr_ns = now_ns

    def block(self, now_ns: int) -> ReportBlock | None:
        """The report block since the last one; None before the first packet."""
        if self._highest < 0:
            return None
        expected = self._highest - self._first + 1
        expected_interval = expected - self._expected_prior
        lost_interval = expected_interval - (self.received - self._received_prior)
        self._expected_prior, self._received_prior = expected, self.received
        fraction = min(255, (lost_interval << 8) // expected_interval) if lost_interval > 0 and expected_interval > 0 else 0
        delay = min(0xFFFFFFFF, (now_ns - self._last_sr_ns << 16) // NS_PER_S) if self._last_sr else 0
        return ReportBlock(
            ssrc=self.ssrc,
            fraction_lost=fraction,
            cumulative_lost=expected - self.received,
            highest_sequence=self._highest & 0xFFFFFFFF,
            jitter=int(self._jitter),
            last_sr=self._last_sr,
            delay=delay,
        )
