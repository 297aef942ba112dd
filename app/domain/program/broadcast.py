"""The states of a broadcast, and the steps at which it can fail."""

from collections.abc import Mapping, Sequence, Set
from enum import Enum


class BroadcastState(Enum):
    """The whole show. In the engine it is LIVE from the user's Go Live until they stop.

    In the desk it is STARTING from Go Live, and LIVE once a relay takes the program.
    """

    IDLE = "idle"
    STARTING = "starting"
    LIVE = "live"
    STOPPING = "stopping"


BROADCAST_MOVES: Mapping[BroadcastState, Set[BroadcastState]] = {
    BroadcastState.IDLE: {BroadcastState.STARTING},
    BroadcastState.STARTING: {BroadcastState.LIVE, BroadcastState.STOPPING, BroadcastState.IDLE},
    BroadcastState.LIVE: {BroadcastState.STOPPING},
    BroadcastState.STOPPING: {BroadcastState.IDLE},
}


class TargetState(Enum):
    """One relay. WEAK: no receiver report for 4 s; RECONNECTING: lost or never reached, trying again; REFUSED: the relay
    refused, and trying again without a change cannot help (token, codec, address)."""

    IDLE = "idle"
    CONNECTING = "connecting"
    LIVE = "live"
    WEAK = "weak"
    RECONNECTING = "reconnecting"
    REFUSED = "refused"
    STOPPING = "stopping"


TARGET_MOVES: Mapping[TargetState, Set[TargetState]] = {
    TargetState.IDLE: {TargetState.CONNECTING},
    TargetState.CONNECTING: {TargetState.LIVE, TargetState.RECONNECTING, TargetState.REFUSED, TargetState.STOPPING},
    TargetState.LIVE: {TargetState.WEAK, TargetState.RECONNECTING, TargetState.STOPPING},
    TargetState.WEAK: {TargetState.LIVE, TargetState.RECONNECTING, TargetState.STOPPING},
    TargetState.RECONNECTING: {TargetState.CONNECTING, TargetState.LIVE, TargetState.REFUSED, TargetState.STOPPING},
    TargetState.REFUSED: {TargetState.CONNECTING, TargetState.STOPPING},
    TargetState.STOPPING: {TargetState.IDLE},
}


class AirState(Enum):
    """What viewers see of the show. RECONNECTING: it was live. FAILED: no relay takes it; the engine keeps trying."""

    OFF = "off"
    CONNECTING = "connecting"
    LIVE = "live"
    RECONNECTING = "reconnecting"
    FAILED = "failed"
    STOPPING = "stopping"


_WANTED = frozenset({AirState.CONNECTING, AirState.LIVE, AirState.RECONNECTING, AirState.FAILED})  # any move among these is allowed
AIR_MOVES: Mapping[AirState, Set[AirState]] = {
    AirState.OFF: _WANTED,
    **{one: {*_WANTED - {one}, AirState.STOPPING, AirState.OFF} for one in _WANTED},
    AirState.STOPPING: {AirState.OFF},
}
ACCEPTED = frozenset({TargetState.LIVE, TargetState.WEAK})  # the relay has taken the program


def air_state(broadcast: BroadcastState, targets: Sequence[tuple[TargetState, str]]) -> AirState:
    """The desk's air state, given (state, last failure) of each relay from the engine; none while there is no engine."""
    if broadcast is BroadcastState.IDLE:
        return AirState.OFF
    if broadcast is BroadcastState.STOPPING:
        return AirState.STOPPING
    if any(state in ACCEPTED for state, _ in targets):
        return AirState.LIVE
    was_live = broadcast is BroadcastState.LIVE
    refused = bool(targets) and all(failure and (not was_live or state is TargetState.REFUSED) for state, failure in targets)
    if refused:
        return AirState.FAILED
    return AirState.RECONNECTING if was_live else AirState.CONNECTING


class Step(Enum):
    """The step of connecting to a relay that failed."""

    ADDRESS = "address"  # the URL itself
    NAME = "name"  # DNS
    TCP = "tcp"
    TLS = "tls"
    HTTP = "http"  # an error status
    SDP = "sdp"  # the answer cannot be used
    CODEC = "codec"
    ICE = "ice"
    DTLS = "dtls"
    MEDIA = "media"  # connected, but no report confirms that media arrives
