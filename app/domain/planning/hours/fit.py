"""The fit of a show for a party, and scores of several parties by group and priority."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import accumulate

from app.domain.planning.hours.comfort import LEVELS, NEVER, POOR, PRIME, QUARTER_MINUTES, ComfortLine
from app.domain.planning.people.party import Comfort, PartyGroup, Priorities

WORTH = (1.0, 0.5, 0.0, 0.0)  # by level: prime, fair, poor, never
POOR_SHARE = 0.25  # share of a show in poor hours from which a party is listed
GROUP_ORDER = (PartyGroup.AUDIENCE, PartyGroup.HOST, PartyGroup.TEAM)

GroupMeans = tuple[float | None, float | None, float | None]  # of audience, host and team; None = empty group


@dataclass(frozen=True, slots=True)
class PartyFit:
    """How a span suits a party: the comfort of most of its minutes (the worse if equal; NEVER if any minute is), the share of minutes with
    it (0 to 1), and the shares that are prime, and poor or worse."""

    party_id: str
    comfort: Comfort
    share: float
    prime: float
    poor: float


def fit_of(line: ComfortLine, start: datetime, minutes: int) -> PartyFit:
    """The fit of `minutes` from `start`."""
    by_level = line.minutes(start, minutes)
    most = NEVER if by_level[NEVER] else max(range(4), key=lambda level: (by_level[level], level))
    return PartyFit(
        line.party_id,
        LEVELS[most],
        by_level[most] / minutes,
        by_level[PRIME] / minutes,
        (by_level[POOR] + by_level[NEVER]) / minutes,
    )


def priority_mean(priorities: Priorities, means: GroupMeans) -> float:
    """The mean over groups by priority, 0 to 1. If all priorities are 0, groups count equally."""
    asked = [(priorities.of(group), mean) for group, mean in zip(GROUP_ORDER, means, strict=True) if mean is not None]
    whole = sum(weight for weight, _ in asked)
    if whole > 0:
        return sum(weight * mean for weight, mean in asked) / whole
    return sum(mean for _, mean in asked) / len(asked) if asked else 0.0


def span_means(values: Sequence[float], begins: int, minutes: int) -> list[float]:
    """The mean of `minutes` from each of the first `begins` quarters."""
    sums = list(accumulate(values, initial=0.0))
    whole, rest = divmod(minutes, QUARTER_MINUTES)
    if not rest:
        return [(late - early) / whole for early, late in zip(sums[:begins], sums[whole : begins + whole], strict=True)]
    part = rest / QUARTER_MINUTES
    length = whole + part
    ends = zip(sums[:begins], sums[whole : begins + whole], values[whole : begins + whole], strict=True)
    return [(late - early + part * last) / length for early, late, last in ends]


def quarters_in(minutes: int) -> int:
    """The number of quarter hours that a show covers."""
    return -(-minutes // QUARTER_MINUTES)


def blocked_starts(bad: bytes, begins: int, length: int) -> bytes:
    """1 for each of the first `begins` quarters where a show of `length` quarters would cover a quarter that is 1 in `bad`."""
    size = len(bad)
    mask = int.from_bytes(bad, "big")
    done = 1
    while done < length:
        step = min(done, length - done)
        mask |= mask << (8 * step)
        done += step
    return (mask & ((1 << (8 * size)) - 1)).to_bytes(size, "big")[:begins]
