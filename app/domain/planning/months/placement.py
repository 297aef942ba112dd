"""One date in the month search: its time, duty and cost."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.planning.months.schedulable import Schedulable
from app.domain.planning.schedule import Occurrence

# Costs of changing a date, so that small gains do not; in shares of the team's comfort, as those of schedulables.
MOVE_COST = 0.05
CHANGE_COST = 0.01


@dataclass(slots=True)
class Placement:
    """One date with its posts. `terms` are (prefix sums of scores, weight) of markets and hosts; `pools` are the people for each post, the
    current one first; `best` are prefix sums of the best of each pool."""

    number: int
    occurrence: Occurrence
    begin: int
    length: int  # quarters that the show touches at its original start
    moved_length: int  # the same at a full or half hour
    fixed_ids: tuple[str, ...]  # ids that stay
    posts: tuple[str, ...]  # the original person of each post
    duty: list[str]
    hours: tuple[int, ...]  # possible starts
    terms: list[tuple[list[float], float]] = field(default_factory=list)
    pools: list[tuple[str, ...]] = field(default_factory=list)
    best: list[list[float]] = field(default_factory=list)
    missed: dict[int, float] = field(default_factory=dict)  # comfort loss of markets and hosts by start
    ranked: list[tuple[float, int]] = field(default_factory=list)  # (lower bound of the cost, start)
    team_share: float = 0.0
    was: int = 0

    @property
    def end(self) -> int:
        return self.end_at(self.begin)

    def end_at(self, begin: int) -> int:
        """The end at a start: a show that starts at odd minutes touches one quarter more than after it is moved."""
        return begin + (self.length if begin == self.was else self.moved_length)

    @property
    def busy_ids(self) -> tuple[str, ...]:
        return (*self.fixed_ids, *self.duty)

    @property
    def changed(self) -> bool:
        return self.begin != self.was or tuple(self.duty) != self.posts


def missing_comfort(date: Placement, begin: int) -> float:
    """The comfort loss of markets and hosts at a start, 0 to 1."""
    found = date.missed.get(begin)
    if found is None:
        end = date.end_at(begin)
        length = end - begin
        found = date.missed[begin] = sum(count * (1 - (sums[end] - sums[begin]) / length) for sums, count in date.terms)
    return found


def comfort_loss(date: Placement, schedulables: Mapping[str, Schedulable]) -> float:
    """The comfort loss of all participants, 0 to 1."""
    team = [1 - schedulables[one].worth(date.begin, date.end) for one in date.duty]
    return missing_comfort(date, date.begin) + (date.team_share * sum(team) / len(team) if team else 0.0)


def change_cost(date: Placement) -> float:
    """The cost of changes to the date."""
    swapped = sum(one != other for one, other in zip(date.duty, date.posts, strict=True))
    return MOVE_COST * (date.begin != date.was) + CHANGE_COST * swapped
