from collections.abc import Iterator

import pytest

from app.domain.base.clock import SystemClock
from app.domain.base.errors import AppError, Value
from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind, settings_of
from app.media.capture.colour import program_yuv
from app.media.capture.devices import monitors
from app.media.capture.screen import region_of
from app.media.capture.video_sources import make_video_source
from app.media.ports import Frame, VideoSource
from tests.support.waiting import NoticeBox, until
from tests.support.xvfb import Screen, xvfb


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> Iterator[Screen]:
    with xvfb() as one:
        monkeypatch.setenv("DISPLAY", one.display)
        yield one


def source(notices: NoticeBox, **values: Value) -> VideoSource:
    made = make_video_source(Source("s", "Desktop", SourceKind.SCREEN, values), Canvas(), SystemClock(), notices, None)
    made.start()
    return made


def shows(frame: Frame | None, colour: tuple[int, int, int]) -> bool:
    if frame is None:
        return False
    row, column = frame.height // 4, frame.width // 4  # the mouse pointer is in the middle
    found = (frame.y[row, column], frame.u[row // 2, column // 2], frame.v[row // 2, column // 2])
    return max(abs(int(value) - wanted) for value, wanted in zip(found, program_yuv(*colour), strict=True)) <= 2


def test_the_screen_is_shown_in_its_colours_and_only_changes_give_frames(screen: Screen) -> None:
    notices = NoticeBox()
    screen.paint("rgb(191,0,0)")
    running = source(notices, fps=30)
    try:
        frame = until(running.latest)
        assert (frame.width, frame.height) == (640, 480)
        assert shows(frame, (191, 0, 0))
        screen.paint("rgb(0,60,191)")
        until(lambda: shows(running.latest(), (0, 60, 191)))
        still = running.latest()
        assert still is not None
        # An unchanged screen is not a lost signal: three checks later the same frame is still there.
        assert running.stats().alive
        assert still.sequence < 10
    finally:
        running.close()
    assert notices.codes() == []


def test_the_mouse_pointer_is_shown_if_wanted(screen: Screen) -> None:
    screen.paint("rgb(128,128,128)")
    spread = []
    for cursor in (True, False):
        running = source(NoticeBox(), cursor=cursor)
        try:
            frame = until(running.latest)
            context = frame.y[220:260, 300:340]
            spread.append(int(context.max()) - int(context.min()))
        finally:
            running.close()
    assert spread[0] > 60
    assert spread[1] == 0


def test_a_region_is_cut_out(screen: Screen) -> None:
    screen.paint("rgb(10,200,30)")
    running = source(NoticeBox(), left=101, top=50, width=201, height=99)
    try:
        frame = until(running.latest)
        assert (frame.width, frame.height) == (200, 98)
        assert shows(frame, (10, 200, 30))
    finally:
        running.close()


def test_a_lost_screen_is_reported_once(screen: Screen) -> None:
    notices = NoticeBox()
    running = source(notices)
    try:
        until(running.latest)
        screen.stop()
        until(lambda: running.latest() is None)
        lost = notices.next()
        assert (lost.code, lost.data["source"]) == ("source.lost", "Desktop")
        assert lost.data["reason"]
        assert notices.codes() == []
    finally:
        running.close()


def test_a_missing_monitor_is_named(screen: Screen) -> None:
    notices = NoticeBox()
    running = source(notices, monitor=5)
    try:
        missing = notices.next()
        assert (missing.code, missing.data["monitor"]) == ("screen.no_monitor", 5)
    finally:
        running.close()


def test_the_list_of_monitors_has_all_together_as_number_zero(screen: Screen) -> None:
    found = monitors()
    assert [monitor.id for monitor in found] == ["0", "1"]
    assert [monitor.default for monitor in found] == [False, True]
    assert all("640 × 480" in monitor.detail for monitor in found)


def test_without_a_screen_there_are_no_monitors_and_a_source_reports_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISPLAY", ":9999")
    assert monitors() == ()
    notices = NoticeBox()
    running = source(notices)
    try:
        assert notices.next().code == "screen.unavailable"
        assert running.latest() is None
    finally:
        running.close()


def test_regions_are_even_inside_the_monitor_and_refused_outside() -> None:
    monitor = {"left": 1920, "top": 10, "width": 1366, "height": 767}
    whole = region_of(monitor, settings_of(Source("s", "S", SourceKind.SCREEN)))
    assert whole == {"left": 1920, "top": 10, "width": 1366, "height": 766}
    part = region_of(monitor, {"left": 1000, "top": 700, "width": 800, "height": 33})
    assert part == {"left": 2920, "top": 710, "width": 366, "height": 32}
    with pytest.raises(AppError) as refused:
        region_of(monitor, {"left": 1366, "top": 0, "width": 0, "height": 0})
    assert refused.value.code == "screen.region"
