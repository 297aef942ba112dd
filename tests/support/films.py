"""Films made for tests: real files with known pixels."""

from collections.abc import Callable
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream
from av.container import OutputContainer
from av.video.reformatter import ColorRange, Colorspace
from av.video.stream import VideoStream

from app.media.capture.frame_code import write as write_code
from app.media.ports import Plane, Samples

RED, GREEN, BLUE, WHITE, BLACK = (191, 0, 0), (0, 191, 0), (0, 0, 191), (255, 255, 255), (0, 0, 0)
COLOURS = (WHITE, (191, 191, 0), (0, 191, 191), GREEN, (191, 0, 191), RED, BLUE, BLACK)


def bars_rgb(width: int, height: int) -> Plane:
    """Return eight vertical bars as (height, width, 3) RGB."""
    pixels = np.empty((height, width, 3), np.uint8)
    for position, colour in enumerate(COLOURS):
        pixels[:, width * position // 8 : width * (position + 1) // 8] = colour
    return pixels


def numbered(number: int, width: int, height: int) -> Plane:
    """Return a grey RGB frame with the frame code of `number`."""
    grey = np.full((height, width), 16, np.uint8)
    write_code(grey, number, number)
    spread = np.clip((grey.astype(np.float64) - 16) * 255 / 219, 0, 255).astype(np.uint8)
    return np.repeat(spread[:, :, None], 3, axis=2)


def film(
    path: Path,
    draw: Callable[[int], Plane],
    *,
    frames: int = 30,
    rate: int = 30,
    codec: str = "libx264",
    pix_fmt: str = "yuv420p",
    matrix: Colorspace | None = None,
    full: bool = False,
    rotation: int = 0,
    sound: Samples | None = None,
) -> Path:
    """Write RGB frames as a film whose stream declares its colour space (matrix None: undeclared).

    `draw(i)` is (height, width, 3). `sound`: (n, 2) float32 of 48 kHz.
    """
    height, width = draw(0).shape[:2]
    coded_as = matrix or (Colorspace.ITU709 if height >= 720 else Colorspace.ITU601)
    with av.open(str(path), "w") as container:
        stream = cast(VideoStream, container.add_stream(codec, rate=rate))
        stream.width, stream.height, stream.pix_fmt = width, height, pix_fmt
        if codec == "libx264":
            stream.options = {"crf": "4", "preset": "veryfast", "g": "10"}
        elif codec == "mjpeg":
            stream.options = {"q:v": "2"}
        if not pix_fmt.startswith(("rgb", "bgr", "gbr")):
            stream.codec_context.color_range = ColorRange.JPEG if full else ColorRange.MPEG
            stream.codec_context.colorspace = (
                2 if matrix is None else {Colorspace.ITU709: 1, Colorspace.ITU601: 6, Colorspace.BT2020: 9}[matrix]
            )
        track = (
            container.add_stream("pcm_s16le" if path.suffix in {".mkv", ".mov", ".avi"} else "aac", rate=48000)
            if sound is not None
            else None
        )
        for index in range(frames):
            frame = av.VideoFrame.from_ndarray(draw(index), "rgb24").reformat(
                format=pix_fmt,
                src_colorspace=Colorspace.ITU709,
                dst_colorspace=coded_as,
                src_color_range=ColorRange.JPEG,
                dst_color_range=ColorRange.JPEG if full else ColorRange.MPEG,
                interpolation="BICUBIC",
            )
            frame.pts = index
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
        if track is not None and sound is not None:
            _write_sound(container, track, sound)
    return path if not rotation else _rotated(path, rotation)


def sound_file(path: Path, sound: Samples) -> Path:
    """Write (n, 2) float32 samples at 48 kHz as a 16-bit file."""
    with av.open(str(path), "w") as container:
        _write_sound(container, container.add_stream("pcm_s16le", rate=48000, layout="stereo"), sound)
    return path


def _write_sound(container: OutputContainer, track: AudioStream, sound: Samples) -> None:
    for start in range(0, len(sound), 4800):
        part = av.AudioFrame.from_ndarray(np.ascontiguousarray(sound[start : start + 4800]).reshape(1, -1), "flt", "stereo")
        part.sample_rate, part.pts = 48000, start
        container.mux(track.encode(part))
    container.mux(track.encode())


def _rotated(path: Path, degrees: int) -> Path:
    """Add a display matrix to the film, as phones do."""
    turned = path.with_name(f"turned-{path.name}")
    data = bytearray(path.read_bytes())
    # The track header's matrix has 9 numbers in 16.16 fixed point; replace the identity's (1, 0, 0, 0, 1, 0) by the rotation's.
    identity = (0x10000).to_bytes(4, "big") + bytes(12) + (0x10000).to_bytes(4, "big")
    one, minus = (0x10000).to_bytes(4, "big"), (-0x10000).to_bytes(4, "big", signed=True)
    turns = {
        90: bytes(4) + one + bytes(4) + minus + bytes(4),
        180: minus + bytes(12) + minus,
        270: bytes(4) + minus + bytes(4) + one + bytes(4),
    }
    at = data.index(identity, data.index(b"tkhd"))
    data[at : at + 20] = turns[degrees]
    turned.write_bytes(bytes(data))
    return turned
