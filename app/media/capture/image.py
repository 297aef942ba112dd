"""Pictures from files: stills with alpha and orientation, and animations with their own timing."""

import logging
import threading
from bisect import bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import cv2
import numpy as np

from app.domain.clock import NS_PER_MS, Clock
from app.domain.errors import AppError, Value
from app.domain.notice import Notice, Severity
from app.domain.source import Source
from app.domain.stats import SourceStats
from app.media.capture.colour import planes_of_rgba
from app.media.capture.frames import PicturePlanes
from app.media.capture.held import even_sided
from app.media.ports import Picture, Plane

log = logging.getLogger(__name__)

_MOST_BYTES = 256 * 1024 * 1024  # planes of an animation that are kept; what goes beyond is left out at its end
_LONGEST_SIDE = 3840  # a photograph of 50 megapixels is shown no larger
_LEAST_MS = 20  # browsers treat shorter times as a mistake of the file, too
_MISTAKEN_MS = 100  # and show such a picture for so long
_TRY_AGAIN_S = 2.0


@dataclass(frozen=True, slots=True)
class Frames:
    """The pictures of one file; `ends_ms` says when each one gives way, counted from the start of a round."""

    planes: tuple[PicturePlanes, ...]
    ends_ms: tuple[int, ...]


def _rgba(pixels: Plane) -> Plane:
    """8-bit straight RGBA with even sides of anything that OpenCV decodes."""
    if pixels.dtype == np.uint16:
        pixels = (pixels >> 8).astype(np.uint8)
    conversion = {2: cv2.COLOR_GRAY2RGBA, 3: cv2.COLOR_BGR2RGBA, 4: cv2.COLOR_BGRA2RGBA}
    channels = pixels.shape[2] if pixels.ndim == 3 else 2
    rgba = np.asarray(cv2.cvtColor(pixels, conversion[channels]), np.uint8)
    scale = _LONGEST_SIDE / max(rgba.shape[:2])
    if scale < 1:
        rgba = np.asarray(cv2.resize(rgba, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8)
    return even_sided(rgba)


def _upright(data: Plane, decoded: Plane) -> Plane:
    """The picture turned as its EXIF orientation asks; OpenCV turns only where it drops alpha, and cameras write none."""
    if decoded.ndim == 3 and decoded.shape[2] == 4:
        return decoded
    turned = cv2.imdecode(data, cv2.IMREAD_COLOR)
    return decoded if turned is None else np.asarray(turned, np.uint8)


def load(path: Path) -> Frames:
    """Decode a picture file; raises AppError("image.missing" or "image.unreadable")."""
    try:
        data = np.frombuffer(path.read_bytes(), np.uint8)
    except FileNotFoundError as error:
        raise AppError("image.missing", file=str(path)) from error
    except OSError as error:
        raise AppError("image.unreadable", file=str(path), reason=error.strerror or "") from error
    try:
        _, animation = cv2.imdecodeanimation(data)
        frames, durations = list(animation.frames), list(animation.durations)
        if len(frames) == 1:
            frames = [_upright(data, np.asarray(frames[0]))]
    except cv2.error as error:
        raise AppError("image.unreadable", file=str(path), reason=str(error.err)) from error
    if not frames:
        raise AppError("image.unreadable", file=str(path), reason=path.suffix)
    kept = max(1, _MOST_BYTES // (frames[0].shape[0] * frames[0].shape[1] * 5 // 2))
    if kept < len(frames):
        log.warning("%s: %d of %d pictures are shown, the others need too much memory", path, kept, len(frames))
    planes = tuple(PicturePlanes(*planes_of_rgba(_rgba(np.asarray(frame)))) for frame in frames[:kept])
    lengths = (duration if duration >= _LEAST_MS else _MISTAKEN_MS for duration in durations[:kept])
    return Frames(planes, tuple(accumulate(lengths)))


class ImageSource:
    """Shows a picture file; an animation runs over and over from the moment it was loaded.

    The file is decoded on a thread of its own. One that is missing or broken is reported once and looked for again.
    """

    def __init__(self, source: Source, clock: Clock, notify: Callable[[Notice], None], settings: Mapping[str, Value]) -> None:
        self._source = source
        self._path = str(settings["file"])
        self._clock = clock
        self._notify = notify
        self._closing = threading.Event()
        self._thread: threading.Thread | None = None
        self._frames: Frames | None = None
        self._picture: Picture | None = None
        self._shown = 0
        self._loaded_ns = 0
        self._failure = ""

    def start(self) -> None:
        if self._thread is None and self._path:
            self._closing.clear()
            self._thread = threading.Thread(target=self._load, name=f"image-{self._source.id}", daemon=True)
            self._thread.start()

    def close(self) -> None:
        thread, self._thread = self._thread, None
        if thread is not None:
            self._closing.set()
            thread.join()

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        """True where the file is the same."""
        return str(settings["file"]) == self._path

    def latest(self) -> Picture | None:
        frames, picture = self._frames, self._picture
        if frames is None or picture is None or len(frames.planes) == 1:
            return picture
        past_ms = (self._clock.monotonic_ns() - self._loaded_ns) // NS_PER_MS % frames.ends_ms[-1]
        due = bisect_right(frames.ends_ms, past_ms)
        if due != self._shown:
            self._shown = due
            self._picture = picture = self._made(frames.planes[due], picture.sequence + 1)
        return picture

    def stats(self) -> SourceStats:
        picture = self._picture
        return SourceStats(
            self._source.id,
            alive=not self._failure,
            width=picture.width if picture else 0,
            height=picture.height if picture else 0,
            detail=self._failure,
        )

    def _made(self, planes: PicturePlanes, sequence: int) -> Picture:
        y, u, v, alpha = planes
        return Picture(y=y, u=u, v=v, capture_ns=self._clock.monotonic_ns(), sequence=sequence, alpha=alpha)

    def _load(self) -> None:
        frames = self._tried()
        while frames is None:
            if self._closing.wait(_TRY_AGAIN_S):
                return
            frames = self._tried()
        self._loaded_ns = self._clock.monotonic_ns()
        self._picture = self._made(frames.planes[0], 1)
        self._frames = frames
        if self._failure:
            self._failure = ""
            self._notify(Notice(Severity.INFO, "source.back", {"source": self._source.name}, subject=self._source.id))

    def _tried(self) -> Frames | None:
        try:
            return load(Path(self._path))
        except AppError as error:
            if not self._failure:
                self._failure = error.code
                data = {"source": self._source.name, **error.data}
                self._notify(Notice(Severity.WARNING, error.code, data, subject=self._source.id))
            return None
