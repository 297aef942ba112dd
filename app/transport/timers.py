"""How long a target waits before it acts."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Timers:
    """Milliseconds; tests make them shorter."""

    weak_ms: float = 4000  # without a report: weak
    lost_ms: float = 8000  # without a report: reconnect
    look_ms: float = 250
    tick_ms: float = 1000
    refused_ms: float = 60_000
    broken_ms: float = 5_000
    own_session_ms: float = 60_000  # how long our own lost session may make a relay say "in use" or "forbidden"
