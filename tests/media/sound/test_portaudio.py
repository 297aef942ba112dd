"""Which PortAudio devices are offered, with which names and identities, including systems other than this one."""

import subprocess
import sys
from typing import Any

import pytest

from app.domain.base.clock import SystemClock
from app.domain.base.errors import AppError
from app.domain.program.source import Source, SourceKind
from app.media.sound.devices import microphones
from app.media.sound.file_sound import FileSound
from app.media.sound.portaudio import SoundDeviceError, SoundHost, inputs, plain_name
from app.media.sound.sound_feed import SoundFeed
from app.media.sound.sound_sources import make_sound_source
from app.media.sound.tone import Tone
from tests.support.waiting import NoticeBox, until


def device(name: str, host: int, channels: int = 2, rate: float = 48_000.0) -> dict[str, Any]:
    return {"name": name, "hostapi": host, "max_input_channels": channels, "default_samplerate": rate}


def test_windows_offers_each_microphone_once_by_the_interface_with_good_times() -> None:
    devices = [device("Microphone (Yeti)", 0), device("Microphone (Yeti)", 1, rate=44_100.0), device("Speakers", 1, channels=0)]
    hosts = [
        {"name": "MME", "devices": [0], "default_input_device": 0},
        {"name": "Windows WASAPI", "devices": [1, 2], "default_input_device": 1},
    ]
    (found,) = inputs(devices, hosts)
    assert (found.identity, found.index, found.rate_hz, found.default) == ("Windows WASAPI:Microphone (Yeti)", 1, 44_100, True)


def test_linux_skips_conversion_plugins_and_numbers_equal_names() -> None:
    names = ["USB Audio: - (hw:1,0)", "USB Audio: - (hw:2,0)", "sysdefault", "samplerate", "pulse", "default"]
    hosts = [{"name": "ALSA", "devices": list(range(6)), "default_input_device": 5}]
    found = inputs([device(name, 0, channels=32) for name in names], hosts)
    assert [one.identity for one in found] == ["ALSA:USB Audio", "ALSA:USB Audio #2", "ALSA:pulse", "ALSA:default"]
    assert [one.default for one in found] == [False, False, False, True]
    assert {one.channels for one in found} == {2}


def test_an_identity_survives_a_change_of_list_position() -> None:
    hosts = [{"name": "ALSA", "devices": [0, 1], "default_input_device": -1}]
    before = inputs([device("HDA: - (hw:0,0)", 0), device("Yeti: USB (hw:1,0)", 0)], hosts)
    after = inputs([device("Yeti: USB (hw:3,0)", 0), device("HDA: - (hw:0,0)", 0)], hosts)
    assert {one.identity for one in before} == {one.identity for one in after}


def test_a_machine_without_sound_offers_nothing() -> None:
    assert inputs([], [{"name": "ALSA", "devices": [], "default_input_device": -1}]) == ()


@pytest.mark.parametrize(
    ("full", "plain"), [("Yeti: USB Audio (hw:1,0)", "Yeti: USB Audio"), ("Headset", "Headset"), ("X: - (hw:0,3)", "X")]
)
def test_names_are_shown_without_the_port(full: str, plain: str) -> None:
    assert plain_name(full) == plain


def test_each_kind_with_sound_has_its_class() -> None:
    def make(kind: SourceKind, feed: SoundFeed | None = None) -> object:
        return make_sound_source(Source("s", "Sound", kind), SystemClock(), print, feed, SoundHost())

    assert isinstance(make(SourceKind.TONE), Tone)
    assert isinstance(make(SourceKind.MEDIA, SoundFeed()), FileSound)
    with pytest.raises(AppError, match=r"sound\.no_feed"):
        make(SourceKind.MEDIA)
    with pytest.raises(AppError, match=r"sound\.no_sound"):
        make(SourceKind.COLOUR)


WITHOUT_PORTAUDIO = """
import sys
import app.bootstrap.engine
from app.media.sound.devices import microphones
from app.media.sound.portaudio import SoundDeviceError, SoundHost
assert "sounddevice" not in sys.modules, "starting an engine waits for the sound server"
class Missing:
    def find_spec(self, name, path=None, target=None):
        if name == "sounddevice":
            raise OSError("PortAudio library not found")
sys.meta_path.insert(0, Missing())
host = SoundHost()
assert host.rescan() and microphones(host) == ()
try:
    host.open("", print)
except SoundDeviceError as error:
    print(error.code, error.data["reason"])
"""


def test_an_engine_starts_without_portaudio_and_reports_it_when_sound_is_needed() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT_PORTAUDIO], capture_output=True, text=True, timeout=60, check=False)
    assert done.stdout == "sound.unavailable PortAudio library not found\n", done.stderr


class UnpluggedPortAudio:
    """PortAudio while a device is being unplugged: some calls fail, each with its own error."""

    class PortAudioError(Exception):
        pass

    def __init__(self, failing: str, error: Exception) -> None:
        self._failing = failing
        self._error = error

    def _answer(self, call: str, answer: Any) -> Any:
        if call == self._failing:
            raise self._error
        return answer

    def _terminate(self) -> None:
        self._answer("_terminate", None)

    def _initialize(self) -> None:
        self._answer("_initialize", None)

    def query_devices(self) -> Any:
        return self._answer("query_devices", [device("Yeti: USB (hw:1,0)", 0)])

    def query_hostapis(self) -> Any:
        return self._answer("query_hostapis", [{"name": "ALSA", "devices": [0], "default_input_device": 0}])


FAILURES = [
    ("query_devices", UnpluggedPortAudio.PortAudioError("Error querying device 3", -9996)),
    ("query_hostapis", UnpluggedPortAudio.PortAudioError("PortAudio not initialized", -10000)),
    ("query_devices", UnicodeDecodeError("utf-8", b"\xe9", 0, 1, "invalid continuation byte")),
    ("query_devices", KeyError("hostapi")),
    ("_initialize", UnpluggedPortAudio.PortAudioError("Internal PortAudio error", -9986)),
]


@pytest.mark.parametrize(("call", "error"), FAILURES)
def test_a_portaudio_error_while_a_device_vanishes_is_a_sound_device_error(call: str, error: Exception) -> None:
    host = SoundHost(load=lambda: UnpluggedPortAudio(call, error))
    with pytest.raises(SoundDeviceError) as refused:
        host.inputs()
        host.rescan()
    assert refused.value.code == "sound.unavailable"
    assert microphones(SoundHost(load=lambda: UnpluggedPortAudio(call, error))) == () or call == "_initialize"


def test_ending_portaudio_twice_is_no_error() -> None:
    host = SoundHost(load=lambda: UnpluggedPortAudio("_terminate", UnpluggedPortAudio.PortAudioError("not initialized", -10000)))
    assert host.inputs()
    assert host.rescan()


@pytest.mark.parametrize(("call", "error"), FAILURES)
def test_a_microphone_whose_queries_fail_waits_and_reports_it_once(call: str, error: Exception) -> None:
    notices = NoticeBox()
    host = SoundHost(load=lambda: UnpluggedPortAudio(call, error))
    if call == "_initialize":
        host.inputs()
        with pytest.raises(SoundDeviceError):
            host.rescan()
    source = make_sound_source(Source("m", "Voice", SourceKind.MICROPHONE, {"device": "ALSA:gone"}), SystemClock(), notices, None, host)
    source.start()
    told = notices.next()
    assert told.data["source"] == "Voice"
    assert told.code in {"sound.unavailable", "sound.missing"}
    until(lambda: not source.stats().alive)
    source.close()
    assert notices.codes() == []
