"""Pictures of a show: their formats, and their rows in the file."""

import hashlib
import sqlite3
from dataclasses import dataclass

from app.storage.files import StorageError

MAX_PICTURE_BYTES = 8 * 1024 * 1024  # a phone's photo at full size; the room gets smaller ones
ID_LENGTH = 32
MEDIA_TYPES = frozenset({"image/png", "image/jpeg", "image/webp"})


@dataclass(frozen=True, slots=True)
class Picture:
    """`id` is a hash of the content, so the same picture is stored once."""

    id: str
    media_type: str
    content: bytes
    added_ms: int


def media_type_of(content: bytes) -> str:
    """The media type by the first bytes; "" = not a format that every browser and Tradewind can show."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return "image/webp"
    return ""


def make_picture(content: bytes, added_ms: int) -> Picture:
    """Raises StorageError for unknown formats and for pictures that are too large."""
    if len(content) > MAX_PICTURE_BYTES:
        raise StorageError("picture.too_large", size_mb=round(len(content) / 2**20, 1), limit_mb=MAX_PICTURE_BYTES // 2**20)
    media_type = media_type_of(content)
    if not media_type:
        raise StorageError("picture.kind")
    return Picture(id_of(content), media_type, content, added_ms)


def id_of(content: bytes) -> str:
    """The id of a picture with this content."""
    return hashlib.sha256(content).hexdigest()[:ID_LENGTH]


def put(connection: sqlite3.Connection, picture: Picture) -> None:
    """Store it inside the caller's transaction, unless it exists."""
    connection.execute(
        "INSERT OR IGNORE INTO pictures VALUES (?, ?, ?, ?)", (picture.id, picture.media_type, picture.content, picture.added_ms)
    )


def content(connection: sqlite3.Connection, picture_id: str) -> bytes | None:
    """The content, None if there is no such picture. An oversized or non-blob value is not read."""
    sql = "SELECT content FROM pictures WHERE id = ? AND typeof(content) = 'blob' AND length(content) <= ?"
    found = connection.execute(sql, (picture_id, MAX_PICTURE_BYTES)).fetchone()
    return found[0] if found is not None and isinstance(found[0], bytes) else None


def media_type(connection: sqlite3.Connection, picture_id: str) -> str:
    """The media type, "" if there is no such picture or its type is unknown."""
    found = connection.execute("SELECT media_type FROM pictures WHERE id = ?", (picture_id,)).fetchone()
    return found[0] if found is not None and found[0] in MEDIA_TYPES else ""
