"""Announcements of shows: news in the reader's language, texts, and times of reminders."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from app.domain.base.local_time import MINUTE, LocalTime, day_start, resolve_leniently, wall_of
from app.domain.base.localized_text import LocalizedText, has, pick
from app.domain.base.zones import Zones
from app.domain.planning.schedule import Airing, ScheduleError, WhatsNew

NEWS = ("product", "offer", "guest")  # fields of WhatsNew, in display order
MAX_LEAD = timedelta(hours=24)  # the earliest time of a reminder before the show
BULLET = "• "
Phrases = Mapping[str, LocalizedText]  # the app's own phrases: a key of resources/phrases/announcements.toml → languages


@dataclass(frozen=True, slots=True)
class AnnouncedTime:
    """The local time of a show at places with the same time: "New York", "Friday, March 12", "8:00 – 10:00 PM"."""

    cities: tuple[str, ...]
    day: str
    hours: str


@dataclass(frozen=True, slots=True)
class NewsItem:
    """One piece of news; `kind` is a field of WhatsNew."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class MarketAnnouncement:
    """The announcement of a show for one market in one language. `utc` is its start in UTC, with the date."""

    market_id: str
    language: str
    title: str
    lines: tuple[AnnouncedTime, ...]
    utc: str
    news: tuple[NewsItem, ...] = ()
    link: str = ""


def title_in(airing: Airing, languages: Sequence[str]) -> str:
    """The title in the first of these languages that has one, or else the default title."""
    for language in languages:
        if has(airing.titles, language):
            return pick(airing.titles, (language,))[0]
    return airing.title


def news_in(new: WhatsNew, language: str) -> tuple[NewsItem, ...]:
    """The news written in this language."""
    told = ((kind, getattr(new, kind)) for kind in NEWS)
    return tuple(NewsItem(kind, pick(words, (language,))[0]) for kind, words in told if has(words, language))


def check_news(new: WhatsNew, market_id: str, languages: Iterable[str]) -> None:
    """Raise ScheduleError "schedule.nothing_new" (market, languages) if there is no news in any of these languages."""
    spoken = tuple(languages)
    if not any(news_in(new, language) for language in spoken):
        raise ScheduleError("schedule.nothing_new", market=market_id, languages=" ".join(spoken))


# --- words --------------------------------------------------------------------------------------------------------------


def phrase(phrases: Phrases, key: str, language: str, **values: str) -> str:
    """The app's phrase in this language; "" if there is none, never another language's."""
    words = phrases.get(key, {})
    return pick(words, (language,))[0].format(**values) if has(words, language) else ""


def announcement_text(announcement: MarketAnnouncement, phrases: Phrases) -> str:
    """The text of a post: title, local times, UTC, news and link, each on its own line."""
    language = announcement.language
    times = [f"{' / '.join(line.cities)}: {line.day} · {line.hours}" for line in announcement.lines]
    parts = [
        [announcement.title],
        [*times, announcement.utc],
        news_lines(announcement.news, phrases, language),
        [phrase(phrases, "watch", language, link=announcement.link) or announcement.link] if announcement.link else [],
    ]
    return "\n\n".join("\n".join(lines) for lines in parts if lines)


def news_lines(news: Sequence[NewsItem], phrases: Phrases, language: str) -> list[str]:
    """The news under a heading, one line each."""
    heading = phrase(phrases, "new", language)
    lines = [BULLET + (phrase(phrases, one.kind, language, text=one.text) or one.text) for one in news]
    return [heading, *lines] if heading and lines else lines


def reminder_text(title: str, left: str, news: Sequence[NewsItem], phrases: Phrases, language: str) -> str:
    """The text of a reminder: the show, the time left, and the news."""
    first = phrase(phrases, "soon", language, title=title, left=left) or f"{title} · {left}"
    return "\n".join((first, *(phrase(phrases, one.kind, language, text=one.text) or one.text for one in news)))


# --- hours --------------------------------------------------------------------------------------------------------------


def reminder_time(
    start: datetime, minutes_before: int, zone_keys: Sequence[str], quiet_hours: tuple[str, str], zones: Zones
) -> datetime | None:
    """When to remind people of these zones: `minutes_before` the show; if that is in quiet hours for any of them, as soon as these end
    before the show, or else in the last minute before they began. None = no minute of the day before fits."""
    wanted = start - minutes_before * MINUTE
    nights = [night for key in zone_keys for night in _nights(wanted, key, quiet_hours, zones)]

    def is_quiet(moment: datetime) -> bool:
        return any(begin <= moment < end for begin, end in nights)

    after = sorted(end for _, end in nights if wanted < end < start)
    before = sorted((begin - MINUTE for begin, _ in nights if start - MAX_LEAD <= begin - MINUTE < wanted), reverse=True)
    return next((moment for moment in (wanted, *after, *before) if not is_quiet(moment)), None)


def _nights(near: datetime, zone_key: str, quiet_hours: tuple[str, str], zones: Zones) -> list[tuple[datetime, datetime]]:
    """The quiet hours of a zone around an instant, as instants."""
    begin, end = (time.fromisoformat(hour) for hour in quiet_hours)
    if begin == end:
        return []
    today = wall_of(near, zone_key, zones).wall.date()
    found = []
    for days in range(-2, 3):
        first = today + timedelta(days=days)
        last = first if begin < end else first + timedelta(days=1)
        found.append((_instant(datetime.combine(first, begin), zone_key, zones), _instant(datetime.combine(last, end), zone_key, zones)))
    return found


def _instant(wall: datetime, zone_key: str, zones: Zones) -> datetime:
    """The instant of a wall time. If midnight is skipped, the start of the day."""
    return day_start(wall.date(), zone_key, zones) if wall.time() == time() else resolve_leniently(LocalTime(wall, zone_key), zones)[0]
