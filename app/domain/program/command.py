"""The commands and events of the link between desk and engine.

The main command is the document: the desk sends the whole Project whenever it changes, and the engine makes what runs match it.
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
    """Make what runs match this project; changing one layer restarts nothing else.

    `withheld`: sources that must not run, because the user has not allowed their servers.
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
    """A picture that the desk drew for a text source: straight RGBA, 4 × width × height bytes, sRGB.

    The engine keeps it until it gets another one or the source leaves the project.
    """

    source_id: str
    width: int
    height: int
    rgba: bytes


@dataclass(frozen=True, slots=True)
class PutOverlay:
    """Show this above the program in every scene: straight RGBA, sRGB, 4 × width × height bytes, in pixels of the canvas.

    `x` and `y` place its top left corner, in fractions of the canvas. Overlays stack in the order of their first put. A second put with
    the same id changes picture and place between two frames, without an animation.
    `scroll_px_per_s` other than 0: the picture is a strip that scrolls in a loop between `x` and the canvas's right edge, to the left (to
    the right if negative). The engine keeps overlays until they are dropped; a new engine has none.
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
    """Remove an overlay; ignored if it is not shown or already leaving."""

    overlay_id: str
    leave: OverlayAnimation = OverlayAnimation.NONE
    duration_ms: int = 0


@dataclass(frozen=True, slots=True)
class GoLive:
    """Publish to these targets; sent again while live, it adds and removes targets without touching the others.

    `since_ns`: when the show went on air, by the monotonic clock, for an engine that replaces a dead one; 0 = not on air yet.
    """

    targets: tuple[Target, ...]
    since_ns: int = 0


@dataclass(frozen=True, slots=True)
class StopLive:
    """Leave every relay cleanly (DELETE), then be idle."""


@dataclass(frozen=True, slots=True)
class WatchRelays:
    """Measure these targets every `every_s` and keep connections to those in `warm_ids` open; an empty tuple stops measuring."""

    targets: tuple[Target, ...]
    warm_ids: tuple[str, ...] = ()
    every_s: float = 30.0


@dataclass(frozen=True, slots=True)
class TryRelay:
    """Connect to this target as for going live, without media, then leave; answered by a RelayTrial event."""

    target: Target


@dataclass(frozen=True, slots=True)
class ListDevices:
    """Ask for the machine's cameras, microphones and monitors; answered by a Devices event to this desk."""


@dataclass(frozen=True, slots=True)
class Shutdown:
    """Stop everything, leave the relays cleanly, end the process."""


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
    """The first event on every connection: the current state, for a new desk.

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
