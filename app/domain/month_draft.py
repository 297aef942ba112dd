"""A first draft of a month: so many shows a week for each audience, spread over the days that are allowed, each in prime time.

What the hours cost whom, and who of the team is on duty, is the business of `month_plan`, which begins with this.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from app.domain.local_time import Existence, LocalTime, existence
from app.domain.party import Party, PartyKind
from app.domain.schedule import DEFAULT_MINUTES, SNAP, Airing, Schedule, ScheduleError, party_by_id
from app.domain.show_editing import new_id
from app.domain.zones import Zones

WEEK = timedelta(days=7)
EVERY_DAY = (1, 2, 3, 4, 5, 6, 7)
MAX_SHOWS = 500  # what anybody can mean; a slip of the finger plans no ten years


@dataclass(frozen=True, slots=True)
class Wish:
    """`per_week` shows for one audience, a market of the plan, on these ISO weekdays of its own calendar; `team` are the people of each."""

    market_party_id: str
    title: str
    per_week: int
    minutes: int = DEFAULT_MINUTES
    weekdays: tuple[int, ...] = EVERY_DAY
    team: tuple[str, ...] = ()


def draft(
    schedule: Schedule, wishes: Sequence[Wish], first: date, last: date, *, prime: Mapping[str, time], zones: Zones
) -> tuple[Airing, ...]:
    """Single shows for the days [first, last] of each audience's calendar; `prime` says when each market's prime time begins.

    Raises ScheduleError for an unknown party, a wish for more shows than there are days, or more shows than anybody can mean.
    """
    made = [airing for wish in wishes for airing in _of(schedule, wish, first, last, prime, zones)]
    if len(made) > MAX_SHOWS:
        raise ScheduleError("schedule.too_many", count=len(made), limit=MAX_SHOWS)
    return tuple(sorted(made, key=lambda airing: (airing.start.wall, airing.title)))


def _of(schedule: Schedule, wish: Wish, first: date, last: date, prime: Mapping[str, time], zones: Zones) -> Iterator[Airing]:
    party = party_by_id(schedule, wish.market_party_id)
    if party.kind is not PartyKind.MARKET:
        raise ScheduleError("schedule.no_market", party=party.name)
    if not 1 <= wish.per_week <= len(wish.weekdays):
        raise ScheduleError("schedule.per_week", party=party.name, count=wish.per_week, days=len(wish.weekdays))
    for person in wish.team:
        party_by_id(schedule, person)
    for day in _days(first, last, wish.weekdays, wish.per_week):
        wall = _existing(datetime.combine(day, prime.get(party.market_id, time(20))), party, zones)
        yield Airing(new_id(), wish.title, LocalTime(wall, party.zone), wish.minutes, party_ids=(party.id, *wish.team))


def _days(first: date, last: date, weekdays: Sequence[int], per_week: int) -> Iterator[date]:
    """As far apart within each week as the allowed weekdays let them be."""
    allowed = sorted(set(weekdays))
    chosen = [allowed[number * len(allowed) // per_week] for number in range(per_week)]
    monday = first - timedelta(days=first.isoweekday() - 1)
    while monday <= last:
        yield from (day for weekday in chosen if first <= (day := monday + timedelta(days=weekday - 1)) <= last)
        monday += WEEK


def _existing(wall: datetime, party: Party, zones: Zones) -> datetime:
    """The first quarter hour from here on that the clocks show exactly once."""
    while existence(zones.zone(party.zone), wall) is not Existence.ONCE:
        wall += SNAP
    return wall


def with_draft(schedule: Schedule, airings: Sequence[Airing]) -> Schedule:
    """The plan with these shows, too."""
    return replace(schedule, airings=(*schedule.airings, *airings))
