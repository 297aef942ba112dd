"""Who a show is for and who makes it: each in a place with clocks of its own, with hours that suit, and hours that do not."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

DAY_MINUTES = 24 * 60


class PartyKind(Enum):
    """What somebody is to the show."""

    MARKET = "market"
    HOST = "host"
    PARTNER = "partner"
    INTERPRETER = "interpreter"
    OPERATOR = "operator"
    SUPPORT = "support"


class PartyGroup(Enum):
    """Whose comfort counts how much: the audience before the host before the team, unless the user says otherwise."""

    AUDIENCE = "audience"
    HOST = "host"
    TEAM = "team"


PARTY_GROUPS = {
    PartyKind.MARKET: PartyGroup.AUDIENCE,
    PartyKind.HOST: PartyGroup.HOST,
    PartyKind.PARTNER: PartyGroup.HOST,
    PartyKind.INTERPRETER: PartyGroup.TEAM,
    PartyKind.OPERATOR: PartyGroup.TEAM,
    PartyKind.SUPPORT: PartyGroup.TEAM,
}


class Comfort(Enum):
    """How an hour suits: `PRIME` when they watch or like to work, `FAIR` if need be, `POOR` deep night or bedtime, `NEVER` not at all."""

    PRIME = "prime"
    FAIR = "fair"
    POOR = "poor"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of a day on the party's own clock, [begin, end) with 0 ≤ begin < 1440; `end` beyond 1440 goes on after midnight and belongs
    to the weekday of its begin. `weekdays` are ISO (1 = Monday), none = every day. Of overlapping hours the later in the list counts."""

    begin: int
    end: int
    comfort: Comfort
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Absence:
    """Days, both included, on the party's own calendar, on which it is not there at all."""

    first: date
    last: date
    why: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """`weight`: its share within its group (a market's audience). `market_id` for markets alone. `languages` that it speaks, the first the
    one it is written to in. `hours` come on top of what its kind (and its market's prime time) gives; `nights_before` are nights already
    worked outside this plan, for the ledger."""

    id: str
    name: str
    kind: PartyKind
    zone: str
    market_id: str = ""
    weight: float = 1.0
    languages: tuple[str, ...] = ()
    hours: tuple[Hours, ...] = ()
    away: tuple[Absence, ...] = ()
    nights_before: int = 0


@dataclass(frozen=True, slots=True)
class Priorities:
    """How much each group's comfort counts; `strict`: the audience alone decides, of equal hours the host, then the team."""

    audience: float = 3.0
    host: float = 2.0
    team: float = 1.0
    strict: bool = False

    def of(self, group: PartyGroup) -> float:
        return {PartyGroup.AUDIENCE: self.audience, PartyGroup.HOST: self.host, PartyGroup.TEAM: self.team}[group]
