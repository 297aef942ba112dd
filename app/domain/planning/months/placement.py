"""One date of a month that is being made better: where it is, who is on duty, and what it lacks."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.planning.months.schedulable import Schedulable
from app.domain.planning.schedule import Occurrence

# What was told to people is not changed for a trifle; in shares of what the team's comfort counts, as the costs of claimants.
MOVE_COST = 0.05
CHANGE_COST = 0.01


@dataclass(slots=True)
class Placement:
    """One date: where it is, and who is on duty at each of its posts. `terms` are what markets and hosts make of an hour: (sums of worth,
    what they count); `pools` who can take each post, who has it first; `best` the sums of the best of each pool."""

    number: int
    occurrence: Occurrence
    begin: int
    length: int
    fixed_ids: tuple[str, ...]  # ids of the claimants that do not change
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
    def end(self) -> int:
        return self.begin + self.length

    @property
    def busy_ids(self) -> tuple[str, ...]:
        return (*self.fixed_ids, *self.duty)

    @property
    def changed(self) -> bool:
        return self.begin != self.was or tuple(self.duty) != self.posts


def missing_comfort(date: Placement, begin: int) -> float:
    """What an hour lacks for the markets and hosts: 0 to 1."""
    found = date.missed.get(begin)
    if found is None:
        end, length = begin + date.length, date.length
        found = date.missed[begin] = sum(count * (1 - (sums[end] - sums[begin]) / length) for sums, count in date.terms)
    return found


def comfort_loss(date: Placement, schedulables: Mapping[str, Schedulable]) -> float:
    """What the date lacks to suit everybody who is in it: 0 to 1."""
    team = [1 - schedulables[one].worth(date.begin, date.end) for one in date.duty]
    return missing_comfort(date, date.begin) + (date.team_share * sum(team) / len(team) if team else 0.0)


def change_cost(date: Placement) -> float:
    """What it costs that the date is not as it was."""
    swapped = sum(one != other for one, other in zip(date.duty, date.posts, strict=True))
    return MOVE_COST * (date.begin != date.was) + CHANGE_COST * swapped
