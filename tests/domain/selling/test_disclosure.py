"""Disclosures are due within 30 s and then every ten minutes, or continuously, by the clock and the log."""

from dataclasses import replace

import pytest

from app.domain.catalogue.market import Disclosure, DisclosureMode, Market
from app.domain.event import EventKind, ShowEvent
from app.domain.selling.disclosure import DisclosureDue, DisclosureSpan, DueState, disclosed_in, schedule

START = 1_000_000
US = Market("US", {}, ("en",), "USD", (), disclosure=Disclosure(text={"en": "Advertisement"}))
IN = replace(US, id="IN", disclosure=Disclosure(DisclosureMode.CONTINUOUS, {"hi": "विज्ञापन"}, first_within_s=0))
NO_DISCLOSURE = replace(US, id="XX", disclosure=Disclosure(DisclosureMode.NONE))


def at(seconds: float) -> int:
    return START + round(seconds * 1000)


def disclosure_state(market: Market, seconds: float, *shown: tuple[float, float | None]) -> DisclosureDue:
    """Return the market's state this many seconds into the show, after disclosures (from, to; None = still shown)."""
    showings = [DisclosureSpan(market.id, at(begin), None if end is None else at(end)) for begin, end in shown]
    (one,) = schedule([market], START, showings, at(seconds))
    return one


@pytest.mark.parametrize(
    ("seconds", "shown", "state", "due_s"),
    [
        (0, [], DueState.DUE, 0),
        (30, [], DueState.DUE, 0),
        (30.001, [], DueState.OVERDUE, 0),
        (5, [(2, None)], DueState.SHOWING, 0),
        (12, [(2, None)], DueState.SHOWING, 602),
        (13, [(2, 12)], DueState.WAITING, 602),
        (13, [(2, 11.9)], DueState.DUE, 0),  # too short to count
        (601.9, [(2, 12)], DueState.WAITING, 602),
        (602, [(2, 12)], DueState.DUE, 602),
        (602.001, [(2, 12)], DueState.OVERDUE, 602),
        (650, [(2, 12), (603, 604)], DueState.OVERDUE, 602),
        (650, [(2, 12), (603, 615)], DueState.WAITING, 1203),
        (4000, [(2, None)], DueState.SHOWING, 602),
        (20, [(-5, 3)], DueState.DUE, 0),  # mostly before anyone could see it
        (20, [(-5, 10)], DueState.WAITING, 600),
        (20, [(-300, -100)], DueState.DUE, 0),
        (-600, [], DueState.DUE, 0),  # the clock was set back
        (-600, [(2, 12)], DueState.DUE, 0),
        (-600, [(2, 12), (-700, -690)], DueState.WAITING, -100),
        (-100, [(2, 12), (-700, -690)], DueState.DUE, -100),
        (20, [(2, 12), (700, 710)], DueState.WAITING, 602),
    ],
)
def test_periodic_disclosures_are_due_at_intervals(
    seconds: float, shown: list[tuple[float, float | None]], state: DueState, due_s: float
) -> None:
    found = disclosure_state(US, seconds, *shown)
    assert (found.state, found.due_ms) == (state, at(due_s))


@pytest.mark.parametrize(
    ("seconds", "shown", "state"),
    [
        (0, [], DueState.DUE),
        (5, [], DueState.DUE),
        (5.1, [], DueState.OVERDUE),
        (100, [(1, None)], DueState.SHOWING),
        (100, [(1, 98)], DueState.DUE),
        (104, [(1, 98)], DueState.OVERDUE),
        (104, [(1, 98), (99, None)], DueState.SHOWING),
        (104, [(1, 3600)], DueState.OVERDUE),  # the clock was set back
        (104, [(3600, None)], DueState.SHOWING),
    ],
)
def test_continuous_disclosures_must_stay_visible(seconds: float, shown: list[tuple[float, float | None]], state: DueState) -> None:
    found = disclosure_state(IN, seconds, *shown)
    assert found.state is state
    assert found.continuous
    assert found.until_ms is None


def test_duration_and_count_of_disclosures_are_known() -> None:
    assert disclosure_state(US, 5, (2, None)).until_ms == at(12)
    assert disclosure_state(US, 20, (2, 12)).until_ms is None
    assert [disclosure_state(US, 700, *shown).times for shown in ([(2, 12)], [(2, 12), (603, 604)], [(2, 12), (603, 613)])] == [1, 1, 2]


def test_the_most_urgent_market_is_first_and_markets_without_disclosure_are_omitted() -> None:
    showings = [DisclosureSpan("US", at(2), at(20))]
    assert [one.market_id for one in schedule([NO_DISCLOSURE, US, IN], START, showings, at(60))] == ["IN", "US"]
    assert [one.market_id for one in schedule([US, IN], START, [*showings, DisclosureSpan("IN", at(0))], at(60))] == ["US", "IN"]


def test_disclosures_of_other_markets_do_not_count() -> None:
    assert schedule([US], START, [DisclosureSpan("IN", at(1), at(20))], at(40))[0].state is DueState.OVERDUE


def test_disclosures_are_read_from_the_log() -> None:
    def event(seq: int, seconds: float, kind: EventKind, market: str = "") -> ShowEvent:
        return ShowEvent(seq, at(seconds), kind, {"market": market} if market else {})

    events = [
        event(1, 1, EventKind.DISCLOSURE_SHOWN, "US"),
        event(2, 2, EventKind.DISCLOSURE_SHOWN, "IN"),
        event(3, 12, EventKind.DISCLOSURE_ENDED, "US"),
        event(4, 13, EventKind.PINNED),
        event(5, 600, EventKind.DISCLOSURE_SHOWN, "US"),
        event(6, 700, EventKind.DISCLOSURE_SHOWN, "US"),
        event(7, 800, EventKind.OFF_AIR),
        event(8, 900, EventKind.DISCLOSURE_ENDED, "US"),
    ]
    assert disclosed_in(events) == (
        DisclosureSpan("US", at(1), at(12)),
        DisclosureSpan("IN", at(2), at(800)),
        DisclosureSpan("US", at(600), at(700)),
        DisclosureSpan("US", at(700), at(800)),
    )
    assert disclosed_in(events[:2])[-1].ended_ms is None
