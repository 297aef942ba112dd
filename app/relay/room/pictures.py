"""Pictures of a room: the host puts them there once, pages fetch them and keep them for good."""

from collections.abc import Callable

from aiohttp import web

from app.relay.access.keys import AccessKeys
from app.relay.config import RelayConfig
from app.relay.refusals import Refusal
from app.relay.room.shelf import HEADERS, PIECE_BYTES, Shelves, Thing, content_of, is_id, is_id_of, known_already

MAX_BYTES = 1024 * 1024
_ROOM_BYTES = 96 * 1024 * 1024


def media_type(content: bytes) -> str:
    """By the first bytes, "" for what is none of the three."""
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return "image/png"
    if content.startswith(b"\xff\xd8\xff"):
        return "image/jpeg"
    return "image/webp" if content[:4] == b"RIFF" and content[8:12] == b"WEBP" else ""


class RoomPictures:
    """`PUT` with the host token, `GET` for everybody; an id is the beginning of the content's SHA-256, so it never means another."""

    def __init__(self, config: RelayConfig, keys: AccessKeys, check_own_page: Callable[[web.Request], None]) -> None:
        self._config = config
        self._keys = keys
        self._check_own_page = check_own_page
        self._shelves = Shelves(config, _ROOM_BYTES)

    def ids_of(self, stream: str) -> Callable[[], list[str]]:
        return self._shelves[stream].ids

    def add_routes(self, routes: web.UrlDispatcher) -> None:
        routes.add_put("/room/{stream}/pictures/{picture}", self._put)
        routes.add_get("/room/{stream}/pictures/{picture}", self._get)

    async def _put(self, request: web.Request) -> web.Response:
        shelf, name = self._shelves.of(request), request.match_info["picture"]
        self._check_own_page(request)
        self._keys.check_host(request.match_info["stream"], request)
        if not is_id(name):
            raise Refusal("relay.picture_name")
        content = await content_of(request, most_bytes=MAX_BYTES, within_s=self._config.limits.body_timeout_s * 4)
        if not media_type(content):
            raise Refusal("relay.not_picture")
        if not await is_id_of(name, content):
            raise Refusal("relay.picture_name")
        shelf.put(name, Thing(content))
        return web.Response(status=204)

    async def _get(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["picture"]
        picture = self._shelves.of(request).get(name)
        if picture is None:
            raise Refusal("relay.no_picture")
        content, headers = picture.content, {**HEADERS, "ETag": f'"{name}"'}
        if known_already(request, name):
            return web.Response(status=304, headers=headers)
        response = web.StreamResponse(headers={**headers, "Content-Type": media_type(content)})
        response.content_length = len(content)
        await response.prepare(request)
        for start in range(0, len(content), PIECE_BYTES):
            await response.write(content[start : start + PIECE_BYTES])
        await response.write_eof()
        return response
