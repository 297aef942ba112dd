"""Swaps whole nights between people, so that fewer people work at night and runs of nights are broken up.

`month_search` changes one date at a time and cannot find such swaps.
"""

from collections.abc import Mapping, Sequence

from app.domain.planning.months.placement import Placement, change_cost, comfort_loss
from app.domain.planning.months.schedulable import Schedulable

ROUNDS = 3

Post = tuple[Placement, int]  # a date, and which of its posts


class NightSwaps:
    """Balances the nights of a month; changes only duty."""

    def __init__(self, dates: Sequence[Placement], schedulables: Mapping[str, Schedulable], scale: float) -> None:
        self._dates = {date.number: date for date in dates}
        self._schedulables = schedulables
        self._scale = scale

    def even_out(self) -> None:
        """Hand nights over while that improves the total."""
        peers = {one: others for one in self._schedulables if (others := self._peers(one))}
        for _ in range(ROUNDS):
            if not sum(self._relieve(one, others) for one, others in peers.items()):
                break

    def _peers(self, one: str) -> tuple[str, ...]:
        """The people who can replace someone on some date."""
        pools = {pool for date in self._dates.values() for pool in date.pools if one in pool}
        return tuple(sorted({other for pool in pools for other in pool} - {one}))

    def _relieve(self, one: str, others: Sequence[str]) -> int:
        """Pass nights of a person to others. Returns how many."""
        return sum(self._pass_on(one, night, others) for night in sorted(self._schedulables[one].nights))

    def _pass_on(self, one: str, night: int, others: Sequence[str]) -> bool:
        mine = self._schedulables[one]
        if night not in mine.nights:
            return False  # already passed with another night
        for other in sorted(others, key=lambda other: self._schedulables[other].night_count):
            theirs = self._schedulables[other]
            if theirs.night_count + 1 < mine.night_count + (night in theirs.nights) and self._trade(one, night, other, None):
                return True
            if mine.in_run(night) and any(self._trade(one, night, other, back) for back in sorted(theirs.nights) if back != night):
                return True
        return False

    def _trade(self, one: str, night: int, other: str, back: int | None) -> bool:
        """Give the shows of a night to `other`, in exchange for another night or nothing. Undone if not better, or if it adds conflicts:
        without a show, those before and after it may leave too little rest."""
        gives = self._posts(one, night)
        takes = self._posts(other, back) if back is not None else []
        if not gives or not self._can(other, gives) or not self._can(one, takes):
            return False
        dates = [date for date, _ in (*gives, *takes)]
        before = self._cost(one, other, dates)
        able = self._exchange(one, gives, other, takes)
        better = able and self._cost(one, other, dates) < before - 1e-9
        conflicts = self._conflicts(one, other) if better else 0
        self._exchange(one, takes, other, gives)
        if not better or conflicts > self._conflicts(one, other):
            return False
        self._exchange(one, gives, other, takes)
        return True

    def _posts(self, one: str, night: int) -> list[Post]:
        dates = (self._dates[number] for number in self._schedulables[one].dates_in(night))
        return [(date, date.duty.index(one)) for date in dates if one in date.duty]

    def _can(self, one: str, posts: Sequence[Post]) -> bool:
        return all(one in date.pools[post] and one not in date.duty for date, post in posts)

    def _exchange(self, one: str, gives: Sequence[Post], other: str, takes: Sequence[Post]) -> bool:
        """Swap the posts of two people. Returns whether both are free."""
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

    def _conflicts(self, one: str, other: str) -> int:
        return sum(self._schedulables[one].troubles()) + sum(self._schedulables[other].troubles())

    def _cost(self, one: str, other: str, dates: Sequence[Placement]) -> float:
        comfort = sum(comfort_loss(date, self._schedulables) for date in dates)
        changes = sum(change_cost(date) for date in dates)
        return comfort + self._scale * (self._schedulables[one].cost() + self._schedulables[other].cost() + changes)
