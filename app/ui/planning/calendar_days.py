"""The content of calendar days: shows, festivals and clock changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta

from app.domain.base.local_time import MINUTE, clock_reading, day_start, offset_changes
from app.domain.base.localized_text import pick
from app.domain.base.zones import Zones
from app.domain.catalogue.market import Level
from app.domain.planning.festival import DayKind, Festival
from app.domain.planning.schedule import Airing, Occurrence
from app.domain.rundown.finding import Finding
from app.session.planning.scheduler import Scheduler
from app.ui.context import Formats
from app.ui.kit.language import tr
from app.ui.planning.local_times import time_text
from app.ui.planning.months.month_cell import DayMark, MonthItem

DAY = timedelta(days=1)
SHORT_DAYS = 4  # a longer festival is named on its first and last day, and each Monday
_WEIGHT = {Level.INFO: 1, Level.WARNING: 2, Level.BLOCK: 3}


def bounds(first: date, last: date, zone: str, zones: Zones) -> tuple[datetime, datetime]:
    """The instants [begin, end) of the days `first` to `last`, both included."""
    return day_start(first, zone, zones), day_start(last + DAY, zone, zones)


def day_of(occurrence: Occurrence, zone: str, zones: Zones) -> date:
    """The day in a zone on which a show starts."""
    return clock_reading(occurrence.start, zone, zones).wall.date()


def worst_levels(findings: Iterable[Finding]) -> Mapping[str, Level]:
    """The most severe level of each date, by its key."""
    worst: dict[str, Level] = {}
    for finding in findings:
        if finding.id not in worst or _WEIGHT[finding.level] > _WEIGHT[worst[finding.id]]:
            worst[finding.id] = finding.level
    return worst


def state_of(occurrence: Occurrence, plan: Scheduler, next_key: str) -> str:
    """ "past", "now", "next" or "" (later). A show that overruns is "now"; one that ended early is "past"."""
    now = plan.now()
    if occurrence.key != plan.airings.key and (occurrence.end <= now or plan.is_over(occurrence)):
        return "past"
    if occurrence.key == plan.airings.key or occurrence.start <= now:
        return "now"
    return "next" if occurrence.key == next_key else ""


def item_of(occurrence: Occurrence, airing: Airing, zone: str, zones: Zones, *, state: str, level: Level | None, tip: str) -> MonthItem:
    """A date as an item of the month view."""
    return MonthItem(
        occurrence.key,
        airing.title,
        time_text(clock_reading(occurrence.start, zone, zones).wall),
        state=state,
        level=level.value if level is not None else "",
        series=occurrence.series,
        moved=occurrence.moved,
        movable=state not in ("past", "now"),
        tip=tip,
    )


def festival_marks(festivals: Iterable[Festival], language: str) -> Mapping[date, Sequence[DayMark]]:
    """Marks for festivals, by day. The same festival in several markets is one mark."""
    together: dict[tuple[date, str], list[Festival]] = {}
    for festival in festivals:
        for day in _named_days(festival):
            together.setdefault((day, festival.key), []).append(festival)
    marks: dict[date, list[DayMark]] = {}
    for (day, _), same in sorted(together.items()):
        marks.setdefault(day, []).append(_festival_mark(same, language))
    order = ("caution", "festival", "commercial")
    return {day: sorted(found, key=lambda mark: order.index(mark.kind)) for day, found in marks.items()}


def _named_days(festival: Festival) -> tuple[date, ...]:
    days = tuple(festival.first + number * DAY for number in range(festival.days))
    if len(days) <= SHORT_DAYS:
        return days
    return tuple(day for day in days if day in (festival.first, festival.last) or day.isoweekday() == 1)


def _festival_mark(same: Sequence[Festival], language: str) -> DayMark:
    first = same[0]
    name = pick(first.name, (language,))[0] or first.key
    markets = " ".join(sorted({festival.market_id for festival in same}))
    about = f"{name} ±1" if first.estimated else name
    caution = any(festival.caution or festival.kind is DayKind.CAUTION for festival in same)
    kind = "caution" if caution else "commercial" if first.kind is DayKind.COMMERCIAL else "festival"
    lines = [f"{name} · {markets}"]
    if first.estimated:
        lines.append(tr("Planner", "Calculated date. The moon sighting may move it by a day."))
    if caution:
        lines.append(tr("Planner", "Avoid pressure, jokes and prize draws on this day."))
    lines += [text for festival in same for text in (pick(festival.tone, (language,))[0],) if text]
    return DayMark(kind, f"{markets} {about}", "\n".join(dict.fromkeys(lines)))


def clock_marks(
    zone_keys: Iterable[str], begin: datetime, end: datetime, zones: Zones, formats: Formats, language: str
) -> Mapping[date, Sequence[DayMark]]:
    """Marks for clock changes, by local date. Places that change together share one mark."""
    together: dict[tuple[date, int], list[str]] = {}
    for key in dict.fromkeys(zone_keys):
        for change in offset_changes(key, begin, end, zones):
            local = clock_reading(change.at, key, zones).wall.date()
            together.setdefault((local, (change.after - change.before) // MINUTE), []).append(key)
    marks: dict[date, list[DayMark]] = {}
    for (day, minutes), keys in sorted(together.items()):
        cities = ", ".join(formats.city(key, language) for key in keys)
        sign = "+" if minutes > 0 else "−"
        shift = formats.duration(abs(minutes), language)
        tip = (
            tr("Planner", "{cities}: clocks go forward by {shift}", cities=cities, shift=shift)
            if minutes > 0
            else tr("Planner", "{cities}: clocks go back by {shift}", cities=cities, shift=shift)
        )
        marks.setdefault(day, []).append(DayMark("clocks", f"{formats.city(keys[0], language)} {sign}{shift}", tip))
    return marks
