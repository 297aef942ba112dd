"""Links that viewers follow: completed where that is plain, refused in words where a browser would not open them."""

import re
from ipaddress import ip_address
from urllib.parse import SplitResult, urlsplit

from app.domain.base.errors import AppError

MAX_LENGTH = 2000  # longer ones are cut short by some browsers and chats
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.-]*):")
_HOST_AND_PORT = re.compile(r"[^/?#:]+:\d{1,5}(?:[/?#]|$)")
_UNFIT = re.compile(r"[\s\x00-\x1f\x7f<>\"\\^`{|}]")
_LABEL = re.compile(r"[^\W_](?:[\w-]*[^\W_])?")  # letters of every script
_TOP = re.compile(r"xn--[a-z0-9-]+|[^\W\d_]{2,}", re.IGNORECASE)


class WebAddressError(AppError):
    """Viewers could not open this; `data` has `text`."""


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
    """As `web_link`, "" for what cannot be opened: what a file holds was not typed here."""
    try:
        return web_link(text)
    except WebAddressError:
        return ""


def _completed(typed: str) -> tuple[str, bool]:
    """With its scheme, and whether that was guessed."""
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
    """What can stand behind a scheme that somebody typed: a name, or an address in figures."""
    try:
        return ip_address(host) is not None
    except ValueError:
        return all(map(_LABEL.fullmatch, host.removesuffix(".").split(".")))


def _is_name(host: str) -> bool:
    """A name with a top-level domain: without a scheme a word or a price would count as a link else."""
    labels = host.removesuffix(".").split(".")
    return len(labels) > 1 and _is_host(host) and _TOP.fullmatch(labels[-1]) is not None
