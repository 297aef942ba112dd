"""Product pictures for the room: small enough for a phone, named by their content."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.base.errors import AppError

MAX_BYTES = 300 * 1024  # half a second on a weak mobile connection; the relay accepts a megabyte
SIDE_PX = 1080  # the width of a sharp phone screen
_NAME_LENGTH = 32


@dataclass(frozen=True, slots=True)
class RoomPicture:
    """`name` is the beginning of the content's SHA-256, so it never names another picture."""

    name: str
    content: bytes = field(repr=False)


Shrink = Callable[[bytes, int], bytes]  # (picture, longest side afterwards); raises AppError if it is not a picture


class RoomPictureMaker:
    """Makes room pictures from the show's, on a thread because each takes tens of milliseconds."""

    def __init__(self, stored: Callable[[str], bytes | None], shrink: Shrink) -> None:
        self._stored = stored
        self._shrink = shrink

    async def find(self, picture_id: str) -> RoomPicture | None:
        """The picture for the room; None if the show has none with this id, or it cannot be read."""
        try:
            content = self._stored(picture_id)
            return None if content is None else await asyncio.to_thread(self._made, content)
        except AppError:
            return None

    def _made(self, content: bytes) -> RoomPicture:
        if len(content) > MAX_BYTES:
            content = self._shrink(content, SIDE_PX)
        return RoomPicture(hashlib.sha256(content).hexdigest()[:_NAME_LENGTH], content)
