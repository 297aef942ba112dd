"""Parties: the markets a show is for and the people who make it, with time zones and hours."""

from dataclasses import dataclass
from datetime import date
from enum import Enum

DAY_MINUTES = 24 * 60


class PartyKind(Enum):
    """The role of a party."""

    MARKET = "market"
    HOST = "host"
    PARTNER = "partner"
    INTERPRETER = "interpreter"
    OPERATOR = "operator"
    SUPPORT = "support"


class PartyGroup(Enum):
    """The groups that priorities apply to."""

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
    """How an hour suits a party: `PRIME` prime time or preferred, `FAIR` acceptable, `POOR` asleep or unsocial, `NEVER` unavailable."""

    PRIME = "prime"
    FAIR = "fair"
    POOR = "poor"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Hours:
    """Minutes of a local day, [begin, end) with 0 ≤ begin < 1440; `end` above 1440 is after midnight and belongs to the weekday of the
    start. `weekdays` are ISO (1 = Monday), empty = every day. If hours overlap, the later in the list applies."""

    begin: int
    end: int
    comfort: Comfort
    weekdays: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Absence:
    """Days off in local time, both included."""

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
    """The weight of each group; `strict`: the audience decides, then the host, then the team."""

    audience: float = 3.0
    host: float = 2.0
    team: float = 1.0
    strict: bool = False

    def of(self, group: PartyGroup) -> float:
        return {PartyGroup.AUDIENCE: self.audience, PartyGroup.HOST: self.host, PartyGroup.TEAM: self.team}[group]
