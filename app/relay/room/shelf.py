"""What a host puts beside its room for pages to fetch: whole contents by the beginning of their SHA-256, in bounded room."""

import asyncio
import hashlib
import re
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass

from aiohttp import web

from app.aio.bounded_read import read_bounded
from app.relay.config import RelayConfig
from app.relay.refusals import Refusal

PIECE_BYTES = 64 * 1024
_ID = re.compile(r"[0-9a-f]{32}")
# An id never means another content, so it may be kept for good; whatever a content is, it can do nothing in this page's name.
HEADERS: Mapping[str, str] = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "X-Content-Type-Options": "nosniff",
    "Cross-Origin-Resource-Policy": "cross-origin",
    "Access-Control-Allow-Origin": "*",
}


@dataclass(frozen=True, slots=True)
class Thing:
    """One content; `file_name` is what it is called when it is kept, "" = nothing."""

    content: bytes
    file_name: str = ""


class Shelf:
    """One room's things of a kind; those not asked for longest make room."""

    def __init__(self, room_bytes: int) -> None:
        self._room_bytes = room_bytes
        self._things: OrderedDict[str, Thing] = OrderedDict()
        self._bytes = 0

    def ids(self) -> list[str]:
        return list(self._things)

    def put(self, name: str, thing: Thing) -> None:
        before = self._things.pop(name, None)
        self._bytes += len(thing.content) - (len(before.content) if before is not None else 0)
        self._things[name] = thing
        while self._bytes > self._room_bytes:
            self._bytes -= len(self._things.popitem(last=False)[1].content)

    def get(self, name: str) -> Thing | None:
        if name in self._things:
            self._things.move_to_end(name)
        return self._things.get(name)


class Shelves:
    """A shelf for each stream of the relay."""

    def __init__(self, config: RelayConfig, room_bytes: int) -> None:
        self._shelves = {name: Shelf(room_bytes) for name in config.keys}

    def __getitem__(self, stream: str) -> Shelf:
        return self._shelves[stream]

    def of(self, request: web.Request) -> Shelf:
        """Raises Refusal when the path names no stream of this relay."""
        name = request.match_info["stream"]
        if name not in self._shelves:
            raise Refusal("relay.no_stream", stream=name[:64])
        return self._shelves[name]


def is_id(name: str) -> bool:
    """Whether this can be an id at all."""
    return _ID.fullmatch(name) is not None


async def is_id_of(name: str, content: bytes) -> bool:
    """Whether this is the content's id; reckoned on a thread, so that media goes its way."""
    return (await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest()))[:32] == name


async def content_of(request: web.Request, *, most_bytes: int, within_s: float) -> bytes:
    """The body of a request; raises Refusal when it is too large or too slow."""
    if (request.content_length or 0) > most_bytes:
        raise Refusal("relay.too_large", limit=most_bytes)
    try:
        async with asyncio.timeout(within_s):
            content = await read_bounded(request.content.read, most_bytes + 1)
    except TimeoutError as error:
        raise Refusal("relay.body_slow", limit=within_s) from error
    if len(content) > most_bytes:
        raise Refusal("relay.too_large", limit=most_bytes)
    return content


def known_already(request: web.Request, name: str) -> bool:
    """Whether the client has this content from before."""
    return request.headers.get("If-None-Match", "") == f'"{name}"'
