"""The coming shows on the room's board: dates and the last reminder, and who has reserved which date."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from app.domain.base.localized_text import LocalizedText
from app.domain.event import EventKind, ShowEvent
from app.domain.planning.people.party import PartyKind
from app.domain.planning.schedule import Airing, Occurrence, Schedule, ShowReminder, WhatsNew, parties_on

Json = Any
ReservedBy = Mapping[str, frozenset[str] | set[str]]  # date key → viewers who reserved it

MOST_DATES = 12
HORIZON = timedelta(days=60)
DATE = "date/"
PIECE = 2000  # viewers in one message to the relay
UNKNOWN_LANGUAGE = "und"
RESERVATION_KINDS = (EventKind.RESERVED, EventKind.UNRESERVED)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)


def schedule_board(
    schedule: Schedule,
    occurrences: Iterable[Occurrence],
    *,
    now: datetime,
    host_language: str,
    calendars: Mapping[str, LocalizedText] | None = None,
    on_air: str = "",
) -> Mapping[str, Json]:
    """Keys of the board with their values: "schedule" lists the next dates in order, "date/KEY" describes each, and "reminder" is the last
    one sent, until its date.

    Of `occurrences`, it uses those that have not ended and start within `HORIZON`, at most `MOST_DATES`, without the one `on_air`.
    `calendars`: key of a date → language → name of its calendar file in the room. `now` is an instant in UTC.
    """
    airings = {airing.id: airing for airing in schedule.airings}
    coming = sorted((one for one in occurrences if _is_coming(one, now) and one.airing_id in airings), key=lambda one: one.start)
    shown = [one for one in coming if one.key != on_air][:MOST_DATES]
    board: dict[str, Json] = {"schedule": [one.key for one in shown]} if shown else {}
    for one in shown:
        files = (calendars or {}).get(one.key, {})
        board[DATE + one.key] = date_value(schedule, airings[one.airing_id], one, host_language, files)
    reminder = last_told(schedule.reminders, {one.key for one in shown} | {on_air})
    if reminder is not None:
        board["reminder"] = reminder_value(reminder)
    return board


def date_value(schedule: Schedule, airing: Airing, occurrence: Occurrence, host_language: str, calendars: LocalizedText) -> Json:
    """The value of "date/KEY". `wall` is the local time at the show's place by our time-zone rules: a browser's may be older."""
    markets = [party.market_id for party in parties_on(schedule, occurrence) if party.kind is PartyKind.MARKET and party.market_id]
    return {
        "id": occurrence.key,
        "start_ms": _ms(occurrence.start),
        "end_ms": _ms(occurrence.end),
        "title": _words({host_language or UNKNOWN_LANGUAGE: airing.title, **_words(airing.titles)}),
        "markets": list(dict.fromkeys(markets)),
        "zone": occurrence.local.zone,
        "wall": occurrence.local.wall.isoformat(timespec="minutes"),
        "new": _new(airing.whats_new),
        "calendar": _words(calendars),
    }


def reminder_value(reminder: ShowReminder) -> Json:
    """The value of "reminder". `before`: language → minutes before the date, before which pages in it do not show the reminder."""
    value = {"id": reminder.id, "date": reminder.occurrence, "at_ms": reminder.sent_ms, "texts": _words(reminder.texts)}
    return {**value, "before": dict(reminder.apart)} if reminder.apart else value


def last_told(reminders: Sequence[ShowReminder], dates: frozenset[str] | set[str]) -> ShowReminder | None:
    """The last reminder that was sent for one of these dates."""
    told = [one for one in reminders if one.sent_ms and one.occurrence in dates]
    return max(told, key=lambda one: one.sent_ms, default=None)


def reservations(events: Iterable[ShowEvent]) -> Mapping[str, frozenset[str]]:
    """Date key → viewers who reserved it, read from the log. The last entry of a viewer counts."""
    reserved: dict[str, set[str]] = {}
    for event in events:
        apply_reservation(reserved, event)
    return {date: frozenset(viewers) for date, viewers in reserved.items() if viewers}


def apply_reservation(reserved: dict[str, set[str]], event: ShowEvent) -> bool:
    """Apply one event of the log; returns whether it changes anything."""
    if event.kind not in RESERVATION_KINDS:
        return False
    date, viewer = str(event.data.get("date", "")), str(event.data.get("viewer", ""))
    viewers = reserved.setdefault(date, set())
    on = event.kind is EventKind.RESERVED
    if not date or not viewer or (viewer in viewers) is on:
        return False
    (viewers.add if on else viewers.discard)(viewer)
    return True


def reservation_messages(board: Mapping[str, object], reserved: ReservedBy, told: set[str]) -> Iterator[Mapping[str, Json]]:
    """Messages with the reservations for the board's dates that are not in `told` yet; adds those dates to it."""
    for key in board:
        date = key.removeprefix(DATE)
        if not key.startswith(DATE) or date in told:
            continue
        told.add(date)
        viewers = sorted(reserved.get(date, ()))
        for start in range(0, len(viewers), PIECE):
            yield {"t": "reserved", "date": date, "viewers": viewers[start : start + PIECE]}


def _is_coming(occurrence: Occurrence, now: datetime) -> bool:
    return occurrence.end > now and occurrence.start <= now + HORIZON


def _new(new: WhatsNew) -> Json:
    return {name: words for name in ("product", "offer", "guest") if (words := _words(getattr(new, name)))}


def _words(words: LocalizedText) -> dict[str, str]:
    return {language: text for language, text in words.items() if text.strip()}


def _ms(instant: datetime) -> int:
    return (instant - _EPOCH) // _MILLISECOND
