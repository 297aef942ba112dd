"""Pictures of a room: the host puts them there once, pages fetch them and keep them for good."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Callable, Mapping

from aiohttp import web

from app.relay.config import RelayConfig
from app.relay.refusals import Refusal
from app.relay.room_sockets import check_host

MAX_BYTES = 1024 * 1024
_ROOM_BYTES = 96 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
_ID = re.compile(r"[0-9a-f]{32}")
_HEADERS: Mapping[str, str] = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


def media_type(content: bytes) -> str:
    """By the first bytes, "" for what is none of the three."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


class _Shelf:
    """One room's pictures; those not asked for longest make room."""

    def __init__(self) -> None:
        self._pictures: OrderedDict[str, bytes] = OrderedDict()
        self._bytes = 0

    def ids(self) -> list[str]:
        return list(self._pictures)

    def put(self, name: str, content: bytes) -> None:
        self._bytes += len(content) - len(self._pictures.pop(name, b""))
        self._pictures[name] = content
        while self._bytes > _ROOM_BYTES:
            self._bytes -= len(self._pictures.popitem(last=False)[1])

    def get(self, name: str) -> bytes | None:
        if name in self._pictures:
            self._pictures.move_to_end(name)
        return self._pictures.get(name)


class RoomPictures:
    """`PUT` with the host token, `GET` for everybody; an id is the beginning of the content's SHA-256, so it never means another."""

    def __init__(self, config: RelayConfig) -> None:
        self._config = config
        self._shelves = {name: _Shelf() for name in config.keys}

    def ids_of(self, stream: str) -> Callable[[], list[str]]:
        return self._shelves[stream].ids

    def add_routes(self, routes: web.UrlDispatcher) -> None:
        routes.add_put("/room/{stream}/pictures/{picture}", self._put)
        routes.add_get("/room/{stream}/pictures/{picture}", self._get)

    def _shelf(self, request: web.Request) -> _Shelf:
        name = request.match_info["stream"]
        if name not in self._shelves:
            raise Refusal("relay.no_stream", stream=name[:64])
        return self._shelves[name]

    async def _content(self, request: web.Request) -> bytes:
        if (request.content_length or 0) > MAX_BYTES:
            raise Refusal("relay.too_large", limit=MAX_BYTES)
        content = bytearray()
        limit_s = self._config.limits.body_timeout_s * 4
        try:
            async with asyncio.timeout(limit_s):
                async for piece in request.content.iter_chunked(_PIECE_BYTES):
                    content += piece
                    if len(content) > MAX_BYTES:
                        raise Refusal("relay.too_large", limit=MAX_BYTES)
        except TimeoutError as error:
            raise Refusal("relay.body_slow", limit=limit_s) from error
        return bytes(content)

    async def _put(self, request: web.Request) -> web.Response:
        shelf, name = self._shelf(request), request.match_info["picture"]
        check_host(self._config, request.match_info["stream"], request)
        if not _ID.fullmatch(name):
            raise Refusal("relay.picture_name")
        content = await self._content(request)
        if not media_type(content):
            raise Refusal("relay.not_picture")
        digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
        if digest[:32] != name:
            raise Refusal("relay.picture_name")
        shelf.put(name, content)
        return web.Response(status=204)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["picture"]
        content = self._shelf(request).get(name)
        if content is None:
            raise Refusal("relay.no_picture")
        headers = {**_HEADERS, "ETag": f'"{name}"'}
        if request.headers.get("If-None-Match", "") == headers["ETag"]:
            return web.Response(status=304, headers=headers)
        response = web.StreamResponse(headers={**headers, "Content-Type": media_type(content)})
        response.content_length = len(content)
        await response.prepare(request)
        for start in range(0, len(content), _PIECE_BYTES):
            await response.write(content[start : start + _PIECE_BYTES])
        await response.write_eof()
        return response
