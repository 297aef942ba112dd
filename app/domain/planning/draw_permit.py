"""Permits that markets require before a prize draw. Guidance for tasks, not legal advice."""

from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.localized_text import LocalizedText
from app.domain.catalogue.market import Confidence


class PermitNeed(Enum):
    """What a market requires before a prize draw."""

    NONE = "none"  # no known requirement
    CONDITIONAL = "conditional"  # above a value or in some places, see `note`
    REQUIRED = "required"
    UNKNOWN = "unknown"  # ask a lawyer


@dataclass(frozen=True, slots=True)
class DrawPermit:
    """`lead_days`: latest application, in days before the draw. The window shows `source`, `reviewed_on` and `confidence`."""

    market_id: str
    need: PermitNeed = PermitNeed.UNKNOWN
    lead_days: int = 30
    note: LocalizedText = field(default_factory=dict)
    source: str = ""
    reviewed_on: str = ""
    confidence: Confidence = Confidence.LOW
