"""The clock rules of a zone as a calendar file says them: VTIMEZONE (RFC 5545 §3.6.5), made of the packaged rules alone."""

from calendar import monthrange
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard
from icalendar.prop import vRecur

from app.domain.local_time import Transition, offset_at, transitions
from app.domain.series_rule import WEEKDAYS
from app.domain.zones import Zones

FULL_CYCLE = timedelta(days=366 * 28 + 7)  # after 28 years every date falls on its weekday again: what held so long is a rule
FEWEST_OF_A_RULE = 3
NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class _Kind:
    """What changes of clocks have in common."""

    before: timedelta
    after: timedelta
    name: str
    daylight: bool


@dataclass(frozen=True, slots=True)
class _Run:
    """Changes of years that follow each other, as wall times before the change, and the rule that hits them; "" = none does."""

    onsets: tuple[datetime, ...]
    rule: str = ""


def zone_component(zone_key: str, first: datetime, last: datetime, zones: Zones) -> Timezone:
    """The rules of a zone, exact between two instants; where they follow a rule also after that. Raises ZoneError.

    Rules are said as rules (RRULE) where they are regular, because some calendars know nothing else, and date by date (RDATE) where not.
    """
    zone = zones.zone(zone_key)
    begin = datetime(first.astimezone(UTC).year - 1, 1, 1, tzinfo=UTC)
    component = Timezone()
    component.add("TZID", zone_key)
    offset = offset_at(zone, begin)
    start = _Kind(offset, offset, _name(zone, begin), _shift(zone, begin) > NOTHING)
    component.add_component(_observance(start, _Run(((begin + offset).replace(tzinfo=None),)), last, ends=False))
    grouped: dict[_Kind, list[datetime]] = {}
    end = last + FULL_CYCLE
    for change in transitions(zone_key, begin, end, zones):
        onset = (change.at + change.before).replace(tzinfo=None)
        grouped.setdefault(_kind(zone, change), []).append(onset)
    for kind, onsets in grouped.items():
        for run in _runs(onsets):
            if run.onsets[0].replace(tzinfo=UTC) - kind.before <= last:
                goes_on = run.onsets[-1].year >= end.year - 1
                component.add_component(_observance(kind, run, last, ends=not goes_on))
    return component


def _name(zone: tzinfo, instant: datetime) -> str:
    return instant.astimezone(zone).tzname() or "UTC"


def _shift(zone: tzinfo, instant: datetime) -> timedelta:
    return instant.astimezone(zone).dst() or NOTHING


def _kind(zone: tzinfo, change: Transition) -> _Kind:
    """Ireland's and Morocco's rules count winter as the exception: what follows it is daylight time to everybody else."""
    before, after = _shift(zone, change.at - timedelta(seconds=1)), _shift(zone, change.at)
    return _Kind(change.before, change.after, _name(zone, change.at), after > NOTHING or (not after and before < NOTHING))


def _runs(onsets: Sequence[datetime]) -> Iterator[_Run]:
    """Long runs with a rule, and all others together."""
    others: list[datetime] = []
    here = 0
    while here < len(onsets):
        end, rule = here + 1, ""
        while end < len(onsets) and onsets[end].year == onsets[end - 1].year + 1 and (longer := _rule(onsets[here : end + 1])):
            end, rule = end + 1, longer
        if end - here >= FEWEST_OF_A_RULE:
            yield _Run(tuple(onsets[here:end]), rule)
        else:
            others += onsets[here:end]
        here = end
    if others:
        yield _Run(tuple(others))


def _rule(onsets: Sequence[datetime]) -> str:
    """The RRULE that hits all of these, one a year; "" = none of those that laws are made of."""
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


def _observance(kind: _Kind, run: _Run, last: datetime, *, ends: bool) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if kind.daylight else TimezoneStandard()
    part.add("DTSTART", run.onsets[0])
    part.add("TZOFFSETFROM", kind.before)
    part.add("TZOFFSETTO", kind.after)
    part.add("TZNAME", kind.name)
    if run.rule:
        until = f";UNTIL={run.onsets[-1] - kind.before:%Y%m%dT%H%M%SZ}" if ends else ""
        part.add("RRULE", vRecur.from_ical(run.rule + until))
    else:
        further = [onset for onset in run.onsets[1:] if onset.replace(tzinfo=UTC) - kind.before <= last]
        if further:
            part.add("RDATE", further)
    return part
