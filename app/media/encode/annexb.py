"""H.264 Annex B: where NAL units begin and which parameter sets a key frame carries."""

from collections.abc import Iterator

SPS = 7
PPS = 8
IDR = 5


def nal_units(data: bytes) -> Iterator[tuple[int, bytes]]:
    """(type, unit without start code) of each NAL unit in `data`."""
    start = data.find(b"\x00\x00\x01")
    while start >= 0:
        begin = start + 3
        start = data.find(b"\x00\x00\x01", begin)
        unit = data[begin:] if start < 0 else data[begin:start].rstrip(b"\x00")
        if unit:
            yield unit[0] & 0x1F, unit


def first_types(data: bytes, count: int = 4) -> tuple[int, ...]:
    """The types of the first `count` NAL units, cheaply: a key frame's parameter sets stand in front of it."""
    types: list[int] = []
    start = data.find(b"\x00\x00\x01")
    while start >= 0 and len(types) < count and start + 3 < len(data):
        types.append(data[start + 3] & 0x1F)
        if types[-1] in {1, IDR}:  # the picture itself: what stands in front has been seen
            break
        start = data.find(b"\x00\x00\x01", start + 3)
    return tuple(types)


def parameter_sets(data: bytes) -> bytes:
    """The SPS and PPS units of `data` (a key frame or an encoder's Annex B extradata), each with a start code."""
    return b"".join(b"\x00\x00\x00\x01" + unit for kind, unit in nal_units(data) if kind in {SPS, PPS})


def with_parameter_sets(data: bytes, sets: bytes) -> bytes:
    """`data` itself if it already carries an SPS, else `sets` before it."""
    return data if SPS in first_types(data) else sets + data
