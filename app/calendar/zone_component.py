"""Writes a zone's clock rules for calendar files: VTIMEZONE (RFC 5545 §3.6.5), from the packaged rules only."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

from app.domain.base.local_time import OffsetChange, offset_at, offset_changes
from app.domain.base.zones import Zones
from app.domain.planning.dates.series_rule import WEEKDAYS

FULL_CYCLE = timedelta(days=366 * 28 + 7)  # after 28 years every date has its weekday again: what holds for so long is a rule
FEWEST_OF_A_RULE = 20  # years; fewer may be chance (lunar months hit the same Friday twice)
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class _Kind:
    """What clock changes have in common."""

    before: timedelta
    after: timedelta
    name: str
    daylight: bool


def zone_component(zone_key: str, first: datetime, last: datetime, zones: Zones) -> Timezone:
    """The rules of a zone, exact between two instants, and after that if they follow a rule. Do not modify the result. Raises ZoneError.

    A change that recurs for ever becomes a rule (RRULE); each other change is a part of its own, because some calendar apps ignore lists of
    dates (RDATE) and others misread the end of a rule.
    """
    return _component(zone_key, first.astimezone(UTC).year - 1, last.astimezone(UTC).year + 1, zones)


@lru_cache(maxsize=64)  # files of many dates and languages need the same zones
def _component(zone_key: str, first_year: int, last_year: int, zones: Zones) -> Timezone:
    zone = zones.zone(zone_key)
    begin, last = datetime(first_year, 1, 1, tzinfo=UTC), datetime(last_year, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("TZID", zone_key)
    offset = offset_at(zone, begin)
    start = _Kind(offset, offset, _name(zone, begin), _shift(zone, begin) > NOTHING)
    component.add_component(_observance(start, (begin + offset).replace(tzinfo=None)))
    grouped: dict[_Kind, list[datetime]] = {}
    end = last + FULL_CYCLE
    for change in offset_changes(zone_key, begin, end, zones):
        onset = (change.at + change.before).replace(tzinfo=None)
        grouped.setdefault(_kind(zone, change), []).append(onset)
    for kind, onsets in grouped.items():
        singles, rule = _parted(onsets, end)
        for onset in singles:
            if onset.replace(tzinfo=UTC) - kind.before <= last:
                component.add_component(_observance(kind, onset))
        if rule:
            component.add_component(_observance(kind, onsets[len(singles)], rule))
    return component


def _name(zone: tzinfo, instant: datetime) -> str:
    return instant.astimezone(zone).tzname() or "UTC"


def _shift(zone: tzinfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).dst() or NOTHING


def _kind(zone: tzinfo, change: OffsetChange) -> _Kind:
    """Ireland and Morocco define winter time as the exception; everybody else calls what follows it daylight time."""
    before, after = _shift(zone, change.at - timedelta(seconds=1)), _shift(zone, change.at)
    return _Kind(change.before, change.after, _name(zone, change.at), after > NOTHING or (not after and before < NOTHING))


def _parted(onsets: Sequence[datetime], end: datetime) -> tuple[Sequence[datetime], str]:
    """(onsets that no rule covers, the rule that covers all after them until the end); "" = no such rule."""
    first, rule = len(onsets), ""
    while first and (first == len(onsets) or onsets[first - 1].year == onsets[first].year - 1) and (longer := _rule(onsets[first - 1 :])):
        first, rule = first - 1, longer
    goes_on = len(onsets) - first >= FEWEST_OF_A_RULE and onsets[-1].year >= end.year - 1
    return (onsets[:first], rule) if goes_on else (onsets, "")


def _rule(onsets: Sequence[datetime]) -> str:
    """The RRULE that covers all of these, one a year; "" = not the kind of rule that laws use."""
    first = onsets[0]
    if any((one.month, one.weekday(), one.time()) != (first.month, first.weekday(), first.time()) for one in onsets):
        return ""
    day, yearly = WEEKDAYS[first.weekday()], f"FREQ=YEARLY;BYMONTH={first.month}"
    if all(one.day + 7 > monthrange(one.year, one.month)[1] for one in onsets):
        return f"{yearly};BYDAY=-1{day}"
    if len({(one.day - 1) // 7 for one in onsets}) == 1:
        return f"{yearly};BYDAY={(first.day - 1) // 7 + 1}{day}"
    low = min(one.day for one in onsets)
    if max(one.day for one in onsets) - low < 7 and low + 6 <= monthrange(first.year, first.month)[1]:
        return f"{yearly};BYDAY={day};BYMONTHDAY={','.join(str(low + number) for number in range(7))}"
    return ""


def _observance(kind: _Kind, onset: datetime, rule: str = "") -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if kind.daylight else TimezoneStandard()
    part.add("DTSTART", onset)
    part.add("TZOFFSETFROM", kind.before)
    part.add("TZOFFSETTO", kind.after)
    part.add("TZNAME", kind.name)
    if rule:
        part.add("RRULE", vRecur.from_ical(rule))
    return part
