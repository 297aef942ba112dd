"""The layout of the shared preview: a file mapped by the engine (one writer) and any number of desks (readers).

64 bytes of header, then SLOTS slots. A slot is 64 bytes of its own header and room for MAX_SIDE × MAX_SIDE pixels of 4 bytes
(blue, green, red, 255; rows packed). The writer sets a slot's sequence to 0, writes, sets the new sequence, then the header's
latest sequence; frame number n stands in slot n % SLOTS. A reader copies and then checks that the sequence did not change:
the writer never waits. A reader notes in the header when it looked, in monotonic nanoseconds (0 = nobody yet): the writer leaves the
work out while nobody does.
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
LOOKED = struct.Struct("<q")  # several readers write the same place: the last one counts, which is all the writer wants to know
SLOT_HEADER = struct.Struct("<QqII")  # sequence, capture_ns, width, height


def slot_offset(sequence: int) -> int:
    """Where frame number `sequence` (from 1) stands in the file, in bytes."""
    return HEADER_BYTES + (sequence % SLOTS) * SLOT_BYTES


def preview_size(width: int, height: int) -> tuple[int, int]:
    """The size at which a canvas of this size is previewed: never larger than itself, longer side at most MAX_SIDE, the width even
    and the height a multiple of four, as the converter takes a frame for that."""
    scale = min(1.0, MAX_SIDE / max(width, height))
    return max(2, round(width * scale) // 2 * 2), max(4, round(height * scale) // 4 * 4)
