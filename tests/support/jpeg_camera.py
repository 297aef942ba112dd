"""A typical network camera: JPEGs in one endless HTTP response. It can freeze, hang up and return on the same port."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from fractions import Fraction

import av
import numpy as np

from app.media.ports import Plane

_BOUNDARY = b"frame"


def jpeg(rgb: Plane, quality: int = 2) -> bytes:
    """Encode (height, width, 3) RGB as one JPEG (4:2:0, BT.601 full range, as in JFIF)."""
    encoder = av.CodecContext.create("mjpeg", "w")
    encoder.height, encoder.width = rgb.shape[:2]
    encoder.pix_fmt = "yuvj420p"
    encoder.time_base = Fraction(1, 25)
    encoder.options = {"q:v": str(quality)}
    frame = av.VideoFrame.from_ndarray(rgb, "rgb24").reformat(format="yuvj420p", dst_colorspace="ITU601", dst_color_range="JPEG")
    frame.pts = 0
    return b"".join(bytes(packet) for packet in [*encoder.encode(frame), *encoder.encode(None)])


class JpegCamera:
    """Serves numbered grey frames 25 times a second to every client, from `start` to `stop`."""

    def __init__(self, width: int = 320, height: int = 240) -> None:
        self._frames = [jpeg(np.full((height, width, 3), level, np.uint8)) for level in (40, 120, 200)]
        self._stopping = threading.Event()
        self.frozen = threading.Event()
        self._threads: list[threading.Thread] = []
        self._sockets: list[socket.socket] = []
        self._listener: socket.socket | None = None
        self.port = 0

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/stream"

    def start(self) -> None:
        """Listen, on the same port as before."""
        self._stopping.clear()
        self._listener = socket.create_server(("127.0.0.1", self.port))
        self.port = self._listener.getsockname()[1]
        self._begin(self._accept, self._listener)

    def stop(self) -> None:
        """Close all connections and stop listening."""
        self._stopping.set()
        for one in [*self._sockets, *([self._listener] if self._listener else [])]:
            try:
                one.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue  # the client hung up first
            finally:
                one.close()
        for thread in self._threads:
            thread.join()
        self._sockets.clear()
        self._threads.clear()

    def _begin(self, work: object, *arguments: object) -> None:
        thread = threading.Thread(target=work, args=arguments, name="jpeg-camera")  # type: ignore[arg-type]
        self._threads.append(thread)
        thread.start()

    def _accept(self, listener: socket.socket) -> None:
        while not self._stopping.is_set():
            try:
                client, _ = listener.accept()
            except OSError:
                return
            self._sockets.append(client)
            self._begin(self._serve, client)

    def _serve(self, client: socket.socket) -> None:
        try:
            client.recv(4096)
            client.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: multipart/x-mixed-replace;boundary=" + _BOUNDARY + b"\r\n\r\n")
            number = 0
            while not self._stopping.wait(0.04):
                if self.frozen.is_set():
                    continue
                frame = self._frames[number % len(self._frames)]
                number += 1
                head = b"--" + _BOUNDARY + b"\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(frame)
                client.sendall(head + frame + b"\r\n")
        except OSError:
            return


@contextmanager
def jpeg_camera() -> Iterator[JpegCamera]:
    camera = JpegCamera()
    camera.start()
    try:
        yield camera
    finally:
        camera.stop()
