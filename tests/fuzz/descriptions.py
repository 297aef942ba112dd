"""Session descriptions: a relay's answers at the publisher, offers at our relay."""

import random

from app.domain.program.output import Quirks
from app.relay.media.negotiation import answer_publisher, answer_subscriber, read_offer
from app.relay.refusals import Refusal
from app.transport import sdp
from app.transport.errors import TransportError
from app.transport.headers import HeaderWriter
from app.transport.offer import Sources, make_offer, plan_from
from tests.fuzz.mutation import MOST, ODD_NUMBERS, spoiled_text
from tests.fuzz.target import Target, calls

_FINGERPRINT = ":".join(["AB"] * 32)
_LOCAL = sdp.TransportDescription(
    "ufrag", "p" * 22, (("sha-256", _FINGERPRINT),), candidates=(sdp.IceCandidate("1", 1, "udp", 9, "127.0.0.1", 5000, "host"),)
)
_SOURCES = Sources(11, 22, 33, "name")
_OFFER = make_offer(_LOCAL, _SOURCES, Quirks())
OFFER_TEXT = sdp.render(_OFFER, offer=True)
_ANSWER = OFFER_TEXT.replace("sendonly", "recvonly").replace("setup:actpass", "setup:passive")
_WATCH = _ANSWER.replace("setup:passive", "setup:actpass")
_LINES = (
    "a=extmap:{} http://x/y",
    "a=ssrc:{} cname:x",
    "a=ssrc-group:FID {} {}",
    "a=candidate:1 1 udp {} 10.0.0.1 {} typ host",
    "a=candidate:1 1 tcp 9 relay.example 9 typ host tcptype active",
    "m=video {} UDP/TLS/RTP/SAVPF {}",
    "m=application 9 UDP/DTLS/SCTP webrtc-datachannel",
    "a=rtpmap:102 H264/{}/{}",
    "a=fmtp:102 packetization-mode={};apt={}",
    "a=rtcp-fb:* nack",
    "a=fingerprint:sha-256 AB",
    "a=ice-ufrag:{}",
    "a=ice-lite",
    "a=group:BUNDLE 0 1 {}",
    "a=mid:{}",
    "a=setup:active",
)


def description(rng: random.Random, text: str) -> str:
    """Return a description with inserted, duplicated, moved and damaged lines."""
    lines = text.split("\r\n")
    for _ in range(rng.choice((0, 1, 2, 4))):
        line = rng.choice(_LINES).replace("{}", rng.choice((*ODD_NUMBERS, "7", "102")))
        at = rng.randrange(len(lines))
        match rng.randrange(4):
            case 0:
                lines[at:at] = [line] * rng.choice((1, 1, 3, 300))
            case 1:
                lines[at] = line
            case 2:
                del lines[at]
            case _:
                lines[at:at] = [rng.choice(lines)] * rng.choice((1, 2, 100))
        lines = lines or [""]
    made = rng.choice(("\r\n", "\n", "\r")).join(lines)
    return (spoiled_text(rng, made) if rng.random() < 0.6 else made)[:MOST]


def _planned(answer: str) -> object:
    """The publisher reads an answer, up to the first header that it writes."""
    plan = plan_from(_OFFER, sdp.parse(answer), _SOURCES)
    for stream in (plan.video, plan.audio):
        if stream is not None:
            HeaderWriter(stream.section).write(stream.payload_type, True, 1, 2, stream.ssrc, now_ns=3, number=4)
    return plan


def _answered(offer: str) -> object:
    """Our relay answers a publisher's and a viewer's offer; its answers must be readable."""
    read = read_offer(offer)
    answer, form = answer_publisher(read, _LOCAL)
    return sdp.parse(sdp.render(answer, offer=False)), form


def _watched(offer: str) -> object:
    answer, form = answer_subscriber(read_offer(offer), _LOCAL)
    return sdp.parse(sdp.render(answer, offer=False)), form


TARGETS = (
    Target(
        "sdp-answer", lambda rng: description(rng, _ANSWER), calls(_planned), (sdp.SdpError, TransportError), gives_at_most=40, share=0.6
    ),
    Target(
        "sdp-publish",
        lambda rng: description(rng, OFFER_TEXT),
        calls(_answered),
        (Refusal,),
        gives_at_most=40,
        works_at_most=120,
        share=0.5,
    ),
    Target("sdp-watch", lambda rng: description(rng, _WATCH), calls(_watched), (Refusal,), gives_at_most=40, works_at_most=120, share=0.5),
    Target(
        "ice-candidate",
        lambda rng: spoiled_text(rng, "candidate:1 1 udp 2130706431 198.51.100.1 39132 typ srflx raddr 0.0.0.0 rport 9"),
        calls(sdp.parse_candidate),
        (sdp.SdpError,),
    ),
)
