"""Scores every start of a show in a span by the comfort of audience, host and team.

A quarter counts 1 if prime for a party, 1/2 if fair, 0 if poor. Parties count by weight within their group, groups by the priorities.
A show cannot start where it reaches into a NEVER or into another show of the same people. Losses are subtracted for mourning days, short
rest, nights in a row, and people who had more nights than others.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import reduce

from app.domain.base.local_time import wall_of
from app.domain.base.zones import Zones
from app.domain.planning.hours.availability import QUARTERS_AN_HOUR, busy_ids, busy_ids_on, unrested_after, unrested_before
from app.domain.planning.hours.comfort import (
    DAY_QUARTERS,
    NEVER,
    POOR,
    QUARTER_MINUTES,
    ComfortLine,
    ComfortRules,
    comfort_line,
    instant_of,
    lay_out_days,
    night_line,
    offset_ranges,
    quarter_of,
    quarter_range,
)
from app.domain.planning.hours.fit import (
    GROUP_ORDER,
    WORTH,
    GroupMeans,
    PartyFit,
    blocked_starts,
    fit_of,
    priority_mean,
    quarters_in,
    span_means,
)
from app.domain.planning.hours.hour_reasons import Slot, busy_reasons, slot_reasons, sufferers
from app.domain.planning.people.party import PARTY_GROUPS, Party, PartyKind
from app.domain.planning.people.workload import Workloads
from app.domain.planning.schedule import Occurrence, Schedule, party_by_id
from app.domain.rundown.finding import Finding

CAUTION_LOSS = 0.15  # of the mourning share of the audience
UNREST_LOSS = 0.15  # for each person without enough rest
NIGHT_LOSS = 0.1  # of a poor quarter, for each night more than the person with the fewest
NIGHTS_COUNTED = 5
RUN_LOSS = 0.25  # of a night's quarters, for the third and each later night in a row
LONGEST_RUN = 2
APART = 12  # minimum quarters between two suggestions
SAME_HOUR_LOSS = 0.04  # what a begin loses in the choice for each one at about the same hour that was chosen already, so that a list
SAME_DAY_LOSS = 0.02  # shows different ways, not five days of one
ALIKE = 3  # quarters
ODD_MINUTES_LOSS = 0.02  # for suggestions at a quarter past or to the hour
_IS_NEVER = bytes(int(level == NEVER) for level in range(256))
_WHOLE_DAY, _NO_DAY = bytes([1] * DAY_QUARTERS), bytes(DAY_QUARTERS)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One start. `score` is 0 to 1; `possible`: no one is in two shows at once or unavailable. `sufferers` are the ids with at least a
    quarter of the show in poor hours, the worst first. `reasons` are findings of Subject.AIRING without an id, the most important first."""

    start: datetime
    score: float
    by_party: tuple[PartyFit, ...]
    possible: bool = True
    sufferers: tuple[str, ...] = ()
    reasons: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class StartScores:
    """The scores of starts from quarter `first` (comfort.quarter_of) on; None where a show cannot start."""

    first: int
    values: tuple[float | None, ...]

    def at(self, instant: datetime) -> float | None:
        return self.values[quarter_of(instant) - self.first]


def week_heat(field: "HourScorer", monday: date, zone_key: str) -> tuple[tuple[float | None, ...], ...]:
    """The scores of starts in seven days of 96 quarter hours, in local time of a zone. None where a show cannot start, the time is skipped
    or outside the scorer's span. A repeated time has the score of its first instant."""
    found = field.scores
    rows: list[list[float | None]] = [[None] * DAY_QUARTERS for _ in range(7)]
    base = wall_quarter(monday)
    for first, last, ahead in reversed(tuple(offset_ranges(zone_key, found.first, found.first + len(found.values), field.zones))):
        for quarter in range(first, last):
            day, place = divmod(quarter + ahead - base, DAY_QUARTERS)
            if 0 <= day < 7:
                rows[day][place] = found.values[quarter - found.first]
    return tuple(map(tuple, rows))


def wall_quarter(day: date) -> int:
    """The number of a local day's first quarter, counted as in UTC."""
    return (day - date(1970, 1, 1)).days * DAY_QUARTERS


class HourScorer:
    """Scores the starts in a span. Built once, then asked during a drag.

    `taken` are the other dates of the schedule. Raises ScheduleError for an unknown party, ZoneError.
    """

    def __init__(
        self,
        schedule: Schedule,
        party_ids: Sequence[str],
        minutes: int,
        days: tuple[datetime, datetime],
        *,
        comfort_rules: ComfortRules,
        taken: Sequence[Occurrence] = (),
        workloads: Workloads | None = None,
    ) -> None:
        self.parties = tuple(party_by_id(schedule, one) for one in dict.fromkeys(party_ids))
        self.minutes = minutes
        self._schedule, self._comfort_rules = schedule, comfort_rules
        self._workloads: Workloads = workloads or {}
        begin, end = days
        self.first, self._last = quarter_range(begin, end + timedelta(minutes=minutes))
        self._begins = max(0, quarter_range(begin, end)[1] - self.first)
        self.lines = tuple(comfort_line(party, begin, end + timedelta(minutes=minutes), comfort_rules) for party in self.parties)
        mine = busy_ids(self.parties)
        self._taken = tuple((one, busy_ids_on(schedule, one)) for one in taken)
        self._clashing = tuple(one for one, theirs in self._taken if theirs & mine)
        self._length = quarters_in(minutes)
        self._fewest = min((self._workloads[one.id].night_count for one in self.parties if one.id in self._workloads), default=0)
        self._past_hour = self._quarters_past_hour()
        self._groups = self._group_means()
        self._losses_at = self._losses()
        self._values = [
            None if bad else _clamped(priority_mean(schedule.priorities, self._means_at(place)) - loss)
            for place, (bad, loss) in enumerate(zip(self._impossible_begins(), self._losses_at, strict=True))
        ]

    def _quarters_past_hour(self) -> int:
        """The quarters past the hour at the start of the span, in the zone that decides round times."""
        markets = [party for party in self.parties if party.kind is PartyKind.MARKET]
        anchor = next(iter((*markets, *self.parties)), None)
        begin = instant_of(self.first)
        return (begin if anchor is None else wall_of(begin, anchor.zone, self._comfort_rules.zones).wall).minute // QUARTER_MINUTES

    @property
    def zones(self) -> Zones:
        """The time zone data used."""
        return self._comfort_rules.zones

    @property
    def scores(self) -> StartScores:
        """The scores of all starts in the span."""
        return StartScores(self.first, tuple(self._values))

    def best(self, count: int = 5) -> tuple[Candidate, ...]:
        """The best starts, the best first, spread over times and days."""
        return tuple(self.candidate(instant_of(self.first + place)) for place in self._chosen(count))

    def candidate(self, start: datetime) -> Candidate:
        """A start of this span with score and reasons."""
        place = quarter_of(start) - self.first
        score = self._values[place]
        fits = tuple(fit_of(line, start, self.minutes) for line in self.lines)
        slot = Slot(start, self.minutes, tuple(zip(self.parties, fits, strict=True)))
        return Candidate(
            start,
            score or 0.0,
            fits,
            score is not None,
            sufferers(fits),
            (
                *busy_reasons(slot, self._schedule, self._clashing),
                *slot_reasons(slot, self._schedule, self._comfort_rules, self._taken, self._workloads),
            ),
        )

    # --- what each quarter is worth --------------------------------------------------------------------------------------

    def _group_means(self) -> tuple[list[float] | None, ...]:
        """The mean score of each start for audience, host and team; None for an empty group."""
        return tuple(self._mean_of([one for one in self._asked if PARTY_GROUPS[one[0].kind] is group]) for group in GROUP_ORDER)

    @property
    def _asked(self) -> list[tuple[Party, ComfortLine]]:
        return list(zip(self.parties, self.lines, strict=True))

    def _mean_of(self, asked: list[tuple[Party, ComfortLine]]) -> list[float] | None:
        if not asked:
            return None
        whole = sum(party.weight for party, _ in asked)
        weights = [party.weight / whole if whole > 0 else 1 / len(asked) for party, _ in asked]
        worths = [self._worth(party, line, weight) for (party, line), weight in zip(asked, weights, strict=True)]
        return span_means([sum(quarter) for quarter in zip(*worths, strict=True)], self._begins, self.minutes)

    def _worth(self, party: Party, line: ComfortLine, weight: float) -> list[float]:
        """The score of each quarter for a party. Poor quarters cost more for people with many nights or nights in a row."""
        by_level = [weight * one for one in WORTH]
        workload = self._workloads.get(party.id)
        if workload is None:
            return [by_level[level] for level in line.levels]
        by_level[POOR] -= weight * NIGHT_LOSS * min(NIGHTS_COUNTED, workload.night_count - self._fewest)
        worth = [by_level[level] for level in line.levels]
        if not workload.nights:
            return worth
        nights = self._laid(party, lambda day: bytes([max(0, min(workload.run_with(day) - LONGEST_RUN, 255))] * 24 + [0] * 72))
        loss = weight * RUN_LOSS
        return [one - loss * run if run and level == POOR else one for one, run, level in zip(worth, nights, line.levels, strict=True)]

    def _laid(self, party: Party, day_pattern: Callable[[date], bytes]) -> bytes:
        return lay_out_days(party.zone, self.first, self._last, self._comfort_rules.zones, day_pattern)

    # --- what no begin may do, and what a few lose -----------------------------------------------------------------------

    def _impossible_begins(self) -> bytes:
        bad = reduce(int.__or__, (int.from_bytes(line.levels.translate(_IS_NEVER), "big") for line in self.lines), 0)
        taken = bytearray(bad.to_bytes(self._last - self.first, "big"))
        for one in self._clashing:
            low, high = (min(max(0, quarter - self.first), len(taken)) for quarter in quarter_range(one.start, one.end))
            taken[low:high] = bytes([1]) * (high - low)
        return blocked_starts(bytes(taken), self._begins, self._length)

    def _losses(self) -> list[float]:
        losses = [0.0] * self._begins
        audience = sum(party.weight for party in self.parties if party.kind is PartyKind.MARKET) or 1.0
        for party in self.parties:
            if party.kind is PartyKind.MARKET:
                self._lose_mourning(losses, party, CAUTION_LOSS * party.weight / audience)
            else:
                self._lose_rest(losses, party)
        return losses

    def _lose_mourning(self, losses: list[float], party: Party, loss: float) -> None:
        days = [one for one in self._comfort_rules.festivals_of(party) if one.mourning]
        if not days:
            return
        line = self._laid(party, lambda day: _WHOLE_DAY if any(one.covers(day) for one in days) else _NO_DAY)
        for place, bad in enumerate(blocked_starts(line, self._begins, self._length)):
            losses[place] += loss * bad

    def _lose_rest(self, losses: list[float], party: Party) -> None:
        own = [occurrence for occurrence, ids in self._taken if party.id in ids]
        if not own:
            return
        margin = self._schedule.rest_hours * QUARTERS_AN_HOUR
        night = night_line(party.zone, self.first - margin, self._last + margin, self._comfort_rules.zones)
        for one in own:
            begin, end = (quarter - self.first + margin for quarter in quarter_range(one.start, one.end))
            after = unrested_after(end, night, self._schedule.rest_hours)
            before = unrested_before(begin, night, self._schedule.rest_hours)
            for (low, high), back in ((after, margin), (before, margin + self._length)):
                for place in range(max(0, low - back), min(self._begins, high - back)):
                    losses[place] += UNREST_LOSS

    # --- the choice ------------------------------------------------------------------------------------------------------

    def _means_at(self, place: int) -> GroupMeans:
        audience, host, team = (None if means is None else means[place] for means in self._groups)
        return audience, host, team

    def _rank(self, place: int) -> tuple[float, ...]:
        """The rank of a start; higher is better. In strict order the losses count for the first group."""
        if not self._schedule.priorities.strict:
            return (round(self._values[place] or 0.0, 6),)
        loss = self._losses_at[place]
        means = [mean for mean in self._means_at(place) if mean is not None]
        return tuple(round(mean - (0 if number else loss), 6) for number, mean in enumerate(means))

    def _chosen(self, count: int) -> list[int]:
        """Pick the best starts one by one, each time with a penalty for times and days already picked."""
        ranks = {place: self._rank(place) for place, value in enumerate(self._values) if value is not None}
        lead = {place: rank[0] - (0 if self._roundness(place) else ODD_MINUTES_LOSS) for place, rank in ranks.items()}
        then = {place: (*rank[1:], self._roundness(place), -place) for place, rank in ranks.items()}
        chosen: list[int] = []
        while lead and len(chosen) < count:
            best = max(lead, key=lambda place: (lead[place], then[place]))
            chosen.append(best)
            lead = {place: worth - _likeness(place - best) for place, worth in lead.items() if abs(place - best) >= APART}
        return sorted(chosen, key=lambda place: (ranks[place], then[place]), reverse=True)

    def _roundness(self, place: int) -> int:
        """Prefer full, then half hours, in the zone of the first market or else party."""
        return (2, 0, 1, 0)[(place + self._past_hour) % 4]


def _likeness(apart: int) -> float:
    """The penalty of a start that is `apart` quarters from a picked one."""
    loss = SAME_DAY_LOSS if abs(apart) < DAY_QUARTERS // 2 else 0.0
    return loss + SAME_HOUR_LOSS if (apart + ALIKE) % DAY_QUARTERS <= 2 * ALIKE else loss


def _clamped(score: float) -> float:
    return min(1.0, max(0.0, score))
