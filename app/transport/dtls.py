"""DTLS-SRTP over an ICE connection: aiortc's transport with our inbound path, RSA peers and failure reasons.

Uses these private parts of aiortc 1.16: `_do_handshake`, `_validate_peer_identity`, `_set_state`, `_set_role`, `_ssl`, `_state`,
`_task`, `_rx_srtp`, `_tx_srtp`, `_write_ssl`, `_recv_next` of RTCDtlsTransport and `_create_ssl_context` of RTCCertificate. The version is
pinned and each use has a test.
"""

import asyncio
from collections.abc import Callable
from typing import Any, cast

import aioice
import pylibsrtp
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsParameters, RTCDtlsTransport, SRTPProtectionProfile, State
from aiortc.rtcicetransport import RTCIceTransport
from OpenSSL import SSL

# aiortc's list, and the same with RSA: some relays have RSA certificates.
_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES128-SHA:ECDHE-ECDSA-AES256-SHA:"
    b"ECDHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-CHACHA20-POLY1305:ECDHE-RSA-AES128-SHA:ECDHE-RSA-AES256-SHA"
)


class Certificate(RTCCertificate):
    """A throw-away P-256 certificate that also talks to peers with RSA ones."""

    def _create_ssl_context(self, srtp_profiles: list[SRTPProtectionProfile]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(_CIPHERS)
        return context

    def sha256(self) -> str:
        """The SHA-256 fingerprint, as SDP writes it."""
        return next(found.value for found in self.getFingerprints() if found.algorithm == "sha-256")


class IceLink:
    """The ICE transport that RTCDtlsTransport expects, on an aioice connection."""

    def __init__(self, connection: aioice.Connection) -> None:
        self._recv = connection.recv
        self._send = connection.send
        self._connection = connection

    @property
    def role(self) -> str:
        return "controlling" if self._connection.ice_controlling else "controlled"


class DtlsTransport(RTCDtlsTransport):
    """Handshake and keys. Once connected, `protect` and `unprotect` are synchronous. `failure` says why a handshake failed."""

    def __init__(self, link: IceLink, certificate: Certificate, on_closed: Callable[[], None]) -> None:
        super().__init__(cast(RTCIceTransport, link), [certificate])
        self.failure = ""
        self._on_closed = on_closed

    @property
    def connected(self) -> bool:
        return self._state is State.CONNECTED

    async def handshake(self, *, client: bool, fingerprints: RTCDtlsParameters) -> bool:
        """Run the handshake; False when it failed."""
        self._set_role("client" if client else "server")
        await self.start(fingerprints)
        return self.connected

    async def aclose(self) -> None:
        """Send close_notify if connected, and end the reading task."""
        task = self._task
        await self.stop()
        if task is not None:
            await asyncio.wait({task})

    def protect(self, packet: bytes) -> bytes:
        return self._tx_srtp.protect(packet)

    def protect_rtcp(self, packet: bytes) -> bytes:
        return self._tx_srtp.protect_rtcp(packet)

    def unprotect(self, data: bytes) -> bytes | None:
        """The RTP packet; None when it is not authentic, repeated or too old."""
        try:
            return self._rx_srtp.unprotect(data)
        except pylibsrtp.Error:
            return None

    def unprotect_rtcp(self, data: bytes) -> bytes | None:
        """The RTCP compound; None when it is not authentic or repeated."""
        try:
            return self._rx_srtp.unprotect_rtcp(data)
        except pylibsrtp.Error:
            return None

    async def _do_handshake(self) -> None:
        """Do as aiortc does, and keep the reason."""
        connection = cast(SSL.Connection, self._ssl)
        try:
            while not self.encrypted:
                try:
                    connection.do_handshake()
                except SSL.WantReadError:
                    await self._write_ssl()
                    await self._recv_next()
                else:
                    self.encrypted = True
        except SSL.Error as error:
            self._fail(_words(error))
            await self._flush_alert()
        except ConnectionError:
            self._fail("the connection was closed during the handshake")

    async def _flush_alert(self) -> None:
        try:
            await self._write_ssl()
        except ConnectionError:
            self.failure += " (and the path is gone)"

    def _validate_peer_identity(self, remoteParameters: RTCDtlsParameters) -> None:
        super()._validate_peer_identity(remoteParameters)
        if self._state is State.FAILED:
            self.failure = "the certificate does not match the fingerprint in the description"

    def _setup_srtp(self) -> None:
        super()._setup_srtp()
        if self._state is State.FAILED:
            self.failure = "no common SRTP profile"

    def _fail(self, reason: str) -> None:
        self.failure = reason
        self._set_state(State.FAILED)

    def _set_state(self, state: State) -> None:
        was_connected = self._state is State.CONNECTED
        super()._set_state(state)
        if was_connected and state is State.CLOSED:
            self._on_closed()


def _words(error: SSL.Error) -> str:
    """OpenSSL's reasons, the last part of each line of its error stack."""
    stack: Any = error.args[0] if error.args else ()
    reasons = [entry[-1] for entry in stack if entry] if isinstance(stack, (list, tuple)) else [str(stack)]
    return ", ".join(str(reason) for reason in reasons) or type(error).__name__
