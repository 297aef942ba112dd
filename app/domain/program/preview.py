"""The layout of the shared preview: a memory-mapped file with one writer (the engine) and any number of readers (desks).

A 64-byte header, then SLOTS slots. A slot has a 64-byte header and room for MAX_SIDE × MAX_SIDE pixels of 4 bytes (blue, green, red,
255; rows packed). The writer sets a slot's sequence to 0, writes, sets the new sequence, then the header's latest sequence; frame n is
in slot n % SLOTS. A reader copies and then checks that the sequence did not change: the writer never waits. A reader stores in the
header when it last read, in monotonic nanoseconds (0 = never): the writer makes no frames while nobody reads.
"""

import struct

MAGIC = b"TWPV"
VERSION = 2
SLOTS = 4
MAX_SIDE = 960
HEADER_BYTES = 64
SLOT_HEADER_BYTES = 64
SLOT_BYTES = SLOT_HEADER_BYTES + MAX_SIDE * MAX_SIDE * 4
FILE_BYTES = HEADER_BYTES + SLOTS * SLOT_BYTES

FILE_HEADER = struct.Struct("<4sI")  # magic, version
LATEST_OFFSET = 8
SEQUENCE = struct.Struct("<Q")
LOOKED_OFFSET = 16
LOOKED = struct.Struct("<q")  # all readers write the same field: the writer only needs the last one
SLOT_HEADER = struct.Struct("<QqII")  # sequence, capture_ns, width, height


def slot_offset(sequence: int) -> int:
    """The offset of frame number `sequence` (from 1) in the file, in bytes."""
    return HEADER_BYTES + (sequence % SLOTS) * SLOT_BYTES


def preview_size(width: int, height: int) -> tuple[int, int]:
    """The preview's size for a canvas of this size: never larger than the canvas, the longer side at most MAX_SIDE, the width even and
    the height a multiple of four, as the converter needs."""
    scale = min(1.0, MAX_SIDE / max(width, height))
    return max(2, round(width * scale) // 2 * 2), max(4, round(height * scale) // 4 * 4)
