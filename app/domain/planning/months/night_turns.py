"""Whole nights that go from one to another: who works two shows of a night should not share it with somebody who then has a night too.

`month_search` looks at one date after the other and so never sees that; this does, and parts nights that follow each other.
"""

from collections.abc import Mapping, Sequence

from app.domain.planning.months.claimant import Claimant
from app.domain.planning.months.placed import Placed, change_cost, loss

ROUNDS = 3

Post = tuple[Placed, int]  # a date, and which of its posts


class NightTurns:
    """The dates of a month, of which it changes nothing but who is on duty."""

    def __init__(self, dates: Sequence[Placed], claimants: Mapping[str, Claimant], scale: float) -> None:
        self._dates = {date.number: date for date in dates}
        self._claimants = claimants
        self._scale = scale

    def even_out(self) -> None:
        """Hand nights over until nobody has clearly more of them than those who could take them, as long as the whole gets better."""
        peers = {one: others for one in self._claimants if (others := self._peers(one))}
        for _ in range(ROUNDS):
            if not sum(self._relieve(one, others) for one, others in peers.items()):
                break

    def _peers(self, one: str) -> tuple[str, ...]:
        """Who can stand in for somebody on some date."""
        pools = {pool for date in self._dates.values() for pool in date.pools if one in pool}
        return tuple(sorted({other for pool in pools for other in pool} - {one}))

    def _relieve(self, one: str, others: Sequence[str]) -> int:
        """Let others take nights of somebody; how many changed hands."""
        return sum(self._pass_on(one, night, others) for night in sorted(self._claimants[one].nights))

    def _pass_on(self, one: str, night: int, others: Sequence[str]) -> bool:
        mine = self._claimants[one]
        if night not in mine.nights:
            return False  # it came along with another one
        for other in sorted(others, key=lambda other: self._claimants[other].night_count):
            theirs = self._claimants[other]
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
        dates = (self._dates[number] for number in self._claimants[one].dates_in(night))
        return [(date, date.duty.index(one)) for date in dates if one in date.duty]

    def _can(self, one: str, posts: Sequence[Post]) -> bool:
        return all(one in date.pools[post] and one not in date.duty for date, post in posts)

    def _exchange(self, one: str, gives: Sequence[Post], other: str, takes: Sequence[Post]) -> bool:
        """Change two people over; whether both can be where they are then."""
        for who, posts in ((one, gives), (other, takes)):
            for date, _ in posts:
                self._claimants[who].take(date.number)
        return all([self._put(other, gives), self._put(one, takes)])

    def _put(self, who: str, posts: Sequence[Post]) -> bool:
        claimant, able = self._claimants[who], True
        for date, post in posts:
            able = able and claimant.free(date.begin, date.end)
            claimant.put(date.number, date.begin, date.end)
            date.duty[post] = who
        return able

    def _cost(self, one: str, other: str, dates: Sequence[Placed]) -> float:
        comfort = sum(loss(date, self._claimants) for date in dates)
        changes = sum(change_cost(date) for date in dates)
        return comfort + self._scale * (self._claimants[one].cost() + self._claimants[other].cost() + changes)
