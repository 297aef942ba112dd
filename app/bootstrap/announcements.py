"""Builds the announcement services. Loads babel, icalendar (a third of a second) and Qt's drawing with the first announcement."""

import importlib
from collections.abc import Callable
from typing import cast

from app.bootstrap.formats import LazyFormats
from app.domain.base.zones import Zones
from app.domain.planning.announcements.calendar_entry import CalendarOptions, CalendarText
from app.domain.planning.announcements.poster import DrawPoster, Poster, PosterSize, QrModules
from app.domain.planning.people.party import Party
from app.domain.planning.schedule import Airing, Occurrence, Schedule
from app.domain.selling.card_theme import CardTheme
from app.session.planning.announcements.announcement_texts import AnnouncementTexts
from app.session.planning.announcements.announcements import AnnouncementServices, CalendarFiles
from app.storage.paths import Paths
from app.storage.phrases import load_phrases


class LazyCalendarFiles:
    """Loads app.calendar.calendar_file with the first use. Usable on any thread."""

    def party_calendar(
        self, schedule: Schedule, party: Party, words: Callable[[Airing], CalendarText], zones: Zones, setting: CalendarOptions
    ) -> bytes:
        return _calendar_file().party_calendar(schedule, party, words, zones, setting)

    def date_calendar(self, airing: Airing, occurrence: Occurrence, words: CalendarText, zones: Zones, setting: CalendarOptions) -> bytes:
        return _calendar_file().date_calendar(airing, occurrence, words, zones, setting)


def _calendar_file() -> CalendarFiles:
    return cast(CalendarFiles, importlib.import_module("app.calendar.calendar_file"))


def _draw_poster(poster: Poster, theme: CardTheme, size: PosterSize) -> bytes:
    draw = cast(DrawPoster, importlib.import_module("app.overlay.poster").draw_poster)
    return draw(poster, theme, size)


def announcement_services(paths: Paths, prepare_drawing: Callable[[], object], code: Callable[[str], QrModules]) -> AnnouncementServices:
    """`prepare_drawing` sets Qt up on the main thread; `code` returns the modules of a QR code."""
    phrases = {**load_phrases(paths.announcement_phrases), "scan": load_phrases(paths.card_phrases)["watch"]}
    return AnnouncementServices(
        texts=AnnouncementTexts(LazyFormats(), phrases),
        files=LazyCalendarFiles(),
        draw_poster=_draw_poster,
        prepare_drawing=prepare_drawing,
        code=code,
    )
