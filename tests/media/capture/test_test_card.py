import numpy as np
import pytest

from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind
from app.media.capture.frame_code import cell_side, read, write
from app.media.capture.test_card import BARS, FLASH, STRIP
from app.media.capture.video_sources import make_video_source
from app.media.ports import Frame, VideoSource
from tests.support.clocks import SetClock
from tests.support.waiting import NoticeBox

# EBU 100/0/75/0 in BT.709, limited range: ITU-R BT.709 with 75 % = 191.
EBU_709 = ((235, 128, 128), (168, 44, 136), (145, 147, 44), (133, 63, 52), (63, 193, 204), (51, 109, 212), (28, 212, 120), (16, 128, 128))

HD = Canvas(1280, 720, 30)


def card(clock: SetClock, canvas: Canvas = HD, **settings: bool) -> VideoSource:
    made = make_video_source(Source("card", "Card", SourceKind.TEST_CARD, settings), canvas, clock, NoticeBox(), None)
    made.start()
    return made


def shown(made: VideoSource) -> Frame:
    frame = made.latest()
    assert frame is not None
    return frame


@pytest.mark.parametrize("canvas", [Canvas(1280, 720), Canvas(1920, 1080, 60), Canvas(640, 360), Canvas(720, 1280), Canvas(160, 160)])
def test_bars_and_code_are_on_every_canvas(canvas: Canvas) -> None:
    clock = SetClock(123_456_789_000_000)
    frame = shown(card(clock, canvas))
    assert (frame.width, frame.height) == (canvas.width, canvas.height)
    assert read(frame.y) == (1, 123_456_789 % 2**32)
    row = round(canvas.height * (BARS[0] + BARS[1]) / 2)
    for position, wanted in enumerate(EBU_709):
        column = canvas.width * (2 * position + 1) // 16
        found = (frame.y[row, column], frame.u[row // 2, column // 2], frame.v[row // 2, column // 2])
        assert max(abs(int(value) - want) for value, want in zip(found, wanted, strict=True)) <= 1
    assert (frame.u[: 2 * cell_side(canvas.width, canvas.height) // 2] == 128).all()


def test_frames_are_numbered_and_one_tick_has_one_frame() -> None:
    clock = SetClock()
    made = card(clock)
    for number in range(1, 50):
        first = shown(made)
        assert first.sequence == number
        assert read(first.y) == (number, clock.now_ns // 1_000_000)
        clock.pass_ms(3)
        assert shown(made) is first
        clock.pass_ms(1000 / 30 - 3)


def test_something_moves_in_every_frame() -> None:
    clock = SetClock()
    made = card(clock)
    rows = slice(round(720 * STRIP[0]), 720)
    before = shown(made)
    for _ in range(30):
        clock.pass_ms(1000 / 30)
        after = shown(made)
        assert (after.y[rows] != before.y[rows]).any()
        before = after


def test_each_full_second_flashes_for_fifty_milliseconds() -> None:
    clock = SetClock(5_020_000_000)
    made = card(clock, Canvas(320, 180, 100))
    flashes = []
    for _ in range(300):
        frame = shown(made)
        if frame.y[round(180 * (FLASH[0] + FLASH[1]) / 2), 5] > 200:
            flashes.append(frame.capture_ns // 1_000_000)
        clock.pass_ms(10)
    # It started 20 ms into a second: the rest of that flash, then whole ones.
    assert flashes == [*range(5020, 5050, 10), *range(6000, 6050, 10), *range(7000, 7050, 10), *range(8000, 8020, 10)]


def test_the_first_frame_of_a_second_flashes_even_if_late() -> None:
    clock = SetClock(5_500_000_000)
    made = card(clock, Canvas(320, 180, 5))
    row = round(180 * (FLASH[0] + FLASH[1]) / 2)
    levels = []
    for _ in range(4):
        levels.append((clock.now_ns // 1_000_000, int(shown(made).y[row, 5])))
        clock.pass_ms(190)
    assert levels == [(5500, 16), (5690, 16), (5880, 16), (6070, 235)]


def test_the_flash_can_be_switched_while_running() -> None:
    clock = SetClock(4_000_000_000)
    made = card(clock, flash=False)
    row = round(720 * (FLASH[0] + FLASH[1]) / 2)
    assert shown(made).y[row, 5] == 16
    assert made.reconfigure({"flash": True})
    clock.pass_ms(35)
    assert shown(made).y[row, 5] == 235


def test_a_held_frame_is_not_drawn_over() -> None:
    clock = SetClock()
    made = card(clock)
    held = []
    for _ in range(6):
        held.append(shown(made))
        clock.pass_ms(34)
    assert [read(frame.y) for frame in held] == [(number + 1, 1000 + 34 * number) for number in range(6)]


def test_the_code_survives_noise_and_blur_and_a_broken_code_is_rejected() -> None:
    plane = np.full((720, 1280), 90, np.uint8)
    write(plane, 0xDEADBEEF, 2**32 + 5)
    assert read(plane) == (0xDEADBEEF, 5)
    noisy = np.clip(plane.astype(int) + np.random.default_rng(1).integers(-70, 70, plane.shape), 0, 255).astype(np.uint8)
    assert read(noisy) == (0xDEADBEEF, 5)
    side = cell_side(1280, 720)
    plane[:side, 5 * side : 6 * side] = 251 - plane[0, 5 * side]  # one bit is flipped: the parity fails
    assert read(plane) is None
    assert read(np.full((720, 1280), 90, np.uint8)) is None
