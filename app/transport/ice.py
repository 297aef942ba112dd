"""ICE on aioice, with our own gathering and deadlines, and media passed on without a queue.

Uses these private parts of aioice's Connection: `_local_candidates`, `_local_candidates_start`, `_local_candidates_end`, `_protocols`,
`_nominated`, `_queue`, `_remote_candidates`, `_pair_remote_candidate`, `_closing`, `_check_list`, `_check_list_state`, `_early_checks`,
`_early_checks_done`, `_query_consent_task`. Each use has a test.
"""

import asyncio
import ipaddress
import logging
import socket
import sys
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Protocol, cast

import aioice
from aioice.candidate import candidate_foundation, candidate_priority
from aioice.ice import ICE_COMPLETED, CandidatePair, StunProtocol, candidate_pair_priority, server_reflexive_candidate
from aioice.stun import Message, TransactionError
from aioice.turn import UDP_SOCKET_BUFFER_SIZE
from aiortc.rtcicetransport import parse_stun_turn_uri

from app.aio.owned_tasks import OwnedTasks
from app.domain.base.address import shown_address
from app.domain.program.output import IceServer
from app.transport.sdp import MAX_HOST, IceCandidate
from app.transport.stun import StunSocket
from app.transport.turn import TurnError, TurnPath, allocate_turn

log = logging.getLogger(__name__)

MAX_QUEUED_DATAGRAMS = 256  # before the handshake; a flood must not fill the memory
MAX_WRITE_BUFFER_BYTES = 512 * 1024  # when a socket is blocked, dropping is better than sending a second late
MAX_NAMES = 8
MAX_ADDRESSES_OF_A_NAME = 4
NAME_WITHIN_S = 3.0
MAX_ANSWERED_PAIRS = 32  # address pairs that one connection remembers
SETTLE_S = 2.0  # for so long after the first choice, only a better pair replaces it, not the last to answer
LEAVE_WITHIN_S = 1.0  # the wait for a TURN server, which may be gone
_IP_RECVERR, _IPV6_RECVERR = 11, 25  # Linux; the socket module does not name them


class _Socket(Protocol):
    """What all of asyncio's transports have, also those for datagrams."""

    def is_closing(self) -> bool: ...

    def get_write_buffer_size(self) -> int: ...


def is_numeric(host: str) -> bool:
    """Whether a host is an IP address, not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def server_address(url: str) -> dict[str, object] | None:
    """The parts of a STUN or TURN server's URL (scheme, host, port, transport); None when it is unusable."""
    try:
        parsed = parse_stun_turn_uri(url)
    except ValueError:
        return None
    usable = 0 < int(parsed["port"]) <= 0xFFFF and len(str(parsed["host"])) <= MAX_HOST and parsed.get("transport", "udp") in ("udp", "tcp")
    return parsed if usable else None


class IceConnection(aioice.Connection):
    """An aioice connection that sends synchronously and passes media straight to `on_media`, once that is set.

    With `answers_only`, it exchanges packets with an address only after a valid check came from there: a stranger's offer could name
    anybody's address as a candidate.
    """

    def __init__(self, *, controlling: bool, answers_only: bool = False) -> None:
        super().__init__(ice_controlling=controlling)
        self._answers_only = answers_only
        self._heard: set[tuple[str, int]] = set()
        self._settled_at = 0.0
        self.on_media: Callable[[bytes], None] | None = None
        self._early: list[bytes] = []
        self.on_refused: Callable[[], None] | None = None
        self._extra = OwnedTasks()
        self.refusals: list[str] = []  # reasons that TURN servers gave
        self._turns: dict[StunProtocol, TurnPath] = {}

    async def gather(self, addresses: Sequence[str], servers: Sequence[IceServer], within_s: float) -> None:
        """Bind a socket for each address and ask the servers. Answers after `within_s` are not among the candidates."""
        self._local_candidates_start = True
        candidates = await self._bind(addresses)
        for index, candidate in enumerate(candidates):
            candidate.priority = candidate_priority(1, "host", max(0, 65535 - 256 * index))
        self._local_candidates += candidates
        self._local_candidates_end = True
        asks = [self._extra.start(ask, "ask ICE server") for server in servers for ask in self._asks(server)]
        if asks:
            await asyncio.wait(asks, timeout=within_s)

    async def _bind(self, addresses: Sequence[str]) -> list[aioice.Candidate]:
        """Open a socket for each address. `close` knows each at once, in case this is cancelled in between."""
        loop = asyncio.get_running_loop()
        candidates = []
        for address in addresses:
            try:
                transport, protocol = await loop.create_datagram_endpoint(lambda: StunSocket(self), local_addr=(address, 0))
            except OSError as error:
                log.info("no socket at %s: %s", address, error)
                continue
            self._protocols.append(protocol)
            transport.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, UDP_SOCKET_BUFFER_SIZE)
            host, port = transport.get_extra_info("sockname")[:2]
            protocol.local_candidate = aioice.Candidate(
                candidate_foundation("host", "udp", host), 1, "udp", candidate_priority(1, "host"), host, port, "host"
            )
            candidates.append(protocol.local_candidate)
        return candidates

    def _asks(self, server: IceServer) -> list[Coroutine[None, None, None]]:
        parsed = server_address(server.url)
        if parsed is None:
            log.warning("invalid ICE server address: %s", shown_address(server.url))
            return []
        if parsed["scheme"] in ("turn", "turns"):
            return [self._ask_turn(server, parsed)]
        address = (str(parsed["host"]), int(str(parsed["port"])))
        ipv4 = [protocol for protocol in self._protocols if ipaddress.ip_address(protocol.local_candidate.host).version == 4]
        return [self._ask_stun(protocol, address) for protocol in ipv4]

    async def _ask_stun(self, protocol: StunProtocol, address: tuple[str, int]) -> None:
        try:
            candidate, _ = await server_reflexive_candidate(protocol, address)
        except (TransactionError, OSError, ValueError, KeyError) as error:  # an invalid name, or an answer without an address
            log.info("no address from STUN server %s:%s: %s", *address, error)
            return
        self._local_candidates.append(candidate)

    async def _ask_turn(self, server: IceServer, parsed: dict[str, object]) -> None:
        try:
            path = await allocate_turn(server, parsed, lambda: StunSocket(self))
        except TurnError as error:
            log.info("no address from %s: %s", shown_address(server.url), error)
            self.refusals.append(f"{shown_address(server.url)}: {error}")
            return
        if self._closing:
            await path.protocol.close()
            return
        self._turns[path.protocol] = path
        self._local_candidates.append(path.protocol.local_candidate)
        self._protocols.append(path.protocol)
        # A late one is used too: the other side learns it from our checks.
        for remote in self._remote_candidates:
            self._pair_remote_candidate(remote)
        self.sort_check_list()

    async def add_remote(self, candidates: Sequence[IceCandidate], *, resolve_names: bool) -> int:
        """Add the UDP candidates; returns how many are usable so far. With `resolve_names`, names are resolved during the other checks.

        End of candidates is never signalled: until our deadline, the peer may reach us from an address that it did not name.
        """
        usable = 0
        named = []
        if self._answers_only:
            return usable
        for candidate in candidates:
            if candidate.protocol != "udp":
                continue
            if is_numeric(candidate.host):
                usable += await self._add_remote_at(candidate, candidate.host)
            elif resolve_names:
                named.append(candidate)
        if named:
            task = self._extra.start(self._add_named(named[:MAX_NAMES]), "resolve candidates")
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
            log.info("candidate %s is unusable: %s", host, error)
            return False
        return True

    async def _add_named(self, candidates: Sequence[IceCandidate]) -> None:
        """Resolve the names one by one. A name that hangs ends this, because all look-ups share a few threads."""
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

    # --- being reached

    def accepts_from(self, address: tuple[str, int]) -> bool:
        """Whether packets from this address are accepted."""
        return not self._answers_only or address in self._heard

    async def connect(self) -> None:
        """Do as aioice does. With `answers_only`, wait for checks, and let the other side change to another pair later."""
        if not self._answers_only:
            await super().connect()
            return
        for check in self._early_checks:
            self.check_incoming(*check)
        self._early_checks.clear()
        self._early_checks_done = True
        if await self._check_list_state.get() != ICE_COMPLETED:
            raise ConnectionError("ICE negotiation failed")
        self._query_consent_task = asyncio.create_task(self.query_consent())

    def check_incoming(self, message: Message, addr: tuple[str, int], protocol: StunProtocol) -> None:
        if "PRIORITY" not in message.attributes:  # RFC 8445 requires it, and aioice reads it without a check
            return
        if self._answers_only and addr not in self._heard:
            self._make_room()
            self._heard.add(addr)
        super().check_incoming(message, addr, protocol)

    def _make_room(self) -> None:
        """Drop the oldest unused pairs, in case somebody sends checks from ever new addresses."""
        spare = [pair for pair in self._check_list if pair is not self._nominated.get(1)]
        for pair in spare[: max(0, len(self._check_list) + 1 - MAX_ANSWERED_PAIRS)]:
            if pair.task is not None:
                pair.task.cancel()
            self._check_list.remove(pair)
            if all(other.remote_candidate is not pair.remote_candidate for other in self._check_list):
                self._remote_candidates.remove(pair.remote_candidate)
                self._heard.discard(pair.remote_addr)

    def check_complete(self, pair: CandidatePair) -> None:
        before = self._nominated.get(1)
        super().check_complete(pair)
        chosen = self._nominated.get(1)
        if before is None and chosen is not None:
            self._settled_at = time.monotonic() + SETTLE_S
        elif self._answers_only and before is not None and chosen is not before and time.monotonic() < self._settled_at:
            self._nominated[1] = max(before, pair, key=self._rank)

    def _rank(self, pair: CandidatePair) -> int:
        return candidate_pair_priority(pair.local_candidate, pair.remote_candidate, self.ice_controlling)

    def respond_error(self, request: Message, addr: tuple[str, int], protocol: StunProtocol, error_code: tuple[int, str]) -> None:
        """Do not answer a sender that fails authentication."""
        if error_code[0] not in (400, 401):
            super().respond_error(request, addr, protocol, error_code)

    # --- media

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

    @property
    def waiting(self) -> int:
        """How many datagrams are queued."""
        return int(self._queue.qsize()) + len(self._early)

    def start_media(self, on_media: Callable[[bytes], None]) -> None:
        """Pass media on from now on, first what arrived before the end of the handshake: the first key frame is in it."""
        self.on_media = on_media
        early, self._early = self._early, []
        for data in early:
            on_media(data)

    def send_now(self, data: bytes) -> bool:
        """Send a datagram on the selected pair at once; False when there is no pair, or its socket is blocked."""
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
            turn.send(data, pair.remote_addr, self._extra)
        return True

    def report_refusals(self) -> None:
        """Let the system report a closed port of the other side (ICMP), because a killed process sends no goodbye."""
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
        """(local, remote) host of the pair in use; empty strings without one. The local one is never a TURN server's."""
        pair = self._nominated.get(1)
        return (self._own_host(pair), str(pair.remote_addr[0])) if pair is not None else ("", "")

    def _own_host(self, pair: CandidatePair) -> str:
        turn = self._turns.get(pair.protocol)
        return turn.own_host if turn is not None else pair.local_candidate.host

    async def close(self) -> None:
        await self._extra.aclose()
        closing = asyncio.create_task(super().close())
        while (await asyncio.wait({closing}, timeout=LEAVE_WITHIN_S))[1]:
            for turn in self._turns.values():
                turn.cut()
        await closing
