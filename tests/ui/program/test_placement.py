"""Moving, scaling, cropping and snapping, as numbers."""

import pytest

from app.domain.program.scene import Box, Crop, Layer
from app.ui.program.placement import Guides, Handle, cropped, guides_of, layer_at, moved, scaled

FREE = Guides()
SNAPPING = Guides(reach_x=0.02, reach_y=0.02)


def corners(box: Box) -> tuple[float, float, float, float]:
    return box.x, box.y, box.x + box.width, box.y + box.height


def test_a_box_snaps_to_the_canvas_edge_and_centre() -> None:
    assert moved(Box(0.3, 0.3, 0.2, 0.2), -0.29, 0.0, SNAPPING).x == pytest.approx(0.0)
    assert moved(Box(0.3, 0.3, 0.2, 0.2), 0.11, 0.0, SNAPPING).x == pytest.approx(0.4), "the middle comes to the middle"
    assert moved(Box(0.3, 0.3, 0.2, 0.2), 0.15, 0.0, FREE).x == pytest.approx(0.45)


def test_a_box_snaps_to_another_layer() -> None:
    other = Layer("b", "s", Box(0.61, 0.0, 0.2, 0.2))
    hidden = Layer("c", "s", Box(0.70, 0.0, 0.2, 0.2), visible=False)
    guides = guides_of([Layer("a", "s"), other, hidden], "a", 0.02, 0.02)
    assert moved(Box(0.1, 0.4, 0.3, 0.1), 0.2, 0.0, guides).x + 0.3 == pytest.approx(0.61)
    assert 0.70 not in guides.across


@pytest.mark.parametrize("handle", [handle for handle in Handle if handle is not Handle.MOVE])
def test_the_opposite_side_stays(handle: Handle) -> None:
    before, after = Box(0.2, 0.2, 0.4, 0.4), scaled(Box(0.2, 0.2, 0.4, 0.4), handle, 0.05, 0.05, FREE, keep_ratio=False)
    left, top, right, bottom = corners(after)
    across, down = handle.value
    assert (right if across < 0 else left) == pytest.approx(0.6 if across < 0 else 0.2)
    assert (bottom if down < 0 else top) == pytest.approx(0.6 if down < 0 else 0.2)
    assert after != before


def test_shift_keeps_the_ratio() -> None:
    after = scaled(Box(0.2, 0.2, 0.4, 0.2), Handle.BOTTOM_RIGHT, 0.2, 0.0, FREE, keep_ratio=True)
    assert after.width / after.height == pytest.approx(2.0)
    assert (after.x, after.y) == (0.2, 0.2)


def test_a_box_cannot_be_turned_inside_out() -> None:
    after = scaled(Box(0.2, 0.2, 0.4, 0.4), Handle.LEFT, 2.0, 0.0, FREE, keep_ratio=False)
    assert after.width > 0
    assert after.x + after.width == pytest.approx(0.6)


def test_cropping_keeps_what_stays_visible_in_place() -> None:
    box, crop = cropped(Box(0.0, 0.0, 1.0, 1.0), Crop(), Handle.LEFT, 0.25, 0.0)
    assert crop == Crop(left=0.25)
    assert corners(box) == pytest.approx((0.25, 0.0, 1.0, 1.0))
    box, crop = cropped(box, crop, Handle.LEFT, -0.25, 0.0)
    assert crop.left == pytest.approx(0.0)
    assert corners(box) == pytest.approx((0.0, 0.0, 1.0, 1.0))


def test_cropping_never_takes_everything() -> None:
    _, crop = cropped(Box(), Crop(right=0.5), Handle.LEFT, 2.0, 0.0)
    assert crop.left + crop.right < 1


def test_the_topmost_layer_that_can_be_caught_is_found() -> None:
    layers = (
        Layer("under", "s"),
        Layer("over", "s", Box(0.4, 0.4, 0.2, 0.2)),
        Layer("locked", "s", locked=True),
        Layer("hidden", "s", visible=False),
    )
    assert layer_at(layers, 0.5, 0.5) == "over"
    assert layer_at(layers, 0.1, 0.1) == "under"
    assert layer_at(layers, 1.5, 0.1) == ""
