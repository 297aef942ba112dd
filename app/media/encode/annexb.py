"""H.264 Annex B: where NAL units begin and which parameter sets a key frame carries."""

from app.domain.program.annexb import START_CODE, nal_type, nal_units

SPS = 7
PPS = 8
IDR = 5


def first_types(data: bytes, count: int = 4) -> tuple[int, ...]:
    """The types of the first `count` NAL units, cheaply: a key frame's parameter sets stand in front of it."""
    types: list[int] = []
    start = data.find(START_CODE)
    while start >= 0 and len(types) < count and start + 3 < len(data):
        types.append(data[start + 3] & 0x1F)
        if types[-1] in {1, IDR}:  # the frame itself: what stands in front has been seen
            break
        start = data.find(START_CODE, start + 3)
    return tuple(types)


def parameter_sets(data: bytes) -> bytes:
    """The SPS and PPS units of `data` (a key frame or an encoder's Annex B extradata), each with a start code."""
    return b"".join(b"\0" + START_CODE + unit for unit in nal_units(data) if nal_type(unit) in {SPS, PPS})


def with_parameter_sets(data: bytes, sets: bytes) -> bytes:
    """`data` itself if it already carries an SPS, else `sets` before it."""
    return data if SPS in first_types(data) else sets + data
