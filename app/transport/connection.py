"""Connects to a relay, and leaves it in order."""

import asyncio
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from app.domain.base.address import is_loopback
from app.domain.base.clock import NS_PER_MS, Clock
from app.domain.program.broadcast import Step
from app.domain.program.output import IceServer, Target
from app.transport import sdp
from app.transport.addresses import LOOPBACK, host_addresses, preferred_first
from app.transport.congestion import UNLIMITED_KBPS
from app.transport.errors import TransportError
from app.transport.offer import Sources, make_offer, plan_from
from app.transport.peer import CONNECT_WITHIN_S, GATHER_WITHIN_S, Peer
from app.transport.sender import MediaSender
from app.transport.whip import WhipClient, WhipSession

MakePeer = Callable[[Target, tuple[IceServer, ...]], Peer]


def addresses_for(target: Target) -> list[str]:
    """The local addresses to bind for this relay. For a relay on this computer, loopback comes first; a container may still be reached
    at another address."""
    if is_loopback(urlsplit(target.relay.whip_url).hostname or ""):
        return preferred_first(host_addresses(loopback=True), LOOPBACK)
    return host_addresses()


def _nobody_listens(*_: object) -> None:
    """The callback of an unused peer, and for media towards a sender."""


def make_peer(target: Target, ice_servers: tuple[IceServer, ...]) -> Peer:
    """An offering peer for a target. The connector sets its callbacks later."""
    return Peer(
        controlling=True,
        ice_servers=ice_servers,
        addresses=lambda: addresses_for(target),
        on_rtp=_nobody_listens,
        on_rtcp=_nobody_listens,
        on_closed=_nobody_listens,
    )


def _ssrc() -> int:
    return secrets.randbits(31) + 1


@dataclass(slots=True)
class Timings:
    """How long the steps of connecting took; -1 = not reached."""

    began_ns: int
    post_ms: float = -1.0
    ice_ms: float = -1.0
    dtls_ms: float = -1.0
    total_ms: float = -1.0


class Connection:
    """A connected publication: peer, sender, and session at the relay."""

    def __init__(self, whip: WhipClient, session: WhipSession, peer: Peer, sender: MediaSender, timings: Timings, began_ns: int) -> None:
        self.sender = sender
        self.peer = peer
        self.timings = timings
        self.connected_ns = began_ns
        self._whip = whip
        self._session = session

    async def aclose(self, *, tell_relay: bool = True) -> None:
        """Send the DELETE, say goodbye on the association, free everything.

        In this order: after the goodbye, a relay no longer knows the session that the DELETE names.
        """
        self.sender.close()
        try:
            if tell_relay:
                await self._whip.leave(self._session)
        finally:
            await self.peer.aclose()


class Connector:
    """Makes connections to one target."""

    def __init__(
        self,
        target: Target,
        whip: WhipClient,
        *,
        clock: Clock,
        want_keyframe: Callable[[], None],
        make_peer: MakePeer = make_peer,
        connect_within_s: float = CONNECT_WITHIN_S,
    ) -> None:
        self._target = target
        self._whip = whip
        self._clock = clock
        self._want_keyframe = want_keyframe
        self._make_peer = make_peer
        self._connect_within_s = connect_within_s

    async def prepare(self) -> Peer:
        """Gather a peer in advance, so that going live takes only the POST and the handshakes."""
        servers = self._target.relay.ice_servers
        if self._target.quirks.ice_servers_by_options and not servers:
            servers = await self._whip.ice_servers()
        peer = self._make_peer(self._target, servers)
        try:
            await peer.gather(GATHER_WITHIN_S)
        except BaseException:
            await peer.aclose()
            raise
        return peer

    async def connect(self, prepared: Peer | None, on_closed: Callable[[str], None], *, again: bool = False) -> Connection:
        """POST, ICE, DTLS. After a TransportError, nothing is left here or at the relay. `again`: this is a retry."""
        timings = Timings(self._clock.monotonic_ns())
        peer = prepared or await self.prepare()
        session: WhipSession | None = None
        try:
            sources = Sources(_ssrc(), _ssrc(), _ssrc(), secrets.token_hex(8))
            offer = make_offer(await peer.gather(), sources, self._target.quirks)
            session = await self._whip.publish(sdp.render(offer, offer=True, session_id=secrets.randbits(62)), again=again)
            timings.post_ms = session.post_ms
            answer = self._read(session)
            plan = plan_from(offer, answer, sources)
            sender = MediaSender(
                plan,
                peer,
                cname=sources.cname,
                clock=self._clock,
                call_later=asyncio.get_running_loop().call_later,
                want_keyframe=self._want_keyframe,
                ceiling_kbps=self._target.quirks.max_bitrate_kbps or UNLIMITED_KBPS,
            )
            peer.on_rtcp = sender.on_rtcp
            peer.on_closed = on_closed
            await peer.connect(answer.transport, within_s=self._connect_within_s, resolve_names=True)
        except BaseException:
            await peer.aclose()
            if session is not None:
                await self._whip.leave(session)
            raise
        now_ns = self._clock.monotonic_ns()
        timings.ice_ms, timings.dtls_ms = peer.ice_ms, peer.dtls_ms
        timings.total_ms = (now_ns - timings.began_ns) / NS_PER_MS
        return Connection(self._whip, session, peer, sender, timings, now_ns)

    async def aclose(self) -> None:
        """Leave sessions that cancelled offers may have opened."""
        await self._whip.aclose()

    def _read(self, session: WhipSession) -> sdp.Description:
        try:
            return sdp.parse(session.answer)
        except sdp.SdpError as error:
            raise TransportError("whip.answer", Step.SDP, detail=str(error), host=self._whip.host) from error
