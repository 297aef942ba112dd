"""Announcements of planned shows: texts, reminders, calendar files and posters, made on threads."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from app.domain.base.errors import AppError
from app.domain.base.localized_text import LocalizedText
from app.domain.base.notice import Notice, Severity
from app.domain.base.zones import Zones
from app.domain.catalogue.market import Market
from app.domain.catalogue.product import Role
from app.domain.planning.announcements.announcement import title_in
from app.domain.planning.announcements.calendar_entry import CalendarOptions, CalendarText
from app.domain.planning.announcements.poster import DrawPoster, PosterSize, QrModules
from app.domain.planning.people.party import Party
from app.domain.planning.schedule import Airing, Occurrence, Schedule, ShowReminder, parties_on, party_by_id
from app.domain.selling.card_theme import CardTheme
from app.domain.show import Show
from app.session.document.document import Document
from app.session.planning.announcements.announcement_texts import (
    AnnouncementContext,
    AnnouncementTexts,
    MarketText,
    ReminderTime,
    audiences,
    languages_of,
    reminder_times,
)
from app.session.planning.announcements.room_calendar import RoomCalendar, room_calendar
from app.session.planning.calendar_port import Calendar
from app.session.planning.schedule_book import ScheduleBook
from app.storage.files import write_file

_NOT_IN_NAMES = re.compile(r'[\\/:*?"<>|\x00-\x1f]+')  # not allowed in file names
_NAME_CHARS = 80


class CalendarFiles(Protocol):
    """The interface of `app.calendar.calendar_file`, which is loaded on first use."""

    def party_calendar(
        self, schedule: Schedule, party: Party, words: Callable[[Airing], CalendarText], zones: Zones, setting: CalendarOptions
    ) -> bytes: ...

    def date_calendar(
        self, airing: Airing, occurrence: Occurrence, words: CalendarText, zones: Zones, setting: CalendarOptions
    ) -> bytes: ...


class PictureLookup(Protocol):
    def get(self, picture_id: str) -> bytes | None: ...


class WatchPage(Protocol):
    @property
    def watch_address(self) -> str: ...


class AnnouncementStudio(Protocol):
    """What announcements need of the studio."""

    @property
    def document(self) -> Document: ...

    @property
    def pictures(self) -> PictureLookup: ...

    @property
    def embedded(self) -> WatchPage: ...


@dataclass(frozen=True, slots=True)
class AnnouncementServices:
    """The services that announcements need. `prepare_drawing` is called on the event loop before the first poster."""

    texts: AnnouncementTexts
    files: CalendarFiles
    draw_poster: DrawPoster
    prepare_drawing: Callable[[], object]
    code: Callable[[str], QrModules]


@dataclass(frozen=True, slots=True)
class PosterChoice:
    """The user's choices for a poster. `party_ids` empty = all markets of the date; `picture_id` "" = the first hero product's, None =
    none; `theme` "" = the theme of the show's cards; `link` None = the viewer page."""

    language: str
    size: PosterSize = PosterSize.FEED
    theme: str = ""
    party_ids: tuple[str, ...] = ()
    picture_id: str | None = ""
    link: str | None = None


class Announcements:
    """Coroutines work on threads with the schedule as of the call. Those that return content raise AppError; those that write a file
    return False and emit a notice on failure."""

    def __init__(
        self,
        studio: AnnouncementStudio,
        book: ScheduleBook,
        *,
        calendar: Calendar,
        services: AnnouncementServices,
        themes: Callable[[], Mapping[str, CardTheme]],
        notify: Callable[[Notice], None],
    ) -> None:
        self._studio = studio
        self._book = book
        self._calendar = calendar
        self._services = services
        self._themes = themes
        self._notify = notify
        self._stamped: tuple[Schedule, str, datetime] | None = None
        self._markets: dict[str, Market] = {}

    # Texts ----------------------------------------------------------------------------------------------------------------

    async def texts(self, occurrence: Occurrence, *, link: str | None = None) -> tuple[MarketText, ...]:
        """The texts of a date for each market in each of its languages."""
        context, airing = self._context(link), self._book.airing_of(occurrence)
        return await asyncio.to_thread(self._services.texts.texts, context, airing, occurrence)

    async def reminder(self, occurrence: Occurrence, minutes_before: int) -> ShowReminder:
        """A suggested reminder of a date; it is not saved yet.

        Raises ScheduleError "schedule.nothing_new" unless each market has news."""
        context, airing = self._context(None), self._book.airing_of(occurrence)
        return await asyncio.to_thread(self._services.texts.reminder, context, airing, occurrence, minutes_before)

    def reminder_times(self, occurrence: Occurrence, minutes_before: int) -> tuple[ReminderTime, ...]:
        """The reminder time of each market of a date, outside quiet hours."""
        return reminder_times(self._context(None), occurrence, minutes_before)

    # Calendars ------------------------------------------------------------------------------------------------------------

    async def calendar_of(self, party_id: str) -> bytes:
        """A party's calendar file, in its language. Raises AppError."""
        context, stamp = self._context(None), self._stamp()
        return await asyncio.to_thread(self._calendar_of, context, party_by_id(context.schedule, party_id), stamp)

    async def save_calendar(self, path: Path, party_id: str) -> bool:
        """Write a party's calendar (.ics)."""
        return await self._save(path, self.calendar_of(party_id))

    async def save_calendars(self, folder: Path, party_ids: Sequence[str] = ()) -> int:
        """Write a file for each of these parties (or all), named after them. Returns how many were written."""
        written = 0
        names: set[str] = set()
        for party in self._book.schedule.parties:
            if not party_ids or party.id in party_ids:
                name = file_name(party.name or party.id, ".ics", names)
                names.add(name.casefold())
                written += await self.save_calendar(folder / name, party.id)
        return written

    async def room_calendars(self, occurrences: Iterable[Occurrence]) -> tuple[tuple[RoomCalendar, ...], Mapping[str, LocalizedText]]:
        """For viewers of the room: a file of each date in each language of its markets, and the file names by date and language, for
        `room_schedule.schedule_board`."""
        context, stamp = self._context(None), self._stamp()
        dates = tuple((self._book.airing_of(one), one) for one in occurrences)
        return await asyncio.to_thread(self._room_calendars, context, dates, stamp)

    def _calendar_of(self, context: AnnouncementContext, party: Party, stamp: datetime) -> bytes:
        texts = self._services.texts
        setting = CalendarOptions(context.name, languages_of(context, party)[0], stamp)
        return self._services.files.party_calendar(
            context.schedule, party, lambda airing: texts.entry(context, airing, party), context.zones, setting
        )

    def _room_calendars(
        self, context: AnnouncementContext, dates: Sequence[tuple[Airing, Occurrence]], stamp: datetime
    ) -> tuple[tuple[RoomCalendar, ...], Mapping[str, LocalizedText]]:
        made: list[RoomCalendar] = []
        names: dict[str, LocalizedText] = {}
        for airing, occurrence in dates:
            spoken = dict.fromkeys(language for party in audiences(context, occurrence) for language in languages_of(context, party))
            files: dict[str, str] = {}
            for language in spoken or (context.host_language,):
                words = self._services.texts.viewer_entry(context, airing, language)
                setting = CalendarOptions(words.summary, language, stamp, busy=False)
                content = self._services.files.date_calendar(airing, occurrence, words, context.zones, setting)
                calendar = room_calendar(content, words.summary)
                made.append(calendar)
                files[language] = calendar.name
            names[occurrence.key] = files
        return tuple(made), names

    def _stamp(self) -> datetime:
        """When the schedule last changed, so that the same schedule gives the same files."""
        schedule, link = self._book.schedule, self._studio.embedded.watch_address
        if self._stamped is None or self._stamped[0] is not schedule or self._stamped[1] != link:
            self._stamped = (schedule, link, self._book.now())
        return self._stamped[2]

    # Posters --------------------------------------------------------------------------------------------------------------

    async def poster(self, occurrence: Occurrence, choice: PosterChoice) -> bytes:
        """A poster of a date as a PNG. Raises AppError."""
        context, airing = self._context(choice.link), self._book.airing_of(occurrence)
        there = parties_on(context.schedule, occurrence)
        parties = tuple(one for one in there if one.id in choice.party_ids) or audiences(context, occurrence) or there
        themes = self._themes()
        theme = themes.get(choice.theme or self._studio.document.show.presentation.card_theme) or next(iter(themes.values()))
        picture = self._picture(choice.picture_id)
        self._services.prepare_drawing()

        def drawn() -> bytes:
            modules = self._services.code(context.link) if context.link else ()
            poster = self._services.texts.poster(context, airing, occurrence, parties, choice.language, modules=modules, picture=picture)
            return self._services.draw_poster(poster, theme, choice.size)

        return await asyncio.to_thread(drawn)

    async def save_poster(self, path: Path, occurrence: Occurrence, choice: PosterChoice) -> bool:
        """Write a poster (.png)."""
        return await self._save(path, self.poster(occurrence, choice))

    def suggested_name(self, occurrence: Occurrence, ending: str, language: str = "") -> str:
        """A file name for a date: "Friday deals 2027-03-12.png"."""
        airing = self._book.airing_of(occurrence)
        title = title_in(airing, (language,)) if language else airing.title
        return file_name(f"{title} {occurrence.local.wall:%Y-%m-%d}", ending)

    def _picture(self, picture_id: str | None) -> bytes:
        if picture_id is None:
            return b""
        products = sorted(self._studio.document.show.products, key=lambda one: one.role is not Role.HERO)  # hero products first
        wanted = picture_id or next((one.pictures[0] for one in products if one.pictures), "")
        return (self._studio.pictures.get(wanted) if wanted else None) or b""

    # Internals -------------------------------------------------------------------------------------------------------

    def _context(self, link: str | None) -> AnnouncementContext:
        show = self._studio.document.show
        address = self._studio.embedded.watch_address if link is None else link
        return AnnouncementContext(
            show.project.name,
            show.schedule,
            self._book.zones,
            self._profiles(show),
            show.presentation.host_language,
            address,
            self._book.now(),
        )

    def _profiles(self, show: Show) -> Mapping[str, Market]:
        """The market profiles: the show's own, or else the built-in ones."""
        own = {market.id: market for market in show.markets}
        missing = {party.market_id for party in show.schedule.parties if party.market_id} - own.keys() - self._markets.keys()
        if missing:
            self._markets |= {market.id: market for market in self._calendar.markets(sorted(missing))}
        return {**self._markets, **own}

    async def _save(self, path: Path, content: Awaitable[bytes]) -> bool:
        try:
            await asyncio.to_thread(write_file, path, await content)
        except AppError as error:
            self._notify(Notice(Severity.ERROR, error.code, error.data, subject=str(path)))
            return False
        self._notify(Notice(Severity.INFO, "table.written", {"path": str(path)}, subject=str(path)))
        return True


def file_name(text: str, ending: str, taken: Iterable[str] = ()) -> str:
    """A file name that is valid on every system; numbered if it is in `taken` (lower case)."""
    stem = " ".join(_NOT_IN_NAMES.sub(" ", text).split()).strip(". ")[:_NAME_CHARS].strip(". ") or "show"
    names = frozenset(taken)
    name, number = stem + ending, 1
    while name.casefold() in names:
        number += 1
        name = f"{stem} {number}{ending}"
    return name
