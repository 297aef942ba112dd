"""Tests the announcement dialog with real texts, posters, calendars and reminders."""

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest
import vobject
from PySide6.QtGui import QGuiApplication, QImage
from PySide6.QtWidgets import QApplication

from app.domain.planning.announcements.poster import PosterSize
from app.domain.planning.schedule import WhatsNew
from app.domain.planning.schedule_editing import change_airing
from app.session.planning.scheduler import Scheduler
from app.session.studio import Studio
from app.ui.planning.announcements.announcement_dialog import AnnouncementDialog, is_local_only
from app.ui.shell.main_window import MainWindow
from tests.support.clocks import SetClock
from tests.support.planned import GULF_FIRST, US_FIRST, noon_clock, plan_sample


@pytest.fixture
def clock() -> SetClock:
    return noon_clock()


@pytest.fixture
def plan(studio: Studio) -> Scheduler:
    return studio.control.scheduler


async def open_dialog(window: MainWindow, studio: Studio, key: str, page: int) -> AnnouncementDialog:
    plan_sample(studio)
    show_actions = window.schedule.fill().show_actions
    show_actions.announce(key)
    dialog = window.findChildren(AnnouncementDialog)[-1]
    dialog.tabs.setCurrentIndex(page)
    await wait_settled(dialog)
    return dialog


async def wait_settled(dialog: AnnouncementDialog) -> None:
    QApplication.processEvents()
    for page in dialog.pages:
        await asyncio.wait_for(page.work.settled(), 60)
    QApplication.processEvents()


async def test_each_market_has_its_own_text_to_copy(window: MainWindow, studio: Studio) -> None:
    dialog = await open_dialog(window, studio, GULF_FIRST, 0)
    page = dialog.texts
    assert [page.choice.itemText(index) for index in range(page.choice.count())] == ["Emirates · Arabic", "Emirates · English"]
    assert "هدايا هاربر آند هيل" in page.text.toPlainText()
    page.choice.setCurrentIndex(1)
    page.choice.activated.emit(1)
    assert page.text.toPlainText().startswith("Gifts from Harbour & Hill, live for the Gulf")
    assert "Dubai: Saturday, 28 November · 8:00" in page.text.toPlainText()
    assert "UTC: Saturday, 28 November" in page.text.toPlainText()
    page.copy_button.click()
    assert QGuiApplication.clipboard().text() == page.text.toPlainText()
    page.all_button.click()
    assert "هدايا" in QGuiApplication.clipboard().text()
    dialog.reject()


async def test_the_text_uses_the_entered_link(window: MainWindow, studio: Studio) -> None:
    dialog = await open_dialog(window, studio, US_FIRST, 0)
    dialog.link.setText("https://shop.example.test/live")
    dialog.link.editingFinished.emit()
    await wait_settled(dialog)
    assert "https://shop.example.test/live" in dialog.texts.text.toPlainText()
    dialog.reject()


async def test_a_poster_is_previewed_and_saved_in_its_size(window: MainWindow, studio: Studio, tmp_path: Path) -> None:
    dialog = await open_dialog(window, studio, US_FIRST, 1)
    page = dialog.poster
    assert page.preview.pixmap().height() > 100
    page.size_box.setCurrentIndex(page.size_box.findData(PosterSize.STORY))
    page.save(tmp_path / "story.png")
    await wait_settled(dialog)
    image = QImage(str(tmp_path / "story.png"))
    assert (image.width(), image.height()) == (1080, 1920)
    assert page.save_button.isEnabled()
    dialog.reject()


async def test_everyone_gets_a_calendar(window: MainWindow, studio: Studio, tmp_path: Path) -> None:
    dialog = await open_dialog(window, studio, US_FIRST, 2)
    page = dialog.calendars
    assert [party.id for party in page.shown] == ["market-us", "host"]
    page.everybody.setChecked(True)
    page.save_all(tmp_path)
    await wait_settled(dialog)
    written = [name for name in sorted(os.listdir(tmp_path)) if name.endswith(".ics")]
    assert written == ["Emirates.ics", "Lin Yue.ics", "Salma Farid.ics", "United States.ics"]
    with open(tmp_path / "Lin Yue.ics", encoding="utf-8", newline="") as file:  # noqa: ASYNC230  # nothing waits
        events = vobject.readOne(file.read()).vevent_list
    assert len(events) == 2
    dialog.reject()


async def test_a_reminder_lists_what_changed(window: MainWindow, studio: Studio, plan: Scheduler) -> None:
    dialog = await open_dialog(window, studio, US_FIRST, 3)
    page = dialog.reminders
    assert "The celadon tea set" in page.text.toPlainText()
    assert page.times.text() == "United States: Thu, Nov 26 19:00 local time"
    page.text.setPlainText("Tea in an hour: the celadon set")
    page.add_button.click()
    await wait_settled(dialog)
    (reminder,) = plan.schedule.reminders
    assert reminder.occurrence == US_FIRST
    assert reminder.texts["en"] == "Tea in an hour: the celadon set"
    assert page.title.text() == "Reminders for this show"
    studio.document.undo()
    await wait_settled(dialog)
    assert plan.schedule.reminders == ()
    assert page.title.text() == "No reminders yet"
    dialog.reject()


async def test_nobody_gets_the_same_reminder_twice(window: MainWindow, studio: Studio, plan: Scheduler) -> None:
    dialog = await open_dialog(window, studio, US_FIRST, 3)
    plan.edit("Forget the news", lambda schedule: change_airing(schedule, "us-evening", whats_new=WhatsNew()))
    await wait_settled(dialog)
    page = dialog.reminders
    assert page.refusal.isVisible()
    assert not page.add_button.isEnabled()
    plan.edit("Tell", lambda schedule: change_airing(schedule, "us-evening", whats_new=WhatsNew(offer={"en": "Half price", "es": "Mitad"})))
    await wait_settled(dialog)
    assert not page.refusal.isVisible()
    assert "Half price" in page.text.toPlainText()
    dialog.reject()


async def test_a_reminder_due_at_night_is_sent_earlier(window: MainWindow, studio: Studio) -> None:
    dialog = await open_dialog(window, studio, US_FIRST, 3)
    studio.control.scheduler.edit("Quiet", lambda schedule: replace(schedule, quiet_hours=("18:30", "08:00")))
    await wait_settled(dialog)
    assert dialog.reminders.times.text().endswith("(moved out of quiet hours)")
    dialog.reject()


async def test_the_dialog_closes_when_the_show_is_cancelled(window: MainWindow, studio: Studio, plan: Scheduler) -> None:
    dialog = await open_dialog(window, studio, US_FIRST, 0)
    first = plan.occurrence(US_FIRST)
    assert first is not None
    plan.cancel(first)
    assert not dialog.isVisible()


@pytest.mark.parametrize(
    ("link", "near"),
    [
        ("http://127.0.0.1:8787/watch/live", True),
        ("http://192.168.1.4:8787/watch/live", True),
        ("http://[::1]:8787/watch", True),
        ("http://studio.local/watch", True),
        ("http://studio:8787/watch", True),
        ("https://live.example.com/tea", False),
        ("live.example.com/tea", False),
        ("http://8.8.8.8/watch", False),
    ],
)
def test_local_addresses_are_distinguished_from_public_ones(link: str, near: bool) -> None:
    assert is_local_only(link) is near


async def test_a_link_that_works_only_on_this_network_shows_a_warning(window: MainWindow, studio: Studio) -> None:
    dialog = await open_dialog(window, studio, GULF_FIRST, 0)
    assert dialog.near_only.isVisible()
    dialog.link.setText("https://live.example.com/tea")
    assert not dialog.near_only.isVisible()
    dialog.link.clear()
    assert dialog.near_only.isVisible()
    dialog.reject()
