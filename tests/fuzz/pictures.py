"""Headers of pictures, and addresses of media."""

import random
import re
import struct
import zlib

from app.domain.base.address import (
    authorization,
    clean_token,
    is_network_path,
    origin_of,
    relay_secret,
    shown_address,
    split_credentials,
    turn_secret,
    without_credentials,
)
from app.media.capture.image_header import read_header
from tests.fuzz.mutation import spoiled, spoiled_text
from tests.fuzz.target import Target, calls

_ADDRESSES = (
    "https://anna:open-sesame@relay.example:8443/whip/live?key=1#x",
    "rtsp://cam.local:554/stream",
    "stun:stun.example:3478",
    "turn:[::1]:9?transport=udp",
    "\\\\server\\share\\film.mp4",
    "C:\\films\\a.mp4",
    "https://münchen.example./a",
    "srt://10.0.0.1:9000?mode=caller",
    "Authorization: Bearer abc.def",
    "Basic YTpi",
)


def _chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def _tags(rng: random.Random) -> bytes:
    """A TIFF directory in either byte order, with valid and invalid tags."""
    order, mark = rng.choice(((">", b"MM\0*"), ("<", b"II*\0")))
    entries = b"".join(
        struct.pack(f"{order}HHIHH", rng.choice((0x0112, 0x0100, 0x0101, 0x0102, rng.getrandbits(16))), rng.choice((3, 4, 9)), 1, 6, 0)
        for _ in range(rng.choice((0, 1, 5, 600)))
    )
    return mark + struct.pack(f"{order}I", 8) + struct.pack(f"{order}H", len(entries) // 12) + entries


def _picture(rng: random.Random) -> bytes:
    """Small files of each format, with true and false sizes."""
    exif = _tags(rng)
    png = (
        b"\x89PNG\r\n\x1a\n" + _chunk(b"IHDR", struct.pack(">IIBBBBB", 4, 3, 8, 6, 0, 0, 0)) + _chunk(b"eXIf", exif) + _chunk(b"IEND", b"")
    )
    jpeg = b"\xff\xd8\xff\xe1" + struct.pack(">H", len(exif) % 60_000 + 8) + b"Exif\0\0" + exif
    jpeg += b"\xff\xc0" + struct.pack(">HBHHB", 11, 8, 3, 4, 1) + b"\1\x11\0" + b"\xff\xda\0\2" + b"bits\xff\xd9"
    gif = b"GIF89a" + struct.pack("<HHBBB", 4, 3, 0x80, 0, 0) + bytes(6) + b"\x2c\0\0\0\0\4\0\3\0\0\2\2\x44\1\0;"
    body = b"WEBPVP8X" + struct.pack("<IB3x", 10, 2) + b"\3\0\0\2\0\0" + b"EXIF" + struct.pack("<I", len(exif)) + exif
    webp = b"RIFF" + struct.pack("<I", len(body)) + body
    bmp = b"BM" + bytes(12) + struct.pack("<IiiHH", 40, 4, -3, 1, 24) + bytes(24)
    return spoiled(rng, rng.choice((png, jpeg, gif, webp, bmp, exif)), (b"\xff\xff\xff\xff", b"IEND", b"eXIf", b"\xff" * 30, b"\xff\xc0"))


def _address(rng: random.Random) -> str:
    return spoiled_text(rng, rng.choice(_ADDRESSES), ("[", "]", "@", "://", "\\", "\u200b", "Bearer ", "xn--", "%00", ":", "\t"))


def _all_of_an_address(text: str) -> object:
    """Read an address from a user or a file in every way; the shown form must not have a secret."""
    shown = shown_address(text)
    clean, token = split_credentials(text)
    before_host = re.match(r"[a-z]+://([^/?#]*)@", text)
    if before_host is not None and "open-sesame" in before_host[1] and text.count("open-sesame") == 1:
        assert "open-sesame" not in shown
    return (
        shown,
        clean,
        token,
        is_network_path(text),
        origin_of(text),
        without_credentials(text),
        relay_secret(text),
        turn_secret(text),
        authorization(clean_token(text)),
    )


TARGETS = (
    Target("picture-header", _picture, calls(read_header), works_at_most=30),
    Target("address", _address, calls(_all_of_an_address), gives_at_most=14),
)
