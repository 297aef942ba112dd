"""Tests the host's cue card: points, their cards, answers, prices and required disclosures."""

from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QToolButton, QWidget

from app.domain.event import EventKind
from app.domain.selling.on_screen import OnScreenKind
from app.domain.show_editing import change_presentation, change_product, change_segment
from app.session.studio import Studio
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.clocks import SetClock
from tests.support.selling_show import selling_show

LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_750_000_000_000_000_000)


@pytest.fixture
def window(shell: Shell, studio: Studio) -> MainWindow:
    """The window with a selling show whose host shows the disclosures manually."""
    studio.document.edit_show("Fill", lambda _: selling_show())
    studio.control.disclosures.automatic = False
    shell.window.docks["cue"].raise_()
    QApplication.processEvents()
    return shell.window


def rows(window: MainWindow) -> list[QWidget]:
    """The visible rows with points, top down."""
    QApplication.processEvents()
    return [row for row in window.cue.items.findChildren(QWidget, "cueItem") if row.isVisible()]


def checkbox(row: QWidget) -> QCheckBox:
    found = row.findChild(QCheckBox)
    assert found is not None
    return found


def visible_texts(parent: QWidget) -> list[str]:
    """The texts of the visible labels."""
    for _ in range(2):  # one round to read the change, one to lay it out
        QApplication.processEvents()
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisible() and label.text()]


def test_the_cue_card_says_when_nothing_is_selected(studio: Studio, window: MainWindow) -> None:
    assert "Nothing selected" in visible_texts(window.cue)
    window.rundown.list.choose("first")
    assert "Nothing selected" not in visible_texts(window.cue)
    assert "sun 灯" in visible_texts(window.cue)
    checkbox(rows(window)[0]).click()
    QApplication.processEvents()
    assert not checkbox(rows(window)[0]).isChecked(), "points can't be ticked before the show"


def test_points_are_ticked_in_any_order(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    studio.control.runner.next()
    names = [checkbox(row).accessibleName() for row in rows(window)]
    assert names == ["Turns with the sun", "No tools", "Turn it"]
    checkbox(rows(window)[2]).click()
    QTest.mouseClick(rows(window)[0], LEFT, Qt.KeyboardModifier.NoModifier, QPoint(rows(window)[0].width() // 2, 10))
    QApplication.processEvents()
    assert studio.control.runner.run.ticked == {("first", "show-it"), ("first", "sun-1")}
    assert [checkbox(row).isChecked() for row in rows(window)] == [True, False, True]
    checkbox(rows(window)[0]).click()
    QApplication.processEvents()
    assert studio.control.runner.unticked() == ("sun-1", "sun-2")


def test_a_point_has_the_viewers_words_and_shows_them_as_a_card(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    studio.control.runner.next()
    first = rows(window)[0]
    assert "Follows the sun" in visible_texts(first)
    show = first.findChild(QToolButton)
    assert show is not None
    show.click()
    card = studio.control.selling.shown.card
    assert card is not None
    assert (card.kind, card.id) == (OnScreenKind.POINT, "sun-1")
    QApplication.processEvents()
    assert show.isChecked()
    show.click()
    assert studio.control.selling.shown.card is None


def test_a_few_letters_find_an_answer(studio: Studio, window: MainWindow) -> None:
    window.rundown.list.choose("first")
    assert "Which plug?" in visible_texts(window.cue)
    QTest.keyClicks(window.cue.search, "plu")
    assert {"Which plug?", "USB-C"} <= set(visible_texts(window.cue))
    window.cue.search.setText("guarantee")
    assert "Which plug?" not in visible_texts(window.cue)


def test_prices_are_listed_by_market(studio: Studio, window: MainWindow) -> None:
    window.rundown.list.choose("first")
    read = visible_texts(window.cue)
    assert "美国" in read
    assert any("19.99" in text for text in read)
    assert any("€18.99" in text for text in read)
    assert any("24.98" in text and "40 left" in text for text in read), "with shipping and stock"
    studio.document.edit_show("Dearer", lambda show: change_product(show, "sun", prices=show.products[1].prices[:1]))
    assert "not sold here" in visible_texts(window.cue)


def test_a_due_disclosure_is_shown_in_a_banner_on_top(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    banner = window.cue.banner
    assert not banner.isVisible()
    studio.control.runner.start()
    window.cue.read_banner()
    QApplication.processEvents()
    assert banner.isVisible()
    assert banner.property("state") in ("due", "late")
    clock.pass_ms(31_000)
    window.cue.read_banner()
    assert banner.property("state") == "late"
    assert {"美国", "Ad", "Germany", "Werbung"} <= set(visible_texts(banner))
    banner.button.click()
    shown = [event.data["market"] for event in studio.log.events((EventKind.DISCLOSURE_SHOWN,))]
    assert sorted(shown) == ["DE", "US"]
    window.cue.read_banner()
    assert banner.property("state") == "shown"
    assert not banner.button.isVisible()
    clock.pass_ms(11_000)
    studio.control.disclosures.tick(studio.control.now_ms())
    window.cue.read_banner()
    QApplication.processEvents()
    assert not banner.isVisible()


async def test_close_up_requests_are_counted(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    studio.control.runner.next()
    assert not window.cue.asked.isVisible()
    for viewer in ("a", "b"):
        studio.log.append(EventKind.DETAIL_ASKED, product="sun", viewer=viewer)
    studio.control.viewers.summary.add(studio.log.events((EventKind.DETAIL_ASKED,)))
    window.cue.read_asked()
    QApplication.processEvents()
    assert window.cue.asked.text() == "Close-up requests: 2"
    assert window.cue.asked.isVisible()


def test_long_names_are_not_cut_off_in_a_narrow_dock(studio: Studio, window: MainWindow) -> None:
    long = "A very long name of a hand-made celadon teapot with two cups, a tray and a linen bag for the journey"
    point = replace(studio.document.show.products[0].points[0], text={"zh-Hans": long})
    studio.document.edit_show("Long", lambda show: change_segment(show, "first", title=long))
    studio.document.edit_show("Long", lambda show: change_product(show, "sun", name={"zh-Hans": long}, points=(point,)))
    window.rundown.list.choose("first")
    visible_texts(window.cue)
    right = window.cue.width()
    for label in window.cue.findChildren(QLabel):
        if label.isVisible() and label.text():
            assert label.mapTo(window.cue, QPoint(label.width(), 0)).x() <= right, label.text()


def test_arabic_points_are_laid_out_right_to_left(studio: Studio, window: MainWindow) -> None:
    arabic = {"en": "Turns with the sun", "ar": "يدور مع الشمس"}
    points = (replace(studio.document.show.products[0].points[0], text=arabic),)
    studio.document.edit_show("Arabic", lambda show: change_product(change_presentation(show, host_language="ar"), "sun", points=points))
    window.rundown.list.choose("first")
    text = rows(window)[0].findChild(QLabel, "cueText")
    assert text is not None
    assert text.text() == "يدور مع الشمس"
    assert text.layoutDirection() is Qt.LayoutDirection.RightToLeft
