"""The verbs and events of the link between desk and engine.

The document is the main verb: the desk sends the whole Project whenever it changes, the engine makes running parts match it.
"""

from dataclasses import dataclass, field

from app.domain.base.notice import Notice
from app.domain.program.device import Devices
from app.domain.program.output import Target
from app.domain.program.overlay import OverlayAnimation
from app.domain.program.project import Project
from app.domain.program.stats import EngineStats, Meters, RelayProbe
from app.domain.program.transition import Transition
from app.domain.program.trial import RelayTrial

LINK_VERSION = 3


@dataclass(frozen=True, slots=True)
class Apply:
    """Make the running parts match; changing one layer restarts nothing else.

    `withheld`: sources that must not run, because the user has not agreed to where they read from.
    """

    project: Project
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Take:
    """Put a scene on program."""

    scene_id: str
    transition: Transition


@dataclass(frozen=True, slots=True)
class PutPicture:
    """A picture that the desk drew for a source (text): straight RGBA, 4 × width × height bytes, sRGB.

    The engine keeps it until another comes or the source leaves the project.
    """

    source_id: str
    width: int
    height: int
    rgba: bytes


@dataclass(frozen=True, slots=True)
class PutOverlay:
    """Show this above the program, in whatever scene: straight RGBA, sRGB, 4 × width × height bytes, in pixels of the canvas.

    `x` and `y` place its top left corner, in fractions of the canvas. Overlays lie above each other in the order of their first put. Put
    again under the same id while it is shown, the picture and its place change between two frames, without an animation.
    `scroll_px_per_s` other than 0: the picture is a strip that runs round from `x` to the canvas's right edge, to the left, or to the right
    below 0. The engine keeps overlays until they are dropped; a new engine has none.
    """

    overlay_id: str
    width: int
    height: int
    rgba: bytes = field(repr=False)
    x: float
    y: float
    enter: OverlayAnimation = OverlayAnimation.NONE
    duration_ms: int = 0
    scroll_px_per_s: float = 0.0


@dataclass(frozen=True, slots=True)
class DropOverlay:
    """Take an overlay away; one that is not there, or is leaving already, is ignored."""

    overlay_id: str
    leave: OverlayAnimation = OverlayAnimation.NONE
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class GoLive:
    """Publish to these; sent again while live it adds and removes targets without touching the others.

    `since_ns`: since when the show is on air, by the monotonic clock, for an engine that takes over from one that died; 0 = it is not yet.
    """

    targets: tuple[Target, ...]
    since_ns: int = 0


@dataclass(frozen=True, slots=True)
class StopLive:
    """Leave every relay in order (DELETE), then be idle."""


@dataclass(frozen=True, slots=True)
class WatchRelays:
    """Measure these every `every_s` and keep connections to those marked `warm` open; an empty tuple stops it."""

    targets: tuple[Target, ...]
    warm_ids: tuple[str, ...] = ()
    every_s: float = 30.0


@dataclass(frozen=True, slots=True)
class TryRelay:
    """Connect to this as for going live, without media, and leave it; answered by a RelayTrial event."""

    target: Target


@dataclass(frozen=True, slots=True)
class ListDevices:
    """Ask for the machine's cameras, microphones and monitors; answered by a Devices event to this desk."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Stop everything, leave relays in order, end the process."""


Command = Apply | Take | PutPicture | PutOverlay | DropOverlay | GoLive | StopLive | WatchRelays | TryRelay | ListDevices | Shutdown
COMMANDS: tuple[type[Command], ...] = (
    Apply,
    Take,
    PutPicture,
    PutOverlay,
    DropOverlay,
    GoLive,
    StopLive,
    WatchRelays,
    TryRelay,
    ListDevices,
    Shutdown,
)


@dataclass(frozen=True, slots=True)
class Hello:
    """First event on every connection: what runs, so that a new desk shows it as it is.

    `project` is None before the first Apply; `preview` is the path of the shared preview; `engine_pid` for the process table.
    """

    version: int
    engine_pid: int
    preview: str
    project: Project | None
    live_relay_ids: tuple[str, ...]
    withheld: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RelayProbes:
    probes: tuple[RelayProbe, ...]


Event = Hello | EngineStats | Meters | Notice | RelayProbes | RelayTrial | Devices
EVENTS: tuple[type[Event], ...] = (Hello, EngineStats, Meters, Notice, RelayProbes, RelayTrial, Devices)
