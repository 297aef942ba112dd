"""Which relay takes the program."""

from collections.abc import Mapping, Sequence

from app.domain.program.output import EMBEDDED_RELAY_ID, Relay
from app.domain.program.stats import RelayProbe


def distance_ms(probe: RelayProbe) -> float | None:
    """The distance of a relay. Both figures are upper bounds of the same round trip, so the smaller counts; None = not reached."""
    known = [figure for figure in (probe.http_ms, probe.stun_ms) if figure >= 0]
    return min(known, default=None)


def has_failed(probe: RelayProbe | None) -> bool:
    """Whether a relay was asked and did not answer."""
    return probe is not None and bool(probe.failure) and distance_ms(probe) is None


def choose_relay(relays: Sequence[Relay], probes: Mapping[str, RelayProbe], pinned: str) -> Relay:
    """The pinned relay; else the nearest that was reached; else the only one configured, unless it failed; else the embedded one.

    A relay that did not answer is never chosen automatically. The embedded relay is on this machine and would always be the nearest, so
    its distance does not count. A pin on a relay that no longer exists is ignored.
    """
    by_id = {relay.id: relay for relay in relays}
    if pinned in by_id:
        return by_id[pinned]
    configured = [relay for relay in relays if relay.id != EMBEDDED_RELAY_ID]
    if len(configured) == 1 and not has_failed(probes.get(configured[0].id)):
        return configured[0]
    measured = [(distance, relay) for relay in configured if relay.id in probes and (distance := distance_ms(probes[relay.id])) is not None]
    if measured:
        return min(measured, key=lambda pair: pair[0])[1]
    return by_id[EMBEDDED_RELAY_ID]
