"""Overlays, checked in the planes that they are drawn on."""

import threading
import tracemalloc
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import pytest

from app.domain.base.clock import NS_PER_MS, NS_PER_S
from app.domain.base.errors import AppError
from app.domain.program.command import DropOverlay, PutOverlay
from app.domain.program.output import Canvas
from app.domain.program.overlay import MAX_OVERLAY_BYTES, MAX_OVERLAYS, OverlayAnimation
from app.media.capture.colour import program_yuv
from app.media.compose.overlays import Overlays
from app.media.frame_pool import Planes
from app.media.ports import Frame
from tests.support.waiting import until

CANVAS = Canvas(320, 180, 25)
PERIOD_NS = NS_PER_S // 25
GROUND = (60, 100, 150)
RED, BLUE = (255, 0, 0), (0, 0, 255)
RANDOM = np.random.default_rng(3)

Rgba = npt.NDArray[np.uint8]


def filled(width: int, height: int, colour: tuple[int, int, int], alpha: int = 255) -> Rgba:
    rgba = np.empty((height, width, 4), np.uint8)
    rgba[:] = (*colour, alpha)
    return rgba


def put(
    overlay_id: str,
    rgba: Rgba,
    x: int,
    y: int,
    enter: OverlayAnimation = OverlayAnimation.NONE,
    duration_ms: int = 0,
    scroll: float = 0.0,
    canvas: Canvas = CANVAS,
) -> PutOverlay:
    """At these pixels."""
    height, width = rgba.shape[:2]
    return PutOverlay(overlay_id, width, height, rgba.tobytes(), x / canvas.width, y / canvas.height, enter, duration_ms, scroll)


class Stage:
    """Overlays on a canvas with consecutive frames; time is the frame number."""

    def __init__(self, canvas: Canvas = CANVAS) -> None:
        self.overlays = Overlays()
        self.number = 0
        self.use(canvas)

    def use(self, canvas: Canvas) -> None:
        self.canvas = canvas
        self.overlays.set_canvas(canvas)

    def frame(self) -> Frame:
        """The next frame."""
        self.number += 1
        planes = Planes(self.canvas.width, self.canvas.height)
        planes.fill(*GROUND)
        frame = Frame(planes.y, planes.u, planes.v, self.number * PERIOD_NS, self.number)
        self.overlays.draw(frame, frame.capture_ns)
        return frame

    def frames(self, count: int) -> list[Frame]:
        return [self.frame() for _ in range(count)]


@pytest.fixture
def stage() -> Stage:
    return Stage()


def colour_at(frame: Frame, x: int, y: int) -> tuple[int, int, int]:
    return int(frame.y[y, x]), int(frame.u[y // 2, x // 2]), int(frame.v[y // 2, x // 2])


def changed_box(frame: Frame) -> tuple[int, int, int, int]:
    """(left, top, right, bottom) of the luma that differs from the background; zeros if none does."""
    rows, columns = np.nonzero(frame.y != GROUND[0])
    return (int(columns.min()), int(rows.min()), int(columns.max()) + 1, int(rows.max()) + 1) if rows.size else (0, 0, 0, 0)


def untouched(frame: Frame) -> bool:
    return all(bool((plane == level).all()) for plane, level in zip((frame.y, frame.u, frame.v), GROUND, strict=True))


def test_an_overlay_is_in_its_place_with_its_colour_and_nothing_else_changes(stage: Stage) -> None:
    stage.overlays.put(put("card", filled(40, 20, RED), 100, 50))
    frame = stage.frame()
    assert changed_box(frame) == (100, 50, 140, 70)
    assert colour_at(frame, 120, 60) == pytest.approx(program_yuv(*RED), abs=1)
    assert colour_at(frame, 98, 60) == colour_at(frame, 142, 60) == GROUND


def test_every_alpha_is_blended_within_two_levels_of_the_float_reference(stage: Stage) -> None:
    rgba = RANDOM.integers(0, 256, (30, 40, 4), dtype=np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    stage.overlays.put(put("card", rgba, 20, 10))
    frame = stage.frame()
    alpha = rgba[:, :, 3].astype(np.float64) / 255
    wanted = np.array([[program_yuv(*(int(part) for part in pixel[:3])) for pixel in row] for row in rgba], np.float64)
    for number, (plane, share) in enumerate(((frame.y, 1), (frame.u, 2), (frame.v, 2))):
        found = plane[10 // share : 70 // share, 20 // share : 100 // share].astype(np.float64)
        reference = wanted[::share, ::share, number] * alpha[::share, ::share] + GROUND[number] * (1 - alpha[::share, ::share])
        assert np.abs(found - reference).max() <= 2


def test_overlays_stack_in_the_order_of_their_first_put(stage: Stage) -> None:
    stage.overlays.put(put("below", filled(40, 40, RED), 100, 50))
    stage.overlays.put(put("above", filled(40, 40, BLUE), 120, 50))
    stage.overlays.put(put("below", filled(40, 40, (0, 255, 0)), 100, 50))
    assert colour_at(stage.frame(), 130, 60) == pytest.approx(program_yuv(*BLUE), abs=1)


def test_an_overlay_image_is_replaced_between_two_frames_without_an_animation(stage: Stage) -> None:
    stage.overlays.put(put("card", filled(40, 20, RED), 100, 50, OverlayAnimation.FADE, 80))
    stage.frames(5)
    stage.overlays.put(put("card", filled(60, 30, BLUE), 90, 40, OverlayAnimation.FADE, 10_000))
    frame = stage.frame()
    assert changed_box(frame) == (90, 40, 150, 70)
    assert colour_at(frame, 120, 60) == pytest.approx(program_yuv(*BLUE), abs=1)


def test_digits_replaced_while_drawing_are_never_missing_or_mixed() -> None:
    stage = Stage(Canvas(320, 180, 30))
    faces = [put("clock", filled(64, 40, colour), 128, 70) for colour in (RED, BLUE)]
    stage.overlays.put(faces[0])
    ended = threading.Event()

    def keep_putting() -> None:
        number = 0
        while not ended.is_set():
            number += 1
            stage.overlays.put(faces[number % 2])

    thread = threading.Thread(target=keep_putting)
    thread.start()
    try:
        seen: set[tuple[int, ...]] = set()
        drawn = 0

        def both_came_often() -> bool:
            nonlocal drawn
            frame = stage.frame()
            middle = {colour_at(frame, x, y) for x in (130, 160, 190) for y in (72, 90, 108)}
            assert len(middle) == 1
            seen.update(middle)
            drawn += 1
            return drawn >= 300 and len(seen) >= 2

        until(both_came_often, timeout_s=60)
    finally:
        ended.set()
        thread.join()
    assert GROUND not in seen
    assert len(seen) == 2


def share_of_red(frames: Sequence[Frame], x: int, y: int) -> list[float]:
    red = program_yuv(*RED)[2]
    return [(int(frame.v[y // 2, x // 2]) - GROUND[2]) / (red - GROUND[2]) for frame in frames]


def test_a_fade_takes_as_many_frames_as_it_lasts_and_ends_exactly(stage: Stage) -> None:
    stage.overlays.put(put("card", filled(40, 20, RED), 100, 50, OverlayAnimation.FADE, 400))
    shares = share_of_red(stage.frames(12), 120, 60)
    assert all(a < b for a, b in pairwise(shares[:8])), "ten frames are 400 ms, the last hardly differ"
    assert shares[0] == pytest.approx(1 - 0.9**3, abs=0.03), "the first frame shows the first step"
    assert shares[9:] == pytest.approx([1.0, 1.0, 1.0], abs=0.02)
    stage.overlays.drop(DropOverlay("card", OverlayAnimation.FADE, 200))
    shares = share_of_red(stage.frames(5), 120, 60)
    assert all(a > b for a, b in pairwise(shares))
    assert shares[4] == 0
    assert untouched(stage.frame())
    assert not stage.overlays.present


@pytest.mark.parametrize(
    ("animation", "axis", "way"),
    [
        (OverlayAnimation.SLIDE_LEFT, 0, 1),
        (OverlayAnimation.SLIDE_RIGHT, 0, -1),
        (OverlayAnimation.SLIDE_TOP, 1, 1),
        (OverlayAnimation.SLIDE_BOTTOM, 1, -1),
    ],
)
def test_a_slide_enters_and_leaves_over_its_side(stage: Stage, animation: OverlayAnimation, axis: int, way: int) -> None:
    stage.overlays.put(put("card", filled(40, 20, RED), 100, 80, animation, 400))
    boxes = [changed_box(frame) for frame in stage.frames(11)]
    # Its outer edge: the one that enters first.
    guard = axis + 2 if way > 0 else axis
    edges = [box[guard] for box in boxes]
    steps = [way * (b - a) for a, b in pairwise(edges)]
    assert all(step > 0 for step in steps[:7])
    assert all(a >= b for a, b in pairwise(steps)), "it slows down"
    assert boxes[10] == boxes[9] == (100, 80, 140, 100)
    stage.overlays.drop(DropOverlay("card", animation, 200))
    leaving = [changed_box(frame) for frame in stage.frames(5)]
    assert leaving[4] == (0, 0, 0, 0)
    left = [way * box[guard] for box in leaving[:4] if box != (0, 0, 0, 0)]
    assert left == sorted(left, reverse=True)
    assert left[0] < way * boxes[10][guard]


def test_scaling_grows_from_the_centre(stage: Stage) -> None:
    stage.overlays.put(put("card", filled(80, 40, RED), 100, 50, OverlayAnimation.SCALE, 400))
    boxes = [changed_box(frame) for frame in stage.frames(11)]
    widths = [box[2] - box[0] for box in boxes]
    assert widths == sorted(widths)
    assert 50 < widths[0] < 70
    assert boxes[10] == (100, 50, 180, 90)
    assert all((box[0] + box[2]) / 2 == pytest.approx(140, abs=2) and (box[1] + box[3]) / 2 == pytest.approx(70, abs=2) for box in boxes)


def test_an_overlay_dropped_while_it_enters_leaves_from_where_it_is(stage: Stage) -> None:
    stage.overlays.put(put("card", filled(40, 20, RED), 100, 80, OverlayAnimation.SLIDE_LEFT, 400))
    entering = [changed_box(frame)[2] for frame in stage.frames(3)]
    stage.overlays.drop(DropOverlay("card", OverlayAnimation.SLIDE_LEFT, 400))
    leaving = [changed_box(frame)[2] for frame in stage.frames(11)]
    assert entering[-1] - 4 <= leaving[0] <= entering[-1] + 12, "it starts where it was"
    assert leaving[-1] == 0
    falling = leaving[1:]
    assert falling == sorted(falling, reverse=True)


def test_an_overlay_put_again_while_it_leaves_enters_again(stage: Stage) -> None:
    stage.overlays.put(put("card", filled(40, 20, RED), 100, 80))
    stage.frame()
    stage.overlays.drop(DropOverlay("card", OverlayAnimation.FADE, 400))
    stage.frames(3)
    stage.overlays.put(put("card", filled(40, 20, BLUE), 200, 80))
    frames = stage.frames(10)
    assert colour_at(frames[0], 220, 90) == pytest.approx(program_yuv(*BLUE), abs=1)
    assert colour_at(frames[0], 120, 90) != GROUND
    assert changed_box(frames[-1]) == (200, 80, 240, 100)


def test_dropping_an_unknown_or_undrawn_overlay_changes_nothing(stage: Stage) -> None:
    stage.overlays.drop(DropOverlay("nobody", OverlayAnimation.FADE, 400))
    stage.overlays.put(put("card", filled(40, 20, RED), 100, 80, OverlayAnimation.FADE, 400))
    stage.overlays.drop(DropOverlay("card", OverlayAnimation.FADE, 400))
    assert not stage.overlays.present
    assert untouched(stage.frame())


def strip(width: int = 700, height: int = 20) -> Rgba:
    """Columns that differ: bright bars of growing width."""
    rgba = filled(width, height, (20, 20, 20))
    for start in range(0, width, 35):
        rgba[:, start : start + 4 + start // 35] = (230, 230, 230, 255)
    return rgba


@pytest.mark.parametrize("speed", [100.0, -100.0])
def test_a_scrolling_strip_wraps_without_a_seam(stage: Stage, speed: float) -> None:
    rgba = strip()
    stage.overlays.put(put("ticker", rgba, 0, 150, scroll=speed))
    luma = [program_yuv(*(int(part) for part in pixel[:3]))[0] for pixel in rgba[0]]
    for number, frame in enumerate(stage.frames(200), 1):
        first = int(np.sign(speed)) * 4 * number  # 100 px/s at 25 fps
        wanted = [luma[(first + column) % len(luma)] for column in range(320)]
        assert np.abs(frame.y[160].astype(int) - wanted).max() <= 1
        assert (frame.y[149] == GROUND[0]).all()


def test_a_replaced_strip_keeps_scrolling(stage: Stage) -> None:
    stage.overlays.put(put("ticker", strip(), 0, 150, scroll=100.0))
    before = stage.frames(20)[-1].y[160].copy()
    stage.overlays.put(put("ticker", strip(), 0, 150, scroll=100.0))
    assert (stage.frame().y[160, :-4] == before[4:]).all()


def test_a_strip_narrower_than_the_canvas_is_repeated(stage: Stage) -> None:
    stage.overlays.put(put("ticker", strip(70), 0, 150, scroll=100.0))
    row = stage.frame().y[160]
    assert (row[:70] == row[70:140]).all()
    assert (row[:40] == row[280:320]).all()


def test_on_another_canvas_overlays_keep_their_fractions(stage: Stage) -> None:
    stage.overlays.put(put("card", filled(40, 20, RED), 160, 90))
    stage.overlays.put(put("ticker", strip(), 0, 150, scroll=100.0))
    stage.frame()
    stage.use(Canvas(640, 480, 25))
    frame = stage.frame()
    assert colour_at(frame, 322, 242) == pytest.approx(program_yuv(*RED), abs=1)
    assert changed_box(frame)[2] == 640
    assert frame.y[402, 600:640].max() > 100, "the strip reaches the new right edge"


def test_overlays_are_clipped_at_the_canvas(stage: Stage) -> None:
    stage.overlays.put(put("corner", filled(60, 40, RED), -20, -10))
    stage.overlays.put(put("far", filled(60, 40, RED), 300, 170))
    stage.overlays.put(put("away", filled(60, 40, RED), 400, 20))
    frame = stage.frame()
    assert colour_at(frame, 39, 29) == pytest.approx(program_yuv(*RED), abs=1)
    assert colour_at(frame, 42, 29) == GROUND
    assert colour_at(frame, 319, 179) == pytest.approx(program_yuv(*RED), abs=1)


def test_odd_sized_and_transparent_images_are_drawn(stage: Stage) -> None:
    stage.overlays.put(put("odd", filled(33, 17, RED), 100, 50))
    stage.overlays.put(put("nothing", filled(50, 50, RED, 0), 10, 10))
    assert changed_box(stage.frame()) == (100, 50, 134, 68)


@pytest.mark.parametrize(
    ("wrong", "code"),
    [
        (PutOverlay("card", 4, 4, bytes(63), 0, 0), "overlay.size"),
        (PutOverlay("card", 0, 4, b"", 0, 0), "overlay.size"),
        (PutOverlay("card", 1, 1, bytes(4), float("nan"), 0), "overlay.place"),
        (PutOverlay("card", 1, 1, bytes(4), 0, 1e9), "overlay.place"),
        (PutOverlay("card", 1, 1, bytes(4), 0, 0, scroll_px_per_s=float("inf")), "overlay.place"),
    ],
)
def test_an_invalid_overlay_is_refused_and_changes_nothing(stage: Stage, wrong: PutOverlay, code: str) -> None:
    stage.overlays.put(put("card", filled(40, 20, RED), 100, 50))
    with pytest.raises(AppError) as caught:
        stage.overlays.put(wrong)
    assert caught.value.code == code
    assert changed_box(stage.frame()) == (100, 50, 140, 70)


def test_the_number_of_overlays_is_limited(stage: Stage) -> None:
    small = filled(2, 2, RED)
    for number in range(MAX_OVERLAYS):
        stage.overlays.put(put(f"card-{number}", small, 0, 0))
    with pytest.raises(AppError) as caught:
        stage.overlays.put(put("one more", small, 0, 0))
    assert (caught.value.code, caught.value.data["limit"]) == ("overlay.too_many", MAX_OVERLAYS)
    stage.overlays.put(put("card-3", small, 0, 0))  # replacing one adds none
    stage.overlays.drop(DropOverlay("card-3", OverlayAnimation.FADE, 5000))
    stage.overlays.put(put("one more", small, 0, 0))


def test_the_memory_of_overlays_is_limited(stage: Stage) -> None:
    large = np.zeros((2048, MAX_OVERLAY_BYTES // (2 * 4 * 2048), 4), np.uint8)  # half of the limit
    stage.overlays.put(put("one", large, 0, 0))
    with pytest.raises(AppError) as caught:
        stage.overlays.put(put("two", np.concatenate((large, large[:1])), 0, 0))
    assert caught.value.code == "overlay.too_large"
    stage.overlays.put(put("one", large[:2], 0, 0))
    stage.overlays.put(put("two", large, 0, 0))


def test_still_and_scrolling_overlays_allocate_no_planes(stage: Stage) -> None:
    stage.overlays.put(put("card", filled(200, 100, RED, 200), 20, 20, OverlayAnimation.FADE, 80))
    stage.overlays.put(put("ticker", strip(), 0, 150, scroll=100.0))
    planes = Planes(CANVAS.width, CANVAS.height)
    planes.fill(*GROUND)

    def draw(first: int, last: int) -> None:
        for number in range(first, last):
            stage.overlays.draw(Frame(planes.y, planes.u, planes.v, number, number), number * 40 * NS_PER_MS)

    draw(1, 20)
    tracemalloc.start()
    try:
        draw(20, 60)
        tracemalloc.reset_peak()
        base = tracemalloc.get_traced_memory()[0]
        draw(60, 260)
        now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert peak - base < 8_000, "a plane of the card alone has 20,000 bytes"
    assert now - base < 2_000
