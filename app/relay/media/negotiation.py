"""Answers SDP offers of publishers and viewers."""

import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace

from app.domain.program.packet import Codec
from app.relay.media.down_track import DownTrackFormat
from app.relay.media.ingest import IngestFormat
from app.relay.refusals import Refusal
from app.transport.headers import TRANSPORT_CC_URI
from app.transport.sdp import (
    Description,
    Direction,
    HeaderExtension,
    LocalTransport,
    MediaSection,
    PayloadFormat,
    SdpError,
    Setup,
    parse,
)

_FROM_PUBLISHER = ("nack", "nack pli", "ccm fir", "transport-cc")
_FROM_VIEWER = ("nack", "nack pli", "ccm fir", "goog-remb")
# Profiles by how widely browsers decode them. The bitstream may differ: decoders go by the bitstream.
_PROFILES = ("42e01f", "42001f", "4d001f", "4d401f", "64001f", "640c1f")
_CNAME = "tradewind"
# RFC 8839: 4 to 256 and 22 to 256 characters. Some peers use the other base64 alphabet.
_UFRAG = re.compile(r"[A-Za-z0-9+/_=-]{4,256}")
_PASSWORD = re.compile(r"[A-Za-z0-9+/_=-]{22,256}")


@dataclass(frozen=True, slots=True)
class SubscriberFormat:
    """What was negotiated with a viewer."""

    video: Mapping[Codec, DownTrackFormat]
    audio: DownTrackFormat | None


def read_offer(text: str) -> Description:
    """The parsed offer; raises Refusal with the reason if it cannot be answered."""
    try:
        offer = parse(text)
    except SdpError as error:
        raise Refusal("relay.bad_sdp", reason=str(error)) from error
    # A section that is not RTP (a data channel) is rejected, and need not be bundled or multiplexed.
    live = [section for section in offer.media if not section.rejected and "RTP" in section.protocol]
    if len({section.mid for section in offer.media}) < len(offer.media):
        raise Refusal("relay.bad_sdp", reason="two of its sections have the same mid")
    if len(live) > 1 and not set(offer.bundle) >= {section.mid for section in live}:
        raise Refusal("relay.bad_sdp", reason="its sections are not bundled")
    if not all(section.rtcp_mux for section in live):
        raise Refusal("relay.bad_sdp", reason="it does not multiplex RTCP")
    if not _UFRAG.fullmatch(offer.transport.ice_ufrag) or not _PASSWORD.fullmatch(offer.transport.ice_pwd):
        raise Refusal("relay.bad_sdp", reason="its ice-ufrag or ice-pwd is invalid")
    if not any(algorithm in ("sha-256", "sha-384", "sha-512") for algorithm, _ in offer.transport.fingerprints):
        raise Refusal("relay.bad_sdp", reason="it has no SHA-2 fingerprint")
    return offer


def our_setup(offer: Description) -> Setup:
    """Our DTLS role: passive, unless the peer insists on that."""
    return Setup.ACTIVE if offer.transport.setup is Setup.PASSIVE else Setup.PASSIVE


def _h264_rank(form: PayloadFormat) -> int | None:
    """The rank of an offered H.264 format, lower is better; None for packetisation mode 0, which cannot carry a key frame."""
    if form.parameters.get("packetization-mode", "0") != "1":
        return None
    profile = form.parameters.get("profile-level-id", "42e01f").lower()
    return _PROFILES.index(profile) if profile in _PROFILES else len(_PROFILES)


def _h264(section: MediaSection) -> PayloadFormat | None:
    ranked = [(rank, index, form) for index, form in enumerate(section.named("H264")) if (rank := _h264_rank(form)) is not None]
    return min(ranked)[2] if ranked else None


def _vp8(section: MediaSection) -> PayloadFormat | None:
    return next(iter(section.named("VP8")), None)


def _opus(section: MediaSection) -> PayloadFormat | None:
    return next((form for form in section.named("opus") if form.clock_hz == 48_000), None)


def _accepted(form: PayloadFormat, feedback: tuple[str, ...]) -> PayloadFormat:
    return replace(form, feedback=tuple(kind for kind in feedback if kind in form.feedback))


def _with_rtx(section: MediaSection, form: PayloadFormat) -> tuple[PayloadFormat, ...]:
    rtx = section.rtx_of(form.payload_type)
    if rtx is None:
        return (form,)
    return (form, PayloadFormat(rtx, "rtx", form.clock_hz, parameters={"apt": str(form.payload_type)}))


def _refused(section: MediaSection) -> MediaSection:
    return MediaSection(section.kind, section.mid, Direction.INACTIVE, section.formats[:1], rejected=True, protocol=section.protocol)


def _answer(offer: Description, local: LocalTransport, accepted: Mapping[str, MediaSection]) -> Description:
    sections = tuple(accepted.get(section.mid) or _refused(section) for section in offer.media)
    return Description(local, sections, tuple(accepted))


def answer_publisher(offer: Description, local: LocalTransport) -> tuple[Description, IngestFormat]:
    """Accept one video and one audio section, each with the publisher's preferred codec of those we forward.

    Raises Refusal, also if only one of the two can be accepted (RFC 9725): a show needs its video.
    """
    accepted: dict[str, MediaSection] = {}
    form = IngestFormat(Codec.H264, -1, -1, -1, -1)
    for kind in ("video", "audio"):
        section = offer.first(kind)
        if section is None or section.direction not in (Direction.SENDONLY, Direction.SENDRECV):
            continue
        known = {"video": (_h264(section), _vp8(section)), "audio": (_opus(section),)}[kind]
        found = sorted((one for one in known if one is not None), key=section.formats.index)
        if not found:
            raise Refusal("relay.codec_left", kind=kind)
        chosen = _accepted(found[0], _FROM_PUBLISHER)
        congestion = section.extension_id(TRANSPORT_CC_URI) if "transport-cc" in chosen.feedback else None
        formats = _with_rtx(section, chosen) if kind == "video" else (chosen,)
        accepted[section.mid] = MediaSection(
            kind,
            section.mid,
            Direction.RECVONLY,
            formats,
            extensions=(HeaderExtension(congestion, TRANSPORT_CC_URI),) if congestion else (),
            protocol=section.protocol,
        )
        if congestion:
            form = replace(form, transport_cc_id=congestion)
        if kind == "audio":
            form = replace(form, audio_payload_type=chosen.payload_type)
        else:
            codec = Codec.VP8 if chosen.name.lower() == "vp8" else Codec.H264
            rtx = formats[1].payload_type if len(formats) > 1 else -1
            form = replace(form, video_codec=codec, video_payload_type=chosen.payload_type, rtx_payload_type=rtx)
    if not accepted:
        raise Refusal("relay.no_codec")
    return _answer(offer, local, accepted), form


def _new_ssrc() -> int:
    return secrets.randbelow(0xFFFFFFFE) + 1


def _video_for_viewer(section: MediaSection) -> tuple[MediaSection | None, dict[Codec, DownTrackFormat]]:
    ssrc, rtx_ssrc = _new_ssrc(), _new_ssrc()
    formats: list[PayloadFormat] = []
    down_tracks: dict[Codec, DownTrackFormat] = {}
    for codec, found in ((Codec.H264, _h264(section)), (Codec.VP8, _vp8(section))):
        if found is not None:
            with_rtx = _with_rtx(section, _accepted(found, _FROM_VIEWER))
            formats += with_rtx
            rtx = with_rtx[1].payload_type if len(with_rtx) > 1 else -1
            down_tracks[codec] = DownTrackFormat(found.payload_type, ssrc, rtx, rtx_ssrc)
    if not formats:
        return None, {}
    has_rtx = any(form.name == "rtx" for form in formats)
    return MediaSection(
        "video",
        section.mid,
        Direction.SENDONLY,
        tuple(formats),
        ssrcs={ssrc: _CNAME, rtx_ssrc: _CNAME} if has_rtx else {ssrc: _CNAME},
        groups=(("FID", (ssrc, rtx_ssrc)),) if has_rtx else (),
        msid="tradewind picture",
        protocol=section.protocol,
    ), down_tracks


def answer_subscriber(offer: Description, local: LocalTransport) -> tuple[Description, SubscriberFormat]:
    """Accept every codec we forward: the viewer may connect before the publisher's codec is known. Raises Refusal."""
    accepted: dict[str, MediaSection] = {}
    down_tracks: dict[Codec, DownTrackFormat] = {}
    audio: DownTrackFormat | None = None
    wanted = (Direction.RECVONLY, Direction.SENDRECV)
    video_section, audio_section = offer.first("video"), offer.first("audio")
    if video_section is not None and video_section.direction in wanted:
        section, down_tracks = _video_for_viewer(video_section)
        if section is not None:
            accepted[section.mid] = section
    opus = _opus(audio_section) if audio_section is not None and audio_section.direction in wanted else None
    if audio_section is not None and opus is not None:
        audio = DownTrackFormat(opus.payload_type, _new_ssrc())
        accepted[audio_section.mid] = MediaSection(
            "audio",
            audio_section.mid,
            Direction.SENDONLY,
            (_accepted(opus, ("nack",)),),
            ssrcs={audio.ssrc: _CNAME},
            msid="tradewind sound",
            protocol=audio_section.protocol,
        )
    if not accepted:
        raise Refusal("relay.no_codec")
    return _answer(offer, local, accepted), SubscriberFormat(down_tracks, audio)
