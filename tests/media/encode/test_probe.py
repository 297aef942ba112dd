"""Hardware encoders are trusted only after a packet; a driver that hangs or crashes harms only its own process."""

import multiprocessing
import os
import threading
import time

import pytest

from app.domain.program.output import Canvas, EncoderChoice, H264Profile, SpeedPreset
from app.media.encode.encoder_configs import x264_config
from app.media.encode.ffmpeg_encoder import EncoderSettings, FFmpegEncoder
from app.media.encode.preset_chooser import noisy_frames
from app.media.encode.probe import HardwareProber, encode_some, plausible

CANVAS = Canvas(320, 180, 30)


def works(choice: EncoderChoice, canvas: Canvas, profile: H264Profile, kbps: int) -> None:
    """What a good driver does, shown with the encoder that every machine has."""
    encoder = FFmpegEncoder(x264_config(SpeedPreset.ULTRAFAST, profile), EncoderSettings(canvas, kbps, kbps, 60, profile))
    assert encoder.encode(noisy_frames(canvas.width, canvas.height, 1)[0], keyframe=False)[0].keyframe


def hangs(choice: EncoderChoice, canvas: Canvas, profile: H264Profile, kbps: int) -> None:
    time.sleep(60)


def crashes(choice: EncoderChoice, canvas: Canvas, profile: H264Profile, kbps: int) -> None:
    os.abort()


def probe(prober: HardwareProber, *choices: EncoderChoice) -> None:
    done = threading.Event()
    prober.ask(choices, CANVAS, H264Profile.BASELINE, 1000, done.set)
    assert done.wait(30)


@pytest.mark.parametrize(
    ("child", "answer"),
    [(works, ""), (hangs, "hung"), (crashes, "crashed"), (encode_some, "refused")],
    ids=["works", "hangs", "crashes", "refuses"],
)
def test_the_result_is_what_really_happened(child: object, answer: str) -> None:
    deadline_s = 3.0 if child is hangs else 30.0
    prober = HardwareProber(child=child, is_plausible=lambda choice: True, deadline_s=deadline_s)  # type: ignore[arg-type]
    probe(prober, EncoderChoice.NVENC)
    assert prober.failure(EncoderChoice.NVENC) == answer
    assert prober.working([EncoderChoice.QSV, EncoderChoice.NVENC]) == ((EncoderChoice.NVENC,) if not answer else ())
    assert not multiprocessing.active_children()
    prober.close()


def test_without_a_trace_of_hardware_no_process_starts() -> None:
    prober = HardwareProber(child=hangs, is_plausible=lambda choice: False)
    prober.ask([EncoderChoice.NVENC, EncoderChoice.AMF], CANVAS, H264Profile.BASELINE, 1000, lambda: None)
    assert not multiprocessing.active_children()
    assert prober.failure(EncoderChoice.NVENC) == "absent"
    prober.close()


def test_closing_kills_the_running_trial() -> None:
    prober = HardwareProber(child=hangs, is_plausible=lambda choice: True)
    told = threading.Event()
    prober.ask([EncoderChoice.NVENC, EncoderChoice.QSV], CANVAS, H264Profile.BASELINE, 1000, told.set)
    prober.close()
    assert not multiprocessing.active_children()
    assert not told.is_set()


def test_closing_while_a_trial_ends_kills_nothing_twice() -> None:
    for _ in range(3):
        prober = HardwareProber(child=crashes, is_plausible=lambda choice: True)
        ended = threading.Event()
        prober.ask([EncoderChoice.NVENC], CANVAS, H264Profile.BASELINE, 1000, ended.set)
        closers = [threading.Thread(target=prober.close) for _ in range(4)]
        for closer in closers:
            closer.start()
        for closer in closers:
            closer.join(30)
        prober.close()  # the finished trial is forgotten by now
        assert not multiprocessing.active_children()


def test_traces_of_hardware_are_sought_where_each_platform_has_them() -> None:
    assert plausible(EncoderChoice.NVENC, "linux", lambda path: path == "/dev/nvidiactl")
    assert not plausible(EncoderChoice.NVENC, "linux", lambda path: path == "/dev/dri/renderD128")
    assert plausible(EncoderChoice.QSV, "linux", lambda path: path == "/dev/dri/renderD128")
    assert plausible(EncoderChoice.AMF, "win32", lambda path: path.endswith("amfrt64.dll"))
    assert plausible(EncoderChoice.VIDEOTOOLBOX, "darwin", lambda path: False)
    assert not plausible(EncoderChoice.VIDEOTOOLBOX, "linux", lambda path: True)
    assert not plausible(EncoderChoice.NVENC, "darwin", lambda path: True)
