"""An engine whose publisher is in this process, and readings of its packets."""

import threading
import time
from collections.abc import Callable
from pathlib import Path

from app.domain.base.clock import SystemClock
from app.domain.base.notice import Notice
from app.domain.base.schema import parse_colour
from app.media.capture.colour import program_yuv
from app.media.engine import Engine
from app.media.ports import EncoderControl, VideoSource
from tests.support.packets import PacketCollector, decoded, planes_of
from tests.support.publishing import LocalPublisher


class EngineBench:
    """`engine` is not started; `collected` holds what it publishes."""

    def __init__(self, preview: Path | None = None) -> None:
        self._made: list[LocalPublisher] = []
        self.notices: list[Notice] = []
        self.engine = Engine(clock=SystemClock(), make_publisher=self._make_publisher, preview_path=preview)
        self.engine.notices.connect(self.notices.append)

    def _make_publisher(self, control: EncoderControl, notify: Callable[[Notice], None]) -> LocalPublisher:
        self._made.append(LocalPublisher(control, notify))
        return self._made[-1]

    @property
    def publisher(self) -> LocalPublisher:
        return self._made[-1]

    @property
    def collected(self) -> PacketCollector:
        return self.publisher.collected

    def running_parts(self) -> dict[str, object]:
        """Return the running parts; a restart creates a new object."""
        engine = self.engine
        parts: dict[str, object] = {"program": engine._program, "bus": engine._bus}
        for source_id, one in engine._sources._running.items():
            parts[source_id] = one.video if one.video is not None else one.sound
        return parts

    def replace_frames(self, source_id: str, maker: VideoSource) -> None:
        """Replace a running source's frames by those of `maker`."""
        self.engine._sources._running[source_id].video = maker

    def audio_delay_ms(self) -> float:
        """Return by how many ms the audio is delayed to match the video."""
        bus = self.engine._bus
        assert bus is not None
        return bus.video_latency_ns / 1e6

    def wait_until(self, condition: Callable[[], bool], timeout_s: float = 20.0) -> None:
        deadline = time.monotonic() + timeout_s
        pause = threading.Event()
        while not condition():
            assert time.monotonic() < deadline, f"not within {timeout_s} s"
            pause.wait(0.01)

    def since_keyframe(self) -> list[tuple[int, int, int, int, int]]:
        """Return (width, height, y, u, v) of the middle of each frame since the first key frame."""
        packets = self.collected.video()
        first = next((number for number, packet in enumerate(packets) if packet.keyframe), len(packets))
        found = []
        for frame in decoded(packets[first:]) if packets[first:] else []:
            y, u, v = planes_of(frame)
            row, column = frame.height // 2, frame.width // 2
            found.append((frame.width, frame.height, int(y[row, column]), int(u[row // 2, column // 2]), int(v[row // 2, column // 2])))
        return found

    def wait_for_colour(self, colour: str) -> None:
        """Wait until the middle of the newest frame has this colour."""
        red, green, blue, _ = parse_colour("colour", colour)
        wanted = program_yuv(red, green, blue)

        def shown() -> bool:
            frames = self.since_keyframe()
            return bool(frames) and all(abs(a - b) <= 3 for a, b in zip(frames[-1][2:], wanted, strict=True))

        self.wait_until(shown)

    def wait_for_size(self, width: int, height: int) -> None:
        """Wait until the newest frame has this size."""
        self.wait_until(lambda: bool(found := self.since_keyframe()) and found[-1][:2] == (width, height))

    def share_of_red(self) -> list[float]:
        """Return how red (1) or blue (0) the middle of each frame is, read from v."""
        red, blue = program_yuv(255, 0, 0)[2], program_yuv(0, 0, 255)[2]
        return [(frame[4] - blue) / (red - blue) for frame in self.since_keyframe()]
