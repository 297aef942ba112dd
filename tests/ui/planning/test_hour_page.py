"""Tests the planner's hour page: the block, participants, priorities and the best hours with reasons."""

from datetime import UTC, date, datetime, timedelta

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.base.local_time import LocalTime, wall_of
from app.domain.planning.people.party import Priorities
from app.session.studio import Studio
from app.ui.planning.dates.airing_dialog import AiringDialog
from app.ui.planning.hours.hour_page import HourPage
from app.ui.planning.planner_window import PlannerWindow
from tests.ui.planning.conftest import SHANGHAI

MORNING = datetime(2027, 3, 20, 0, tzinfo=UTC)  # 08:00 in Shanghai, 20:00 the evening before in New York


@pytest.fixture
def page(planner: PlannerWindow) -> HourPage:
    planner.show_tab("hour")
    planner.selection.move(MORNING)
    QApplication.processEvents()
    return planner.hour


def wall(planner: PlannerWindow, instant: datetime) -> datetime:
    return wall_of(instant, SHANGHAI, planner.selection.zones).wall


def test_the_evening_of_new_york_is_a_morning_in_beijing(planner: PlannerWindow, page: HourPage) -> None:
    """It is not night there, as one might assume."""
    planner.selection.move_days(-2)  # Friday evening already has a show
    planner.selection.select(("de", "asha", "ben"), on=False)
    hour = page.panel.cards.cards[0].hour
    assert wall(planner, hour.start) == datetime(2027, 3, 18, 9)
    assert hour.locals == ("United States 21:00 −1 day", "Lin 09:00")
    assert hour.hard == ""
    assert hour.score == 100
    assert any("United States" in reason.words for reason in hour.reasons)


def test_people_with_a_bad_hour_are_named_with_their_local_time(planner: PlannerWindow, page: HourPage) -> None:
    planner.selection.move(MORNING)
    page.panel.show_words()
    field = page.panel.scorer()
    assert field is not None
    assert "de" in field.candidate(MORNING).sufferers
    hard = [card.hour.hard for card in page.panel.cards.cards if "Germany" in card.hour.hard]
    assert all("Germany (0" in words for words in hard)
    assert "Germany: asleep. It’s 01:00" in page.panel.box.accessibleName()


def test_five_hours_are_offered_and_a_click_selects_one(planner: PlannerWindow, page: HourPage) -> None:
    cards = page.panel.cards.cards
    assert len(cards) == 5
    assert [card.hour.score for card in cards] == sorted((card.hour.score for card in cards), reverse=True)
    cards[1].click()
    assert planner.selection.start == cards[1].hour.start
    cards[1].click()
    assert [card.isChecked() for card in cards] == [False, True, False, False, False]
    assert page.strips.start == round((planner.selection.start - page.strips.model.begin) / timedelta(minutes=15))  # type: ignore[union-attr]
    assert cards[1].accessibleName().startswith("2. Sat, Mar 20")


def test_keys_move_through_days_to_the_best_hour(planner: PlannerWindow, page: HourPage) -> None:
    for key, instant in ((Qt.Key.Key_Right, timedelta(minutes=15)), (Qt.Key.Key_PageDown, timedelta(days=1, minutes=15))):
        QTest.keyClick(page.strips, key)
        assert planner.selection.start == MORNING + instant
    assert page.bar.date.date().toPython() == date(2027, 3, 21)
    QTest.keyClick(page.strips, Qt.Key.Key_Home)
    assert planner.selection.start == page.panel.cards.cards[0].hour.start


def test_an_arrow_crosses_midnight(planner: PlannerWindow, page: HourPage) -> None:
    planner.selection.move(datetime(2027, 3, 19, 16, tzinfo=UTC))
    QTest.keyClick(page.strips, Qt.Key.Key_Left)
    assert wall(planner, planner.selection.start) == datetime(2027, 3, 19, 23, 45)
    assert page.strips.start == 95


def test_a_party_that_is_not_selected_has_no_strip(planner: PlannerWindow, page: HourPage) -> None:
    assert page.bar.audience.text() == "Audience: 2 of 2"
    page.bar.audience.boxes["de"].click()
    assert page.bar.audience.text() == "Audience: 1 of 2"
    model = page.strips.model
    assert model is not None
    assert [row.party_id for row in model.rows] == ["us", "lin", "asha", "ben"]
    for box in page.bar.team.boxes.values():
        box.click()
    page.bar.audience.boxes["us"].click()
    assert page.panel.box.isHidden()
    assert not page.panel.plan_button.isEnabled()
    assert page.panel.cards.cards == []


def test_the_length_sets_the_block_length(planner: PlannerWindow, page: HourPage) -> None:
    page.bar.length.setValue(300)
    assert page.strips.block_quarters == 20
    assert page.panel.cards.cards[0].hour.title.count(":") == 2
    assert planner.selection.minutes == 300


def test_priorities_are_saved_in_the_plan_as_one_undo_step(studio: Studio, planner: PlannerWindow, page: HourPage) -> None:
    before = [card.hour.start for card in page.panel.cards.cards]
    for field in ("audience", "host", "team"):
        page.bar.priorities.boxes[field].setValue({"audience": 0, "host": 0, "team": 9}[field])
    assert studio.document.show.schedule.priorities == Priorities(0, 0, 9)
    assert [card.hour.start for card in page.panel.cards.cards] != before, "other hours are the best now"
    studio.document.undo()
    assert studio.document.show.schedule.priorities == Priorities()
    assert page.bar.priorities.boxes["team"].value() == 1
    page.bar.priorities.strict.click()
    assert studio.document.show.schedule.priorities.strict
    assert page.bar.priorities_button.text() == "Audience first"
    assert not page.bar.priorities.boxes["host"].isEnabled()


def test_a_show_is_planned_at_the_block(planner: PlannerWindow, page: HourPage) -> None:
    planner.selection.select(("us", "asha"), on=False)
    page.panel.plan_button.click()
    (dialog,) = page.findChildren(AiringDialog)
    assert dialog.when.instant == MORNING
    assert dialog.when.local == LocalTime(datetime(2027, 3, 20, 1), "Europe/Berlin"), "in the audience's time zone"
    assert dialog.draft().party_ids == ("de", "lin", "ben")
    assert dialog.length.value() == 120
    dialog.close()


def test_planned_shows_are_drawn_above_the_strips_and_block_their_hours(planner: PlannerWindow, page: HourPage) -> None:
    model = page.strips.model
    assert model is not None
    (show,) = model.planned
    assert show.title == "Friday deals"
    assert wall(planner, model.instant(show.begin)) == datetime(2027, 3, 20, 8)
    field = page.panel.scorer()
    assert field is not None
    page.panel.show_words()
    assert not field.candidate(MORNING).possible, "Lin can't be in two shows at once"
    assert page.panel.box.accessibleName().startswith("Sat, Mar 20  08:00–10:00; not possible; ")


def test_clock_changes_and_festivals_are_shown(planner: PlannerWindow, page: HourPage) -> None:
    planner.selection.move(datetime(2027, 3, 14, 4, tzinfo=UTC))
    assert "United States: Clocks go forward by 1 hr: Sun, Mar 14, 02:00 → 03:00" in page.notes.text()


def test_past_hours_are_not_offered(planner: PlannerWindow, page: HourPage) -> None:
    """It is 09:07 in Shanghai on 1 March."""
    planner.selection.move_to_day(date(2027, 3, 1))
    assert page.panel.cards.cards
    assert all(wall(planner, card.hour.start) >= datetime(2027, 3, 1, 9, 15) for card in page.panel.cards.cards)


async def test_a_search_of_four_weeks_does_not_block_the_window(planner: PlannerWindow, page: HourPage) -> None:
    page.panel.span.setCurrentIndex(2)
    page.panel.span.activated.emit(2)
    await page.panel._work.settled()
    days = {wall(planner, card.hour.start).date() for card in page.panel.cards.cards}
    assert len(days) > 1


async def test_a_search_stops_when_its_result_is_not_needed(planner: PlannerWindow, page: HourPage) -> None:
    before = [card.hour.start for card in page.panel.cards.cards]
    page.panel.span.setCurrentIndex(2)
    page.panel.span.activated.emit(2)
    planner.close()
    await page.panel._work.settled()
    assert [card.hour.start for card in page.panel.cards.cards] == before
    planner.show()
    await page.panel._work.settled()
    assert [card.hour.start for card in page.panel.cards.cards] != before


def test_the_score_follows_the_block_immediately(planner: PlannerWindow, page: HourPage) -> None:
    planner.selection.move(MORNING + timedelta(hours=12))
    field = page.panel.scorer()
    assert field is not None
    value = field.scores.at(planner.selection.start)
    assert value is not None
    assert page.panel.box.score._score == round(value * 100)
