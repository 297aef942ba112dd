"""Makes an offer to a relay, and reads from its answer what to send."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.domain.program.broadcast import Step
from app.domain.program.output import Quirks
from app.domain.program.packet import AUDIO_CLOCK_HZ, VIDEO_CLOCK_HZ, Codec
from app.transport.errors import TransportError
from app.transport.headers import ABS_SEND_TIME_URI, MID_URI, TRANSPORT_CC_URI
from app.transport.sdp import Description, Direction, HeaderExtension, MediaSection, PayloadFormat, TransportDescription

OPUS_TYPE, H264_TYPE, H264_RTX_TYPE, VP8_TYPE, VP8_RTX_TYPE = 111, 102, 103, 96, 97
_VIDEO_FEEDBACK = ("nack", "nack pli", "ccm fir", "goog-remb", "transport-cc")
_AUDIO_FEEDBACK = ("transport-cc",)
_PREFERENCE = (("H264", Codec.H264), ("VP8", Codec.VP8))
MAX_SAID = 200
_EXTENSIONS = (HeaderExtension(1, MID_URI), HeaderExtension(2, ABS_SEND_TIME_URI), HeaderExtension(3, TRANSPORT_CC_URI))


@dataclass(frozen=True, slots=True)
class Sources:
    """The SSRCs and CNAME of one association's streams."""

    audio: int
    video: int
    video_rtx: int
    cname: str


@dataclass(frozen=True, slots=True)
class StreamPlan:
    """How to send one stream; `section` is the answer's section for it."""

    section: MediaSection
    codec: Codec
    payload_type: int
    clock_hz: int
    ssrc: int
    rtx_payload_type: int | None = None
    rtx_ssrc: int = 0


@dataclass(frozen=True, slots=True)
class SendPlan:
    """What to send to the relay; `audio` is None when it refused audio."""

    video: StreamPlan
    audio: StreamPlan | None


def _parameters(text: str) -> Mapping[str, str]:
    pairs = (item.strip().partition("=") for item in text.split(";"))
    return {key: value for key, _, value in pairs if key}


def make_offer(transport: TransportDescription, sources: Sources, quirks: Quirks) -> Description:
    """A minimal sendonly offer in one bundle: Opus, then H.264 before VP8 with retransmission."""
    h264 = {"level-asymmetry-allowed": "1", "packetization-mode": "1", "profile-level-id": quirks.h264_profile_level_id}
    audio = MediaSection(
        kind="audio",
        mid="0",
        direction=Direction.SENDONLY,
        formats=(PayloadFormat(OPUS_TYPE, "opus", AUDIO_CLOCK_HZ, 2, _parameters(quirks.audio_fmtp), _AUDIO_FEEDBACK),),
        extensions=_EXTENSIONS,
        ssrcs={sources.audio: sources.cname},
        msid=f"{sources.cname} audio",
    )
    video = MediaSection(
        kind="video",
        mid="1",
        direction=Direction.SENDONLY,
        formats=(
            PayloadFormat(H264_TYPE, "H264", VIDEO_CLOCK_HZ, 0, h264, _VIDEO_FEEDBACK),
            PayloadFormat(H264_RTX_TYPE, "rtx", VIDEO_CLOCK_HZ, 0, {"apt": str(H264_TYPE)}),
            PayloadFormat(VP8_TYPE, "VP8", VIDEO_CLOCK_HZ, 0, {}, _VIDEO_FEEDBACK),
            PayloadFormat(VP8_RTX_TYPE, "rtx", VIDEO_CLOCK_HZ, 0, {"apt": str(VP8_TYPE)}),
        ),
        extensions=_EXTENSIONS,
        ssrcs={sources.video: sources.cname, sources.video_rtx: sources.cname},
        groups=(("FID", (sources.video, sources.video_rtx)),),
        msid=f"{sources.cname} video",
    )
    return Description(transport, (audio, video), ("0", "1"))


def _answered(answer: Description, offered: MediaSection, index: int) -> MediaSection | None:
    """The answer's section for an offered one: by mid, or by position when mids are missing or unknown; None when refused."""
    by_mid = next((section for section in answer.media if section.mid == offered.mid and section.kind == offered.kind), None)
    by_place = answer.media[index] if index < len(answer.media) and answer.media[index].kind == offered.kind else None
    found = by_mid or by_place
    if found is None or found.rejected or found.direction in (Direction.INACTIVE, Direction.SENDONLY):
        return None
    return found


def _described(format_: PayloadFormat) -> str:
    mode = format_.parameters.get("packetization-mode", "")
    return f"{format_.name} in packetization-mode {mode}" if mode not in ("", "1") else format_.name


def _said(answer: Description) -> str:
    """A summary of the answer, for the error message."""
    return "; ".join(
        f"{section.kind}: " + ("refused" if section.rejected else ", ".join(map(_described, section.formats)) or "nothing")
        for section in answer.media
    )[:MAX_SAID]


def _as_we_send(format_: PayloadFormat) -> bool:
    """Whether this format is what we send. For H.264 that is packetization-mode 1 (RFC 6184).

    Some relays leave the parameters out of their answer. Then our offer's parameters apply to the payload type that we offered.
    """
    if format_.name.lower() != "h264":
        return True
    said = format_.parameters.get("packetization-mode", "1" if format_.payload_type == H264_TYPE else "0")
    return said == "1"


def _video_format(section: MediaSection) -> tuple[Codec, PayloadFormat] | None:
    """Our first codec that the section accepts as we send it."""
    for name, codec in _PREFERENCE:
        for format_ in section.named(name):
            if _as_we_send(format_):
                return codec, format_
    return None


def plan_from(offer: Description, answer: Description, sources: Sources) -> SendPlan:
    """What to send after this answer; raises TransportError (CODEC) when it has no video codec of ours."""
    offered_audio, offered_video = offer.media
    video_section = _answered(answer, offered_video, 1)
    audio_section = _answered(answer, offered_audio, 0)
    chosen = _video_format(video_section) if video_section is not None else None
    if video_section is None or chosen is None:
        raise TransportError("whip.codec", Step.CODEC, detail=_said(answer), refused=True)
    codec, format_ = chosen
    video = StreamPlan(
        section=video_section,
        codec=codec,
        payload_type=format_.payload_type,
        clock_hz=VIDEO_CLOCK_HZ,
        ssrc=sources.video,
        rtx_payload_type=video_section.rtx_of(format_.payload_type),
        rtx_ssrc=sources.video_rtx,
    )
    opus = audio_section.named("opus") if audio_section is not None else ()
    audio = StreamPlan(audio_section, Codec.OPUS, opus[0].payload_type, AUDIO_CLOCK_HZ, sources.audio) if audio_section and opus else None
    return SendPlan(video, audio)
