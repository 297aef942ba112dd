"""Key frame requests are answered soon but rarely."""

import itertools

from app.domain.base.clock import NS_PER_S
from app.media.encode.keyframes import KeyframeSchedule
from tests.support.clocks import SetClock


def started() -> tuple[SetClock, KeyframeSchedule]:
    clock = SetClock()
    schedule = KeyframeSchedule(clock)
    assert schedule.due()  # the first frame always is one
    return clock, schedule


def test_requests_within_the_gap_become_one_at_its_end() -> None:
    clock, schedule = started()
    schedule.request()
    assert schedule.due()
    served = []
    for _ in range(30):  # a second of frames with a request at each
        clock.pass_ms(1000 / 30)
        schedule.request()
        served.append(schedule.due())
    assert served.count(True) == 3
    assert all(not (a and b) for a, b in itertools.pairwise(served))


def test_the_first_request_after_the_opening_does_not_wait() -> None:
    """The first request comes from a relay that has just connected: it missed the encoder's first key frame."""
    clock, schedule = started()
    clock.pass_ms(40)
    schedule.sent()
    clock.pass_ms(60)
    schedule.request()
    assert schedule.due()
    clock.pass_ms(60)
    schedule.request()
    assert not schedule.due()
    clock.pass_ms(240)
    assert schedule.due()


def test_a_request_after_the_gap_is_answered_at_once_and_once() -> None:
    clock, schedule = started()
    clock.pass_ms(400)
    assert not schedule.due()
    schedule.request()
    assert schedule.due()
    assert not schedule.due()


def test_the_encoders_own_key_frame_answers_the_request() -> None:
    clock, schedule = started()
    clock.pass_ms(200)
    schedule.request()
    schedule.sent()
    clock.pass_ms(400)
    assert not schedule.due()


def test_the_longest_time_without_a_key_frame_is_kept() -> None:
    clock, schedule = started()
    schedule.set_longest(NS_PER_S)
    clock.pass_ms(999)
    assert not schedule.due()
    clock.pass_ms(2)
    assert schedule.due()


def test_a_new_encoder_starts_with_a_key_frame() -> None:
    clock, schedule = started()
    clock.pass_ms(10)
    schedule.restart()
    assert schedule.due()
