"""Tests the week heat map: scores, moving the block by click and key, and planned shows."""

from datetime import UTC, date, datetime

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.planning.hours.comfort import DAY_QUARTERS
from app.session.studio import Studio
from app.ui.planning.hours.heat import STEPS, shade
from app.ui.planning.hours.week_page import WeekPage
from app.ui.planning.planner_window import PlannerWindow

MONDAY = date(2027, 3, 15)


@pytest.fixture
def page(planner: PlannerWindow) -> WeekPage:
    planner.selection.move(datetime(2027, 3, 20, 0, tzinfo=UTC))
    planner.show_tab("week")
    QApplication.processEvents()
    return planner.week


def middle(page: WeekPage, day: int, place: float) -> QPoint:
    return page.heat.area_of(day, place, place + 1).center()


def test_the_page_shows_the_week_of_the_block(studio: Studio, page: WeekPage) -> None:
    scheduler = studio.control.scheduler
    assert page.monday == MONDAY
    scores = scheduler.advice.week_heat(["us", "de", "lin", "asha", "ben"], 120, MONDAY, zone="Asia/Shanghai")
    assert page.heat._scores == scores
    assert [len(day) for day in scores] == [DAY_QUARTERS] * 7
    assert scores[5][32] is None, "the same people have a show on Friday evening in New York"


def test_a_click_moves_the_block_and_the_strips_follow(planner: PlannerWindow, page: WeekPage) -> None:
    QTest.mouseClick(page.heat, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, middle(page, 2, 50))
    assert planner.selection.local.wall == datetime(2027, 3, 17, 12, 30)
    planner.show_tab("hour")
    QApplication.processEvents()
    assert planner.hour.strips.start == 50
    model = planner.hour.strips.model
    assert model is not None
    assert model.wall(model.own, 0) == datetime(2027, 3, 17)


@pytest.mark.parametrize(
    ("key", "wall"),
    [
        (Qt.Key.Key_Left, datetime(2027, 3, 20, 7, 45)),
        (Qt.Key.Key_Right, datetime(2027, 3, 20, 8, 15)),
        (Qt.Key.Key_Up, datetime(2027, 3, 19, 8)),
        (Qt.Key.Key_Down, datetime(2027, 3, 21, 8)),
        (Qt.Key.Key_PageDown, datetime(2027, 3, 27, 8)),
        (Qt.Key.Key_PageUp, datetime(2027, 3, 13, 8)),
    ],
)
def test_keys_move_the_block(planner: PlannerWindow, page: WeekPage, key: Qt.Key, wall: datetime) -> None:
    QTest.keyClick(page.heat, key)
    assert planner.selection.local.wall == wall


def test_home_selects_the_best_hour_and_the_best_are_numbered(planner: PlannerWindow, page: WeekPage) -> None:
    QTest.keyClick(page.heat, Qt.Key.Key_Home)
    best = page.panel.cards.cards[0].hour.start
    assert planner.selection.start == best
    assert len(page.heat._best) == 5
    assert page.heat._best[0] == planner.selection.local.wall


def test_an_hour_shows_everyones_local_time(page: WeekPage) -> None:
    lines = page._words(datetime(2027, 3, 20, 8)).splitlines()
    assert lines[0] == "Sat, Mar 20  08:00 · not possible"
    assert "United States Fri, Mar 19 20:00 −1 day" in lines
    assert "Asha Sat, Mar 20 05:45" in lines
    assert page.heat.accessibleDescription().startswith("Sat, Mar 20  08:00")


def test_another_week_is_loaded_when_the_block_moves_there(planner: PlannerWindow, page: WeekPage) -> None:
    page.bar.on.click()
    assert page.monday == date(2027, 3, 22)
    assert page.heat._monday == date(2027, 3, 22)
    assert page.heat._days[0].endswith("22")


def test_heights_and_shades_rise_with_the_score(page: WeekPage) -> None:
    theme = page.heat._theme
    shades = [shade(theme, (step + 0.5) / STEPS).rgb() for step in range(STEPS)]
    assert len(set(shades)) == STEPS
    page.heat.show_planned(())
    page.heat.show_best(())
    page.heat.show_week(MONDAY, ["Mon"] * 7, [[index / DAY_QUARTERS for index in range(DAY_QUARTERS)]] * 7)
    image = page.heat.grab().toImage()
    paper = theme.colour("field").rgb()
    heights = []
    for place in (5, 40, 90):
        area = page.heat.area_of(1, place, place + 1)
        x = area.center().x()
        heights.append(sum(image.pixel(x, y) != paper for y in range(area.top(), area.bottom() + 1)))
    assert heights == sorted(heights)
    assert len(set(heights)) == 3
