"""The WHIP client (RFC 9725): offer out, answer in, and leaving again."""

import base64
import email.utils
import html
import json
import logging
import re
import time
from dataclasses import dataclass, replace
from urllib.parse import urljoin, urlsplit, urlunsplit

from app.domain.address import authorization, origin_of, shown_address, split_credentials, without_credentials
from app.domain.broadcast import Step
from app.domain.output import IceServer, Quirks
from app.domain.plain_text import is_plain_character
from app.transport.addresses import is_loopback
from app.transport.errors import TransportError
from app.transport.http import RelayHttp, Reply, host_of

log = logging.getLogger(__name__)

POST_WITHIN_S = 5.0
CONNECT_WITHIN_S = 4.0
CONNECT_AGAIN_WITHIN_S = 2.0
DELETE_WITHIN_S = 2.0
OPTIONS_WITHIN_S = 2.0
MAX_REDIRECTS = 5
MAX_RETRY_AFTER_S = 120.0
MAX_WORDS = 200
SECRET_LENGTH = 6  # a shorter token is a word that may well stand in a message
_REDIRECTS = (307, 308)
_BUSY = (409, 425, 429)
_LINK = re.compile(r'<([^>]*)>((?:\s*;\s*[^,;="\s]+\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^,;\s]*))*)')
_LINK_PARAMETER = re.compile(r';\s*([^,;="\s]+)\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^,;\s]*))')


@dataclass(frozen=True, slots=True)
class WhipSession:
    """What a 201 gave. `url` is the session's own address ("" = none given); `etag` is kept verbatim."""

    answer: str
    url: str
    etag: str
    post_ms: float


def check_address(url: str) -> None:
    """Raise TransportError (ADDRESS) unless this is an http or https address with a host."""
    if not origin_of(url).startswith(("http://", "https://")):
        raise TransportError("whip.address", Step.ADDRESS, detail=shown_address(url)[:80], host="", refused=True)


def token_may_follow(start: str, target: str, domain: str = "") -> bool:
    """Whether the token may go where a redirect or a Location leads: to the origin it was entered for, and no other.

    `domain`: both may also be https addresses of this domain, where one operator has all of it (`Quirks.token_domain`).
    """
    origin = origin_of(start)
    return bool(origin) and (origin == origin_of(target) or (_is_in(domain, start) and _is_in(domain, target)))


def _is_in(domain: str, url: str) -> bool:
    origin = origin_of(url)
    host = origin.removeprefix("https://").rpartition(":")[0]
    return bool(domain) and origin.startswith("https://") and (host == domain or host.endswith(f".{domain}"))


def secrets_in(token: str) -> tuple[str, ...]:
    """What must not be repeated to anybody: the token, and user name and password where it is made of them."""
    if not token.startswith("Basic "):
        return (token,)
    coded = token.removeprefix("Basic ")
    try:
        pair = base64.b64decode(coded).decode()
    except ValueError:
        return (coded,)
    return (coded, pair, *pair.split(":", 1))


def said(reply: Reply, token: str = "") -> str:
    """The server's words for people: a JSON message, text without tags, or the reason phrase; never the token."""
    text = reply.body.decode("utf-8", "replace").strip()
    if text.startswith("{"):
        try:
            fields = json.loads(text)
            text = next((str(fields[key]) for key in ("message", "error", "detail", "reason") if fields.get(key)), text)
        except ValueError:
            log.debug("the server's words look like JSON and are not")
    text = html.unescape(re.sub(r"<(style|script|title)\b.*?</\1\s*>|<[^>]*>", " ", text, flags=re.DOTALL | re.IGNORECASE))
    text = " ".join("".join(letter if is_plain_character(letter) else " " for letter in text).split()) or reply.reason
    for secret in secrets_in(token):
        if len(secret) >= SECRET_LENGTH:
            text = text.replace(secret, "…")
    return text[:MAX_WORDS]


def retry_after_s(reply: Reply) -> float:
    """Retry-After in seconds (a number or a date), at most MAX_RETRY_AFTER_S; 0 when there is none."""
    value = reply.headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return min(float(value), MAX_RETRY_AFTER_S)
    try:
        return min(max(0.0, email.utils.parsedate_to_datetime(value).timestamp() - time.time()), MAX_RETRY_AFTER_S)
    except ValueError:
        return 0.0


def ice_servers_in(links: str) -> tuple[IceServer, ...]:
    """The servers in the Link headers (joined by commas) with rel="ice-server"; other relations are left alone."""
    found = []
    for target, parameters in _LINK.findall(links):
        values = {name.lower(): quoted or bare for name, quoted, bare in _LINK_PARAMETER.findall(parameters)}
        if values.get("rel") == "ice-server" and target.partition(":")[0] in ("stun", "turn", "turns"):
            found.append(IceServer(target, values.get("username", ""), values.get("credential", "")))
    return tuple(found)


def refusal(reply: Reply, host: str, token: str) -> TransportError:
    """The error for an answer that is not a session; unknown codes count by their hundred."""
    busy = reply.status in _BUSY or reply.status >= 500
    codes = {401: "whip.token", 403: "whip.token", 404: "whip.not_found", 406: "whip.media", 409: "whip.in_use"}
    return TransportError(
        codes.get(reply.status, "whip.http"),
        Step.HTTP,
        detail=said(reply, token),
        refused=not busy,
        retry_after_s=retry_after_s(reply),
        host=host,
        status=reply.status,
    )


class WhipClient:
    """One relay's WHIP address and token. The token is never logged and never part of an error.

    A user name and password in the address are taken out of it; they are the token where there is no other.
    """

    def __init__(self, http: RelayHttp, url: str, token: str, quirks: Quirks) -> None:
        self._http = http
        self._url, own = split_credentials(url)
        self._token = token or own
        self._quirks = quirks

    @property
    def host(self) -> str:
        return host_of(self._url)

    def _headers(self, target: str, content: str = "") -> dict[str, str]:
        headers = {"Content-Type": content, "Accept": content} if content else {}
        if self._token and self._may_follow(target):
            headers["Authorization"] = authorization(self._token)
        return headers

    def _may_follow(self, target: str) -> bool:
        return token_may_follow(self._url, target, self._quirks.token_domain)

    async def publish(self, offer: str, *, again: bool = False) -> WhipSession:
        """POST the offer, following redirects; raises TransportError (ADDRESS, NAME, TCP, TLS, HTTP, SDP).

        A retry waits less for TCP, so that the next one comes soon after a lost network is back.
        """
        check_address(self._url)
        began = time.monotonic()
        url = self._url
        connect_s = CONNECT_AGAIN_WITHIN_S if again else CONNECT_WITHIN_S
        for _ in range(MAX_REDIRECTS + 1):
            headers = self._headers(url, "application/sdp")
            reply = await self._http.request("POST", url, headers=headers, data=offer.encode(), within_s=POST_WITHIN_S, connect_s=connect_s)
            if reply.status not in _REDIRECTS:
                session = self._session(reply, url, (time.monotonic() - began) * 1000)
                return await self._checked(session, reply)
            url = self._redirected(reply, url)
        raise TransportError("whip.redirect", Step.HTTP, detail=f"more than {MAX_REDIRECTS} redirects", host=self.host, refused=True)

    def _redirected(self, reply: Reply, url: str) -> str:
        target = without_credentials(urljoin(url, reply.headers.get("location", "")))
        try:
            check_address(target)
        except TransportError as error:
            raise TransportError("whip.redirect", Step.HTTP, detail=error.detail, host=self.host, refused=True) from error
        if url.startswith("https:") and not target.startswith("https:") and not is_loopback(urlsplit(target).hostname or ""):
            raise TransportError("whip.redirect", Step.HTTP, detail="from https to http", host=self.host, refused=True)
        return target

    def _session(self, reply: Reply, url: str, post_ms: float) -> WhipSession:
        if not 200 <= reply.status < 300:
            if reply.status in (401, 403) and self._token and not self._may_follow(url):
                raise TransportError("whip.token_elsewhere", Step.HTTP, refused=True, host=self.host, target=origin_of(url))
            raise refusal(reply, self.host, self._token)
        location = reply.headers.get("location", "")
        session_url = self._kept_query(without_credentials(urljoin(url, location)), url) if location else ""
        return WhipSession(reply.body.decode("utf-8", "replace"), session_url, reply.headers.get("etag", ""), post_ms)

    def _kept_query(self, session_url: str, url: str) -> str:
        """Some relays want the query of the first address on every one."""
        parts, first = urlsplit(session_url), urlsplit(url)
        if not self._quirks.keep_query or parts.query or origin_of(session_url) != origin_of(url):
            return session_url
        return urlunsplit(parts._replace(query=first.query))

    async def _checked(self, session: WhipSession, reply: Reply) -> WhipSession:
        problem = ""
        if reply.too_long:
            problem = "the answer is too long"
        elif not session.answer.lstrip().startswith("v="):
            problem = f"the answer is no session description: {said(reply, self._token)}"
        if problem:
            await self.leave(session)
            raise TransportError("whip.answer", Step.SDP, detail=problem, host=self.host)
        return replace(session, answer=session.answer.lstrip())

    async def leave(self, session: WhipSession) -> bool:
        """DELETE the session; False when there was nothing to delete or nobody answered. Never raises."""
        if not session.url:
            return False
        try:
            reply = await self._http.request("DELETE", session.url, headers=self._headers(session.url), within_s=DELETE_WITHIN_S)
        except TransportError as error:
            log.info("leaving %s: %s", self.host, error.detail)
            return False
        if reply.status >= 400:
            log.info("leaving %s: %s %s", self.host, reply.status, said(reply, self._token))
        return reply.status < 400

    async def ice_servers(self) -> tuple[IceServer, ...]:
        """The STUN and TURN servers that the relay names when asked with OPTIONS; none when it does not answer."""
        check_address(self._url)
        try:
            reply = await self._http.request("OPTIONS", self._url, headers=self._headers(self._url), within_s=OPTIONS_WITHIN_S)
        except TransportError as error:
            log.info("%s names no ICE servers: %s", self.host, error.detail)
            return ()
        return ice_servers_in(reply.headers.get("link", ""))
