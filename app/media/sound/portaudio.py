"""PortAudio: its device list, its one initialisation per process, and its streams."""

import importlib
import logging
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from app.domain.base.errors import AppError
from app.media.ports import SAMPLE_RATE_HZ, Samples

log = logging.getLogger(__name__)

# the host API of each system that shares devices and has good times; others list the same devices again
_PREFERRED = ("Windows WASAPI", "Core Audio", "ALSA", "JACK Audio Connection Kit", "OSS")
# ALSA plugins for conversions and outputs; the names that lead to a sound server or to hardware stay
_ALSA_PLUGINS = frozenset({"sysdefault", "lavrate", "samplerate", "speexrate", "speex", "upmix", "vdownmix", "dmix", "dsnoop", "null"})
_MAX_CHANNELS = 2
_LATENCY_S = 0.02  # "low" is 9 ms on some systems, too short for Python's callbacks on a busy machine
_LONGEST_LAG_S = 0.3

Block = Callable[[Samples, float], None]


class SoundDeviceError(AppError):
    """A sound input cannot be used; `data` has `name` and `reason`."""


@dataclass(frozen=True, slots=True)
class InputDevice:
    """A sound input in PortAudio's current list. `identity` outlives the list, `index` does not."""

    identity: str
    name: str
    index: int
    channels: int
    rate_hz: int
    default: bool


def plain_name(name: str) -> str:
    """A device's name without its port: "USB Audio: - (hw:1,0)" → "USB Audio"."""
    head, bracket, _ = name.partition(" (hw:")
    return (head if bracket else name).rstrip(" :-")


def inputs(devices: Sequence[dict[str, Any]], hosts: Sequence[dict[str, Any]]) -> tuple[InputDevice, ...]:
    """The useful sound inputs from the results of `sounddevice.query_devices` and `query_hostapis`; equal names are numbered."""
    by_name = {host["name"]: number for number, host in enumerate(hosts) if host["devices"]}
    chosen = next((by_name[name] for name in _PREFERRED if name in by_name), next(iter(by_name.values()), None))
    found: list[InputDevice] = []
    seen: dict[str, int] = {}
    for index, device in enumerate(devices):
        if device["hostapi"] != chosen or device["max_input_channels"] < 1:
            continue
        host = hosts[device["hostapi"]]
        name = plain_name(device["name"])
        if host["name"] == "ALSA" and name in _ALSA_PLUGINS:
            continue
        seen[name] = seen.get(name, 0) + 1
        shown = name if seen[name] == 1 else f"{name} #{seen[name]}"
        found.append(
            InputDevice(
                f"{host['name']}:{shown}",
                shown,
                index,
                min(_MAX_CHANNELS, device["max_input_channels"]),
                int(device["default_samplerate"]),
                index == host["default_input_device"],
            )
        )
    return tuple(found)


class SoundStream:
    """An open input. `active` becomes False when the device is gone; `close` never raises."""

    def __init__(self, host: "SoundHost", stream: Any, name: str, rate_hz: int) -> None:
        self._host = host
        self._stream = stream
        self.name = name
        self.rate_hz = rate_hz

    @property
    def active(self) -> bool:
        return self._host.is_active(self._stream)

    def close(self) -> None:
        self._host.close_stream(self._stream)


class SoundHost:
    """PortAudio in this process; all recorders share one object.

    PortAudio reads the device list once. To find new devices it must restart, which would end every open stream; so `rescan` restarts it
    only while no stream is open. A lock serialises lists and openings; no audio callback takes it.
    """

    def __init__(self, load: Callable[[], Any] = lambda: importlib.import_module("sounddevice")) -> None:
        self._lock = threading.Lock()
        self._load = load
        self._open: set[int] = set()
        self._loaded: Any = None

    def rescan(self) -> bool:
        """Read the device list again. False if a stream is open and the old list stays. Raises SoundDeviceError."""
        with self._lock:
            if self._open:
                return False
            if self._loaded is not None:  # otherwise it reads the list when it loads
                self._restart(self._loaded)
            return True

    def inputs(self) -> tuple[InputDevice, ...]:
        """The sound inputs in the current list. Raises SoundDeviceError."""
        with self._lock:
            return self._inputs()

    def open(self, identity: str, on_block: Block) -> SoundStream:
        """Start recording; identity "" = the system's default input. Raises SoundDeviceError.

        `on_block(frames, lag_s)` runs on PortAudio's thread, with (n, channels) float32 and how long ago the first sample frame was
        captured.
        """
        with self._lock:
            device = self._find(identity)
            rate_hz = self._rate(device)
            library = self._library()

            def callback(frames: Samples, count: int, time: Any, status: object) -> None:
                lag_s = time.currentTime - time.inputBufferAdcTime
                # some drivers leave the time empty or report nonsense at the start: then assume that the block has just ended
                on_block(frames, lag_s if 0.0 < lag_s < _LONGEST_LAG_S else count / rate_hz)

            try:
                stream = library.InputStream(
                    samplerate=rate_hz,
                    blocksize=0,  # the driver's own size: a fixed one costs another buffer
                    device=device.index,
                    channels=device.channels,
                    dtype=np.float32,
                    latency=_LATENCY_S,
                    callback=callback,
                )
            except (library.PortAudioError, ValueError) as error:
                raise SoundDeviceError("sound.unavailable", name=device.name, reason=_reason(error)) from error
            try:
                stream.start()
            except library.PortAudioError as error:
                stream.close(ignore_errors=True)
                raise SoundDeviceError("sound.unavailable", name=device.name, reason=_reason(error)) from error
            self._open.add(id(stream))
        return SoundStream(self, stream, device.name, rate_hz)

    def is_active(self, stream: Any) -> bool:
        """Whether a stream still records; False if it does not answer."""
        try:
            return bool(stream.active)
        except self._library().PortAudioError as error:
            log.info("a sound stream does not answer: %s", error)
            return False

    def close_stream(self, stream: Any) -> None:
        """Close a stream from `open`; closing it again does nothing."""
        with self._lock:
            if id(stream) in self._open:
                stream.abort(ignore_errors=True)
                stream.close(ignore_errors=True)
                self._open.discard(id(stream))

    def _library(self) -> Any:
        """Load PortAudio; call it under the lock. Loading starts it and may wait for a sound server, so only recorders wait."""
        if self._loaded is None:
            try:
                self._loaded = self._load()
            except OSError as error:
                raise SoundDeviceError("sound.unavailable", name="PortAudio", reason=str(error)) from error
        return self._loaded

    def _restart(self, library: Any) -> None:
        """Restart PortAudio; it may have ended already."""
        try:
            library._terminate()
        except library.PortAudioError as error:
            log.info("PortAudio had ended already: %s", error)
        try:
            library._initialize()
        except library.PortAudioError as error:
            raise SoundDeviceError("sound.unavailable", name="PortAudio", reason=_reason(error)) from error

    def _inputs(self) -> tuple[InputDevice, ...]:
        library = self._library()
        try:
            return inputs(library.query_devices(), library.query_hostapis())
        except (library.PortAudioError, UnicodeDecodeError, LookupError, TypeError, ValueError) as error:
            # A device unplugged while PortAudio counts gives an error or an incomplete entry.
            raise SoundDeviceError("sound.unavailable", name="PortAudio", reason=_reason(error)) from error

    def _find(self, identity: str) -> InputDevice:
        for device in self._inputs():
            if device.identity == identity or (not identity and device.default):
                return device
        raise SoundDeviceError("sound.missing", name=identity.partition(":")[2])

    def _rate(self, device: InputDevice) -> int:
        """48 kHz if the device or its driver supports it, else the device's own rate."""
        library = self._library()
        try:
            library.check_input_settings(device.index, device.channels, np.float32, samplerate=SAMPLE_RATE_HZ)
        except (library.PortAudioError, ValueError):
            return device.rate_hz
        return SAMPLE_RATE_HZ


def _reason(error: Exception) -> str:
    """PortAudio's message without its error number."""
    return str(error.args[0]).partition(" [")[0] if error.args else type(error).__name__
