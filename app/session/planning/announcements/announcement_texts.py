"""Makes the texts of announcements: posts, reminders, calendar entries and posters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Literal, Protocol

from app.domain.base.local_time import MINUTE, clock_reading
from app.domain.base.localized_text import is_right_to_left, primary
from app.domain.base.zones import Zones
from app.domain.catalogue.market import Market
from app.domain.planning.announcements.announcement import (
    AnnouncedTime,
    MarketAnnouncement,
    Phrases,
    announcement_text,
    check_news,
    news_in,
    news_lines,
    phrase,
    reminder_text,
    reminder_time,
    title_in,
)
from app.domain.planning.announcements.calendar_entry import CalendarText
from app.domain.planning.announcements.poster import Poster, PosterTime, QrModules
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, Schedule, ShowReminder, parties_on
from app.domain.show_editing import new_id

DayStyle = Literal["full", "full_year"]
RLM = "\u200f"  # keeps a line that starts with Latin letters right-to-left


class TimeFormats(Protocol):
    """`app.language.times`, which is loaded when the first text is made."""

    def clock(self, wall: datetime, language: str, *, market: str = "") -> str: ...

    def clock_span(self, begin: datetime, end: datetime, language: str, *, market: str = "") -> str: ...

    def day(self, when: date, language: str, *, market: str, style: DayStyle) -> str: ...

    def weekday(self, when: date, language: str) -> str: ...

    def day_and_clock(self, wall: datetime, language: str, *, market: str, style: DayStyle) -> str: ...

    def day_shift(self, days: int, language: str, *, market: str = "") -> str: ...

    def duration(self, minutes: int, language: str, *, market: str = "") -> str: ...

    def city(self, zone_key: str, language: str) -> str: ...


@dataclass(frozen=True, slots=True)
class AnnouncementContext:
    """The input of the texts. `name` is the show's name, `markets` are known profiles by id, `link` is the watch link, "" = none."""

    name: str
    schedule: Schedule
    zones: Zones
    markets: Mapping[str, Market]
    host_language: str
    link: str
    now: datetime


@dataclass(frozen=True, slots=True)
class MarketText:
    """The text for one market in one language."""

    party_id: str
    market_id: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class ReminderTime:
    """When a market is reminded. `moved`: quiet hours shifted it. `at` None = no possible time."""

    party_id: str
    market_id: str
    at: datetime | None
    moved: bool


def languages_of(context: AnnouncementContext, party: Party) -> tuple[str, ...]:
    """The languages for a party, the best first: its own, its market's, or else the host's."""
    market = context.markets.get(party.market_id)
    spoken = (*party.languages, *(market.languages if market is not None else ()))
    return tuple(dict.fromkeys(spoken or (context.host_language,)))


def zones_of(context: AnnouncementContext, party: Party) -> tuple[str, ...]:
    """All zones of a party, its own first."""
    market = context.markets.get(party.market_id) if party.kind is PartyKind.MARKET else None
    return tuple(dict.fromkeys((party.zone, *(market.zones if market is not None else ()))))


def audiences(context: AnnouncementContext, occurrence: Occurrence) -> tuple[Party, ...]:
    """The markets of a date."""
    return tuple(party for party in parties_on(context.schedule, occurrence) if party.kind is PartyKind.MARKET)


def reminder_times(context: AnnouncementContext, occurrence: Occurrence, minutes_before: int) -> tuple[ReminderTime, ...]:
    """The reminder time of each market of a date."""
    wanted = occurrence.start - minutes_before * MINUTE
    found = []
    for party in audiences(context, occurrence):
        at = reminder_time(occurrence.start, minutes_before, zones_of(context, party), context.schedule.quiet_hours, context.zones)
        found.append(ReminderTime(party.id, party.market_id, at, at != wanted))
    return tuple(found)


class AnnouncementTexts:
    """Usable on any thread; slow for the first time, when `formats` is loaded. `phrases` are Tradewind's own words (announcements.toml, and
    "scan" beside a code)."""

    def __init__(self, formats: TimeFormats, phrases: Phrases) -> None:
        self._formats = formats
        self._phrases = phrases

    def texts(self, context: AnnouncementContext, airing: Airing, occurrence: Occurrence) -> tuple[MarketText, ...]:
        """The texts of a date for each market in each of its languages."""
        return tuple(
            MarketText(party.id, party.market_id, language, self.text(context, airing, occurrence, party, language))
            for party in audiences(context, occurrence)
            for language in languages_of(context, party)
        )

    def text(self, context: AnnouncementContext, airing: Airing, occurrence: Occurrence, party: Party, language: str) -> str:
        """The text for one party: title, local times, UTC, news and link."""
        utc = occurrence.start.astimezone(UTC).replace(tzinfo=None)
        said = self._formats.day_and_clock(utc, language, market=party.market_id, style=self._style(context, occurrence))
        announcement = MarketAnnouncement(
            market_id=party.market_id,
            language=language,
            title=title_in(airing, (language, *languages_of(context, party))),
            lines=self._lines(context, occurrence, party, language),
            utc=f"{RLM if is_right_to_left(language) else ''}UTC: {said}",
            news=news_in(airing.whats_new, language),
            link=context.link,
        )
        return announcement_text(announcement, self._phrases)

    def _lines(self, context: AnnouncementContext, occurrence: Occurrence, party: Party, language: str) -> tuple[AnnouncedTime, ...]:
        """One line for each local time of the market; places with the same time share a line."""
        cities: dict[tuple[datetime, datetime], list[str]] = {}
        for zone in zones_of(context, party):
            begin, end = (clock_reading(instant, zone, context.zones).wall for instant in (occurrence.start, occurrence.end))
            cities.setdefault((begin, end), []).append(self._formats.city(zone, language))
        style = self._style(context, occurrence)
        return tuple(
            AnnouncedTime(
                tuple(dict.fromkeys(there)),
                self._formats.day(begin.date(), language, market=party.market_id, style=style),
                self._formats.clock_span(begin, end, language, market=party.market_id),
            )
            for (begin, end), there in cities.items()
        )

    def _style(self, context: AnnouncementContext, occurrence: Occurrence) -> DayStyle:
        return "full" if occurrence.start.year == context.now.year else "full_year"

    def entry(self, context: AnnouncementContext, airing: Airing, party: Party) -> CalendarText:
        """The calendar entry for a party, in its language; the crew also gets the note."""
        languages = languages_of(context, party)
        language = languages[0]
        parts = [
            news_lines(news_in(airing.whats_new, language), self._phrases, language),
            [airing.note] if airing.note and party.kind is not PartyKind.MARKET else [],
            self._link_lines(context, language),
        ]
        return CalendarText(title_in(airing, languages), "\n\n".join("\n".join(lines) for lines in parts if lines), context.link)

    def viewer_entry(self, context: AnnouncementContext, airing: Airing, language: str) -> CalendarText:
        """The calendar entry of one date for a viewer who reads this language."""
        lines = [*news_lines(news_in(airing.whats_new, language), self._phrases, language), *self._link_lines(context, language)]
        return CalendarText(title_in(airing, (language,)), "\n".join(lines), context.link)

    def _link_lines(self, context: AnnouncementContext, language: str) -> list[str]:
        return [phrase(self._phrases, "watch", language, link=context.link) or context.link] if context.link else []

    def reminder(self, context: AnnouncementContext, airing: Airing, occurrence: Occurrence, minutes_before: int) -> ShowReminder:
        """A reminder in each language of the date's markets that has news, outside quiet hours. If markets share a language, the first
        one counts.

        Raises ScheduleError "schedule.nothing_new" if a market has no news in any of its languages.
        """
        spoken: dict[str, str] = {}  # language → its first market
        apart: dict[str, int] = {}
        for party, sending in zip(audiences(context, occurrence), reminder_times(context, occurrence, minutes_before), strict=True):
            languages = languages_of(context, party)
            check_news(airing.whats_new, party.market_id or party.name, languages)
            for language in languages:
                if language not in spoken and sending.moved and sending.at is not None:
                    apart[language] = (occurrence.start - sending.at) // MINUTE
                spoken.setdefault(language, party.market_id)
        if not spoken:
            check_news(airing.whats_new, "", (context.host_language,))
            spoken = {context.host_language: ""}
        texts: dict[str, str] = {}
        for language, market in spoken.items():
            news = news_in(airing.whats_new, language)
            left = self._formats.duration(apart.get(language, minutes_before), language, market=market)
            if news:
                texts[language] = reminder_text(title_in(airing, (language,)), left, news, self._phrases, language)
        apart = {language: minutes for language, minutes in apart.items() if language in texts}
        return ShowReminder(new_id(), occurrence.key, minutes_before, texts, apart=apart)

    def poster(
        self,
        context: AnnouncementContext,
        airing: Airing,
        occurrence: Occurrence,
        parties: Sequence[Party],
        language: str,
        *,
        modules: QrModules = (),
        picture: bytes = b"",
    ) -> Poster:
        """A poster with a row for each party, or for each place of a single party."""
        zones = zones_of(context, parties[0]) if len(parties) == 1 else tuple(dict.fromkeys(party.zone for party in parties))
        first = clock_reading(occurrence.start, zones[0], context.zones).wall if zones else occurrence.local.wall
        spoken = (party.market_id for party in parties if any(primary(one) == primary(language) for one in languages_of(context, party)))
        market = next(spoken, "")  # its number and time formats apply to all rows
        times = tuple(self._poster_time(context, occurrence, zone, language, market, first.date()) for zone in zones)
        return Poster(
            title=title_in(airing, (language,)),
            day=self._formats.day(first.date(), language, market=market, style=self._style(context, occurrence)),
            times=times,
            language=language,
            live=phrase(self._phrases, "live", language),
            news=tuple(phrase(self._phrases, one.kind, language, text=one.text) or one.text for one in news_in(airing.whats_new, language)),
            caption=phrase(self._phrases, "scan", language) if modules else "",
            address=context.link.partition("://")[2] or context.link,
            modules=modules,
            picture=picture,
        )

    def _poster_time(
        self, context: AnnouncementContext, occurrence: Occurrence, zone: str, language: str, market: str, beside: date
    ) -> PosterTime:
        shown = clock_reading(occurrence.start, zone, context.zones, beside=beside)
        return PosterTime(
            self._formats.city(zone, language),
            self._formats.weekday(shown.wall.date(), language),
            self._formats.clock(shown.wall, language, market=market),
            self._formats.day_shift(shown.day_shift, language, market=market),
        )
