"""Decodes image files: stills and short animations. The header bounds the memory before anything is decoded."""

import logging
import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import cv2
import numpy as np

from app.domain.base.errors import AppError
from app.media.capture.colour import planes_from_rgba
from app.media.capture.frames import FramePlanes
from app.media.capture.image_header import ImageFormat, ImageHeader, read_header
from app.media.capture.still_source import even_sided
from app.media.ports import Plane

log = logging.getLogger(__name__)

_MIB = 1024 * 1024
_MOST_FILE_BYTES = 512 * _MIB
_MOST_DECODED_BYTES = 320 * _MIB  # 100 megapixels in colour
_MOST_JPEG_PIXELS = 300_000_000  # phones write 200 megapixels; a JPEG can be decoded at a half, a quarter or an eighth of its size
_MOST_KEPT_BYTES = 96 * _MIB  # planes of an animation that stay in memory; longer ones are decoded during playback
_MOST_CUT_BYTES = 256 * _MIB  # the same limit where decoding during playback is not possible
_CHUNK_BYTES = 64 * _MIB  # animation frames decoded per step
_FRAME_BYTES = 2048  # overhead of a frame beside its pixels
_LONGEST_SIDE = 3840  # larger photographs are scaled down to this
_LEAST_MS = 20  # browsers also treat shorter times as an error in the file
_MISTAKEN_MS = 100  # and show such a frame for this long
_STREAMED = frozenset({ImageFormat.GIF, ImageFormat.PNG})  # animations that FFmpeg can read frame by frame
_REDUCED = ((8, cv2.IMREAD_REDUCED_COLOR_8), (4, cv2.IMREAD_REDUCED_COLOR_4), (2, cv2.IMREAD_REDUCED_COLOR_2), (1, cv2.IMREAD_COLOR))
# EXIF orientation: (transposed, upside down, mirrored), in this order.
_TURNS: Mapping[int, tuple[bool, bool, bool]] = {
    2: (False, False, True),
    3: (False, True, True),
    4: (False, True, False),
    5: (True, False, False),
    6: (True, False, True),
    7: (True, True, True),
    8: (True, True, False),
}


@dataclass(frozen=True, slots=True)
class DecodedImage:
    """The frames of an image file. `ends_ms`: when each frame ends, from the start of a loop. `truncated`: the end is missing, because it
    needs too much memory."""

    planes: tuple[FramePlanes, ...]
    ends_ms: tuple[int, ...]
    truncated: bool = False


@dataclass(frozen=True, slots=True)
class LongAnimation:
    """An animation that is too long to keep in memory: play it from the file like a film."""

    path: Path


def load_image(path: Path) -> DecodedImage | LongAnimation:
    """Decode an image file. Raises AppError("image.missing", "image.format", "image.too_large", "image.…")."""
    data = _read_bytes(path)
    header = read_header(data)
    if header is None:
        raise AppError("image.format", file=str(path))
    _check_size(path, header)
    encoded = np.frombuffer(data, np.uint8)
    try:
        return _animation(path, header, encoded) if header.animated else _still(header, encoded)
    except (cv2.error, MemoryError) as error:
        raise _decode_error(path, header, error) from error


def _read_bytes(path: Path) -> bytes:
    """The file's content. Pipes and devices are not read, because they may never end."""
    try:
        # Opening a pipe would wait for its other end.
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)), "rb") as file:
            state = os.fstat(file.fileno())
            if not stat.S_ISREG(state.st_mode):
                raise AppError("image.format", file=str(path))
            if state.st_size > _MOST_FILE_BYTES:
                raise AppError("image.long_file", file=str(path), megabytes=state.st_size // _MIB)
            return file.read(_MOST_FILE_BYTES)
    except FileNotFoundError as error:
        raise AppError("image.missing", file=str(path)) from error
    except IsADirectoryError as error:
        raise AppError("image.format", file=str(path)) from error
    except (OSError, ValueError) as error:
        raise AppError("image.unreadable", file=str(path), reason=getattr(error, "strerror", None) or type(error).__name__) from error


def _check_size(path: Path, header: ImageHeader) -> None:
    """Refuse a file that would need too much memory, before anything is decoded."""
    pixels = header.width * header.height
    if pixels < 1:
        raise _decode_error(path, header, None)
    if header.format is ImageFormat.JPEG and not header.progressive:
        fits = pixels <= _MOST_JPEG_PIXELS
    else:  # a progressive JPEG is decoded as a whole, in twice the bytes
        fits = pixels * header.pixel_bytes * (2 if header.progressive else 1) <= _MOST_DECODED_BYTES
    if not fits:
        raise AppError("image.too_large", file=str(path), width=header.width, height=header.height)


def _decode_error(path: Path, header: ImageHeader, error: Exception | None) -> AppError:
    """Why a file cannot be decoded; the most helpful reason first."""
    if header.cut_off:
        return AppError("image.cut_off", file=str(path))
    if isinstance(error, MemoryError):
        return AppError("image.too_large", file=str(path), width=header.width, height=header.height)
    return AppError("image.unreadable", file=str(path), reason=header.format.value)


def _still(header: ImageHeader, encoded: Plane) -> DecodedImage:
    flags = cv2.IMREAD_UNCHANGED
    if header.format is ImageFormat.JPEG:
        longest = max(header.width, header.height)
        flags = next(flag for factor, flag in _REDUCED if factor == 1 or longest >= factor * _LONGEST_SIDE) | cv2.IMREAD_IGNORE_ORIENTATION
    decoded = cv2.imdecode(encoded, flags)
    if decoded is None:
        raise cv2.error("imdecode")
    return DecodedImage((_planes(np.asarray(decoded), header.orientation),), (1,))


def _animation(path: Path, header: ImageHeader, encoded: Plane) -> DecodedImage | LongAnimation:
    """The whole animation if it is short; a long one is played from the file, or truncated if that is not possible."""
    streamed = header.format in _STREAMED
    pixels = header.width * header.height
    each = pixels * 5 // 2 + _FRAME_BYTES
    if streamed and header.frames > 1 and header.frames * each > _MOST_KEPT_BYTES:
        return LongAnimation(path)
    kept = max(1, (_MOST_KEPT_BYTES if streamed else _MOST_CUT_BYTES) // each)
    chunk = max(1, min(kept, _CHUNK_BYTES // (pixels * 4 + _FRAME_BYTES)))
    planes: list[FramePlanes] = []
    lengths: list[int] = []
    while len(planes) <= kept:
        _, animation = cv2.imdecodeanimation(encoded, start=len(planes), count=chunk)
        frames = list(animation.frames)
        planes += [_planes(np.asarray(frame), header.orientation) for frame in frames]
        lengths += [duration if duration >= _LEAST_MS else _MISTAKEN_MS for duration in list(animation.durations)[: len(frames)]]
        if len(frames) < chunk:
            break
    if not planes:
        raise cv2.error("imdecodeanimation")
    truncated = len(planes) > kept
    if truncated and streamed:
        return LongAnimation(path)
    return DecodedImage(tuple(planes[:kept]), tuple(accumulate(lengths[:kept])), truncated)


def _planes(pixels: Plane, orientation: int) -> FramePlanes:
    """Planes of anything that OpenCV decodes: 8 or 16 bits, grey, colour, with alpha; scaled down, upright, with even sides."""
    if pixels.dtype != np.uint8:
        scale_down = 1 / 257 if pixels.dtype == np.uint16 else 255.0
        pixels = np.asarray(cv2.convertScaleAbs(pixels, alpha=scale_down), np.uint8)
    height, width = pixels.shape[:2]
    scale = _LONGEST_SIDE / max(height, width)
    if scale < 1:
        size = (max(1, round(width * scale)), max(1, round(height * scale)))  # a one-pixel line stays one pixel
        pixels = np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.uint8)
    conversion = {1: cv2.COLOR_GRAY2RGB, 3: cv2.COLOR_BGR2RGB, 4: cv2.COLOR_BGRA2RGBA}
    channels = pixels.shape[2] if pixels.ndim == 3 else 1
    colours = _upright(np.asarray(cv2.cvtColor(pixels, conversion[channels]), np.uint8), orientation)
    return FramePlanes(*planes_from_rgba(even_sided(colours)))


def _upright(pixels: Plane, orientation: int) -> Plane:
    """The image, turned as its EXIF orientation says."""
    transposed, flipped, mirrored = _TURNS.get(orientation, (False, False, False))
    if transposed:
        pixels = pixels.transpose(1, 0, 2)
    if flipped:
        pixels = pixels[::-1]
    if mirrored:
        pixels = pixels[:, ::-1]
    return np.ascontiguousarray(pixels)
