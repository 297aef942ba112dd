"""The words and options of calendar files."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CalendarText:
    """The texts of a calendar entry, in the reader's language."""

    summary: str
    description: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class CalendarOptions:
    """How a file is made. `stamp` is when the plan became what it is: the same plan gives the same bytes, and a later stamp replaces what
    calendars took from an earlier file. `alarms` are minutes before the begin; `busy`: the reader's time is taken."""

    name: str
    language: str
    stamp: datetime
    alarms: tuple[int, ...] = (15,)
    busy: bool = True
