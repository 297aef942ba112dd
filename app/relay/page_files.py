"""What browsers load: the viewer page and its files, the list of streams, QR codes."""

import asyncio
import gzip
import hashlib
import html
import io
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import segno
from aiohttp import web

from app.domain.base.clock import Clock
from app.relay.access.rate_limits import AddressRates
from app.relay.config import Limits, RelayError
from app.relay.refusals import Refusal

# Only files beside the page: nothing inline, nothing from other origins; only the page itself may frame it.
CONTENT_SECURITY_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; media-src 'self' blob: mediastream:; "
    "connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'self'"
)
PAGE_HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=(), fullscreen=(self), autoplay=(self)",
    "Cache-Control": "no-cache",
}
_TYPES: Mapping[str, str] = {
    ".html": "text/html; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".css": "text/css; charset=utf-8",
    ".svg": "image/svg+xml",
    ".json": "application/json",
    ".webmanifest": "application/manifest+json",
}


@dataclass(frozen=True, slots=True)
class PageFile:
    """A file with its gzip form and its ETag."""

    content: bytes
    packed: bytes
    media_type: str
    tag: str

    def answer(self, request: web.Request) -> web.Response:
        headers = {**PAGE_HEADERS, "Content-Type": self.media_type, "ETag": self.tag, "Vary": "Accept-Encoding"}
        if request.headers.get("If-None-Match") == self.tag:
            return web.Response(status=304, headers=headers)
        if "gzip" in request.headers.get("Accept-Encoding", "") and len(self.packed) < len(self.content):
            return web.Response(body=self.packed, headers={**headers, "Content-Encoding": "gzip"})
        return web.Response(body=self.content, headers=headers)


def _page_file(path: Path) -> PageFile:
    content = path.read_bytes()
    tag = f'W/"{hashlib.sha256(content).hexdigest()[:20]}"'
    return PageFile(content, gzip.compress(content, mtime=0), _TYPES[path.suffix], tag)


class PageFiles:
    """The files of resources/viewer, read once: the relay never opens a path from a request."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, PageFile] = {}
        try:
            for path in sorted(folder.iterdir()):
                if path.suffix in _TYPES:
                    self._files[path.name] = _page_file(path)
            self.watch = self._files["watch.html"]
            self.index = self._files["index.html"].content
        except (OSError, KeyError) as error:
            raise RelayError("relay.page_missing", folder=str(folder), reason=str(error)) from error

    def file(self, name: str) -> PageFile | None:
        """A file beside the page, None if there is none of this name."""
        return self._files.get(name)

    def index_with(self, streams: list[str]) -> bytes:
        """The list page with a link to each stream; it works without scripts."""
        names = [html.escape(name) for name in streams]
        items = "".join(f'<li><a href="/watch/{name}" data-stream="{name}">{name}</a></li>' for name in names)
        return self.index.replace(b"<!--streams-->", items.encode())


def qr_svg(address: str) -> bytes:
    """A QR code of an address: dark on light, with a quiet zone, scalable."""
    buffer = io.BytesIO()
    segno.make(address, micro=False, error="m").save(
        buffer, kind="svg", border=3, dark="#0b0d12", light="#ffffff", xmldecl=False, omitsize=True, svgclass=None, lineclass=None
    )
    return buffer.getvalue()


class QrCodes:
    """QR codes by address, each drawn once: on a thread, one at a time, because drawing is slow and media must not wait for it.

    A client that requests many different codes gets few of them.
    """

    def __init__(self, limits: Limits, clock: Clock, *, most_kept: int = 128, most_waiting: int = 16) -> None:
        self._drawings = AddressRates(limits.codes_per_s, limits.codes_burst, clock)
        self._most_kept = most_kept
        self._most_waiting = most_waiting
        self._drawn: OrderedDict[str, bytes] = OrderedDict()
        self._waiting = 0
        self._turn = asyncio.Lock()

    async def of(self, address: str, client: str) -> bytes:
        """The code of an address; raises Refusal if it is new and too many are waiting or this client has requested many."""
        if address in self._drawn:
            self._drawn.move_to_end(address)
            return self._drawn[address]
        if self._waiting >= self._most_waiting:
            raise Refusal("relay.qr_busy")
        if not self._drawings.of(client).take(1):
            raise Refusal("relay.too_often")
        self._waiting += 1
        try:
            async with self._turn:
                if address not in self._drawn:
                    self._drawn[address] = await asyncio.to_thread(qr_svg, address)
                    if len(self._drawn) > self._most_kept:
                        self._drawn.popitem(last=False)
                return self._drawn[address]
        finally:
            self._waiting -= 1
