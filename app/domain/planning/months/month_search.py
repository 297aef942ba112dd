"""The local search behind `month_plan`: each date in turn gets the best free time and people.

A step is taken only if the total improves. All times are UTC quarter hours, counted from the start of the span; a show covers each that
it touches, so that breaks beside a show at odd minutes count as up to half an hour shorter than they are.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from itertools import accumulate

from app.domain.base.local_time import day_start, wall_of
from app.domain.planning.hours.availability import DEFAULT_HOST, busy_ids
from app.domain.planning.hours.comfort import DAY, EPOCH, QUARTER, QUARTER_MINUTES, ComfortLine, ComfortRules, instant_of, quarter_range
from app.domain.planning.hours.fit import GROUP_ORDER, WORTH
from app.domain.planning.months.night_swaps import NightSwaps
from app.domain.planning.months.placement import CHANGE_COST, MOVE_COST, Placement, change_cost, comfort_loss, missing_comfort
from app.domain.planning.months.schedulable import Schedulable
from app.domain.planning.people.party import PARTY_GROUPS, Party, PartyGroup, PartyKind
from app.domain.planning.people.workload import can_replace
from app.domain.planning.schedule import Occurrence, Schedule, airing_by_id, parties_on

MARGIN = 3 * DAY  # around the dates, for rest before and after them
PASSES = 4
HOURS_TRIED = 8  # per day, the most promising
HALF_HOUR = 2  # quarters: shows begin on the hour or at half past, on the clocks of their zone
FORBIDDEN = 1000.0  # double booking or NEVER hours: more than all comfort together
UNREST = 50.0
LEAST_SHARE = 0.001  # minimum, so nights are shared evenly even if the team has priority 0

STRICT_COUNTS = (10_000.0, 100.0, 1.0)  # one quarter hour of a group outweighs the next group

_Choice = tuple[float, int, list[str]]  # cost, begin, duty


class MonthSearch:
    """Holds the dates and schedulables and searches for a better assignment."""

    def __init__(
        self,
        schedule: Schedule,
        occurrences: Sequence[Occurrence],
        comfort_rules: ComfortRules,
        *,
        not_before: datetime | None = None,
        kept: Collection[str] = (),
        move_hours: bool = True,
        change_duty: bool = True,
    ) -> None:
        self._schedule, self._comfort_rules = schedule, comfort_rules
        self._not_before, self._kept = not_before, frozenset(kept)
        self._move_hours, self._change_duty = move_hours, change_duty
        shows = sorted(occurrences, key=lambda one: (one.start, one.key))
        begin = min((one.start for one in shows), default=EPOCH)
        end = max((one.end for one in shows), default=begin)
        self.first, self._last = quarter_range(begin - MARGIN, end + MARGIN)
        priorities = schedule.priorities
        self._counts = (
            dict(zip(GROUP_ORDER, STRICT_COUNTS, strict=True))
            if priorities.strict
            else {group: priorities.of(group) for group in GROUP_ORDER}
        )
        self._schedulables = self._make_schedulables()
        self._bests: dict[tuple[str, ...], list[float]] = {}
        self._steps = 0
        self._changed_at = dict.fromkeys(self._schedulables, 0)  # the step of the last change, by id
        self._seen_at: dict[int, int] = {}  # the step of the last visit, by date
        self._dates = [self._date(number, one) for number, one in enumerate(shows)]
        for date in self._dates:
            self._put(date)
        shares = [date.team_share for date in self._dates]
        self._scale = max(LEAST_SHARE, sum(shares) / len(shares)) if shares else LEAST_SHARE
        self._as_it_was = self._total()

    def improve(self) -> None:
        """Visit the dates until none improves, then balance the nights."""
        for _ in range(PASSES):
            if not sum(self._visit(date) for date in self._dates if self._is_stale(date)):
                break
        NightSwaps(self._dates, self._schedulables, self._scale).even_out()

    def changed(self) -> tuple[Placement, ...]:
        """The changed dates; empty if the total is not better."""
        if self._total() >= self._as_it_was - 1e-9:
            return ()
        return tuple(date for date in self._dates if date.changed)

    def tally(self) -> tuple[int, float, int, dict[str, int]]:
        """Conflicts, the mean score of the shows, minutes in poor hours, and nights by person."""
        losses = [comfort_loss(date, self._schedulables) for date in self._dates]
        people = [one for one in self._schedulables.values() if one.is_person]
        return (
            sum(sum(one.troubles()) for one in self._schedulables.values()),
            1 - sum(losses) / len(losses) if losses else 1.0,
            QUARTER_MINUTES * sum(one.poor for one in people),
            {one.party.id: len(one.nights) + one.party.nights_before for one in people if one.party is not None},
        )

    def line(self, party_id: str) -> ComfortLine:
        """The comfort line of a party over the search span."""
        return ComfortLine(party_id, self.first, self._schedulables[party_id].levels)

    def instant(self, date: Placement) -> datetime:
        """The start of a date."""
        return date.occurrence.start if date.begin == date.was else instant_of(self.first + date.begin)

    # --- setup ----------------------------------------------------------------------------------

    def _make_schedulables(self) -> dict[str, Schedulable]:
        rest, span = self._schedule.rest_hours, (self.first, self._last)
        parties = self._schedule.parties
        fewest = min((party.nights_before for party in parties if party.kind is not PartyKind.MARKET), default=0)
        made = {
            party.id: Schedulable(party, span, rest, self._comfort_rules, nights_before=max(0, party.nights_before - fewest))
            for party in parties
        }
        return {DEFAULT_HOST: Schedulable(None, span, rest, self._comfort_rules), **made}

    def _date(self, number: int, occurrence: Occurrence) -> Placement:
        airing = airing_by_id(self._schedule, occurrence.airing_id)
        parties = parties_on(self._schedule, occurrence)
        begin, end = (quarter - self.first for quarter in quarter_range(occurrence.start, occurrence.end))
        team = tuple(party for party in parties if PARTY_GROUPS[party.kind] is PartyGroup.TEAM)
        posts = tuple(party.id for party in team)
        settled = occurrence.key in self._kept or (self._not_before is not None and occurrence.start < self._not_before)
        hours = () if settled or airing.fixed or not self._move_hours else self._hours_of(occurrence)
        moved_length = -((occurrence.start - occurrence.end) // QUARTER)
        date = Placement(
            number,
            occurrence,
            begin,
            end - begin,
            moved_length,
            tuple(busy_ids(parties) - set(posts)),
            posts,
            list(posts),
            hours,
            was=begin,
        )
        whole = sum(self._counts[group] for group in {PARTY_GROUPS[party.kind] for party in parties}) or 1.0
        for group in (PartyGroup.AUDIENCE, PartyGroup.HOST):
            asked = [party for party in parties if PARTY_GROUPS[party.kind] is group]
            weight = sum(party.weight for party in asked)
            for party in asked:
                share = party.weight / weight if weight > 0 else 1 / len(asked)
                date.terms.append((self._schedulables[party.id].sums, share * self._counts[group] / whole))
        date.team_share = self._counts[PartyGroup.TEAM] / whole if team else 0.0
        for party in team:
            others = () if settled or not self._change_duty else self._who_can(party)
            pool = (party.id, *(one for one in others if one not in posts))
            date.pools.append(pool)
            date.best.append(self._best_of(pool))
        return date

    def _who_can(self, party: Party) -> tuple[str, ...]:
        return tuple(one.id for one in self._schedule.parties if one.id != party.id and can_replace(one, party))

    def _best_of(self, pool: tuple[str, ...]) -> list[float]:
        """Prefix sums of the best score of each quarter among these people."""
        key = tuple(sorted(pool))
        if key not in self._bests:
            levels = map(min, zip(*(self._schedulables[one].levels for one in key), strict=True))
            self._bests[key] = list(accumulate(map(WORTH.__getitem__, levels), initial=0.0))
        return self._bests[key]

    def _hours_of(self, occurrence: Occurrence) -> tuple[int, ...]:
        """The full and half hours of the local day of a date."""
        day, zone, zones = occurrence.local.wall.date(), occurrence.local.zone, self._comfort_rules.zones
        begin, end = day_start(day, zone, zones), day_start(day + DAY, zone, zones)
        if self._not_before is not None:
            begin = max(begin, self._not_before)
        low, high = -(-(begin - EPOCH) // QUARTER), -(-(end - EPOCH) // QUARTER)
        low += wall_of(instant_of(low), zone, zones).wall.minute // QUARTER_MINUTES % HALF_HOUR
        return tuple(range(low - self.first, high - self.first, HALF_HOUR))

    # --- the measure -----------------------------------------------------------------------------------------------------

    def _total(self) -> float:
        troubles = [one.troubles() for one in self._schedulables.values()]
        forbidden, unrested = sum(one for one, _ in troubles), sum(one for _, one in troubles)
        comfort = sum(comfort_loss(date, self._schedulables) for date in self._dates)
        borne = sum(one.cost() for one in self._schedulables.values() if one.is_person)
        changes = sum(change_cost(date) for date in self._dates)
        return FORBIDDEN * forbidden + UNREST * unrested + comfort + self._scale * (borne + changes)

    # --- a step ----------------------------------------------------------------------------------------------------------

    def _put(self, date: Placement) -> None:
        for one in date.busy_ids:
            self._schedulables[one].put(date.number, date.begin, date.end)

    def _take(self, date: Placement) -> None:
        for one in date.busy_ids:
            self._schedulables[one].take(date.number)

    def _visit(self, date: Placement) -> bool:
        """Give a date the best free time and people, unless that adds conflicts. Returns whether it changed."""
        self._take(date)
        _, begin, duty = _Options(date, self._schedulables, self._scale).best()
        self._put(date)
        changed = (begin, duty) != (date.begin, date.duty) and self._change(date, begin, duty)
        self._seen_at[date.number] = self._steps
        return changed

    def _change(self, date: Placement, begin: int, duty: list[str]) -> bool:
        """Change a date. Undone if there are more conflicts then: without it, the shows before and after it may leave too little rest."""
        before = (date.begin, date.duty)
        affected = {*date.busy_ids, *duty}
        conflicts = self._conflicts(affected)
        self._place(date, begin, duty)
        if self._conflicts(affected) > conflicts:
            self._place(date, *before)
            return False
        self._steps += 1
        for one in affected:
            self._changed_at[one] = self._steps
        return True

    def _place(self, date: Placement, begin: int, duty: list[str]) -> None:
        self._take(date)
        date.begin, date.duty = begin, duty
        self._put(date)

    def _conflicts(self, ids: Collection[str]) -> int:
        return sum(sum(self._schedulables[one].troubles()) for one in ids)

    def _is_stale(self, date: Placement) -> bool:
        """Whether someone who could be in it changed since the last visit."""
        seen = self._seen_at.get(date.number, -1)
        return any(self._changed_at[one] > seen for one in (*date.fixed_ids, *(one for pool in date.pools for one in pool)))


class _Options:
    """The options of one date while all others are fixed."""

    def __init__(self, date: Placement, schedulables: Mapping[str, Schedulable], scale: float) -> None:
        self._date, self._scale = date, scale
        self._low = min((date.begin, *date.hours[:1]))
        high = max((date.begin, *date.hours[-1:])) + 1
        self._fixed = [schedulables[one] for one in date.fixed_ids]
        self._pools = [[(one, schedulables[one]) for one in pool] for pool in date.pools]
        able = {id(one): one for one in self._fixed} | {id(one): one for pool in self._pools for _, one in pool}
        self._blocked = {key: self._starts_blocked(one, high) for key, one in able.items()}

    def _starts_blocked(self, one: Schedulable, high: int) -> int:
        """The starts, as bits from `low`, at which the date would collide with other shows of `one`."""
        date, was = self._date, self._date.was
        blocked = one.blocked(self._low, high, date.moved_length)
        if date.length != date.moved_length and self._low <= was < high:
            blocked |= one.blocked(was, was + 1, date.length) << (was - self._low)
        return blocked

    def best(self) -> _Choice:
        """(cost, begin, duty) of the cheapest option, the nearest to the original if equal; the current one if there is no other."""
        date = self._date
        best = self._staying()
        closed = 0
        for one in self._fixed:
            closed |= self._blocked[id(one)]
        if not date.ranked:
            date.ranked = sorted(((self._bound(hour), hour) for hour in date.hours), key=lambda one: (one[0], abs(one[1] - date.was)))
        tried = 0
        for bound, hour in date.ranked:
            if bound >= best[0] or tried == HOURS_TRIED:
                break
            if closed >> (hour - self._low) & 1 or any(one.never(hour, date.end_at(hour)) for one in self._fixed):
                continue
            tried += 1
            found = self._at(hour, best[0])
            if found is not None and found[0] < best[0] - 1e-9:
                best = found
        return best

    def _bound(self, hour: int) -> float:
        """A lower bound of the cost at a time: fixed people and the best of each pool."""
        date, end = self._date, self._date.end_at(hour)
        lost = [1 - (sums[end] - sums[hour]) / (end - hour) for sums in date.best]
        team = date.team_share * sum(lost) / len(lost) if lost else 0.0
        return missing_comfort(date, hour) + team + self._moved(hour)

    def _moved(self, hour: int) -> float:
        return self._scale * MOVE_COST * (hour != self._date.was)

    def _borne(self, hour: int) -> float:
        """The cost of a time for the fixed people."""
        end = self._date.end_at(hour)
        borne = sum(one.cost_of(hour, end) for one in self._fixed if one.is_person)
        return missing_comfort(self._date, hour) + self._moved(hour) + self._scale * borne

    def _at(self, hour: int, most: float) -> _Choice | None:
        """The best people at a time; None if a post stays empty or the cost exceeds `most`."""
        end, bit = self._date.end_at(hour), hour - self._low
        cost = self._borne(hour)
        duty: list[str] = []
        for post, pool in enumerate(self._pools):
            if cost >= most:
                return None
            able = [
                (self._price(post, one, schedulable, hour), one)
                for one, schedulable in pool
                if not (self._blocked[id(schedulable)] >> bit & 1 or one in duty or schedulable.never(hour, end))
            ]
            if not able:
                return None
            price, chosen = min(able)
            cost += price
            duty.append(chosen)
        return cost, hour, duty

    def _staying(self) -> _Choice:
        """The best people at the current time. Conflicts of fixed people add cost.

        Someone new must have less trouble than the person on duty, or none: one conflict is not exchanged for another.
        """
        hour, on_duty = self._date.begin, self._date.duty
        cost = self._borne(hour) + sum(self._trouble(one, hour) for one in self._fixed)
        duty: list[str] = []
        for post, pool in enumerate(self._pools):
            now = on_duty[post]
            troubles = {one: self._trouble(schedulable, hour) for one, schedulable in pool if one == now or one not in on_duty}
            price, chosen = min(
                (self._price(post, one, schedulable, hour) + troubles[one], one)
                for one, schedulable in pool
                if one in troubles and one not in duty and (one == now or not troubles[one] or troubles[one] < troubles[now])
            )
            cost += price
            duty.append(chosen)
        return cost, hour, duty

    def _price(self, post: int, one: str, schedulable: Schedulable, hour: int) -> float:
        date, end = self._date, self._date.end_at(hour)
        discomfort = date.team_share / len(date.posts) * (1 - schedulable.worth(hour, end))
        return discomfort + self._scale * (schedulable.cost_of(hour, end) + CHANGE_COST * (one != date.posts[post]))

    def _trouble(self, schedulable: Schedulable, hour: int) -> float:
        end = self._date.end_at(hour)
        if schedulable.never(hour, end):
            return FORBIDDEN
        if not self._blocked[id(schedulable)] >> (hour - self._low) & 1:
            return 0.0
        return FORBIDDEN if schedulable.busy(hour, end) else UNREST
