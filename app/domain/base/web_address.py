"""Links for viewers: completed where the meaning is clear, refused where a browser would not open them."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from app.domain.base.errors import AppError

MAX_LENGTH = 2000  # some browsers and chats cut off longer ones
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_HOST_AND_PORT = re.compile(r"[^/?#:]+:\d{1,5}(?:[/?#]|$)")
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]")
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")  # letters of every script
_TOP = re.compile(r"xn--[a-z0-9-]+|[^\W\d_]{2,}", re.IGNORECASE)


class WebAddressError(AppError):
    """A link that viewers could not open; `data` has `text`."""


def web_link(text: str) -> str:
    """The link as a browser opens it: "shop.example/lamp" gets its https://. "" stays "". Raises WebAddressError ("link.not_web",
    "link.scheme", "link.user", "link.long")."""
    typed = text.strip()
    if not typed:
        return ""
    if len(typed) > MAX_LENGTH:
        raise WebAddressError("link.long", text=typed[:40], limit=MAX_LENGTH)
    link, guessed = _completed(typed)
    parts = _split(link, typed)
    if parts.username is not None or parts.password is not None:
        raise WebAddressError("link.user", text=typed)
    host = parts.hostname or ""
    if _UNFIT.search(typed) or not (_is_name if guessed else _is_host)(host):
        raise WebAddressError("link.not_web", text=typed)
    return link


def usable_link(text: str) -> str:
    """Like `web_link`, but "" for a link that cannot be opened: for links from files."""
    try:
        return web_link(text)
    except WebAddressError:
        return ""


def _completed(typed: str) -> tuple[str, bool]:
    """(the link with its scheme, whether the scheme was guessed)."""
    if typed.startswith("//"):
        return f"https:{typed}", True
    found = _SCHEME.match(typed)
    if found is None or _HOST_AND_PORT.match(typed):
        return f"https://{typed}", True
    scheme, rest = found[1].lower(), typed[found.end() :]
    if scheme not in ("https", "http"):
        raise WebAddressError("link.scheme", text=typed, scheme=scheme)
    if not rest.startswith("//"):
        raise WebAddressError("link.not_web", text=typed)
    return f"{scheme}:{rest}", False


def _split(link: str, typed: str) -> SplitResult:
    try:
        parts = urlsplit(link)
        if parts.port == 0:
            raise WebAddressError("link.not_web", text=typed)
    except ValueError as error:
        raise WebAddressError("link.not_web", text=typed) from error
    return parts


def _is_host(host: str) -> bool:
    """Whether this can follow a typed scheme: a name or an IP address."""
    try:
        return ip_address(host) is not None
    except ValueError:
        return all(map(_LABEL.fullmatch, host.removesuffix(".").split(".")))


def _is_name(host: str) -> bool:
    """Whether this is a name with a top-level domain: otherwise a word or a price without a scheme would count as a link."""
    labels = host.removesuffix(".").split(".")
    return len(labels) > 1 and _is_host(host) and _TOP.fullmatch(labels[-1]) is not None
