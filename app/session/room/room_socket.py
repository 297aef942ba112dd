"""What a connection to a room offers its host."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.session.planning.announcements.room_calendar import RoomCalendar
from app.session.room.relay_messages import RelayMessage
from app.session.room.room_picture import RoomPicture


@dataclass(frozen=True, slots=True)
class RoomAddress:
    """`base` is the relay's "http://host:port", `key` the room key, which is not the stream key."""

    base: str
    stream: str
    key: str = field(repr=False)


class RoomSocket(Protocol):
    """One connection to a room as its host."""

    close_code: int

    async def send(self, message: Mapping[str, Any]) -> None:
        """Raises RoomError if the connection is gone, "room.message" if the message is too large."""

    async def receive(self) -> RelayMessage | None:
        """The next message, None if the connection has ended; raises RoomError for a bad one."""

    async def put_picture(self, picture: RoomPicture) -> None:
        """Raises RoomError, "room.picture" if the relay does not accept this one."""

    async def put_calendar(self, calendar: RoomCalendar) -> None:
        """Raises RoomError, "room.calendar" if the relay does not accept this one."""

    async def aclose(self) -> None: ...


Connect = Callable[[RoomAddress], Awaitable[RoomSocket]]  # raises RoomError
