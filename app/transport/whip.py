"""The WHIP client (RFC 9725): sends an offer, reads the answer, leaves."""

import asyncio
import logging
import time
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from app.aio.owned_tasks import OwnedTasks
from app.domain.base.address import authorization, is_loopback, origin_of, shown_address, split_credentials
from app.domain.program.broadcast import Step
from app.domain.program.output import IceServer, Quirks
from app.transport.answers import address_from, ice_servers_in, is_web_address, retry_after_s, said
from app.transport.errors import TransportError
from app.transport.http import RelayHttp, Reply, host_of

log = logging.getLogger(__name__)

POST_WITHIN_S = 15.0  # some relays start a machine for each stream
LATE_WITHIN_S = 30.0  # how long to wait for the answer to a cancelled offer, to leave its session
CLOSE_WITHIN_S = 2.0
CONNECT_WITHIN_S = 4.0
CONNECT_AGAIN_WITHIN_S = 2.0
DELETE_WITHIN_S = 2.0
OPTIONS_WITHIN_S = 2.0
MAX_REDIRECTS = 5
_REDIRECTS = (307, 308)
_MOVED = (301, 302, 303)  # not followed: clients turn the POST into a GET
_BUSY = (409, 425, 429)


@dataclass(frozen=True, slots=True)
class WhipSession:
    """A session that the relay created. `url` is the session's address, "" = none given; `etag` is kept verbatim."""

    answer: str
    url: str
    etag: str
    post_ms: float


def check_address(url: str) -> None:
    """Raise TransportError (ADDRESS) unless this is an http or https address with a host."""
    if not is_web_address(url):
        raise TransportError("whip.address", Step.ADDRESS, detail=shown_address(url)[:80], host="", refused=True)


def token_may_follow(start: str, target: str, domain: str = "") -> bool:
    """Whether the token may be sent to the address of a redirect or Location: only to the origin that the user entered it for.

    `domain`: both may also be https addresses of this domain, if one operator owns all of it (`Quirks.token_domain`).
    """
    origin = origin_of(start)
    return bool(origin) and (origin == origin_of(target) or (_is_in(domain, start) and _is_in(domain, target)))


def _is_in(domain: str, url: str) -> bool:
    origin = origin_of(url)
    host = origin.removeprefix("https://").rpartition(":")[0]
    return bool(domain) and origin.startswith("https://") and (host == domain or host.endswith(f".{domain}"))


def refusal(reply: Reply, host: str, token: str) -> TransportError:
    """The error for an answer without a session. An unknown status counts like others of its hundred."""
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


@dataclass(frozen=True, slots=True)
class _Answer:
    """The answer after all redirects."""

    reply: Reply
    url: str
    post_ms: float


class WhipClient:
    """A client of one relay's WHIP address. The token is never logged and never part of an error.

    A user name and password in the address are taken out of it; they are the token if there is no other. When a relay answers a cancelled
    offer, it has opened a session: the client leaves it as soon as the answer comes. `aclose` waits for such answers, briefly.
    """

    def __init__(self, http: RelayHttp, url: str, token: str, quirks: Quirks) -> None:
        self._http = http
        self._url, own = split_credentials(url)
        self._token = token or own
        self._quirks = quirks
        self._late = OwnedTasks()

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
        """POST the offer and follow redirects; raises TransportError (ADDRESS, NAME, TCP, TLS, HTTP, SDP).

        A retry waits less for TCP, so that the next one follows soon when the network is back.
        """
        check_address(self._url)
        sent = asyncio.Event()
        posting = asyncio.create_task(self._post(offer, sent, again=again), name=f"post {self.host}")
        try:
            await asyncio.wait({posting}, timeout=POST_WITHIN_S)
        except asyncio.CancelledError:
            self._undo(posting, sent)
            raise
        if not posting.done():
            self._undo(posting, sent)
            raise TransportError("whip.no_reply", Step.HTTP, detail=f"no answer within {POST_WITHIN_S:.0f} s", host=self.host)
        answer = posting.result()
        return await self._checked(self._session(answer), answer.reply)

    async def _post(self, offer: str, sent: asyncio.Event, *, again: bool) -> _Answer:
        began = time.monotonic()
        url = self._url
        connect_s = CONNECT_AGAIN_WITHIN_S if again else CONNECT_WITHIN_S
        within_s = POST_WITHIN_S + LATE_WITHIN_S
        for _ in range(MAX_REDIRECTS + 1):
            headers = self._headers(url, "application/sdp")
            reply = await self._http.request(
                "POST", url, headers=headers, data=offer.encode(), within_s=within_s, connect_s=connect_s, sent=sent
            )
            if reply.status not in _REDIRECTS:
                return _Answer(reply, url, (time.monotonic() - began) * 1000)
            url = self._redirected(reply, url)
        raise TransportError("whip.redirect", Step.HTTP, detail=f"more than {MAX_REDIRECTS} redirects", host=self.host, refused=True)

    def _undo(self, posting: "asyncio.Task[_Answer]", sent: asyncio.Event) -> None:
        """Leave the session that a cancelled offer may open. An offer that was not sent is dropped."""
        if not sent.is_set():
            posting.cancel()
        self._late.start(self._leave_late(posting), f"undo {posting.get_name()}")

    async def _leave_late(self, posting: "asyncio.Task[_Answer]") -> None:
        try:
            await asyncio.wait({posting}, timeout=LATE_WITHIN_S)
        finally:
            posting.cancel()
        await asyncio.wait({posting})
        try:
            session = self._session(posting.result())
        except (TransportError, asyncio.CancelledError):
            return
        log.info("%s answered a cancelled offer: leaving", self.host)
        await self.leave(session)

    async def aclose(self) -> None:
        """Wait briefly for answers to cancelled offers."""
        await self._late.join(CLOSE_WITHIN_S)
        await self._late.aclose()

    def _redirected(self, reply: Reply, url: str) -> str:
        target = address_from(url, reply.headers.get("location", ""))
        detail = ""
        if not target:
            detail = "without a usable address"
        elif url.startswith("https:") and not target.startswith("https:") and not is_loopback(urlsplit(target).hostname or ""):
            detail = "from https to http"
        if detail:
            raise TransportError("whip.redirect", Step.HTTP, detail=detail, host=self.host, refused=True)
        return target

    def _session(self, answer: _Answer) -> WhipSession:
        reply = answer.reply
        location = address_from(answer.url, reply.headers.get("location", ""))
        if reply.status in _MOVED and location:
            raise TransportError("whip.moved", Step.HTTP, detail=shown_address(location), host=self.host, refused=True)
        if not 200 <= reply.status < 300:
            if reply.status in (401, 403) and self._token and not self._may_follow(answer.url):
                raise TransportError("whip.token_elsewhere", Step.HTTP, refused=True, host=self.host, target=origin_of(answer.url))
            raise refusal(reply, self.host, self._token)
        session_url = self._kept_query(location, answer.url) if location else ""
        return WhipSession(reply.body.decode("utf-8", "replace"), session_url, reply.headers.get("etag", ""), answer.post_ms)

    def _kept_query(self, session_url: str, url: str) -> str:
        """The session's address with the query of the first address, which some relays require."""
        parts, first = urlsplit(session_url), urlsplit(url)
        if not self._quirks.keep_query or parts.query or origin_of(session_url) != origin_of(url):
            return session_url
        return urlunsplit(parts._replace(query=first.query))

    async def _checked(self, session: WhipSession, reply: Reply) -> WhipSession:
        problem = ""
        if reply.too_long:
            problem = "the answer is too long"
        elif not session.answer.lstrip().startswith("v="):
            problem = f"the answer is not a session description: {said(reply, self._token)}"
        if problem:
            await self.leave(session)
            raise TransportError("whip.answer", Step.SDP, detail=problem, host=self.host)
        return replace(session, answer=session.answer.lstrip())

    async def leave(self, session: WhipSession) -> bool:
        """DELETE the session; False when it has no address or the relay did not answer. Never raises."""
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
        """The STUN and TURN servers in the relay's answer to OPTIONS; none without an answer."""
        check_address(self._url)
        try:
            reply = await self._http.request("OPTIONS", self._url, headers=self._headers(self._url), within_s=OPTIONS_WITHIN_S)
        except TransportError as error:
            log.info("no ICE servers from %s: %s", self.host, error.detail)
            return ()
        return ice_servers_in(reply.headers.get("link", ""))
