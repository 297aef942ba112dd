"""Tests the planner's festivals page: the markets' festivals and the user's changes."""

import asyncio
from datetime import date

import pytest
from PySide6.QtCore import QDate
from PySide6.QtWidgets import QApplication

from app.domain.planning.schedule import FestivalChange
from app.session.studio import Studio
from app.ui.planning.festivals_page import FestivalsPage, name_of
from app.ui.planning.planner_window import PlannerWindow

TIMEOUT_S = 30.0


async def wait_loaded(studio: Studio, page: FestivalsPage) -> None:
    """Wait until the thread has computed the festivals."""
    loaded = asyncio.Event()
    disconnect = studio.control.scheduler.changed.connect(loaded.set)
    page.read()
    async with asyncio.timeout(TIMEOUT_S):
        await loaded.wait()
    disconnect()


@pytest.fixture
async def page(studio: Studio, planner: PlannerWindow) -> FestivalsPage:
    planner.show_tab("festivals")
    QApplication.processEvents()
    if not planner.festivals.shown:
        await wait_loaded(studio, planner.festivals)
    return planner.festivals


def changes(studio: Studio) -> tuple[FestivalChange, ...]:
    return studio.document.show.schedule.festival_changes


def select(page: FestivalsPage, market: str, key: str) -> None:
    page.table.setCurrentCell([(festival.market_id, festival.key) for festival in page.shown].index((market, key)), 0)


async def test_festivals_are_sorted_and_show_their_markets(page: FestivalsPage) -> None:
    shown = page.shown
    assert [festival.first for festival in shown] == sorted(festival.first for festival in shown)
    assert {"US", "DE", "SA"} == {festival.market_id for festival in shown}, "the plan's audiences and the show's markets"
    page.market.setCurrentIndex(page.market.findData("SA"))
    page.market.activated.emit(page.market.currentIndex())
    assert {festival.market_id for festival in page.shown} == {"SA"}
    assert page.table.rowCount() == len(page.shown)
    select(page, "SA", "eid_al_fitr")
    assert "±1" in page.table.item(page.table.currentRow(), 0).text()  # type: ignore[union-attr]
    assert "±1 day" in page.facts.text()


async def test_the_user_changes_a_festival_date_and_resets_it(studio: Studio, page: FestivalsPage) -> None:
    select(page, "SA", "eid_al_fitr")
    assert page.reset_button.isHidden()
    before = page.day.date().toPython()
    page.day.setDate(QDate(2027, 3, 11))
    assert changes(studio) == (FestivalChange("SA", "eid_al_fitr", 2027, date(2027, 3, 11)),)
    await wait_loaded(studio, page)
    moved = next(festival for festival in page.shown if name_of(festival) == ("SA", "eid_al_fitr", 2027))
    assert moved.first == date(2027, 3, 11)
    select(page, "SA", "eid_al_fitr")
    assert not page.reset_button.isHidden()
    page.reset_button.click()
    assert changes(studio) == ()
    assert before == date(2027, 3, 9)


async def test_a_festival_is_hidden_and_restored(studio: Studio, page: FestivalsPage) -> None:
    select(page, "DE", "good_friday")
    page.hide_button.click()
    assert changes(studio) == (FestivalChange("DE", "good_friday", 2027, None),)
    await wait_loaded(studio, page)
    assert ("DE", "good_friday") not in {(festival.market_id, festival.key) for festival in page.shown}
    assert page.hidden.currentText() == "good friday · Germany · 2027"
    page.restore_button.click()
    assert changes(studio) == ()
    assert page.restore_button.isHidden()
