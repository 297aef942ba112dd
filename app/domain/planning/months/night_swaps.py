"""Whole nights that go from one to another: who works two shows of a night should not share it with somebody who then has a night too.

`month_search` looks at one date after the other and so never sees that; this does, and parts nights that follow each other.
"""

from collections.abc import Mapping, Sequence

from app.domain.planning.months.placement import Placement, change_cost, comfort_loss
from app.domain.planning.months.schedulable import Schedulable

ROUNDS = 3

Post = tuple[Placement, int]  # a date, and which of its posts


class NightSwaps:
    """The dates of a month, of which it changes nothing but who is on duty."""

    def __init__(self, dates: Sequence[Placement], schedulables: Mapping[str, Schedulable], scale: float) -> None:
        self._dates = {date.number: date for date in dates}
        self._schedulables = schedulables
        self._scale = scale

    def even_out(self) -> None:
        """Hand nights over until nobody has clearly more of them than those who could take them, as long as the whole gets better."""
        peers = {one: others for one in self._schedulables if (others := self._peers(one))}
        for _ in range(ROUNDS):
            if not sum(self._relieve(one, others) for one, others in peers.items()):
                break

    def _peers(self, one: str) -> tuple[str, ...]:
        """Who can stand in for somebody on some date."""
        pools = {pool for date in self._dates.values() for pool in date.pools if one in pool}
        return tuple(sorted({other for pool in pools for other in pool} - {one}))

    def _relieve(self, one: str, others: Sequence[str]) -> int:
        """Let others take nights of somebody; how many changed hands."""
        return sum(self._pass_on(one, night, others) for night in sorted(self._schedulables[one].nights))

    def _pass_on(self, one: str, night: int, others: Sequence[str]) -> bool:
        mine = self._schedulables[one]
        if night not in mine.nights:
            return False  # it came along with another one
        for other in sorted(others, key=lambda other: self._schedulables[other].night_count):
            theirs = self._schedulables[other]
            if theirs.night_count + 1 < mine.night_count + (night in theirs.nights) and self._trade(one, night, other, None):
                return True
            if mine.in_run(night) and any(self._trade(one, night, other, back) for back in sorted(theirs.nights) if back != night):
                return True
        return False

    def _trade(self, one: str, night: int, other: str, back: int | None) -> bool:
        """Give the shows of a night to `other`, for those of another night or for nothing; undone when that is not better."""
        gives = self._posts(one, night)
        takes = self._posts(other, back) if back is not None else []
        if not gives or not self._can(other, gives) or not self._can(one, takes):
            return False
        dates = [date for date, _ in (*gives, *takes)]
        before = self._cost(one, other, dates)
        able = self._exchange(one, gives, other, takes)
        if able and self._cost(one, other, dates) < before - 1e-9:
            return True
        self._exchange(one, takes, other, gives)
        return False

    def _posts(self, one: str, night: int) -> list[Post]:
        dates = (self._dates[number] for number in self._schedulables[one].dates_in(night))
        return [(date, date.duty.index(one)) for date in dates if one in date.duty]

    def _can(self, one: str, posts: Sequence[Post]) -> bool:
        return all(one in date.pools[post] and one not in date.duty for date, post in posts)

    def _exchange(self, one: str, gives: Sequence[Post], other: str, takes: Sequence[Post]) -> bool:
        """Change two people over; whether both can be where they are then."""
        for who, posts in ((one, gives), (other, takes)):
            for date, _ in posts:
                self._schedulables[who].take(date.number)
        return all([self._put(other, gives), self._put(one, takes)])

    def _put(self, who: str, posts: Sequence[Post]) -> bool:
        schedulable, able = self._schedulables[who], True
        for date, post in posts:
            able = able and schedulable.free(date.begin, date.end)
            schedulable.put(date.number, date.begin, date.end)
            date.duty[post] = who
        return able

    def _cost(self, one: str, other: str, dates: Sequence[Placement]) -> float:
        comfort = sum(comfort_loss(date, self._schedulables) for date in dates)
        changes = sum(change_cost(date) for date in dates)
        return comfort + self._scale * (self._schedulables[one].cost() + self._schedulables[other].cost() + changes)
