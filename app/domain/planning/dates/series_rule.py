"""The rule of a series: the subset of RFC 5545's RRULE that schedules need, as a record and as text.

`UNTIL` is a wall time in the zone of the series; calendar files have it in UTC.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time
from enum import Enum

from app.domain.planning.schedule import ScheduleError

WEEKDAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")  # at ISO weekday - 1
MAX_INTERVAL = 99
MAX_COUNT = 1000


class Frequency(Enum):
    DAILY = "DAILY"
    WEEKLY = "WEEKLY"
    MONTHLY = "MONTHLY"
    YEARLY = "YEARLY"


@dataclass(frozen=True, slots=True)
class SeriesRule:
    """`weekdays` are ISO (1 = Monday): any number for WEEKLY, one with `position` (1 = first, -1 = last in the month) for MONTHLY. Without
    them, the first date sets the weekday or the day of the month. The series ends after `count` dates, on the day `until`, or never."""

    frequency: Frequency
    interval: int = 1
    weekdays: tuple[int, ...] = ()
    position: int = 0
    count: int = 0
    until: date | None = None

    def text(self) -> str:
        """The RRULE value."""
        parts = [f"FREQ={self.frequency.value}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.weekdays:
            ordinal = str(self.position) if self.position else ""
            parts.append("BYDAY=" + ",".join(ordinal + WEEKDAYS[day - 1] for day in sorted(self.weekdays)))
        if self.count:
            parts.append(f"COUNT={self.count}")
        elif self.until is not None:
            parts.append(f"UNTIL={datetime.combine(self.until, time(23, 59, 59)):%Y%m%dT%H%M%S}")
        return ";".join(parts)


def parse_rule(text: str) -> SeriesRule:
    """Parse an RRULE value. Raises ScheduleError with the part that is not supported."""
    fields: dict[str, str] = {}
    for part in text.upper().split(";"):
        name, separator, value = part.partition("=")
        if not separator or not value or name in fields:
            raise ScheduleError("schedule.rule", rule=text, part=part)
        fields[name] = value
    if "FREQ" not in fields or ("COUNT" in fields and "UNTIL" in fields):
        raise ScheduleError("schedule.rule", rule=text, part="FREQ" if "FREQ" not in fields else "UNTIL")
    values: dict[str, object] = {}
    for name, value in fields.items():
        if name not in _READERS:
            raise ScheduleError("schedule.rule", rule=text, part=f"{name}={value}")
        try:
            values |= _READERS[name](value)
        except ValueError as error:
            raise ScheduleError("schedule.rule", rule=text, part=f"{name}={value}") from error
    rule = SeriesRule(**values)  # type: ignore[arg-type]  # each reader returns its field's type
    if rule.weekdays and not _weekdays_fit(rule):
        raise ScheduleError("schedule.rule", rule=text, part=f"BYDAY={fields['BYDAY']}")
    return rule


def _weekdays_fit(rule: SeriesRule) -> bool:
    if rule.frequency is Frequency.WEEKLY:
        return rule.position == 0
    return rule.frequency is Frequency.MONTHLY and len(rule.weekdays) == 1 and rule.position != 0


def _number(low: int, high: int, value: str) -> int:
    number = int(value)
    if not low <= number <= high:
        raise ValueError(value)
    return number


def _by_day(value: str) -> dict[str, object]:
    days, positions = [], set()
    for one in value.split(","):
        position, day = one[:-2], one[-2:]
        days.append(WEEKDAYS.index(day) + 1)
        positions.add(_number(-4, 5, position) if position else 0)
    if len(positions) != 1 or len(set(days)) != len(days):
        raise ValueError(value)
    return {"weekdays": tuple(sorted(days)), "position": positions.pop()}


def _until(value: str) -> dict[str, object]:
    return {"until": datetime.strptime(value[:8], "%Y%m%d").date()}  # a day in the zone of the series


_READERS: Mapping[str, Callable[[str], dict[str, object]]] = {
    "FREQ": lambda value: {"frequency": Frequency(value)},
    "INTERVAL": lambda value: {"interval": _number(1, MAX_INTERVAL, value)},
    "COUNT": lambda value: {"count": _number(1, MAX_COUNT, value)},
    "BYDAY": _by_day,
    "UNTIL": _until,
}
