"""The sessions of a relay: one peer each, connected in the background, ended once."""

import asyncio
import logging
import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field

from app.aio.owned_tasks import OwnedTasks
from app.domain.base.clock import Clock
from app.relay.access.admission import Admission
from app.relay.access.subnet import subnet_of
from app.relay.config import Limits
from app.relay.media.ingest import Ingest
from app.relay.media.negotiation import answer_publisher, answer_subscriber, our_setup
from app.relay.media.stream import Stream
from app.relay.media.subscriber import Subscriber
from app.relay.refusals import Refusal
from app.transport.dtls import Certificate
from app.transport.errors import TransportError
from app.transport.peer import Peer
from app.transport.sdp import Description, RemoteTransport, render

log = logging.getLogger(__name__)

LEFT = "ended by its owner"
_IN_ORDER = (LEFT, "closed")  # the DELETE, or a DTLS close

Addresses = Callable[[], list[str]]


@dataclass(slots=True)
class Session:
    """One peer connection. `id` cannot be guessed: anybody who knows it may end the session."""

    id: str
    etag: str
    stream: Stream
    address: str
    peer: Peer
    ingest: Ingest | None = None
    subscriber: Subscriber | None = None
    connecting: "asyncio.Task[None] | None" = field(default=None, repr=False)
    connected: bool = False

    @property
    def kind(self) -> str:
        return "publisher" if self.ingest is not None else "viewer"


class Sessions:
    """Opens and ends the sessions of all streams; `aclose` ends them all."""

    def __init__(self, *, clock: Clock, limits: Limits, admission: Admission, addresses: Addresses | None) -> None:
        self._clock = clock
        self._limits = limits
        self._admission = admission
        self._addresses = addresses
        self._certificate = Certificate.generateCertificate()
        self._sessions: dict[str, Session] = {}
        self._tasks = OwnedTasks()
        self._closing = False

    def find(self, stream: str, session_id: str, kind: str) -> Session:
        """The session; raises Refusal if there is none."""
        session = self._sessions.get(session_id)
        if session is None or session.stream.name != stream or session.kind != kind:
            raise Refusal("relay.no_session")
        return session

    def all(self) -> Sequence[Session]:
        return tuple(self._sessions.values())

    async def publish(self, stream: Stream, offer: Description, address: str) -> tuple[Session, str]:
        """A publisher's session and the answer; it becomes the stream's publisher with its first packet."""

        async def make(peer: Peer) -> tuple[Description, Session]:
            answer, form = answer_publisher(offer, await peer.gather())
            session = Session(secrets.token_urlsafe(18), secrets.token_hex(8), stream, address, peer)
            session.ingest = Ingest(
                clock=self._clock,
                form=form,
                video=stream.video,
                audio=stream.audio,
                on_media=lambda new: self._replace(stream, new),
                on_clock_known=stream.clock_known,
            )
            peer.on_rtp = session.ingest.on_rtp
            peer.on_rtcp = session.ingest.on_rtcp
            return answer, session

        return await self._open(offer, address, make, counted=False)

    async def watch(self, stream: Stream, offer: Description, address: str) -> tuple[Session, str]:
        """A viewer's session and the answer; a viewer can come before the publisher."""

        async def make(peer: Peer) -> tuple[Description, Session]:
            answer, form = answer_subscriber(offer, await peer.gather())
            session = Session(secrets.token_urlsafe(18), secrets.token_hex(8), stream, address, peer)
            session.subscriber = Subscriber(
                clock=self._clock, limits=self._limits, video=form.video, audio=form.audio, ask_keyframe=stream.ask_keyframe
            )
            peer.on_rtcp = session.subscriber.on_rtcp
            return answer, session

        return await self._open(offer, address, make, counted=True)

    async def _open(
        self, offer: Description, address: str, make: Callable[[Peer], Awaitable[tuple[Description, Session]]], *, counted: bool
    ) -> tuple[Session, str]:
        if self._closing:
            raise Refusal("relay.stopping")
        self._admission.enter(address, counted=counted)
        peer = Peer(
            controlling=False,
            addresses=self._addresses,
            on_rtp=lambda packet, now_ns: None,
            on_rtcp=lambda compound: None,
            on_closed=lambda reason: None,
            setup=our_setup(offer),
            certificate=self._certificate,
            answers_only=True,
        )
        try:
            answer, session = await make(peer)
            if self._closing:  # closed while the addresses were gathered: nobody would end this session
                raise Refusal("relay.stopping")
        except TransportError as error:
            await self._give_up(peer, address)
            raise Refusal("relay.no_sockets") from error
        except BaseException:
            await self._give_up(peer, address)
            raise

        def closed(reason: str) -> None:
            self._tasks.start(self.end(session, reason), f"end {session.id}")

        peer.on_closed = closed
        self._sessions[session.id] = session
        session.connecting = self._tasks.start(self._connect(session, offer.transport), f"connect {session.id}")
        self._make_room()
        return session, render(answer, offer=False)

    async def _give_up(self, peer: Peer, address: str) -> None:
        self._admission.leave(address, connecting=True)
        await peer.aclose()

    def _make_room(self) -> None:
        """If too many sessions are still connecting, end the oldest one of the busiest address to make room."""
        if crowded := self._admission.crowded:
            waiting = (session for session in self._sessions.values() if not session.connected and subnet_of(session.address) == crowded)
            if (oldest := next(waiting, None)) is not None:
                self._tasks.start(self.end(oldest, "made room"), f"end {oldest.id}")

    async def _connect(self, session: Session, remote: RemoteTransport) -> None:
        """Connect the session, or end it."""
        try:
            await session.peer.connect(remote, within_s=self._limits.connect_timeout_s)
            session.connected = True
            self._admission.connected(session.address)
        except TransportError as error:
            log.info("%s of %s never connected: %s", session.kind, session.stream.name, error)
        finally:
            session.connecting = None
            if not session.connected:
                await self.end(session, "never connected")
        if session.connected:
            self._begin(session)

    def _begin(self, session: Session) -> None:
        log.info("%s of %s connected", session.kind, session.stream.name)
        if session.ingest is not None:
            session.ingest.start(session.peer.send_rtcp)
        if session.subscriber is not None:
            stream = session.stream
            stream.subscribers[session.id] = session.subscriber
            session.subscriber.start(session.peer.send_rtp, session.peer.send_rtcp, stream.video, stream.audio)

    def _replace(self, stream: Stream, new: Ingest) -> None:
        before = stream.take_publisher(new)
        for session in self.all():
            if before is not None and session.ingest is before:
                self._tasks.start(self.end(session, "replaced"), f"replace {session.id}")

    async def end(self, session: Session, reason: str) -> None:
        """End a session and free its resources; idempotent."""
        if self._sessions.pop(session.id, None) is None:
            return
        self._admission.leave(session.address, connecting=not session.connected)
        log.info("%s of %s ended: %s", session.kind, session.stream.name, reason)
        if session.ingest is not None:
            session.ingest.stop()
            session.stream.drop_publisher(session.ingest, in_order=reason in _IN_ORDER)
        if session.subscriber is not None:
            session.subscriber.stop()
            session.stream.subscribers.pop(session.id, None)
        if session.connecting is not None:
            session.connecting.cancel()
        await session.peer.aclose()

    async def aclose(self) -> None:
        """End every session, so that its peer knows at once."""
        self._closing = True
        for session in self.all():
            await self.end(session, "the relay is stopping")
        while self._tasks:
            await self._tasks.join()
