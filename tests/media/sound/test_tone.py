"""Tones: frequency, level, and beeps in time with the clock."""

import numpy as np
import pytest

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.media.ports import Samples
from app.media.sound.tone import BEEP_NS, Tone
from tests.support.sounds import impurity_db, strongest

BLOCK_NS = 10 * NS_PER_MS
START_NS = 9_007_199_254_000_000_000 // NS_PER_S * NS_PER_S  # an uptime at which floating-point seconds are coarse


def rendered(tone: Tone, blocks: int, *, first_ns: int = START_NS, latency_ns: int = 0) -> Samples:
    out = []
    for number in range(blocks):
        block = np.zeros((480, 2), np.float32)
        assert tone.read(block, first_ns + number * BLOCK_NS, latency_ns) == first_ns + number * BLOCK_NS - latency_ns
        out.append(block)
    return np.concatenate(out)


@pytest.mark.parametrize("frequency_hz", [20.0, 440.0, 997.3, 15_000.5])
def test_the_tone_has_its_frequency_and_level_without_seams(frequency_hz: float) -> None:
    tone = Tone("t", {"frequency_hz": frequency_hz, "level_db": -20.0, "beep": False})
    tone.start()
    wave = rendered(tone, 400)
    frequency, amplitude = strongest(wave[:, 0])
    assert frequency == pytest.approx(frequency_hz, abs=0.3)
    assert amplitude == pytest.approx(0.1, rel=0.04)
    assert impurity_db(wave[:, 0], width_hz=10.0) < -90
    assert np.array_equal(wave[:, 0], wave[:, 1])


@pytest.mark.parametrize("offset_ns", [0, 3_700_001, 970_000_000])
def test_the_beep_starts_at_each_full_second_of_the_clock(offset_ns: int) -> None:
    tone = Tone("t", {"frequency_hz": 1000.0, "level_db": -6.0, "beep": True})
    tone.start()
    wave = rendered(tone, 310, first_ns=START_NS + offset_ns)[:, 0]
    sounding = np.abs(wave) > 0.05
    times_ns = offset_ns + np.arange(len(wave)) * NS_PER_S / 48_000
    phase_ns = times_ns[sounding] % NS_PER_S
    assert phase_ns.min() < NS_PER_MS
    assert BEEP_NS - NS_PER_MS < phase_ns.max() < BEEP_NS
    assert sounding.sum() >= 3 * 0.7 * BEEP_NS / NS_PER_S * 48_000


def test_latency_shifts_the_sound_but_not_its_capture_time() -> None:
    tone = Tone("t", {"frequency_hz": 1000.0, "level_db": -6.0, "beep": True})
    tone.start()
    now = rendered(tone, 10)
    later = rendered(tone, 10, first_ns=START_NS + 37 * NS_PER_MS, latency_ns=37 * NS_PER_MS)
    assert np.allclose(now, later, atol=1e-6)


def test_settings_apply_while_sounding() -> None:
    tone = Tone("t", {"frequency_hz": 440.0, "level_db": -20.0, "beep": False})
    tone.start()
    rendered(tone, 10)
    assert tone.reconfigure({"frequency_hz": 2000.0, "level_db": -20.0, "beep": False})
    assert strongest(rendered(tone, 100)[:, 0])[0] == pytest.approx(2000)


def test_a_closed_tone_is_silent() -> None:
    tone = Tone("t", {"frequency_hz": 440.0, "level_db": -20.0, "beep": False})
    assert not rendered(tone, 2).any()
    tone.start()
    assert rendered(tone, 2).any()
    tone.close()
    assert not rendered(tone, 2).any()
