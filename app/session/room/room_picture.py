"""Pictures of products as the room gets them: small enough for a phone, named by what they hold."""

import asyncio
import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field

from app.domain.base.errors import AppError

MAX_BYTES = 300 * 1024  # half a second on a weak phone line; the hub takes a megabyte
SIDE_PX = 1080  # as wide as a phone is sharp
_NAME_LENGTH = 32


@dataclass(frozen=True, slots=True)
class RoomPicture:
    """`name` is the beginning of the content's SHA-256: the same everywhere, and never another picture's."""

    name: str
    content: bytes = field(repr=False)


Shrink = Callable[[bytes, int], bytes]  # a picture, its longest side afterwards; raises AppError for what is none


class RoomPictureMaker:
    """Makes room pictures of the show's, on a thread: it takes tens of milliseconds each."""

    def __init__(self, stored: Callable[[str], bytes | None], shrink: Shrink) -> None:
        self._stored = stored
        self._shrink = shrink

    async def find(self, picture_id: str) -> RoomPicture | None:
        """The picture for the room; None when the show has none of this id, or one that cannot be read."""
        try:
            content = self._stored(picture_id)
            return None if content is None else await asyncio.to_thread(self._made, content)
        except AppError:
            return None

    def _made(self, content: bytes) -> RoomPicture:
        if len(content) > MAX_BYTES:
            content = self._shrink(content, SIDE_PX)
        return RoomPicture(hashlib.sha256(content).hexdigest()[:_NAME_LENGTH], content)
