import logging

import pytest

from app.domain.base.errors import AppError, StateError
from app.domain.base.signal import Signal
from app.domain.base.state_machine import StateMachine
from app.domain.program.broadcast import BROADCAST_MOVES, TARGET_MOVES, BroadcastState, TargetState


def test_an_allowed_move_changes_the_state_and_emits_once(caplog: pytest.LogCaptureFixture) -> None:
    machine = StateMachine("show", BroadcastState.IDLE, BROADCAST_MOVES)
    received: list[tuple[BroadcastState, BroadcastState]] = []
    machine.changed.connect(lambda old, new: received.append((old, new)))
    with caplog.at_level(logging.INFO):
        assert machine.set(BroadcastState.STARTING)
        assert not machine.set(BroadcastState.STARTING)
    assert machine.value is BroadcastState.STARTING
    assert received == [(BroadcastState.IDLE, BroadcastState.STARTING)]
    assert [record.getMessage() for record in caplog.records] == ["show: IDLE → STARTING"]


def test_a_move_that_is_not_in_the_table_is_refused() -> None:
    machine = StateMachine("show", BroadcastState.IDLE, BROADCAST_MOVES)
    with pytest.raises(StateError) as raised:
        machine.set(BroadcastState.STOPPING)
    assert raised.value.data == {"machine": "show", "old": "IDLE", "new": "STOPPING"}
    assert machine.value is BroadcastState.IDLE


def reachable(moves: object, first: object) -> set[object]:
    assert isinstance(moves, dict)
    found, waiting = {first}, [first]
    while waiting:
        for state in moves[waiting.pop()] - found:
            found.add(state)
            waiting.append(state)
    return found


def test_every_state_can_be_reached_and_left() -> None:
    for state in BroadcastState:
        assert BroadcastState.IDLE in reachable(BROADCAST_MOVES, state)
        assert state in reachable(BROADCAST_MOVES, BroadcastState.IDLE)
    for target in TargetState:
        assert TargetState.IDLE in reachable(TARGET_MOVES, target)
        assert target in reachable(TARGET_MOVES, TargetState.IDLE)


def test_a_listener_may_disconnect_while_it_is_called() -> None:
    signal: Signal[[int]] = Signal()
    received: list[str] = []

    def listener(value: int) -> None:
        received.append(f"a{value}")
        disconnect()

    disconnect = signal.connect(listener)
    signal.connect(lambda value: received.append(f"b{value}"))
    signal.emit(1)
    signal.emit(2)
    disconnect()
    assert received == ["a1", "b1", "b2"]


def test_an_errors_text_has_its_code_and_values() -> None:
    assert str(AppError("file.gone", path="a.show", tries=2)) == "file.gone (path='a.show', tries=2)"
    assert str(AppError("file.gone")) == "file.gone"
