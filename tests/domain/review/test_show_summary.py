"""Summarises a show from its log."""

from typing import Any

import pytest

from app.domain.event import EventKind, ShowEvent
from app.domain.review.show_summary import PastShow, past_shows, summary_of
from app.domain.show_period import PERIOD_KINDS

Kind = EventKind
MINUTE = 60_000


def make_log(*lines: tuple[float, EventKind, dict[str, Any]]) -> list[ShowEvent]:
    """Return events from (minute, kind, data)."""
    return [ShowEvent(seq, round(minute * MINUTE), kind, data) for seq, (minute, kind, data) in enumerate(lines, 1)]


def shows_in(events: list[ShowEvent]) -> tuple[PastShow, ...]:
    return past_shows(event for event in events if event.kind in PERIOD_KINDS)


def order_data(name: str, product: str, units: int, minor: int, currency: str, minute: float) -> dict[str, Any]:
    return {"order": name, "product": product, "units": units, "minor": minor, "currency": currency, "at_ms": round(minute * MINUTE)}


EVENING_LOG = make_log(
    (0, Kind.VIEWER_JOINED, {"viewer": "early"}),
    (1, Kind.ON_AIR, {}),
    (2, Kind.SHOW_STARTED, {}),
    (3, Kind.VIEWER_JOINED, {"viewer": "a"}),
    (4, Kind.VIEWER_JOINED, {"viewer": "b"}),
    (5, Kind.LIKED, {"count": 12, "product": "sun"}),
    (5, Kind.LIKED, {"count": 3}),
    (6, Kind.PRODUCT_CLICKED, {"product": "sun", "viewer": "a"}),
    (6, Kind.PRODUCT_CLICKED, {"product": "moon", "viewer": "b"}),
    (6, Kind.PRODUCT_CLICKED, {"product": "sun", "viewer": "b"}),
    (7, Kind.VIEWER_LEFT, {"viewer": "a"}),
    (8, Kind.VIEWER_JOINED, {"viewer": "c"}),
    (9, Kind.COUPON_CLAIMED, {"coupon": "ten", "code": "A", "viewer": "b"}),
    (10, Kind.ORDER_PLACED, order_data("1", "sun", 2, 3998, "USD", 9.5)),
    (11, Kind.ORDER_PLACED, order_data("2", "sun", 1, 1899, "EUR", 10.5)),
    (11, Kind.ORDER_PLACED, order_data("2", "sun", 1, 1899, "EUR", 10.5)),
    (12, Kind.DETAIL_ASKED, {"product": "moon"}),
    (30, Kind.OFF_AIR, {"why": "host"}),
    (30, Kind.SHOW_ENDED, {"why": "host"}),
    (90, Kind.ORDER_PLACED, order_data("3", "moon", 1, 2500, "USD", 29)),
    (95, Kind.ORDER_PLACED, order_data("4", "moon", 1, 2500, "USD", 94)),
    (96, Kind.LIKED, {"count": 5}),
)


def test_a_show_is_summarised() -> None:
    (past_show,) = shows_in(EVENING_LOG)
    assert (past_show.on_air, past_show.upto_seq) == (True, 19)
    summary = summary_of(past_show, EVENING_LOG, 100 * MINUTE)
    assert (summary.air_s, summary.run_s) == (29 * 60, 28 * 60)
    assert (summary.peak, summary.joined) == (3, 4)
    assert (summary.likes, summary.clicks, summary.asked, summary.claims) == (15, 3, 1, 1)
    assert (summary.orders, summary.units) == (3, 4)
    assert summary.revenue == {"USD": 6498, "EUR": 1899}
    assert [(one.product_id, one.units, one.orders, one.clicks, one.likes, one.revenue) for one in summary.products] == [
        ("sun", 3, 2, 2, 12, {"USD": 3998, "EUR": 1899}),
        ("moon", 1, 1, 1, 0, {"USD": 2500}),
    ]


def test_order_lines_and_their_corrections_are_counted() -> None:
    line = order_data("1", "sun", 2, 4000, "USD", 1)
    events = make_log(
        (0, Kind.ON_AIR, {}),
        (1, Kind.ORDER_PLACED, {**line, "extra_minor": 500}),
        (1, Kind.ORDER_PLACED, {**line, "line": 2, "units": 1, "minor": 2000}),
        (1, Kind.ORDER_PLACED, {**line, "product": "moon", "units": 1, "minor": 900}),
        (2, Kind.ORDER_PLACED, order_data("2", "moon", 1, 900, "USD", 2)),
        (3, Kind.OFF_AIR, {}),
        (8, Kind.ORDER_PLACED, order_data("3", "moon", 7, 6300, "USD", 8)),
        (9, Kind.ORDER_CHANGED, {**order_data("2", "moon", 0, 0, "USD", 2), "why": "cancelled"}),
        (9, Kind.ORDER_CHANGED, {**order_data("3", "moon", 1, 900, "USD", 8), "why": "cancelled"}),
    )
    (past_show,) = shows_in(events)
    summary = summary_of(past_show, events, 9 * MINUTE)
    assert (summary.orders, summary.units, summary.revenue) == (1, 4, {"USD": 7400})
    by_product = {one.product_id: (one.orders, one.units, one.revenue) for one in summary.products}
    assert by_product == {"sun": (2, 3, {"USD": 6000}), "moon": (1, 1, {"USD": 900})}


def test_shows_are_separated_and_rehearsals_marked() -> None:
    events = make_log(
        (0, Kind.SHOW_STARTED, {}),
        (10, Kind.SHOW_ENDED, {"why": "host"}),
        (50, Kind.LIKED, {"count": 2}),
        (60, Kind.ON_AIR, {}),
        (61, Kind.LIKED, {"count": 7}),
        (90, Kind.OFF_AIR, {"why": "host"}),
        (200, Kind.ON_AIR, {}),
    )
    rehearsal, first, running = shows_in(events)
    assert [one.on_air for one in (rehearsal, first, running)] == [False, True, True]
    assert summary_of(rehearsal, events, 300 * MINUTE).run_s == 600
    assert summary_of(first, events, 300 * MINUTE).likes == 9, "events of people waiting for a show count for it"
    assert (running.upto_seq, summary_of(running, events, 215 * MINUTE).air_s) == (None, 15 * 60)


def test_a_crashed_show_ends_at_its_last_event() -> None:
    events = make_log(
        (0, Kind.ON_AIR, {}),
        (1, Kind.SHOW_STARTED, {}),
        (20, Kind.LIKED, {"count": 1}),
        (600, Kind.OFF_AIR, {"why": "lost"}),
        (600, Kind.SHOW_ENDED, {"why": "interrupted", "until_ms": 20 * MINUTE}),
    )
    (past_show,) = shows_in(events)
    summary = summary_of(past_show, events, 700 * MINUTE)
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
def test_invalid_data_is_not_counted(data: dict[str, Any]) -> None:
    events = make_log(
        (0, Kind.ON_AIR, {}), (1, Kind.ORDER_PLACED, data), (2, Kind.LIKED, {"count": -5, "product": 3}), (3, Kind.OFF_AIR, {})
    )
    (past_show,) = shows_in(events)
    summary = summary_of(past_show, events, 9 * MINUTE)
    assert (summary.orders, summary.revenue, summary.products, summary.likes) == (0, {}, (), 1)


def test_a_clock_set_back_gives_no_negative_durations() -> None:
    events = make_log((10, Kind.ON_AIR, {}), (5, Kind.OFF_AIR, {"why": "host"}))
    (past_show,) = shows_in(events)
    assert summary_of(past_show, events, 6 * MINUTE).air_s == 0


def test_a_log_without_a_show_has_no_past_shows() -> None:
    assert shows_in(make_log((0, Kind.VIEWER_JOINED, {"viewer": "a"}), (1, Kind.OFF_AIR, {"why": "desk"}))) == ()
