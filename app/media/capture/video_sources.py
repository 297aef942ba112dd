"""Creates the video source for each kind of source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.base.clock import Clock
from app.domain.base.errors import AppError, Value
from app.domain.base.notice import Notice
from app.domain.program.output import Canvas
from app.domain.program.source import Source, SourceKind, settings_of
from app.media.capture.camera import camera_opener
from app.media.capture.device_source import DeviceSource
from app.media.capture.image_source import ImageSource
from app.media.capture.media_source import MediaSource
from app.media.capture.screen import screen_opener
from app.media.capture.still_source import ColourSource, StillSource
from app.media.capture.test_card import TestCard
from app.media.ports import VideoSource
from app.media.sound.sound_feed import SoundFeed
from app.media.source_activity import NO_ACTIVITY_LOG, SourceActivityLog
from app.media.source_guard import SourceGuard


@dataclass(frozen=True, slots=True)
class _SourceContext:
    """What any source may need beside its settings."""

    canvas: Canvas
    clock: Clock
    notify: Callable[[Notice], None]
    sound: SoundFeed | None
    guard: SourceGuard


_Factory = Callable[[Source, Mapping[str, Value], _SourceContext], VideoSource]

_MAKERS: Mapping[SourceKind, _Factory] = {
    SourceKind.CAMERA: lambda source, settings, context: DeviceSource(
        source, camera_opener(settings), context.clock, context.notify, context.guard
    ),
    SourceKind.SCREEN: lambda source, settings, context: DeviceSource(
        source, screen_opener(settings), context.clock, context.notify, context.guard
    ),
    SourceKind.MEDIA: lambda source, settings, context: MediaSource(
        source, context.clock, context.notify, context.sound, settings, context.guard
    ),
    SourceKind.IMAGE: lambda source, settings, context: ImageSource(source, context.clock, context.notify, settings, context.guard),
    SourceKind.COLOUR: lambda source, settings, context: ColourSource(source.id, context.clock, settings),
    SourceKind.TEXT: lambda source, settings, context: StillSource(source.id, context.clock),
    SourceKind.TEST_CARD: lambda source, settings, context: TestCard(source.id, context.canvas, context.clock, settings),
}


def make_video_source(
    source: Source,
    canvas: Canvas,
    clock: Clock,
    notify: Callable[[Notice], None],
    sound: SoundFeed | None,
    activity: SourceActivityLog = NO_ACTIVITY_LOG,
) -> VideoSource:
    """A video source, not started. `sound` receives a media file's sound (None = not wanted).

    Raises FieldError for settings out of bounds and AppError("source.no_picture") for a kind without video.
    """
    maker = _MAKERS.get(source.kind)
    if maker is None:
        raise AppError("source.no_picture", source=source.name, kind=source.kind.value)
    guard = SourceGuard(source, activity)
    return maker(source, settings_of(source), _SourceContext(canvas, clock, notify, sound, guard))
