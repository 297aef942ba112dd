"""H.264 byte streams in Annex B form."""

from collections.abc import Iterator

START_CODE = b"\0\0\1"


def nal_units(annex_b: bytes) -> Iterator[bytes]:
    """The NAL units of a byte stream, without start codes and trailing zeros. Start codes may have three or four bytes."""
    begin = annex_b.find(START_CODE)
    while begin >= 0:
        begin += 3
        end = following = annex_b.find(START_CODE, begin)
        if following < 0:
            end = len(annex_b)
        while end > begin and annex_b[end - 1] == 0:  # the first zero of a four-byte start code, or trailing zeros
            end -= 1
        if end > begin:
            yield annex_b[begin:end]
        begin = following


def nal_type(unit: bytes) -> int:
    """The type of a NAL unit (table 7-1 of H.264)."""
    return unit[0] & 0x1F
