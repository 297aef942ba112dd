"""The air state follows what relays report, not what the user wants."""

import itertools

import pytest

from app.domain.program.broadcast import AIR_MOVES, AirState, BroadcastState, TargetState, air_state

STARTING, LIVE = BroadcastState.STARTING, BroadcastState.LIVE


@pytest.mark.parametrize(
    ("broadcast", "targets", "air"),
    [
        (BroadcastState.IDLE, [(TargetState.LIVE, "")], AirState.OFF),
        (BroadcastState.STOPPING, [(TargetState.LIVE, "")], AirState.STOPPING),
        (STARTING, [], AirState.CONNECTING),
        (STARTING, [(TargetState.CONNECTING, "")], AirState.CONNECTING),
        (STARTING, [(TargetState.RECONNECTING, "whip.tcp")], AirState.FAILED),
        (STARTING, [(TargetState.REFUSED, "whip.token")], AirState.FAILED),
        (STARTING, [(TargetState.CONNECTING, "whip.token")], AirState.FAILED),
        (STARTING, [(TargetState.RECONNECTING, "whip.tcp"), (TargetState.CONNECTING, "")], AirState.CONNECTING),
        (STARTING, [(TargetState.RECONNECTING, "whip.tcp"), (TargetState.LIVE, "")], AirState.LIVE),
        (LIVE, [(TargetState.WEAK, "")], AirState.LIVE),
        (LIVE, [(TargetState.RECONNECTING, "peer.media")], AirState.RECONNECTING),
        (LIVE, [], AirState.RECONNECTING),
        (LIVE, [(TargetState.CONNECTING, "")], AirState.RECONNECTING),
        (LIVE, [(TargetState.REFUSED, "whip.token")], AirState.FAILED),
        (LIVE, [(TargetState.REFUSED, "whip.token"), (TargetState.RECONNECTING, "whip.tcp")], AirState.RECONNECTING),
    ],
)
def test_the_air_state_follows_the_relays(broadcast: BroadcastState, targets: list[tuple[TargetState, str]], air: AirState) -> None:
    assert air_state(broadcast, targets) is air


def test_every_possible_change_is_an_allowed_move() -> None:
    """Covers every change of the targets between two reports of the engine."""
    target_states = [(state, failure) for state in TargetState for failure in ("", "whip.tcp")]
    targets = [
        [],
        *([first] for first in target_states),
        *([first, other] for first, other in itertools.product(target_states, target_states)),
    ]
    next_broadcasts = {
        BroadcastState.IDLE: (BroadcastState.STARTING,),
        STARTING: (STARTING, LIVE, BroadcastState.STOPPING, BroadcastState.IDLE),
        LIVE: (LIVE, BroadcastState.STOPPING),
        BroadcastState.STOPPING: (BroadcastState.STOPPING, BroadcastState.IDLE),
    }
    states = {broadcast: {air_state(broadcast, combination) for combination in targets} for broadcast in BroadcastState}
    for broadcast, later in next_broadcasts.items():
        for before, after in itertools.product(states[broadcast], set().union(*(states[first] for first in later))):
            if before is not after:
                assert after in AIR_MOVES[before], (broadcast, before, after)
