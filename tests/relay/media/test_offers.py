"""Offers from strangers: their addresses are not trusted, refusals have reasons, and sessions that never connect end."""

import asyncio
import contextlib
import logging
import random
import socket
from collections.abc import AsyncIterator, Callable
from dataclasses import replace

import aiohttp
import pytest
from aioice import stun

from app.domain.base.clock import SystemClock
from app.relay.access.admission import Admission
from app.relay.config import Limits
from app.relay.media.negotiation import read_offer
from app.relay.media.sessions import Sessions
from app.relay.media.stream import Stream
from app.relay.refusals import Refusal
from app.relay.server import RelayServer
from app.transport.ice import MAX_ANSWERED_PAIRS, IceConnection
from app.transport.sdp import Description, IceCandidate, LocalTransport, TransportDescription, parse, render
from app.transport.stun import CHECKS_BURST, MAX_DATAGRAM_BYTES, StunSocket, looks_like_stun
from tests.relay.test_server import AUTHORISED, PUBLISH, SDP, TRANSPORT, WATCH
from tests.support.relays import base_of, eventually, running_relay
from tests.support.watcher import Watcher, watch_offer

DATA_CHANNEL = """m=application 9 UDP/DTLS/SCTP webrtc-datachannel
c=IN IP4 0.0.0.0
a=mid:data
a=sctp-port:5000
a=max-message-size:262144
"""


@pytest.fixture
async def relay() -> AsyncIterator[RelayServer]:
    async with running_relay() as server:
        yield server


@pytest.fixture
async def client(relay: RelayServer) -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession(base_of(relay)) as session:
        yield session


# --- what is answered


@pytest.mark.parametrize("bundled", [True, False])
@pytest.mark.parametrize("first", [True, False])
@pytest.mark.parametrize(("path", "offer"), [("/whip/live", PUBLISH), ("/whep/live", WATCH)])
async def test_a_data_channel_is_rejected_and_the_rest_accepted(
    client: aiohttp.ClientSession, path: str, offer: str, first: bool, bundled: bool
) -> None:
    text = offer.replace("a=group:BUNDLE 0 1", "a=group:BUNDLE data 0 1" if bundled else "a=group:BUNDLE 0 1")
    begin = text.index("m=")
    text = text[:begin] + DATA_CHANNEL + text[begin:] if first else text + DATA_CHANNEL
    async with client.post(path, data=text, headers=AUTHORISED) as response:
        words = await response.text()
        assert response.status == 201, words
    answer = parse(words)
    data = next(section for section in answer.media if section.kind == "application")
    assert data.rejected
    assert [section.rejected for section in answer.media if section.kind != "application"] == [False, False]
    assert "m=application 0 UDP/DTLS/SCTP webrtc-datachannel" in words
    assert answer.bundle == ("0", "1")


@pytest.mark.parametrize(
    ("change", "says"),
    [
        (lambda text: text.replace("H264", "H265").replace("VP8", "AV1"), "video"),
        (lambda text: text.replace("packetization-mode=1", "packetization-mode=0").replace("VP8", "VP9"), "video"),
        (lambda text: text.replace("opus", "G729"), "audio"),
        (lambda text: text.replace("opus/48000", "opus/16000"), "audio"),
    ],
    ids=["codecs", "packetization", "sound", "rate"],
)
async def test_an_offer_of_half_a_show_is_refused(client: aiohttp.ClientSession, change: Callable[[str], str], says: str) -> None:
    async with client.post("/whip/live", data=change(PUBLISH), headers=AUTHORISED) as response:
        assert response.status == 406
        assert says in await response.text()


@pytest.mark.parametrize("ufrag", ["", "abc", "a" * 257, "a" * 1150, "a:b:c", "äöüß", "ab cd"])
def test_an_invalid_ice_ufrag_is_refused(ufrag: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read_offer(WATCH.replace("a=ice-ufrag:abcd", f"a=ice-ufrag:{ufrag}"))
    assert refusal.value.status == 400


@pytest.mark.parametrize("password", ["a" * 21, "a" * 257, "a b" * 20])
def test_an_invalid_ice_password_is_refused(password: str) -> None:
    with pytest.raises(Refusal):
        read_offer(WATCH.replace(f"a=ice-pwd:{TRANSPORT.ice_pwd}", f"a=ice-pwd:{password}"))


@pytest.mark.parametrize(("ufrag", "password"), [("a" * 4, "b" * 22), ("a" * 256, "b" * 256), ("a+/9", "-_=" * 10)])
def test_the_longest_and_shortest_credentials_are_accepted(ufrag: str, password: str) -> None:
    offer = read_offer(render(Description(replace(TRANSPORT, ice_ufrag=ufrag, ice_pwd=password), watch_offer(), ("0", "1")), offer=True))
    assert (offer.transport.ice_ufrag, offer.transport.ice_pwd) == (ufrag, password)


def test_two_sections_with_the_same_mid_are_refused() -> None:
    with pytest.raises(Refusal, match="mid"):
        read_offer(WATCH.replace("a=mid:1", "a=mid:0"))


# --- what is sent


async def test_nothing_is_sent_to_addresses_that_an_offer_names() -> None:
    with contextlib.ExitStack() as stack:
        victims = []
        for _ in range(8):
            victim = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
            victim.bind(("127.0.0.1", 0))
            victim.setblocking(False)
            victims.append(victim)
        candidates = tuple(
            IceCandidate(str(number), 1, "udp", 2**31 - number, "127.0.0.1", victim.getsockname()[1], "host")
            for number, victim in enumerate(victims)
        )
        offer = render(Description(replace(TRANSPORT, candidates=candidates), watch_offer(), ("0", "1")), offer=True)
        async with (
            running_relay(limits=Limits(connect_timeout_s=0.6)) as relay,
            aiohttp.ClientSession(base_of(relay)) as client,
        ):
            async with client.post("/whep/live", data=offer, headers=SDP) as response:
                assert response.status == 201
            watcher = await Watcher(f"{base_of(relay)}/whep/live").start()
            assert watcher.peer.connected, "a real viewer gets in meanwhile"
            await eventually(lambda: relay.sessions == 1)
            await watcher.stop()
        for victim in victims:
            with pytest.raises(BlockingIOError):
                victim.recv(2000)


class Caller:
    """A stranger at a session's media socket who knows its ICE credentials."""

    def __init__(self, local: LocalTransport, *, username: str = "", password: str = "") -> None:
        (self.candidate,) = local.candidates
        self.username = username or f"{local.ice_ufrag}:abcd"
        self.password = password or local.ice_pwd
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.socket.setblocking(False)

    def check(self, *, nominate: bool = False) -> bytes:
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        request.attributes["USERNAME"] = self.username
        request.attributes["PRIORITY"] = 1
        request.attributes["ICE-CONTROLLING"] = 1
        if nominate:
            request.attributes["USE-CANDIDATE"] = None
        request.add_message_integrity(self.password.encode())
        return bytes(request)

    def send(self, data: bytes) -> None:
        self.socket.sendto(data, (self.candidate.host, self.candidate.port))

    def heard(self) -> list[bytes]:
        found = []
        with contextlib.suppress(BlockingIOError):
            while True:
                found.append(self.socket.recv(4000))
        return found

    def close(self) -> None:
        self.socket.close()


@contextlib.asynccontextmanager
async def answering() -> AsyncIterator[tuple[IceConnection, LocalTransport, "asyncio.Task[None]"]]:
    """The relay's side of a connection, waiting for the peer "abcd"."""
    ice = IceConnection(controlling=False, answers_only=True)
    await ice.gather(["127.0.0.1"], (), 0.1)
    ice.remote_username, ice.remote_password = "abcd", "x" * 22
    (host,) = ice.local_candidates
    candidate = IceCandidate(host.foundation, 1, "udp", host.priority, host.host, host.port, "host")
    waiting = asyncio.create_task(ice.connect())
    try:
        yield ice, LocalTransport(ice.local_username, ice.local_password, (), candidates=(candidate,)), waiting
    finally:
        await ice.close()
        await asyncio.wait({waiting})
        if not waiting.cancelled():
            waiting.exception()


async def settled(ice: IceConnection, packets: int) -> None:
    """Wait until the socket has processed this many packets."""
    (door,) = ice._protocols
    assert isinstance(door, StunSocket)
    await eventually(lambda: door.ignored >= packets)


async def test_checks_with_a_wrong_password_get_no_answer() -> None:
    async with answering() as (ice, local, waiting):
        other = f"{local.ice_ufrag}:other"
        callers = [
            Caller(local, password="wrong" * 5),
            Caller(local, username="zzzz:abcd"),
            Caller(local, username=other),
        ]
        plain = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        for caller in callers:
            for _ in range(5):
                caller.send(caller.check(nominate=True))
                caller.send(bytes(plain))
        honest = Caller(local)
        honest.send(honest.check())
        await eventually(lambda: ice.accepts_from(honest.socket.getsockname()))
        assert honest.heard(), "a check with the right password is answered"
        for caller in callers:
            assert caller.heard() == []
            assert not ice.accepts_from(caller.socket.getsockname())
        assert not waiting.done()
        for caller in (*callers, honest):
            caller.close()


async def test_media_is_never_sent_to_an_address_that_does_not_answer() -> None:
    """A check can have a forged address: a nominated address must answer before it gets anything else."""
    async with answering() as (ice, local, waiting):
        mute = Caller(local)
        for _ in range(5):
            mute.send(mute.check(nominate=True))
        await eventually(lambda: ice.accepts_from(mute.socket.getsockname()))
        assert not ice.send_now(b"\x80media")
        assert not waiting.done()
        sent = mute.heard()
        assert sum(map(len, sent)) <= 12 * len(mute.check(nominate=True)), "about as many bytes as arrived"
        mute.close()


async def test_remembered_peer_addresses_are_bounded() -> None:
    async with answering() as (ice, local, _):
        callers = [Caller(local) for _ in range(CHECKS_BURST)]
        for caller in callers:
            caller.send(caller.check())
        await eventually(lambda: ice.accepts_from(callers[-1].socket.getsockname()) or sum(map(len, (one.heard() for one in callers[-8:]))))
        assert len(ice._check_list) <= MAX_ANSWERED_PAIRS
        assert len(ice.remote_candidates) <= MAX_ANSWERED_PAIRS
        assert len(ice._heard) <= MAX_ANSWERED_PAIRS
        for caller in callers:
            caller.close()


async def test_a_flood_of_checks_is_answered_only_in_part() -> None:
    async with answering() as (ice, local, _):
        caller = Caller(local)
        for _ in range(4):
            for _ in range(CHECKS_BURST):
                caller.send(caller.check())
            await asyncio.sleep(0)
        await settled(ice, 2 * CHECKS_BURST)
        caller.close()


def garbage(chance: random.Random, local: LocalTransport) -> bytes:
    """Almost valid checks: an attribute too short, of the wrong length, cut or flipped; and random bytes."""
    kind = chance.randrange(5)
    if kind == 0:
        return bytes((chance.choice((0, 1, 2, 3, 20, 22, 63, 64, 127, 128, 191, 192, 255)),)) + chance.randbytes(chance.randrange(1500))
    attributes = b""
    for _ in range(chance.randrange(1, 6)):
        number = chance.choice((0x0001, 0x0006, 0x0008, 0x0009, 0x000D, 0x0020, 0x0024, 0x0025, 0x8028, 0x8029, 0x802A, 0x0012, 0x7777))
        value = f"{local.ice_ufrag}:abcd".encode() if number == 6 and chance.random() < 0.8 else chance.randbytes(chance.randrange(12))
        length = len(value) if chance.random() < 0.8 else chance.randrange(70_000) & 0xFFFF
        attributes += number.to_bytes(2, "big") + length.to_bytes(2, "big") + value + bytes(-len(value) % 4)
    message = chance.choice((0x0001, 0x0101, 0x0111, 0x0011, 0x0003, 0x3FFF))
    head = message.to_bytes(2, "big") + len(attributes).to_bytes(2, "big") + stun.COOKIE.to_bytes(4, "big") + chance.randbytes(12)
    return head + attributes


@pytest.mark.parametrize("answers_only", [True, False], ids=["relay", "publisher"])
async def test_no_datagram_causes_a_traceback(answers_only: bool, caplog: pytest.LogCaptureFixture) -> None:
    chance = random.Random(11)
    caplog.set_level(logging.INFO)
    ice = IceConnection(controlling=not answers_only, answers_only=answers_only)
    await ice.gather(["127.0.0.1"], (), 0.1)
    ice.remote_username, ice.remote_password = "abcd", "x" * 22
    (door,) = ice._protocols
    local = LocalTransport(ice.local_username, ice.local_password, ())
    caplog.clear()
    for _ in range(20_000):
        door.datagram_received(garbage(chance, local), ("127.0.0.1", chance.randrange(1, 65536)))
    for size in (0, 1, 19, 20, MAX_DATAGRAM_BYTES, MAX_DATAGRAM_BYTES + 1, 65_507):
        door.datagram_received(bytes(size), ("127.0.0.1", 9))
    assert [record.getMessage() for record in caplog.records] == []
    if answers_only:
        assert ice._queue.empty(), "no packet of a stranger waits for the handshake"
        assert ice._early == []
    assert ice._queue.qsize() <= 256
    await ice.close()


@pytest.mark.parametrize("data", [b"", b"\0" * 19, b"\0\1\0\0" + b"\0" * 16, b"\0\1\0\4" + stun.COOKIE.to_bytes(4, "big") + bytes(12)])
def test_datagrams_that_are_not_stun_are_recognised(data: bytes) -> None:
    assert not looks_like_stun(data)


# --- who never comes


async def test_offers_that_never_connect_leave_room_for_others() -> None:
    limits = Limits(max_connecting_per_address=4, posts_burst=1000)
    async with running_relay(limits=limits) as relay, aiohttp.ClientSession(base_of(relay)) as client:
        statuses, retry = [], None
        for _ in range(8):
            async with client.post("/whep/live", data=WATCH, headers=SDP) as response:
                statuses.append(response.status)
                retry = response.headers.get("Retry-After")
        assert statuses == [201] * 4 + [429] * 4
        assert retry is not None
        async with client.post("/whip/live", data=PUBLISH, headers=AUTHORISED) as response:
            assert response.status == 201, "the publisher always gets in"


def test_of_too_many_connecting_sessions_the_busiest_address_loses_one() -> None:
    admission = Admission(Limits(max_connecting=4, max_connecting_per_address=4), SystemClock())
    for address in ("192.0.2.1", "192.0.2.1", "192.0.2.1", "192.0.2.2"):
        admission.enter(address)
    assert admission.crowded == ""
    admission.enter("192.0.2.3")
    assert admission.crowded == "192.0.2.1"
    admission.connected("192.0.2.1")
    assert admission.crowded == ""
    for address, connecting in (("192.0.2.1", False), ("192.0.2.1", True), ("192.0.2.1", True), ("192.0.2.2", True), ("192.0.2.3", True)):
        admission.leave(address, connecting=connecting)
    assert admission.sessions == 0


async def test_the_oldest_connecting_session_makes_room() -> None:
    limits = Limits(max_connecting=3, posts_burst=1000)
    async with running_relay(limits=limits) as relay, aiohttp.ClientSession(base_of(relay)) as client:
        for _ in range(10):
            async with client.post("/whep/live", data=WATCH, headers=SDP) as response:
                assert response.status == 201
        await eventually(lambda: relay.sessions == 3)
        watcher = await Watcher(f"{base_of(relay)}/whep/live").start()
        assert watcher.peer.connected
        await watcher.stop()


class Lost(RuntimeError):
    """An error that a session does not expect."""


class Trap(TransportDescription):
    """A peer whose connection fails with an unexpected error."""

    def __getattribute__(self, name: str) -> object:
        if name == "ice_lite":
            raise Lost
        return super().__getattribute__(name)


@pytest.mark.expect_errors
async def test_a_session_that_fails_unexpectedly_is_not_kept(caplog: pytest.LogCaptureFixture) -> None:
    clock, limits = SystemClock(), Limits()
    admission = Admission(limits, clock)
    sessions = Sessions(clock=clock, limits=limits, admission=admission, addresses=lambda: ["127.0.0.1"])
    trap = Trap(TRANSPORT.ice_ufrag, TRANSPORT.ice_pwd, TRANSPORT.fingerprints)
    await sessions.watch(Stream("live", clock), Description(trap, watch_offer(), ("0", "1")), "192.0.2.1")
    await eventually(lambda: admission.sessions == 0)
    assert sessions.all() == ()
    assert any(record.exc_info and record.exc_info[0] is Lost for record in caplog.records), "the error is logged"
    await sessions.aclose()


async def test_without_a_socket_an_offer_is_refused_and_leaves_nothing() -> None:
    clock, limits = SystemClock(), Limits()
    admission = Admission(limits, clock)
    sessions = Sessions(clock=clock, limits=limits, admission=admission, addresses=lambda: ["192.0.2.77"])  # not an address of this machine
    with pytest.raises(Refusal) as refusal:
        await sessions.watch(Stream("live", clock), parse(WATCH), "192.0.2.1")
    assert refusal.value.status == 503
    assert admission.sessions == 0
    await sessions.aclose()
