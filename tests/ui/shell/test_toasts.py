"""Toasts cover little of the picture, lose nothing, and appear in front of a waiting dialog."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QDialog, QPushButton, QVBoxLayout

from app.domain.base.notice import Notice, Severity
from app.ui.shell.main_window import MainWindow


def tell(window: MainWindow, count: int, severity: Severity) -> None:
    for number in range(count):
        window.bridge.tell(Notice(severity, "window.scene_removed", {"name": f"Scene {number} " * 12}, f"scene {number}"))
    QApplication.processEvents()


def texts(window: MainWindow) -> list[str]:
    return [toast.notice.subject for toast in window.toasts.toasts]


@pytest.mark.parametrize("severity", [Severity.WARNING, Severity.ERROR])
def test_what_has_no_room_waits_and_comes_when_others_go(window: MainWindow, severity: Severity) -> None:
    tell(window, 6, severity)
    area = window.toasts
    shown, waiting = texts(window), [notice.subject for notice in area.waiting]
    assert sorted(shown + waiting) == [f"scene {number}" for number in range(6)], "nothing is lost"
    assert shown[-1] == "scene 5", "the newest is seen"
    assert area.height() <= window.program.height()
    seen = set(shown)
    while area.toasts:
        area.toasts[-1].close_toast()
        seen |= set(texts(window))
    assert seen == {f"scene {number}" for number in range(6)}
    assert not area.waiting
    assert not area.isVisible()


def test_toasts_cover_little_of_the_picture(window: MainWindow) -> None:
    window.resize(1900, 1000)
    QApplication.processEvents()
    tell(window, 6, Severity.WARNING)
    area, picture = window.toasts, window.program
    assert len(area.toasts) > 1
    assert area.width() * area.height() < 0.2 * picture.width() * picture.height()


def test_the_button_leads_to_the_messages(window: MainWindow) -> None:
    tell(window, 6, Severity.ERROR)
    more = next(one for one in window.toasts.findChildren(QPushButton) if one.text() == f"{len(window.toasts.waiting)} more in Messages")
    more.click()
    QApplication.processEvents()
    assert window.log.isVisible()
    assert window.log.list.count() == 6


def test_a_notice_is_seen_in_front_of_a_dialog_and_outlives_it(window: MainWindow) -> None:
    dialog = QDialog(window)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    QVBoxLayout(dialog).addWidget(QPushButton("Yes"))
    dialog.open()
    QApplication.processEvents()
    tell(window, 1, Severity.ERROR)
    area = window.toasts
    assert area.parentWidget() is dialog
    assert area.isWindow()
    assert area.isVisible()
    dialog.reject()
    QApplication.processEvents()
    assert area.parentWidget() is window.program
    assert texts(window) == ["scene 0"]
    assert area.isVisible()


def test_an_offer_that_waits_is_forgotten_when_nobody_can_take_it_up(window: MainWindow) -> None:
    window.bridge.tell(Notice(Severity.INFO, "window.source_removed", {"name": "Tone"}, "removed", ("edit.undo",)))
    tell(window, 6, Severity.ERROR)
    assert "removed" in [notice.subject for notice in window.toasts.waiting] + texts(window)
    window.toasts.close_outdated(lambda action: False)
    assert "removed" not in [notice.subject for notice in window.toasts.waiting] + texts(window)
