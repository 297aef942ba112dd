"""The encoders that we can open, and the order in which to try them."""

import sys
from collections.abc import Sequence

from app.domain.program.output import Canvas, EncoderChoice, H264Profile, SpeedPreset
from app.domain.program.packet import Codec
from app.media.encode.ffmpeg_encoder import EncoderConfig

HARDWARE = (EncoderChoice.NVENC, EncoderChoice.QSV, EncoderChoice.AMF, EncoderChoice.VIDEOTOOLBOX)

# One slice thread is cheapest and keeps one slice per frame; above 720p30 a frame may take more than one core's time.
_ONE_THREAD_PIXELS_PER_S = 1280 * 720 * 30
_MOST_THREADS = 4  # slices cost bits; four are enough for 1080p60


def threads_for(width: int, height: int, fps: int, cores: int) -> int:
    """Slice threads for x264 at this size and rate."""
    if width * height * fps <= _ONE_THREAD_PIXELS_PER_S:
        return 1
    return max(1, min(_MOST_THREADS, cores))


def x264_config(preset: SpeedPreset, profile: H264Profile) -> EncoderConfig:
    """libx264 for live: no B-frames, no look-ahead, an IDR when a frame asks for one."""
    return EncoderConfig(
        "libx264",
        Codec.H264,
        {
            "preset": preset.value,
            "tune": "zerolatency",
            "profile": profile.value,
            "forced-idr": "1",
            # Scene cuts would add IDRs that nobody asked for; the GOP and requests give enough.
            "sc_threshold": "0",
        },
        preset=preset.value,
        shares_memory=True,
    )


def vp8_config(canvas: Canvas) -> EncoderConfig:
    """libvpx VP8 for live. It does not follow rate changes, so a new rate needs a new encoder."""
    large = canvas.width * canvas.height * canvas.fps > _ONE_THREAD_PIXELS_PER_S
    options = {
        "deadline": "realtime",
        "cpu-used": "12" if large else "8",
        "lag-in-frames": "0",
        "undershoot-pct": "100",
        "overshoot-pct": "15",
        "qmin": "4",
        "qmax": "58",
        "max-intra-rate": "450",
        "static-thresh": "1",
    }
    return EncoderConfig("libvpx", Codec.VP8, options, steerable=False, shares_memory=True, constant_rate=True)


def _nvenc(profile: H264Profile) -> EncoderConfig:
    options = {
        "preset": "p3",
        "tune": "ull",
        "rc": "cbr",
        "profile": profile.value,
        "forced-idr": "1",
        "zerolatency": "1",
        "delay": "0",
        "strict_gop": "1",
    }
    return EncoderConfig("h264_nvenc", Codec.H264, options)


def _qsv(profile: H264Profile) -> EncoderConfig:
    options = {
        "preset": "veryfast",
        "profile": profile.value,
        "forced_idr": "1",
        "async_depth": "1",
        "low_power": "0",
        "scenario": "livestreaming",
    }
    return EncoderConfig("h264_qsv", Codec.H264, options, steerable=False, pixel_format="nv12")


def _amf(profile: H264Profile) -> EncoderConfig:
    options = {
        "usage": "ultralowlatency",
        "quality": "speed",
        "rc": "cbr",
        "profile": "constrained_baseline" if profile is H264Profile.BASELINE else profile.value,
        "forced_idr": "1",
    }
    return EncoderConfig("h264_amf", Codec.H264, options, steerable=False, pixel_format="nv12")


def _videotoolbox(profile: H264Profile) -> EncoderConfig:
    options = {"realtime": "1", "profile": profile.value, "prio_speed": "1", "allow_sw": "0"}
    return EncoderConfig("h264_videotoolbox", Codec.H264, options, steerable=False, pixel_format="nv12")


_HARDWARE_RECIPES = {
    EncoderChoice.NVENC: _nvenc,
    EncoderChoice.QSV: _qsv,
    EncoderChoice.AMF: _amf,
    EncoderChoice.VIDEOTOOLBOX: _videotoolbox,
}


def hardware_config(choice: EncoderChoice, profile: H264Profile) -> EncoderConfig:
    """The config of the hardware encoder `choice`."""
    return _HARDWARE_RECIPES[choice](profile)


def hardware_encoders(platform: str = sys.platform) -> tuple[EncoderChoice, ...]:
    """The hardware encoders that this platform can have."""
    if platform == "darwin":
        return (EncoderChoice.VIDEOTOOLBOX,)
    return (EncoderChoice.NVENC, EncoderChoice.QSV, EncoderChoice.AMF)


def h264_configs(
    choice: EncoderChoice, profile: H264Profile, preset: SpeedPreset, proven: Sequence[EncoderChoice]
) -> tuple[EncoderConfig, ...]:
    """The H.264 encoders to try, best first: a proven hardware encoder if wanted, x264, and x264 at its fastest as the last resort."""
    first = [one for one in proven if choice in {EncoderChoice.AUTO, one}]
    software = [preset, *([SpeedPreset.ULTRAFAST] if preset is not SpeedPreset.ULTRAFAST else [])]
    return (*(hardware_config(one, profile) for one in first), *(x264_config(one, profile) for one in software))
