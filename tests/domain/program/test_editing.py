from collections.abc import Callable
from dataclasses import replace

import pytest

from app.domain.base.errors import AppError, FieldError
from app.domain.program import editing
from app.domain.program.output import EMBEDDED_RELAY_ID, EncoderChoice, Relay
from app.domain.program.project import Project, ProjectError, check_project, starter_project
from app.domain.program.scene import Box, Fit
from app.domain.program.source import SourceKind
from app.domain.program.transition import Transition, TransitionKind

SHOW = starter_project(camera=None, microphone=True)
RELAY = Relay("relay-a", "Hamburg", "https://hamburg.test/whip")


def layers_of(project: Project, index: int = 0) -> list[str]:
    return [layer.id for layer in project.scenes[index].layers]


def show_with_three_layers() -> Project:
    show = editing.add_source(SHOW, "scene-1", SourceKind.COLOUR, "Colour")
    return editing.add_source(show, "scene-1", SourceKind.TEXT, "Title", {"text": "Sale"})


def test_a_new_id_is_unique_in_the_project() -> None:
    assert editing.new_id(SHOW, "scene") == "scene-2"
    assert editing.new_id(SHOW, "layer") == "layer-2"
    assert editing.new_id(SHOW, "camera") == "camera-1"


def test_relay_ids_never_repeat_because_their_secrets_outlive_the_show() -> None:
    assert len({editing.new_id(SHOW, "relay") for _ in range(50)}) == 50


def test_a_taken_name_gets_a_number() -> None:
    assert editing.unique_name(["Scene"], "Scene") == "Scene 2"
    assert editing.unique_name(["Scene", "Scene 2"], "Scene") == "Scene 3"
    assert editing.unique_name([], "Scene") == "Scene"


def test_scenes_are_added_renamed_moved_and_put_on_program() -> None:
    show = editing.add_scene(editing.add_scene(SHOW, "Close-up"), "Close-up")
    assert [scene.name for scene in show.scenes] == ["Scene 1", "Close-up", "Close-up 2"]
    show = editing.rename_scene(show, "scene-3", "Ending")
    show = editing.move_scene(show, "scene-3", 0)
    show = editing.select_scene(show, "scene-2")
    assert [scene.id for scene in show.scenes] == ["scene-3", "scene-1", "scene-2"]
    assert (show.scenes[0].name, show.scene_id) == ("Ending", "scene-2")
    assert [scene.id for scene in editing.move_scene(show, "scene-3", 99).scenes][-1] == "scene-3"
    check_project(show)


def test_a_duplicated_scene_follows_the_original_and_has_its_own_layers() -> None:
    show = editing.duplicate_scene(editing.add_scene(show_with_three_layers(), "Last"), "scene-1")
    assert [scene.name for scene in show.scenes] == ["Scene 1", "Scene 1 2", "Last"]
    original, copy = show.scenes[0], show.scenes[1]
    assert [layer.source_id for layer in copy.layers] == [layer.source_id for layer in original.layers]
    assert not {layer.id for layer in copy.layers} & {layer.id for layer in original.layers}
    assert show.sources == show_with_three_layers().sources
    check_project(show)


def test_removing_a_scene_removes_its_own_sources_and_takes_the_next_scene() -> None:
    show = editing.add_scene(show_with_three_layers(), "Second")
    show = editing.add_layer(show, "scene-2", "picture")
    show = editing.remove_scene(show, "scene-1")
    assert [scene.id for scene in show.scenes] == ["scene-2"]
    assert show.scene_id == "scene-2"
    assert [source.id for source in show.sources] == ["picture", "sound"]
    check_project(show)


def test_removing_another_scene_keeps_the_scene_on_program() -> None:
    show = editing.remove_scene(editing.add_scene(SHOW, "Second"), "scene-2")
    assert (show.scenes, show.scene_id) == (SHOW.scenes, "scene-1")


def test_the_last_scene_cannot_be_removed() -> None:
    with pytest.raises(ProjectError) as raised:
        editing.remove_scene(SHOW, "scene-1")
    assert raised.value.code == "project.last_scene"


@pytest.mark.parametrize(
    ("kind", "has_video", "has_sound"),
    [(SourceKind.CAMERA, True, False), (SourceKind.MICROPHONE, False, True), (SourceKind.MEDIA, True, True)],
)
def test_a_new_source_gets_a_layer_for_video_and_a_strip_for_sound(kind: SourceKind, has_video: bool, has_sound: bool) -> None:
    show = editing.add_source(SHOW, "scene-1", kind, "New")
    source = show.sources[-1]
    assert (source.kind, source.name) == (kind, "New")
    assert (show.scenes[0].layers[-1].source_id == source.id) is has_video
    assert (show.strips[-1].source_id == source.id) is has_sound
    check_project(show)


def test_settings_are_merged_and_checked() -> None:
    show = editing.change_settings(show_with_three_layers(), "text-1", {"size": 90})
    assert show.sources[-1].settings == {"text": "Sale", "size": 90}
    for values, reason in (({"size": 1}, "minimum"), ({"colr": "#ffffff"}, "unknown")):
        with pytest.raises(FieldError) as raised:
            editing.change_settings(show, "text-1", values)
        assert (raised.value.data["reason"], raised.value.data["source"]) == (reason, "Title")


def test_removing_a_source_removes_all_its_layers_and_its_strip() -> None:
    show = editing.add_source(editing.add_scene(SHOW, "Second"), "scene-1", SourceKind.MEDIA, "Clip")
    show = editing.add_layer(show, "scene-2", "media-1")
    assert editing.remove_source(show, "media-1") == editing.add_scene(SHOW, "Second")


def test_a_source_is_removed_with_its_last_layer() -> None:
    show = editing.add_source(SHOW, "scene-1", SourceKind.MEDIA, "Clip")
    twice = editing.add_layer(show, "scene-1", "media-1")
    once = editing.remove_layer(twice, "scene-1", layers_of(twice)[-1])
    assert once == show
    assert editing.remove_layer(once, "scene-1", layers_of(once)[-1]) == SHOW


def test_a_source_with_only_sound_cannot_be_a_layer() -> None:
    with pytest.raises(ProjectError) as raised:
        editing.add_layer(SHOW, "scene-1", "sound")
    assert raised.value.code == "project.no_picture"


def test_layers_are_ordered_from_the_bottom() -> None:
    show = show_with_three_layers()
    assert layers_of(show) == ["layer-1", "layer-2", "layer-3"]
    assert layers_of(editing.move_layer(show, "scene-1", "layer-3", 0)) == ["layer-3", "layer-1", "layer-2"]
    assert layers_of(editing.move_layer(show, "scene-1", "layer-1", 1)) == ["layer-2", "layer-1", "layer-3"]
    assert layers_of(editing.move_layer(show, "scene-1", "layer-1", 99)) == ["layer-2", "layer-3", "layer-1"]
    assert layers_of(editing.move_layer(show, "scene-1", "layer-3", -5)) == ["layer-3", "layer-1", "layer-2"]


def test_a_duplicated_layer_is_above_and_beside_the_original() -> None:
    show = editing.duplicate_layer(show_with_three_layers(), "scene-1", "layer-1")
    assert layers_of(show) == ["layer-1", "layer-4", "layer-2", "layer-3"]
    original, copy = show.scenes[0].layers[:2]
    assert copy.source_id == original.source_id
    assert (copy.box.x, copy.box.y) == (editing.DUPLICATE_OFFSET, editing.DUPLICATE_OFFSET)


def test_changing_a_layer_changes_nothing_else() -> None:
    before = show_with_three_layers()
    after = editing.replace_layer(before, "scene-1", "layer-2", box=Box(0.5, 0.5, 0.4, 0.4), fit=Fit.COVER, opacity=7.0, locked=True)
    changed = after.scenes[0].layers[1]
    assert (changed.box, changed.fit, changed.opacity, changed.locked) == (Box(0.5, 0.5, 0.4, 0.4), Fit.COVER, 1.0, True)
    assert after.scenes[0].layers[0] is before.scenes[0].layers[0]
    assert after.sources is before.sources
    with pytest.raises(ProjectError):
        editing.replace_layer(before, "scene-1", "layer-2", box=Box(width=0.0))


def test_a_strip_is_clamped_to_the_mixers_bounds() -> None:
    strip = editing.replace_strip(SHOW, "sound", gain_db=99.0, delay_ms=-4, muted=True).strips[0]
    assert (strip.gain_db, strip.delay_ms, strip.muted) == (12.0, 0, True)


def test_output_settings_are_changed_or_refused() -> None:
    show = editing.replace_canvas(SHOW, width=720, height=1280, fps=60)
    show = editing.replace_video(show, bitrate_kbps=4000, encoder=EncoderChoice.X264)
    show = editing.replace_audio(show, dtx=True)
    assert (show.output.canvas.height, show.output.video.encoder, show.output.audio.dtx) == (1280, EncoderChoice.X264, True)
    with pytest.raises(ProjectError) as raised:
        editing.replace_canvas(show, width=721)
    assert raised.value.code == "project.canvas"


def test_name_and_transition_can_be_changed() -> None:
    fade = Transition(TransitionKind.FADE, 500)
    show = editing.replace_transition(editing.rename_project(SHOW, "Spring sale"), fade)
    assert (show.name, show.transition) == ("Spring sale", fade)


def test_relays_are_added_pinned_and_published_to() -> None:
    show = editing.put_relay(SHOW, RELAY)
    show = editing.put_relay(show, replace(RELAY, name="Bremen"))
    assert [relay.name for relay in show.relays] == ["Bremen"]
    show = editing.pin_relay(show, "relay-a")
    show = editing.publish_also(show, ["relay-a", EMBEDDED_RELAY_ID, "relay-a"])
    assert (show.relay_id, show.also_relay_ids) == ("relay-a", ("relay-a", EMBEDDED_RELAY_ID))
    show = editing.remove_relay(show, "relay-a")
    assert (show.relays, show.relay_id, show.also_relay_ids) == ((), "", (EMBEDDED_RELAY_ID,))
    assert editing.pin_relay(show, EMBEDDED_RELAY_ID).relay_id == EMBEDDED_RELAY_ID
    assert editing.pin_relay(show, "").relay_id == ""


def test_the_embedded_relays_id_is_reserved() -> None:
    with pytest.raises(ProjectError) as raised:
        editing.put_relay(SHOW, replace(RELAY, id=EMBEDDED_RELAY_ID))
    assert raised.value.code == "project.reserved_id"


UNKNOWN: list[tuple[Callable[[], Project], str]] = [
    (lambda: editing.duplicate_scene(SHOW, "x"), "project.no_scene"),
    (lambda: editing.remove_scene(SHOW, "x"), "project.no_scene"),
    (lambda: editing.rename_scene(SHOW, "x", "X"), "project.no_scene"),
    (lambda: editing.move_scene(SHOW, "x", 0), "project.no_scene"),
    (lambda: editing.select_scene(SHOW, "x"), "project.no_scene"),
    (lambda: editing.add_source(SHOW, "x", SourceKind.MICROPHONE, "M"), "project.no_scene"),
    (lambda: editing.add_layer(SHOW, "x", "picture"), "project.no_scene"),
    (lambda: editing.add_layer(SHOW, "scene-1", "x"), "project.no_source"),
    (lambda: editing.duplicate_layer(SHOW, "scene-1", "x"), "project.no_layer"),
    (lambda: editing.remove_layer(SHOW, "scene-1", "x"), "project.no_layer"),
    (lambda: editing.move_layer(SHOW, "scene-1", "x", 0), "project.no_layer"),
    (lambda: editing.replace_layer(SHOW, "scene-1", "x", visible=False), "project.no_layer"),
    (lambda: editing.rename_source(SHOW, "x", "X"), "project.no_source"),
    (lambda: editing.change_settings(SHOW, "x", {}), "project.no_source"),
    (lambda: editing.remove_source(SHOW, "x"), "project.no_source"),
    (lambda: editing.replace_strip(SHOW, "picture", muted=True), "project.no_strip"),
    (lambda: editing.remove_relay(SHOW, "x"), "project.no_relay"),
    (lambda: editing.pin_relay(SHOW, "x"), "project.no_relay"),
    (lambda: editing.publish_also(SHOW, ["x"]), "project.no_relay"),
]


@pytest.mark.parametrize(("change", "code"), UNKNOWN)
def test_an_unknown_id_is_refused(change: Callable[[], Project], code: str) -> None:
    with pytest.raises(AppError) as raised:
        change()
    assert raised.value.code == code
