"""Writes calendar files (RFC 5545): the dates of a plan for one party, with the clock rules they were computed by.

Times are in the zone of the airing, so that a series keeps its hour when clocks change. Where a wall time is ambiguous (the second of a
repeated hour), the time is written in UTC.
"""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from icalendar import Alarm, Calendar, Component, Event
from icalendar.prop import vRecur

from app.calendar.recurrence import last_date, occurrence_of, occurrences, rule_dates
from app.calendar.zone_component import zone_component
from app.domain.base.local_time import Existence, LocalTime, resolve_leniently, wall_of
from app.domain.base.zones import Zones
from app.domain.planning.announcements.calendar_entry import CalendarOptions, CalendarText
from app.domain.planning.dates.series_rule import parse_rule
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, Schedule
from app.version import VERSION

HORIZON = timedelta(days=10 * 366)  # how far clock rules are written for a series without an end
MARGIN = timedelta(days=3)  # the largest error of a wall time taken for UTC, plus the longest show
UTC_KEYS = ("UTC", "Etc/UTC")
FIRST_SEQUENCE = datetime(2026, 1, 1, tzinfo=UTC)  # sequence numbers are seconds since then; they fit into 31 bits until 2094


def party_calendar(
    schedule: Schedule, party: Party, words: Callable[[Airing], CalendarText], zones: Zones, setting: CalendarOptions
) -> bytes:
    """All airings of the plan that concern a party and are not over; a series stays a series. Raises ZoneError, ScheduleError."""
    setting = replace(setting, busy=party.kind is not PartyKind.MARKET)
    writer = _Writer(zones, setting)
    for airing in schedule.airings:
        writer.add(airing, party.id, words)
    return writer.file()


def date_calendar(airing: Airing, occurrence: Occurrence, words: CalendarText, zones: Zones, setting: CalendarOptions) -> bytes:
    """One date, for those who asked for a reminder. Raises ZoneError."""
    writer = _Writer(zones, setting)
    writer.add_date(airing, occurrence, words)
    return writer.file()


def uid_of(airing: Airing) -> str:
    """The UID of a series or a single show; never changes."""
    return f"{airing.id}@tradewind"


def uid_of_date(airing: Airing, occurrence: Occurrence) -> str:
    """The UID of a single date; stays the same if the date or its series moves."""
    series, _, wall = occurrence.key.rpartition("@")
    return f"{series}-{wall.replace('-', '').replace(':', '')}@tradewind" if series else f"{occurrence.key}@tradewind"


class _Writer:
    """Builds one file."""

    def __init__(self, zones: Zones, setting: CalendarOptions) -> None:
        self._zones = zones
        self._setting = setting
        self._events: list[Event] = []
        self._spans: dict[str, tuple[datetime, datetime]] = {}
        self._stamp = setting.stamp.astimezone(UTC).replace(microsecond=0)

    def file(self) -> bytes:
        calendar = Calendar()
        calendar.add("PRODID", f"-//Tradewind//Tradewind {VERSION}//EN")
        calendar.add("VERSION", "2.0")
        calendar.add("CALSCALE", "GREGORIAN")
        calendar.add("METHOD", "PUBLISH")
        calendar.add("X-WR-CALNAME", self._setting.name)
        calendar.add("NAME", self._setting.name, parameters={"LANGUAGE": self._setting.language})
        calendar.add("X-TRADEWIND-TZDATA", self._zones.version)
        for zone_key, (first, last) in sorted(self._spans.items()):
            calendar.add_component(zone_component(zone_key, first, last, self._zones))
        for event in self._events:
            calendar.add_component(event)
        content: bytes = calendar.to_ical()
        return content

    def add(self, airing: Airing, party_id: str, words: Callable[[Airing], CalendarText]) -> None:
        """Add the dates of an airing that concern a party."""
        if airing.rule and party_id in airing.party_ids:
            self._add_series(airing, party_id, words(airing))
            return
        mine = [move.original for move in airing.moves if party_id in move.party_ids] if airing.rule else [airing.start.wall]
        for original in mine if airing.rule or party_id in airing.party_ids else ():
            one = occurrence_of(airing, original, self._zones)
            if one is not None and one.end > self._stamp:
                self.add_date(airing, one, words(airing))

    def add_date(self, airing: Airing, occurrence: Occurrence, words: CalendarText) -> None:
        """Add a date on its own."""
        event = self._event(uid_of_date(airing, occurrence), words)
        self._put_times(event, occurrence)
        self._events.append(event)

    def _add_series(self, airing: Airing, party_id: str, words: CalendarText) -> None:
        """Add the rule, its exceptions, and each date that differs from the rule."""
        first = rule_dates(airing).after(datetime.min, inc=True)
        if first is None:
            return
        begin, end, zone_key = first.replace(tzinfo=UTC) - MARGIN, self._end_of(airing), airing.start.zone
        dates = occurrences(airing, begin, end, self._zones)
        if not any(one.end > self._stamp for one in dates):
            return
        self._cover(zone_key, begin, end)
        master = self._event(uid_of(airing), words)
        self._put_begin_and_end(master, LocalTime(first, zone_key), airing.minutes)
        master.add("RRULE", vRecur.from_ical(self._rule(airing)))
        left_out = {move.original for move in airing.moves if move.start is None or (move.party_ids and party_id not in move.party_ids)}
        for original in sorted(left_out):
            if rule_dates(airing).between(original, original, inc=True):
                self._put_wall(master, "EXDATE", LocalTime(original, zone_key))
        self._events.append(master)
        for one in dates:
            if one.original not in left_out and (one.moved or one.existence is not Existence.ONCE):
                self._add_exception(airing, one, words)

    def _add_exception(self, airing: Airing, occurrence: Occurrence, words: CalendarText) -> None:
        """Add a date of a series at another time than its rule says. Also for one in a gap or fold, because calendar apps disagree
        there."""
        event = self._event(uid_of(airing), words)
        self._put_wall(event, "RECURRENCE-ID", LocalTime(occurrence.original, airing.start.zone))
        self._put_times(event, occurrence)
        self._events.append(event)

    def _end_of(self, airing: Airing) -> datetime:
        """The end of the period in which the dates of a series are checked one by one."""
        last = last_date(airing)
        walls = [move.start.wall for move in airing.moves if move.start is not None] + ([] if last is None else [last])
        latest = max((wall.replace(tzinfo=UTC) for wall in walls), default=self._stamp) + MARGIN
        return latest if last is not None else max(latest, self._stamp + HORIZON)

    def _rule(self, airing: Airing) -> str:
        """The airing's rule with its end in UTC, as RFC 5545 requires (§3.3.10)."""
        rule = parse_rule(airing.rule)
        if rule.until is None:
            return rule.text()
        last = last_date(airing)
        assert last is not None
        until, _ = resolve_leniently(LocalTime(last, airing.start.zone), self._zones)
        return f"{replace(rule, until=None).text()};UNTIL={until:%Y%m%dT%H%M%SZ}"

    def _event(self, uid: str, words: CalendarText) -> Event:
        event = Event()
        language = {"LANGUAGE": self._setting.language}
        event.add("UID", uid)
        event.add("DTSTAMP", self._stamp)
        event.add("LAST-MODIFIED", self._stamp)
        event.add("SEQUENCE", max(0, (self._stamp - FIRST_SEQUENCE) // timedelta(seconds=1)))
        event.add("SUMMARY", words.summary, parameters=language)
        if words.description:
            event.add("DESCRIPTION", words.description, parameters=language)
        if words.link:
            event.add("URL", words.link)
        event.add("STATUS", "CONFIRMED")
        event.add("TRANSP", "OPAQUE" if self._setting.busy else "TRANSPARENT")
        for minutes in self._setting.alarms:
            event.add_component(_alarm(minutes, words.summary, language))
        return event

    def _put_times(self, event: Component, occurrence: Occurrence) -> None:
        zone_key = occurrence.local.zone
        self._cover(zone_key, occurrence.start, occurrence.end)
        self._put(event, "DTSTART", wall_of(occurrence.start, zone_key, self._zones))
        self._put(event, "DTEND", wall_of(occurrence.end, zone_key, self._zones))

    def _put_begin_and_end(self, master: Component, start: LocalTime, minutes: int) -> None:
        """Write start and end of a series. Its first date may be in the one night that is longer or shorter by the clock, so use a duration
        there."""
        lasts = timedelta(minutes=minutes)
        end = wall_of(resolve_leniently(start, self._zones)[0] + lasts, start.zone, self._zones)
        self._put_wall(master, "DTSTART", start)
        if end.wall - start.wall == lasts and end.fold is None:
            self._put_wall(master, "DTEND", end)
        else:
            master.add("DURATION", lasts)

    def _put(self, component: Component, name: str, local: LocalTime) -> None:
        """Write a local time; in UTC if it is ambiguous."""
        if local.fold == 1:
            component.add(name, resolve_leniently(local, self._zones)[0])
        else:
            self._put_wall(component, name, local)

    def _put_wall(self, component: Component, name: str, local: LocalTime) -> None:
        """Write a local wall time as it is, even if the clocks skip it."""
        if local.zone in UTC_KEYS:
            component.add(name, local.wall.replace(tzinfo=UTC))
        else:
            component.add(name, local.wall, parameters={"TZID": local.zone})

    def _cover(self, zone_key: str, begin: datetime, end: datetime) -> None:
        """Extend the period for which the file needs this zone's rules."""
        if zone_key not in UTC_KEYS:
            first, last = self._spans.get(zone_key, (begin, end))
            self._spans[zone_key] = (min(first, begin), max(last, end))


def _alarm(minutes: int, summary: str, parameters: dict[str, str]) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", summary, parameters=parameters)
    alarm.add("TRIGGER", timedelta(minutes=-minutes))
    return alarm
