"""Files that a host puts beside its room for pages to fetch: pictures of products and calendar files.

`PUT /room/NAME/pictures/ID` and `PUT /room/NAME/calendars/ID` with the host token; ID is the first 32 hex digits of the content's
SHA-256, so an id never means another content. A picture is PNG, JPEG or WebP, at most 1 MB. A calendar is text/calendar in UTF-8, at
most 64 kB; `Content-Disposition: attachment; filename*=UTF-8''…` names the file. `GET` gives either to everybody; a calendar is sent
inline, because a phone then offers to add it, and a desktop browser, which cannot display it, saves it under its name.
"""

import asyncio
import hashlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import quote

from aiohttp import web
from aiohttp.multipart import content_disposition_filename, parse_content_disposition

from app.domain.base.plain_text import is_plain_character
from app.relay.access.bodies import read_body
from app.relay.access.keys import AccessKeys
from app.relay.config import RelayConfig
from app.relay.refusals import Refusal
from app.relay.room.file_store import FileStore, StoredFile

MAX_PICTURE_BYTES = 1024 * 1024
MAX_CALENDAR_BYTES = 64 * 1024
_CALENDAR_TYPE = "text/calendar; charset=utf-8"
_PIECE_BYTES = 64 * 1024
_NAME_CHARS = 80
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')  # not allowed in file names, or hides the real ending
_ID = re.compile(r"[0-9a-f]{32}")
# An id never means another content, so caches may keep it forever. The content cannot act in the page's name.
_HEADERS: Mapping[str, str] = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


def picture_type(content: bytes) -> str:
    """The media type by the first bytes, "" if it is none of the three."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


def is_calendar(content: bytes) -> bool:
    """Whether it looks like one VCALENDAR: RFC 5545 does not say what readers do with several."""
    try:
        text = content.decode().strip()
    except UnicodeDecodeError:
        return False
    return (
        text.startswith("BEGIN:VCALENDAR\r\n")
        and text.endswith("\r\nEND:VCALENDAR")
        and text.count("BEGIN:VCALENDAR") == 1
        and "\0" not in text
    )


def file_name_of(disposition: str) -> str:
    """The file name in a Content-Disposition, made harmless; "" if it has none."""
    kind, values = parse_content_disposition(disposition)
    named = content_disposition_filename(values) if kind is not None else None
    stem = _NOT_IN_NAMES.sub(" ", (named or "").removesuffix(".ics"))
    plain = " ".join("".join(one for one in stem if is_plain_character(one)).split()).lstrip(". ")
    return f"{plain[:_NAME_CHARS].rstrip()}.ics" if plain else ""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file: its folder in the address, its limits, and its media type by content ("" = not of this kind)."""

    folder: str
    max_bytes: int
    room_bytes: int
    body_timeouts: int  # uploads may take this many times the usual time
    type_of: Callable[[bytes], str]
    required_type: str  # of the request, "" = any
    not_found: Callable[[], Refusal]
    bad_name: Callable[[], Refusal]
    bad_content: Callable[[], Refusal]


PICTURES = FileKind(
    folder="pictures",
    max_bytes=MAX_PICTURE_BYTES,
    room_bytes=96 * 1024 * 1024,
    body_timeouts=4,
    type_of=picture_type,
    required_type="",
    not_found=lambda: Refusal("relay.no_picture"),
    bad_name=lambda: Refusal("relay.picture_name"),
    bad_content=lambda: Refusal("relay.not_picture"),
)
CALENDARS = FileKind(
    folder="calendars",
    max_bytes=MAX_CALENDAR_BYTES,
    room_bytes=4 * 1024 * 1024,
    body_timeouts=1,
    type_of=lambda content: _CALENDAR_TYPE if is_calendar(content) else "",
    required_type="text/calendar",
    not_found=lambda: Refusal("relay.no_calendar"),
    bad_name=lambda: Refusal("relay.calendar_name"),
    bad_content=lambda: Refusal("relay.not_calendar"),
)


class RoomFiles:
    """PUT and GET of one kind of file for every stream of the relay."""

    def __init__(self, kind: FileKind, config: RelayConfig, keys: AccessKeys, check_own_page: Callable[[web.Request], None]) -> None:
        self._kind = kind
        self._config = config
        self._keys = keys
        self._check_own_page = check_own_page
        self._stores = {name: FileStore(kind.room_bytes) for name in config.keys}

    def ids_of(self, stream: str) -> Callable[[], list[str]]:
        """A function that returns the ids of the files that a stream's room has."""
        return self._stores[stream].ids

    def add_routes(self, routes: web.UrlDispatcher) -> None:
        path = f"/room/{{stream}}/{self._kind.folder}/{{id}}"
        routes.add_put(path, self._put)
        routes.add_get(path, self._get)

    def _store_of(self, request: web.Request) -> FileStore:
        stream = request.match_info["stream"]
        if stream not in self._stores:
            raise Refusal("relay.no_stream", stream=stream[:64])
        return self._stores[stream]

    async def _put(self, request: web.Request) -> web.Response:
        kind, store, file_id = self._kind, self._store_of(request), request.match_info["id"]
        self._check_own_page(request)
        self._keys.check_host(request.match_info["stream"], request)
        if not _ID.fullmatch(file_id):
            raise kind.bad_name()
        if kind.required_type and request.content_type != kind.required_type:
            raise kind.bad_content()
        within_s = self._config.limits.body_timeout_s * kind.body_timeouts
        content = await read_body(request, max_bytes=kind.max_bytes, within_s=within_s)
        media_type = kind.type_of(content)
        if not media_type:
            raise kind.bad_content()
        if await asyncio.to_thread(_id_of, content) != file_id:  # on a thread: media must not wait for it
            raise kind.bad_name()
        store.put(file_id, StoredFile(content, media_type, file_name_of(request.headers.get("Content-Disposition", ""))))
        return web.Response(status=204)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        file_id = request.match_info["id"]
        found = self._store_of(request).get(file_id)
        if found is None:
            raise self._kind.not_found()
        headers = {**_HEADERS, "ETag": f'"{file_id}"'}
        if request.headers.get("If-None-Match", "") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        headers["Content-Type"] = found.media_type
        if self._kind is CALENDARS:
            headers["Content-Disposition"] = _disposition(f"{request.match_info['stream']}.ics", found.file_name)
        response = web.StreamResponse(headers=headers)
        response.content_length = len(found.content)
        await response.prepare(request)
        if request.method == "GET":  # aiohttp would send a body to HEAD too
            for start in range(0, len(found.content), _PIECE_BYTES):
                await response.write(found.content[start : start + _PIECE_BYTES])
        await response.write_eof()
        return response


def _id_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:32]


def _disposition(plain: str, file_name: str) -> str:
    return f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(file_name or plain, safe='')}"
