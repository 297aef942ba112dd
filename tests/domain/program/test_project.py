from collections.abc import Callable
from dataclasses import replace

import pytest

from app.domain.base.errors import AppError
from app.domain.program.mixing import Strip
from app.domain.program.output import AudioSettings, Canvas, Output, Relay, VideoSettings
from app.domain.program.project import Project, check_project, program_scene, scene_by_id, source_by_id, starter_project
from app.domain.program.scene import Box, Crop, Layer, Scene
from app.domain.program.source import KINDS, Source, SourceKind

SHOW = starter_project(camera=None, microphone=False)
LAYER = SHOW.scenes[0].layers[0]
BAD_COLOUR = Source("picture", "C", SourceKind.COLOUR, {"colour": "red"})


def with_layer(layer: Layer) -> Project:
    return replace(SHOW, scenes=(replace(SHOW.scenes[0], layers=(layer,)),))


def with_output(output: Output) -> Project:
    return replace(SHOW, output=output)


@pytest.mark.parametrize("camera", [None, "", "usb-1"])
@pytest.mark.parametrize("microphone", [True, False])
def test_a_starter_project_is_valid_and_has_a_layer_and_a_strip(camera: str | None, microphone: bool) -> None:
    show = starter_project(camera=camera, microphone=microphone)
    check_project(show)
    assert show.sources[0].kind is (SourceKind.TEST_CARD if camera is None else SourceKind.CAMERA)
    sounding = [source for source in show.sources if KINDS[source.kind].has_sound]
    assert [source.kind for source in sounding] == [SourceKind.MICROPHONE if microphone else SourceKind.TONE]
    assert [strip.source_id for strip in show.strips] == [sounding[0].id]


def test_the_program_is_the_chosen_scene_or_the_first() -> None:
    show = replace(SHOW, scenes=(*SHOW.scenes, Scene("scene-2", "Two")))
    assert program_scene(replace(show, scene_id="scene-2")).name == "Two"
    assert program_scene(replace(show, scene_id="gone")) is show.scenes[0]


def test_unknown_ids_are_named() -> None:
    with pytest.raises(AppError) as of_scene:
        scene_by_id(SHOW, "x")
    with pytest.raises(AppError) as of_source:
        source_by_id(SHOW, "y")
    assert (of_scene.value.code, of_scene.value.data) == ("project.no_scene", {"scene": "x"})
    assert (of_source.value.code, of_source.value.data) == ("project.no_source", {"source": "y"})


INVALID_PROJECTS: list[tuple[str, Callable[[], Project], str]] = [
    ("no scene", lambda: replace(SHOW, scenes=()), "project.no_scenes"),
    ("scene twice", lambda: replace(SHOW, scenes=SHOW.scenes * 2), "project.duplicate_id"),
    ("source twice", lambda: replace(SHOW, sources=SHOW.sources * 2), "project.duplicate_id"),
    ("strip twice", lambda: replace(SHOW, strips=SHOW.strips * 2), "project.duplicate_id"),
    ("relay twice", lambda: replace(SHOW, relays=(Relay("r", "R", "https://r.test/whip"),) * 2), "project.duplicate_id"),
    ("layer twice", lambda: replace(SHOW, scenes=(replace(SHOW.scenes[0], layers=(LAYER, LAYER)),)), "project.duplicate_id"),
    ("layer without source", lambda: with_layer(Layer("l", "gone")), "project.no_source"),
    ("strip without source", lambda: replace(SHOW, strips=(Strip("gone"),)), "project.no_source"),
    ("crop of the whole width", lambda: with_layer(replace(LAYER, crop=Crop(left=0.5, right=0.5))), "project.crop"),
    ("negative crop", lambda: with_layer(replace(LAYER, crop=Crop(top=-0.1))), "project.crop"),
    ("opacity", lambda: with_layer(replace(LAYER, opacity=1.5)), "project.out_of_bounds"),
    ("no width", lambda: with_layer(replace(LAYER, box=Box(width=0))), "project.out_of_bounds"),
    ("not a number", lambda: with_layer(replace(LAYER, box=Box(height=float("nan")))), "project.out_of_bounds"),
    ("gain", lambda: replace(SHOW, strips=(Strip("sound", gain_db=13),)), "project.out_of_bounds"),
    ("delay", lambda: replace(SHOW, strips=(Strip("sound", delay_ms=-1),)), "project.out_of_bounds"),
    ("odd width", lambda: with_output(Output(canvas=Canvas(width=1281))), "project.canvas"),
    ("too high", lambda: with_output(Output(canvas=Canvas(height=4000))), "project.canvas"),
    ("too fast", lambda: with_output(Output(canvas=Canvas(fps=61))), "project.fps"),
    ("no bitrate", lambda: with_output(Output(video=VideoSettings(bitrate_kbps=0))), "project.out_of_bounds"),
    ("no key frames", lambda: with_output(Output(video=VideoSettings(gop_s=0))), "project.out_of_bounds"),
    ("sound bitrate", lambda: with_output(Output(audio=AudioSettings(bitrate_kbps=1000))), "project.out_of_bounds"),
    (
        "bad setting",
        lambda: replace(SHOW, sources=(Source("picture", "C", SourceKind.COLOUR, {"colour": "red"}), SHOW.sources[1])),
        "field.invalid",
    ),
]


@pytest.mark.parametrize(
    ("build", "code"), [(build, code) for _, build, code in INVALID_PROJECTS], ids=[name for name, _, _ in INVALID_PROJECTS]
)
def test_an_inconsistent_project_is_refused(build: Callable[[], Project], code: str) -> None:
    with pytest.raises(AppError) as raised:
        check_project(build())
    assert raised.value.code == code
