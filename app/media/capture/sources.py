"""The one table from a source's kind to what makes its pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from app.domain.base.clock import Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice
from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind, settings_of
from app.domain.program.stats import SourceStats
from app.media.capture.camera import camera_opener
from app.media.capture.device import DeviceSource
from app.media.capture.held import ColourPicture, HeldPicture
from app.media.capture.image import ImageSource
from app.media.capture.media_file import MediaFile
from app.media.capture.screen import screen_opener
from app.media.capture.test_card import TestCard
from app.media.ports import Picture
from app.media.sound.feed import SoundFeed
from app.media.source_edge import SourceEdge
from app.media.work_trail import NO_TRAIL, WorkTrail


class PictureMaker(Protocol):
    """A picture source that can also be told of changed settings."""

    def start(self) -> None: ...

    def close(self) -> None: ...

    def latest(self) -> Picture | None: ...

    def stats(self) -> SourceStats: ...

    def reconfigure(self, settings: Mapping[str, Value]) -> bool:
        """Take on complete settings while running; False: close this one and make a new one."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What any source may need beside its settings."""

    canvas: Canvas
    clock: Clock
    notify: Callable[[Notice], None]
    sound: SoundFeed | None
    edge: SourceEdge


Maker = Callable[[Source, Mapping[str, Value], Surroundings], PictureMaker]

_MAKERS: Mapping[SourceKind, Maker] = {
    SourceKind.CAMERA: lambda source, settings, around: DeviceSource(
        source, camera_opener(settings), around.clock, around.notify, around.edge
    ),
    SourceKind.SCREEN: lambda source, settings, around: DeviceSource(
        source, screen_opener(settings), around.clock, around.notify, around.edge
    ),
    SourceKind.MEDIA: lambda source, settings, around: MediaFile(source, around.clock, around.notify, around.sound, settings, around.edge),
    SourceKind.IMAGE: lambda source, settings, around: ImageSource(source, around.clock, around.notify, settings, around.edge),
    SourceKind.COLOUR: lambda source, settings, around: ColourPicture(source.id, around.clock, settings),
    SourceKind.TEXT: lambda source, settings, around: HeldPicture(source.id, around.clock),
    SourceKind.TEST_CARD: lambda source, settings, around: TestCard(source.id, around.canvas, around.clock, settings),
}


def make_picture_source(
    source: Source,
    canvas: Canvas,
    clock: Clock,
    notify: Callable[[Notice], None],
    sound: SoundFeed | None,
    trail: WorkTrail = NO_TRAIL,
) -> PictureMaker:
    """A picture source, not started. `sound` is where a media file's sound goes (None = it is not wanted).

    Raises FieldError for settings out of bounds and AppError("source.no_picture") for a kind that has none.
    """
    maker = _MAKERS.get(source.kind)
    if maker is None:
        raise AppError("source.no_picture", source=source.name, kind=source.kind.value)
    edge = SourceEdge(source, trail)
    return maker(source, settings_of(source), Surroundings(canvas, clock, notify, sound, edge))
