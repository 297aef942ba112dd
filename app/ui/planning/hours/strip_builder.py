"""Builds the model of the strips from the schedule."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.base.local_time import day_start
from app.domain.base.localized_text import pick
from app.domain.planning.festival import DayKind, Festival
from app.domain.planning.hours.comfort import DAY, QUARTER, ComfortRules, comfort_line, prayers
from app.domain.planning.people.party import Party, PartyKind
from app.ui.context import Formats
from app.ui.kit.language import tr
from app.ui.planning.hours.strip_model import MarkKind, StripMark, StripModel, StripRow, ZoneDial, axis, day_names, zone_dial
from app.ui.planning.local_times import kind_text, time_text

FARTHEST_SHIFT = 2  # days between any two local dates, with the overhang of the axis


@dataclass(frozen=True, slots=True)
class WindowFormats:
    """Formats days, cities and lengths in the window's language."""

    formats: Formats
    language: str

    def day(self, day: date) -> str:
        return self.formats.day(day, self.language)

    def city(self, zone: str) -> str:
        return self.formats.city(zone, self.language)

    def length(self, minutes: int) -> str:
        return self.formats.duration(minutes, self.language)


def build_strips(
    parties: Sequence[Party], day: date, zone: str, minutes: int, comfort_rules: ComfortRules, window_formats: WindowFormats
) -> StripModel:
    """The strips of the parties for a show of `minutes` on a day in `zone`. Raises ZoneError."""
    begin, day_quarters, quarters = axis(day, zone, minutes, comfort_rules.zones)
    own = zone_dial(zone, begin, quarters, comfort_rules.zones)
    rows = tuple(_row(party, begin, quarters, comfort_rules, window_formats) for party in parties)
    return StripModel(
        begin,
        day_quarters,
        quarters,
        own,
        window_formats.city(zone),
        rows,
        day_names((own, *(row.dial for row in rows)), begin, window_formats.day),
        {
            shift: window_formats.formats.day_shift(shift, window_formats.language) if shift else ""
            for shift in range(-FARTHEST_SHIFT, FARTHEST_SHIFT + 1)
        },
    )


def _row(party: Party, begin: datetime, quarters: int, comfort_rules: ComfortRules, window_formats: WindowFormats) -> StripRow:
    clocks = zone_dial(party.zone, begin, quarters, comfort_rules.zones)
    line = comfort_line(party, begin, begin + quarters * QUARTER, comfort_rules)
    city = window_formats.city(party.zone)
    where = city if party.kind is PartyKind.MARKET else f"{kind_text(party.kind)} · {city}"
    marks = (
        *_changes(clocks, begin, window_formats),
        *_festivals(party, clocks, begin, quarters, comfort_rules, window_formats),
        *_prayers(party, begin, quarters, comfort_rules),
    )
    return StripRow(party.id, party.name, where, party.kind, clocks, line.levels, marks)


def _days(clocks: ZoneDial, begin: datetime) -> Iterator[date]:
    """The local days along the axis."""
    yield (begin + timedelta(minutes=clocks.offsets[0][1])).date()
    yield from (day for _, day in clocks.days)


def _changes(clocks: ZoneDial, begin: datetime, window_formats: WindowFormats) -> Iterator[StripMark]:
    for (_, before), (place, after) in zip(clocks.offsets, clocks.offsets[1:], strict=False):
        at = begin + place * QUARTER
        wall_before, wall_after = ((at + timedelta(minutes=minutes)).replace(tzinfo=None) for minutes in (before, after))
        by = window_formats.length(abs(after - before))
        words = (
            tr("Planner", "Clocks go forward by {length}: {day}, {before} → {after}")
            if after > before
            else tr("Planner", "Clocks go back by {length}: {day}, {before} → {after}")
        ).format(length=by, day=window_formats.day(wall_before.date()), before=time_text(wall_before), after=time_text(wall_after))
        yield StripMark(MarkKind.CLOCK, place, place, f"{'+' if after > before else '−'}{by}", words)


def _festivals(
    party: Party, clocks: ZoneDial, begin: datetime, quarters: int, comfort_rules: ComfortRules, window_formats: WindowFormats
) -> Iterator[StripMark]:
    days = tuple(_days(clocks, begin))
    for festival in comfort_rules.festivals_of(party):
        if festival.last < days[0] or festival.first > days[-1]:
            continue
        first, last = max(festival.first, days[0]), min(festival.last, days[-1])
        low = (day_start(first, party.zone, comfort_rules.zones) - begin) / QUARTER
        high = (day_start(last + DAY, party.zone, comfort_rules.zones) - begin) / QUARTER
        name = festival_text(festival, window_formats)
        kind = MarkKind.CAUTION if festival.caution or festival.kind is DayKind.CAUTION else MarkKind.FESTIVAL
        yield StripMark(kind, max(0.0, low), min(float(quarters), high), pick(festival.name, (window_formats.language,))[0], name)


def festival_text(festival: Festival, window_formats: WindowFormats) -> str:
    """A festival as text: name, days and notes."""
    name = pick(festival.name, (window_formats.language,))[0] or festival.key
    days = window_formats.day(festival.first)
    if festival.days > 1:
        days = f"{days} – {window_formats.day(festival.last)}"
    parts = [f"{name} · {days}"]
    if festival.estimated:
        parts.append(tr("Planner", "calculated, ±1 day"))
    if festival.prime_time is not None:
        begin, end = festival.prime_time
        parts.append(tr("Planner", "prime time {begin}–{end}", begin=begin, end=end))
    if festival.caution or festival.kind is DayKind.CAUTION:
        parts.append(tr("Planner", "sensitive day: avoid pressure, jokes and prize draws"))
    return " · ".join(parts)


def _prayers(party: Party, begin: datetime, quarters: int, comfort_rules: ComfortRules) -> Iterator[StripMark]:
    zone = comfort_rules.zones.zone(party.zone)
    for prayer in prayers(party, begin, begin + quarters * QUARTER, comfort_rules):
        low, high = ((instant - begin) / QUARTER for instant in (prayer.begin, prayer.end))
        begins, ends = (time_text(instant.astimezone(zone)) for instant in (prayer.begin, prayer.end))
        words = (
            tr("Planner", "Iftar {begin}–{end}", begin=begins, end=ends)
            if prayer.iftar
            else tr("Planner", "Friday prayer {begin}–{end}", begin=begins, end=ends)
        )
        yield StripMark(MarkKind.PRAYER, max(0.0, low), min(float(quarters), high), "", words)
