"""Drafts a month: quotas of shows per week for each audience, spread over the allowed days, in prime time.

Days with fewer shows for other audiences come first, so the work spreads over the week. `month_plan` then improves times and duty rosters.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from app.domain.base.local_time import Existence, LocalTime, clock_reading, existence, resolve
from app.domain.base.localized_text import primary
from app.domain.base.zones import Zones
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import DEFAULT_MINUTES, SNAP, Airing, Schedule, ScheduleError, party_by_id
from app.domain.show_editing import new_id

WEEK = timedelta(days=7)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
MAX_SHOWS = 500  # a limit against typing errors


@dataclass(frozen=True, slots=True)
class ShowQuota:
    """`per_week` shows for one market of the schedule, on these ISO weekdays in local time, with this `team`."""

    market_party_id: str
    title: str
    per_week: int
    minutes: int = DEFAULT_MINUTES
    weekdays: tuple[int, ...] = EVERY_DAY
    team: tuple[str, ...] = ()


def draft_month(
    schedule: Schedule, quotas: Sequence[ShowQuota], first: date, last: date, *, prime: Mapping[str, time], zones: Zones
) -> tuple[Airing, ...]:
    """Single shows for the days [first, last] of each audience's calendar; `prime` says when each market's prime time begins.

    Raises ScheduleError for an unknown party, a wish for more shows than there are days, or more shows than anybody can mean.
    """
    made: list[Airing] = []
    load: Counter[int] = Counter()
    for quota in quotas:
        found = tuple(_of(schedule, quota, first, last, prime, zones, load))
        load.update(airing.start.wall.isoweekday() for airing in found)
        made += found
    if len(made) > MAX_SHOWS:
        raise ScheduleError("schedule.too_many", count=len(made), limit=MAX_SHOWS)
    return tuple(sorted(made, key=lambda airing: (airing.start.wall, airing.title)))


def team_for(audience: Party, people: Sequence[Party]) -> tuple[str, ...]:
    """The team for an audience: everyone, but only the interpreter who best matches its languages.

    Interpreters with none of the audience's languages are left out. If the languages of either are unknown, one may match.
    """
    spoken = [primary(tag) for tag in audience.languages]

    def rank(person: Party) -> int | None:
        own = {primary(tag) for tag in person.languages}
        shared = next((place for place, tag in enumerate(spoken) if tag in own), None)
        return shared if shared is not None or (own and spoken) else len(spoken)

    ranked = [(place, one) for one in people if one.kind is PartyKind.INTERPRETER and (place := rank(one)) is not None]
    chosen = min(ranked, key=lambda entry: entry[0])[1] if ranked else None
    return tuple(one.id for one in people if one.kind is not PartyKind.INTERPRETER or one is chosen)


def _of(
    schedule: Schedule, quota: ShowQuota, first: date, last: date, prime: Mapping[str, time], zones: Zones, load: Mapping[int, int]
) -> Iterator[Airing]:
    party = party_by_id(schedule, quota.market_party_id)
    if party.kind is not PartyKind.MARKET:
        raise ScheduleError("schedule.no_market", party=party.name)
    if not 1 <= quota.per_week <= len(quota.weekdays):
        raise ScheduleError("schedule.per_week", party=party.name, count=quota.per_week, days=len(quota.weekdays))
    team = [party_by_id(schedule, person) for person in quota.team]
    hour = prime.get(party.market_id, time(20))

    def begin_on(day: date) -> datetime:
        return _existing(datetime.combine(day, hour), party, zones)

    def is_free(day: date) -> bool:
        instant = resolve(LocalTime(begin_on(day), party.zone), zones)
        return not any(_is_away(person, instant, zones) for person in (party, *team))

    for day in _days(first, last, quota, is_free, load):
        yield Airing(new_id(), quota.title, LocalTime(begin_on(day), party.zone), quota.minutes, party_ids=(party.id, *quota.team))


def _is_away(party: Party, instant: datetime, zones: Zones) -> bool:
    day = clock_reading(instant, party.zone, zones).wall.date()
    return any(away.first <= day <= away.last for away in party.away)


def _days(first: date, last: date, quota: ShowQuota, is_free: Callable[[date], bool], load: Mapping[int, int]) -> Iterator[date]:
    """The days of a quota, evenly spread within each week; if someone is away, the nearest free allowed day. `load` is the number of
    shows on each weekday so far."""
    allowed = sorted(set(quota.weekdays))
    chosen = min(_spreads(allowed, quota.per_week), key=lambda days: sum(load.get(day, 0) for day in days))
    monday = first - timedelta(days=first.isoweekday() - 1)
    while monday <= last:
        week = {weekday: monday + timedelta(days=weekday - 1) for weekday in allowed}
        free = {weekday for weekday, day in week.items() if first <= day <= last and is_free(day)}
        taken: set[int] = set()
        for weekday in (one for one in chosen if first <= week[one] <= last):
            others = free - taken - ({*chosen} - {weekday})
            if others:
                taken.add(_nearest(weekday, others))
        yield from (week[weekday] for weekday in sorted(taken))
        monday += WEEK


def _spreads(allowed: Sequence[int], count: int) -> Iterator[Sequence[int]]:
    """The ways to spread `count` shows evenly over these weekdays, the earliest start first."""
    size = len(allowed)
    for shift in range(size):
        yield sorted(allowed[(number * size // count + shift) % size] for number in range(count))


def _nearest(weekday: int, others: AbstractSet[int]) -> int:
    return min(others, key=lambda one: (abs(one - weekday), one))


def _existing(wall: datetime, party: Party, zones: Zones) -> datetime:
    """The first quarter hour from `wall` that is neither skipped nor repeated."""
    while existence(zones.zone(party.zone), wall) is not Existence.ONCE:
        wall += SNAP
    return wall


def with_draft(schedule: Schedule, airings: Sequence[Airing]) -> Schedule:
    """The schedule with these airings added."""
    return replace(schedule, airings=(*schedule.airings, *airings))
