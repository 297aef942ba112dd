"""Reads a relay's HTTP answer: its message, waiting times, links and addresses.

The input comes from outside: each function bounds it first, takes linear time, and raises nothing. What makes no sense counts as missing.
"""

import base64
import email.utils
import html
import json
import time
from urllib.parse import urljoin

from app.domain.base.address import origin_of, without_credentials
from app.domain.base.plain_text import is_plain_character
from app.domain.program.output import IceServer
from app.transport.http import Reply

MAX_RETRY_AFTER_S = 120.0
MAX_WORDS = 200
MAX_PAGE = 16 * 1024  # a message after that is not found
MAX_TEXT = 2000  # before html.unescape, which fails on a number of more than 4,300 digits
MAX_LINKS = 16 * 1024
MAX_ICE_SERVERS = 16
MAX_DATE = 64
SECRET_LENGTH = 6  # a shorter token may be an ordinary word of a message
_HIDDEN = ("style", "script", "title")  # elements whose text is not for people, or not helpful
_WORD_KEYS = ("message", "error", "detail", "reason")
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}  # ASCII only: positions must stay the same


def is_web_address(url: str) -> bool:
    """Whether this is an http or https address with a host."""
    return origin_of(url).startswith(("http://", "https://"))


def address_from(base: str, location: str) -> str:
    """The absolute address in a Location header, without a user name; "" when it is unusable."""
    try:
        target = without_credentials(urljoin(base, location)) if location else ""
    except ValueError:
        return ""
    return target if is_web_address(target) else ""


def _without_tags(page: str) -> str:
    """The visible text of a page."""
    plain = page.translate(_LOWER)
    texts: list[str] = []
    unclosed: set[str] = set()
    position = 0
    while (start := page.find("<", position)) >= 0 and (end := page.find(">", start)) >= 0:
        texts.append(page[position:start])
        position = end + 1
        name = next((hidden for hidden in _HIDDEN if plain.startswith(hidden, start + 1)), "")
        if name and name not in unclosed:
            close = plain.find(f"</{name}", position)
            if close < 0 or (after := plain.find(">", close)) < 0:
                unclosed.add(name)  # search for each missing end tag once
            else:
                position = after + 1
    texts.append(page[position:])
    return " ".join(texts)


def _words_of(text: str) -> str:
    """The message of a JSON error, which may be one level down; else the text itself."""
    try:
        fields = json.loads(text)
    except (ValueError, RecursionError):
        return text
    for key in _WORD_KEYS:
        value = fields.get(key)
        if isinstance(value, dict):
            value = next((value[inner] for inner in _WORD_KEYS if isinstance(value.get(inner), str)), None)
        if isinstance(value, str | int | float) and value:
            return str(value)
    return text


def secrets_in(token: str) -> tuple[str, ...]:
    """The strings that nobody may see: the token, and the user name and password in it."""
    if not token.startswith("Basic "):
        return (token,)
    coded = token.removeprefix("Basic ")
    try:
        pair = base64.b64decode(coded).decode()
    except ValueError:
        return (coded,)
    return (coded, pair, *pair.split(":", 1))


def said(reply: Reply, token: str = "") -> str:
    """The server's message: from JSON, from a page, or the reason phrase. Never contains the token."""
    secrets = [secret for secret in secrets_in(token) if len(secret) >= SECRET_LENGTH]

    def hidden(words: str) -> str:
        for secret in secrets:
            words = words.replace(secret, "…")
        return words

    text = hidden(reply.body[:MAX_PAGE].decode("utf-8", "replace").strip())
    if text.startswith("{"):
        text = _words_of(text)
    text = html.unescape(" ".join(_without_tags(text).split())[:MAX_TEXT])
    text = " ".join("".join(letter if is_plain_character(letter) else " " for letter in text).split()) or reply.reason
    return hidden(text)[:MAX_WORDS]


def retry_after_s(reply: Reply) -> float:
    """Retry-After in seconds (a number or a date), at most MAX_RETRY_AFTER_S; 0 when there is none."""
    value = reply.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), MAX_RETRY_AFTER_S)
    if len(value) > MAX_DATE:
        return 0.0
    try:
        return min(max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time()), MAX_RETRY_AFTER_S)
    except (ValueError, TypeError, IndexError, OverflowError, OSError):  # email.utils raises any of these for an invalid date
        return 0.0


def keep_alive_s(header: str) -> float:
    """How long the server keeps an idle connection, from its Keep-Alive header; infinite without one."""
    for part in header.split(","):
        name, _, value = part.partition("=")
        if name.strip().lower() == "timeout" and value.strip().isascii() and value.strip().isdigit():
            return float(value)
    return float("inf")


class _Links:
    """Reads a Link header (RFC 8288) from left to right, each character once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._position = 0

    def target(self) -> str | None:
        """The next <target>; None at the end."""
        start = self._text.find("<", self._position)
        end = self._text.find(">", start) if start >= 0 else -1
        if end < 0:
            return None
        self._position = end + 1
        return self._text[start + 1 : end]

    def parameter(self) -> tuple[str, str] | None:
        """The next ;name=value of the link; None after the last."""
        if self._skip_blanks() != ";":
            return None
        self._position += 1
        self._skip_blanks()
        name = self._until('=;,"').strip().lower()
        if self._at() != "=":
            return name, ""
        self._position += 1
        if self._skip_blanks() == '"':
            return name, self._quoted()
        return name, self._until(",;").strip()

    def _at(self) -> str:
        return self._text[self._position : self._position + 1]

    def _skip_blanks(self) -> str:
        while self._at() in (" ", "\t"):
            self._position += 1
        return self._at()

    def _until(self, ends: str) -> str:
        start = self._position
        while self._at() and self._at() not in ends:
            self._position += 1
        return self._text[start : self._position]

    def _quoted(self) -> str:
        signs: list[str] = []
        self._position += 1
        while (sign := self._at()) not in ("", '"'):
            if sign == "\\":
                self._position += 1
                sign = self._at()
            signs.append(sign)
            self._position += 1
        self._position += 1
        return "".join(signs)


def ice_servers_in(links: str) -> tuple[IceServer, ...]:
    """The servers with rel="ice-server" in the Link headers, which are joined by commas."""
    reader = _Links(links[:MAX_LINKS])
    found: list[IceServer] = []
    while len(found) < MAX_ICE_SERVERS and (target := reader.target()) is not None:
        values: dict[str, str] = {}
        while (pair := reader.parameter()) is not None:
            values.setdefault(*pair)
        if values.get("rel", "").lower() == "ice-server" and target.partition(":")[0] in ("stun", "turn", "turns"):
            found.append(IceServer(target, values.get("username", ""), values.get("credential", "")))
    return tuple(found)
