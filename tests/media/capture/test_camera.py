import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from av.video.reformatter import Colorspace
from cv2_enumerate_cameras import CameraInfo

from app.domain.base.address import shown_address
from app.domain.base.clock import SystemClock
from app.domain.base.errors import AppError, Value
from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind, settings_of
from app.media.capture.camera import CaptureDecoder, OpenCvReader, chosen
from app.media.capture.colour import program_yuv
from app.media.capture.devices import Camera, cameras, identified
from app.media.capture.frame_code import read
from app.media.capture.frames import FrameConverter, FramePlanes
from app.media.capture.stream_camera import StreamCameraReader
from app.media.capture.video_sources import make_video_source
from app.media.ports import VideoSource
from tests.support.films import COLOURS, bars_rgb, film, numbered
from tests.support.jpeg_camera import jpeg, jpeg_camera
from tests.support.waiting import NoticeBox, until

Opened = Callable[..., VideoSource]


def settings(**values: Value) -> dict[str, Value]:
    return settings_of(Source("cam", "Camera", SourceKind.CAMERA, values))


@pytest.fixture
def notices() -> NoticeBox:
    return NoticeBox()


@pytest.fixture
def camera(notices: NoticeBox) -> Iterator[Opened]:
    made: list[VideoSource] = []

    def opened(device: str, **values: Value) -> VideoSource:
        source = Source("cam", "Camera", SourceKind.CAMERA, {"device": device, **values})
        made.append(make_video_source(source, Canvas(), SystemClock(), notices, None))
        made[-1].start()
        return made[-1]

    yield opened
    for one in made:
        one.close()


def bars_differ(planes: FramePlanes, colours: tuple[tuple[int, int, int], ...] = COLOURS) -> int:
    height, width = planes.y.shape
    worst = 0
    for position, colour in enumerate(colours):
        column = width * (2 * position + 1) // 16
        found = (planes.y[height // 2, column], planes.u[height // 4, column // 2], planes.v[height // 4, column // 2])
        worst = max(worst, *(abs(int(value) - want) for value, want in zip(found, program_yuv(*colour), strict=True)))
    return worst


def test_a_file_as_camera_plays_in_real_time_in_a_loop(tmp_path: Path, camera: Opened, notices: NoticeBox) -> None:
    path = film(tmp_path / "film.mp4", lambda number: numbered(number, 320, 180), frames=15, rate=30)
    running = camera(str(path))
    seen: list[tuple[int, int]] = []

    def enough() -> bool:
        frame = running.latest()
        if frame is not None and (not seen or seen[-1][0] != frame.sequence):
            code = read(frame.y)
            assert code is not None
            assert code[0] == (frame.sequence - 1) % 15
            seen.append((frame.sequence, frame.capture_ns))
        return bool(seen) and seen[-1][0] >= 40

    until(enough)
    # 39 intervals of 33.3 ms; without pacing the file would end in a tenth of that.
    assert (seen[-1][1] - seen[0][1]) / 1e9 == pytest.approx((seen[-1][0] - seen[0][0]) / 30, rel=0.25)
    assert running.stats().alive
    assert notices.codes() == []


def test_a_network_camera_freezes_and_recovers(camera: Opened, notices: NoticeBox) -> None:
    with jpeg_camera() as device:
        running = camera(device.address)
        first = until(running.latest)
        assert (first.width, first.height) == (320, 240)
        assert {until(lambda level=level: abs(int(running_y(running)) - level) <= 1 and level) for level in (50, 119, 188)}  # type: ignore[misc]
        device.frozen.set()
        until(lambda: running.latest() is None)
        lost = notices.next()
        assert lost.code in {"source.frozen", "source.lost"}
        assert lost.data["source"] == "Camera"
        device.frozen.clear()
        until(running.latest)
        assert notices.next().code == "source.back"
        assert notices.codes() == []


def running_y(running: VideoSource) -> int:
    frame = running.latest()
    return int(frame.y[100, 100]) if frame is not None else 0


def test_a_network_camera_reconnects_after_it_was_switched_off(camera: Opened, notices: NoticeBox) -> None:
    with jpeg_camera() as device:
        running = camera(device.address)
        until(running.latest)
        device.stop()
        until(lambda: running.latest() is None)
        lost = notices.next()
        assert lost.code == "source.lost"
        assert lost.data["reason"]
        device.start()
        until(running.latest)
        assert notices.next().code == "source.back"


def test_an_unreachable_address_is_reported_without_its_password(camera: Opened, notices: NoticeBox) -> None:
    with jpeg_camera() as device:
        port = device.port
    running = camera(f"http://host:secret@127.0.0.1:{port}/stream")
    refused = notices.next()
    assert refused.code == "media.unreadable"
    assert refused.data["location"] == f"http://127.0.0.1:{port}/stream"
    assert "secret" not in str(dict(refused.data))
    assert "efused" in str(refused.data["reason"])
    assert running.latest() is None


def test_closing_does_not_wait_for_a_hanging_network(camera: Opened) -> None:
    with jpeg_camera() as device:
        device.frozen.set()
        running = camera(device.address)
        until(lambda: any(one.name == "capture-cam" for one in threading.enumerate()))
        begun = time.monotonic()
        running.close()
        assert time.monotonic() - begun < 2.0


def test_a_sound_file_as_camera_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sound.wav"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("pcm_s16le", rate=48000, layout="stereo")
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 960), np.int16), "s16", "stereo")
        silence.sample_rate = 48000
        container.mux(stream.encode(silence))
    with pytest.raises(AppError) as refused:
        StreamCameraReader(str(path), FrameConverter(), threading.Event(), mirror=False)
    assert refused.value.code == "media.no_picture"


def test_jpegs_from_opencv_decode_to_the_right_colours(tmp_path: Path) -> None:
    path = film(
        tmp_path / "bars.avi",
        lambda _: bars_rgb(320, 192),
        frames=3,
        codec="mjpeg",
        pix_fmt="yuvj422p",
        matrix=Colorspace.ITU601,
        full=True,
    )
    reader = OpenCvReader(str(path), cv2.CAP_FFMPEG, "a film", settings())
    mirrored = OpenCvReader(str(path), cv2.CAP_FFMPEG, "a film", settings(mirror=True))
    try:
        for _ in range(3):
            planes = reader.read()
            assert planes is not None
            assert bars_differ(planes) <= 2
        turned = mirrored.read()
        assert turned is not None
        assert bars_differ(turned, COLOURS[::-1]) <= 2
        with pytest.raises(AppError) as ended:
            reader.read()
        assert ended.value.code == "camera.gone"
    finally:
        reader.close()
        mirrored.close()


def test_opencv_reads_a_network_camera_and_reports_a_missing_one() -> None:
    with jpeg_camera() as device:
        reader = OpenCvReader(device.address, cv2.CAP_FFMPEG, "a camera", settings())
        levels = [int(planes.y[120, 160]) for planes in (reader.read() for _ in range(3)) if planes is not None]
        reader.close()
    assert all(min(abs(level - wanted) for wanted in (50, 119, 188)) <= 1 for level in levels)
    assert len(set(levels)) == 3
    with pytest.raises(AppError) as refused:
        OpenCvReader(device.address, cv2.CAP_FFMPEG, "a camera", settings())
    assert refused.value.code == "camera.busy"


@pytest.mark.parametrize(
    ("pix_fmt", "shape", "fourcc"), [("yuyv422", (192, 320, 2), "YUYV"), ("nv12", (288, 320), "NV12"), ("bgr24", (192, 320, 3), "BGR3")]
)
def test_raw_frames_of_a_device_are_converted(pix_fmt: str, shape: tuple[int, ...], fourcc: str) -> None:
    frame = av.VideoFrame.from_ndarray(bars_rgb(320, 192), "rgb24").reformat(
        format=pix_fmt, dst_colorspace=Colorspace.ITU601, dst_color_range="JPEG" if pix_fmt == "bgr24" else "MPEG"
    )
    raw = np.asarray(frame.to_ndarray(), np.uint8)
    assert raw.shape == shape
    planes = CaptureDecoder(FrameConverter(), mirror=False).convert(raw, fourcc, 192)
    assert planes is not None
    assert bars_differ(planes) <= 2


def test_a_broken_jpeg_is_skipped_and_the_next_one_shown() -> None:
    frames = CaptureDecoder(FrameConverter(), mirror=False)
    whole = np.frombuffer(jpeg(bars_rgb(320, 192)), np.uint8).reshape(1, -1)
    assert frames.convert(np.arange(200, dtype=np.uint8).reshape(1, -1), "MJPG", 192) is None
    planes = frames.convert(whole, "MJPG", 192)
    assert planes is not None
    assert bars_differ(planes) <= 2


def test_an_unknown_format_is_named() -> None:
    with pytest.raises(AppError) as refused:
        CaptureDecoder(FrameConverter(), mirror=False).convert(np.zeros((10, 10), np.uint8), "ABCD", 192)
    assert refused.value.code == "camera.format"
    assert dict(refused.value.data) == {"format": "ABCD", "shape": "10×10"}


def info(index: int, name: str, path: str, vid: int | None = 0x46D, pid: int | None = 0x82D) -> CameraInfo:
    return CameraInfo(index, name, path, vid, pid, cv2.CAP_V4L2)


def test_a_camera_keeps_its_identity_when_the_system_renumbers_it() -> None:
    before = identified([info(0, "C920", "/dev/video0"), info(2, "Capture", "/dev/video2", 1, 2)], {}, paths_last=False)
    after = identified([info(4, "C920", "/dev/video4"), info(0, "Capture", "/dev/video0", 1, 2)], {}, paths_last=False)
    assert {camera.id: camera.name for camera in before} == {camera.id: camera.name for camera in after}
    assert chosen(before[0].id, after).index == 4


def test_twin_cameras_have_two_identities_and_stable_names_win() -> None:
    infos = [info(0, "C920", "/dev/video0"), info(2, "C920", "/dev/video2")]
    assert [camera.id for camera in identified(infos, {}, paths_last=False)] == ["046d:082d:C920", "046d:082d:C920#2"]
    lasting = {"/dev/video2": "usb-046d_C920_AAF5-video-index0"}
    assert identified(infos, lasting, paths_last=False)[1].id == "usb-046d_C920_AAF5-video-index0"
    assert [camera.id for camera in identified(infos, {}, paths_last=True)] == ["/dev/video0", "/dev/video2"]


def test_an_empty_choice_is_the_first_camera_and_a_missing_one_is_named() -> None:
    both = (Camera("a", "A", 0, 0, ""), Camera("b", "B", 1, 0, ""))
    assert chosen("", both).name == "A"
    assert chosen("b", both).name == "B"
    for device, found, code in (("c", both, "camera.missing"), ("", (), "camera.none"), ("c", (), "camera.missing")):
        with pytest.raises(AppError) as refused:
            chosen(device, found)
        assert refused.value.code == code


def test_this_machines_cameras_can_be_listed() -> None:
    assert all(camera.id and camera.name for camera in cameras())


def test_locations_are_shown_without_credentials() -> None:
    assert shown_address("rtsp://user:pa:ss@cam.local:554/live?token=x") == "rtsp://cam.local:554/live"
    assert shown_address("films/one.mp4") == "films/one.mp4"
