"""Live sound against the mixer's clock: drift, jitter, stalls, jumps, and the latency that they cost."""

import tracemalloc

import numpy as np
import pytest

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.media.ports import Samples
from app.media.sample_ring import SampleRing
from app.media.sound.interpolator import Interpolator
from app.media.sound.sound_feed import SoundFeed
from app.media.sound.stream_clock import StreamClock
from app.media.sound.synced_reader import SyncedReader
from tests.support.sounds import impurity_db, sine, stereo, strongest

BLOCK_NS = 10 * NS_PER_MS
START_NS = 10**15
DEVICE_NS = 8 * NS_PER_MS  # from the capture of a block's last frame to its callback


class Device:
    """A sound card whose crystal runs at `true_hz`; it calls back every 10 ms with a 1 kHz tone."""

    def __init__(self, nominal_hz: int, true_hz: float, *, jitter_ns: float = 0.0) -> None:
        self.ring = SampleRing(nominal_hz, 2)
        self.nominal_hz, self.true_hz, self.jitter_ns = nominal_hz, true_hz, jitter_ns
        self.frames = 0
        self.block = nominal_hz // 100
        self._random = np.random.default_rng(7)

    def run_until(self, now_ns: int) -> None:
        while START_NS + (self.frames + self.block) * NS_PER_S / self.true_hz + DEVICE_NS <= now_ns:
            captured = START_NS + self.frames * NS_PER_S / self.true_hz + self._random.uniform(-1, 1) * self.jitter_ns
            # the tone has 1 kHz on the monotonic clock
            tone = sine(1000, self.block / self.true_hz + 1e-9, rate_hz=self.true_hz, start=self.frames)
            self.ring.write(stereo(tone), int(captured))
            self.frames += self.block


def read_along(device: Device, reader: SyncedReader, seconds: float, *, first_tick: int = 0, latency_ns: int = 40 * NS_PER_MS) -> Samples:
    blocks = []
    for tick in range(first_tick, first_tick + int(seconds * 100)):
        tick_ns = START_NS + tick * BLOCK_NS
        device.run_until(tick_ns)
        block = np.zeros((480, 2), np.float32)
        reader.read(block, tick_ns, latency_ns)
        blocks.append(block)
    return np.concatenate(blocks)


@pytest.mark.parametrize(
    ("nominal_hz", "true_hz"), [(48_000, 48_010.0), (48_000, 47_950.0), (44_100, 44_104.0), (16_000, 16_000.5), (96_000, 95_990.0)]
)
def test_drift_is_absorbed_without_a_click_and_the_fill_stays_constant(nominal_hz: int, true_hz: float) -> None:
    device = Device(nominal_hz, true_hz, jitter_ns=0.5 * NS_PER_MS)
    reader = SyncedReader(device.ring, nominal_hz, tolerance_ns=40 * NS_PER_MS, confirm=16)
    read_along(device, reader, 15)
    fills = []
    blocks = []
    for tick in range(1500, 2500):
        blocks.append(read_along(device, reader, 0.01, first_tick=tick))
        fills.append(reader.fill_frames)
    wave = np.concatenate(blocks)[:, 0]
    frequency, amplitude = strongest(wave)
    assert frequency == pytest.approx(1000, abs=0.2)
    assert amplitude == pytest.approx(0.25, rel=0.01)
    assert impurity_db(wave) < -70
    assert max(fills) - min(fills) < 2.2 * device.block
    assert reader.rate_hz == pytest.approx(true_hz, rel=100e-6)
    assert reader.jumps == 0
    assert reader.lost_frames == 0


def test_sound_plays_at_its_capture_time() -> None:
    device = Device(48_000, 48_001.0)
    reader = SyncedReader(device.ring, 48_000, tolerance_ns=40 * NS_PER_MS, confirm=16)
    read_along(device, reader, 5)
    block = read_along(device, reader, 0.01, first_tick=500)
    # the device's tone is a function of the monotonic time since its start; 40 ms before tick 500 it was here
    expected = sine(1000, 0.01, start=(5000 - 40) * 48)
    assert np.abs(block[:, 0] - expected).max() < 0.25 * 2 * np.pi * 1000 * 50e-6  # within 50 microseconds


def test_a_late_stream_requests_the_latency_it_needs_and_gets_it() -> None:
    device = Device(48_000, 48_000.0)
    reader = SyncedReader(device.ring, 48_000, tolerance_ns=40 * NS_PER_MS, confirm=16)
    read_along(device, reader, 2, latency_ns=0)
    assert 20 * NS_PER_MS < reader.needed_latency_ns() < 40 * NS_PER_MS
    wave = read_along(device, reader, 2, first_tick=200, latency_ns=0)
    assert impurity_db(wave[:, 0]) < -70
    out = np.zeros((480, 2), np.float32)
    tick_ns = START_NS + 400 * BLOCK_NS
    device.run_until(tick_ns)
    assert reader.read(out, tick_ns, 0) == pytest.approx(tick_ns - reader.needed_latency_ns(), abs=NS_PER_MS / 10)


def test_a_stalled_mixer_returns_to_the_same_fill() -> None:
    device = Device(48_000, 48_000.0)
    reader = SyncedReader(device.ring, 48_000, tolerance_ns=40 * NS_PER_MS, confirm=16)
    read_along(device, reader, 3)
    before = reader.fill_frames
    device.run_until(START_NS + 900 * BLOCK_NS)  # six seconds pass, more than the ring holds
    wave = read_along(device, reader, 2, first_tick=900)
    assert reader.fill_frames == pytest.approx(before, abs=device.block)
    assert reader.lost_frames > 4 * 48_000
    assert impurity_db(wave[48_000:, 0]) < -70


def test_a_stalled_device_is_silent_and_does_not_raise_the_latency() -> None:
    device = Device(48_000, 48_000.0)
    reader = SyncedReader(device.ring, 48_000, tolerance_ns=40 * NS_PER_MS, confirm=16)
    read_along(device, reader, 3)
    needed = reader.needed_latency_ns()
    silent = Device(48_000, 48_000.0)  # nothing more is written to the ring that is read
    wave = read_along(silent, reader, 1, first_tick=300)
    assert not wave[4800:].any()
    assert np.abs(np.diff(wave[:, 0])).max() < 0.05  # a step of 0.25 would be a click
    assert reader.needed_latency_ns() == needed


def test_reading_allocates_nothing() -> None:
    device = Device(48_000, 48_010.0)
    reader = SyncedReader(device.ring, 48_000, tolerance_ns=40 * NS_PER_MS, confirm=16)
    read_along(device, reader, 1)
    out = np.zeros((480, 2), np.float32)
    ready = [START_NS + tick * BLOCK_NS for tick in range(100, 150)]
    device.run_until(ready[-1])
    reader.read(out, ready[0], 600 * NS_PER_MS)
    tracemalloc.start()
    try:
        reader.read(out, ready[1], 600 * NS_PER_MS)
        before, _ = tracemalloc.get_traced_memory()
        tracemalloc.reset_peak()
        for tick_ns in ready[2:]:
            reader.read(out, tick_ns, 600 * NS_PER_MS)
        after, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert after - before < 1024
    assert peak - before < 3000  # small numbers only: one block of sound has 3,840 bytes


@pytest.mark.parametrize("frequency_hz", [100, 1000, 5000, 10_000, 15_000])
def test_the_interpolator_is_clean_over_the_audible_range(frequency_hz: float) -> None:
    interpolator = Interpolator(48_000)
    wave = stereo(sine(frequency_hz, 1.1), sine(frequency_hz, 1.1, level=0.1))
    out = np.zeros((480, 2), np.float32)
    position, step, errors, total = 40.3, 1.0003, 0.0, 0.0
    for _ in range(90):
        whole = int(position)
        stretch = wave[whole - interpolator.before : whole + 600].copy()
        interpolator.render(stretch, position - whole, step, out)
        at = position + step * np.arange(480)
        expected = 0.25 * np.sin(2 * np.pi * frequency_hz * at / 48_000)
        errors += float(((out[:, 0] - expected) ** 2).sum())
        total += float((expected**2).sum())
        assert np.allclose(out[:, 1], out[:, 0] * 0.4, atol=1e-5)
        position += 480 * step
    assert 10 * np.log10(errors / total) < -70


def test_the_clock_fits_a_line_through_noisy_times() -> None:
    random = np.random.default_rng(3)
    clock = StreamClock(48_000)
    clock.restart(0, START_NS)
    for block in range(1, 6000):
        clock.update(block * 480, int(START_NS + block * 480 * NS_PER_S / 48_004.8 + random.normal(0, 3 * NS_PER_MS)))
    assert clock.rate_hz == pytest.approx(48_004.8, rel=200e-6)
    assert clock.ns_at(6000 * 480) == pytest.approx(START_NS + 6000 * 480 * NS_PER_S / 48_004.8, abs=1.5 * NS_PER_MS)


def play(reader: SyncedReader, first_tick: int, ticks: int) -> Samples:
    blocks = []
    for tick in range(first_tick, first_tick + ticks):
        block = np.zeros((480, 2), np.float32)
        reader.read(block, START_NS + tick * BLOCK_NS, 0)
        blocks.append(block)
    return np.concatenate(blocks)


def push_tone(*, at_ns: int, seconds: float, frequency_hz: float, feed: SoundFeed) -> None:
    wave = stereo(sine(frequency_hz, seconds))
    for first in range(0, len(wave), 1024):
        feed.push(wave[first : first + 1024], at_ns + first * NS_PER_S // 48_000)


def file_reader(feed: SoundFeed) -> SyncedReader:
    return SyncedReader(feed.ring, 48_000, tolerance_ns=20 * NS_PER_MS, confirm=1)


def test_file_sound_pushed_ahead_plays_when_due_and_a_gap_is_silent() -> None:
    feed = SoundFeed()
    reader = file_reader(feed)
    feed.push(stereo(np.zeros(4800)), START_NS)
    for tick in range(10):  # the reader learns that this feed is never late
        play(reader, tick, 1)
        feed.push(stereo(np.zeros(480)), START_NS + (tick + 10) * BLOCK_NS)
    push_tone(at_ns=START_NS + 500 * NS_PER_MS, seconds=0.3, frequency_hz=1000, feed=feed)
    push_tone(at_ns=START_NS + 1000 * NS_PER_MS, seconds=0.3, frequency_hz=2000, feed=feed)
    wave = play(reader, 10, 150)[:, 0]
    heard = np.flatnonzero(np.abs(wave) > 0.02) + 4800
    assert 24_000 - 24 <= heard[0] <= 24_000 + 600  # it applies at the next block
    assert strongest(wave[19_200 + 4800 : 19_200 + 9600])[0] == pytest.approx(1000, abs=10)
    assert not np.abs(wave[(800 - 100) * 48 + 480 : (1000 - 100) * 48]).max() > 1e-3
    assert strongest(wave[(1050 - 100) * 48 : (1250 - 100) * 48])[0] == pytest.approx(2000, abs=10)


def test_a_flush_silences_at_once_without_a_click() -> None:
    feed = SoundFeed()
    reader = file_reader(feed)
    push_tone(at_ns=START_NS, seconds=1.0, frequency_hz=200, feed=feed)
    for tick in range(20):
        play(reader, tick, 1)
        feed.push(stereo(sine(200, 0.01, start=48_000 + tick * 480)), START_NS + NS_PER_S + tick * BLOCK_NS)
    sounding = play(reader, 20, 10)
    assert np.abs(sounding).max() > 0.2
    feed.flush()
    wave = np.concatenate([sounding, play(reader, 30, 10)])[:, 0]
    assert not wave[4800 + 480 :].any()
    assert np.abs(np.diff(wave)).max() < 0.02


@pytest.mark.parametrize("jump_ms", [-120, 120])
def test_a_live_stream_whose_times_jump_continues_without_a_pause(jump_ms: int) -> None:
    device = Device(48_000, 48_000.0)
    reader = SyncedReader(device.ring, 48_000, tolerance_ns=40 * NS_PER_MS, confirm=16)
    before = read_along(device, reader, 2)
    blocks = [before]
    for tick in range(200, 400):  # the driver reports different times from now on
        while START_NS + (device.frames + device.block) * NS_PER_S / 48_000 + DEVICE_NS <= START_NS + tick * BLOCK_NS:
            tone = sine(1000, 0.01, start=device.frames)
            device.ring.write(stereo(tone), int(START_NS + device.frames * NS_PER_S / 48_000) + jump_ms * NS_PER_MS)
            device.frames += device.block
        block = np.zeros((480, 2), np.float32)
        reader.read(block, START_NS + tick * BLOCK_NS, 40 * NS_PER_MS)
        blocks.append(block)
    wave = np.concatenate(blocks)[24_000:, 0]
    loudness = np.abs(wave.reshape(-1, 480)).max(axis=1)
    assert loudness.min() > 0.1
    assert np.abs(np.diff(wave)).max() < 0.25 * 2 * np.pi * 1000 / 48_000 * 1.5
    assert (reader.needed_latency_ns() > 120 * NS_PER_MS) == (jump_ms < 0)
    assert reader.jumps == (jump_ms > 0)
