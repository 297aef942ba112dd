import pytest

from app.domain.program.scene import Box, Crop, Fit, Layer
from app.media.compose.geometry import LayerPlacement, Rect, place

WHOLE, UNCUT = Box(), Crop()


def placed(fit: Fit, size: tuple[int, int], box: Box = WHOLE, crop: Crop = UNCUT) -> LayerPlacement | None:
    return place(Layer("layer", "source", box=box, crop=crop, fit=fit), *size, 1280, 720)


@pytest.mark.parametrize(
    ("fit", "size", "source", "target"),
    [
        (Fit.CONTAIN, (640, 480), Rect(0, 0, 640, 480), Rect(160, 0, 960, 720)),
        (Fit.COVER, (640, 480), Rect(0, 60, 640, 360), Rect(0, 0, 1280, 720)),
        (Fit.STRETCH, (640, 480), Rect(0, 0, 640, 480), Rect(0, 0, 1280, 720)),
        (Fit.CENTRE, (960, 540), Rect(0, 0, 960, 540), Rect(320, 180, 640, 360)),
        (Fit.CENTRE, (2880, 540), Rect(480, 0, 1920, 540), Rect(0, 180, 1280, 360)),
        (Fit.CONTAIN, (480, 640), Rect(0, 0, 480, 640), Rect(370, 0, 540, 720)),
    ],
)
def test_the_fit_decides_how_a_frame_fills_the_canvas(fit: Fit, size: tuple[int, int], source: Rect, target: Rect) -> None:
    assert placed(fit, size) == LayerPlacement(source, target)


def test_a_frame_is_cropped_before_it_is_fitted() -> None:
    found = placed(Fit.CONTAIN, (1000, 400), crop=Crop(left=0.1, right=0.3, top=0.25, bottom=0.25))
    assert found == LayerPlacement(Rect(100, 100, 600, 200), Rect(0, 146, 1280, 428))


def test_a_layer_beyond_the_canvas_is_cut_on_both_sides_equally() -> None:
    found = placed(Fit.STRETCH, (640, 360), box=Box(-0.5, -0.25, 1.0, 0.5))
    assert found == LayerPlacement(Rect(320, 180, 320, 180), Rect(0, 0, 640, 180))


@pytest.mark.parametrize("box", [Box(1.0, 0, 0.5, 0.5), Box(0, -0.6, 1, 0.5), Box(0.5, 0.5, 0.0, 0.5), Box(0.5, 0.5, 0.0005, 0.5)])
def test_a_layer_outside_the_canvas_or_without_size_is_not_placed(box: Box) -> None:
    assert placed(Fit.CONTAIN, (640, 360), box=box) is None


@pytest.mark.parametrize("fit", list(Fit))
def test_every_number_is_even_and_within_frame_and_canvas(fit: Fit) -> None:
    for step in range(60):
        box = Box(-0.2 + step * 0.013, 0.31 - step * 0.011, 0.05 + step * 0.017, 0.04 + step * 0.019)
        found = placed(fit, (2 * (3 + step), 2 * (90 - step)), box, Crop(left=0.003 * step, bottom=0.005 * step))
        if found is None:
            continue
        for rect, width, height in ((found.source, 2 * (3 + step), 2 * (90 - step)), (found.target, 1280, 720)):
            assert not any(value % 2 for value in (rect.x, rect.y, rect.width, rect.height))
            assert rect.x >= 0
            assert rect.y >= 0
            assert min(rect.width, rect.height) >= 2
            assert rect.x + rect.width <= width
            assert rect.y + rect.height <= height
