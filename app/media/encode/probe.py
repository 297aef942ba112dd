"""Tests whether a hardware encoder works, in a child process, because a broken driver hangs or crashes."""

import logging
import multiprocessing
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from multiprocessing.process import BaseProcess
from pathlib import Path

from app.domain.program.output import Canvas, EncoderChoice, H264Profile
from app.media.encode.encoder_configs import hardware_config
from app.media.encode.errors import EncodeError
from app.media.encode.ffmpeg_encoder import EncoderSettings, FFmpegEncoder
from app.media.encode.preset_chooser import noisy_frames

log = logging.getLogger(__name__)

DEADLINE_S = 10.0  # the first use of a GPU may compile shaders
_FRAMES = 8  # a pipeline may hold some back, but these must give a packet
_PROVEN = 0
_REFUSED = 3  # exit codes; any other code is a crash

# Files without which a trial is pointless.
_LINUX_TRACES: Mapping[EncoderChoice, tuple[str, ...]] = {
    EncoderChoice.NVENC: ("/dev/nvidiactl", "/dev/dxg"),
    EncoderChoice.QSV: ("/dev/dri/renderD128",),
    EncoderChoice.AMF: ("/dev/dri/renderD128",),
}
_WINDOWS_TRACES: Mapping[EncoderChoice, tuple[str, ...]] = {
    EncoderChoice.NVENC: ("C:/Windows/System32/nvEncodeAPI64.dll",),
    EncoderChoice.QSV: ("C:/Windows/System32/libmfxhw64.dll", "C:/Windows/System32/libvpl.dll"),
    EncoderChoice.AMF: ("C:/Windows/System32/amfrt64.dll",),
}


def plausible(
    choice: EncoderChoice, platform: str = sys.platform, exists: Callable[[str], bool] = lambda path: Path(path).exists()
) -> bool:
    """Whether this machine has any trace of the hardware; False saves a process and a second."""
    if choice is EncoderChoice.VIDEOTOOLBOX:
        return platform == "darwin"
    traces = _WINDOWS_TRACES if platform == "win32" else _LINUX_TRACES
    return platform != "darwin" and any(exists(path) for path in traces.get(choice, ()))


def encode_some(choice: EncoderChoice, canvas: Canvas, profile: H264Profile, kbps: int) -> None:
    """Runs in the child process: exit code 0 only if the encoder produced a key frame."""
    try:
        encoder = FFmpegEncoder(hardware_config(choice, profile), EncoderSettings(canvas, kbps, kbps, canvas.fps * 2, profile))
        for frame in noisy_frames(canvas.width, canvas.height, _FRAMES):
            if any(one.keyframe and one.data for one in encoder.encode(frame, keyframe=False)):
                sys.exit(_PROVEN)
    except EncodeError:
        sys.exit(_REFUSED)
    sys.exit(_REFUSED)


def verdict(process: BaseProcess, deadline_s: float) -> str:
    """Wait for the started `process`: "" if it proved the encoder, else "refused", "crashed" or "hung"."""
    process.join(deadline_s)
    if process.is_alive():
        process.kill()
        process.join()
        return "hung"
    if process.exitcode == _PROVEN:
        return ""
    return "refused" if process.exitcode == _REFUSED else "crashed"


class HardwareProber:
    """Finds out in the background which hardware encoders work, and remembers the results."""

    def __init__(
        self,
        *,
        child: Callable[[EncoderChoice, Canvas, H264Profile, int], None] = encode_some,
        is_plausible: Callable[[EncoderChoice], bool] = plausible,
        deadline_s: float = DEADLINE_S,
    ) -> None:
        self._child = child
        self._is_plausible = is_plausible
        self._deadline_s = deadline_s
        self._lock = threading.Lock()
        self._answers: dict[EncoderChoice, str] = {}
        self._running: set[EncoderChoice] = set()
        self._processes: list[BaseProcess] = []
        self._threads: list[threading.Thread] = []
        self._closed = False

    def working(self, wanted: Sequence[EncoderChoice]) -> tuple[EncoderChoice, ...]:
        """Those of `wanted` that are known to work, in the same order."""
        return tuple(choice for choice in wanted if self._answers.get(choice) == "")

    def failure(self, choice: EncoderChoice) -> str:
        """Why it does not work ("" = it works, or is not known yet)."""
        return self._answers.get(choice, "")

    def ask(self, wanted: Sequence[EncoderChoice], canvas: Canvas, profile: H264Profile, kbps: int, then: Callable[[], None]) -> None:
        """Try those of `wanted` that were not tried yet, one after another; `then` is called when there are new results."""
        with self._lock:
            new = [choice for choice in wanted if choice not in self._answers and choice not in self._running]
            for choice in [choice for choice in new if not self._is_plausible(choice)]:
                self._answers[choice] = "absent"
                new.remove(choice)
            if not new or self._closed:
                return
            self._running.update(new)
            thread = threading.Thread(target=self._probe, args=(new, canvas, profile, kbps, then), name="encoder-probe", daemon=True)
            self._threads.append(thread)
            thread.start()

    def close(self) -> None:
        """Kill the running trial and wait for the thread."""
        with self._lock:
            self._closed = True
            threads = list(self._threads)
            for process in self._processes:  # under the lock, because each is removed before it is closed
                process.kill()
        for thread in threads:
            thread.join()

    def _probe(self, choices: list[EncoderChoice], canvas: Canvas, profile: H264Profile, kbps: int, then: Callable[[], None]) -> None:
        context = multiprocessing.get_context("spawn")
        for choice in choices:
            process = context.Process(target=self._child, args=(choice, canvas, profile, kbps), name=f"probe-{choice.value}", daemon=True)
            with self._lock:
                if self._closed:
                    return
                process.start()
                self._processes.append(process)
            answer = verdict(process, self._deadline_s)
            with self._lock:
                self._processes.remove(process)
                self._answers[choice] = answer
                self._running.discard(choice)
            process.close()
            log.info("hardware encoder %s: %s", choice.value, answer or "works")
        if not self._closed:
            then()
