"""Which markets want a permit, a registration or a notice before prizes are drawn there. Guidance for a list of tasks, never advice."""

from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.localized_text import LocalizedText
from app.domain.catalogue.market import Confidence


class PermitNeed(Enum):
    """What stands before a prize draw in a market."""

    NONE = "none"  # nothing to apply for, as far as known
    CONDITIONAL = "conditional"  # above some value or in some places; `note` says which
    REQUIRED = "required"
    UNKNOWN = "unknown"  # nothing is known: ask counsel


@dataclass(frozen=True, slots=True)
class DrawPermit:
    """`lead_days`: how long before the draw it has to be applied for at the latest. `source`, `reviewed_on` and `confidence` are shown."""

    market_id: str
    need: PermitNeed = PermitNeed.UNKNOWN
    lead_days: int = 30
    note: LocalizedText = field(default_factory=dict)
    source: str = ""
    reviewed_on: str = ""
    confidence: Confidence = Confidence.LOW
