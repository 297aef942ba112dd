"""Checks of the schedule: double bookings, rest, duty, comfort, festivals, clock changes and permits."""

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from itertools import pairwise

from app.domain.base.local_time import MINUTE, Existence
from app.domain.base.localized_text import primary
from app.domain.catalogue.market import Level
from app.domain.planning.hours.availability import DEFAULT_HOST, busy_ids, rest_between, rounded_hours
from app.domain.planning.hours.comfort import ComfortLine, ComfortRules, comfort_line, prayers
from app.domain.planning.hours.fit import POOR_SHARE, PartyFit, fit_of
from app.domain.planning.hours.hour_reasons import festivals_at, local_facts, names_of
from app.domain.planning.people.party import Comfort, Party, PartyKind
from app.domain.planning.people.workload import Workload, length_minutes, night_of
from app.domain.planning.schedule import Airing, Occurrence, Schedule, airing_by_id, parties_on
from app.domain.rundown.finding import Fact, Finding, Subject

NIGHTS_IN_A_ROW = 3


@dataclass(frozen=True, slots=True)
class ShowRequirements:
    """The requirements of the show: an interpreter for its rundown, and missing permits (keys of dates → market ids)."""

    interpreter: bool = False
    host_language: str = ""
    permits: Mapping[str, Collection[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Date:
    """One date with the data of the checks."""

    occurrence: Occurrence
    airing: Airing
    parties: tuple[Party, ...]
    fits: Mapping[str, PartyFit]

    def said(self, code: str, level: Level, **data: Fact) -> Finding:
        return Finding(code, level, Subject.AIRING, self.occurrence.key, {"title": self.airing.title, **data})


def check_plan(
    schedule: Schedule,
    occurrences: Sequence[Occurrence],
    comfort_rules: ComfortRules,
    *,
    needs: ShowRequirements = ShowRequirements(),
    now: datetime | None = None,
) -> tuple[Finding, ...]:
    """Findings of Subject.AIRING with the keys of the dates, in the order of the dates, of each the gravest first. Dates that are over
    before `now` count only where later dates depend on them.

    Raises ScheduleError when an airing is gone, ZoneError.
    """
    dates = _relevant_dates(schedule, sorted(occurrences, key=lambda one: (one.start, one.key)), comfort_rules)
    found = [one for check in _CHECKS for one in check(schedule, dates, comfort_rules, needs)]
    order = {date.occurrence.key: number for number, date in enumerate(dates) if now is None or date.occurrence.end > now}
    kept = [one for one in found if one.id in order]
    return tuple(sorted(kept, key=lambda one: (order[one.id], _GRAVITY[one.level])))


def _relevant_dates(schedule: Schedule, occurrences: Sequence[Occurrence], comfort_rules: ComfortRules) -> list[_Date]:
    if not occurrences:
        return []
    begin, end = occurrences[0].start, max(one.end for one in occurrences)
    lines: dict[str, ComfortLine] = {}
    dates = []
    for one in occurrences:
        parties = parties_on(schedule, one)
        for party in parties:
            if party.id not in lines:
                lines[party.id] = comfort_line(party, begin, end, comfort_rules)
        fits = {party.id: fit_of(lines[party.id], one.start, length_minutes(one)) for party in parties}
        dates.append(_Date(one, airing_by_id(schedule, one.airing_id), parties, fits))
    return dates


# --- double bookings and rest --------------------------------------------------------------------------------


def _overlaps(schedule: Schedule, dates: Sequence[_Date], comfort_rules: ComfortRules, needs: ShowRequirements) -> Iterator[Finding]:
    for place, one in enumerate(dates):
        for other in dates[place + 1 :]:
            if other.occurrence.start >= one.occurrence.end:
                break
            yield from _overlap(one, other)
            yield from _overlap(other, one)


def _overlap(one: _Date, other: _Date) -> Iterator[Finding]:
    """The findings of `other`, which overlaps `one`."""
    both = busy_ids(one.parties) & busy_ids(other.parties)
    people = [party for party in other.parties if party.id in both and party.kind is not PartyKind.MARKET]
    markets = [party for party in other.parties if party.id in both and party.kind is PartyKind.MARKET]
    if people:
        yield other.said("airing.overlap", Level.BLOCK, names=names_of(people), other=one.airing.title)
    if DEFAULT_HOST in both:
        yield other.said("airing.two_shows", Level.BLOCK, other=one.airing.title)
    if markets:
        yield other.said("airing.split_audience", Level.WARNING, names=names_of(markets), other=one.airing.title)


def _rests(schedule: Schedule, dates: Sequence[_Date], comfort_rules: ComfortRules, needs: ShowRequirements) -> Iterator[Finding]:
    for party in schedule.parties:
        if party.kind is PartyKind.MARKET:
            continue
        for before, after in pairwise(one for one in dates if party.id in one.fits):
            rest = rest_between(party, before.occurrence.end, after.occurrence.start, schedule.rest_hours, comfort_rules.zones)
            if rest is not None:
                yield after.said("airing.rest", Level.WARNING, name=party.name, hours=rounded_hours(rest), wanted=schedule.rest_hours)


def _nights(schedule: Schedule, dates: Sequence[_Date], comfort_rules: ComfortRules, needs: ShowRequirements) -> Iterator[Finding]:
    for party in schedule.parties:
        worked: set[date] = set()
        for one in dates:
            night = _night(party, one, comfort_rules) if party.id in one.fits else None
            if night is None or night in worked:
                continue
            worked.add(night)
            run = Workload(party.id, nights=tuple(worked)).run_with(night)
            if run >= NIGHTS_IN_A_ROW:
                yield one.said("airing.nights", Level.WARNING, name=party.name, count=run)


def _night(party: Party, one: _Date, comfort_rules: ComfortRules) -> date | None:
    if one.fits[party.id].poor == 0:
        return None
    start, end = one.occurrence.start, one.occurrence.end
    return night_of(party, start, end, comfort_line(party, start, end, comfort_rules), comfort_rules)


# --- duty and comfort --------------------------------------------------------------------------------------


def _duty(schedule: Schedule, dates: Sequence[_Date], comfort_rules: ComfortRules, needs: ShowRequirements) -> Iterator[Finding]:
    kinds = {party.kind for party in schedule.parties}
    for one in dates:
        there = {party.kind for party in one.parties if one.fits[party.id].comfort is not Comfort.NEVER}
        if PartyKind.MARKET not in there:
            yield one.said("airing.no_market", Level.INFO)
        if PartyKind.SUPPORT in kinds and PartyKind.SUPPORT not in there:
            yield one.said("airing.no_support", Level.WARNING)
        if needs.interpreter and PartyKind.INTERPRETER not in there:
            yield one.said("airing.no_interpreter", Level.WARNING)
        yield from _unspoken(one, needs)


def _unspoken(one: _Date, needs: ShowRequirements) -> Iterator[Finding]:
    """Markets whose language no speaker in the show speaks."""
    speakers = [party for party in one.parties if party.kind in _SPEAKERS]
    spoken = {primary(tag) for party in speakers for tag in party.languages} | ({primary(needs.host_language)} - {""})
    if not spoken:
        return
    markets = [party for party in one.parties if party.kind is PartyKind.MARKET and party.languages]
    unspoken = [party for party in markets if not spoken & {primary(tag) for tag in party.languages}]
    if unspoken:
        yield one.said("airing.no_language", Level.INFO, names=names_of(unspoken))


def _suiting(schedule: Schedule, dates: Sequence[_Date], comfort_rules: ComfortRules, needs: ShowRequirements) -> Iterator[Finding]:
    for one in dates:
        for party in one.parties:
            yield from _absent(one, party, comfort_rules)
        markets = [party for party in one.parties if party.kind is PartyKind.MARKET]
        people = [party for party in one.parties if party.kind is not PartyKind.MARKET]
        for party in markets:
            if one.fits[party.id].poor >= POOR_SHARE and one.fits[party.id].comfort is not Comfort.NEVER:
                yield _asleep(one, party, comfort_rules)
        poor = [party for party in people if one.fits[party.id].comfort is Comfort.POOR]
        fair = [party for party in people if one.fits[party.id].comfort is Comfort.FAIR]
        if poor:
            yield one.said("airing.poor", Level.INFO, names=names_of(poor))
        if fair:
            yield one.said("airing.if_need_be", Level.INFO, names=names_of(fair))


def _absent(one: _Date, party: Party, comfort_rules: ComfortRules) -> Iterator[Finding]:
    if one.fits[party.id].comfort is not Comfort.NEVER:
        return
    facts = local_facts(one.occurrence.start, party, comfort_rules)
    zone = comfort_rules.zones.zone(party.zone)
    first, last = (instant.astimezone(zone).date() for instant in (one.occurrence.start, one.occurrence.end - MINUTE))
    if any(away.first <= last and away.last >= first for away in party.away):
        yield one.said("airing.is_away", Level.BLOCK, **facts)
    else:
        yield one.said("airing.never", Level.BLOCK, **facts)


def _asleep(one: _Date, party: Party, comfort_rules: ComfortRules) -> Finding:
    start, end = one.occurrence.start, one.occurrence.end
    for prayer in prayers(party, start, end, comfort_rules):
        code = "airing.iftar" if prayer.iftar else "airing.friday_prayer"
        return one.said(code, Level.WARNING, **local_facts(prayer.begin, party, comfort_rules))
    return one.said("airing.asleep", Level.WARNING, **local_facts(start, party, comfort_rules))


# --- festivals, clocks and permits -----------------------------------------------------------------------------------------------------


def _days(schedule: Schedule, dates: Sequence[_Date], comfort_rules: ComfortRules, needs: ShowRequirements) -> Iterator[Finding]:
    for one in dates:
        for party in one.parties:
            for festival in festivals_at(party, one.occurrence.start, one.occurrence.end, comfort_rules):
                if festival.mourning:
                    yield one.said("airing.caution", Level.WARNING, market=festival.market_id, festival=festival.name)


def _clocks(schedule: Schedule, dates: Sequence[_Date], comfort_rules: ComfortRules, needs: ShowRequirements) -> Iterator[Finding]:
    for one in dates:
        local = one.occurrence.local
        data = {"date": local.wall.date().isoformat(), "time": f"{local.wall:%H:%M}", "zone": local.zone}
        if one.occurrence.existence is Existence.SKIPPED:
            yield one.said("airing.skipped", Level.WARNING, **data)
        elif one.occurrence.existence is Existence.REPEATED and local.fold is None:
            yield one.said("airing.repeated", Level.WARNING, **data)


def _permits(schedule: Schedule, dates: Sequence[_Date], comfort_rules: ComfortRules, needs: ShowRequirements) -> Iterator[Finding]:
    for one in dates:
        markets = needs.permits.get(one.occurrence.key, ())
        if markets:
            yield one.said("airing.permit", Level.WARNING, markets=" ".join(markets))


_SPEAKERS = (PartyKind.HOST, PartyKind.PARTNER, PartyKind.INTERPRETER)
_GRAVITY = {Level.BLOCK: 0, Level.WARNING: 1, Level.INFO: 2}
_CHECKS: tuple[Callable[[Schedule, Sequence[_Date], ComfortRules, ShowRequirements], Iterator[Finding]], ...] = (
    _overlaps,
    _rests,
    _nights,
    _duty,
    _suiting,
    _days,
    _clocks,
    _permits,
)
