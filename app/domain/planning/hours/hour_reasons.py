"""The reasons for the score of a start."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from app.domain.base.local_time import MINUTE, clock_reading, offset_changes
from app.domain.catalogue.market import Level
from app.domain.planning.festival import Festival
from app.domain.planning.hours.availability import rest_between, rounded_hours
from app.domain.planning.hours.comfort import ComfortRules, comfort_line, prayers
from app.domain.planning.hours.fit import POOR_SHARE, PartyFit
from app.domain.planning.people.party import Comfort, Party, PartyKind
from app.domain.planning.people.workload import Workloads, night_of
from app.domain.planning.schedule import Occurrence, Schedule, airing_by_id
from app.domain.rundown.finding import Fact, Finding, Subject

PRIME_ENOUGH = 0.95  # share of the show
RUN_WORTH_TELLING = 3  # nights in a row
CLOCK_WEEK = timedelta(days=7)  # clock changes this close are reported


@dataclass(frozen=True, slots=True)
class Slot:
    """One start with its fit for each party."""

    start: datetime
    minutes: int
    fits: tuple[tuple[Party, PartyFit], ...]

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.minutes)


BookedDates = Sequence[tuple[Occurrence, frozenset[str]]]  # other dates, with their busy ids


def sufferers(fits: Sequence[PartyFit]) -> tuple[str, ...]:
    """The ids with at least a quarter of the show in poor hours, the worst first."""
    return tuple(one.party_id for one in sorted(fits, key=lambda one: -one.poor) if one.poor >= POOR_SHARE)


def slot_reasons(
    slot: Slot, schedule: Schedule, comfort_rules: ComfortRules, taken: BookedDates, workloads: Workloads
) -> tuple[Finding, ...]:
    """The reasons of a start: findings of Subject.AIRING without an id."""
    return (
        *_audience(slot),
        *_asleep(slot, comfort_rules),
        *_prayers(slot, comfort_rules),
        *_people(slot, schedule, comfort_rules, taken, workloads),
        *_festivals(slot, comfort_rules),
        *_clocks(slot, comfort_rules),
    )


def busy_reasons(slot: Slot, schedule: Schedule, clashing: Sequence[Occurrence]) -> Iterator[Finding]:
    """A finding for each clashing date at that time."""
    for one in clashing:
        if one.start < slot.end and slot.start < one.end:
            yield _said("hour.busy", Level.BLOCK, title=airing_by_id(schedule, one.airing_id).title)


def _said(code: str, level: Level = Level.INFO, **data: Fact) -> Finding:
    return Finding(code, level, Subject.AIRING, data=data)


def local_facts(instant: datetime, party: Party, comfort_rules: ComfortRules) -> dict[str, Fact]:
    """A party's name and the local date and time of an instant, as values of a finding."""
    wall = clock_reading(instant, party.zone, comfort_rules.zones).wall
    return {"name": party.name, "date": wall.date().isoformat(), "time": f"{wall:%H:%M}"}


def names_of(parties: Sequence[Party]) -> str:
    """Several names as one value of a finding."""
    return "\n".join(party.name for party in parties)


def _audience(slot: Slot) -> Iterator[Finding]:
    markets = [(party, suit) for party, suit in slot.fits if party.kind is PartyKind.MARKET]
    prime = [party for party, suit in markets if suit.prime >= PRIME_ENOUGH]
    partly = [party for party, suit in markets if 0 < suit.prime < PRIME_ENOUGH]
    awake = [party for party, suit in markets if suit.prime == 0 and suit.poor < POOR_SHARE]
    for code, parties in (("hour.prime", prime), ("hour.partly_prime", partly), ("hour.awake", awake)):
        if parties:
            yield _said(code, names=names_of(parties))


def _asleep(slot: Slot, comfort_rules: ComfortRules) -> Iterator[Finding]:
    for party, suit in slot.fits:
        if suit.comfort is Comfort.NEVER:
            yield _said("hour.never", Level.BLOCK, **local_facts(slot.start, party, comfort_rules))
        elif suit.poor >= POOR_SHARE and not prayers(party, slot.start, slot.end, comfort_rules):
            code = "hour.asleep" if party.kind is PartyKind.MARKET else "hour.poor"
            yield _said(code, Level.WARNING, **local_facts(slot.start, party, comfort_rules))


def _prayers(slot: Slot, comfort_rules: ComfortRules) -> Iterator[Finding]:
    for party, _ in slot.fits:
        for one in prayers(party, slot.start, slot.end, comfort_rules):
            code = "hour.iftar" if one.iftar else "hour.friday_prayer"
            yield _said(code, Level.WARNING, **local_facts(one.begin, party, comfort_rules))


def _people(slot: Slot, schedule: Schedule, comfort_rules: ComfortRules, taken: BookedDates, workloads: Workloads) -> Iterator[Finding]:
    fewest = min((workloads[party.id].night_count for party, _ in slot.fits if party.id in workloads), default=0)
    for party, _ in slot.fits:
        if party.kind is PartyKind.MARKET:
            continue
        own = [occurrence for occurrence, ids in taken if party.id in ids]
        for rest in _short_rests(slot, party, own, schedule.rest_hours, comfort_rules):
            yield _said("hour.rest", Level.WARNING, name=party.name, hours=rounded_hours(rest), wanted=schedule.rest_hours)
        workload = workloads.get(party.id)
        night = slot_night(slot, party, comfort_rules)
        if workload is None or night is None:
            continue
        if (run := workload.run_with(night)) >= RUN_WORTH_TELLING:
            yield _said("hour.run", Level.WARNING, name=party.name, count=run)
        elif workload.night_count > fewest:
            yield _said("hour.most_nights", name=party.name, count=workload.night_count)


def _short_rests(slot: Slot, party: Party, own: Sequence[Occurrence], rest_hours: int, comfort_rules: ComfortRules) -> Iterator[timedelta]:
    for other in own:
        first, second = (other.end, slot.start) if other.end <= slot.start else (slot.end, other.start)
        rest = rest_between(party, first, second, rest_hours, comfort_rules.zones)
        if rest is not None:
            yield rest


def slot_night(slot: Slot, party: Party, comfort_rules: ComfortRules) -> date | None:
    """The morning after the night that a person would work, or None."""
    return night_of(party, slot.start, slot.end, comfort_line(party, slot.start, slot.end, comfort_rules), comfort_rules)


def festivals_at(party: Party, start: datetime, end: datetime, comfort_rules: ComfortRules) -> tuple[Festival, ...]:
    """The festivals of a market on its local days between two instants."""
    zone = comfort_rules.zones.zone(party.zone)
    first, last = start.astimezone(zone).date(), (end - MINUTE).astimezone(zone).date()
    return tuple(one for one in comfort_rules.festivals_of(party) if one.first <= last and one.last >= first)


def _festivals(slot: Slot, comfort_rules: ComfortRules) -> Iterator[Finding]:
    markets: dict[str, list[Festival]] = {}
    for party, _ in slot.fits:
        for festival in festivals_at(party, slot.start, slot.end, comfort_rules):
            code = "hour.caution" if festival.mourning else "hour.festival_estimated" if festival.estimated else "hour.festival"
            markets.setdefault(f"{code} {festival.key}", []).append(festival)
    for key, found in markets.items():
        code, first = key.partition(" ")[0], found[0]
        ids = " ".join(dict.fromkeys(one.market_id for one in found))
        yield _said(code, Level.WARNING if first.mourning else Level.INFO, markets=ids, festival=first.name)


def _clocks(slot: Slot, comfort_rules: ComfortRules) -> Iterator[Finding]:
    changes: dict[tuple[str, int], list[Party]] = {}
    for party, _ in slot.fits:
        for change in offset_changes(party.zone, slot.start - CLOCK_WEEK, slot.start + CLOCK_WEEK, comfort_rules.zones):
            wall = (change.at + change.before).replace(tzinfo=None)
            changes.setdefault((wall.date().isoformat(), (change.after - change.before) // MINUTE), []).append(party)
    for (day, minutes), parties in changes.items():
        code = "hour.clocks_forward" if minutes > 0 else "hour.clocks_back"
        yield _said(code, names=names_of(parties), date=day, minutes=abs(minutes))
