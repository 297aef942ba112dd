"""The error of a room's host."""

from app.domain.base.errors import AppError


class RoomError(AppError):
    """The room cannot be reached or does not accept something: "room.unreachable", "room.unreadable", "room.picture", "room.calendar",
    "room.message"; `reason` says why."""
