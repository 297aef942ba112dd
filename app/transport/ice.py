"""ICE on aioice: own gathering with own deadlines, and media handed on without a queue.

What is private to aioice and used here: `_local_candidates`, `_local_candidates_start`, `_local_candidates_end`, `_protocols`,
`_nominated`, `_queue`, `_remote_candidates`, `_pair_remote_candidate`, `_closing` of Connection; each use has a test.
"""

import asyncio
import ipaddress
import logging
import socket
import struct
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, cast

import aioice
from aioice.candidate import candidate_priority
from aioice.ice import CandidatePair, StunProtocol, server_reflexive_candidate
from aioice.stun import TransactionError
from aiortc.rtcicetransport import parse_stun_turn_uri

from app.domain.address import shown_address
from app.domain.output import IceServer
from app.transport.sdp import MAX_HOST, IceCandidate
from app.transport.turn import TurnError, TurnPath, ask_turn

log = logging.getLogger(__name__)

MAX_QUEUED_DATAGRAMS = 256  # what may wait for the handshake; a flood before it costs no memory
MAX_WRITE_BUFFER_BYTES = 512 * 1024  # a socket that takes nothing: dropping is better than sending a second late
LAST_STUN_BYTE, FIRST_DTLS_BYTE, LAST_DTLS_BYTE = 3, 20, 63
MAX_NAMES = 8
MAX_ADDRESSES_OF_A_NAME = 4
NAME_WITHIN_S = 3.0
LEAVE_WITHIN_S = 1.0  # a TURN server that is gone is not waited for longer
_IP_RECVERR, _IPV6_RECVERR = 11, 25  # Linux; the socket module does not name them


class _Socket(Protocol):
    """What the system's transports have, those for datagrams too."""

    def is_closing(self) -> bool: ...

    def get_write_buffer_size(self) -> int: ...


def is_numeric(host: str) -> bool:
    """Whether a host is an address and no name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def server_address(url: str) -> dict[str, object] | None:
    """The parts of a STUN or TURN server's URL (scheme, host, port, transport); None when it cannot be used."""
    try:
        parsed = parse_stun_turn_uri(url)
    except ValueError:
        return None
    usable = 0 < int(parsed["port"]) <= 0xFFFF and len(str(parsed["host"])) <= MAX_HOST and parsed.get("transport", "udp") in ("udp", "tcp")
    return parsed if usable else None


class IceConnection(aioice.Connection):
    """An aioice connection whose media datagrams go straight to `on_media` once that is set, and that sends synchronously."""

    def __init__(self, *, controlling: bool) -> None:
        super().__init__(ice_controlling=controlling)
        self.on_media: Callable[[bytes], None] | None = None
        self._early: list[bytes] = []
        self.on_refused: Callable[[], None] | None = None
        self._extra: set[asyncio.Task[None]] = set()
        self.refusals: list[str] = []  # of TURN servers, in their words
        self.unreadable = 0  # datagrams that look like STUN and are not
        self._turns: dict[StunProtocol, TurnPath] = {}

    async def gather(self, addresses: Sequence[str], servers: Sequence[IceServer], within_s: float) -> None:
        """Bind a socket for each address and ask the servers; what they say after `within_s` is left out of the candidates."""
        self._local_candidates_start = True
        candidates = await self._bind(addresses)
        for protocol in self._protocols:
            self.guard(protocol)
        for index, candidate in enumerate(candidates):
            candidate.priority = candidate_priority(1, "host", max(0, 65535 - 256 * index))
        self._local_candidates += candidates
        self._local_candidates_end = True
        asks = [self._start(ask) for server in servers for ask in self._asks(server)]
        if asks:
            await asyncio.wait(asks, timeout=within_s)

    async def _bind(self, addresses: Sequence[str]) -> list[aioice.Candidate]:
        """A socket for each address, all of them known to `close`: aioice forgets those it has when it is cancelled between two."""
        binding = asyncio.create_task(self.get_component_candidates(1, list(addresses)))
        try:
            return await asyncio.shield(binding)
        except asyncio.CancelledError:
            await asyncio.wait({binding})
            raise

    def guard(self, protocol: StunProtocol) -> None:
        """Let only what is STUN by its first byte (RFC 7983) be read as such, and drop what cannot be read: anybody can send here."""
        read = protocol.datagram_received

        def received(data: bytes | str, addr: tuple[Any, ...]) -> None:
            datagram = cast(bytes, data)
            if not datagram:
                return
            if datagram[0] > LAST_STUN_BYTE:
                self.data_received(datagram, 1)
                return
            try:
                read(datagram, addr)
            except (struct.error, ValueError, LookupError) as error:  # aioice takes lengths and parts for granted
                self.unreadable += 1
                if self.unreadable == 1:
                    log.info("a datagram from %s cannot be read: %s", addr[0], error)

        protocol.datagram_received = received  # type: ignore[method-assign]

    def _start(self, ask: Awaitable[None]) -> "asyncio.Task[None]":
        async def run() -> None:
            await ask

        task = asyncio.create_task(run())
        self._extra.add(task)
        task.add_done_callback(self._extra.discard)
        return task

    def _asks(self, server: IceServer) -> list[Awaitable[None]]:
        parsed = server_address(server.url)
        if parsed is None:
            log.warning("ICE server address not understood: %s", shown_address(server.url))
            return []
        if parsed["scheme"] in ("turn", "turns"):
            return [self._ask_turn(server, parsed)]
        address = (str(parsed["host"]), int(str(parsed["port"])))
        ipv4 = [protocol for protocol in self._protocols if ipaddress.ip_address(protocol.local_candidate.host).version == 4]
        return [self._ask_stun(protocol, address) for protocol in ipv4]

    async def _ask_stun(self, protocol: StunProtocol, address: tuple[str, int]) -> None:
        try:
            candidate, _ = await server_reflexive_candidate(protocol, address)
        except (TransactionError, OSError, ValueError, KeyError) as error:  # a name that cannot be one, or an answer without an address
            log.info("STUN server %s:%s gave nothing: %s", *address, error)
            return
        self._local_candidates.append(candidate)

    async def _ask_turn(self, server: IceServer, parsed: dict[str, object]) -> None:
        try:
            path = await ask_turn(server, parsed, lambda: StunProtocol(self))
        except TurnError as error:
            log.info("%s gave nothing: %s", shown_address(server.url), error)
            self.refusals.append(f"{shown_address(server.url)}: {error}")
            return
        if self._closing:
            await path.protocol.close()
            return
        self._turns[path.protocol] = path
        self.guard(path.protocol)
        self._local_candidates.append(path.protocol.local_candidate)
        self._protocols.append(path.protocol)
        # One that came late is used all the same: the other side learns it from our checks.
        for remote in self._remote_candidates:
            self._pair_remote_candidate(remote)
        self.sort_check_list()

    async def add_remote(self, candidates: Sequence[IceCandidate], *, resolve_names: bool) -> int:
        """Take the UDP candidates; returns how many are usable so far. Names are looked up beside the checks of the others, if at all.

        End of candidates is never signalled: a peer that reaches us from an address it did not name is welcome until our deadline.
        """
        usable = 0
        named = []
        for candidate in candidates:
            if candidate.protocol != "udp":
                continue
            if is_numeric(candidate.host):
                usable += await self._add_remote_at(candidate, candidate.host)
            elif resolve_names:
                named.append(candidate)
        if named:
            task = self._start(self._add_named(named[:MAX_NAMES]))
            if not usable:
                await asyncio.wait({task})
        return usable or len(self._remote_candidates)

    async def _add_remote_at(self, candidate: IceCandidate, host: str) -> bool:
        remote = aioice.Candidate(
            foundation=candidate.foundation,
            component=1,
            transport="udp",
            priority=candidate.priority,
            host=host,
            port=candidate.port,
            type=candidate.type if candidate.type in ("host", "srflx", "relay") else "srflx",
        )
        try:
            await self.add_remote_candidate(remote)
        except ValueError as error:
            log.info("candidate %s cannot be used: %s", host, error)
            return False
        return True

    async def _add_named(self, candidates: Sequence[IceCandidate]) -> None:
        """Look the names up one after the other. One that hangs ends it: look-ups share few threads with everybody else's."""
        for candidate in candidates:
            try:
                async with asyncio.timeout(NAME_WITHIN_S):
                    found = await asyncio.get_running_loop().getaddrinfo(candidate.host, candidate.port, type=socket.SOCK_DGRAM)
            except TimeoutError:
                log.info("candidate name %s: no answer in %.0f s", candidate.host, NAME_WITHIN_S)
                return
            except (OSError, ValueError) as error:
                log.info("candidate name %s not resolved: %s", candidate.host, error)
                continue
            for host in sorted({str(entry[4][0]) for entry in found})[:MAX_ADDRESSES_OF_A_NAME]:
                await self._add_remote_at(candidate, host)

    def data_received(self, data: bytes, component: int) -> None:
        if not data:
            return
        if 127 < data[0] < 192:
            if self.on_media is not None:
                self.on_media(data)
            elif len(self._early) < MAX_QUEUED_DATAGRAMS:
                self._early.append(data)
        elif FIRST_DTLS_BYTE <= data[0] <= LAST_DTLS_BYTE and self._queue.qsize() < MAX_QUEUED_DATAGRAMS:
            super().data_received(data, component)

    @property
    def waiting(self) -> int:
        """How many datagrams wait to be read."""
        return int(self._queue.qsize()) + len(self._early)

    def begin_media(self, on_media: Callable[[bytes], None]) -> None:
        """Hand media on from now on, first what overtook the end of the handshake: it is the key frame that everything begins with."""
        self.on_media = on_media
        early, self._early = self._early, []
        for data in early:
            on_media(data)

    def send_now(self, data: bytes) -> bool:
        """Put a datagram on the selected pair at once; False when there is none, or its socket takes nothing."""
        pair = self._nominated.get(1)
        if pair is None:
            return False
        turn = self._turns.get(pair.protocol)
        transport = cast(_Socket, pair.protocol.transport if turn is None else turn.transport)
        if transport.is_closing() or transport.get_write_buffer_size() > MAX_WRITE_BUFFER_BYTES:
            return False
        if turn is None:
            pair.protocol.transport.sendto(data, pair.remote_addr)
        else:
            turn.send(data, pair.remote_addr, self._start)
        return True

    def report_refusals(self) -> None:
        """Ask the system to say when the other side's port is gone (ICMP), which a killed process cannot say itself."""
        pair = self._nominated.get(1)
        if pair is None:
            return
        protocol = pair.protocol

        def refused(error: Exception) -> None:
            if isinstance(error, ConnectionRefusedError | ConnectionResetError) and self.on_refused is not None:
                self.on_refused()

        protocol.error_received = refused  # type: ignore[method-assign,assignment]
        sock = protocol.transport.get_extra_info("socket")
        if sock is None or sys.platform != "linux":
            return
        if sock.family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, _IPV6_RECVERR, 1)
        else:
            sock.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)

    def selected(self) -> tuple[str, str]:
        """(local, remote) host of the pair in use; empty strings before there is one. The local one is never a TURN server's."""
        pair = self._nominated.get(1)
        return (self._own_host(pair), str(pair.remote_addr[0])) if pair is not None else ("", "")

    def _own_host(self, pair: CandidatePair) -> str:
        turn = self._turns.get(pair.protocol)
        return turn.own_host if turn is not None else pair.local_candidate.host

    @property
    def relayed(self) -> bool:
        """Whether the pair in use goes through a TURN server."""
        pair = self._nominated.get(1)
        return pair is not None and pair.protocol in self._turns

    async def close(self) -> None:
        for task in self._extra:
            task.cancel()
        if self._extra:
            await asyncio.wait(self._extra)
        closing = asyncio.create_task(super().close())
        while (await asyncio.wait({closing}, timeout=LEAVE_WITHIN_S))[1]:
            for turn in self._turns.values():
                turn.cut()
        await closing
