"""Reads the answers of relays, odd ones too, and writes our offer."""

import pytest

from app.domain.program.output import Quirks
from app.domain.program.packet import Codec
from app.transport import sdp
from app.transport.errors import TransportError
from app.transport.offer import Sources, make_offer, plan_from
from app.transport.sdp import Direction, IceCandidate, SdpError, Setup, TransportDescription

FINGERPRINT = "F7:EB:F3:3E:AC:D2:EA:A7:C1:EC:79:D9:B3:8A:35:DA:70:86:4F:46:D9:2D:CC:D0:BC:81:9F:67:EF:34:2E:BD"
SOURCES = Sources(11, 22, 33, "name")
OFFER = make_offer(
    TransportDescription(
        "ufrag", "p" * 22, (("sha-256", FINGERPRINT),), candidates=(IceCandidate("1", 1, "udp", 9, "127.0.0.1", 5000, "host"),)
    ),
    SOURCES,
    Quirks(),
)

# The answer in RFC 9725's example: ICE lite, with transport attributes and candidates only in the first section.
RFC_ANSWER = f"""v=0
o=- 1657793490019 1 IN IP4 127.0.0.1
s=-
t=0 0
a=group:BUNDLE 0 1
a=extmap-allow-mixed
a=ice-lite
a=msid-semantic: WMS *
m=audio 9 UDP/TLS/RTP/SAVPF 111
c=IN IP4 0.0.0.0
a=rtcp:9 IN IP4 0.0.0.0
a=ice-ufrag:38sdf4fdsf54
a=ice-pwd:2e13dde17c1cb009202f627fab90cbec358d766d049c9697
a=fingerprint:sha-256 {FINGERPRINT}
a=candidate:1 1 UDP 2130706431 198.51.100.1 39132 typ host
a=setup:passive
a=mid:0
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=recvonly
a=rtcp-mux
a=rtcp-rsize
a=rtpmap:111 opus/48000/2
a=fmtp:111 minptime=10;useinbandfec=1
m=video 0 UDP/TLS/RTP/SAVPF 96 97
c=IN IP4 0.0.0.0
a=mid:1
a=bundle-only
a=extmap:4 urn:ietf:params:rtp-hdrext:sdes:mid
a=extmap:10 urn:ietf:params:rtp-hdrext:sdes:rtp-stream-id
a=extmap:11 urn:ietf:params:rtp-hdrext:sdes:repaired-rtp-stream-id
a=recvonly
a=rtcp-rsize
a=rtpmap:96 VP8/90000
a=rtcp-fb:96 ccm fir
a=rtcp-fb:96 nack
a=rtcp-fb:96 nack pli
a=rtpmap:97 rtx/90000
a=fmtp:97 apt=96
"""


def answer(video_lines: str = "", audio_lines: str = "", session_lines: str = "", video: str = "m=video 9 UDP/TLS/RTP/SAVPF 102") -> str:
    """A plain answer with more lines."""
    transport = f"a=ice-ufrag:abcd\na=ice-pwd:{'x' * 22}\na=fingerprint:sha-256 {FINGERPRINT}\n"
    return (
        f"v=0\no=- 1 1 IN IP4 127.0.0.1\ns=-\nt=0 0\na=group:BUNDLE 0 1\n{session_lines}"
        f"m=audio 9 UDP/TLS/RTP/SAVPF 111\na=mid:0\n{transport}a=setup:passive\na=candidate:1 1 udp 1 10.0.0.1 4000 typ host\na=recvonly\n"
        f"a=rtcp-mux\na=rtpmap:111 opus/48000/2\n{audio_lines}"
        f"{video}\na=recvonly\na=rtcp-mux\na=rtpmap:102 H264/90000\n{video_lines or 'a=mid:1'}\n"
    )


def test_the_answer_of_the_rfc_is_accepted() -> None:
    parsed = sdp.parse(RFC_ANSWER)
    assert parsed.transport.ice_lite and parsed.transport.setup is Setup.PASSIVE
    assert parsed.transport.ice_ufrag == "38sdf4fdsf54"
    assert [(found.host, found.port) for found in parsed.transport.candidates] == [("198.51.100.1", 39132)]
    plan = plan_from(OFFER, parsed, SOURCES)
    assert plan.video.codec is Codec.VP8 and plan.video.rtx_payload_type == 97
    assert plan.audio is not None and plan.audio.payload_type == 111


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(answer(), id="transport and candidates in the first section alone"),
        pytest.param(answer("a=mid:1\na=fmtp:102 profile-level-id=42e01f; packetization-mode=1;  x=y"), id="blanks in fmtp"),
        pytest.param(answer("a=mid:1\na=extmap:3/recvonly http://x/y vp8=1 more"), id="extmap with direction and attributes"),
        pytest.param(answer("a=mid:1\na=ssrc:12345\na=ssrc:12346 cname\na=ssrc:1 msid:a b"), id="ssrc without a value"),
        pytest.param(answer().replace("setup:passive", "setup:actpass"), id="actpass"),
        pytest.param(answer("a=rtcp-rsize"), id="no mid"),
        pytest.param(answer("a=mid:1\na=fmtp:102 profile-level-id=42e0ff"), id="unknown level"),
        pytest.param(answer().replace("\n", "\r\n"), id="carriage returns"),
        pytest.param(answer().replace("a=rtcp-mux\n", ""), id="no rtcp-mux"),
        pytest.param(answer("a=mid:1\na=candidate:nonsense\na=candidate:1 2 udp 1 10.0.0.1 4001 typ host"), id="useless candidates"),
        pytest.param(answer("a=mid:video"), id="a mid of its own"),
    ],
)
def test_odd_answers_are_understood(text: str) -> None:
    parsed = sdp.parse(text)
    plan = plan_from(OFFER, parsed, SOURCES)
    assert plan.video.codec is Codec.H264 and plan.video.payload_type == 102
    assert plan.audio is not None
    assert parsed.transport.ice_ufrag == "abcd"
    assert len(parsed.transport.candidates) == 1


def test_session_level_attributes_apply_to_all_sections() -> None:
    text = answer(session_lines=f"a=ice-ufrag:sess\na=ice-pwd:{'y' * 22}\na=setup:active\na=fingerprint:SHA-256 {FINGERPRINT.lower()}\n")
    only_session = "\n".join(
        line for number, line in enumerate(text.split("\n")) if number < 9 or not line.startswith(("a=ice-", "a=fing", "a=setup"))
    )
    parsed = sdp.parse(only_session)
    assert parsed.transport.ice_ufrag == "sess" and parsed.transport.setup is Setup.ACTIVE
    assert parsed.transport.fingerprints == (("sha-256", FINGERPRINT),)


def test_refused_audio_leaves_video_and_refused_video_leaves_nothing() -> None:
    silent = (
        answer()
        .replace("m=audio 9", "m=audio 0")
        .replace("a=mid:1", "a=mid:1\na=ice-ufrag:vvvv\na=ice-pwd:wwwwwwwwwwwwwwwwwwwwww\na=fingerprint:sha-256 AA")
    )
    assert plan_from(OFFER, sdp.parse(silent), SOURCES).audio is None
    with pytest.raises(TransportError) as caught:
        plan_from(OFFER, sdp.parse(answer(video="m=video 0 UDP/TLS/RTP/SAVPF 0")), SOURCES)
    assert caught.value.refused and "video: refused" in caught.value.detail


def test_h264_is_preferred_to_vp8_in_any_order() -> None:
    text = answer("a=mid:1\na=rtpmap:96 VP8/90000", video="m=video 9 UDP/TLS/RTP/SAVPF 96 102")
    assert plan_from(OFFER, sdp.parse(text), SOURCES).video.codec is Codec.H264


@pytest.mark.parametrize(
    ("lines", "video", "codec"),
    [
        ("a=fmtp:102 packetization-mode=0", "102", None),
        ("a=fmtp:102 packetization-mode=2;profile-level-id=42e01f", "102", None),
        ("a=fmtp:102 packetization-mode=0\na=rtpmap:96 VP8/90000", "102 96", Codec.VP8),
        ("a=fmtp:102 packetization-mode=0\na=rtpmap:125 h264/90000\na=fmtp:125 packetization-mode=1", "102 125", Codec.H264),
        ("a=rtpmap:125 H264/90000\na=fmtp:125 profile-level-id=42e01f", "125", None),
        ("a=fmtp:102 profile-level-id=42e01f", "102", Codec.H264),
    ],
)
def test_h264_is_sent_only_with_our_packetization_mode(lines: str, video: str, codec: Codec | None) -> None:
    parsed = sdp.parse(answer(f"a=mid:1\n{lines}", video=f"m=video 9 UDP/TLS/RTP/SAVPF {video}"))
    if codec is None:
        with pytest.raises(TransportError) as caught:
            plan_from(OFFER, parsed, SOURCES)
        assert caught.value.code == "whip.codec" and "h264" in caught.value.detail.lower()
        return
    plan = plan_from(OFFER, parsed, SOURCES).video
    assert plan.codec is codec
    assert plan.payload_type == {"102 96": 96, "102 125": 125}.get(video, 102)


ENDLESS = "9" * 5000


@pytest.mark.parametrize("number", ["²", "٣", "-1", "1e3", "", "0x10", ENDLESS])
@pytest.mark.parametrize(
    "line", ["a=extmap:{} http://x/y", "a=ssrc:{} cname:a", "a=ssrc-group:FID 1 {}", "a=candidate:1 1 udp {} 10.0.0.9 1 typ host"]
)
def test_an_invalid_number_drops_only_its_line(line: str, number: str) -> None:
    parsed = sdp.parse(answer("a=mid:1\n" + line.format(number)))
    assert plan_from(OFFER, parsed, SOURCES).video.payload_type == 102
    video = parsed.media[1]
    assert (video.extensions, video.groups, dict(video.ssrcs)) == ((), (), {}) or (number == "" and video.groups == (("FID", (1,)),))
    assert [found.host for found in parsed.transport.candidates] == ["10.0.0.1"]


@pytest.mark.parametrize("number", ["²", ENDLESS, "-1"])
@pytest.mark.parametrize("line", ["m=video {} RTP/SAVPF 102", "m=video 9 RTP/SAVPF {}", "m=video 9 RTP/SAVPF 102\na=rtpmap:102 H264/{}"])
def test_an_invalid_number_that_is_needed_refuses_the_answer(line: str, number: str) -> None:
    with pytest.raises(SdpError, match="is not a number"):
        sdp.parse(answer(video=line.format(number)))


def test_the_best_candidates_are_kept_not_the_first() -> None:
    lines = [f"a=candidate:1 1 udp {1000 + number} 10.0.{number // 250}.{number % 250} 4000 typ host" for number in range(300)]
    lines.insert(0, "a=candidate:1 1 tcp 4000000000 10.9.9.9 9 typ host tcptype active")
    kept = sdp.parse(answer("a=mid:1\n" + "\n".join(lines))).transport.candidates
    assert len(kept) == sdp.MAX_CANDIDATES
    assert [found.priority for found in kept] == list(range(1299, 1299 - sdp.MAX_CANDIDATES, -1))


@pytest.mark.parametrize(("ufrag", "pwd"), [("abc", 22), ("u" * 257, 22), ("u" * 1150, 22), ("abcd", 21), ("abcd", 257)])
def test_ice_names_and_passwords_have_valid_lengths(ufrag: str, pwd: int) -> None:
    text = answer().replace("a=ice-ufrag:abcd", f"a=ice-ufrag:{ufrag}").replace("x" * 22, "x" * pwd)
    with pytest.raises(SdpError, match="ice-ufrag"):
        sdp.parse(text)


def test_the_result_is_no_larger_than_the_text() -> None:
    again = "m=video 9 UDP/TLS/RTP/SAVPF" + " 102" * 5000
    lines = "a=mid:1\na=fmtp:102 " + "x=y;" * 5000 + "\n" + "a=rtcp-fb:* nack\n" * 1000 + "a=fingerprint:sha-256 AB\n" * 50
    parsed = sdp.parse(answer(lines, video=again))
    (format_,) = parsed.media[1].formats
    assert len(format_.feedback) == sdp.MAX_FEEDBACK
    alone = sdp.parse(answer().replace(f"a=fingerprint:sha-256 {FINGERPRINT}", "a=fingerprint:sha-256 AB\n" * 500))
    assert len(alone.transport.fingerprints) == sdp.MAX_FINGERPRINTS


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "does not begin"),
        ("<html>", "does not begin"),
        ("v=0\n", "no media"),
        (answer().replace("a=fingerprint", "a=f"), "no fingerprint"),
        (answer().replace("a=ice-pwd", "a=i"), "no ice-ufrag"),
        (answer().replace("a=setup:passive", "a=setup:maybe"), "setup"),
        (answer().replace("m=video 9", "m=video nine"), "port"),
        ("v=0\n" + "a=x\n" * 20_000, "longer"),
        ("v=0\n" + "m=audio 9 RTP/AVP 0\n" * 40, "more than"),
        (answer().replace("m=audio 9 ", "m=audio 0 ").replace("m=video 9 ", "m=video 0 "), "rejected"),
    ],
)
def test_an_unusable_description_says_why(text: str, reason: str) -> None:
    with pytest.raises(SdpError, match=reason):
        sdp.parse(text)


def test_our_offer_has_what_relays_need_and_round_trips() -> None:
    text = sdp.render(OFFER, offer=True, session_id=5)
    assert text.endswith("\r\n") and "\n\n" not in text
    assert text.count("a=candidate:") == 1 and text.count("a=end-of-candidates") == 1
    assert "sha-384" not in text and text.count("a=sendonly") == 2 and text.count("a=setup:actpass") == 2
    assert "a=fmtp:102 level-asymmetry-allowed=1;packetization-mode=1;profile-level-id=42e01f" in text
    assert "a=fmtp:111 minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1" in text
    for feedback in ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc"):
        assert f"a=rtcp-fb:102 {feedback}\r\n" in text
    assert sdp.parse(text) == OFFER


def test_quirks_reach_the_offer() -> None:
    offer = make_offer(OFFER.transport, SOURCES, Quirks(audio_fmtp="stereo=1", h264_profile_level_id="640c1f"))
    text = sdp.render(offer, offer=True)
    assert "a=fmtp:111 stereo=1\r\n" in text and "profile-level-id=640c1f" in text


def test_an_answer_can_be_written_with_a_rejected_section() -> None:
    offer = sdp.parse(sdp.render(OFFER, offer=True))
    audio, video = offer.media
    rejected = sdp.MediaSection(video.kind, video.mid, Direction.INACTIVE, video.formats, rejected=True)
    text = sdp.render(sdp.Description(OFFER.transport, (audio, rejected), ("0",)), offer=False)
    parsed = sdp.parse(text)
    assert [section.rejected for section in parsed.media] == [False, True]
    assert parsed.bundle == ("0",) and "rtcp-mux-only" not in text
