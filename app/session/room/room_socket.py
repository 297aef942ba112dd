"""The door to a room hub: who the host is there, what comes from it, and what a connection can do."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from app.domain.base.errors import AppError
from app.session.planning.announcements.room_calendar import RoomCalendar
from app.session.room.room_picture import RoomPicture

MAX_DIGITS = 15  # of an event's number: a hub takes whole numbers up to 2**53


class RoomError(AppError):
    """The room cannot be reached or does not take us: "room.unreachable", "room.unreadable", "room.picture", "room.calendar",
    "room.message"; `reason` says why."""


@dataclass(frozen=True, slots=True)
class RoomAddress:
    """`base` is the relay's "http://host:port", `key` the room's own, which is not the stream key."""

    base: str
    stream: str
    key: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class RoomEvent:
    """Something a visitor or a shop did. `mark` names it for ever: the hub's boot and its number there."""

    mark: str
    at_ms: int
    kind: str
    viewer: str
    data: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class OpenCoupon:
    """A coupon as the hub must know it; `claimed`: code → viewer, as it stands whenever a hub is told."""

    id: str
    codes: tuple[str, ...]
    expires_ms: int
    claimed: Mapping[str, str]


class RoomSocket(Protocol):
    """One connection to a hub as its host."""

    close_code: int

    async def send(self, message: Mapping[str, Any]) -> None:
        """Raises RoomError when the connection is gone, "room.message" when this one is too large."""

    async def receive(self) -> Mapping[str, Any] | None:
        """The next message, None = the connection has ended."""

    async def put_picture(self, picture: RoomPicture) -> None:
        """Raises RoomError, "room.picture" when the hub does not take this one."""

    async def put_calendar(self, calendar: RoomCalendar) -> None:
        """Raises RoomError, "room.calendar" when the hub does not take this one."""

    async def aclose(self) -> None: ...


Connect = Callable[[RoomAddress], Awaitable[RoomSocket]]  # raises RoomError
FindPicture = Callable[[str], Awaitable[RoomPicture | None]]


def split_mark(mark: str) -> tuple[str, int]:
    """(boot, number) of a mark; ("", 0) of anything else."""
    boot, _, number = mark.rpartition(":")
    is_number = number.isascii() and number.isdigit() and len(number) <= MAX_DIGITS
    return (boot, int(number)) if boot and is_number else ("", 0)
