"""Festivals of a market: holidays, religious days, sales days and sensitive days."""

from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum

from app.domain.base.localized_text import LocalizedText
from app.domain.catalogue.market import Confidence


class DayKind(Enum):
    """Kinds of days, from a seller's view."""

    PUBLIC = "public"  # offices are closed
    RELIGIOUS = "religious"
    COMMERCIAL = "commercial"
    CAUTION = "caution"  # mourning, remembrance: avoid pressure, jokes and prize draws


@dataclass(frozen=True, slots=True)
class LeadTask:
    """A task due `days` before the festival starts; `kind` is a schedule.TaskKind value."""

    kind: str
    days: int


@dataclass(frozen=True, slots=True)
class Festival:
    """One festival of one market in one year, [first, last] by the local calendar. `estimated`: by calculation, the sighting of the moon
    may move it by a day. `prime_time`: when people watch on these days, on their clocks ("21:30", "02:00"), None = as ever. `key` is the
    same in every year and market. `peak`: the feast itself where days off come before it, None = `first`.
    `instead`: only a day off in its place, apart from it."""

    market_id: str
    key: str
    name: LocalizedText
    first: date
    last: date
    kind: DayKind
    estimated: bool = False
    caution: bool = False
    prime_time: tuple[str, str] | None = None
    tone: LocalizedText = field(default_factory=dict)
    tasks: tuple[LeadTask, ...] = ()
    source: str = ""
    confidence: Confidence = Confidence.MEDIUM
    reviewed_on: str = ""  # ISO date
    peak: date | None = None
    instead: bool = False

    @property
    def day(self) -> date:
        """The main day."""
        return self.first if self.peak is None else self.peak

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last

    @property
    def mourning(self) -> bool:
        """Whether shows should avoid pressure, jokes and prize draws."""
        return self.caution or self.kind is DayKind.CAUTION

    @property
    def days(self) -> int:
        return (self.last - self.first) // timedelta(days=1) + 1
