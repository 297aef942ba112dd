"""Recording from a real sound system: the tone arrives, the device is unplugged and plugged in, the default is followed."""

import queue
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest

from app.domain.base.clock import NS_PER_MS, NS_PER_S, SystemClock
from app.domain.base.errors import Value
from app.domain.base.notice import Notice, Severity
from app.domain.program.mixing import Strip
from app.domain.program.output import AudioSettings
from app.domain.program.source import Source, SourceKind
from app.media.ports import Samples
from app.media.sound.bus import SoundBus
from app.media.sound.devices import microphones
from app.media.sound.microphone import Microphone, Recording
from app.media.sound.mixer import Mixer
from app.media.sound.portaudio import SoundHost
from app.media.sound.sound_sources import make_sound_source
from tests.support.pulse import PulseServer
from tests.support.sounds import PacketShelf, decoded, sine, stereo, strongest

SETTINGS: Mapping[str, Value] = {"device": "", "channels": "both"}


class MicrophoneBench:
    """A microphone on air: mixer, Opus, and the sound that a receiver would hear."""

    def __init__(self, microphone: Microphone) -> None:
        self.microphone = microphone
        self.mixer = Mixer()
        self.mixer.set_strips([(Strip("mic"), microphone)])
        self.shelf = PacketShelf()
        self.bus = SoundBus(clock=SystemClock(), mixer=self.mixer, sinks=(self.shelf,), settings=AudioSettings(), notify=print)

    def record_until(self, wanted: Callable[[Samples], bool], *, seconds: float = 15.0) -> Samples:
        """The first half second of sound from now on that meets the condition."""
        begin = len(self.shelf.packets)
        window = np.zeros((24_000, 2), np.float32)
        for _ in range(int(seconds * 4)):
            packets = self.shelf.wait_for(len(self.shelf.packets) + 13)
            window = decoded(packets[max(0, begin - 5) :])[-24_000:]
            if len(packets) - begin >= 25 and wanted(window):
                return window
        raise AssertionError(f"not heard in {seconds} s; last: {strongest(window[:, 0])}, {strongest(window[:, 1])}")


@contextmanager
def on_air(notices: "queue.Queue[Notice]", settings: Mapping[str, Value] = SETTINGS) -> Iterator[MicrophoneBench]:
    microphone = Microphone("mic", "Desk microphone", settings, clock=SystemClock(), host=SoundHost(), notify=notices.put)
    bench = MicrophoneBench(microphone)
    microphone.start()
    bench.bus.start()
    try:
        yield bench
    finally:
        bench.bus.close()
        microphone.close()


def tone_of(frequency_hz: float, channel: int = 0) -> Callable[[Samples], bool]:
    def is_there(window: Samples) -> bool:
        frequency, level = strongest(window[:, channel])
        return abs(frequency - frequency_hz) < 8 and 0.15 < level < 0.3

    return is_there


def silence(window: Samples) -> bool:
    return not np.abs(window).max() > 1e-3


def test_the_devices_have_names_and_one_default(pulse: PulseServer) -> None:
    pulse.plug()
    found = microphones(SoundHost())
    assert [device.id for device in found if device.default] == ["ALSA:default"]
    assert all(device.name for device in found)
    assert len({device.id for device in found}) == len(found)


def test_the_receiver_hears_a_tone_at_the_microphone(pulse: PulseServer) -> None:
    pulse.plug()
    pulse.play(stereo(sine(1000, 30.0), sine(1500, 30.0)))
    notices: queue.Queue[Notice] = queue.Queue()
    with on_air(notices) as bench:
        window = bench.record_until(lambda window: tone_of(1000, 0)(window) and tone_of(1500, 1)(window))
        assert len(window) == 24_000
        assert bench.microphone.stats().alive
        bench.record_until(lambda window: bench.mixer.meters().strips[0].peak_db[0] == pytest.approx(-12.0, abs=1.0))
        assert bench.microphone.needed_latency_ns() < 500 * NS_PER_MS  # a busy machine's sound server stalls for a quarter of a second
        for channels, frequency_hz in (("left", 1000), ("right", 1500)):
            assert bench.microphone.reconfigure({"device": "", "channels": channels})
            bench.record_until(lambda window, hz=frequency_hz: tone_of(hz, 0)(window) and tone_of(hz, 1)(window))  # type: ignore[misc]
        assert not bench.microphone.reconfigure({"device": "another", "channels": "both"})
    assert notices.empty()


def test_an_unplugged_device_is_silent_with_one_notice_and_sounds_again_when_plugged_in(pulse: PulseServer) -> None:
    module = pulse.plug()
    pulse.play(stereo(sine(1000, 30.0)))
    notices: queue.Queue[Notice] = queue.Queue()
    with on_air(notices) as bench:
        bench.record_until(tone_of(1000))
        pulse.unplug(module)
        lost = notices.get(timeout=10)
        assert (lost.code, lost.severity, lost.subject) == ("sound.lost", Severity.ERROR, "mic")
        assert lost.data["source"] == "Desk microphone"
        assert lost.data["name"]
        bench.record_until(silence)
        assert not bench.microphone.stats().alive
        pulse.plug()
        pulse.play(stereo(sine(700, 30.0)))
        back = notices.get(timeout=15)
        assert (back.code, back.severity) == ("sound.back", Severity.INFO)
        bench.record_until(tone_of(700))
        packets = bench.shelf.packets
        assert [packet.pts for packet in packets] == list(range(0, len(packets) * 960, 960))
    assert notices.empty()


def test_recording_survives_a_sound_server_that_dies(pulse: PulseServer) -> None:
    pulse.plug()
    pulse.play(stereo(sine(1000, 30.0)))
    notices: queue.Queue[Notice] = queue.Queue()
    with on_air(notices) as bench:
        bench.record_until(tone_of(1000))
        pulse.kill()
        assert notices.get(timeout=10).code == "sound.lost"
        bench.record_until(silence)
        pulse.start()
        pulse.plug()
        pulse.play(stereo(sine(700, 30.0)))
        assert notices.get(timeout=15).code == "sound.back"
        bench.record_until(tone_of(700))
    assert notices.empty()


def test_the_systems_default_is_followed(pulse: PulseServer) -> None:
    pulse.plug("first")
    pulse.plug("second")
    pulse.pactl("set-default-source", "first.monitor")
    pulse.play(stereo(sine(1000, 30.0)), "first")
    pulse.play(stereo(sine(600, 30.0)), "second")
    notices: queue.Queue[Notice] = queue.Queue()
    with on_air(notices) as bench:
        bench.record_until(tone_of(1000))
        pulse.pactl("set-default-source", "second.monitor")
        bench.record_until(tone_of(600))
    assert notices.empty()


def test_a_missing_microphone_is_reported_once(pulse: PulseServer) -> None:
    notices: queue.Queue[Notice] = queue.Queue()
    with on_air(notices, {"device": "ALSA:Blue Yeti", "channels": "both"}) as bench:
        missing = notices.get(timeout=10)
        assert (missing.code, missing.data["name"]) == ("sound.missing", "Blue Yeti")
        bench.record_until(silence)
        assert not bench.microphone.stats().alive
    assert notices.empty()


@pytest.mark.skipif(shutil.which("espeak-ng") is None, reason="espeak-ng is not installed")
def test_a_voice_keeps_its_tempo(pulse: PulseServer, tmp_path: Path) -> None:
    pulse.plug()
    spoken = tmp_path / "spoken.wav"
    subprocess.run(["espeak-ng", "-w", str(spoken), "The lamp costs forty euros."], check=True, timeout=20)
    raw = np.frombuffer(spoken.read_bytes()[44:], np.int16).astype(np.float32) / 32768
    voice = np.interp(np.arange(0, len(raw), 22_050 / 48_000), np.arange(len(raw)), raw)
    notices: queue.Queue[Notice] = queue.Queue()
    with on_air(notices) as bench:
        pulse.play(stereo(np.tile(np.concatenate([voice, np.zeros(24_000)]), 4)))
        bench.record_until(lambda window: bool(np.abs(window).max() > 0.1))
        begin = len(bench.shelf.packets)
        packets = bench.shelf.wait_for(begin + 100)
        heard = decoded(packets)[-96_000:, 0]
    # speech: most power between 80 Hz and 4 kHz, and a level that rises and falls
    spectrum = np.abs(np.fft.rfft(heard)) ** 2
    speech = spectrum[160:8000].sum() / spectrum.sum()
    loudness = np.sqrt((heard.reshape(-1, 960) ** 2).mean(axis=1))
    assert speech > 0.9
    assert loudness.max() > 0.02
    assert loudness.min() < 0.25 * loudness.max()


def test_the_factory_knows_all_kinds_with_sound(pulse: PulseServer) -> None:
    source = make_sound_source(Source("m", "Microphone", SourceKind.MICROPHONE), SystemClock(), print, None, SoundHost())
    assert isinstance(source, Microphone)


def test_the_callback_stamps_blocks_with_their_capture_time() -> None:
    recording = Recording(SystemClock(), 48_000)
    block = stereo(sine(1000, 0.01))
    recording.take(block, 0.005)
    assert recording.ring.head == 0  # what queued up while the device started is dropped
    before = SystemClock().monotonic_ns()
    while recording.ring.head == 0:
        recording.take(block, 0.005)
    stamp = recording.ring.stamp(0)
    assert stamp is not None
    after = SystemClock().monotonic_ns()
    assert before - NS_PER_S // 100 <= stamp[1] <= after
