"""Disclosures tell viewers about advertising as their market requires, and the log proves it."""

from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from app.domain.catalogue.market import Disclosure, DisclosureMode, Market
from app.domain.event import EventKind
from app.domain.selling.disclosure import DueState
from app.domain.show import Show, ShowError
from app.domain.show_editing import put_market, remove_market
from app.session.selling.disclosures import Disclosures
from tests.support.selling_show import US, SellingDesk


class TellingDesk(SellingDesk):
    """With disclosures, and a moment since which people watch."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.since_ms: int | None = None
        self.due: list[str] = []
        self.disclosures = Disclosures(
            self.book, self.selling, since_ms=lambda: self.since_ms, now_ms=self.now_ms, notify=self.heard.append
        )
        self.disclosures.due.connect(self.due.append)

    def pass_s(self, seconds: float) -> None:
        """As a desk does: a look each second."""
        for _ in range(round(seconds)):
            super().pass_s(1)
            self.disclosures.tick(self.now_ms())

    def begin(self) -> None:
        """Somebody may be watching from now on."""
        self.since_ms = self.now_ms()

    def told(self, market_id: str) -> list[tuple[EventKind, int]]:
        """What the log has of a market, by seconds since the beginning."""
        assert self.since_ms is not None
        kinds = (EventKind.DISCLOSURE_SHOWN, EventKind.DISCLOSURE_ENDED)
        return [
            (event.kind, round((event.at_ms - self.since_ms) / 1000)) for event in self.logged(*kinds) if event.data["market"] == market_id
        ]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[TellingDesk]:
    made = TellingDesk(tmp_path)
    yield made
    made.close()


def test_no_disclosure_is_due_before_anybody_watches(desk: TellingDesk) -> None:
    desk.pass_s(30)
    assert (desk.logged(EventKind.DISCLOSURE_SHOWN), desk.due) == ([], [])
    assert [one.due_ms for one in desk.disclosures.reminders()] == [None, None]


def test_the_badge_appears_automatically_stays_its_time_and_returns(desk: TellingDesk) -> None:
    desk.begin()
    desk.pass_s(5)
    assert dict(desk.disclosures.active) == {"US": {"en": "Ad", "es": "Publicidad"}, "DE": {"de": "Werbung"}}
    assert desk.disclosures.badge["en"] == "Ad"  # the market of the picture
    desk.pass_s(600)
    shown, ended = EventKind.DISCLOSURE_SHOWN, EventKind.DISCLOSURE_ENDED
    assert desk.told("US") == [(shown, 1), (ended, 11), (shown, 601)]
    assert desk.told("DE") == [(shown, 1)]  # all the time
    us = next(one for one in desk.disclosures.reminders() if one.market_id == "US")
    assert (us.state, us.times, us.due_ms) == (DueState.SHOWING, 1, None)
    assert desk.logged(EventKind.DISCLOSURE_SHOWN)[0].data == {"market": "US", "text": "Ad", "why": "automatic"}
    assert desk.logged(EventKind.DISCLOSURE_ENDED)[0].data["seconds"] == 10
    desk.since_ms = None
    desk.pass_s(20)
    assert desk.disclosures.active == {}


def test_the_host_is_reminded_once_and_tells_when_ready(desk: TellingDesk) -> None:
    desk.disclosures.automatic = False
    desk.begin()
    desk.pass_s(20)
    assert desk.due == ["US", "DE"]
    assert [notice.data["market"] for notice in desk.heard] == ["美国", "Germany"]
    assert desk.heard[0].actions == ("disclosure.show",)
    assert {one.market_id: one.state for one in desk.disclosures.reminders()} == {"US": DueState.DUE, "DE": DueState.DUE}
    desk.pass_s(12)
    assert all(one.state is DueState.OVERDUE for one in desk.disclosures.reminders())
    desk.disclosures.show_now()
    desk.disclosures.show_now("US")
    assert set(desk.disclosures.active) == {"US", "DE"}
    desk.pass_s(3)
    desk.disclosures.conceal("US")
    desk.pass_s(2)
    assert desk.due == ["US", "DE"]  # three seconds were not enough, but the host knows
    assert next(one for one in desk.disclosures.reminders() if one.market_id == "US").times == 0
    desk.disclosures.show_now("US")
    desk.pass_s(620)
    assert desk.due == ["US", "DE", "US"]


def test_a_clock_that_is_set_back_keeps_nothing_on_the_picture(desk: TellingDesk) -> None:
    desk.begin()
    desk.pass_s(5)
    desk.clock.pass_ms(-3_600_000)
    desk.pass_s(3)
    assert desk.logged(EventKind.DISCLOSURE_ENDED)[-1].data["seconds"] == 0
    assert set(desk.disclosures.active) == {"US", "DE"}  # shown again, by the present clock
    desk.pass_s(12)
    assert set(desk.disclosures.active) == {"DE"}
    desk.pass_s(30)
    shown = [event.at_ms for event in desk.logged(EventKind.DISCLOSURE_SHOWN) if event.data["market"] == "US"]
    assert len(shown) == 2


def test_another_desk_knows_what_was_told(desk: TellingDesk) -> None:
    desk.begin()
    desk.pass_s(15)
    again = Disclosures(desk.book, desk.selling, since_ms=lambda: desk.since_ms, now_ms=desk.now_ms, notify=desk.heard.append)
    again.reload()
    assert again.reminders() == desk.disclosures.reminders()
    assert next(one for one in again.reminders() if one.market_id == "US").times == 1


def test_a_removed_market_gets_no_more_disclosures(desk: TellingDesk) -> None:
    desk.begin()
    desk.pass_s(2)
    desk.book.document.edit_show("Remove", partial(remove_market, market_id="US"))
    desk.pass_s(1)
    assert set(desk.selling.shown.disclosed) == {"DE"}
    with pytest.raises(ShowError):
        desk.disclosures.show_now("US")


def test_where_nothing_is_to_be_told_nothing_can_be_shown(desk: TellingDesk) -> None:
    def silent(show: Show) -> Show:
        markets: tuple[Market, ...] = tuple(replace(one, disclosure=Disclosure(DisclosureMode.NONE)) for one in show.markets)
        return replace(show, markets=markets)

    desk.book.document.edit_show("Silent", silent)
    desk.book.document.edit_show("Wordless", lambda show: put_market(show, replace(US, disclosure=Disclosure())))
    desk.begin()
    desk.pass_s(5)
    assert (desk.due, desk.disclosures.active) == (["US"], {})  # there are no words: the host has to find some
    with pytest.raises(ShowError) as refused:
        desk.disclosures.show_now()
    assert refused.value.code == "disclosure.none"


def on_picture(desk: TellingDesk) -> dict[str, bool]:
    return {one.market_id: one.on_picture for one in desk.disclosures.reminders() if one.shown_ms is not None}


def test_the_picture_is_claimed_only_for_those_who_can_read_it(desk: TellingDesk) -> None:
    desk.begin()
    desk.pass_s(2)
    assert on_picture(desk) == {"US": True, "DE": False}, "the picture speaks English"
    desk.pass_s(15)
    assert on_picture(desk) == {"DE": True}, "the only disclosure shown is German"


def test_two_markets_of_one_language_are_told_by_one_text_only_if_it_is_theirs(desk: TellingDesk) -> None:
    texts = {"GB": {"en": "Ad"}, "AU": {"en": "Advertisement"}}
    for market_id, text in texts.items():
        market = Market(market_id, {"en": market_id}, ("en",), "GBP", (), disclosure=Disclosure(text=text, source="x"))
        desk.book.document.edit_show("Add", partial(put_market, market=market))
    desk.begin()
    desk.pass_s(2)
    assert on_picture(desk) == {"US": True, "DE": False, "GB": True, "AU": False}
