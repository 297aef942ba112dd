"""The mixer: levels, ramps, delays, the limiter, and one capture time for all strips."""

import tracemalloc
from itertools import pairwise

import numpy as np
import pytest

from app.domain.base.clock import NS_PER_MS
from app.domain.program.mixing import Strip
from app.media.capture.media_reader import MediaReader, SoundItem
from app.media.ports import Samples
from app.media.sound.levels import SILENCE_DB, decibels
from app.media.sound.limiter import CEILING, DELAY_NS, DELAY_SAMPLES
from app.media.sound.mixer import BASE_LATENCY_NS, BLOCK_NS, Mixer
from tests.media.samples import sample
from tests.support.sounds import SteadySource, impurity_db, sine, stereo, strongest

START_NS = 10**15


def rendered(mixer: Mixer, blocks: int, *, first: int = 0) -> Samples:
    out = []
    for number in range(first, first + blocks):
        block = np.zeros((480, 2), np.float32)
        mixer.render(block, START_NS + number * BLOCK_NS)
        out.append(block)
    return np.concatenate(out)


def tone(frequency_hz: float = 1000, level: float = 0.25) -> SteadySource:
    return SteadySource(stereo(sine(frequency_hz, 1.0, level=level)))


def test_strips_are_summed_at_their_gains() -> None:
    mixer = Mixer()
    mixer.set_strips([(Strip("a", gain_db=-6.0206), tone(1000)), (Strip("b", gain_db=6.0206), tone(3000, 0.1))])
    wave = rendered(mixer, 200)[48_000:, 0]
    spectrum = np.abs(np.fft.rfft(wave * np.hanning(len(wave)))) / (len(wave) / 4)
    assert spectrum[1000] == pytest.approx(0.125, rel=0.01)
    assert spectrum[3000] == pytest.approx(0.2, rel=0.01)


@pytest.mark.parametrize("change", [Strip("a", muted=True), Strip("a", gain_db=-60.0), Strip("a", gain_db=12.0), Strip("a", gain_db=-20.0)])
def test_a_changed_gain_or_mute_does_not_click(change: Strip) -> None:
    mixer = Mixer()
    source = tone(100, 0.1)
    mixer.set_strips([(Strip("a"), source)])
    first = rendered(mixer, 50)
    mixer.set_strips([(change, source)])
    wave = np.concatenate([first, rendered(mixer, 50, first=50)])[4800:, 0]
    steepest = 0.4 * 2 * np.pi * 100 / 48_000  # of the loudest tone here
    assert np.abs(np.diff(wave)).max() < steepest + 0.4 / 480
    if change.muted or change.gain_db == -60.0:
        assert not wave[-4800:].any()


def test_a_removed_strip_fades_out_and_a_remaining_one_is_untouched() -> None:
    mixer = Mixer()
    stays, goes = tone(100, 0.1), tone(700, 0.1)
    mixer.set_strips([(Strip("a"), stays), (Strip("b"), goes)])
    first = rendered(mixer, 20)
    mixer.set_strips([(Strip("a"), stays)])
    wave = np.concatenate([first, rendered(mixer, 100, first=20)])[4800:, 0]
    assert np.abs(np.diff(wave)).max() < 0.1 * 2 * np.pi * 800 / 48_000 + 0.1 / 480
    assert np.allclose(wave[-9600:], sine(100, 0.2, level=0.1, start=-DELAY_SAMPLES), atol=1e-4)
    assert goes.moments[-1][0] == START_NS + 20 * BLOCK_NS
    assert [strip.source_id for strip in mixer.meters().strips] == ["a"]


@pytest.mark.parametrize("delay_ms", [0, 1, 137, 2000])
def test_delay_is_exact_to_the_sample(delay_ms: int) -> None:
    impulse = np.zeros(48_000 * 3, np.float32)
    impulse[1000] = 0.5
    mixer = Mixer()
    source = SteadySource(stereo(impulse))
    mixer.set_strips([(Strip("a", delay_ms=delay_ms), source)])
    wave = rendered(mixer, 300)[:, 0]
    assert np.flatnonzero(wave > 0.1).tolist() == [1000 + delay_ms * 48 + DELAY_SAMPLES]


def test_a_changed_delay_is_cross_faded() -> None:
    mixer = Mixer()
    source = tone(100, 0.25)
    mixer.set_strips([(Strip("a", delay_ms=100), source)])
    first = rendered(mixer, 50)
    mixer.set_strips([(Strip("a", delay_ms=255), source)])
    wave = np.concatenate([first, rendered(mixer, 50, first=50)])[9600:, 0]
    assert np.abs(np.diff(wave)).max() < 0.25 * 2 * np.pi * 100 / 48_000 * 1.5 + 0.5 / 480
    assert np.allclose(wave[-4800:], sine(100, 0.1, start=100_000 * 480 - 4800 - 255 * 48 - DELAY_SAMPLES), atol=1e-4)


def test_loud_sums_are_limited_without_clipping() -> None:
    mixer = Mixer()
    mixer.set_strips([(Strip(str(number)), tone(440, 0.5)) for number in range(5)])
    wave = rendered(mixer, 300)
    assert np.abs(wave).max() <= CEILING + 1e-6
    assert strongest(wave[-48_000:, 0])[1] > 0.7
    assert impurity_db(wave[-48_000:, 0]) < -50  # clipped at full scale it is -14 dB


def test_a_sudden_bang_never_exceeds_the_ceiling_and_the_level_recovers() -> None:
    quiet = sine(440, 4.0, level=0.25)
    quiet[50_000:50_050] = 3.0
    mixer = Mixer()
    mixer.set_strips([(Strip("a"), SteadySource(stereo(quiet)))])
    wave = rendered(mixer, 380)[:, 0]
    assert np.abs(wave).max() <= CEILING + 1e-6
    assert strongest(wave[130_000:178_000])[1] == pytest.approx(0.25, rel=0.02)
    assert np.allclose(wave[24_000:48_000], sine(440, 0.5, start=24_000 - DELAY_SAMPLES), atol=1e-5)


@pytest.mark.parametrize(("level", "rms_db"), [(1.0, -3.01), (0.5, -9.03), (0.01, -43.01)])
def test_meters_show_peak_and_rms_of_a_known_sine(level: float, rms_db: float) -> None:
    mixer = Mixer()
    mixer.set_strips([(Strip("a", gain_db=0.0), SteadySource(stereo(sine(1000, 1.0, level=level), np.zeros(48_000))))])
    rendered(mixer, 20)
    strip = mixer.meters().strips[0]
    assert strip.peak_db == pytest.approx((decibels(level), SILENCE_DB), abs=0.05)
    assert strip.rms_db == pytest.approx((rms_db, SILENCE_DB), abs=0.05)
    assert strip.clipped == (level == 1.0)


def test_meters_update_twenty_times_a_second_and_the_master_shows_the_sum() -> None:
    mixer = Mixer()
    mixer.set_strips([(Strip("a"), tone(1000, 0.25)), (Strip("b"), tone(1000, 0.25))])
    seen = []
    for number in range(100):
        rendered(mixer, 1, first=number)
        seen.append(mixer.meters())
    assert sum(one is not other for one, other in pairwise(seen)) == 20
    assert mixer.meters().master.peak_db[0] == pytest.approx(-6.02, abs=0.1)
    assert mixer.meters().master.source_id == ""


def test_all_strips_are_read_at_the_moment_that_the_slowest_can_deliver() -> None:
    mixer = Mixer()
    fast, slow = tone(), SteadySource(stereo(sine(500, 1.0)), needed_latency_ns=30 * NS_PER_MS)
    mixer.set_strips([(Strip("a"), fast), (Strip("b"), slow)])
    block = np.zeros((480, 2), np.float32)
    captures = [mixer.render(block, START_NS + number * BLOCK_NS) for number in range(1000)]
    assert fast.moments == slow.moments
    latencies = [latency for _, latency in fast.moments]
    assert latencies[0] == BASE_LATENCY_NS
    assert latencies[-1] == 30 * NS_PER_MS
    assert all(abs(one - other) <= BLOCK_NS * 0.003 for one, other in pairwise(latencies))
    assert captures[-1] == START_NS + 999 * BLOCK_NS - 30 * NS_PER_MS - DELAY_NS


def test_a_much_slower_source_raises_the_latency_at_once_until_it_leaves() -> None:
    mixer = Mixer()
    fast, slow = tone(), SteadySource(stereo(sine(500, 1.0)), needed_latency_ns=180 * NS_PER_MS)
    mixer.set_strips([(Strip("a"), fast), (Strip("b"), slow)])
    rendered(mixer, 2)
    assert mixer.latency_ns == 180 * NS_PER_MS
    mixer.set_strips([(Strip("a"), fast)])
    rendered(mixer, 2)
    assert mixer.latency_ns == BASE_LATENCY_NS


def test_mixing_allocates_nothing() -> None:
    mixer = Mixer()
    mixer.set_strips([(Strip(str(number), gain_db=-3.0, delay_ms=50), tone(200 * (number + 1), 0.2)) for number in range(8)])
    block = np.zeros((480, 2), np.float32)
    for source in range(20):
        mixer.render(block, START_NS + source * BLOCK_NS)
    tracemalloc.start()
    try:
        held = []
        for number in range(20, 220):
            mixer.render(block, START_NS + number * BLOCK_NS)
            held.append(tracemalloc.get_traced_memory()[0])
    finally:
        tracemalloc.stop()
    assert held[-1] - held[20] < 200 * 8 * 200  # the capture times that the test's own sources remember


@pytest.mark.parametrize("wild", [1e30, -1e30, np.inf, -np.inf, np.nan, 100.0])
def test_a_broken_sample_affects_only_itself(wild: float) -> None:
    broken = np.array(stereo(sine(1000, 1.0, level=0.2)))
    broken[24_000] = wild
    mixer = Mixer()
    mixer.set_strips([(Strip("a"), SteadySource(broken)), (Strip("b"), tone(3000, 0.1))])
    wave = rendered(mixer, 80)
    assert np.isfinite(wave).all()
    assert np.abs(wave).max() <= CEILING
    heard = wave[24_000 + 48 * 50 : 33_600, 0]  # 50 ms after it
    spectrum = np.abs(np.fft.rfft(heard * np.hanning(len(heard)))) / (len(heard) / 4)
    assert spectrum[round(1000 * len(heard) / 48_000)] == pytest.approx(0.2, rel=0.05)
    assert spectrum[round(3000 * len(heard) / 48_000)] == pytest.approx(0.1, rel=0.05)
    assert all(np.isfinite(level) for level in mixer.meters().master.peak_db)


def test_sound_recovers_at_once_after_a_broken_sample() -> None:
    reader = MediaReader(str(sample("one-sample-1e30.wav")), start_s=0, end_s=0, sound=True)
    sound = np.concatenate([item.samples for item in reader.items() if isinstance(item, SoundItem)])
    reader.close()
    broken = np.flatnonzero(~(np.abs(sound[:, 0]) < 16))
    assert 0 < len(broken) < 480
    wild = int(broken[-1]) // 480
    mixer = Mixer()
    mixer.set_strips([(Strip("a"), SteadySource(sound))])
    wave = rendered(mixer, 190)[:, 0]
    before = np.abs(wave[wild * 480 - 9600 : wild * 480 - 4800]).max()
    after = np.abs(wave[wild * 480 + 48 * 50 : wild * 480 + 48 * 100]).max()
    assert before > 0.05
    assert after == pytest.approx(before, rel=0.1)
