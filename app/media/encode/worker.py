"""Runs one encoder on its own thread."""

import logging
import threading
from collections.abc import Callable, Sequence
from typing import Protocol

from app.domain.base.clock import Clock
from app.media.encode.errors import EncodeError
from app.media.encode.ffmpeg_encoder import EncodedFrame
from app.media.encode.frame_slot import FrameSlot
from app.media.encode.keyframes import KeyframeSchedule
from app.media.ports import Frame

log = logging.getLogger(__name__)


class FrameEncoder(Protocol):
    """What a worker runs: FFmpegEncoder, or one with conversions before it."""

    @property
    def kbps(self) -> int: ...

    def encode(self, frame: Frame, *, keyframe: bool) -> Sequence[EncodedFrame]: ...

    def set_bitrate(self, kbps: int) -> bool: ...


class EncoderWorker:
    """Opens an encoder on its own thread and encodes the newest frame, until it is closed or fails.

    `on_encoded` gets the packets and the nanoseconds that the frame took, `on_failed` the error; both run on this thread, with this worker
    as the first argument. A worker that hangs in a driver is abandoned: `close` does not wait, and the owner ignores what it reports later.
    """

    def __init__(
        self,
        *,
        name: str,
        clock: Clock,
        make_encoder: Callable[[], FrameEncoder],
        keyframes: KeyframeSchedule,
        on_encoded: "Callable[[EncoderWorker, Sequence[EncodedFrame], int], None]",
        on_failed: "Callable[[EncoderWorker, EncodeError], None]",
    ) -> None:
        self._clock = clock
        self._make_encoder = make_encoder
        self._keyframes = keyframes
        self._on_encoded = on_encoded
        self._on_failed = on_failed
        self._slot = FrameSlot()
        self._busy_since_ns = 0
        self._kbps: int | None = None
        self.refused_kbps: int | None = None  # a rate that needs a new encoder
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def close(self) -> None:
        """End the thread after the current frame; does not wait."""
        self._slot.close()

    def join(self, timeout_s: float) -> bool:
        """Wait for the thread after `close`; True if it ended."""
        if self._thread.is_alive() and self._thread is not threading.current_thread():
            self._thread.join(timeout_s)
        return not self._thread.is_alive()

    def submit(self, frame: Frame) -> bool:
        """Pass the frame to the encoder; True if it replaced an earlier one."""
        return self._slot.put(frame)

    def set_bitrate(self, kbps: int) -> None:
        """Use this rate from the next frame on; `refused_kbps` is set if this encoder cannot."""
        self._kbps = kbps

    def busy_ns(self) -> int:
        """How long the encoder has worked on the current frame (or on opening); 0 when idle."""
        since_ns = self._busy_since_ns
        return self._clock.monotonic_ns() - since_ns if since_ns else 0

    def _run(self) -> None:
        encoder: FrameEncoder | None = None
        while (frame := self._slot.take()) is not None:
            self._busy_since_ns = self._clock.monotonic_ns()
            try:
                if encoder is None:
                    encoder = self._make_encoder()
                self._apply_bitrate(encoder)
                encoded = encoder.encode(frame, keyframe=self._keyframes.due())
            except EncodeError as error:
                log.warning("%s", error)
                self._on_failed(self, error)
                return
            del frame  # the composer can reuse its planes
            took_ns = self._clock.monotonic_ns() - self._busy_since_ns
            self._busy_since_ns = 0
            self._on_encoded(self, encoded, took_ns)

    def _apply_bitrate(self, encoder: FrameEncoder) -> None:
        kbps = self._kbps
        if kbps is not None and kbps != encoder.kbps:
            self.refused_kbps = None if encoder.set_bitrate(kbps) else kbps
