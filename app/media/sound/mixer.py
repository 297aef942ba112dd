"""The mixer: turns all strips of one moment into 10 ms of program sound."""

from collections.abc import Sequence

from app.domain.base.clock import NS_PER_MS
from app.domain.program.mixing import Strip
from app.domain.program.stats import Meters, StripMeter
from app.media.ports import Samples, SoundSource
from app.media.sound.levels import SILENCE_DB, LevelMeter
from app.media.sound.limiter import DELAY_NS, Limiter
from app.media.sound.mixer_channel import MixerChannel

BLOCK_NS = 10 * NS_PER_MS
BASE_LATENCY_NS = 20 * NS_PER_MS
MAX_LATENCY_NS = 300 * NS_PER_MS
_SLEW_NS = BLOCK_NS * 3 // 1000  # 0.3 %: inaudible as pitch, and sources can follow it without a jump
_JUMP_NS = 40 * NS_PER_MS  # larger differences are not worth seconds of slewing
_METER_BLOCKS = 5  # 20 a second
_SILENT = StripMeter("", (SILENCE_DB, SILENCE_DB), (SILENCE_DB, SILENCE_DB))


def next_latency(latency_ns: int, wanted_ns: int) -> int:
    """The mix's latency one block later, on its way to `wanted_ns`: in small steps, or at once if it is far away."""
    if abs(wanted_ns - latency_ns) > _JUMP_NS:
        return wanted_ns
    return latency_ns + max(-_SLEW_NS, min(_SLEW_NS, wanted_ns - latency_ns))


class Mixer:
    """Sums strips into 48 kHz stereo blocks of 480 samples. Call `set_strips` and `meters` from any thread, `render` from one.

    Sources deliver sound with different delays, but a mix must be of one moment: at tick T every strip gives what was captured at T -
    latency, where latency is what the slowest source needs now (BASE_LATENCY_NS to MAX_LATENCY_NS). It changes slowly, or in one
    cross-faded step when a much slower source joins. The user's delay of a strip is added and does not count as latency.
    """

    def __init__(self) -> None:
        self._channels: tuple[MixerChannel, ...] = ()
        self._sounding: tuple[MixerChannel, ...] = ()  # the channels of the last block; used by the rendering thread only
        self._limiter = Limiter()
        self._latency_ns = BASE_LATENCY_NS
        self._master = LevelMeter("")
        self._meters = Meters(_SILENT, ())
        self._blocks = 0

    @property
    def latency_ns(self) -> int:
        """How long before the tick the sound of the next block was captured, without the limiter's look-ahead."""
        return self._latency_ns

    def set_strips(self, strips: Sequence[tuple[Strip, SoundSource]]) -> None:
        """Replace the strips. A strip that keeps its source keeps sounding; a removed one fades out within a block, and its source may be
        closed at once. One caller at a time."""
        known = {id(channel.source): channel for channel in self._channels}
        channels = []
        for strip, source in strips:
            channel = known.get(id(source))
            if channel is None:
                channel = MixerChannel(strip, source)
            else:
                channel.update(strip)
            channels.append(channel)
        self._channels = tuple(channels)

    def render(self, out: Samples, tick_ns: int) -> int:
        """Fill `out` ((480, 2) float32) with the block of the tick at `tick_ns`; returns the capture time of its first sample."""
        channels = self._channels
        if channels is not self._sounding:
            self._fade_out(out, tick_ns, channels)
        else:
            out.fill(0.0)
        wanted = BASE_LATENCY_NS
        for channel in channels:
            channel.mix(out, tick_ns, self._latency_ns)
            wanted = max(wanted, channel.source.needed_latency_ns())
        capture_ns = tick_ns - self._latency_ns - DELAY_NS
        self._latency_ns = next_latency(self._latency_ns, min(wanted, MAX_LATENCY_NS))
        self._limiter.process(out)
        self._master.add(out)
        self._blocks += 1
        if self._blocks % _METER_BLOCKS == 0:
            strips = tuple(channel.take_meter() for channel in channels)
            self._meters = Meters(self._master.take(), strips)
        return capture_ns

    def _fade_out(self, out: Samples, tick_ns: int, staying: tuple[MixerChannel, ...]) -> None:
        out.fill(0.0)
        for channel in self._sounding:
            if channel not in staying:
                channel.fade_out()
                channel.mix(out, tick_ns, self._latency_ns)
        self._sounding = staying

    def meters(self) -> Meters:
        """The levels of the last full 50 ms; a new object whenever they change."""
        return self._meters
