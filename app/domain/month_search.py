"""The search behind `month_plan`: one date after the other gets the best hour and the best people that the others leave it.

Each step is taken only when the whole gets better by it. All times are quarter hours on one line of UTC, counted from its begin.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import accumulate

from app.domain.burden import can_replace
from app.domain.claimant import Claimant
from app.domain.comfort import DAY, EPOCH, QUARTER, QUARTER_MINUTES, ComfortLine, Habits, instant_of, span_of
from app.domain.duty import DESK_HOST, claims
from app.domain.local_time import day_start, wall_of
from app.domain.party import GROUPS, Group, Party, PartyKind
from app.domain.schedule import Occurrence, Schedule, airing_by_id, parties_on
from app.domain.weighing import GROUP_ORDER, WORTH

MARGIN = 3 * DAY  # around the dates: rest before the first and after the last
PASSES = 4
HOURS_TRIED = 12  # of a day: the most promising ones
HALF_HOUR = 2  # quarters: shows begin on the hour or at half past, on the clocks of their zone
FORBIDDEN = 1000.0  # to be in two shows at once, or in hours that are never: more than all comfort together
UNREST = 50.0
MOVE_COST = 0.05  # what was told to people is not changed for a trifle; in shares of what the team counts, as the costs of claimants
CHANGE_COST = 0.01
LEAST_SHARE = 0.001  # of a team that counts nothing: nights are shared evenly all the same

STRICT_COUNTS = (10_000.0, 100.0, 1.0)  # a group's quarter hour counts more than everything of the next

_Choice = tuple[float, int, list[str]]  # cost, begin, duty


@dataclass(slots=True)
class Placed:
    """One date: where it is, and who is on duty at each of its posts. `terms` are what markets and hosts make of an hour: (sums of worth,
    what they count); `pools` who can take each post, who has it first; `best` the sums of the best of each pool."""

    number: int
    occurrence: Occurrence
    begin: int
    length: int
    standing: tuple[str, ...]  # ids of the claimants that do not change
    posts: tuple[str, ...]  # who is at each post in the plan as it was
    duty: list[str]
    hours: tuple[int, ...]  # that it can be moved to
    terms: list[tuple[list[float], float]] = field(default_factory=list)
    pools: list[tuple[str, ...]] = field(default_factory=list)
    best: list[list[float]] = field(default_factory=list)
    missed: dict[int, float] = field(default_factory=dict)  # by hour, what it lacks for markets and hosts
    ranked: list[tuple[float, int]] = field(default_factory=list)  # (what an hour costs at least, the hour)
    team_share: float = 0.0
    was: int = 0

    @property
    def claims(self) -> tuple[str, ...]:
        return (*self.standing, *self.duty)

    @property
    def changed(self) -> bool:
        return self.begin != self.was or tuple(self.duty) != self.posts


class MonthSearch:
    """Holds the dates and the claimants, and moves them about; nothing is proposed that is not better as a whole."""

    def __init__(
        self,
        schedule: Schedule,
        occurrences: Sequence[Occurrence],
        habits: Habits,
        *,
        not_before: datetime | None = None,
        kept: Collection[str] = (),
        move_hours: bool = True,
        change_duty: bool = True,
    ) -> None:
        self._schedule, self._habits = schedule, habits
        self._not_before, self._kept = not_before, frozenset(kept)
        self._move_hours, self._change_duty = move_hours, change_duty
        shows = sorted(occurrences, key=lambda one: (one.start, one.key))
        begin = min((one.start for one in shows), default=EPOCH)
        end = max((one.end for one in shows), default=begin)
        self.first, self._last = span_of(begin - MARGIN, end + MARGIN)
        priorities = schedule.priorities
        self._counts = (
            dict(zip(GROUP_ORDER, STRICT_COUNTS, strict=True))
            if priorities.strict
            else {group: priorities.of(group) for group in GROUP_ORDER}
        )
        self._claimants = self._make_claimants()
        self._bests: dict[tuple[str, ...], list[float]] = {}
        self._steps = 0
        self._changed_at = dict.fromkeys(self._claimants, 0)  # by claimant, the step in which it was
        self._seen_at: dict[int, int] = {}  # by date, the step after which it was looked at
        self._dates = [self._date(number, one) for number, one in enumerate(shows)]
        for date in self._dates:
            self._put(date)
        shares = [date.team_share for date in self._dates]
        self._scale = max(LEAST_SHARE, sum(shares) / len(shares)) if shares else LEAST_SHARE
        self._as_it_was = self._total()

    def improve(self) -> None:
        """Go over the dates until none gets better; then even out who works how many nights."""
        for _ in range(PASSES):
            if not sum(self._visit(date) for date in self._dates if self._is_stale(date)):
                break
        for date in self._dates:
            for post, one in enumerate(date.duty):
                if len(date.pools[post]) > 1 and self._claimants[one].runs():
                    self._swap(date, post)

    def changed(self) -> tuple[Placed, ...]:
        """The dates that are not as they were; none when the whole is not better."""
        if self._total() >= self._as_it_was - 1e-9:
            return ()
        return tuple(date for date in self._dates if date.changed)

    def tally(self) -> tuple[int, float, int, dict[str, int]]:
        """Conflicts, the mean score of the shows, minutes in poor hours, and nights by person."""
        losses = [self._loss(date, date.begin, date.duty) for date in self._dates]
        people = [one for one in self._claimants.values() if one.is_person]
        return (
            sum(sum(one.troubles()) for one in self._claimants.values()),
            1 - sum(losses) / len(losses) if losses else 1.0,
            QUARTER_MINUTES * sum(one.poor for one in people),
            {one.party.id: len(one.nights) + one.party.nights_before for one in people if one.party is not None},
        )

    def line(self, party_id: str) -> ComfortLine:
        """How hours suit a party, from some days before the dates to some days after them."""
        return ComfortLine(party_id, self.first, self._claimants[party_id].levels)

    def instant(self, date: Placed) -> datetime:
        """When a date begins."""
        return date.occurrence.start if date.begin == date.was else instant_of(self.first + date.begin)

    # --- how it stands in the beginning ----------------------------------------------------------------------------------

    def _make_claimants(self) -> dict[str, Claimant]:
        rest, span = self._schedule.rest_hours, (self.first, self._last)
        parties = self._schedule.parties
        fewest = min((party.nights_before for party in parties if party.kind is not PartyKind.MARKET), default=0)
        made = {
            party.id: Claimant(party, span, rest, self._habits, nights_before=max(0, party.nights_before - fewest)) for party in parties
        }
        return {DESK_HOST: Claimant(None, span, rest, self._habits), **made}

    def _date(self, number: int, occurrence: Occurrence) -> Placed:
        airing = airing_by_id(self._schedule, occurrence.airing_id)
        parties = parties_on(self._schedule, occurrence)
        begin, end = (quarter - self.first for quarter in span_of(occurrence.start, occurrence.end))
        team = tuple(party for party in parties if GROUPS[party.kind] is Group.TEAM)
        posts = tuple(party.id for party in team)
        settled = occurrence.key in self._kept or (self._not_before is not None and occurrence.start < self._not_before)
        hours = () if settled or airing.fixed or not self._move_hours else self._hours_of(occurrence)
        date = Placed(number, occurrence, begin, end - begin, tuple(claims(parties) - set(posts)), posts, list(posts), hours, was=begin)
        whole = sum(self._counts[group] for group in {GROUPS[party.kind] for party in parties}) or 1.0
        for group in (Group.AUDIENCE, Group.HOST):
            asked = [party for party in parties if GROUPS[party.kind] is group]
            weight = sum(party.weight for party in asked)
            for party in asked:
                share = party.weight / weight if weight > 0 else 1 / len(asked)
                date.terms.append((self._claimants[party.id].sums, share * self._counts[group] / whole))
        date.team_share = self._counts[Group.TEAM] / whole if team else 0.0
        for party in team:
            others = () if settled or not self._change_duty else self._who_can(party)
            pool = (party.id, *(one for one in others if one not in posts))
            date.pools.append(pool)
            date.best.append(self._best_of(pool))
        return date

    def _who_can(self, party: Party) -> tuple[str, ...]:
        return tuple(one.id for one in self._schedule.parties if one.id != party.id and can_replace(one, party))

    def _best_of(self, pool: tuple[str, ...]) -> list[float]:
        """Of each quarter what it is worth to the one of these whom it suits best, summed up."""
        key = tuple(sorted(pool))
        if key not in self._bests:
            levels = map(min, zip(*(self._claimants[one].levels for one in key), strict=True))
            self._bests[key] = list(accumulate(map(WORTH.__getitem__, levels), initial=0.0))
        return self._bests[key]

    def _hours_of(self, occurrence: Occurrence) -> tuple[int, ...]:
        """The full and half hours of the day that it is on, by the calendar of its place."""
        day, zone, zones = occurrence.local.wall.date(), occurrence.local.zone, self._habits.zones
        begin, end = day_start(day, zone, zones), day_start(day + DAY, zone, zones)
        if self._not_before is not None:
            begin = max(begin, self._not_before)
        low, high = -(-(begin - EPOCH) // QUARTER), -(-(end - EPOCH) // QUARTER)
        low += wall_of(instant_of(low), zone, zones).wall.minute // QUARTER_MINUTES % HALF_HOUR
        return tuple(range(low - self.first, high - self.first, HALF_HOUR))

    # --- the measure -----------------------------------------------------------------------------------------------------

    def _total(self) -> float:
        troubles = [one.troubles() for one in self._claimants.values()]
        forbidden, unrested = sum(one for one, _ in troubles), sum(one for _, one in troubles)
        comfort = sum(self._loss(date, date.begin, date.duty) for date in self._dates)
        borne = sum(one.cost() for one in self._claimants.values() if one.is_person)
        changes = sum(self._change_cost(date) for date in self._dates)
        return FORBIDDEN * forbidden + UNREST * unrested + comfort + self._scale * (borne + changes)

    def _change_cost(self, date: Placed) -> float:
        swapped = sum(one != other for one, other in zip(date.duty, date.posts, strict=True))
        return MOVE_COST * (date.begin != date.was) + CHANGE_COST * swapped

    def _loss(self, date: Placed, begin: int, duty: Sequence[str]) -> float:
        """What is missing to a show that suits everybody: 0 to 1."""
        end = begin + date.length
        team = [1 - self._claimants[one].worth(begin, end) for one in duty]
        return _missing(date, begin) + (date.team_share * sum(team) / len(team) if team else 0.0)

    # --- a step ----------------------------------------------------------------------------------------------------------

    def _put(self, date: Placed) -> None:
        for one in date.claims:
            self._claimants[one].put(date.number, date.begin, date.begin + date.length)

    def _take(self, date: Placed) -> None:
        for one in date.claims:
            self._claimants[one].take(date.number)

    def _visit(self, date: Placed) -> bool:
        """Give a date the best hour and people that are free; whether that changed anything."""
        self._take(date)
        before = (date.begin, list(date.duty))
        options = _Options(date, self._claimants, self._scale)
        _, date.begin, date.duty = options.best()
        self._put(date)
        changed = (date.begin, date.duty) != before
        if changed:
            self._steps += 1
            for one in {*date.claims, *before[1]}:
                self._changed_at[one] = self._steps
        self._seen_at[date.number] = self._steps
        return changed

    def _is_stale(self, date: Placed) -> bool:
        """Whether somebody who could be in it has changed places since it was looked at."""
        seen = self._seen_at.get(date.number, -1)
        return any(self._changed_at[one] > seen for one in (*date.standing, *(one for pool in date.pools for one in pool)))

    def _swap(self, date: Placed, post: int) -> None:
        """Let two who can stand in for each other change places on two dates, where that parts nights that follow each other."""
        for other in self._dates:
            for place, one in enumerate(other.duty):
                mine = date.duty[post]
                apart = one not in date.duty and mine not in other.duty
                if apart and one in date.pools[post] and mine in other.pools[place]:
                    self._swap_if_better((date, post), (other, place))

    def _swap_if_better(self, one: tuple[Placed, int], other: tuple[Placed, int]) -> None:
        before = self._cost_of_two(one, other)
        able = self._exchange(one, other)
        if not able or self._cost_of_two(one, other) >= before - 1e-9:
            self._exchange(one, other)

    def _exchange(self, one: tuple[Placed, int], other: tuple[Placed, int]) -> bool:
        """Change two people over; whether both can be where they are then."""
        (first, post), (second, place) = one, other
        mine, theirs = self._claimants[first.duty[post]], self._claimants[second.duty[place]]
        mine.take(first.number)
        theirs.take(second.number)
        able = mine.free(second.begin, second.begin + second.length) and theirs.free(first.begin, first.begin + first.length)
        mine.put(second.number, second.begin, second.begin + second.length)
        theirs.put(first.number, first.begin, first.begin + first.length)
        first.duty[post], second.duty[place] = second.duty[place], first.duty[post]
        return able

    def _cost_of_two(self, one: tuple[Placed, int], other: tuple[Placed, int]) -> float:
        (first, post), (second, place) = one, other
        comfort = sum(self._loss(date, date.begin, date.duty) for date in (first, second))
        changes = sum(self._change_cost(date) for date in (first, second))
        borne = sum(self._claimants[id_].cost() for id_ in {first.duty[post], second.duty[place]})
        return comfort + self._scale * (borne + changes)


class _Options:
    """What one date can be while all others stand still."""

    def __init__(self, date: Placed, claimants: Mapping[str, Claimant], scale: float) -> None:
        self._date, self._scale = date, scale
        self._low = min((date.begin, *date.hours[:1]))
        high = max((date.begin, *date.hours[-1:])) + 1
        self._standing = [claimants[one] for one in date.standing]
        self._pools = [[(one, claimants[one]) for one in pool] for pool in date.pools]
        able = {id(one): one for one in self._standing} | {id(one): one for pool in self._pools for _, one in pool}
        self._blocked = {key: one.blocked(self._low, high, date.length) for key, one in able.items()}

    def best(self) -> _Choice:
        """(cost, begin, duty): the least costly; where it is now when nothing else is possible."""
        date = self._date
        best = self._staying()
        closed = 0
        for one in self._standing:
            closed |= self._blocked[id(one)]
        if not date.ranked:
            date.ranked = sorted((self._bound(hour), hour) for hour in date.hours)
        tried = 0
        for bound, hour in date.ranked:
            if bound >= best[0] or tried == HOURS_TRIED:
                break
            if closed >> (hour - self._low) & 1 or any(one.never(hour, hour + date.length) for one in self._standing):
                continue
            tried += 1
            found = self._at(hour, best[0])
            if found is not None and found[0] < best[0] - 1e-9:
                best = found
        return best

    def _bound(self, hour: int) -> float:
        """What the date costs at least at an hour: the comfort of those who stay, and of the best of each pool."""
        date, end = self._date, hour + self._date.length
        lost = [1 - (sums[end] - sums[hour]) / date.length for sums in date.best]
        team = date.team_share * sum(lost) / len(lost) if lost else 0.0
        return _missing(date, hour) + team + self._moved(hour)

    def _moved(self, hour: int) -> float:
        return self._scale * MOVE_COST * (hour != self._date.was)

    def _borne(self, hour: int) -> float:
        """What an hour costs with the people that do not change."""
        end = hour + self._date.length
        borne = sum(one.cost_of(hour, end) for one in self._standing if one.is_person)
        return _missing(self._date, hour) + self._moved(hour) + self._scale * borne

    def _at(self, hour: int, most: float) -> _Choice | None:
        """The best people at an hour at which those who do not change can be there; None when a post stays empty, or it costs more."""
        end, bit = hour + self._date.length, hour - self._low
        cost = self._borne(hour)
        duty: list[str] = []
        for post, pool in enumerate(self._pools):
            if cost >= most:
                return None
            able = [
                (self._price(post, one, claimant, hour), one)
                for one, claimant in pool
                if not (self._blocked[id(claimant)] >> bit & 1 or one in duty or claimant.never(hour, end))
            ]
            if not able:
                return None
            price, chosen = min(able)
            cost += price
            duty.append(chosen)
        return cost, hour, duty

    def _staying(self) -> _Choice:
        """The best people at the hour where it is. Who has to be there and cannot makes it dear, not impossible."""
        hour = self._date.begin
        cost = self._borne(hour) + sum(self._trouble(one, hour) for one in self._standing)
        duty: list[str] = []
        for post, pool in enumerate(self._pools):
            price, chosen = min(
                (self._price(post, one, claimant, hour) + self._trouble(claimant, hour), one) for one, claimant in pool if one not in duty
            )
            cost += price
            duty.append(chosen)
        return cost, hour, duty

    def _price(self, post: int, one: str, claimant: Claimant, hour: int) -> float:
        date, end = self._date, hour + self._date.length
        discomfort = date.team_share / len(date.posts) * (1 - claimant.worth(hour, end))
        return discomfort + self._scale * (claimant.cost_of(hour, end) + CHANGE_COST * (one != date.posts[post]))

    def _trouble(self, claimant: Claimant, hour: int) -> float:
        end = hour + self._date.length
        if claimant.never(hour, end):
            return FORBIDDEN
        if not self._blocked[id(claimant)] >> (hour - self._low) & 1:
            return 0.0
        return FORBIDDEN if claimant.busy(hour, end) else UNREST


def _missing(date: Placed, begin: int) -> float:
    """What an hour lacks for the markets and hosts."""
    found = date.missed.get(begin)
    if found is None:
        end, length = begin + date.length, date.length
        found = date.missed[begin] = sum(count * (1 - (sums[end] - sums[begin]) / length) for sums, count in date.terms)
    return found
