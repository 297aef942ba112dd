"""Creates the sound source for each kind of source."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from app.domain.base.clock import Clock
from app.domain.base.errors import AppError
from app.domain.base.notice import Notice
from app.domain.program.source import Source, SourceKind, settings_of
from app.media.ports import SoundSource
from app.media.sound.file_sound import FileSound
from app.media.sound.microphone import Microphone
from app.media.sound.portaudio import SoundHost
from app.media.sound.sound_feed import SoundFeed
from app.media.sound.tone import Tone
from app.media.source_activity import NO_ACTIVITY_LOG, SourceActivityLog
from app.media.source_guard import SourceGuard


@dataclass(frozen=True, slots=True)
class _Parts:
    clock: Clock
    notify: Callable[[Notice], None]
    host: SoundHost
    feed: SoundFeed | None
    activity: SourceActivityLog


def _microphone(source: Source, parts: _Parts) -> SoundSource:
    guard = SourceGuard(source, parts.activity)
    return Microphone(source.id, source.name, settings_of(source), clock=parts.clock, host=parts.host, notify=parts.notify, guard=guard)


def _tone(source: Source, parts: _Parts) -> SoundSource:
    return Tone(source.id, settings_of(source))


def _file(source: Source, parts: _Parts) -> SoundSource:
    if parts.feed is None:
        raise AppError("sound.no_feed", source=source.name)
    return FileSound(source.id, parts.feed)


_MAKERS: Mapping[SourceKind, Callable[[Source, _Parts], SoundSource]] = {
    SourceKind.MICROPHONE: _microphone,
    SourceKind.TONE: _tone,
    SourceKind.MEDIA: _file,
}


def make_sound_source(
    source: Source,
    clock: Clock,
    notify: Callable[[Notice], None],
    feed: SoundFeed | None,
    host: SoundHost,
    activity: SourceActivityLog = NO_ACTIVITY_LOG,
) -> SoundSource:
    """A sound source, not started. Its demuxer pushes into `feed` (media files only).

    One `host` serves all sources of a process. Raises AppError for a kind without sound.
    """
    maker = _MAKERS.get(source.kind)
    if maker is None:
        raise AppError("sound.no_sound", source=source.name, kind=source.kind.value)
    return maker(source, _Parts(clock, notify, host, feed, activity))
