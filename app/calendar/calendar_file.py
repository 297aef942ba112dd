"""Calendar files (RFC 5545): the dates of a plan for one party, in its words, with the clock rules by which they were worked out.

Times stand in the zone of the airing, so that a series keeps its hour over the changes of its clocks; where a wall time cannot say which
moment is meant (the second of a repeated hour), the moment is written in UTC.
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
from app.domain.planning.calendar_entry import CalendarSetting, CalendarWords
from app.domain.planning.party import Party, PartyKind
from app.domain.planning.schedule import Airing, Occurrence, Schedule
from app.domain.planning.series_rule import parse_rule
from app.version import VERSION

HORIZON = timedelta(days=10 * 366)  # how far clock rules are written out for a series that never ends
MARGIN = timedelta(days=3)  # what a wall time taken for UTC can be wrong by, and the longest show
UTC_KEYS = ("UTC", "Etc/UTC")
FIRST_SEQUENCE = datetime(2026, 1, 1, tzinfo=UTC)  # numbers of versions are seconds since then: they stay within 31 bits until 2094


def party_calendar(
    schedule: Schedule, party: Party, words: Callable[[Airing], CalendarWords], zones: Zones, setting: CalendarSetting
) -> bytes:
    """Everything of the plan that concerns a party and is not over, series as series. Raises ZoneError, ScheduleError."""
    setting = replace(setting, busy=party.kind is not PartyKind.MARKET)
    writer = _Writer(zones, setting)
    for airing in schedule.airings:
        writer.add(airing, party.id, words)
    return writer.file()


def date_calendar(airing: Airing, occurrence: Occurrence, words: CalendarWords, zones: Zones, setting: CalendarSetting) -> bytes:
    """One date alone, for those who wait for it. Raises ZoneError."""
    writer = _Writer(zones, setting)
    writer.add_date(airing, occurrence, words)
    return writer.file()


def uid_of(airing: Airing) -> str:
    """The name of a series or a single show in calendars, for good."""
    return f"{airing.id}@tradewind"


def uid_of_date(airing: Airing, occurrence: Occurrence) -> str:
    """The name of one date that stands by itself, wherever it or its series is moved."""
    series, _, wall = occurrence.key.rpartition("@")
    return f"{series}-{wall.replace('-', '').replace(':', '')}@tradewind" if series else f"{occurrence.key}@tradewind"


class _Writer:
    """Makes one file."""

    def __init__(self, zones: Zones, setting: CalendarSetting) -> None:
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

    def add(self, airing: Airing, party_id: str, words: Callable[[Airing], CalendarWords]) -> None:
        """What of an airing concerns a party."""
        if airing.rule and party_id in airing.party_ids:
            self._add_series(airing, party_id, words(airing))
            return
        mine = [move.original for move in airing.moves if party_id in move.party_ids] if airing.rule else [airing.start.wall]
        for original in mine if airing.rule or party_id in airing.party_ids else ():
            one = occurrence_of(airing, original, self._zones)
            if one is not None and one.end > self._stamp:
                self.add_date(airing, one, words(airing))

    def add_date(self, airing: Airing, occurrence: Occurrence, words: CalendarWords) -> None:
        """A date that stands by itself."""
        event = self._event(uid_of_date(airing, occurrence), words)
        self._put_times(event, occurrence)
        self._events.append(event)

    def _add_series(self, airing: Airing, party_id: str, words: CalendarWords) -> None:
        """The rule, what is left out of it, and each date that is not as the rule says."""
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

    def _add_exception(self, airing: Airing, occurrence: Occurrence, words: CalendarWords) -> None:
        """A date of a series at another time than its rule says. One in a gap or a fold too: readers of calendars disagree there."""
        event = self._event(uid_of(airing), words)
        self._put_wall(event, "RECURRENCE-ID", LocalTime(occurrence.original, airing.start.zone))
        self._put_times(event, occurrence)
        self._events.append(event)

    def _end_of(self, airing: Airing) -> datetime:
        """Until when dates of a series are looked at one by one."""
        last = last_date(airing)
        walls = [move.start.wall for move in airing.moves if move.start is not None] + ([] if last is None else [last])
        latest = max((wall.replace(tzinfo=UTC) for wall in walls), default=self._stamp) + MARGIN
        return latest if last is not None else max(latest, self._stamp + HORIZON)

    def _rule(self, airing: Airing) -> str:
        """As the airing's, its end in UTC as RFC 5545 asks (§3.3.10)."""
        rule = parse_rule(airing.rule)
        if rule.until is None:
            return rule.text()
        last = last_date(airing)
        assert last is not None
        until, _ = resolve_leniently(LocalTime(last, airing.start.zone), self._zones)
        return f"{replace(rule, until=None).text()};UNTIL={until:%Y%m%dT%H%M%SZ}"

    def _event(self, uid: str, words: CalendarWords) -> Event:
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
        """Of a series: the first date may be the one night that is longer or shorter by the clock, and is no measure for the others."""
        lasts = timedelta(minutes=minutes)
        end = wall_of(resolve_leniently(start, self._zones)[0] + lasts, start.zone, self._zones)
        self._put_wall(master, "DTSTART", start)
        if end.wall - start.wall == lasts and end.fold is None:
            self._put_wall(master, "DTEND", end)
        else:
            master.add("DURATION", lasts)

    def _put(self, component: Component, name: str, local: LocalTime) -> None:
        """A moment by the clocks of a place, in UTC where they do not tell which of two it is."""
        if local.fold == 1:
            component.add(name, resolve_leniently(local, self._zones)[0])
        else:
            self._put_wall(component, name, local)

    def _put_wall(self, component: Component, name: str, local: LocalTime) -> None:
        """As the clocks of a place say it, whether they ever do or not."""
        if local.zone in UTC_KEYS:
            component.add(name, local.wall.replace(tzinfo=UTC))
        else:
            component.add(name, local.wall, parameters={"TZID": local.zone})

    def _cover(self, zone_key: str, begin: datetime, end: datetime) -> None:
        """The file needs this zone's rules from then to then."""
        if zone_key not in UTC_KEYS:
            first, last = self._spans.get(zone_key, (begin, end))
            self._spans[zone_key] = (min(first, begin), max(last, end))


def _alarm(minutes: int, summary: str, parameters: dict[str, str]) -> Alarm:
    alarm = Alarm()
    alarm.add("ACTION", "DISPLAY")
    alarm.add("DESCRIPTION", summary, parameters=parameters)
    alarm.add("TRIGGER", timedelta(minutes=-minutes))
    return alarm
