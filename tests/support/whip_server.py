"""A WHIP relay in this process, on aiortc, which decodes its media and can misbehave."""

import asyncio
import datetime
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field

import aioice.ice
import aiortc
import av
import numpy as np
import numpy.typing as npt
from aiohttp import web
from aiortc.mediastreams import MediaStreamError
from aiortc.rtcdtlstransport import RTCCertificate
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from OpenSSL import SSL


@dataclass
class Faults:
    """The faults of the server. They may change while it runs."""

    redirects: int = 0
    redirect_to: str = ""
    status: int = 0
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    times: int = -1  # how many POSTs `status` and `delay_s` apply to; -1 = all
    delay_s: float = 0.0
    rewrite: Callable[[str], str] | None = None  # changes the answer before it is sent
    rsa: bool = False
    active: bool = False  # starts DTLS, as Janus does
    deaf: bool = False  # answers, but its media side never connects
    no_location: bool = False
    hang_ups: int = 0  # how many POSTs on a reused connection it answers by closing it
    keep_alive: str = ""  # the Keep-Alive header of each answer to OPTIONS
    location_query: str = ""
    delete_when: asyncio.Event | None = None  # DELETE is answered once this is set


@dataclass
class Seen:
    """One request."""

    method: str
    path: str
    query: str
    authorization: str
    body: str


def _rsa_certificate() -> RTCCertificate:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "relay")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .sign(key, hashes.SHA256())
    )

    class RsaCertificate(RTCCertificate):
        def _create_ssl_context(self, srtp_profiles: list[aiortc.rtcdtlstransport.SRTPProtectionProfile]) -> SSL.Context:
            context = super()._create_ssl_context(srtp_profiles)
            context.set_cipher_list(b"ECDHE-RSA-AES128-GCM-SHA256")
            return context

    return RsaCertificate(key, certificate)  # type: ignore[arg-type]


class Ingest:
    """One publication at the server: its peer connection and what was decoded."""

    def __init__(self, news: asyncio.Event) -> None:
        self.connection = aiortc.RTCPeerConnection(aiortc.RTCConfiguration(iceServers=[]))
        self.frames: list[tuple[float, npt.NDArray[np.uint8]]] = []  # (seconds on its RTP clock, luma)
        self.sound: list[npt.NDArray[np.int16]] = []
        self.sound_times: list[float] = []
        self._news = news
        self._tasks: set[asyncio.Task[None]] = set()
        self.connection.on("track", self._on_track)

    def _on_track(self, track: aiortc.MediaStreamTrack) -> None:
        self._tasks.add(asyncio.create_task(self._consume(track)))

    async def _consume(self, track: aiortc.MediaStreamTrack) -> None:
        while True:
            try:
                frame = await track.recv()
            except MediaStreamError:
                return
            if isinstance(frame, av.VideoFrame):
                luma = np.asarray(frame.to_ndarray()[: frame.height], np.uint8)
                self.frames.append((float(frame.time or 0.0), luma))
                del self.frames[:-600]
            elif isinstance(frame, av.AudioFrame):
                self.sound.append(np.asarray(frame.to_ndarray().reshape(-1), np.int16))
                self.sound_times.append(float(frame.time or 0.0))
            self._news.set()

    async def aclose(self) -> None:
        await self.connection.close()
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def kill(self) -> None:
        """Close the sockets without notice, like a killed process."""
        for transceiver in self.connection.getTransceivers():
            for protocol in transceiver.receiver.transport.transport._connection._protocols:
                protocol.transport.abort()


class WhipServer:
    """`url` accepts POST, OPTIONS and DELETE; `ingests` are the publications, newest last. `media_address` is where media arrives, if not
    at `address`. An idle connection stays open for `keep_alive_s`."""

    def __init__(
        self,
        token: str = "",
        tls: ssl.SSLContext | None = None,
        address: str = "127.0.0.1",
        media_address: str | None = None,
        keep_alive_s: float = 75.0,
    ) -> None:
        self.token = token
        self.faults = Faults()
        self.seen: list[Seen] = []
        self.ingests: list[Ingest] = []
        self.connections: set[tuple[str, int]] = set()  # the TCP connections that carried requests
        self.news = asyncio.Event()
        self._tls = tls
        self._address = address
        self._keep_alive_s = keep_alive_s
        self._media_address = media_address or address
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._addresses = aioice.ice.get_host_addresses
        self._open: dict[str, Ingest] = {}

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://{self._address}:{self._port}/whip/show?key=1"

    @property
    def open_connections(self) -> int:
        """Return how many TCP connections are open."""
        return len(self._runner.server.connections) if self._runner is not None and self._runner.server is not None else 0

    @property
    def posts(self) -> int:
        return sum(1 for request in self.seen if request.method == "POST")

    @property
    def knocks(self) -> int:
        return sum(1 for request in self.seen if request.method == "OPTIONS")

    @property
    def deleted(self) -> list[str]:
        return [request.path for request in self.seen if request.method == "DELETE"]

    async def start(self, port: int = 0) -> None:
        aioice.ice.get_host_addresses = lambda use_ipv4, use_ipv6: [self._media_address]
        app = web.Application()
        app.router.add_route("*", "/{tail:.*}", self._handle)
        self._runner = web.AppRunner(app, shutdown_timeout=0.1, keepalive_timeout=self._keep_alive_s)
        await self._runner.setup()
        site = web.TCPSite(self._runner, self._address, port, ssl_context=self._tls)
        await site.start()
        self._port = self._runner.addresses[0][1]

    async def aclose(self) -> None:
        aioice.ice.get_host_addresses = self._addresses
        for ingest in self.ingests:
            await ingest.aclose()
        if self._runner is not None:
            await self._runner.cleanup()

    async def until(self, condition: Callable[[], bool], within_s: float = 15) -> None:
        """Wait until the condition holds; it is checked after each event here, and every 20 ms."""
        async with asyncio.timeout(within_s):
            while not condition():
                self.news.clear()
                try:
                    async with asyncio.timeout(0.02):
                        await self.news.wait()
                except TimeoutError:
                    continue

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        body = await request.text()
        peer = request.transport.get_extra_info("peername") if request.transport else None
        if peer and self._hangs_up(request, peer[:2]):
            return web.Response(status=500)  # never received
        self.seen.append(Seen(request.method, request.path, request.query_string, request.headers.get("Authorization", ""), body))
        self.news.set()
        if request.method == "OPTIONS":
            links = (
                '<stun:127.0.0.1:9>; rel="ice-server", <turn:127.0.0.1:9?transport=udp>; rel="ice-server"; username="u,1"; credential="p;2"'
            )
            kept = {"Keep-Alive": self.faults.keep_alive} if self.faults.keep_alive else {}
            return web.Response(status=204, headers={"Link": links, **kept})
        if self.token and request.headers.get("Authorization") != f"Bearer {self.token}":
            return web.Response(status=401, text="wrong stream key")
        if request.method == "DELETE":
            return await self._delete(request)
        if request.method != "POST":
            return web.Response(status=405)
        return await self._post(request, body)

    def _hangs_up(self, request: web.Request, peer: tuple[str, int]) -> bool:
        used = peer in self.connections
        self.connections.add(peer)
        if not used or request.method != "POST" or not self.faults.hang_ups or request.transport is None:
            return False
        self.faults.hang_ups -= 1
        request.transport.abort()
        return True

    async def _delete(self, request: web.Request) -> web.Response:
        if self.faults.delete_when is not None:
            await self.faults.delete_when.wait()
        ingest = self._open.pop(request.path, None)
        if ingest is None:
            return web.Response(status=404)
        async with asyncio.timeout(2):
            while ingest.connection.iceConnectionState == "new":  # aiortc can only close a transport that has started to connect
                await asyncio.sleep(0.01)
        await ingest.aclose()
        return web.Response(status=200)

    def _misbehaviour(self) -> web.Response | None:
        faults = self.faults
        if faults.redirects > 0:
            faults.redirects -= 1
            return web.Response(status=307, headers={"Location": faults.redirect_to or "/elsewhere?key=1"})
        if faults.status and faults.times != 0:
            faults.times -= 1
            return web.Response(status=faults.status, text=faults.body, headers=faults.headers)
        return None

    async def _post(self, request: web.Request, body: str) -> web.Response:
        if self.faults.delay_s:
            await asyncio.sleep(self.faults.delay_s)
        if (wrong := self._misbehaviour()) is not None:
            return wrong
        ingest = Ingest(self.news)
        if self.faults.rsa:
            ingest.connection._RTCPeerConnection__certificates = [_rsa_certificate()]  # type: ignore[attr-defined]
        self.ingests.append(ingest)
        await ingest.connection.setRemoteDescription(aiortc.RTCSessionDescription(body, "offer"))
        if not self.faults.active:
            for transceiver in ingest.connection.getTransceivers():
                transceiver.receiver.transport._set_role("server")
        await ingest.connection.setLocalDescription(await ingest.connection.createAnswer())
        text = ingest.connection.localDescription.sdp
        if self.faults.rewrite is not None:
            text = self.faults.rewrite(text)
        if self.faults.deaf:
            await ingest.aclose()
        path = f"/session/{len(self.ingests)}"
        self._open[path] = ingest
        headers = {"ETag": '"1"'}
        if not self.faults.no_location:
            headers["Location"] = path + self.faults.location_query
        return web.Response(status=201, text=text, content_type="application/sdp", headers=headers)
