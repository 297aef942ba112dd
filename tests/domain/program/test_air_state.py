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


def test_every_change_of_the_relays_is_a_move_in_the_table() -> None:
    """For any changes of the targets between two stats of the engine."""
    each = [(state, failure) for state in TargetState for failure in ("", "whip.tcp")]
    targets = [[], *([one] for one in each), *([one, other] for one, other in itertools.product(each, each))]
    next_wishes = {
        BroadcastState.IDLE: (BroadcastState.STARTING,),
        STARTING: (STARTING, LIVE, BroadcastState.STOPPING, BroadcastState.IDLE),
        LIVE: (LIVE, BroadcastState.STOPPING),
        BroadcastState.STOPPING: (BroadcastState.STOPPING, BroadcastState.IDLE),
    }
    states = {wish: {air_state(wish, some) for some in targets} for wish in BroadcastState}
    for wish, later in next_wishes.items():
        for before, after in itertools.product(states[wish], set().union(*(states[one] for one in later))):
            if before is not after:
                assert after in AIR_MOVES[before], (wish, before, after)
