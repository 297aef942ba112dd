"""The association over real sockets: roles, media both ways, failures and endings."""

import asyncio
import gc
import socket
import struct
from dataclasses import replace
from importlib.metadata import version

import aioice
import pytest
from aioice import stun
from aiortc.rtcdtlstransport import RTCCertificate, RTCDtlsTransport

from app.domain.program.broadcast import Step
from app.domain.program.output import IceServer
from app.transport import rtp
from app.transport.errors import TransportError
from app.transport.ice import IceConnection, server_address
from app.transport.peer import Peer
from app.transport.sdp import IceCandidate, RemoteTransport, Setup
from tests.support.peers import Inbox, connected_pair, make_peer
from tests.support.stun_server import StunServer


def _packet(sequence: int) -> bytes:
    return rtp.build(96, False, sequence, 1234, 0xCAFE, b"payload %d" % sequence)


@pytest.mark.parametrize("setup", [Setup.PASSIVE, Setup.ACTIVE])
async def test_media_flows_both_ways_whichever_side_starts_dtls(setup: Setup) -> None:
    async with connected_pair(setup) as (offerer, offerer_inbox, answerer, answerer_inbox):
        assert offerer.connected and answerer.connected
        assert offerer.selected == ("127.0.0.1", "127.0.0.1")
        for sequence in range(5):
            assert offerer.send_rtp(_packet(sequence))
            assert answerer.send_rtp(_packet(100 + sequence))
        assert offerer.send_rtcp(b"\x80\xc9\x00\x01\x00\x00\x00\x01")
        await answerer_inbox.until(rtp=5, rtcp=1)
        await offerer_inbox.until(rtp=5)
        assert answerer_inbox.rtp == [_packet(sequence) for sequence in range(5)]
        assert offerer_inbox.rtp == [_packet(100 + sequence) for sequence in range(5)]
        assert answerer_inbox.rtcp == [b"\x80\xc9\x00\x01\x00\x00\x00\x01"]
        assert offerer.ice_ms > 0 and offerer.dtls_ms > 0


async def test_leaving_is_reported_to_the_other_side_only() -> None:
    async with connected_pair() as (offerer, offerer_inbox, _, answerer_inbox):
        await offerer.aclose()
        await answerer_inbox.until(closed=1, within_s=2)
        assert answerer_inbox.closed == ["closed"]
        assert offerer_inbox.closed == []
        assert offerer.send_rtp(_packet(1)) is False


async def test_a_closed_port_is_noticed_without_a_goodbye() -> None:
    async with connected_pair() as (offerer, offerer_inbox, answerer, _):
        for protocol in answerer._ice._protocols:  # the sockets close as when a process is killed
            protocol.transport.abort()

        async def send() -> None:
            sequence = 0
            while True:
                offerer.send_rtp(_packet(sequence & 0xFFFF))
                sequence += 1
                await asyncio.sleep(0.01)

        sending = asyncio.create_task(send())
        try:
            await offerer_inbox.until(closed=1, within_s=5)
        finally:
            sending.cancel()
        assert offerer_inbox.closed == ["refused"]


async def test_a_wrong_fingerprint_fails_in_dtls_with_the_reason() -> None:
    offerer, answerer = make_peer(Inbox(), controlling=True), make_peer(Inbox(), controlling=False)
    try:
        offer, answer = await offerer.gather(), await answerer.gather()
        lie = replace(answer, fingerprints=(("sha-256", ":".join(["AB"] * 32)),))
        results = await asyncio.gather(offerer.connect(lie), answerer.connect(offer), return_exceptions=True)
        error = results[0]
        assert isinstance(error, TransportError)
        assert error.step is Step.DTLS
        assert "fingerprint" in error.detail
    finally:
        await offerer.aclose()
        await answerer.aclose()


async def test_a_silent_candidate_fails_in_ice_at_our_deadline() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf:
        deaf.bind(("127.0.0.1", 0))
        candidate = IceCandidate("1", 1, "udp", 1, "127.0.0.1", deaf.getsockname()[1], "host")
        remote = RemoteTransport("abcd", "x" * 22, (("sha-256", "00"),), Setup.PASSIVE, (candidate,))
        peer = make_peer(Inbox(), controlling=True)
        try:
            with pytest.raises(TransportError) as caught:
                await peer.connect(remote, within_s=0.3)
            assert caught.value.step is Step.ICE
        finally:
            await peer.aclose()


async def test_ice_lite_without_an_address_fails_at_once() -> None:
    peer = make_peer(Inbox(), controlling=True)
    try:
        with pytest.raises(TransportError) as caught:
            await peer.connect(RemoteTransport("abcd", "x" * 22, (("sha-256", "00"),), Setup.PASSIVE, (), ice_lite=True))
        assert caught.value.step is Step.ICE
    finally:
        await peer.aclose()


async def test_an_answer_without_candidates_connects_when_checks_reach_us() -> None:
    offerer, answerer = make_peer(Inbox(), controlling=True), make_peer(Inbox(), controlling=False)
    try:
        offer, answer = await offerer.gather(), await answerer.gather()
        await asyncio.gather(offerer.connect(replace(answer, candidates=())), answerer.connect(offer))
        assert offerer.connected
    finally:
        await offerer.aclose()
        await answerer.aclose()


async def test_closing_is_idempotent_and_safe_in_any_state() -> None:
    untouched = make_peer(Inbox(), controlling=True)
    await untouched.aclose()
    gathered = make_peer(Inbox(), controlling=True)
    await gathered.gather()
    await gathered.aclose()
    await gathered.aclose()


async def test_closing_cancels_a_connect() -> None:
    peer = make_peer(Inbox(), controlling=True)
    await peer.gather()
    connecting = asyncio.create_task(peer.connect(RemoteTransport("abcd", "x" * 22, (("sha-256", "00"),), Setup.PASSIVE)))
    await asyncio.sleep(0)
    await peer.aclose()
    with pytest.raises(TransportError):
        await connecting


def _peer_with(url: str) -> Peer:
    inbox = Inbox()
    return Peer(
        controlling=True,
        ice_servers=(IceServer(url),),
        addresses=lambda: ["127.0.0.1"],
        on_rtp=inbox.on_rtp,
        on_rtcp=inbox.on_rtcp,
        on_closed=inbox.on_closed,
    )


async def test_a_stun_servers_answer_becomes_a_candidate() -> None:
    server = await StunServer.start()
    peer = _peer_with(f"stun:127.0.0.1:{server.port}")
    try:
        local = await peer.gather(within_s=5)
        assert [candidate.type for candidate in local.candidates] == ["host", "srflx"]
        assert local.candidates[1].related_host == "127.0.0.1"
    finally:
        await peer.aclose()
        server.close()


@pytest.mark.parametrize("kind", ["stun", "turn"])
async def test_a_silent_server_does_not_delay_the_offer(kind: str) -> None:
    server = await StunServer.start(deaf=True)
    peer = _peer_with(f"{kind}:127.0.0.1:{server.port}")
    try:
        async with asyncio.timeout(3):  # aioice would wait five seconds
            local = await peer.gather()
            await server.asked.wait()
        assert [candidate.type for candidate in local.candidates] == ["host"]
    finally:
        await peer.aclose()
        server.close()


async def test_an_invalid_server_address_is_ignored() -> None:
    peer = _peer_with("http://example")
    try:
        assert len((await peer.gather()).candidates) == 1
    finally:
        await peer.aclose()


def test_the_private_parts_of_aiortc_and_aioice_exist() -> None:
    assert version("aiortc").startswith("1.16."), "look through app/transport/dtls.py before going on with another version"
    dtls = ("_do_handshake", "_validate_peer_identity", "_setup_srtp", "_set_state", "_set_role", "_write_ssl", "_recv_next")
    assert all(callable(getattr(RTCDtlsTransport, name)) for name in dtls)
    assert callable(RTCCertificate._create_ssl_context)
    ice = aioice.Connection(ice_controlling=True)
    kept = ("_local_candidates", "_local_candidates_start", "_local_candidates_end", "_protocols", "_nominated", "_queue", "_closing")
    assert all(hasattr(ice, name) for name in (*kept, "_remote_candidates", "_pair_remote_candidate"))


def stun_request(attributes: bytes) -> bytes:
    """A binding request with these raw attributes."""
    return struct.pack("!HHI12s", 1, len(attributes), 0x2112A442, b"t" * 12) + attributes


@pytest.mark.parametrize(
    "datagram",
    [
        stun_request(struct.pack("!HH", 0x0024, 3) + b"abc\0"),  # a priority of three bytes
        stun_request(struct.pack("!HH", 0x802A, 0)),
        stun_request(struct.pack("!HH", 0x0006, 4) + b"\xff\xfe\xfd\xfc"),
        stun_request(struct.pack("!HHHBB", 0x0001, 4, 0, 9, 9)),
        b"\x00",
        b"\x01" * 40,
        b"\x03\xff" + bytes(18),
        b"GET / HTTP/1.1\r\n\r\n",
        b"",
    ],
)
async def test_a_datagram_that_is_not_stun_is_ignored(datagram: bytes) -> None:
    async with connected_pair() as (offerer, _, answerer, answerer_inbox):
        (protocol,) = answerer._ice._protocols
        address = protocol.transport.get_extra_info("sockname")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
            for _ in range(300):
                stranger.sendto(datagram, address)
        assert offerer.send_rtp(_packet(1))
        await answerer_inbox.until(rtp=1)
        assert answerer._ice._queue.qsize() == 0


@pytest.mark.parametrize("answers_only", [True, False])
async def test_a_check_without_a_priority_is_ignored(*, answers_only: bool) -> None:
    ice = IceConnection(controlling=not answers_only, answers_only=answers_only)
    try:
        await ice.gather(["127.0.0.1"], (), 1)
        request = stun.Message(message_method=stun.Method.BINDING, message_class=stun.Class.REQUEST)
        ice.check_incoming(request, ("127.0.0.1", 9), ice._protocols[0])
        assert ice._check_list == [] and ice.remote_candidates == [] and ice.accepts_from(("127.0.0.1", 9)) is not answers_only
    finally:
        await ice.close()


async def test_candidate_names_are_resolved_and_invalid_ones_ignored() -> None:
    names = ["localhost", "no-such-host.invalid", "a" * 70 + ".example", "nul\0l", "xn--\udcff"]
    candidates = [IceCandidate("1", 1, "udp", 9, host, 5000, "host") for host in names]
    ice = IceConnection(controlling=True)
    try:
        assert await ice.add_remote(candidates, resolve_names=False) == 0
        assert await ice.add_remote(candidates, resolve_names=True) > 0
        assert {found.host for found in ice.remote_candidates} <= {"127.0.0.1", "::1"}
    finally:
        await ice.close()


async def test_a_stun_response_without_an_address_gives_no_candidate() -> None:
    server = await StunServer.start(empty=True)
    peer = _peer_with(f"stun:127.0.0.1:{server.port}")
    try:
        assert [candidate.type for candidate in (await peer.gather(within_s=5)).candidates] == ["host"]
    finally:
        await peer.aclose()
        server.close()


@pytest.mark.parametrize("url", ["stun:a:0", "stun:a:70000", "turn:a:" + "9" * 5000, "turn:a?transport=sctp", "stun:" + "h" * 300, "turn:"])
def test_impossible_server_addresses_are_refused(url: str) -> None:
    assert server_address(url) is None


async def test_media_that_arrives_before_the_end_of_the_handshake_is_kept() -> None:
    """The passive side may send as soon as it has finished, which is before the other side has."""
    ice = IceConnection(controlling=True)
    heard: list[bytes] = []
    for number in range(3):
        ice.data_received(b"\x80\x60" + bytes([number]), 1)
    ice.start_media(heard.append)
    ice.data_received(b"\x80\x60\x03", 1)
    assert [packet[2] for packet in heard] == [0, 1, 2, 3]
    await ice.close()


async def test_cancelling_a_gathering_leaves_no_socket_open() -> None:
    for turns in range(12):
        ice = IceConnection(controlling=True)
        gathering = asyncio.create_task(ice.gather(["127.0.0.1", "127.0.0.2", "127.0.0.3"], (), 0.1))
        for _ in range(turns):
            await asyncio.sleep(0)
        gathering.cancel()
        await asyncio.wait({gathering})
        await ice.close()
    gc.collect()  # an unclosed socket warns now, which fails the test
