"""Finds the slowest x264 preset that this machine can afford."""

import statistics
import threading
import time
from collections.abc import Callable, Mapping

import numpy as np

from app.domain.base.clock import NS_PER_S
from app.domain.program.output import Canvas, H264Profile, SpeedPreset
from app.media.encode.encoder_configs import x264_config
from app.media.encode.errors import EncodeError
from app.media.encode.ffmpeg_encoder import EncoderSettings, FFmpegEncoder
from app.media.frame_pool import Planes
from app.media.ports import Frame

_TRIED = (SpeedPreset.VERYFAST, SpeedPreset.SUPERFAST)  # otherwise ultrafast
_FRAMES = 6
_SHARE = 0.4  # of a frame's time on one core; composing, sending and busier frames need the rest
_SLICE_GAIN = 0.7  # real gain of each further slice thread
UNMEASURED_PRESET = SpeedPreset.SUPERFAST  # used until measured


def affordable_preset(costs_ms: Mapping[SpeedPreset, float], *, fps: int, threads: int) -> SpeedPreset:
    """The slowest preset whose cost per frame (milliseconds of one core) fits the frame's time on this many threads."""
    budget_ms = 1000 / fps * _SHARE * (1 + (threads - 1) * _SLICE_GAIN)
    for preset in _TRIED:
        if costs_ms.get(preset, float("inf")) <= budget_ms:
            return preset
    return SpeedPreset.ULTRAFAST


def noisy_frames(width: int, height: int, count: int) -> list[Frame]:
    """Moving blurred noise with fresh noise on top: harder to encode than a face in a room."""
    random = np.random.default_rng(7)
    coarse = random.integers(40, 200, (height // 16 + 2, width // 16 + 2 + count), dtype=np.uint8)
    frames = []
    for number in range(count):
        planes = Planes(width, height)
        planes.fill(0)
        window = coarse[: (height + 15) // 16, number : number + (width + 15) // 16]
        planes.y[:] = np.repeat(np.repeat(window, 16, axis=0), 16, axis=1)[:height, :width]
        planes.y += random.integers(0, 10, (height, width), dtype=np.uint8)
        frames.append(Frame(planes.y, planes.u, planes.v, number, number + 1))
    return frames


def cost_ms(preset: SpeedPreset, canvas: Canvas, profile: H264Profile, kbps: int) -> float:
    """Processor milliseconds per frame of this size. x264 with one thread encodes on the calling thread, so other load does not count."""
    encoder = FFmpegEncoder(x264_config(preset, profile), EncoderSettings(canvas, kbps, kbps, canvas.fps * 2, profile, threads=1))
    costs = []
    for frame in noisy_frames(canvas.width, canvas.height, _FRAMES):
        begun_ns = time.thread_time_ns()
        encoder.encode(frame, keyframe=False)
        costs.append((time.thread_time_ns() - begun_ns) / NS_PER_S * 1000)
    return statistics.median(costs[1:])  # the first one is the key frame


class PresetChooser:
    """Measures in the background and remembers the result for each size and rate, for the life of this object."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._known: dict[tuple[Canvas, H264Profile, int], SpeedPreset] = {}
        self._threads: list[threading.Thread] = []
        self._closed = False

    def choose(self, canvas: Canvas, profile: H264Profile, kbps: int, threads: int, then: Callable[[], None]) -> SpeedPreset:
        """The preset for this canvas: the measured one, or UNMEASURED_PRESET during the measurement; `then` is called when it is done."""
        key = (canvas, profile, threads)
        with self._lock:
            if key in self._known:
                return self._known[key]
            self._known[key] = UNMEASURED_PRESET
            if not self._closed:
                thread = threading.Thread(target=self._measure, args=(key, kbps, then), name="encoder-speed", daemon=True)
                self._threads = [*(one for one in self._threads if one.is_alive()), thread]
                thread.start()
        return UNMEASURED_PRESET

    def use_faster_preset(self, canvas: Canvas, profile: H264Profile, threads: int) -> bool:
        """Use the next faster preset for this canvas from now on; False if there is none."""
        key = (canvas, profile, threads)
        with self._lock:
            now = self._known.get(key, UNMEASURED_PRESET)
            if now is SpeedPreset.ULTRAFAST:
                return False
            self._known[key] = (*_TRIED, SpeedPreset.ULTRAFAST)[_TRIED.index(now) + 1]
            return True

    def close(self, timeout_s: float) -> None:
        """Stop the measurements and drop their results."""
        with self._lock:
            self._closed = True
            running, self._threads = self._threads, []
        for thread in running:
            thread.join(timeout_s)

    def _measure(self, key: tuple[Canvas, H264Profile, int], kbps: int, then: Callable[[], None]) -> None:
        canvas, profile, threads = key
        costs: dict[SpeedPreset, float] = {}
        for preset in _TRIED:
            if self._closed:
                return
            try:
                costs[preset] = cost_ms(preset, canvas, profile, kbps)
            except EncodeError:
                continue  # opening the encoder for the show reports it
            if affordable_preset(costs, fps=canvas.fps, threads=threads) is preset:
                break
        with self._lock:
            self._known[key] = affordable_preset(costs, fps=canvas.fps, threads=threads)
            wanted = not self._closed and self._known[key] is not UNMEASURED_PRESET
        if wanted:
            then()
