"""Films and streams whose clocks jump or restart: they continue within a second, with video and sound in sync."""

import threading
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from app.media.capture.frames import FrameConverter
from app.media.capture.media_reader import SoundItem, VideoItem
from app.media.capture.stream_camera import StreamCameraReader
from app.media.capture.timestamps import TimestampCorrector
from tests.media.samples import sample
from tests.support.film_reading import read
from tests.support.films import film, numbered

S = 1_000_000_000


def gaps(items: list[VideoItem] | list[SoundItem]) -> list[float]:
    return list(np.diff([item.at_ns for item in items]) / S)


def test_timestamps_that_jump_by_78_seconds_are_corrected_at_once() -> None:
    frames, sound, reader = read(sample("stamps-jump-78s.ts"))
    assert len(frames) == 120
    assert max(gaps(frames)) < 0.5
    assert max(gaps(sound)) < 0.5
    assert abs(frames[-1].at_ns - sound[-1].at_ns) < S // 2  # still in sync
    assert 3.5 * S < reader.length_ns < 5 * S


def test_a_film_whose_timestamps_restart_continues(tmp_path: Path) -> None:
    path = film(tmp_path / "one.ts", lambda number: numbered(number, 320, 180), frames=30, sound=np.zeros((48_000, 2), np.float32))
    whole = path.read_bytes()
    path.write_bytes(whole * 3)
    frames, sound, _ = read(path)
    assert len(frames) >= 85
    assert max(gaps(frames)) < 0.5
    assert min(gaps(frames)) > -0.2
    assert frames[-1].at_ns > 2.5 * S
    assert abs(frames[-1].at_ns - sound[-1].at_ns) < S // 2


def test_a_file_as_camera_does_not_wait_for_a_clock_jump() -> None:
    reader = StreamCameraReader(str(sample("stamps-jump-78s.ts")), FrameConverter(), threading.Event(), mirror=False)
    assert sum(reader.read() is not None for _ in range(100)) == 100  # the jump is in the middle
    reader.close()


def slides(path: Path, seconds: tuple[float, ...]) -> Path:
    """A film with few frames at these times."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=1)
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        stream.time_base = stream.codec_context.time_base = Fraction(1, 1000)
        stream.options = {"tune": "zerolatency"}
        for number, at_s in enumerate(seconds):
            frame = av.VideoFrame.from_ndarray(numbered(number, 320, 180), "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = round(at_s * 1000), Fraction(1, 1000)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def test_long_slides_keep_their_time(tmp_path: Path) -> None:
    frames, _, _ = read(slides(tmp_path / "slides.mkv", (0, 8, 12, 20)))
    assert [round(item.at_ns / S) for item in frames] == [0, 8, 12, 20]


@pytest.mark.parametrize("jump_s", [3, 5, 9, 78])
def test_a_file_whose_video_and_sound_jump_together_is_corrected(tmp_path: Path, jump_s: int) -> None:
    path = tmp_path / "jump.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=25, options={"tune": "zerolatency"})
        stream.width, stream.height, stream.pix_fmt = 320, 180, "yuv420p"
        track = container.add_stream("pcm_s16le", rate=48_000, layout="stereo")
        for number in range(100):
            late = jump_s if number >= 50 else 0
            frame = av.VideoFrame.from_ndarray(numbered(number, 320, 180), "rgb24").reformat(format="yuv420p")
            frame.pts, frame.time_base = number + late * 25, Fraction(1, 25)
            container.mux(stream.encode(frame))
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 1920 * 2), np.int16), "s16", "stereo")
            sound.sample_rate, sound.pts, sound.time_base = 48_000, number * 1920 + late * 48_000, Fraction(1, 48_000)
            container.mux(track.encode(sound))
        container.mux(stream.encode())
        container.mux(track.encode())
    frames, heard, reader = read(path)
    assert len(frames) == 100
    assert max(gaps(frames)) <= 1.0
    assert abs(frames[-1].at_ns - heard[-1].at_ns) < S // 10
    assert reader.length_ns < 5 * S


def test_slides_with_music_keep_their_time(tmp_path: Path) -> None:
    path = slides(tmp_path / "slides.mkv", (0, 4, 9, 14))
    with_music = tmp_path / "music.mkv"
    with av.open(str(path)) as silent, av.open(str(with_music), "w") as container:
        stream = container.add_stream_from_template(silent.streams.video[0])
        track = container.add_stream("pcm_s16le", rate=48_000, layout="stereo")
        packets = [packet for packet in silent.demux(video=0) if packet.size]
        for at in range(0, 16 * 48_000, 4800):
            while packets and (packets[0].pts or 0) * packets[0].time_base <= at / 48_000:
                packet = packets.pop(0)
                packet.stream = stream
                container.mux(packet)
            sound = av.AudioFrame.from_ndarray(np.zeros((1, 4800 * 2), np.int16), "s16", "stereo")
            sound.sample_rate, sound.pts = 48_000, at
            container.mux(track.encode(sound))
        container.mux(track.encode())
    frames, _, _ = read(with_music)
    assert [round(item.at_ns / S) for item in frames] == [0, 4, 9, 14]


def test_a_jump_of_a_single_stream_is_corrected() -> None:
    stamps = TimestampCorrector(jumps=True)
    placed = [stamps.corrected("video", at, S // 25) for at in (0, S // 25, 90 * S, 90 * S + S // 25, 0)]
    assert placed == [S // 25 * number for number in range(5)]


def test_both_streams_share_a_jump_and_stay_in_sync() -> None:
    stamps = TimestampCorrector(jumps=True)
    stamps.corrected("video", 0, 40)
    stamps.corrected("sound", 0, 20)
    frame = stamps.corrected("video", 70 * S + 40, 40)
    sound = stamps.corrected("sound", 70 * S + 60, 20)
    assert sound - frame == 20


def test_a_stream_that_was_quiet_while_the_film_went_on_keeps_its_time() -> None:
    stamps = TimestampCorrector(jumps=True)
    stamps.corrected("video", 0, S // 25)
    for number in range(1, 500):
        stamps.corrected("sound", number * S // 50, S // 50)
    assert stamps.corrected("video", 10 * S, S // 25) == 10 * S
