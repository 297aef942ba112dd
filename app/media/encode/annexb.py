"""Parameter sets and NAL unit types in H.264 Annex B data."""

from app.domain.program.annexb import START_CODE, nal_type, nal_units

SPS = 7
PPS = 8
IDR = 5


def first_types(data: bytes, count: int = 4) -> tuple[int, ...]:
    """The types of the first `count` NAL units. This is cheap: a key frame's parameter sets come first."""
    types: list[int] = []
    start = data.find(START_CODE)
    while start >= 0 and len(types) < count and start + 3 < len(data):
        types.append(data[start + 3] & 0x1F)
        if types[-1] in {1, IDR}:  # the frame itself: no parameter set follows
            break
        start = data.find(START_CODE, start + 3)
    return tuple(types)


def parameter_sets(data: bytes) -> bytes:
    """The SPS and PPS units of `data` (a key frame or an encoder's Annex B extradata), each with a start code."""
    return b"".join(b"\0" + START_CODE + unit for unit in nal_units(data) if nal_type(unit) in {SPS, PPS})


def with_parameter_sets(data: bytes, sets: bytes) -> bytes:
    """`data` itself if it has an SPS, else `sets` before it."""
    return data if SPS in first_types(data) else sets + data
