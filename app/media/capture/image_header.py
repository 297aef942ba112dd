"""Reads the header of an image file before anything is decoded: format, size, orientation, and whether its end is missing.

The data is untrusted: every read is checked against the length, and no loop runs past the end of the file.
"""

import struct
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

_MOST_CHUNKS = 100_000
_MOST_TAGS = 512
_ORIENTATION, _WIDTH, _HEIGHT, _BITS, _SAMPLES = 0x0112, 0x0100, 0x0101, 0x0102, 0x0115
_PNG_SAMPLES = {0: 1, 2: 3, 3: 4, 4: 4, 6: 4}  # by colour type, as the decoder delivers them
_JPEG_FRAMES = frozenset({0xC0, 0xC1, 0xC2, 0xC3, 0xC5, 0xC6, 0xC7, 0xC9, 0xCA, 0xCB, 0xCD, 0xCE, 0xCF})
_JPEG_PROGRESSIVE = frozenset({0xC2, 0xC6, 0xCA, 0xCE})
_JPEG_ALONE = frozenset({0x01, *range(0xD0, 0xD8)})  # markers without a length


class ImageFormat(Enum):
    PNG = "PNG"
    JPEG = "JPEG"
    GIF = "GIF"
    WEBP = "WebP"
    BMP = "BMP"
    TIFF = "TIFF"


@dataclass(frozen=True, slots=True)
class ImageHeader:
    """`pixel_bytes`: size of a decoded pixel. `orientation`: EXIF, 1 = upright. `cut_off`: the file ends too early.

    `frames`: how many frames a GIF or animated PNG has, 0 if the file does not say.
    """

    format: ImageFormat
    width: int
    height: int
    pixel_bytes: int = 4
    orientation: int = 1
    animated: bool = False
    progressive: bool = False
    cut_off: bool = False
    frames: int = 0


def read_header(data: bytes) -> ImageHeader | None:
    """Read the header. A damaged one has size 0 × 0; None for an unknown format."""
    format_ = _format_of(data)
    if format_ is None:
        return None
    try:
        return _READERS[format_](data)
    except (struct.error, IndexError):
        return ImageHeader(format_, 0, 0)


def _format_of(data: bytes) -> ImageFormat | None:
    for starts, format_ in _STARTS:
        if data.startswith(starts):
            return format_
    return ImageFormat.WEBP if data[:4] == b"RIFF" and data[8:12] == b"WEBP" else None


def _chunks(data: bytes, at: int, *, big_endian: bool) -> Iterator[tuple[bytes, int, int]]:
    """(name, start, length) of each chunk of a PNG (length, name, data, checksum) or RIFF file (name, length, data, padding)."""
    for _ in range(_MOST_CHUNKS):
        if at + 8 > len(data):
            return
        if big_endian:
            length, name = struct.unpack_from(">I4s", data, at)
            step = length + 12
        else:
            name, length = struct.unpack_from("<4sI", data, at)
            step = 8 + length + length % 2
        yield name, at + 8, length
        at += step


def _png(data: bytes) -> ImageHeader:
    width, height, depth, kind = struct.unpack_from(">IIBB", data, 16)
    orientation, animated, ended, frames = 1, False, False, 0
    for name, start, length in _chunks(data, 8, big_endian=True):
        if name == b"acTL":
            animated = True
            (frames,) = struct.unpack_from(">I", data, start)
        elif name == b"eXIf":
            orientation = _orientation(data[start : start + length])
        elif name == b"IEND":
            ended = True
            break
    pixel_bytes = _PNG_SAMPLES.get(kind, 4) * (2 if depth == 16 else 1)
    return ImageHeader(ImageFormat.PNG, width, height, pixel_bytes, orientation, animated, cut_off=not ended, frames=frames)


def _jpeg(data: bytes) -> ImageHeader:
    at, orientation = 2, 1
    size: tuple[int, int, bool] | None = None
    for _ in range(_MOST_CHUNKS):
        while data[at] == 0xFF and data[at + 1] == 0xFF:
            at += 1
        if data[at] != 0xFF:
            break
        marker = data[at + 1]
        if marker in _JPEG_ALONE:
            at += 2
            continue
        (length,) = struct.unpack_from(">H", data, at + 2)
        if marker in _JPEG_FRAMES and size is None:
            height, width = struct.unpack_from(">HH", data, at + 5)
            size = width, height, marker in _JPEG_PROGRESSIVE
        elif marker == 0xE1 and data[at + 4 : at + 10] == b"Exif\0\0":
            orientation = _orientation(data[at + 10 : at + 2 + length])
        elif marker == 0xDA:  # the image data starts
            break
        at += 2 + length
    if size is None:
        return ImageHeader(ImageFormat.JPEG, 0, 0)
    return ImageHeader(ImageFormat.JPEG, size[0], size[1], 3, orientation, progressive=size[2], cut_off=data.find(b"\xff\xd9", at) < 0)


def _gif(data: bytes) -> ImageHeader:
    width, height, flags = struct.unpack_from("<HHB", data, 6)
    return ImageHeader(ImageFormat.GIF, width, height, animated=True, frames=_gif_frames(data, 13 + _gif_colours(flags)))


def _gif_colours(flags: int) -> int:
    """The size in bytes of the colour table that follows these flags."""
    return 3 << (flags & 7) + 1 if flags & 0x80 else 0


def _gif_frames(data: bytes, at: int) -> int:
    """Count the frames from here to the end, or to where the file breaks off."""
    frames, end = 0, len(data)
    while at + 10 < end and data[at] in {0x21, 0x2C}:
        if data[at] == 0x21:  # an extension
            at += 2
        else:
            frames += 1
            at += 11 + _gif_colours(data[at + 9])
        while at < end and data[at]:  # blocks of at most 255 bytes
            at += 1 + data[at]
        at += 1
    return frames


def _webp(data: bytes) -> ImageHeader:
    (size,) = struct.unpack_from("<I", data, 4)
    width = height = 0
    orientation, animated = 1, False
    for name, start, length in _chunks(data, 12, big_endian=False):
        if name == b"VP8X":
            animated = bool(data[start] & 0x02)
            width, height = (int.from_bytes(data[start + at : start + at + 3], "little") + 1 for at in (4, 7))
        elif name == b"VP8 " and not width:
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, start + 6))
        elif name == b"VP8L" and not width:
            (bits,) = struct.unpack_from("<I", data, start + 1)
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        elif name == b"EXIF":
            exif = data[start : start + length]
            orientation = _orientation(exif.removeprefix(b"Exif\0\0"))
    return ImageHeader(ImageFormat.WEBP, width, height, 4, orientation, animated, cut_off=size + 8 > len(data))


def _bmp(data: bytes) -> ImageHeader:
    (header,) = struct.unpack_from("<I", data, 14)
    width, height = struct.unpack_from("<HH", data, 18) if header == 12 else struct.unpack_from("<ii", data, 18)
    return ImageHeader(ImageFormat.BMP, abs(width), abs(height))


def _tiff(data: bytes) -> ImageHeader:
    tags = _tags(data)
    pixel_bytes = max(1, tags.get(_SAMPLES, 1)) * (2 if tags.get(_BITS, 8) > 8 else 1)
    return ImageHeader(ImageFormat.TIFF, tags.get(_WIDTH, 0), tags.get(_HEIGHT, 0), max(4, pixel_bytes), tags.get(_ORIENTATION, 1))


def _orientation(exif: bytes) -> int:
    """The EXIF orientation; 1 if it is missing or invalid."""
    try:
        found = _tags(exif).get(_ORIENTATION, 1)
    except struct.error:
        return 1
    return found if 1 <= found <= 8 else 1


def _tags(data: bytes) -> Mapping[int, int]:
    """The numbers in a TIFF file's first directory. Raises struct.error where it breaks off."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2])
    if order is None:
        return {}
    (at,) = struct.unpack_from(f"{order}I", data, 4)
    (count,) = struct.unpack_from(f"{order}H", data, at)
    tags = {}
    for number in range(min(count, _MOST_TAGS)):
        tag, kind, values = struct.unpack_from(f"{order}HHI", data, at + 2 + 12 * number)
        if kind == 3 and values == 1:
            (tags[tag],) = struct.unpack_from(f"{order}H", data, at + 10 + 12 * number)
        elif kind == 4 and values == 1:
            (tags[tag],) = struct.unpack_from(f"{order}I", data, at + 10 + 12 * number)
    return tags


_STARTS = (
    (b"\x89PNG\r\n\x1a\n", ImageFormat.PNG),
    (b"\xff\xd8", ImageFormat.JPEG),
    (b"GIF87a", ImageFormat.GIF),
    (b"GIF89a", ImageFormat.GIF),
    (b"BM", ImageFormat.BMP),
    (b"II*\0", ImageFormat.TIFF),
    (b"MM\0*", ImageFormat.TIFF),
)
_READERS: Mapping[ImageFormat, Callable[[bytes], ImageHeader]] = {
    ImageFormat.PNG: _png,
    ImageFormat.JPEG: _jpeg,
    ImageFormat.GIF: _gif,
    ImageFormat.WEBP: _webp,
    ImageFormat.BMP: _bmp,
    ImageFormat.TIFF: _tiff,
}
