"""Cameras through OpenCV: compressed frames are taken as the device sends them and decoded straight to planes."""

import os
import sys
import threading
from collections.abc import Mapping
from pathlib import Path

import av
import cv2
import numpy as np

from app.domain.base.address import shown_address
from app.domain.base.errors import AppError, Value
from app.media.capture.device_source import FrameReader, Opener
from app.media.capture.devices import Camera, find_cameras
from app.media.capture.frames import FrameConverter, FramePlanes
from app.media.capture.stream_camera import StreamCameraReader
from app.media.ports import Plane

_OPEN_MS = 5000
_READ_MS = 2000
_FOURCC = {"mjpeg": "MJPG", "raw": "YUYV"}
# These OpenCV backends can deliver raw frames; the others (Media Foundation, AVFoundation) always convert to BGR.
_RAW_BACKENDS = frozenset({cv2.CAP_V4L2, cv2.CAP_DSHOW})


def is_address(device: str) -> bool:
    """Whether a camera's device setting names a stream or a file instead of a local camera."""
    return "://" in device or Path(device).is_file()


def camera_opener(settings: Mapping[str, Value]) -> Opener:
    """A function that opens the camera of these settings."""

    def open_(stopping: threading.Event) -> FrameReader:
        device = str(settings["device"])
        if is_address(device):
            converter = FrameConverter(settings["matrix"], settings["range"])
            return StreamCameraReader(device, converter, stopping, mirror=bool(settings["mirror"]))
        camera = chosen(device, find_cameras())
        if sys.platform == "linux" and not os.access(camera.path, os.R_OK | os.W_OK):
            raise AppError("camera.refused", name=camera.name)
        return OpenCvReader(camera.index, camera.backend, camera.name, settings)

    return open_


def chosen(device: str, cameras: tuple[Camera, ...]) -> Camera:
    """The camera with this identity, or the first one for "". Raises AppError("camera.none" or "camera.missing")."""
    if not cameras and not device:
        raise AppError("camera.none")
    for camera in cameras:
        if device in {"", camera.id}:
            return camera
    raise AppError("camera.missing", name=shown_address(device))


class CaptureDecoder:
    """Converts what a capture device delivers into planes: JPEG bytes, packed or semi-planar YUV, or BGR."""

    def __init__(self, converter: FrameConverter, *, mirror: bool) -> None:
        self._converter = converter
        self._mirror = mirror
        self._jpeg = av.CodecContext.create("mjpeg", "r")
        self._jpeg.thread_type = "NONE"  # frame threads would delay each frame

    def convert(self, raw: Plane, fourcc: str, height: int) -> FramePlanes | None:
        """The frame's planes; None for a broken JPEG, which USB cameras send now and then."""
        if raw.ndim == 2 and (raw.shape[0] == 1 or raw.shape[1] == 1):
            return self._of_jpeg(raw)
        if raw.ndim == 3 and raw.shape[2] == 3:
            frame = av.VideoFrame.from_ndarray(raw, "bgr24")
        elif raw.ndim == 3 and raw.shape[2] == 2:
            frame = av.VideoFrame.from_ndarray(raw, "yuyv422")
        elif raw.ndim == 2 and raw.shape[0] == height * 3 // 2:
            frame = av.VideoFrame.from_ndarray(raw, "nv12" if fourcc == "NV12" else "yuv420p")
        else:
            raise AppError("camera.format", format=fourcc, shape="×".join(str(side) for side in raw.shape))
        return self._converter.convert(frame, mirror=self._mirror)

    def _of_jpeg(self, raw: Plane) -> FramePlanes | None:
        try:
            frames = self._jpeg.decode(av.Packet(raw.tobytes()))
        except av.FFmpegError:
            return None
        return self._converter.convert(frames[0], mirror=self._mirror) if frames else None


class OpenCvReader:
    """A camera opened by OpenCV. `target` is its index, or the address of a stream of JPEGs, which OpenCV also accepts."""

    def __init__(self, target: int | str, backend: int, name: str, settings: Mapping[str, Value]) -> None:
        self._name = name
        self._capture = cv2.VideoCapture()
        self._frames = CaptureDecoder(FrameConverter(settings["matrix"], settings["range"]), mirror=bool(settings["mirror"]))
        try:
            if not self._opened(target, backend):
                raise AppError("camera.busy", name=name)
            self._ask_for(settings, backend)
            code = int(self._capture.get(cv2.CAP_PROP_FOURCC))
            self._fourcc = "".join(chr(code >> shift & 0xFF) for shift in (0, 8, 16, 24))
            self._height = int(self._capture.get(cv2.CAP_PROP_FRAME_HEIGHT))
        except (cv2.error, ValueError, OverflowError) as error:  # a driver may answer with something that is not a number
            self._capture.release()
            raise AppError("camera.failed", name=name, reason=str(error)) from error

    def _opened(self, target: int | str, backend: int) -> bool:
        if isinstance(target, int):
            return self._capture.open(target, backend)
        return self._capture.open(target, backend, [cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, _OPEN_MS, cv2.CAP_PROP_READ_TIMEOUT_MSEC, _READ_MS])

    def _ask_for(self, settings: Mapping[str, Value], backend: int) -> None:
        """Request format, size and rate, in this order. A camera accepts what it can; the frames show the result."""
        wanted = _FOURCC.get(str(settings["format"]))
        if wanted:
            self._capture.set(cv2.CAP_PROP_FOURCC, cv2.VideoWriter.fourcc(*wanted))
        for key, name in ((cv2.CAP_PROP_FRAME_WIDTH, "width"), (cv2.CAP_PROP_FRAME_HEIGHT, "height"), (cv2.CAP_PROP_FPS, "fps")):
            self._capture.set(key, float(settings[name]))
        self._capture.set(cv2.CAP_PROP_BUFFERSIZE, 1)
        if backend in _RAW_BACKENDS:
            self._capture.set(cv2.CAP_PROP_CONVERT_RGB, 0)
        elif backend == cv2.CAP_FFMPEG:
            self._capture.set(cv2.CAP_PROP_FORMAT, -1)

    def read(self) -> FramePlanes | None:
        try:
            got, raw = self._capture.read()
        except cv2.error as error:
            raise AppError("camera.failed", name=self._name, reason=str(error)) from error
        if not got:
            raise AppError("camera.gone", name=self._name, reason="read() = false")
        return self._frames.convert(np.asarray(raw, np.uint8), self._fourcc, self._height)

    def close(self) -> None:
        self._capture.release()
