"""The project: everything the engine needs to make a program."""

from collections.abc import Callable
from dataclasses import dataclass

from app.domain.base.errors import AppError
from app.domain.base.id_list import element_by_id
from app.domain.program.mixing import MAX_DELAY_MS, MAX_GAIN_DB, MIN_GAIN_DB, Strip
from app.domain.program.output import Output, Relay
from app.domain.program.scene import Layer, Scene
from app.domain.program.source import Source, SourceKind, settings_of
from app.domain.program.transition import Transition

BOX_BOUNDS = (0.001, 20.0)  # of the canvas: a smaller box is invisible, a larger picture would not fit in memory
VIDEO_KBPS_BOUNDS = (50, 50_000)
AUDIO_KBPS_BOUNDS = (6, 510)  # Opus, RFC 6716
GOP_S_BOUNDS = (0.1, 20.0)


class ProjectError(AppError):
    """The project is inconsistent; `data` names what."""


@dataclass(frozen=True, slots=True)
class Project:
    """`scene_id` is the scene on program; `relay_id` is the pinned relay ("" = the nearest); `also_relay_ids` are also published to, from
    the same encode."""

    name: str
    scenes: tuple[Scene, ...]
    sources: tuple[Source, ...]
    strips: tuple[Strip, ...] = ()
    output: Output = Output()
    relays: tuple[Relay, ...] = ()
    scene_id: str = ""
    transition: Transition = Transition()
    relay_id: str = ""
    also_relay_ids: tuple[str, ...] = ()


def source_by_id(project: Project, source_id: str) -> Source:
    """Raises ProjectError when there is none."""
    return element_by_id(project.sources, source_id, ProjectError("project.no_source", source=source_id))


def scene_by_id(project: Project, scene_id: str) -> Scene:
    """Raises ProjectError when there is none."""
    return element_by_id(project.scenes, scene_id, ProjectError("project.no_scene", scene=scene_id))


def program_scene(project: Project) -> Scene:
    """The scene on program: `scene_id`, or the first scene if that is unknown."""
    return next((scene for scene in project.scenes if scene.id == project.scene_id), project.scenes[0])


def _duplicates(ids: list[str]) -> list[str]:
    return sorted({one for one in ids if ids.count(one) > 1})


def _check_bounds(what: str, value: float, minimum: float, maximum: float) -> None:
    if not minimum <= value <= maximum:
        raise ProjectError("project.out_of_bounds", what=what, value=value, minimum=minimum, maximum=maximum)


def _check_scene(scene: Scene, known: set[str]) -> None:
    if again := _duplicates([layer.id for layer in scene.layers]):
        raise ProjectError("project.duplicate_id", kind="layer", id=again[0], scene=scene.name)
    for layer in scene.layers:
        if layer.source_id not in known:
            raise ProjectError("project.no_source", source=layer.source_id, scene=scene.name)
        _check_bounds("layer.opacity", layer.opacity, 0, 1)
        _check_bounds("layer.box.width", layer.box.width, *BOX_BOUNDS)
        _check_bounds("layer.box.height", layer.box.height, *BOX_BOUNDS)
        crop = layer.crop
        if min(crop.left, crop.top, crop.right, crop.bottom) < 0 or max(crop.left + crop.right, crop.top + crop.bottom) >= 1:
            raise ProjectError("project.crop", scene=scene.name, layer=layer.id)


def _check_output(output: Output) -> None:
    canvas = output.canvas
    if canvas.width % 2 or canvas.height % 2 or not (160 <= canvas.width <= 3840 and 160 <= canvas.height <= 3840):
        raise ProjectError("project.canvas", width=canvas.width, height=canvas.height)
    if not 1 <= canvas.fps <= 60:
        raise ProjectError("project.fps", fps=canvas.fps)
    _check_bounds("video.bitrate_kbps", output.video.bitrate_kbps, *VIDEO_KBPS_BOUNDS)
    _check_bounds("video.gop_s", output.video.gop_s, *GOP_S_BOUNDS)
    _check_bounds("audio.bitrate_kbps", output.audio.bitrate_kbps, *AUDIO_KBPS_BOUNDS)


def check_project(project: Project) -> None:
    """Raise ProjectError or FieldError at the first problem: duplicate ids, unknown references, settings out of bounds."""
    if not project.scenes:
        raise ProjectError("project.no_scenes")
    for kind, ids in (
        ("scene", [scene.id for scene in project.scenes]),
        ("source", [source.id for source in project.sources]),
        ("strip", [strip.source_id for strip in project.strips]),
        ("relay", [relay.id for relay in project.relays]),
    ):
        if again := _duplicates(ids):
            raise ProjectError("project.duplicate_id", kind=kind, id=again[0])
    known = {source.id for source in project.sources}
    for scene in project.scenes:
        _check_scene(scene, known)
    for strip in project.strips:
        if strip.source_id not in known:
            raise ProjectError("project.no_source", source=strip.source_id)
        _check_bounds("strip.gain_db", strip.gain_db, MIN_GAIN_DB, MAX_GAIN_DB)
        _check_bounds("strip.delay_ms", strip.delay_ms, 0, MAX_DELAY_MS)
    for source in project.sources:
        settings_of(source)
    _check_output(project.output)


UNTITLED = "Untitled show"
FIRST_SCENE = "Scene 1"


def starter_project(*, camera: str | None, microphone: bool, say: Callable[[str], str] = str) -> Project:
    """The project of a first start: the camera with this identity ("" = the first one), or the test card; a microphone or a tone.

    `say` translates an English name; `UNTITLED` is not translated, because it marks a project without a name.
    """
    picture = Source("picture", say("Test card"), SourceKind.TEST_CARD)
    if camera is not None:
        picture = Source("picture", say("Camera"), SourceKind.CAMERA, {"device": camera})
    tone = Source("sound", say("Test tone"), SourceKind.TONE, {"beep": True})
    sound = Source("sound", say("Microphone"), SourceKind.MICROPHONE) if microphone else tone
    return Project(
        name=UNTITLED,
        scenes=(Scene("scene-1", say(FIRST_SCENE), (Layer("layer-1", picture.id),)),),
        sources=(picture, sound),
        strips=(Strip(sound.id),),
        scene_id="scene-1",
    )
