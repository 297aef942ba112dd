"""ICE on aioice: own gathering with own deadlines, and media handed on without a queue.

What is private to aioice and used here: `_local_candidates`, `_local_candidates_start`, `_local_candidates_end`, `_protocols`,
`_nominated`, `_queue`, `_remote_candidates`, `_pair_remote_candidate`, `_closing` of Connection; each use has a test.
"""

import asyncio
import ipaddress
import logging
import socket
import sys
from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, cast

import aioice
from aioice.candidate import candidate_priority
from aioice.ice import CandidatePair, StunProtocol, server_reflexive_candidate
from aioice.stun import TransactionError
from aiortc.rtcicetransport import parse_stun_turn_uri

from app.domain.address import shown_address
from app.domain.output import IceServer
from app.transport.sdp import IceCandidate
from app.transport.turn import TurnError, TurnPath, ask_turn

log = logging.getLogger(__name__)

MAX_QUEUED_DATAGRAMS = 256  # what may wait for the handshake; a flood before it costs no memory
MAX_WRITE_BUFFER_BYTES = 512 * 1024  # a socket that takes nothing: dropping is better than sending a second late
LEAVE_WITHIN_S = 1.0  # a TURN server that is gone is not waited for longer
_IP_RECVERR, _IPV6_RECVERR = 11, 25  # Linux; the socket module does not name them


class _Socket(Protocol):
    """What the system's transports have, those for datagrams too."""

    def is_closing(self) -> bool: ...

    def get_write_buffer_size(self) -> int: ...


class IceConnection(aioice.Connection):
    """An aioice connection whose media datagrams go straight to `on_media` once that is set, and that sends synchronously."""

    def __init__(self, *, controlling: bool) -> None:
        super().__init__(ice_controlling=controlling)
        self.on_media: Callable[[bytes], None] | None = None
        self._early: list[bytes] = []
        self.on_refused: Callable[[], None] | None = None
        self._extra: set[asyncio.Task[None]] = set()
        self.refusals: list[str] = []  # of TURN servers, in their words
        self._turns: dict[StunProtocol, TurnPath] = {}

    async def gather(self, addresses: Sequence[str], servers: Sequence[IceServer], within_s: float) -> None:
        """Bind a socket for each address and ask the servers; what they say after `within_s` is left out of the candidates."""
        self._local_candidates_start = True
        candidates = await self._bind(addresses)
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

    def _start(self, ask: Awaitable[None]) -> "asyncio.Task[None]":
        async def run() -> None:
            await ask

        task = asyncio.create_task(run())
        self._extra.add(task)
        task.add_done_callback(self._extra.discard)
        return task

    def _asks(self, server: IceServer) -> list[Awaitable[None]]:
        try:
            parsed = parse_stun_turn_uri(server.url)
        except ValueError:
            log.warning("ICE server address not understood: %s", shown_address(server.url))
            return []
        if parsed["scheme"] in ("turn", "turns"):
            return [self._ask_turn(server, parsed)]
        address = (str(parsed["host"]), int(parsed["port"]))
        ipv4 = [protocol for protocol in self._protocols if ipaddress.ip_address(protocol.local_candidate.host).version == 4]
        return [self._ask_stun(protocol, address) for protocol in ipv4]

    async def _ask_stun(self, protocol: StunProtocol, address: tuple[str, int]) -> None:
        try:
            candidate, _ = await server_reflexive_candidate(protocol, address)
        except (TransactionError, OSError) as error:
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
        self._local_candidates.append(path.protocol.local_candidate)
        self._protocols.append(path.protocol)
        # One that came late is used all the same: the other side learns it from our checks.
        for remote in self._remote_candidates:
            self._pair_remote_candidate(remote)
        self.sort_check_list()

    async def add_remote(self, candidates: Sequence[IceCandidate], *, resolve_names: bool) -> int:
        """Take the UDP candidates with numeric hosts (names too when asked); returns how many were usable.

        End of candidates is never signalled: a peer that reaches us from an address it did not name is welcome until our deadline.
        """
        usable = 0
        for candidate in candidates:
            if candidate.protocol != "udp":
                continue
            for host in await self._numeric(candidate, resolve_names):
                await self.add_remote_candidate(
                    aioice.Candidate(
                        foundation=candidate.foundation,
                        component=1,
                        transport="udp",
                        priority=candidate.priority,
                        host=host,
                        port=candidate.port,
                        type=candidate.type if candidate.type in ("host", "srflx", "relay") else "srflx",
                    )
                )
                usable += 1
        return usable

    async def _numeric(self, candidate: IceCandidate, resolve_names: bool) -> list[str]:
        try:
            return [str(ipaddress.ip_address(candidate.host))]
        except ValueError:
            if not resolve_names or candidate.host.endswith(".local"):
                return []
        try:
            found = await asyncio.get_running_loop().getaddrinfo(candidate.host, candidate.port, type=socket.SOCK_DGRAM)
        except OSError as error:
            log.info("candidate name %s not resolved: %s", candidate.host, error)
            return []
        return sorted({str(entry[4][0]) for entry in found})

    def data_received(self, data: bytes, component: int) -> None:
        if not data:
            return
        if 127 < data[0] < 192:
            if self.on_media is not None:
                self.on_media(data)
            elif len(self._early) < MAX_QUEUED_DATAGRAMS:
                self._early.append(data)
        elif self._queue.qsize() < MAX_QUEUED_DATAGRAMS:
            super().data_received(data, component)

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
