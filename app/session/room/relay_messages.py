"""The messages that a relay's room sends to its host, checked before anything reads them."""

from collections.abc import Mapping
from typing import Annotated, Any

import msgspec
from msgspec import Meta

from app.session.room.room_error import RoomError

Number = Annotated[int, Meta(ge=0, le=2**53)]


class Welcome(msgspec.Struct, frozen=True):
    """`board`: key → revision; `coupons`: id → codes left; `pictures` and `calendars`: ids of the files that the relay has."""

    boot: str
    board: dict[str, Any]
    coupons: dict[str, Any]
    pictures: list[str]
    viewers: Number
    likes: Number
    calendars: list[str] = []


class Event(msgspec.Struct, frozen=True):
    """Something a viewer or a shop did."""

    seq: Number
    at_ms: Number
    kind: str
    viewer: str
    data: dict[str, Any]


class Count(msgspec.Struct, frozen=True):
    """Viewers now, and likes so far."""

    viewers: Number
    likes: Number


class Crowded(msgspec.Struct, frozen=True):
    """This many events exceeded the log's limits and are summed."""

    entries: Number


class Refused(msgspec.Struct, frozen=True):
    """The relay did not accept a message; `key`, `id` or `date` says which."""

    of: str = ""
    key: str | None = None
    id: str | None = None
    date: str | None = None
    words: str = ""

    @property
    def what(self) -> str:
        """What viewers do not get, "" if it is nothing that they would see."""
        return next((one for one in (self.key, self.id, self.date) if one is not None), "")


RelayMessage = Welcome | Event | Count | Crowded | Refused


class _Envelope(msgspec.Struct, frozen=True):
    t: str = ""


_ENVELOPE = msgspec.json.Decoder(_Envelope)
_DECODERS: Mapping[str, msgspec.json.Decoder[RelayMessage]] = {
    "welcome": msgspec.json.Decoder(Welcome),
    "event": msgspec.json.Decoder(Event),
    "count": msgspec.json.Decoder(Count),
    "crowded": msgspec.json.Decoder(Crowded),
    "refused": msgspec.json.Decoder(Refused),
}


def decode_message(text: str) -> RelayMessage | None:
    """The message in a frame, None for a type that we do not know; raises RoomError for a bad one."""
    try:
        decoder = _DECODERS.get(_ENVELOPE.decode(text).t)
        return None if decoder is None else decoder.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError) as error:
        raise RoomError("room.unreadable", reason=str(error)[:200]) from error
