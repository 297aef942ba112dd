"""One ICE and DTLS-SRTP association, for the publisher and the relay."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from aiortc.rtcdtlstransport import RTCDtlsFingerprint, RTCDtlsParameters

from app.domain.base.clock import NS_PER_MS
from app.domain.program.broadcast import Step
from app.domain.program.output import IceServer
from app.transport.addresses import host_addresses
from app.transport.dtls import Certificate, DtlsTransport, IceLink
from app.transport.errors import TransportError
from app.transport.ice import IceConnection
from app.transport.sdp import IceCandidate, LocalTransport, RemoteTransport, Setup

GATHER_WITHIN_S = 0.15  # an offer must not wait for a slow STUN server
CONNECT_WITHIN_S = 8.0
REFUSALS = 2  # ICMP messages without a packet in between that mean a closed port
REFUSED_FOR_MS = 50


class Peer:
    """Gathers, connects, then sends and receives: bundled, with RTCP multiplexed. Everything on one event loop.

    `on_rtp(packet, arrival_ns)` and `on_rtcp(compound)` get unprotected packets (only authentic ones) as they arrive, and must not raise.
    `on_closed(reason)` is called once, unless `aclose` came first: "closed" (the other side said so), "refused" (its port is closed) or
    "lost" (consent expired). `setup` is our DTLS role in the description: by default ACTPASS for the controlling (offering) side and
    PASSIVE for the other. `addresses` gives the local addresses to bind. With `answers_only`, nothing is sent to an address before it has
    proved that it belongs to the other side.
    """

    def __init__(
        self,
        *,
        controlling: bool,
        ice_servers: Sequence[IceServer] = (),
        addresses: Callable[[], list[str]] | None = None,
        on_rtp: Callable[[bytes, int], None],
        on_rtcp: Callable[[bytes], None],
        on_closed: Callable[[str], None],
        setup: Setup | None = None,
        certificate: Certificate | None = None,
        answers_only: bool = False,
    ) -> None:
        self.on_rtp = on_rtp
        self.on_rtcp = on_rtcp
        self.on_closed = on_closed
        self.ice_ms = -1.0
        self.dtls_ms = -1.0
        self.last_received_ns = 0
        self._setup = setup or (Setup.ACTPASS if controlling else Setup.PASSIVE)
        self._ice_servers = tuple(ice_servers)
        self._addresses = addresses or host_addresses
        self._certificate = certificate or Certificate.generateCertificate()
        self._ice = IceConnection(controlling=controlling, answers_only=answers_only)
        self._dtls = DtlsTransport(IceLink(self._ice), self._certificate, self._lost)
        self._local: LocalTransport | None = None
        self._closing = False
        self._reported = False
        self._refusals = 0
        self._first_refusal_ns = 0

    @property
    def connected(self) -> bool:
        return self._dtls.connected and not self._closing

    @property
    def selected(self) -> tuple[str, str]:
        """(local, remote) host in use."""
        return self._ice.selected()

    async def gather(self, within_s: float = GATHER_WITHIN_S) -> LocalTransport:
        """Our side of the description, after about `within_s` at most. A second call returns the same.

        Raises TransportError when no socket can be opened.
        """
        if self._local is None:
            await self._ice.gather(self._addresses(), self._ice_servers, within_s)
            if not self._ice.local_candidates:
                raise TransportError("peer.sockets", Step.ICE, detail="no socket opened")
            self._local = LocalTransport(
                ice_ufrag=self._ice.local_username,
                ice_pwd=self._ice.local_password,
                fingerprints=(("sha-256", self._certificate.sha256()),),
                setup=self._setup,
            )
        return replace(self._local, candidates=self._candidates())

    def _candidates(self) -> tuple[IceCandidate, ...]:
        return tuple(
            IceCandidate(
                foundation=found.foundation,
                component=found.component,
                protocol=found.transport,
                priority=found.priority,
                host=found.host,
                port=found.port,
                type=found.type,
                related_host=found.related_address or "",
                related_port=found.related_port or 0,
            )
            for found in self._ice.local_candidates
        )

    async def connect(self, remote: RemoteTransport, *, within_s: float = CONNECT_WITHIN_S, resolve_names: bool = False) -> None:
        """Check pairs, shake hands, derive keys; raises TransportError with step ICE or DTLS. The caller closes the peer then."""
        began_ns = time.monotonic_ns()
        if self._local is None:
            await self.gather()
        try:
            async with asyncio.timeout(within_s):
                await self._connect_ice(remote, resolve_names=resolve_names)
        except TimeoutError as error:
            raise self._no_way(f"{len(remote.candidates)} candidates, none answered in {within_s:.0f} s") from error
        self.ice_ms = (time.monotonic_ns() - began_ns) / NS_PER_MS
        left_s = max(1.0, within_s - self.ice_ms / 1000)
        try:
            async with asyncio.timeout(left_s):
                await self._connect_dtls(remote)
        except TimeoutError as error:
            raise TransportError("peer.dtls", Step.DTLS, detail=f"no answer to the handshake in {left_s:.0f} s") from error
        self.dtls_ms = (time.monotonic_ns() - began_ns) / NS_PER_MS - self.ice_ms

    async def _connect_ice(self, remote: RemoteTransport, *, resolve_names: bool) -> None:
        self._ice.remote_is_lite = remote.ice_lite
        self._ice.remote_username = remote.ice_ufrag
        self._ice.remote_password = remote.ice_pwd
        usable = await self._ice.add_remote(remote.candidates, resolve_names=resolve_names)
        if remote.ice_lite and not usable:
            raise TransportError("peer.ice", Step.ICE, detail="the relay only answers checks, but named no usable address")
        try:
            await self._ice.connect()
        except ConnectionError as error:
            raise self._no_way(str(error)) from error

    def _no_way(self, detail: str) -> TransportError:
        return TransportError("peer.ice", Step.ICE, detail="; ".join((detail, *self._ice.refusals)))

    async def _connect_dtls(self, remote: RemoteTransport) -> None:
        # An answer that repeats actpass leaves the choice to us. Nearly every relay is passive, so we start.
        client = self._setup is Setup.ACTIVE or (self._setup is Setup.ACTPASS and remote.setup is not Setup.ACTIVE)
        parameters = RTCDtlsParameters([RTCDtlsFingerprint(algorithm, value) for algorithm, value in remote.fingerprints])
        if not await self._dtls.handshake(client=client, fingerprints=parameters):
            raise TransportError("peer.dtls", Step.DTLS, detail=self._dtls.failure)
        self.last_received_ns = time.monotonic_ns()
        self._ice.start_media(self._on_media)
        self._ice.on_refused = self._on_refused
        self._ice.report_refusals()

    def send_rtp(self, packet: bytes) -> bool:
        """Protect and send at once; False when the packet is lost: not connected, or the socket is blocked."""
        return self._dtls.connected and self._ice.send_now(self._dtls.protect(packet))

    def send_rtcp(self, packet: bytes) -> bool:
        """Do the same for an RTCP compound."""
        return self._dtls.connected and self._ice.send_now(self._dtls.protect_rtcp(packet))

    def _on_media(self, data: bytes) -> None:
        now_ns = time.monotonic_ns()
        if len(data) > 1 and 192 <= data[1] <= 223:
            if (compound := self._dtls.unprotect_rtcp(data)) is not None:
                self.last_received_ns = now_ns
                self._refusals = 0
                self.on_rtcp(compound)
        elif (packet := self._dtls.unprotect(data)) is not None:
            self.last_received_ns = now_ns
            self._refusals = 0
            self.on_rtp(packet, now_ns)

    def _on_refused(self) -> None:
        now_ns = time.monotonic_ns()
        if self._refusals == 0:
            self._first_refusal_ns = now_ns
        self._refusals += 1
        if self._refusals >= REFUSALS and now_ns - self._first_refusal_ns >= REFUSED_FOR_MS * NS_PER_MS:
            self._report("refused")

    def _lost(self) -> None:
        # aioice closes when consent expires; after a close_notify, DTLS closes first
        self._report("closed" if self._ice.selected()[1] else "lost")

    def _report(self, reason: str) -> None:
        if not self._reported and not self._closing:
            self._reported = True
            self.on_closed(reason)

    async def aclose(self) -> None:
        """Say goodbye and free the sockets. Idempotent, and safe in any state."""
        if self._closing:
            return
        self._closing = True
        self._ice.on_media = None
        self._ice.on_refused = None
        await self._dtls.aclose()
        await self._ice.close()
