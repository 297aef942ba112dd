"""The mixer's strips."""

from dataclasses import dataclass

MIN_GAIN_DB = -60.0  # at and below: silence
MAX_GAIN_DB = 12.0
MAX_DELAY_MS = 2000


@dataclass(frozen=True, slots=True)
class Strip:
    """How one source enters the mix; each source with sound has one strip."""

    source_id: str
    gain_db: float = 0.0
    muted: bool = False
    delay_ms: int = 0
