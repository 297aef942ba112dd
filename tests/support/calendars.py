"""Calendar files as other programs read them: vobject, icalendar, and RFC 5545."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from io import StringIO
from typing import Any
from uuid import uuid4

import vobject
from dateutil.rrule import rruleset, rrulestr
from dateutil.tz import tzical
from icalendar import Calendar

_PROPERTY = re.compile(rb"[A-Z0-9-]+(;[A-Z0-9-]+=(\"[^\"\r\n]*\"|[^\";:,\r\n]*)(,(\"[^\"\r\n]*\"|[^\";:,\r\n]*))*)*:.*", re.DOTALL)
_REQUIRED = {
    "VCALENDAR": ("PRODID", "VERSION"),
    "VEVENT": ("UID", "DTSTAMP", "DTSTART"),
    "VALARM": ("ACTION", "TRIGGER", "DESCRIPTION"),
    "VTIMEZONE": ("TZID",),
    "STANDARD": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
    "DAYLIGHT": ("DTSTART", "TZOFFSETFROM", "TZOFFSETTO"),
}
_ONCE = ("UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "RRULE", "SUMMARY", "DESCRIPTION", "SEQUENCE", "STATUS", "URL", "RECURRENCE-ID")


@dataclass(frozen=True, slots=True, order=True)
class Read:
    """One date as a reader sees it, in UTC."""

    start: datetime
    end: datetime
    uid: str


def foreign(content: bytes) -> str:
    """Return the file with unknown zone names, so that readers must use the rules in the file."""
    text = content.decode()
    for key in set(re.findall(r"TZID[=:]([A-Za-z_/+-]+)", text)):
        text = re.sub(rf"(TZID[=:]){re.escape(key)}(?=[:;\r\n])", rf"\1X{uuid4().hex}", text)
    return text


def read_by_vobject(content: bytes, begin: datetime, end: datetime) -> list[Read]:
    """Return every date that starts in [begin, end), expanded by vobject."""
    calendar = vobject.readOne(foreign(content))
    events = list(calendar.vevent_list) if hasattr(calendar, "vevent") else []
    replaced = {(event.uid.value, _utc(event.recurrence_id.value)) for event in events if hasattr(event, "recurrence_id")}
    found = []
    for event in events:
        start = event.dtstart.value
        lasts = event.duration.value if hasattr(event, "duration") else _utc(event.dtend.value) - _utc(start)
        series = None if hasattr(event, "recurrence_id") else event.getrruleset(addRDate=True)
        dates = [start] if series is None else series.between(begin - timedelta(days=2), end + timedelta(days=2))
        kept = (_utc(one) for one in dates if series is None or (event.uid.value, _utc(one)) not in replaced)
        found += [Read(one, one + lasts, event.uid.value) for one in kept]
    return sorted(one for one in found if begin <= one.start < end)


def read_by_icalendar(content: bytes, begin: datetime, end: datetime) -> list[Read]:
    """Return the same dates by icalendar's parser, and dateutil for the zone rules in the file."""
    text = foreign(content)
    clocks = tzical(StringIO(text)) if "BEGIN:VTIMEZONE" in text else None
    events: list[Any] = list(Calendar.from_ical(text).walk("VEVENT"))
    replaced = {(str(event["UID"]), _at(event["RECURRENCE-ID"], clocks)) for event in events if "RECURRENCE-ID" in event}
    found = []
    for event in events:
        start, uid = _wall(event["DTSTART"], clocks), str(event["UID"])
        lasts = event["DURATION"].dt if "DURATION" in event else _at(event["DTEND"], clocks) - _utc(start)
        dates = [start]
        if "RRULE" in event:
            series = rruleset()
            series.rrule(rrulestr(event["RRULE"].to_ical().decode(), dtstart=start))
            for line in _listed(event.get("EXDATE")):
                for each in line.dts:
                    series.exdate(_wall(each, clocks, line.params.get("TZID")))
            dates = series.between(begin - timedelta(days=2), end + timedelta(days=2))
        kept = (_utc(one) for one in dates if "RECURRENCE-ID" in event or (uid, _utc(one)) not in replaced)
        found += [Read(one, one + lasts, uid) for one in kept]
    return sorted(one for one in found if begin <= one.start < end)


def _listed(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _utc(moment: datetime) -> datetime:
    assert moment.tzinfo is not None
    return moment.astimezone(UTC)


def _wall(value: Any, clocks: tzical | None, tzid: str | None = None) -> datetime:
    """Convert a wall time with the zone rules in the file."""
    moment: datetime = value.dt
    key = tzid or value.params.get("TZID")
    if key is None or key == "UTC":
        return moment.replace(tzinfo=UTC)
    assert clocks is not None
    zone = clocks.get(key)
    assert isinstance(zone, tzinfo)
    return moment.replace(tzinfo=zone)


def _at(value: Any, clocks: tzical | None) -> datetime:
    return _utc(_wall(value, clocks))


def faults(content: bytes) -> list[str]:
    """Return violations of RFC 5545."""
    found = [f"line of {len(line)} octets" for line in content.split(b"\r\n") if len(line) > 75]
    found += ["bare line end"] * bool(re.search(rb"(?<!\r)\n|\r(?!\n)", content))
    found += ["no line end at the end"] * (not content.endswith(b"\r\n"))
    for line in content.split(b"\r\n"):
        try:
            line.decode()
        except UnicodeDecodeError:
            found.append("a character is cut in two")
    unfolded = content.replace(b"\r\n ", b"").split(b"\r\n")[:-1]
    found += [f"no property: {line!r}" for line in unfolded if not _PROPERTY.fullmatch(line)]
    return found + list(_component_faults(Calendar.from_ical(content)))


def _component_faults(component: Any) -> Iterator[str]:
    for name in _REQUIRED.get(component.name, ()):
        if name not in component:
            yield f"{component.name} without {name}"
    for name in _ONCE:
        if isinstance(component.get(name), list):
            yield f"{component.name} with {name} twice"
    if component.name == "VEVENT" and ("DTEND" in component) == ("DURATION" in component):
        yield "DTEND or DURATION, and one alone"
    if component.name == "VCALENDAR":
        yield from _zone_faults(component)
    for one in component.subcomponents:
        yield from _component_faults(one)


def _zone_faults(calendar: Any) -> Iterator[str]:
    given = [str(zone["TZID"]) for zone in calendar.walk("VTIMEZONE")]
    used = {
        part.params["TZID"]
        for event in calendar.walk("VEVENT")
        for _, value in event.property_items()
        for part in (value if isinstance(value, list) else [value])
        if "TZID" in getattr(part, "params", {}) and part.params["TZID"] != "UTC"
    }
    if sorted(used) != sorted(given):
        yield f"zones {sorted(given)} for {sorted(used)}"
