"""Tests the planner window: tabs, saved position, empty state and keyboard use."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QSettings
from PySide6.QtWidgets import QApplication

from app.session.studio import Studio
from app.storage.markets import load_markets
from app.storage.paths import RESOURCES
from app.ui.planning.planner_window import TABS, PlannerWindow
from app.ui.setup.setup import SetupDialog
from app.ui.shell.application import Shell
from tests.ui.shell.test_keyboard import controls, named, round_trip


def test_the_planner_has_its_tabs(planner: PlannerWindow) -> None:
    assert tuple(planner.pages) == TABS
    for name in TABS:
        planner.show_tab(name)
        QApplication.processEvents()
        assert planner.tab == name


def test_an_empty_plan_is_filled_from_the_show_in_one_click(studio: Studio, empty_planner: PlannerWindow) -> None:
    assert empty_planner.stack.currentWidget() is empty_planner.empty
    markets = tuple(market for market in load_markets(RESOURCES / "markets") if market.id in ("US", "DE"))
    studio.document.edit_show("Fill", lambda show: replace(show, markets=markets))
    empty_planner.suggest_button.click()
    parties = studio.document.show.schedule.parties
    assert {party.market_id for party in parties} == {"US", "DE", ""}
    assert {party.zone for party in parties if party.market_id == "US"} == {"America/New_York", "America/Los_Angeles"}
    assert parties[-1].zone == studio.control.scheduler.host_zone
    assert empty_planner.stack.currentWidget() is empty_planner.tabs
    studio.document.undo()
    assert studio.document.show.schedule.parties == ()
    assert empty_planner.stack.currentWidget() is empty_planner.empty


def test_a_show_without_markets_asks_for_markets_first(studio: Studio, empty_planner: PlannerWindow) -> None:
    assert not empty_planner.suggest_button.isVisible()
    empty_planner.markets_button.click()
    dialog = empty_planner.findChild(SetupDialog)
    assert dialog is not None
    dialog.reject()
    markets = tuple(market for market in load_markets(RESOURCES / "markets") if market.id == "US")
    studio.document.edit_show("Fill", lambda show: replace(show, markets=markets))
    QApplication.processEvents()
    assert empty_planner.suggest_button.isVisible()
    assert not empty_planner.markets_button.isVisible()


def test_parties_can_be_added_by_hand(empty_planner: PlannerWindow) -> None:
    empty_planner.manual_button.click()
    assert empty_planner.tab == "people"
    assert empty_planner.stack.currentWidget() is empty_planner.tabs
    assert not empty_planner.people.area.isEnabled()


def test_the_planner_restores_its_position_and_tab(planner: PlannerWindow, state: QSettings) -> None:
    planner.show_tab("people")
    planner.resize(planner.width(), 640)
    planner.close()
    again = PlannerWindow(planner._context, state)
    assert again.tab == "people"
    assert again.height() == 640
    again.deleteLater()


@pytest.mark.parametrize("tab", ["hour", "week", "festivals", "people"])
def test_tab_reaches_every_control_of_the_planner(planner: PlannerWindow, tab: str) -> None:
    planner.resize(1600, 1200)
    planner.show_tab(tab)
    QApplication.processEvents()
    reached = {id(widget) for widget in round_trip(planner)}
    assert not [named(widget) for widget in controls(planner) if id(widget) not in reached]


def test_only_the_visible_page_reads_changes_of_the_plan(studio: Studio, planner: PlannerWindow) -> None:
    planner.show_tab("hour")
    QApplication.processEvents()
    studio.control.scheduler.remove_parties(("asha",))
    model = planner.hour.strips.model
    assert model is not None
    assert [row.party_id for row in model.rows] == ["us", "de", "lin", "ben"]
    assert planner.people.list.count() in (0, 5), "hidden pages read changes later"
    planner.show_tab("people")
    QApplication.processEvents()
    assert planner.people.list.count() == 4


def test_the_main_window_opens_one_planner_and_closes_it(shell: Shell) -> None:
    window = shell.window
    window.qt_actions.run("planner.toggle")
    first = window.windows.planner
    assert first is not None
    assert first.isVisible()
    window.context.openers.open_planner("people")
    assert window.windows.planner is first
    assert first.tab == "people"
    first.close()
    window.qt_actions.run("planner.toggle")
    assert first.isVisible()
    window.let_go()
    assert window.windows.planner is None
