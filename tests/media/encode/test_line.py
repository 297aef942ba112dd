"""One codec's stream over the life and death of its encoders."""

import itertools
import threading
from collections.abc import Callable, Iterator, Sequence

import pytest

from app.domain.base.clock import NS_PER_MS, SystemClock
from app.domain.base.notice import Notice
from app.domain.program.output import Canvas, H264Profile, SpeedPreset
from app.domain.program.packet import VIDEO_CLOCK_HZ, Codec
from app.media.encode.adapted import open_encoder
from app.media.encode.codec import Encoded, OpenEncoder, Recipe, Wanted
from app.media.encode.errors import EncodeError
from app.media.encode.line import EncodeLine, same_but_rate
from app.media.encode.recipes import vp8, x264
from app.media.encode.worker import EncoderLike
from app.media.ports import Picture
from tests.support.packets import PacketCollector, decoded
from tests.support.pictures import NS_PER_FRAME, noise

CANVAS = Canvas(320, 180, 30)
WANTED = Wanted(CANVAS, 2000, 2000, 60)
FAST = x264(SpeedPreset.SUPERFAST, H264Profile.BASELINE)
LAST = x264(SpeedPreset.ULTRAFAST, H264Profile.BASELINE)


class Breaking:
    """A real encoder whose driver breaks at the third picture: `breakage` raises, or hangs until the test lets go."""

    def __init__(self, recipe: Recipe, wanted: Wanted, breakage: Callable[[], None]) -> None:
        self._encoder = OpenEncoder(recipe, wanted)
        self._breakage = breakage
        self._pictures = 0

    @property
    def kbps(self) -> int:
        return self._encoder.kbps

    def encode(self, picture: Picture, *, keyframe: bool) -> Sequence[Encoded]:
        self._pictures += 1
        if self._pictures == 3:
            self._breakage()
        return self._encoder.encode(picture, keyframe=keyframe)

    def set_bitrate(self, kbps: int) -> bool:
        return self._encoder.set_bitrate(kbps)


class Bench:
    """A line, what came out of it, and what it said."""

    def __init__(
        self, codec: Codec = Codec.H264, opener: Callable[[Recipe, Wanted], EncoderLike] = open_encoder, stall_ms: int = 3000
    ) -> None:
        self.collected = PacketCollector()
        self.notices: list[Notice] = []
        self.line = EncodeLine(
            codec=codec,
            clock=SystemClock(),
            push=self.collected.push,
            notify=self.notices.append,
            opener=opener,
            stall_ns=stall_ms * NS_PER_MS,
        )
        self.number = 0

    def send(self, count: int) -> None:
        """Submit pictures one after the other, each when the one before came out."""
        for _ in range(count):
            had = len(self.collected.packets)
            self.number += 1
            self.line.submit(noise(self.number))
            self.collected.wait_for(lambda packets, had=had: len(packets) > had)  # type: ignore[misc]

    def close(self) -> None:
        self.line.close()
        assert self.line.join(5.0)


@pytest.fixture
def bench() -> Iterator[Bench]:
    made = Bench()
    yield made
    made.close()


def test_pictures_come_out_once_each_in_step_with_their_capture_times(bench: Bench) -> None:
    bench.line.configure((FAST,), WANTED)
    bench.send(20)
    packets = bench.collected.video()
    assert len(decoded(packets)) == 20
    assert [packet.capture_ns for packet in packets] == [number * NS_PER_FRAME for number in range(1, 21)]
    assert [packet.pts for packet in packets] == [number * NS_PER_FRAME * VIDEO_CLOCK_HZ // 1_000_000_000 for number in range(20)]
    assert bench.line.counts().encoded == 20
    assert bench.line.counts().dropped == 0
    assert [packet.keyframe for packet in packets] == [True] + [False] * 19


def test_a_new_encoder_goes_on_with_the_stream_and_begins_with_a_key_frame(bench: Bench) -> None:
    bench.line.configure((FAST,), WANTED)
    bench.send(5)
    bench.line.configure((LAST,), WANTED)
    bench.send(5)
    packets = bench.collected.video()
    assert [packet.keyframe for packet in packets] == [True, *[False] * 4] * 2
    assert [a.pts < b.pts for a, b in itertools.pairwise(packets)] == [True] * 9
    assert len(decoded(packets)) == 10
    assert bench.line.counts().idr_sent == 2


def test_a_slow_encoder_drops_pictures_and_says_so() -> None:
    hold, opened = threading.Event(), threading.Event()

    def slow(recipe: Recipe, wanted: Wanted) -> EncoderLike:
        opened.set()
        hold.wait(20)
        return open_encoder(recipe, wanted)

    bench = Bench(opener=slow)
    bench.line.configure((FAST,), WANTED)
    bench.line.submit(noise(1))
    assert opened.wait(20)  # the first is in hand
    for number in range(2, 8):
        bench.line.submit(noise(number))
    hold.set()
    bench.collected.wait_for_video(2)
    assert [packet.capture_ns for packet in bench.collected.video()] == [NS_PER_FRAME, 7 * NS_PER_FRAME]  # only the newest waited
    assert bench.line.counts().dropped == 5
    bench.close()


def test_the_next_encoder_takes_over_from_one_that_fails() -> None:
    def fail() -> None:
        raise EncodeError("encoder.failed", encoder="libx264", reason="device lost")

    bench = Bench(opener=lambda recipe, wanted: Breaking(recipe, wanted, fail) if recipe is FAST else OpenEncoder(recipe, wanted))
    bench.line.configure((FAST, LAST), WANTED)
    bench.send(2)
    bench.line.submit(noise(3))  # lost with the encoder
    while not bench.notices:
        threading.Event().wait(0.005)
    bench.number = 3
    bench.send(3)
    packets = bench.collected.video()
    assert [packet.keyframe for packet in packets] == [True, False, True, False, False]
    assert len(decoded(packets)) == 5
    assert [(notice.code, notice.data["next"]) for notice in bench.notices] == [("encoder.replaced", "libx264 ultrafast")]
    assert (bench.line.counts().encoded, bench.line.counts().dropped) == (5, 1)
    bench.close()


def test_the_next_encoder_takes_over_from_one_that_hangs() -> None:
    released = threading.Event()

    def hang() -> None:
        released.wait(20)

    bench = Bench(
        opener=lambda recipe, wanted: Breaking(recipe, wanted, hang) if recipe is FAST else OpenEncoder(recipe, wanted), stall_ms=150
    )
    bench.line.configure((FAST, LAST), WANTED)
    bench.send(2)
    while not bench.notices:  # pictures keep coming from the composer
        bench.number += 1
        bench.line.submit(noise(bench.number))
        threading.Event().wait(0.01)
    bench.send(3)
    before = [packet.pts for packet in bench.collected.video()]
    released.set()  # what the hanging one still says is not sent
    bench.send(3)
    after = [packet.pts for packet in bench.collected.video()]
    assert bench.notices[0].data["reason"] == "stalled"
    assert after[: len(before)] == before
    assert after == sorted(set(after))
    assert len(decoded(bench.collected.video())) == len(after)
    bench.close()


def test_when_no_encoder_is_left_it_is_said_and_the_engine_goes_on() -> None:
    def refuse(recipe: Recipe, wanted: Wanted) -> EncoderLike:
        raise EncodeError("encoder.open", encoder=recipe.name, reason="no memory")

    bench = Bench(opener=refuse)
    bench.line.configure((FAST,), WANTED)
    bench.line.submit(noise(1))
    while not bench.notices:
        threading.Event().wait(0.005)
    bench.line.submit(noise(2))
    assert [notice.code for notice in bench.notices] == ["encoder.none"]
    assert bench.line.recipe is None
    bench.close()


def test_a_change_of_rate_alone_keeps_the_encoder(bench: Bench) -> None:
    bench.line.configure((FAST,), WANTED)
    bench.send(3)
    assert bench.line.keeps((FAST,), Wanted(CANVAS, 1500, 1500, 60))
    assert not bench.line.keeps((FAST,), Wanted(CANVAS, 2500, 2500, 60)), "the rate buffer was opened for less"
    assert not bench.line.keeps((FAST,), Wanted(CANVAS, 2000, 2000, 30))
    assert not bench.line.keeps((LAST,), WANTED)


def test_same_but_rate_compares_everything_else() -> None:
    assert same_but_rate(WANTED, Wanted(CANVAS, 100, 50, 60))
    assert not same_but_rate(WANTED, Wanted(Canvas(320, 180, 25), 2000, 2000, 60))
    assert not same_but_rate(WANTED, Wanted(CANVAS, 2000, 2000, 60, H264Profile.HIGH))
    assert not same_but_rate(WANTED, Wanted(CANVAS, 2000, 2000, 60, threads=2))


def test_a_closed_line_takes_no_pictures(bench: Bench) -> None:
    bench.line.configure((FAST,), WANTED)
    bench.send(2)
    bench.line.close()
    bench.line.submit(noise(9))
    assert bench.line.join(5.0)
    assert bench.line.counts().encoded == 2
    bench.line.configure((FAST,), WANTED)
    bench.send(2)
    packets = bench.collected.video()
    assert [packet.pts for packet in packets] == sorted({packet.pts for packet in packets})


def test_vp8_is_opened_anew_for_a_new_rate_though_not_for_a_little() -> None:
    bench = Bench(Codec.VP8)
    bench.line.configure((vp8(CANVAS),), WANTED)
    bench.send(3)
    bench.line.set_bitrate(1900)
    bench.send(3)
    assert bench.line.counts().idr_sent == 1
    assert bench.line.keeps((vp8(CANVAS),), Wanted(CANVAS, 900, 900, 60)), "what to do about the rate is for set_bitrate to say"
    bench.close()
