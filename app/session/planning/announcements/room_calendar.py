"""Calendar files of coming shows, which viewers add to their own calendars."""

import hashlib
from dataclasses import dataclass, field

_NAME_LENGTH = 32


@dataclass(frozen=True, slots=True)
class RoomCalendar:
    """One date in one language. `name`, which the board uses, is the beginning of the content's SHA-256; `file_name` is the name on a
    viewer's device."""

    name: str
    content: bytes = field(repr=False)
    file_name: str


def room_calendar(content: bytes, title: str) -> RoomCalendar:
    """A calendar file (.ics) for the room."""
    return RoomCalendar(hashlib.sha256(content).hexdigest()[:_NAME_LENGTH], content, f"{title.strip() or 'show'}.ics")
