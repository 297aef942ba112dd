"""Calendar files of a room, one for each date and language: the host puts them there, visitors take them into their own calendars.

`PUT /room/NAME/calendars/ID`, text/calendar in UTF-8, at most 64 kB, with the host token; ID as for pictures. How the file is to be called
is said by `Content-Disposition: attachment; filename*=UTF-8''…`. `GET` gives it to everybody: inline, because a phone then offers to add
it and a desktop browser, which cannot show it, keeps it under its name.
"""

import re
from collections.abc import Callable
from urllib.parse import quote

from aiohttp import web
from aiohttp.multipart import content_disposition_filename, parse_content_disposition

from app.domain.base.plain_text import is_plain_character
from app.relay.access.keys import AccessKeys
from app.relay.config import RelayConfig
from app.relay.refusals import Refusal
from app.relay.room.shelf import HEADERS, Shelves, Thing, content_of, is_id, is_id_of, known_already

MAX_BYTES = 64 * 1024
_ROOM_BYTES = 4 * 1024 * 1024
_TYPE = "text/calendar; charset=utf-8"
_NAME_CHARS = 80
_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\u200e\u200f\u202a-\u202e\u2066-\u2069]')  # what no system takes, and what turns ".ics" round


def is_calendar(content: bytes) -> bool:
    """Whether it is one calendar, as far as a glance tells: what readers do with more is not foreseen by RFC 5545."""
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
    """What a Content-Disposition calls the file, made harmless; "" when it does not."""
    kind, values = parse_content_disposition(disposition)
    named = content_disposition_filename(values) if kind is not None else None
    stem = _NOT_IN_NAMES.sub(" ", (named or "").removesuffix(".ics"))
    kept = " ".join("".join(one for one in stem if is_plain_character(one)).split()).lstrip(". ")
    return f"{kept[:_NAME_CHARS].rstrip()}.ics" if kept else ""


class RoomCalendars:
    """Checks, keeps and hands out."""

    def __init__(self, config: RelayConfig, keys: AccessKeys, check_own_page: Callable[[web.Request], None]) -> None:
        self._config = config
        self._keys = keys
        self._check_own_page = check_own_page
        self._shelves = Shelves(config, _ROOM_BYTES)

    def ids_of(self, stream: str) -> Callable[[], list[str]]:
        return self._shelves[stream].ids

    def add_routes(self, routes: web.UrlDispatcher) -> None:
        routes.add_put("/room/{stream}/calendars/{calendar}", self._put)
        routes.add_get("/room/{stream}/calendars/{calendar}", self._get)

    async def _put(self, request: web.Request) -> web.Response:
        shelf, name = self._shelves.of(request), request.match_info["calendar"]
        self._check_own_page(request)
        self._keys.check_host(request.match_info["stream"], request)
        if not is_id(name):
            raise Refusal("relay.calendar_name")
        if request.content_type != "text/calendar":
            raise Refusal("relay.not_calendar")
        content = await content_of(request, most_bytes=MAX_BYTES, within_s=self._config.limits.body_timeout_s)
        if not is_calendar(content):
            raise Refusal("relay.not_calendar")
        if not await is_id_of(name, content):
            raise Refusal("relay.calendar_name")
        shelf.put(name, Thing(content, file_name_of(request.headers.get("Content-Disposition", ""))))
        return web.Response(status=204)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["calendar"]
        calendar = self._shelves.of(request).get(name)
        if calendar is None:
            raise Refusal("relay.no_calendar")
        headers = {**HEADERS, "ETag": f'"{name}"'}
        if known_already(request, name):
            return web.Response(status=304, headers=headers)
        plain = f"{request.match_info['stream']}.ics"
        called = f"inline; filename=\"{plain}\"; filename*=UTF-8''{quote(calendar.file_name or plain, safe='')}"
        return web.Response(body=calendar.content, headers={**headers, "Content-Type": _TYPE, "Content-Disposition": called})
