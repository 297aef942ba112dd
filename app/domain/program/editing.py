"""Every change a user makes to a project, as pure functions from one Project to the next.

All of them raise ProjectError for an unknown id, and return a project that `project.check` accepts.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import TypedDict, TypeVar, Unpack
from uuid import uuid4

from app.domain.base.errors import FieldError, Value
from app.domain.base.id_list import element_by_id
from app.domain.program.mixing import MAX_DELAY_MS, MAX_GAIN_DB, MIN_GAIN_DB, Strip
from app.domain.program.output import (
    EMBEDDED_RELAY_ID,
    AudioSettings,
    Canvas,
    EncoderChoice,
    H264Profile,
    Output,
    Relay,
    SpeedPreset,
    VideoSettings,
)
from app.domain.program.project import Project, ProjectError, check_project, program_scene, scene_by_id, source_by_id
from app.domain.program.scene import Box, Crop, Fit, Layer, Scene
from app.domain.program.source import KINDS, Source, SourceKind, settings_of
from app.domain.program.transition import Transition

T = TypeVar("T")

RELAY_PREFIX = "relay"
DUPLICATE_OFFSET = 0.02  # of the canvas, so that a duplicated layer is visible


class LayerChanges(TypedDict, total=False):
    """What `replace_layer` may change."""

    box: Box
    crop: Crop
    fit: Fit
    opacity: float
    visible: bool
    locked: bool


class StripChanges(TypedDict, total=False):
    """What `replace_strip` may change."""

    gain_db: float
    muted: bool
    delay_ms: int


class CanvasChanges(TypedDict, total=False):
    """What `replace_canvas` may change."""

    width: int
    height: int
    fps: int


class VideoChanges(TypedDict, total=False):
    """What `replace_video` may change."""

    bitrate_kbps: int
    encoder: EncoderChoice
    preset: SpeedPreset
    profile: H264Profile
    gop_s: float


class AudioChanges(TypedDict, total=False):
    """What `replace_audio` may change."""

    bitrate_kbps: int
    fec: bool
    dtx: bool


def _ids(project: Project) -> set[str]:
    layers = {layer.id for scene in project.scenes for layer in scene.layers}
    return layers.union((scene.id for scene in project.scenes), (source.id for source in project.sources))


def _numbered(taken: Collection[str], stem: str, separator: str, start: int) -> str:
    number = start
    while f"{stem}{separator}{number}" in taken:
        number += 1
    return f"{stem}{separator}{number}"


def new_id(project: Project, prefix: str) -> str:
    """An id that no scene, layer, source or relay of this project has.

    Relays get a random id: all shows of a user share one keyring for their secrets.
    """
    if prefix == RELAY_PREFIX:
        return f"{prefix}-{uuid4().hex[:12]}"
    return _numbered(_ids(project), prefix, "-", 1)


def unique_name(taken: Iterable[str], wanted: str) -> str:
    """`wanted`, or `wanted` with the lowest free number from 2 when it is taken."""
    names = set(taken)
    return wanted if wanted not in names else _numbered(names, wanted, " ", 2)


def _moved(items: Sequence[T], item: T, index: int) -> tuple[T, ...]:
    others = [other for other in items if other is not item]
    others.insert(max(0, min(index, len(others))), item)
    return tuple(others)


def _with_scene(project: Project, scene_id: str, change: Callable[[Scene], Scene]) -> Project:
    changed = change(scene_by_id(project, scene_id))
    return replace(project, scenes=tuple(changed if scene.id == scene_id else scene for scene in project.scenes))


def _with_source(project: Project, source_id: str, change: Callable[[Source], Source]) -> Project:
    changed = change(source_by_id(project, source_id))
    return replace(project, sources=tuple(changed if source.id == source_id else source for source in project.sources))


def layer_by_id(project: Project, scene_id: str, layer_id: str) -> Layer:
    """Raises ProjectError when there is no such scene or layer."""
    return element_by_id(scene_by_id(project, scene_id).layers, layer_id, ProjectError("project.no_layer", layer=layer_id, scene=scene_id))


def _without_unused(project: Project, candidates: AbstractSet[str]) -> Project:
    """Remove the candidate sources that have a picture but no layer any more, with their strips."""
    used = {layer.source_id for scene in project.scenes for layer in scene.layers}
    gone = {source.id for source in project.sources if source.id in candidates - used and KINDS[source.kind].has_video}
    return replace(
        project,
        sources=tuple(source for source in project.sources if source.id not in gone),
        strips=tuple(strip for strip in project.strips if strip.source_id not in gone),
    )


# --- the show -----------------------------------------------------------------------------------------------------------


def rename_project(project: Project, name: str) -> Project:
    """Rename the project."""
    return replace(project, name=name)


def replace_transition(project: Project, transition: Transition) -> Project:
    """Set the transition between scenes."""
    return replace(project, transition=transition)


# --- scenes -------------------------------------------------------------------------------------------------------------


def add_scene(project: Project, name: str) -> Project:
    """Add an empty scene at the end; a taken name gets a number."""
    scene = Scene(new_id(project, "scene"), unique_name((scene.name for scene in project.scenes), name))
    return replace(project, scenes=(*project.scenes, scene))


def duplicate_scene(project: Project, scene_id: str) -> Project:
    """Insert a copy after the original, with the same sources."""
    original = scene_by_id(project, scene_id)
    copy = Scene(new_id(project, "scene"), unique_name((scene.name for scene in project.scenes), original.name))
    taken = _ids(project)
    for layer in original.layers:
        layer_id = _numbered(taken, "layer", "-", 1)
        taken.add(layer_id)
        copy = replace(copy, layers=(*copy.layers, replace(layer, id=layer_id)))
    return replace(project, scenes=_moved((*project.scenes, copy), copy, project.scenes.index(original) + 1))


def remove_scene(project: Project, scene_id: str) -> Project:
    """Remove a scene and the sources that only it has; if it was on program, the next scene replaces it.

    The last scene stays: ProjectError "project.last_scene".
    """
    scene = scene_by_id(project, scene_id)
    if len(project.scenes) == 1:
        raise ProjectError("project.last_scene", scene=scene.name)
    at = project.scenes.index(scene)
    left = tuple(other for other in project.scenes if other.id != scene_id)
    on_program = program_scene(project).id
    shrunk = replace(project, scenes=left, scene_id=left[min(at, len(left) - 1)].id if on_program == scene_id else on_program)
    return _without_unused(shrunk, {layer.source_id for layer in scene.layers})


def rename_scene(project: Project, scene_id: str, name: str) -> Project:
    """Rename a scene."""
    return _with_scene(project, scene_id, lambda scene: replace(scene, name=name))


def move_scene(project: Project, scene_id: str, index: int) -> Project:
    """Move a scene to this index; an index beyond an end means that end."""
    return replace(project, scenes=_moved(project.scenes, scene_by_id(project, scene_id), index))


def select_scene(project: Project, scene_id: str) -> Project:
    """Put a scene on program."""
    return replace(project, scene_id=scene_by_id(project, scene_id).id)


# --- sources ------------------------------------------------------------------------------------------------------------


def _checked_settings(source: Source, values: Mapping[str, Value]) -> Source:
    known = {declared.key for declared in KINDS[source.kind].fields}
    for key in values:
        if key not in known:
            raise FieldError("field.invalid", source=source.name, field=key, reason="unknown")
    changed = replace(source, settings={**source.settings, **values})
    settings_of(changed)
    return changed


def add_source(project: Project, scene_id: str, kind: SourceKind, name: str, settings: Mapping[str, Value] | None = None) -> Project:
    """Add a source (the last of `sources`): on top of this scene if it has video, with a strip if it has sound."""
    scene_by_id(project, scene_id)
    bare = Source(new_id(project, kind.value.replace("_", "-")), unique_name((source.name for source in project.sources), name), kind)
    source = _checked_settings(bare, settings or {})
    grown = replace(project, sources=(*project.sources, source))
    if KINDS[kind].has_sound:
        grown = replace(grown, strips=(*grown.strips, Strip(source.id)))
    return add_layer(grown, scene_id, source.id) if KINDS[kind].has_video else grown


def rename_source(project: Project, source_id: str, name: str) -> Project:
    """Rename a source."""
    return _with_source(project, source_id, lambda source: replace(source, name=name))


def change_settings(project: Project, source_id: str, values: Mapping[str, Value]) -> Project:
    """Set some of a source's settings; raises FieldError for a value or key that the kind does not declare."""
    return _with_source(project, source_id, lambda source: _checked_settings(source, values))


def remove_source(project: Project, source_id: str) -> Project:
    """Remove a source, its strip, and its layers in all scenes."""
    source_by_id(project, source_id)
    return replace(
        project,
        scenes=tuple(
            replace(scene, layers=tuple(layer for layer in scene.layers if layer.source_id != source_id)) for scene in project.scenes
        ),
        sources=tuple(source for source in project.sources if source.id != source_id),
        strips=tuple(strip for strip in project.strips if strip.source_id != source_id),
    )


# --- layers -------------------------------------------------------------------------------------------------------------


def add_layer(project: Project, scene_id: str, source_id: str) -> Project:
    """Add a layer for a source on top of this scene; ProjectError "project.no_picture" when it has only sound."""
    source = source_by_id(project, source_id)
    if not KINDS[source.kind].has_video:
        raise ProjectError("project.no_picture", source=source.name)
    layer = Layer(new_id(project, "layer"), source_id)
    return _with_scene(project, scene_id, lambda scene: replace(scene, layers=(*scene.layers, layer)))


def duplicate_layer(project: Project, scene_id: str, layer_id: str) -> Project:
    """Insert a copy just above the original, slightly shifted so that it is visible."""
    original = layer_by_id(project, scene_id, layer_id)
    box = replace(original.box, x=original.box.x + DUPLICATE_OFFSET, y=original.box.y + DUPLICATE_OFFSET)
    copy = replace(original, id=new_id(project, "layer"), box=box)

    def above(scene: Scene) -> Scene:
        return replace(scene, layers=_moved((*scene.layers, copy), copy, scene.layers.index(original) + 1))

    return _with_scene(project, scene_id, above)


def remove_layer(project: Project, scene_id: str, layer_id: str) -> Project:
    """Remove a layer, and its source if no other layer shows it."""
    gone = layer_by_id(project, scene_id, layer_id)
    shrunk = _with_scene(
        project, scene_id, lambda scene: replace(scene, layers=tuple(layer for layer in scene.layers if layer.id != layer_id))
    )
    return _without_unused(shrunk, {gone.source_id})


def move_layer(project: Project, scene_id: str, layer_id: str, index: int) -> Project:
    """Move a layer to this index, 0 = the bottom; an index beyond an end means that end."""
    layer = layer_by_id(project, scene_id, layer_id)
    return _with_scene(project, scene_id, lambda scene: replace(scene, layers=_moved(scene.layers, layer, index)))


def replace_layer(project: Project, scene_id: str, layer_id: str, **changes: Unpack[LayerChanges]) -> Project:
    """Change a layer; opacity is clamped to 0..1."""
    changed = replace(layer_by_id(project, scene_id, layer_id), **changes)
    changed = replace(changed, opacity=min(1.0, max(0.0, changed.opacity)))

    def with_changed(scene: Scene) -> Scene:
        return replace(scene, layers=tuple(changed if layer.id == layer_id else layer for layer in scene.layers))

    return _checked(_with_scene(project, scene_id, with_changed))


# --- sound and output ---------------------------------------------------------------------------------------------------


def _checked(project: Project) -> Project:
    check_project(project)
    return project


def replace_strip(project: Project, source_id: str, **changes: Unpack[StripChanges]) -> Project:
    """Change a source's strip; gain and delay are clamped to their bounds."""
    for strip in project.strips:
        if strip.source_id == source_id:
            changed = replace(strip, **changes)
            break
    else:
        raise ProjectError("project.no_strip", source=source_id)
    changed = replace(
        changed,
        gain_db=min(MAX_GAIN_DB, max(MIN_GAIN_DB, changed.gain_db)),
        delay_ms=min(MAX_DELAY_MS, max(0, changed.delay_ms)),
    )
    return replace(project, strips=tuple(changed if strip.source_id == source_id else strip for strip in project.strips))


def _with_output(project: Project, output: Output) -> Project:
    return _checked(replace(project, output=output))


def replace_canvas(project: Project, **changes: Unpack[CanvasChanges]) -> Project:
    """Change the program's size or frame rate; ProjectError when the engine does not support it."""
    canvas: Canvas = replace(project.output.canvas, **changes)
    return _with_output(project, replace(project.output, canvas=canvas))


def replace_video(project: Project, **changes: Unpack[VideoChanges]) -> Project:
    """Change the video encoder's settings."""
    video: VideoSettings = replace(project.output.video, **changes)
    return _with_output(project, replace(project.output, video=video))


def replace_audio(project: Project, **changes: Unpack[AudioChanges]) -> Project:
    """Change the audio encoder's settings."""
    audio: AudioSettings = replace(project.output.audio, **changes)
    return _with_output(project, replace(project.output, audio=audio))


# --- relays -------------------------------------------------------------------------------------------------------------


def _known_relay(project: Project, relay_id: str) -> str:
    if relay_id != EMBEDDED_RELAY_ID and all(relay.id != relay_id for relay in project.relays):
        raise ProjectError("project.no_relay", relay=relay_id)
    return relay_id


def put_relay(project: Project, relay: Relay) -> Project:
    """Add a relay, or replace the one with its id; the embedded relay's id is refused."""
    if relay.id == EMBEDDED_RELAY_ID:
        raise ProjectError("project.reserved_id", relay=relay.id)
    if any(known.id == relay.id for known in project.relays):
        return replace(project, relays=tuple(relay if known.id == relay.id else known for known in project.relays))
    return replace(project, relays=(*project.relays, relay))


def remove_relay(project: Project, relay_id: str) -> Project:
    """Remove a relay, including its pin and its entry in `also_relay_ids`."""
    if all(relay.id != relay_id for relay in project.relays):
        raise ProjectError("project.no_relay", relay=relay_id)
    return replace(
        project,
        relays=tuple(relay for relay in project.relays if relay.id != relay_id),
        relay_id="" if project.relay_id == relay_id else project.relay_id,
        also_relay_ids=tuple(other for other in project.also_relay_ids if other != relay_id),
    )


def pin_relay(project: Project, relay_id: str) -> Project:
    """Pin a relay; "" removes the pin, so that the nearest is used."""
    return replace(project, relay_id=_known_relay(project, relay_id) if relay_id else "")


def publish_also(project: Project, relay_ids: Iterable[str]) -> Project:
    """Also publish to these relays, from the same encode."""
    return replace(project, also_relay_ids=tuple(_known_relay(project, relay_id) for relay_id in dict.fromkeys(relay_ids)))
