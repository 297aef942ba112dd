"""What happened in a show, read from its log."""

from typing import Any

import pytest

from app.domain.event import EventKind, ShowEvent
from app.domain.review.show_summary import PastShow, past_shows, summary_of
from app.domain.show_period import PERIOD_KINDS

K = EventKind
MINUTE = 60_000


def logged(*lines: tuple[float, EventKind, dict[str, Any]]) -> list[ShowEvent]:
    """Events by the minute at which they came."""
    return [ShowEvent(seq, round(minute * MINUTE), kind, data) for seq, (minute, kind, data) in enumerate(lines, 1)]


def held_in(events: list[ShowEvent]) -> tuple[PastShow, ...]:
    return past_shows(event for event in events if event.kind in PERIOD_KINDS)


def order(name: str, product: str, units: int, minor: int, currency: str, minute: float) -> dict[str, Any]:
    return {"order": name, "product": product, "units": units, "minor": minor, "currency": currency, "at_ms": round(minute * MINUTE)}


EVENING = logged(
    (0, K.VIEWER_JOINED, {"viewer": "early"}),
    (1, K.ON_AIR, {}),
    (2, K.SHOW_STARTED, {}),
    (3, K.VIEWER_JOINED, {"viewer": "a"}),
    (4, K.VIEWER_JOINED, {"viewer": "b"}),
    (5, K.LIKED, {"count": 12, "product": "sun"}),
    (5, K.LIKED, {"count": 3}),
    (6, K.PRODUCT_CLICKED, {"product": "sun", "viewer": "a"}),
    (6, K.PRODUCT_CLICKED, {"product": "moon", "viewer": "b"}),
    (6, K.PRODUCT_CLICKED, {"product": "sun", "viewer": "b"}),
    (7, K.VIEWER_LEFT, {"viewer": "a"}),
    (8, K.VIEWER_JOINED, {"viewer": "c"}),
    (9, K.COUPON_CLAIMED, {"coupon": "ten", "code": "A", "viewer": "b"}),
    (10, K.ORDER_PLACED, order("1", "sun", 2, 3998, "USD", 9.5)),
    (11, K.ORDER_PLACED, order("2", "sun", 1, 1899, "EUR", 10.5)),
    (11, K.ORDER_PLACED, order("2", "sun", 1, 1899, "EUR", 10.5)),
    (12, K.DETAIL_ASKED, {"product": "moon"}),
    (30, K.OFF_AIR, {"why": "host"}),
    (30, K.SHOW_ENDED, {"why": "host"}),
    (90, K.ORDER_PLACED, order("3", "moon", 1, 2500, "USD", 29)),
    (95, K.ORDER_PLACED, order("4", "moon", 1, 2500, "USD", 94)),
    (96, K.LIKED, {"count": 5}),
)


def test_an_evening_is_summed_up() -> None:
    (held,) = held_in(EVENING)
    assert (held.on_air, held.upto_seq) == (True, 19)
    summary = summary_of(held, EVENING, 100 * MINUTE)
    assert (summary.air_s, summary.run_s) == (29 * 60, 28 * 60)
    assert (summary.peak, summary.joined) == (3, 4)
    assert (summary.likes, summary.clicks, summary.asked, summary.claims) == (15, 3, 1, 1)
    assert (summary.orders, summary.units) == (3, 4)
    assert summary.revenue == {"USD": 6498, "EUR": 1899}
    assert [(one.product_id, one.units, one.orders, one.clicks, one.likes, one.revenue) for one in summary.products] == [
        ("sun", 3, 2, 2, 12, {"USD": 3998, "EUR": 1899}),
        ("moon", 1, 1, 1, 0, {"USD": 2500}),
    ]


def test_every_line_of_an_order_counts_and_what_became_of_it() -> None:
    line = order("1", "sun", 2, 4000, "USD", 1)
    events = logged(
        (0, K.ON_AIR, {}),
        (1, K.ORDER_PLACED, {**line, "extra_minor": 500}),
        (1, K.ORDER_PLACED, {**line, "line": 2, "units": 1, "minor": 2000}),
        (1, K.ORDER_PLACED, {**line, "product": "moon", "units": 1, "minor": 900}),
        (2, K.ORDER_PLACED, order("2", "moon", 1, 900, "USD", 2)),
        (3, K.OFF_AIR, {}),
        (8, K.ORDER_PLACED, order("3", "moon", 7, 6300, "USD", 8)),
        (9, K.ORDER_CHANGED, {**order("2", "moon", 0, 0, "USD", 2), "why": "cancelled"}),
        (9, K.ORDER_CHANGED, {**order("3", "moon", 1, 900, "USD", 8), "why": "cancelled"}),
    )
    (held,) = held_in(events)
    summary = summary_of(held, events, 9 * MINUTE)
    assert (summary.orders, summary.units, summary.revenue) == (1, 4, {"USD": 7400})
    found = {one.product_id: (one.orders, one.units, one.revenue) for one in summary.products}
    assert found == {"sun": (2, 3, {"USD": 6000}), "moon": (1, 1, {"USD": 900})}


def test_two_evenings_are_two_and_a_rehearsal_is_marked() -> None:
    events = logged(
        (0, K.SHOW_STARTED, {}),
        (10, K.SHOW_ENDED, {"why": "host"}),
        (50, K.LIKED, {"count": 2}),
        (60, K.ON_AIR, {}),
        (61, K.LIKED, {"count": 7}),
        (90, K.OFF_AIR, {"why": "host"}),
        (200, K.ON_AIR, {}),
    )
    rehearsal, first, running = held_in(events)
    assert [one.on_air for one in (rehearsal, first, running)] == [False, True, True]
    assert summary_of(rehearsal, events, 300 * MINUTE).run_s == 600
    assert summary_of(first, events, 300 * MINUTE).likes == 9, "who waited for it belongs to it"
    assert (running.upto_seq, summary_of(running, events, 215 * MINUTE).air_s) == (None, 15 * 60)


def test_a_crash_counts_until_the_last_sign_of_life() -> None:
    events = logged(
        (0, K.ON_AIR, {}),
        (1, K.SHOW_STARTED, {}),
        (20, K.LIKED, {"count": 1}),
        (600, K.OFF_AIR, {"why": "lost"}),
        (600, K.SHOW_ENDED, {"why": "interrupted", "until_ms": 20 * MINUTE}),
    )
    (held,) = held_in(events)
    summary = summary_of(held, events, 700 * MINUTE)
    assert (summary.air_s, summary.run_s, summary.ended_ms) == (20 * 60, 19 * 60, 20 * MINUTE)


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"order": "x", "product": "sun", "units": "two", "minor": 1, "currency": "USD"},
        {"order": "x", "product": 7, "units": 1, "minor": 100, "currency": "USD", "at_ms": "now"},
        {"order": "x", "product": "sun", "units": None, "minor": None},
    ],
)
def test_what_makes_no_sense_counts_for_nothing(data: dict[str, Any]) -> None:
    events = logged((0, K.ON_AIR, {}), (1, K.ORDER_PLACED, data), (2, K.LIKED, {"count": -5, "product": 3}), (3, K.OFF_AIR, {}))
    (held,) = held_in(events)
    summary = summary_of(held, events, 9 * MINUTE)
    assert (summary.orders, summary.revenue, summary.products, summary.likes) == (0, {}, (), 1)


def test_a_clock_that_was_set_back_gives_no_negative_minutes() -> None:
    events = logged((10, K.ON_AIR, {}), (5, K.OFF_AIR, {"why": "host"}))
    (held,) = held_in(events)
    assert summary_of(held, events, 6 * MINUTE).air_s == 0


def test_a_log_without_a_show_has_none() -> None:
    assert held_in(logged((0, K.VIEWER_JOINED, {"viewer": "a"}), (1, K.OFF_AIR, {"why": "desk"}))) == ()
