"""Disclosures of advertising follow each market's rules, and the log proves it."""

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


class DisclosureDesk(SellingDesk):
    """A selling desk with disclosures and the time since when viewers may watch."""

    def __init__(self, home: Path) -> None:
        super().__init__(home)
        self.since_ms: int | None = None
        self.due: list[str] = []
        self.disclosures = Disclosures(
            self.book, self.selling, since_ms=lambda: self.since_ms, now_ms=self.now_ms, notify=self.heard.append
        )
        self.disclosures.due.connect(self.due.append)

    def pass_s(self, seconds: float) -> None:
        """Advance the clock second by second, with a tick of the disclosures each second."""
        for _ in range(round(seconds)):
            super().pass_s(1)
            self.disclosures.tick(self.now_ms())

    def start_watching(self) -> None:
        """Let viewers watch from now on."""
        self.since_ms = self.now_ms()

    def entries(self, market_id: str) -> list[tuple[EventKind, int]]:
        """Return the market's log entries as (kind, seconds since viewers watch)."""
        assert self.since_ms is not None
        kinds = (EventKind.DISCLOSURE_SHOWN, EventKind.DISCLOSURE_ENDED)
        return [
            (event.kind, round((event.at_ms - self.since_ms) / 1000)) for event in self.logged(*kinds) if event.data["market"] == market_id
        ]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[DisclosureDesk]:
    desk = DisclosureDesk(tmp_path)
    yield desk
    desk.close()


def test_no_disclosure_is_due_before_viewers_watch(desk: DisclosureDesk) -> None:
    desk.pass_s(30)
    assert (desk.logged(EventKind.DISCLOSURE_SHOWN), desk.due) == ([], [])
    assert [reminder.due_ms for reminder in desk.disclosures.reminders()] == [None, None]


def test_the_badge_is_shown_automatically_for_its_time_and_again_later(desk: DisclosureDesk) -> None:
    desk.start_watching()
    desk.pass_s(5)
    assert dict(desk.disclosures.active) == {"US": {"en": "Ad", "es": "Publicidad"}, "DE": {"de": "Werbung"}}
    assert desk.disclosures.badge["en"] == "Ad"  # in the language of the video's market
    desk.pass_s(600)
    shown, ended = EventKind.DISCLOSURE_SHOWN, EventKind.DISCLOSURE_ENDED
    assert desk.entries("US") == [(shown, 1), (ended, 11), (shown, 601)]
    assert desk.entries("DE") == [(shown, 1)]  # continuously
    us = next(reminder for reminder in desk.disclosures.reminders() if reminder.market_id == "US")
    assert (us.state, us.times, us.due_ms) == (DueState.SHOWING, 1, None)
    assert desk.logged(EventKind.DISCLOSURE_SHOWN)[0].data == {"market": "US", "text": "Ad", "why": "automatic"}
    assert desk.logged(EventKind.DISCLOSURE_ENDED)[0].data["seconds"] == 10
    desk.since_ms = None
    desk.pass_s(20)
    assert desk.disclosures.active == {}


def test_the_host_is_reminded_once_and_can_show_the_disclosure(desk: DisclosureDesk) -> None:
    desk.disclosures.automatic = False
    desk.start_watching()
    desk.pass_s(20)
    assert desk.due == ["US", "DE"]
    assert [notice.data["market"] for notice in desk.heard] == ["美国", "Germany"]
    assert desk.heard[0].actions == ("disclosure.show",)
    assert {reminder.market_id: reminder.state for reminder in desk.disclosures.reminders()} == {"US": DueState.DUE, "DE": DueState.DUE}
    desk.pass_s(12)
    assert all(reminder.state is DueState.OVERDUE for reminder in desk.disclosures.reminders())
    desk.disclosures.show_now()
    desk.disclosures.show_now("US")
    assert set(desk.disclosures.active) == {"US", "DE"}
    desk.pass_s(3)
    desk.disclosures.conceal("US")
    desk.pass_s(2)
    assert desk.due == ["US", "DE"]  # three seconds are too short, but the host is not reminded again
    assert next(reminder for reminder in desk.disclosures.reminders() if reminder.market_id == "US").times == 0
    desk.disclosures.show_now("US")
    desk.pass_s(620)
    assert desk.due == ["US", "DE", "US"]


def test_a_clock_set_back_does_not_keep_a_disclosure_on_screen(desk: DisclosureDesk) -> None:
    desk.start_watching()
    desk.pass_s(5)
    desk.clock.pass_ms(-3_600_000)
    desk.pass_s(3)
    assert desk.logged(EventKind.DISCLOSURE_ENDED)[-1].data["seconds"] == 0
    assert set(desk.disclosures.active) == {"US", "DE"}  # shown again, by the new time
    desk.pass_s(12)
    assert set(desk.disclosures.active) == {"DE"}
    desk.pass_s(30)
    shown = [event.at_ms for event in desk.logged(EventKind.DISCLOSURE_SHOWN) if event.data["market"] == "US"]
    assert len(shown) == 2


def test_another_desk_restores_shown_disclosures(desk: DisclosureDesk) -> None:
    desk.start_watching()
    desk.pass_s(15)
    restored = Disclosures(desk.book, desk.selling, since_ms=lambda: desk.since_ms, now_ms=desk.now_ms, notify=desk.heard.append)
    restored.reload()
    assert restored.reminders() == desk.disclosures.reminders()
    assert next(reminder for reminder in restored.reminders() if reminder.market_id == "US").times == 1


def test_a_removed_market_gets_no_more_disclosures(desk: DisclosureDesk) -> None:
    desk.start_watching()
    desk.pass_s(2)
    desk.book.document.edit_show("Remove", partial(remove_market, market_id="US"))
    desk.pass_s(1)
    assert set(desk.selling.shown.disclosed) == {"DE"}
    with pytest.raises(ShowError):
        desk.disclosures.show_now("US")


def test_without_disclosure_rules_or_texts_nothing_can_be_shown(desk: DisclosureDesk) -> None:
    def without_disclosures(show: Show) -> Show:
        markets: tuple[Market, ...] = tuple(replace(reminder, disclosure=Disclosure(DisclosureMode.NONE)) for reminder in show.markets)
        return replace(show, markets=markets)

    desk.book.document.edit_show("Silent", without_disclosures)
    desk.book.document.edit_show("Wordless", lambda show: put_market(show, replace(US, disclosure=Disclosure())))
    desk.start_watching()
    desk.pass_s(5)
    assert (desk.due, desk.disclosures.active) == (["US"], {})  # there is no text, so the host must say it
    with pytest.raises(ShowError) as raised:
        desk.disclosures.show_now()
    assert raised.value.code == "disclosure.none"


def shown_in_video(desk: DisclosureDesk) -> dict[str, bool]:
    return {reminder.market_id: reminder.on_picture for reminder in desk.disclosures.reminders() if reminder.shown_ms is not None}


def test_a_disclosure_counts_as_in_the_video_only_in_a_readable_language(desk: DisclosureDesk) -> None:
    desk.start_watching()
    desk.pass_s(2)
    assert shown_in_video(desk) == {"US": True, "DE": False}, "the video's badge is in English"
    desk.pass_s(15)
    assert shown_in_video(desk) == {"DE": True}, "the only disclosure shown is German"


def test_markets_of_one_language_share_a_badge_only_with_equal_texts(desk: DisclosureDesk) -> None:
    texts = {"GB": {"en": "Ad"}, "AU": {"en": "Advertisement"}}
    for market_id, text in texts.items():
        market = Market(market_id, {"en": market_id}, ("en",), "GBP", (), disclosure=Disclosure(text=text, source="x"))
        desk.book.document.edit_show("Add", partial(put_market, market=market))
    desk.start_watching()
    desk.pass_s(2)
    assert shown_in_video(desk) == {"US": True, "DE": False, "GB": True, "AU": False}
