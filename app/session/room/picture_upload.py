"""Uploads the pictures of the page's products to the room."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable, Mapping

from app.domain.base.signal import Signal
from app.session.room.board_sync import BoardSync
from app.session.room.room_error import RoomError
from app.session.room.room_picture import RoomPicture

log = logging.getLogger(__name__)

FindPicture = Callable[[str], Awaitable[RoomPicture | None]]
_HOLD_PRODUCTS_S = 3.0  # at most
_NAMES_S = 0.5  # until the board has the names of new pictures


class PictureUpload:
    """`names`: picture of the show → its name in the room; `changed` is emitted when the room has more of them.

    After a reconnect viewers keep the products they see until their pictures are known again, so that no picture disappears for a moment.
    """

    def __init__(self, find: FindPicture, board: BoardSync, guarded: Callable[[Callable[[], object]], None]) -> None:
        self.changed: Signal[[]] = Signal()
        self.names: Mapping[str, str] = {}
        self._find = find
        self._board = board
        self._guarded = guarded
        self._wanted: tuple[str, ...] = ()
        self._unusable: set[str] = set()
        self._uploaded: set[str] = set()
        self._more = asyncio.Event()

    def want(self, picture_ids: tuple[str, ...]) -> None:
        """The pictures that the page needs, the most urgent first."""
        if picture_ids != self._wanted:
            self._wanted = picture_ids
            self._more.set()

    def welcomed(self, uploaded: Iterable[str]) -> None:
        """The relay has these pictures."""
        self._uploaded = set(uploaded)
        self.names = {picture: name for picture, name in self.names.items() if name in self._uploaded}

    async def run(self, put: Callable[[RoomPicture], Awaitable[None]]) -> None:
        """Upload missing pictures as long as the connection lives; `put` raises RoomError."""
        loop = asyncio.get_running_loop()
        hold_until, is_new = loop.time() + _HOLD_PRODUCTS_S, False
        while True:
            self._more.clear()
            missing = next((one for one in self._wanted if one not in self.names and one not in self._unusable), None)
            if self._board.holds_products and (missing is None or loop.time() > hold_until):
                await asyncio.sleep(_NAMES_S if is_new else 0.0)
                self._board.release_products()
            elif missing is None:
                await self._more.wait()
            else:
                await self._upload(missing, put)
                is_new = True

    async def _upload(self, picture_id: str, put: Callable[[RoomPicture], Awaitable[None]]) -> None:
        picture = await self._find(picture_id)
        if picture is None:
            self._unusable.add(picture_id)
            return
        if picture.name not in self._uploaded:
            try:
                await put(picture)
            except RoomError as error:
                if error.code != "room.picture":
                    raise
                log.warning("the room refused a picture: %s", error)
                self._unusable.add(picture_id)
                return
            self._uploaded.add(picture.name)
        self.names = {**self.names, picture_id: picture.name}
        self._guarded(self.changed.emit)
