"""The states of going on air, and why it failed."""

from collections.abc import Mapping, Set
from enum import Enum


class BroadcastState(Enum):
    """The show as a whole. LIVE from the moment the user asked and the publishers run, until they ask to stop."""

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
    said no in a way that trying again unchanged cannot mend (token, codec, address)."""

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


class Step(Enum):
    """Where on the way to the relay something failed."""

    ADDRESS = "address"  # the URL itself
    NAME = "name"  # DNS
    TCP = "tcp"
    TLS = "tls"
    HTTP = "http"  # status with the server's words
    SDP = "sdp"  # the answer cannot be used
    CODEC = "codec"
    ICE = "ice"
    DTLS = "dtls"
    MEDIA = "media"  # connected, but no report says that media arrives
