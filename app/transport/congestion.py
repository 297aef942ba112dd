"""How much video a target can take, from its relay's reports."""

from collections import deque

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.transport.rtcp import TransportFeedback

FLOOR_KBPS = 150  # less is not worth sending
LOSS_DOWN = 0.10  # above: step down
LOSS_UP = 0.02  # below, for CLEAN_S: step up
CLEAN_S = 3.0
UP_FACTOR = 1.05
STEP_EVERY_MS = 1000
ACKED_WINDOW_MS = 1000
HISTORY = 4096
CLOCK_RANGE_US = (1 << 24) * 64_000  # of the reference time of a transport feedback: twelve days
UNLIMITED_KBPS = 100_000
FREE_FACTOR = 2.0


class AckedRate:
    """Delivered rate and loss over the last second, from transport-wide feedback.

    Call `sent` for each packet, with its transport-wide number, and `take` for each feedback.
    """

    def __init__(self) -> None:
        self._bytes = [0] * HISTORY
        self._numbers = [-1] * HISTORY
        self._arrived: deque[tuple[int, int, int]] = deque()  # feedback time, arrival µs, bytes
        self._lost: deque[tuple[int, int]] = deque()  # feedback time, how many
        self._newest = -1  # the last number sent
        self._told = -1  # the last number that a feedback covered
        self._clock_us: int | None = None  # the last arrival, on a clock that goes on where the feedback's 24 bits wrap

    def sent(self, number: int, size: int) -> None:
        slot = number % HISTORY
        self._bytes[slot] = size
        self._numbers[slot] = number
        if self._newest < 0:
            self._told = number - 1 & 0xFFFF
        elif number - self._told & 0xFFFF > HISTORY:
            self._told = number - HISTORY & 0xFFFF  # no feedback covers anything older
        self._newest = number

    def take(self, feedback: TransportFeedback, now_ns: int) -> None:
        """Count what arrived and what did not, each packet once.

        Only numbers after the last one covered and up to the last one sent can be lost, so the work is bounded by what we sent.
        """
        if self._newest < 0:
            return
        lost = self._lost_by(feedback)
        for place, arrival_us in feedback.received:
            number = feedback.base_sequence + place & 0xFFFF
            slot = number % HISTORY
            if self._numbers[slot] == number:
                self._numbers[slot] = -1
                self._arrived.append((now_ns, self._continued(arrival_us), self._bytes[slot]))
        if lost > 0:
            self._lost.append((now_ns, lost))
        oldest_ns = now_ns - ACKED_WINDOW_MS * NS_PER_MS
        while self._arrived and self._arrived[0][0] < oldest_ns:
            self._arrived.popleft()
        while self._lost and self._lost[0][0] < oldest_ns:
            self._lost.popleft()

    def _lost_by(self, feedback: TransportFeedback) -> int:
        """How many packets this feedback reports lost that none covered before."""
        told = self._told
        end = feedback.base_sequence + feedback.count - 1 - told & 0xFFFF
        if feedback.count == 0 or not 0 < end < 0x8000:
            return 0
        first = max(1, end - feedback.count + 1)
        last = min(end, self._newest - told & 0xFFFF)
        if last < first:
            return 0
        self._told = told + last & 0xFFFF
        steps = (feedback.base_sequence + place - told & 0xFFFF for place, _ in feedback.received)
        return last - first + 1 - sum(1 for step in steps if first <= step <= last)

    def _continued(self, arrival_us: int) -> int:
        """The arrival on a clock that does not wrap."""
        if self._clock_us is not None:
            arrival_us = self._clock_us + (arrival_us - self._clock_us + CLOCK_RANGE_US // 2) % CLOCK_RANGE_US - CLOCK_RANGE_US // 2
        self._clock_us = arrival_us
        return arrival_us

    @property
    def kbps(self) -> int:
        """Delivered kbit/s on the receiver's clock; -1 while too little is known."""
        arrivals = [arrival_us for _, arrival_us, _ in self._arrived]
        if len(arrivals) < 10:
            return -1
        span_us = max(arrivals) - min(arrivals)
        return round(sum(size for _, _, size in self._arrived) * 8000 / span_us) if span_us > 100_000 else -1

    @property
    def loss(self) -> float:
        """The share of packets lost, 0..1; -1 while unknown."""
        lost = sum(count for _, count in self._lost)
        return lost / (lost + len(self._arrived)) if lost or self._arrived else -1.0


class RateControl:
    """The video rate of a target: never above REMB, down on loss over 10 %, slowly up without loss.

    Times are monotonic nanoseconds. `ceiling_kbps` is the relay's limit or UNLIMITED; the encoder applies the user's setting.
    `reserve_kbps` is the part of a REMB that audio uses.
    """

    def __init__(self, *, ceiling_kbps: int = UNLIMITED_KBPS, reserve_kbps: int = 0) -> None:
        self._ceiling_kbps = ceiling_kbps
        self._reserve_kbps = reserve_kbps
        self._limit_kbps = float(ceiling_kbps)
        self._remb_kbps = -1
        self._stepped_ns = 0
        self._clean_since_ns = 0

    @property
    def allowed_kbps(self) -> int:
        """The highest video rate to send; UNLIMITED_KBPS without a limit."""
        allowed = self._limit_kbps
        if self._remb_kbps >= 0:
            allowed = min(allowed, self._remb_kbps - self._reserve_kbps)
        return max(FLOOR_KBPS, int(allowed))

    @property
    def remb_kbps(self) -> int:
        """The last REMB; -1 = none yet."""
        return self._remb_kbps

    def on_remb(self, bits_per_s: int) -> None:
        self._remb_kbps = bits_per_s // 1000

    def on_loss(self, fraction: float, sent_kbps: float, now_ns: int) -> None:
        """Take a loss report, 0..1, and the video rate at the time. Makes at most one step a second."""
        if fraction >= LOSS_UP:
            self._clean_since_ns = 0
        elif self._clean_since_ns == 0:
            self._clean_since_ns = now_ns
        if now_ns - self._stepped_ns < STEP_EVERY_MS * NS_PER_MS:
            return
        if fraction > LOSS_DOWN:
            self._limit_kbps = max(FLOOR_KBPS, min(self._limit_kbps, sent_kbps or self._limit_kbps) * (1 - 0.5 * fraction))
            self._stepped_ns = now_ns
        elif self._clean_since_ns and now_ns - self._clean_since_ns >= CLEAN_S * NS_PER_S:
            self._limit_kbps = min(self._ceiling_kbps, self._limit_kbps * UP_FACTOR)
            if self._limit_kbps > FREE_FACTOR * sent_kbps > 0:
                self._limit_kbps = self._ceiling_kbps  # the encoder does not use all of it, so the limit means nothing
            self._stepped_ns = now_ns
