import tracemalloc
from dataclasses import replace

import numpy as np
import numpy.typing as npt
import pytest

from app.domain.program.output import Canvas
from app.domain.program.scene import Box, Crop, Fit, Layer, Scene
from app.media.capture.colour import planes_from_rgba
from app.media.capture.still_source import ColourSource, StillSource
from app.media.compose.composer import Composer
from app.media.ports import Frame, Plane
from tests.support.clocks import SetClock

CANVAS = Canvas(320, 180, 30)
RANDOM = np.random.default_rng(5)


def noise(width: int, height: int, sequence: int = 1) -> Frame:
    return Frame(
        y=RANDOM.integers(16, 236, (height, width), dtype=np.uint8),
        u=RANDOM.integers(16, 241, (height // 2, width // 2), dtype=np.uint8),
        v=RANDOM.integers(16, 241, (height // 2, width // 2), dtype=np.uint8),
        capture_ns=sequence,
        sequence=sequence,
    )


def flat(y: int, u: int = 128, v: int = 128, *, sequence: int = 1, size: tuple[int, int] = (64, 36)) -> Frame:
    width, height = size
    chroma = (height // 2, width // 2)
    return Frame(np.full((height, width), y, np.uint8), np.full(chroma, u, np.uint8), np.full(chroma, v, np.uint8), sequence, sequence)


def card(width: int, height: int) -> Frame:
    """A translucent frame with every alpha, constant over 2 × 2 so that luma and chroma have the same alpha."""
    rgba = RANDOM.integers(0, 256, (height // 2, width // 2, 4), dtype=np.uint8).repeat(2, axis=0).repeat(2, axis=1)
    rgba[: height // 8 * 2] = 0
    y, u, v, alpha = planes_from_rgba(rgba)
    return Frame(y, u, v, 7, 3, alpha)


def over(ground: Plane, plane: Plane, alpha: npt.NDArray[np.float64], offset: int, opacity: float) -> npt.NDArray[np.float64]:
    """The float reference: premultiplied over."""
    return opacity * (plane.astype(np.float64) - offset) + (ground.astype(np.float64) - offset) * (1 - alpha * opacity) + offset


def error(found: Plane, wanted: npt.NDArray[np.float64]) -> float:
    return float(np.abs(found - np.clip(wanted, 0, 255)).max())


@pytest.mark.parametrize("opacity", [1.0, 0.6, 0.25])
def test_a_card_with_alpha_is_blended_within_a_level_of_the_float_reference(opacity: float) -> None:
    ground, above = noise(320, 180), card(320, 180)
    assert above.alpha is not None
    scene = Scene("s", "S", (Layer("a", "ground"), Layer("b", "card", opacity=opacity)))
    made = Composer(CANVAS, print).render(scene, {"ground": ground, "card": above}, at_ns=5)
    alpha = above.alpha / 255.0
    allowed = 1.0 if opacity == 1.0 else 1.5  # alpha itself is rounded once more
    assert error(made.y, over(ground.y, above.y, alpha, 16, opacity)) <= allowed
    assert error(made.u, over(ground.u, above.u, alpha[::2, ::2], 128, opacity)) <= allowed
    assert error(made.v, over(ground.v, above.v, alpha[::2, ::2], 128, opacity)) <= allowed


def test_opacity_of_an_opaque_frame_and_a_fade_are_within_a_level() -> None:
    a, b = noise(320, 180), noise(320, 180)
    composer = Composer(CANVAS, print)
    scene = Scene("s", "S", (Layer("a", "a"), Layer("b", "b", opacity=0.3)))
    made = composer.render(scene, {"a": a, "b": b}, at_ns=5)
    faded = composer.blend(a, b, 0.3)
    for frame in (made, faded):
        for found, below, above in ((frame.y, a.y, b.y), (frame.u, a.u, b.u), (frame.v, a.v, b.v)):
            assert error(found, 0.7 * below.astype(np.float64) + 0.3 * above.astype(np.float64)) <= 0.51
    assert (composer.blend(a, b, 0.0).y == a.y).all()
    assert (composer.blend(a, b, 1.0).v == b.v).all()
    assert faded.capture_ns == b.capture_ns


def test_layers_stack_bottom_to_top_each_in_its_box() -> None:
    scene = Scene("s", "S", (Layer("a", "a"), Layer("b", "b", Box(0.25, 0.2, 0.5, 0.6)), Layer("c", "c", Box(0.5, 0.5, 0.5, 0.5))))
    frames = {"a": flat(50, 90, 200), "b": flat(100, 20, 30), "c": flat(200, 130, 140)}
    made = Composer(CANVAS, print).render(scene, frames, at_ns=99)
    assert (made.y[0, 0], made.u[0, 0], made.v[0, 0]) == (50, 90, 200)
    # 0.25·320 = 80; 0.2·180 = 36; the box's contents keep 16:9 and are centred: 160 × 90 at (80, 45 → 46).
    assert (made.y[60, 100], made.u[30, 50], made.v[30, 50]) == (100, 20, 30)
    assert (made.y[170, 310], made.u[85, 155], made.v[85, 155]) == (200, 130, 140)
    assert (made.y[100, 170], made.y[80, 240 + 2]) == (200, 50)
    assert (made.capture_ns, made.sequence, made.alpha) == (99, 1, None)


def test_uncovered_canvas_is_black() -> None:
    composer = Composer(CANVAS, print)
    for _ in range(3):  # the reused frame must be cleared, too
        made = composer.render(Scene("s", "S", (Layer("a", "a", Box(0, 0, 0.5, 0.5)),)), {"a": flat(200, 10, 20)}, at_ns=1)
        assert (made.y[:90, :160] == 200).all()
        assert (made.y[90:] == 16).all()
        assert (made.u[45:] == 128).all()
        del made
        composer.render(Scene("t", "T", (Layer("a", "a"),)), {"a": flat(77)}, at_ns=2)


def test_hidden_layers_and_unknown_sources_are_not_drawn() -> None:
    layers = (Layer("a", "a"), Layer("b", "b", visible=False), Layer("c", "c", opacity=0.0), Layer("d", "nowhere"))
    made = Composer(CANVAS, print).render(Scene("s", "S", layers), {"a": flat(60), "b": flat(100), "c": flat(200)}, at_ns=1)
    assert (made.y == 60).all()


def test_a_source_without_signal_is_a_slate_in_its_box_and_nothing_else_changes() -> None:
    scene = Scene("s", "S", (Layer("a", "a"), Layer("b", "b", Box(0.5, 0.5, 0.5, 0.5), Crop(left=0.4), Fit.CONTAIN)))
    made = Composer(CANVAS, print).render(scene, {"a": flat(60), "b": None}, at_ns=1)
    assert (made.y[:90] == 60).all()
    assert (made.y[:, :160] == 60).all()
    slate = made.y[90:, 160:]
    assert slate[2, 2] == slate[-2, -2] == slate[2, -2]
    assert 30 < slate[2, 2] < 60  # dark grey over the whole box
    assert slate.max() > 120  # with its sign


def test_a_covered_layer_is_not_even_scaled() -> None:
    told: list[str] = []
    composer = Composer(CANVAS, lambda source_id, reason: told.append(source_id))
    wrong = replace(flat(90), u=np.zeros((0, 0), np.uint8))  # fails on any use
    top = Layer("top", "top", fit=Fit.STRETCH)
    scene = Scene("s", "S", (Layer("low", "low"), top))
    made = composer.render(scene, {"low": wrong, "top": flat(120)}, at_ns=1)
    assert (made.y == 120).all()
    assert told == []
    composer.render(Scene("s", "S", (Layer("low", "low"), replace(top, opacity=0.5))), {"low": wrong, "top": flat(120)}, at_ns=1)
    assert told == ["low"]


def test_a_frame_is_scaled_again_only_when_it_or_its_place_or_opacity_changes() -> None:
    composer = Composer(CANVAS, print)
    frame = flat(100)
    layer = Layer("a", "a")

    def render(layer: Layer) -> int:
        return int(composer.render(Scene("s", "S", (layer,)), {"a": frame}, at_ns=1).y[90, 160])

    assert render(layer) == 100
    frame.y[:] = 150  # against the contract, to see whether it is read again
    assert render(layer) == 100
    assert render(replace(layer, box=Box(0, 0, 0.9, 0.9))) == 150
    frame.y[:] = 170
    frame = replace(frame, sequence=2)
    assert render(replace(layer, box=Box(0, 0, 0.9, 0.9))) == 170


def test_a_shrunk_frame_averages_its_pixels() -> None:
    stripes = flat(16, size=(1280, 720))
    stripes.y[:, ::2] = 216
    stripes.y[::3] += 16
    made = Composer(CANVAS, print).render(Scene("s", "S", (Layer("a", "a", Box(0, 0, 0.6, 0.6)),)), {"a": stripes}, at_ns=1)
    inside = made.y[4:100, 4:180].astype(int)
    assert abs(inside.mean() - stripes.y.mean()) < 1.5
    assert inside.max() - inside.min() < 20


def test_held_frames_do_not_change() -> None:
    composer = Composer(CANVAS, print)
    scene = Scene("s", "S", (Layer("a", "a"),))
    held = [composer.render(scene, {"a": flat(level, sequence=level)}, at_ns=level) for level in range(40, 60)]
    assert [int(frame.y[0, 0]) for frame in held] == list(range(40, 60))
    assert [frame.sequence for frame in held] == list(range(1, 21))


def test_steady_composing_allocates_no_planes() -> None:
    canvas = Canvas(640, 360, 30)
    composer = Composer(canvas, print)
    films = [replace(noise(1280, 720), sequence=number, capture_ns=number) for number in range(1, 5)]
    above = card(200, 100)
    scene = Scene(
        "s",
        "S",
        (
            Layer("film", "film"),
            Layer("pip", "film", Box(0.6, 0.6, 0.35, 0.35), opacity=0.9),
            Layer("card", "card", Box(0.1, 0.5, 0.5, 0.4)),
        ),
    )
    other = Scene("t", "T", (Layer("film", "film"),))

    def compose(number: int) -> None:
        frames = {"film": films[number % 4], "card": above}
        composer.blend(composer.render(scene, frames, at_ns=number), composer.render(other, frames, at_ns=number), 0.5)

    for number in range(10):
        compose(number)
    tracemalloc.start()
    try:
        before = tracemalloc.take_snapshot()
        tracemalloc.reset_peak()
        current = tracemalloc.get_traced_memory()[0]
        for number in range(60):
            compose(number)
        peak = tracemalloc.get_traced_memory()[1] - current
        after = tracemalloc.take_snapshot().compare_to(before, "filename")
        growth = sum(entry.size_diff for entry in after if "app/media" in entry.traceback[0].filename)
    finally:
        tracemalloc.stop()
    # Python's own small objects come and go; the smallest plane here has 17,900 bytes.
    assert peak < 12_000
    assert growth < 4_000


def test_scaled_frames_of_unused_scenes_are_released() -> None:
    composer = Composer(CANVAS, print)
    composer.render(Scene("old", "Old", (Layer("a", "a"),)), {"a": flat(60)}, at_ns=1)
    for number in range(260):
        composer.render(Scene("new", "New", (Layer("a", "a"),)), {"a": flat(60)}, at_ns=number)
    assert set(composer._drawables) == {("new", "a")}


def broken(number: int) -> Frame:
    """A frame without chroma, as a faulty source could make it."""
    whole = flat(60)
    return Frame(y=whole.y, u=np.empty((0, 0), np.uint8), v=whole.v, capture_ns=number, sequence=number)


def test_a_layer_that_cannot_be_drawn_affects_only_itself_and_is_reported_once() -> None:
    told: list[str] = []
    composer = Composer(CANVAS, lambda source_id, reason: told.append(source_id))
    scene = Scene("s", "S", (Layer("a", "good"), Layer("b", "bad", Box(0, 0, 0.5, 0.5))))
    for number in (1, 2, 3):
        made = composer.render(scene, {"good": flat(60), "bad": broken(number)}, at_ns=number)
        assert made.y[10, 10] == 60
    assert told == ["bad"]
    made = composer.render(scene, {"good": flat(60), "bad": flat(200)}, at_ns=4)
    assert made.y[10, 10] == 200
    composer.render(scene, {"good": flat(60), "bad": broken(5)}, at_ns=5)
    assert told == ["bad", "bad"]


@pytest.mark.parametrize("fit", list(Fit))
@pytest.mark.parametrize("box", [Box(), Box(0.25, 0.1, 0.3, 0.8)])
def test_a_colour_fills_its_box_without_bars(fit: Fit, box: Box) -> None:
    colour = ColourSource("c", SetClock(), {"colour": "#ffffffff"})
    made = Composer(CANVAS, print).render(Scene("s", "S", (Layer("a", "c", box, fit=fit),)), {"c": colour.latest()}, at_ns=1)
    left, top = round(320 * box.x / 2) * 2, round(180 * box.y / 2) * 2
    width, height = round(320 * box.width / 2) * 2, round(180 * box.height / 2) * 2
    assert (made.y[top : top + height, left : left + width] == 235).all()
    assert int((made.y == 235).sum()) == width * height


def lines(width: int, height: int) -> bytes:
    """Alternating white and black columns, which any scaling would mix."""
    rgba = np.zeros((height, width, 4), np.uint8)
    rgba[:, ::2] = 255
    rgba[:, :, 3] = 255
    return rgba.tobytes()


@pytest.mark.parametrize("fit", [Fit.CONTAIN, Fit.CENTRE])
@pytest.mark.parametrize("size", [(60, 20), (102, 30), (202, 42)])
@pytest.mark.parametrize("box", [Box(), Box(0.01, 0.013, 0.95, 0.9), Box(0.103, 0.207, 0.77, 0.6)])
def test_text_keeps_its_size_and_every_pixel(fit: Fit, size: tuple[int, int], box: Box) -> None:
    text = StillSource("t", SetClock())
    text.put_rgba(*size, lines(*size))
    made = Composer(CANVAS, print).render(Scene("s", "S", (Layer("a", "t", box, fit=fit),)), {"t": text.latest()}, at_ns=1)
    assert int((made.y == 235).sum()) == size[0] * size[1] // 2
    assert set(np.unique(made.y)) == {16, 235}


def test_text_too_large_for_its_box_shrinks_and_stretched_text_grows() -> None:
    text = StillSource("t", SetClock())
    text.put_rgba(640, 64, lines(640, 64))
    small = Composer(CANVAS, print).render(Scene("s", "S", (Layer("a", "t"),)), {"t": text.latest()}, at_ns=1)
    assert (small.y.max(axis=0) > 16).all()
    assert int((small.y.max(axis=1) > 16).sum()) == 32
    text.put_rgba(20, 10, lines(20, 10))
    large = Composer(CANVAS, print).render(Scene("s", "S", (Layer("a", "t", fit=Fit.COVER),)), {"t": text.latest()}, at_ns=1)
    assert (large.y.max(axis=1) > 16).all()
