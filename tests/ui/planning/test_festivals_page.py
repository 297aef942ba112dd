"""Festivals of the plan's markets, and the user's own word on them."""

import asyncio
from datetime import date

import pytest
from PySide6.QtCore import QDate
from PySide6.QtWidgets import QApplication

from app.domain.planning.schedule import FestivalChange
from app.session.studio import Studio
from app.ui.planning.festivals_page import FestivalsPage, name_of
from app.ui.planning.planner_window import PlannerWindow

PATIENCE_S = 30.0


async def reread(studio: Studio, page: FestivalsPage) -> None:
    """Wait until the festivals that are asked for have been worked out, on their thread."""
    known = asyncio.Event()
    forget = studio.control.scheduler.changed.connect(known.set)
    page.read()
    async with asyncio.timeout(PATIENCE_S):
        await known.wait()
    forget()


@pytest.fixture
async def page(studio: Studio, planner: PlannerWindow) -> FestivalsPage:
    planner.show_tab("festivals")
    QApplication.processEvents()
    if not planner.festivals.shown:
        await reread(studio, planner.festivals)
    return planner.festivals


def changes(studio: Studio) -> tuple[FestivalChange, ...]:
    return studio.document.show.schedule.festival_changes


def choose(page: FestivalsPage, market: str, key: str) -> None:
    page.table.setCurrentCell([(one.market_id, one.key) for one in page.shown].index((market, key)), 0)


async def test_they_stand_in_order_with_their_markets(page: FestivalsPage) -> None:
    shown = page.shown
    assert [one.first for one in shown] == sorted(one.first for one in shown)
    assert {"US", "DE", "SA"} == {one.market_id for one in shown}, "of the plan's audiences and the show's markets"
    page.market.setCurrentIndex(page.market.findData("SA"))
    page.market.activated.emit(page.market.currentIndex())
    assert {one.market_id for one in page.shown} == {"SA"}
    assert page.table.rowCount() == len(page.shown)
    choose(page, "SA", "eid_al_fitr")
    assert "±1" in page.table.item(page.table.currentRow(), 0).text()  # type: ignore[union-attr]
    assert "±1 day" in page.facts.text()


async def test_another_date_is_the_users_word_until_it_is_taken_back(studio: Studio, page: FestivalsPage) -> None:
    choose(page, "SA", "eid_al_fitr")
    assert page.keep_button.isHidden()
    before = page.day.date().toPython()
    page.day.setDate(QDate(2027, 3, 11))
    assert changes(studio) == (FestivalChange("SA", "eid_al_fitr", 2027, date(2027, 3, 11)),)
    await reread(studio, page)
    moved = next(one for one in page.shown if name_of(one) == ("SA", "eid_al_fitr", 2027))
    assert moved.first == date(2027, 3, 11)
    choose(page, "SA", "eid_al_fitr")
    assert not page.keep_button.isHidden()
    page.keep_button.click()
    assert changes(studio) == ()
    assert before == date(2027, 3, 9)


async def test_one_is_left_out_and_taken_in_again(studio: Studio, page: FestivalsPage) -> None:
    choose(page, "DE", "good_friday")
    page.leave_out_button.click()
    assert changes(studio) == (FestivalChange("DE", "good_friday", 2027, None),)
    await reread(studio, page)
    assert ("DE", "good_friday") not in {(one.market_id, one.key) for one in page.shown}
    assert page.left_out.currentText() == "good friday · Germany · 2027"
    page.restore_button.click()
    assert changes(studio) == ()
    assert page.restore_button.isHidden()
