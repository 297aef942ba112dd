import threading
from collections.abc import Iterator

import numpy as np
import pytest

from app.domain.base.errors import AppError
from app.domain.base.notice import Severity
from app.domain.program.source import Source, SourceKind
from app.media.capture.device_source import DeviceSource, FrameReader
from app.media.capture.frames import FramePlanes
from tests.support.clocks import SetClock
from tests.support.waiting import NoticeBox, until


class Device:
    """A camera whose driver does what a test says: frames arrive one by one, it fails, it hangs."""

    def __init__(self) -> None:
        self.opened = 0
        self.failure: AppError | None = None
        self.closed = 0
        self._orders = threading.Semaphore(0)
        self._unhang = threading.Event()
        self.hangs = False

    def open(self, stopping: threading.Event) -> FrameReader:
        self.opened += 1
        if self.failure is not None:
            raise self.failure
        return _Reader(self, stopping)

    def deliver(self) -> None:
        self._orders.release()

    def release(self) -> None:
        self._unhang.set()

    def read(self, stopping: threading.Event) -> FramePlanes | None:
        while not self._orders.acquire(timeout=0.02):
            if self.hangs:
                self._unhang.wait()
            if self.failure is not None:
                raise self.failure
            if stopping.is_set():
                return None
        return FramePlanes(np.full((4, 4), 99, np.uint8), np.full((2, 2), 128, np.uint8), np.full((2, 2), 128, np.uint8))


class _Reader:
    def __init__(self, device: Device, stopping: threading.Event) -> None:
        self._device = device
        self._giving_up = stopping

    def read(self) -> FramePlanes | None:
        return self._device.read(self._giving_up)

    def close(self) -> None:
        self._device.closed += 1


class Bench:
    def __init__(self) -> None:
        self.clock = SetClock()
        self.device = Device()
        self.notices = NoticeBox()
        self.source = DeviceSource(Source("cam", "Front camera", SourceKind.CAMERA), self.device.open, self.clock, self.notices)

    def frame(self, number: int) -> None:
        """One more frame arrives."""
        self.device.deliver()
        until(lambda: (shown := self.source.latest()) is not None and shown.sequence == number)

    def wait_until_lost(self) -> None:
        """Wait until the watcher has noticed the lost device: from then on, time counts towards the next try."""
        until(lambda: self.source._attempt is None)


@pytest.fixture
def bench() -> Iterator[Bench]:
    one = Bench()
    yield one
    one.device.release()
    one.source.close()


def test_the_newest_frame_wins_and_closing_releases_the_device(bench: Bench) -> None:
    assert bench.source.latest() is None
    bench.source.start()
    bench.source.start()
    for number in range(1, 4):
        bench.clock.pass_ms(40)
        bench.frame(number)
    shown = bench.source.latest()
    assert shown is not None
    assert shown.capture_ns == bench.clock.now_ns
    until(lambda: bench.source.stats().fps)
    stats = bench.source.stats()
    assert (stats.alive, stats.width, stats.height, stats.detail) == (True, 4, 4, "")
    assert round(stats.fps) == 25
    bench.source.close()
    bench.source.close()
    assert (bench.device.opened, bench.device.closed) == (1, 1)
    assert bench.source.latest() is None
    assert bench.notices.codes() == []


def test_a_frozen_device_keeps_its_last_frame_two_seconds_is_reported_once_and_reopened(bench: Bench) -> None:
    bench.source.start()
    bench.frame(1)
    until(lambda: bench.source.stats().fps == 0.0 and bench.source.stats().alive)
    bench.clock.pass_ms(1990)
    assert bench.source.latest() is not None
    bench.clock.pass_ms(20)
    assert bench.source.latest() is None
    lost = bench.notices.next()
    assert (lost.code, lost.severity, lost.subject) == ("source.frozen", Severity.WARNING, "cam")
    assert dict(lost.data) == {"source": "Front camera", "seconds": 2}
    assert not bench.source.stats().alive
    assert bench.source.stats().detail == "source.frozen"
    bench.wait_until_lost()
    bench.clock.pass_ms(600)
    until(lambda: bench.device.opened == 2)
    bench.frame(2)
    assert bench.notices.next().code == "source.back"
    assert bench.source.stats().alive
    assert bench.notices.codes() == []


def test_a_failing_device_reports_the_reason_once_and_returns(bench: Bench) -> None:
    bench.source.start()
    bench.frame(1)
    bench.device.failure = AppError("camera.gone", name="x", reason="unplugged")
    for opened in range(2, 5):
        bench.wait_until_lost()
        bench.clock.pass_ms(4100)
        until(lambda opened=opened: bench.device.opened >= opened)  # type: ignore[misc]
    bench.wait_until_lost()
    lost = bench.notices.next()
    assert (lost.code, lost.data["reason"]) == ("source.lost", "unplugged")
    assert bench.notices.codes() == []
    bench.device.failure = None
    bench.clock.pass_ms(4100)
    bench.frame(2)
    assert bench.notices.next().code == "source.back"


def test_a_device_back_within_two_seconds_is_not_reported(bench: Bench) -> None:
    bench.source.start()
    bench.frame(1)
    bench.device.failure = AppError("camera.gone", name="x", reason="a short one")
    bench.wait_until_lost()
    bench.device.failure = None
    bench.clock.pass_ms(600)
    until(lambda: bench.device.opened == 2)
    assert bench.source.latest() is not None
    bench.frame(2)
    bench.clock.pass_ms(100)
    bench.frame(3)
    assert bench.notices.codes() == []


def test_a_device_that_cannot_be_opened_reports_its_own_error(bench: Bench) -> None:
    bench.device.failure = AppError("camera.busy", name="HD Webcam")
    bench.source.start()
    bench.wait_until_lost()
    refused = bench.notices.next()
    assert refused.code == "camera.busy"
    assert dict(refused.data) == {"source": "Front camera", "name": "HD Webcam"}
    bench.device.failure = None
    bench.clock.pass_ms(4100)
    bench.frame(1)
    assert bench.notices.next().code == "source.back"


def test_a_hanging_driver_blocks_neither_closing_nor_a_retry(bench: Bench) -> None:
    bench.source.start()
    bench.frame(1)
    bench.device.hangs = True
    bench.clock.pass_ms(2100)
    assert bench.notices.next().code == "source.frozen"
    bench.wait_until_lost()
    bench.clock.pass_ms(1000)
    until(lambda: bench.device.opened == 2)
    bench.clock.pass_ms(11_000)  # the second one never delivers its first frame
    bench.wait_until_lost()
    assert len([one for one in threading.enumerate() if one.name == "capture-cam"]) == 2
    bench.clock.pass_ms(60_000)
    opened = bench.device.opened
    closing = threading.Thread(target=bench.source.close)
    closing.start()
    closing.join(3)
    assert not closing.is_alive()
    assert bench.device.opened == opened == 2  # no third thread was started
    bench.device.release()


def test_frames_from_an_abandoned_thread_are_dropped(bench: Bench) -> None:
    bench.source.start()
    bench.frame(1)
    bench.device.hangs = True
    bench.clock.pass_ms(2100)
    assert bench.notices.next().code == "source.frozen"
    bench.source.close()
    bench.device.deliver()
    bench.device.release()
    until(lambda: bench.device.closed == 1)
    assert bench.source.latest() is None
