"""What browsers get: the viewer page and its files, the list of streams, QR codes."""

import html
import io
from collections.abc import Mapping
from pathlib import Path

import segno

from app.relay.config import RelayError

# Only what lies beside the page; nothing inline, nothing from elsewhere, nobody may frame it but itself.
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


class Page:
    """The files of resources/viewer, read once: the relay never opens a path that a request names."""

    def __init__(self, folder: Path) -> None:
        self._files: dict[str, bytes] = {}
        try:
            for path in sorted(folder.iterdir()):
                if path.suffix in _TYPES:
                    self._files[path.name] = path.read_bytes()
            self.watch = self._files["watch.html"]
            self.index = self._files["index.html"]
        except (OSError, KeyError) as error:
            raise RelayError("relay.page_missing", folder=str(folder), reason=str(error)) from error

    def file(self, name: str) -> tuple[bytes, str] | None:
        """(content, content type) of a file beside the page."""
        content = self._files.get(name)
        return None if content is None else (content, _TYPES[Path(name).suffix])

    def index_with(self, streams: list[str]) -> bytes:
        """The list page with a link to each stream, which works without scripts too."""
        names = [html.escape(name) for name in streams]
        items = "".join(f'<li><a href="/watch/{name}" data-stream="{name}">{name}</a></li>' for name in names)
        return self.index.replace(b"<!--streams-->", items.encode())


def qr_svg(address: str) -> bytes:
    """A QR code of an address, dark on light, with a quiet zone, scaling with its frame."""
    buffer = io.BytesIO()
    segno.make(address, micro=False, error="m").save(
        buffer, kind="svg", border=3, dark="#0b0d12", light="#ffffff", xmldecl=False, omitsize=True, svgclass=None, lineclass=None
    )
    return buffer.getvalue()
