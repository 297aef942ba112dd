"""The output: canvas, encoder settings, and the relays to publish to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.errors import Value


@dataclass(frozen=True, slots=True)
class Canvas:
    """The program's size in pixels (both even) and frames per second. Always planar I420, BT.709, limited range."""

    width: int = 1280
    height: int = 720
    fps: int = 30


class VideoCodec(Enum):
    H264 = "h264"
    VP8 = "vp8"


class EncoderChoice(Enum):
    """Which H.264 encoder to use; AUTO = the first that encodes a probe frame, hardware before x264."""

    AUTO = "auto"
    X264 = "libx264"
    NVENC = "h264_nvenc"
    QSV = "h264_qsv"
    AMF = "h264_amf"
    VIDEOTOOLBOX = "h264_videotoolbox"


class SpeedPreset(Enum):
    """x264's speed; AUTO = the slowest of veryfast, superfast, ultrafast that this machine can keep up with, by a short measurement at
    start."""

    AUTO = "auto"
    VERYFAST = "veryfast"
    SUPERFAST = "superfast"
    ULTRAFAST = "ultrafast"


class H264Profile(Enum):
    BASELINE = "baseline"  # constrained baseline: every WebRTC relay accepts it
    MAIN = "main"
    HIGH = "high"


@dataclass(frozen=True, slots=True)
class VideoSettings:
    """`bitrate_kbps` is the upper limit for congestion control; `gop_s` is the longest time between key frames."""

    bitrate_kbps: int = 2500
    encoder: EncoderChoice = EncoderChoice.AUTO
    preset: SpeedPreset = SpeedPreset.AUTO
    profile: H264Profile = H264Profile.BASELINE
    gop_s: float = 2.0


@dataclass(frozen=True, slots=True)
class AudioSettings:
    """Opus, 48 kHz, stereo, 20 ms packets."""

    bitrate_kbps: int = 128
    fec: bool = True
    dtx: bool = False


@dataclass(frozen=True, slots=True)
class Output:
    """Everything between the program and the packets."""

    canvas: Canvas = Canvas()
    video: VideoSettings = VideoSettings()
    audio: AudioSettings = AudioSettings()


EMBEDDED_RELAY_ID = "embedded"


@dataclass(frozen=True, slots=True)
class IceServer:
    """A STUN or TURN server; `credential` is empty for STUN."""

    url: str
    username: str = field(default="", repr=False)
    credential: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class Relay:
    """A WHIP server to publish to. Its token is in the keyring, under the address (`domain/base/address.py: relay_secret`).

    `preset` names a file in resources/relays ("generic" = no quirks); `values` fills the fields that the preset asks for.
    `whip_url` and `watch_url` come from the preset's templates, or from the user.
    """

    id: str
    name: str
    whip_url: str
    watch_url: str = ""
    region: str = ""
    preset: str = "generic"
    values: Mapping[str, Value] = field(default_factory=dict)
    ice_servers: tuple[IceServer, ...] = ()


@dataclass(frozen=True, slots=True)
class Quirks:
    """What a relay needs done differently; from its preset, applied by the transport.

    `media_within_ms` > 0: the relay drops tracks that send nothing this soon, so a frame and silence are sent at once.
    `token_domain`: a redirect may take the token to any https address of this domain, if the relay itself belongs to it.
    """

    audio_fmtp: str = "minptime=10;useinbandfec=1;stereo=1;sprop-stereo=1"
    h264_profile_level_id: str = "42e01f"
    max_bitrate_kbps: int = 0
    max_gop_s: float = 0.0
    max_height: int = 0
    keep_query: bool = True
    ice_servers_by_options: bool = False
    media_within_ms: int = 0
    token_domain: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """One relay to publish to now, with its secret. Sent over the link only, never saved or logged."""

    relay: Relay
    token: str = field(default="", repr=False)
    quirks: Quirks = Quirks()
