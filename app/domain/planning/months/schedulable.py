"""A party that can be in one show at a time, with its shows and workload; times are UTC quarters."""

from bisect import bisect_left, bisect_right, insort
from collections import Counter
from itertools import accumulate
from operator import and_

from app.domain.planning.hours.availability import QUARTERS_AN_HOUR, unrested_after, unrested_before
from app.domain.planning.hours.comfort import (
    DAY_QUARTERS,
    FAIR,
    NEVER,
    QUARTER,
    QUARTER_MINUTES,
    ComfortRules,
    comfort_line,
    instant_of,
    night_line,
    offset_ranges,
)
from app.domain.planning.hours.fit import WORTH
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.people.workload import NIGHT
from app.domain.planning.schedule import MINUTES_BOUNDS

LONGEST = MINUTES_BOUNDS[1] // QUARTER_MINUTES + 1  # quarters that a show can cover
NIGHT_QUARTERS = NIGHT // QUARTER
# Costs of one person's workload, in shares of the team's comfort in a show.
NIGHT_COST = 0.04  # times the square of the nights, so the next one goes to the person with the fewest
RUN_COST = 0.02  # for the third and each later night in a row
POOR_COST = 0.00003  # times the square of the poor quarters
TURN_COST = 0.001  # times the square of the shows
_IS_BAD = bytes(int(FAIR < level <= NEVER) for level in range(256))


class Schedulable:
    """A person, a market, or (`party` None) the default host. Quarters count from the start of `span`."""

    def __init__(
        self, party: Party | None, span: tuple[int, int], rest_hours: int, comfort_rules: ComfortRules, *, nights_before: int = 0
    ) -> None:
        self.party = party
        self.is_person = party is not None and party.kind is not PartyKind.MARKET
        self.shows: dict[int, tuple[int, int]] = {}  # by the number of the date: quarters [begin, end)
        self._in_order: list[tuple[int, int]] = []  # the same
        self.levels = b"" if party is None else comfort_line(party, instant_of(span[0]), instant_of(span[1]), comfort_rules).levels
        self.sums = list(accumulate(map(WORTH.__getitem__, self.levels), initial=0.0))
        self._poor_line = self.levels.translate(_IS_BAD)
        self.poor = 0
        self.nights: Counter[int] = Counter()  # by number of the day, how many shows reach into it
        self._facts: dict[tuple[int, int], tuple[float, int, int | None]] = {}  # worth, poor quarters and night of a show
        self._rests: dict[tuple[int, int], tuple[int, int, int, int]] = {}  # begins after it, and ends before it, that leave no rest
        self._before = nights_before
        self._rest_hours = rest_hours
        self._night, self._bad = b"", b""
        self._days: tuple[tuple[int, int], ...] = ((0, 0),)  # from which quarter on, what makes it one of the person's own calendar
        if party is not None and self.is_person:
            first, last = span
            self._night = night_line(party.zone, first, last, comfort_rules.zones)
            self._bad = bytes(map(and_, self._night, self._poor_line))
            pieces = offset_ranges(party.zone, first, last, comfort_rules.zones)
            self._days = tuple((begin - first, first + ahead) for begin, _, ahead in pieces)

    # --- shows -----------------------------------------------------------------------------------------------------

    def put(self, number: int, begin: int, end: int) -> None:
        """Add a date."""
        self.shows[number] = (begin, end)
        insort(self._in_order, (begin, end))
        if self.is_person:
            _, poor, night = self._known(begin, end)
            self.poor += poor
            if night is not None:
                self.nights[night] += 1

    def take(self, number: int) -> None:
        """Remove a date."""
        begin, end = self.shows.pop(number)
        del self._in_order[bisect_left(self._in_order, (begin, end))]
        if self.is_person:
            _, poor, night = self._known(begin, end)
            self.poor -= poor
            if night is not None:
                self.nights[night] -= 1
                if not self.nights[night]:
                    del self.nights[night]

    # --- conflicts -----------------------------------------------------------------------------------------------

    def never(self, begin: int, end: int) -> bool:
        return self.levels.find(NEVER, begin, end) >= 0

    def busy(self, begin: int, end: int) -> bool:
        return any(first < end and last > begin for first, last in self._between(begin, end))

    def _between(self, begin: int, end: int) -> list[tuple[int, int]]:
        """The shows that start between two quarters or reach into them."""
        return self._in_order[bisect_left(self._in_order, (begin - LONGEST,)) : bisect_right(self._in_order, (end, LONGEST + end))]

    def blocked(self, low: int, high: int, length: int) -> int:
        """The starts in [low, high), as bits, where a show would overlap another or leave too little rest."""
        mask = 0
        near = self._rest_hours * QUARTERS_AN_HOUR + length
        for begin, end in self._between(low - near, high + near):
            mask |= _bits(begin - length + 1, end, low, high)
            if self.is_person:
                after, until, before, to = self._rest_around(begin, end)
                mask |= _bits(after, until, low, high) | _bits(before - length, to - length, low, high)
        return mask

    def troubles(self) -> tuple[int, int]:
        """(double bookings and NEVER hours, short rests)."""
        forbidden = unrested = 0
        shows = self._in_order
        for place, (begin, end) in enumerate(shows):
            forbidden += self.never(begin, end)
            for later, _ in shows[place + 1 :]:
                if later >= end:
                    break
                forbidden += 1
            if self.is_person and place + 1 < len(shows):
                low, high, _, _ = self._rest_around(begin, end)
                unrested += low <= shows[place + 1][0] < high
        return forbidden, unrested

    def free(self, begin: int, end: int) -> bool:
        """Whether one more show fits."""
        return not self.never(begin, end) and not self.blocked(begin, begin + 1, end - begin)

    def _rest_around(self, begin: int, end: int) -> tuple[int, int, int, int]:
        found = self._rests.get((begin, end))
        if found is None:
            after = unrested_after(end, self._night, self._rest_hours)
            found = self._rests[begin, end] = (*after, *unrested_before(begin, self._night, self._rest_hours))
        return found

    # --- workload ---------------------------------------------------------------------------------------------------

    def worth(self, begin: int, end: int) -> float:
        """The mean score of these quarters."""
        return self._known(begin, end)[0]

    @property
    def night_count(self) -> int:
        """The number of nights, including earlier ones."""
        return len(self.nights) + self._before

    def dates_in(self, night: int) -> tuple[int, ...]:
        """The numbers of the dates in a night."""
        return tuple(number for number, (begin, end) in self.shows.items() if self._known(begin, end)[2] == night)

    def in_run(self, night: int) -> bool:
        """Whether a night is part of three in a row."""
        around = [day in self.nights for day in range(night - 2, night + 3)]
        return any(all(around[place : place + 3]) for place in range(3))

    def runs(self) -> int:
        """The number of nights that are third or later in a row."""
        return sum(1 for day in self.nights if day - 1 in self.nights and day - 2 in self.nights)

    def cost(self) -> float:
        """The cost of the workload."""
        return NIGHT_COST * self.night_count**2 + RUN_COST * self.runs() + POOR_COST * self.poor**2 + TURN_COST * len(self.shows) ** 2

    def cost_of(self, begin: int, end: int) -> float:
        """The additional cost of one more show."""
        _, poor, night = self._known(begin, end)
        more = TURN_COST * (2 * len(self.shows) + 1)
        if poor:
            more += POOR_COST * poor * (2 * self.poor + poor)
        if night is None or night in self.nights:
            return more
        more += NIGHT_COST * (2 * self.night_count + 1)
        around = [day == night or day in self.nights for day in range(night - 2, night + 3)]
        return more + RUN_COST * sum(all(around[place : place + 3]) for place in range(3))

    def _known(self, begin: int, end: int) -> tuple[float, int, int | None]:
        """Score, poor quarters and night of a show; cached, because each pass asks for the same starts."""
        found = self._facts.get((begin, end))
        if found is None:
            worth = (self.sums[end] - self.sums[begin]) / (end - begin)
            found = self._facts[begin, end] = (worth, self._poor_line.count(1, begin, end), self._night_of(begin, end))
        return found

    def _night_of(self, begin: int, end: int) -> int | None:
        """The number of the day whose night a show would take, or None."""
        if self._bad.count(1, begin, end) < NIGHT_QUARTERS:
            return None
        place = self._bad.find(1, begin, end)
        ahead = next(ahead for start, ahead in reversed(self._days) if start <= place)
        return (place + ahead) // DAY_QUARTERS


def _bits(begin: int, end: int, low: int, high: int) -> int:
    begin, end = max(begin, low), min(end, high)
    return ((1 << (end - begin)) - 1) << (begin - low) if begin < end else 0
