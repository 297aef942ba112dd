"""Overlays above the program, checked in the encoded video."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest

from app.domain.program.command import DropOverlay, PutOverlay
from app.domain.program.output import Canvas, Output, SpeedPreset, VideoSettings
from app.domain.program.overlay import OverlayAnimation
from app.domain.program.project import Project
from app.domain.program.scene import Fit, Layer, Scene
from app.domain.program.source import Source, SourceKind
from app.domain.program.transition import CUT, Transition, TransitionKind
from app.media.capture.colour import program_yuv
from tests.support.engine import EngineBench
from tests.support.packets import decoded, planes_of
from tests.support.publishing import target

RED, BLUE, WHITE = (255, 0, 0), (0, 0, 255), (255, 255, 255)
CANVAS = Canvas(320, 180, 30)
VIDEO = VideoSettings(bitrate_kbps=2000, preset=SpeedPreset.ULTRAFAST)
SHOW = Project(
    "Show",
    scenes=tuple(Scene(name, name.title(), (Layer(name, name, fit=Fit.STRETCH),)) for name in ("red", "blue")),
    sources=(
        Source("red", "Red", SourceKind.COLOUR, {"colour": "#ff0000ff"}),
        Source("blue", "Blue", SourceKind.COLOUR, {"colour": "#0000ffff"}),
    ),
    output=Output(CANVAS, VIDEO),
    scene_id="red",
)
Colour = tuple[int, int, int]


def card(colour: Colour = WHITE, enter: OverlayAnimation = OverlayAnimation.NONE, duration_ms: int = 0) -> PutOverlay:
    """80 × 40 pixels, left, vertically centred."""
    return PutOverlay("card", 80, 40, bytes((*colour, 255)) * 3200, 40 / 320, 70 / 180, enter, duration_ms)


def on_card(bench: EngineBench) -> list[Colour]:
    """The colour of the card's centre in every frame from the first key frame on."""
    return colours(bench, 80, 90)


def beside(bench: EngineBench) -> list[Colour]:
    return colours(bench, 240, 90)


def colours(bench: EngineBench, x: int, y: int) -> list[Colour]:
    packets = bench.collected.video()
    first = next((number for number, packet in enumerate(packets) if packet.keyframe), len(packets))
    found = []
    for frame in decoded(packets[first:]) if packets[first:] else []:
        luma, u, v = planes_of(frame)
        found.append((int(luma[y, x]), int(u[y // 2, x // 2]), int(v[y // 2, x // 2])))
    return found


def near(found: Colour, wanted: Colour, within: int = 4) -> bool:
    return all(abs(a - b) <= within for a, b in zip(found, program_yuv(*wanted), strict=True))


def wait_for_card(bench: EngineBench, colour: Colour) -> None:
    bench.wait_until(lambda: bool(found := on_card(bench)) and near(found[-1], colour))


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[EngineBench]:
    made = EngineBench(tmp_path / "preview")
    made.engine.start()
    made.engine.apply(SHOW)
    made.engine.go_live([target()])
    made.collected.wait_for_video(3)
    yield made
    made.engine.close()


def test_a_card_is_above_every_scene_until_it_is_dropped(bench: EngineBench) -> None:
    bench.engine.put_overlay(card())
    wait_for_card(bench, WHITE)
    bench.engine.take("blue", CUT)
    bench.wait_until(lambda: near(beside(bench)[-1], BLUE))
    assert near(on_card(bench)[-1], WHITE)
    bench.engine.drop_overlay(DropOverlay("card"))
    wait_for_card(bench, BLUE)
    assert bench.notices == []


def test_a_transition_leaves_a_card_untouched(bench: EngineBench) -> None:
    bench.engine.put_overlay(card())
    wait_for_card(bench, WHITE)
    before = len(on_card(bench))
    bench.engine.take("blue", Transition(TransitionKind.FADE, 400))
    bench.wait_until(lambda: near(beside(bench)[-1], BLUE))
    background_colours = beside(bench)[before:]
    assert sum(not near(one, RED, 12) and not near(one, BLUE, 12) for one in background_colours) >= 3, "it was a fade"
    assert all(near(one, WHITE) for one in on_card(bench)[before:])


def test_an_interrupted_fade_does_not_keep_a_dropped_card(bench: EngineBench) -> None:
    bench.engine.put_overlay(card())
    wait_for_card(bench, WHITE)
    bench.engine.take("blue", Transition(TransitionKind.FADE, 2000))
    bench.collected.wait_for_video(len(bench.collected.video()) + 20)
    bench.engine.drop_overlay(DropOverlay("card"))
    bench.engine.take("red", Transition(TransitionKind.FADE, 1000))
    bench.collected.wait_for_video(len(bench.collected.video()) + 40)
    cards, background_colours = on_card(bench), beside(bench)
    last_white = max(number for number, one in enumerate(cards) if near(one, WHITE, 12))
    after = list(zip(cards[last_white + 1 :], background_colours[last_white + 1 :], strict=True))
    assert len(after) > 20
    assert all(abs(a - b) <= 5 for one, other in after for a, b in zip(one, other, strict=True))


def test_a_card_fades_in_over_several_frames(bench: EngineBench) -> None:
    bench.engine.put_overlay(card(enter=OverlayAnimation.FADE, duration_ms=500))
    wait_for_card(bench, WHITE)
    levels = [one[0] for one in on_card(bench)]
    assert all(a <= b + 2 for a, b in pairwise(levels))
    red, white = program_yuv(*RED)[0], program_yuv(*WHITE)[0]
    assert sum(red + 8 < level < white - 8 for level in levels) >= 4  # fifteen frames; a busy machine may drop some


def test_cards_survive_a_canvas_change_at_the_same_fractions(bench: EngineBench) -> None:
    bench.engine.put_overlay(card())
    wait_for_card(bench, WHITE)
    bench.engine.apply(replace(SHOW, output=Output(Canvas(640, 360, 30), VIDEO)))
    bench.wait_for_size(640, 360)
    bench.collected.wait_for_video(len(bench.collected.video()) + 3)
    assert near(colours(bench, 80 + 4, 140 + 4)[-1], WHITE), "its corner is at an eighth and seven eighteenths"
    assert near(colours(bench, 70, 140 + 4)[-1], RED)


def test_a_card_put_before_the_first_document_is_shown(tmp_path: Path) -> None:
    made = EngineBench(tmp_path / "preview")
    made.engine.put_overlay(card())
    made.engine.apply(SHOW)
    made.engine.start()
    made.engine.go_live([target()])
    wait_for_card(made, WHITE)
    made.engine.close()


def test_an_invalid_overlay_is_reported(bench: EngineBench) -> None:
    bench.engine.put_overlay(PutOverlay("card", 80, 40, bytes(7), 0.0, 0.0))
    assert [(notice.code, notice.subject) for notice in bench.notices] == [("overlay.size", "card")]
    bench.collected.wait_for_video(len(bench.collected.video()) + 3)
