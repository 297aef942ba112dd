import threading
import time
from collections.abc import Callable, Iterator
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from app.domain.base.clock import SystemClock
from app.domain.base.errors import AppError, Value
from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind, settings_of
from app.media.capture.frame_code import read
from app.media.capture.media_reader import MediaReader, SoundItem, VideoItem
from app.media.capture.video_sources import make_video_source
from app.media.ports import Frame, Samples, VideoSource
from app.media.sound.sound_feed import SoundFeed
from tests.support.films import bars_rgb, film, numbered, sound_file
from tests.support.waiting import NoticeBox, until

RATE = 48_000

Play = Callable[..., "Player"]


def ramp(seconds: float) -> Samples:
    """Sound whose samples encode their number: left rises from -1 to 1 in a second, right holds the second."""
    number = np.arange(round(seconds * RATE))
    return np.stack([(number % RATE) / RATE * 2 - 1, number // RATE / 10], axis=1).astype(np.float32)


class Recorder(SoundFeed):
    """A feed that also records what was pushed, with the times."""

    def __init__(self) -> None:
        super().__init__()
        self.blocks: list[tuple[int, Samples]] = []
        self.flushes = 0

    def push(self, samples: Samples, capture_ns: int) -> None:
        self.blocks.append((capture_ns, samples.copy()))
        super().push(samples, capture_ns)

    def flush(self) -> None:
        self.flushes += 1
        super().flush()


class Player:
    """A running media source and every frame that it showed."""

    def __init__(self, path: Path | str, notices: NoticeBox, **values: Value) -> None:
        self.feed = Recorder()
        self.settings = {"location": str(path), **values}
        source = Source("m", "Film", SourceKind.MEDIA, self.settings)
        self.source: VideoSource = make_video_source(source, Canvas(), SystemClock(), notices, self.feed)
        self.seen: list[tuple[int, int, int]] = []  # (sequence, number in the frame, due time)
        self.source.start()

    def latest(self) -> Frame | None:
        frame = self.source.latest()
        if frame is not None and (not self.seen or self.seen[-1][0] != frame.sequence):
            code = read(frame.y) if frame.width > 2 else None
            self.seen.append((frame.sequence, code[0] if code else -1, frame.capture_ns))
        return frame

    def watch(self, frames: int) -> None:
        """Watch until this many different frames were seen."""
        until(lambda: self.latest() is not None and len(self.seen) >= frames, timeout_s=20)

    def change(self, **values: Value) -> bool:
        self.settings.update(values)
        return self.source.reconfigure(settings_of(Source("m", "Film", SourceKind.MEDIA, self.settings)))


@pytest.fixture
def notices() -> NoticeBox:
    return NoticeBox()


@pytest.fixture
def play(notices: NoticeBox) -> Iterator[Play]:
    players: list[Player] = []

    def start(path: Path | str, **values: Value) -> Player:
        players.append(Player(path, notices, **values))
        return players[-1]

    yield start
    for player in players:
        player.source.close()


@pytest.fixture(scope="module")
def one_second(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Thirty numbered frames and a second of sound of exactly the same length."""
    path = tmp_path_factory.mktemp("films") / "second.mkv"
    return film(path, lambda number: numbered(number, 320, 180), frames=30, sound=ramp(1.0))


def numbers_of(samples: Samples) -> np.ndarray[tuple[int], np.dtype[np.int64]]:
    """The number of each sample within its second."""
    found: np.ndarray[tuple[int], np.dtype[np.int64]] = np.rint((samples[:, 0].astype(np.float64) + 1) / 2 * RATE).astype(np.int64)
    return found


def test_a_loop_has_every_frame_and_every_sample(one_second: Path) -> None:
    reader = MediaReader(str(one_second), start_s=0, end_s=0, sound=True)
    for _ in range(2):
        items = list(reader.items())
        frames = [item for item in items if isinstance(item, VideoItem)]
        sound = [item for item in items if isinstance(item, SoundItem)]
        assert [round(item.at_ns * 30 / 1e9) for item in frames] == list(range(30))
        together = np.concatenate([item.samples for item in sound])
        assert np.abs(numbers_of(together) - np.arange(RATE)).max() <= 1  # 16 bits of a 48,000th
        assert sum(len(item.samples) for item in sound) == RATE
        assert abs(reader.length_ns - 1_000_000_000) < 1_000_000
    reader.close()


def test_in_and_out_points_cut_video_and_sound_at_the_same_time(one_second: Path) -> None:
    reader = MediaReader(str(one_second), start_s=0.5, end_s=0.8, sound=True)
    for _ in range(2):
        items = list(reader.items())
        frames = [item for item in items if isinstance(item, VideoItem)]
        assert [round(item.at_ns * 30 / 1e9) for item in frames] == list(range(9))
        together = np.concatenate([item.samples for item in items if isinstance(item, SoundItem)])
        assert len(together) == pytest.approx(0.3 * RATE, abs=50)
        assert abs(int(numbers_of(together)[0]) - RATE // 2) <= 50
        assert reader.length_ns == 300_000_000
    reader.close()


def test_video_and_sound_are_in_sync_and_loop_without_a_gap(one_second: Path, play: Play, notices: NoticeBox) -> None:
    player = play(one_second)
    player.watch(50)
    player.source.close()
    base = player.seen[0][2] - player.seen[0][1] * 1_000_000_000 // 30
    for _, number, due_ns in player.seen:  # a busy machine may drop some
        place = round((due_ns - base) * 30 / 1_000_000_000)
        assert number == place % 30
        # Matroska rounds times to a millisecond.
        assert abs(due_ns - base - place * 1_000_000_000 / 30) < 2_000_000
    joined = np.concatenate([samples for _, samples in player.feed.blocks])
    assert len(joined) > 1.4 * RATE
    assert np.abs((numbers_of(joined) - np.arange(len(joined)) + RATE // 2) % RATE - RATE // 2).max() <= 1
    ends = [at + len(samples) * 1_000_000_000 // RATE for at, samples in player.feed.blocks]
    assert max(abs(start - end) for (start, _), end in zip(player.feed.blocks[1:], ends, strict=False)) < 2_000_000
    assert abs(player.feed.blocks[0][0] - base) < 2_000_000  # sample 0 belongs to frame 0
    assert notices.codes() == []


def test_sound_is_pushed_ahead_but_not_far(one_second: Path, play: Play) -> None:
    player = play(one_second)
    until(lambda: len(player.feed.blocks) > 10)
    player.watch(10)
    newest, samples = player.feed.blocks[-1]
    ahead_s = (newest + len(samples) * 1e9 / RATE - time.monotonic_ns()) / 1e9
    assert ahead_s < 0.6


def test_pausing_keeps_the_frame_and_continues_from_there(one_second: Path, play: Play) -> None:
    player = play(one_second)
    player.watch(8)
    assert player.change(paused=True)
    until(lambda: player.feed.flushes == 1)
    held = player.latest()
    pushed = len(player.feed.blocks)
    assert not threading.Event().wait(0.3)  # nothing may change for three tenths of a second
    assert player.latest() is held
    assert len(player.feed.blocks) == pushed
    last_number = player.seen[-1][1]
    assert player.change(paused=False)
    shown = len(player.seen)
    player.watch(shown + 6)
    _, first, first_ns = player.seen[shown]
    assert 0 < (first - last_number) % 30 < 15  # where it was; a busy machine may drop some
    for _, number, due_ns in player.seen[shown:]:
        assert (number - first) % 30 == round((due_ns - first_ns) * 30 / 1_000_000_000) % 30
    # The sound that was pushed ahead and silenced is pushed again, each block with the same frame as before.
    again_at, again = player.feed.blocks[pushed]
    number, due_ns = first, first_ns
    base = due_ns - number * 1_000_000_000 // 30
    assert abs(again_at - base - int(numbers_of(again)[0]) * 1_000_000_000 // RATE) < 3_000_000


def test_without_loop_the_last_frame_stays_and_looping_can_be_switched_on(one_second: Path, play: Play) -> None:
    player = play(one_second, loop=False, start_s=0.7)
    until(lambda: player.latest() is not None and player.seen[-1][1] == 29)
    numbers = [number for _, number, _ in player.seen]
    assert numbers == sorted(set(numbers) & set(range(21, 30)))  # each once; a busy machine may drop some
    assert not threading.Event().wait(0.2)
    assert player.latest() is not None
    assert len(player.seen) == len(numbers)
    assert player.change(loop=True)
    player.watch(len(numbers) + 2)
    assert {number for _, number, _ in player.seen[len(numbers) :]} <= set(range(21, 30))


def test_other_settings_need_a_new_source(one_second: Path, play: Play) -> None:
    player = play(one_second)
    assert not player.change(start_s=0.5)


def test_a_paused_file_shows_its_first_frame(one_second: Path, play: Play) -> None:
    player = play(one_second, paused=True)
    until(player.latest)
    assert not threading.Event().wait(0.2)
    player.latest()
    assert [number for _, number, _ in player.seen] == [0]


def test_music_without_video_is_transparent_and_sounds(tmp_path: Path, play: Play, notices: NoticeBox) -> None:
    player = play(sound_file(tmp_path / "music.wav", ramp(0.5)))
    frame = until(player.latest)
    assert frame.alpha is not None
    assert not frame.alpha.any()
    until(lambda: len(player.feed.blocks) > 20)
    assert notices.codes() == []


@pytest.mark.parametrize("rotation", [90, 180, 270])
def test_a_phone_video_is_upright(tmp_path: Path, play: Play, rotation: int) -> None:
    path = film(tmp_path / "phone.mp4", lambda _: bars_rgb(320, 180), frames=4, rotation=rotation)
    frame = until(play(path).latest)
    assert (frame.width, frame.height) == ((320, 180) if rotation == 180 else (180, 320))
    plain = until(play(path.with_name("phone.mp4")).latest)
    # The display matrix turns clockwise by the angle that the planes must show.
    assert np.abs(np.rot90(plain.y, -rotation // 90).astype(int) - frame.y).max() <= 2


@pytest.mark.parametrize(
    ("rate", "size", "pix_fmt"), [(60, (322, 182), "yuv420p"), (24, (160, 120), "yuv444p"), (10, (640, 360), "yuv420p10le")]
)
def test_any_rate_size_and_format_plays(tmp_path: Path, play: Play, rate: int, size: tuple[int, int], pix_fmt: str) -> None:
    path = film(tmp_path / "film.mp4", lambda number: numbered(number, *size), frames=8, rate=rate, pix_fmt=pix_fmt)
    player = play(path)
    player.watch(10)
    gaps = {round((b[2] - a[2]) * rate / 1e9, 1) for a, b in pairwise(player.seen)}
    assert all(gap >= 1.0 and gap == int(gap) for gap in gaps)  # whole frame times; a busy machine may drop some
    frame = player.latest()
    assert frame is not None
    assert (frame.width, frame.height) == size


def test_a_missing_file_is_reported_once_and_played_when_it_appears(
    tmp_path: Path, play: Play, notices: NoticeBox, one_second: Path
) -> None:
    path = tmp_path / "later.mkv"
    player = play(path)
    missing = notices.next()
    assert (missing.code, dict(missing.data)) == ("media.missing", {"source": "Film", "location": str(path)})
    assert player.latest() is None
    path.write_bytes(one_second.read_bytes())
    until(player.latest)
    assert notices.next().code == "source.back"
    assert notices.codes() == []


def test_a_file_that_is_not_a_film_is_an_app_error(tmp_path: Path, play: Play, notices: NoticeBox) -> None:
    path = tmp_path / "film.mp4"
    path.write_bytes(b"this is not a film " * 100)
    player = play(path)
    refused = notices.next()
    assert refused.code == "media.unreadable"
    assert refused.data["reason"]
    assert player.source.stats().detail == "media.unreadable"


def test_a_broken_film_plays_after_it_is_copied_again(tmp_path: Path, play: Play, notices: NoticeBox, one_second: Path) -> None:
    path = tmp_path / "film.mkv"
    path.write_bytes(one_second.read_bytes()[:300])
    player = play(path)
    assert notices.next().code.startswith("media.")
    path.write_bytes(one_second.read_bytes())
    until(player.latest)
    assert notices.next().code == "source.back"


def test_a_damaged_film_continues_after_the_damage(tmp_path: Path, one_second: Path) -> None:
    data = bytearray(one_second.read_bytes())
    middle = len(data) // 2
    data[middle : middle + 400] = bytes(400)
    path = tmp_path / "damaged.mkv"
    path.write_bytes(bytes(data))
    reader = MediaReader(str(path), start_s=0, end_s=0, sound=True)
    times = [item.at_ns for item in reader.items() if isinstance(item, VideoItem)]
    reader.close()
    assert len(times) > 20
    assert max(times) > 900_000_000


def test_an_empty_container_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "subtitles.srt"
    path.write_text("1\n00:00:00,000 --> 00:00:01,000\nHello\n")
    with pytest.raises(AppError) as refused:
        MediaReader(str(path), start_s=0, end_s=0, sound=True)
    assert refused.value.code == "media.empty"
