"""The host's cue card: what is said, what is shown of it, answers, prices, and what the law asks to be said."""

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
    """With a show that sells, whose host reminds viewers of advertising by hand."""
    studio.document.edit_show("Fill", lambda _: selling_show())
    studio.control.disclosures.automatic = False
    shell.window.docks["cue"].raise_()
    QApplication.processEvents()
    return shell.window


def rows(window: MainWindow) -> list[QWidget]:
    """What is to be said, from the top."""
    QApplication.processEvents()
    return [row for row in window.cue.items.findChildren(QWidget, "cueItem") if row.isVisible()]


def box(row: QWidget) -> QCheckBox:
    found = row.findChild(QCheckBox)
    assert found is not None
    return found


def words(parent: QWidget) -> list[str]:
    """What can be read there now."""
    for _ in range(2):  # what has changed is read, and then laid out
        QApplication.processEvents()
    return [label.text() for label in parent.findChildren(QLabel) if label.isVisible() and label.text()]


def test_it_says_what_to_do_while_nothing_is_on(studio: Studio, window: MainWindow) -> None:
    assert "Nothing selected" in words(window.cue)
    window.rundown.list.choose("first")
    assert "Nothing selected" not in words(window.cue)
    assert "sun 灯" in words(window.cue)
    box(rows(window)[0]).click()
    QApplication.processEvents()
    assert not box(rows(window)[0]).isChecked(), "before the show nothing is said"


def test_points_are_ticked_in_any_order(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    studio.control.runner.next()
    said = [box(row).accessibleName() for row in rows(window)]
    assert said == ["Turns with the sun", "No tools", "Turn it"]
    box(rows(window)[2]).click()
    QTest.mouseClick(rows(window)[0], LEFT, Qt.KeyboardModifier.NoModifier, QPoint(rows(window)[0].width() // 2, 10))
    QApplication.processEvents()
    assert studio.control.runner.run.ticked == {("first", "show-it"), ("first", "sun-1")}
    assert [box(row).isChecked() for row in rows(window)] == [True, False, True]
    box(rows(window)[0]).click()
    QApplication.processEvents()
    assert studio.control.runner.unticked() == ("sun-1", "sun-2")


def test_the_viewers_words_stand_beside_and_are_shown(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    studio.control.runner.next()
    first = rows(window)[0]
    assert "Follows the sun" in words(first)
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
    assert "Which plug?" in words(window.cue)
    QTest.keyClicks(window.cue.search, "plu")
    assert {"Which plug?", "USB-C"} <= set(words(window.cue))
    window.cue.search.setText("guarantee")
    assert "Which plug?" not in words(window.cue)


def test_prices_stand_by_market(studio: Studio, window: MainWindow) -> None:
    window.rundown.list.choose("first")
    read = words(window.cue)
    assert "美国" in read
    assert any("19.99" in one for one in read)
    assert any("€18.99" in one for one in read)
    assert any("24.98" in one and "40 left" in one for one in read), "with freight, and what is in stock"
    studio.document.edit_show("Dearer", lambda show: change_product(show, "sun", prices=show.products[1].prices[:1]))
    assert "not sold here" in words(window.cue)


def test_what_must_be_said_stands_above_everything(studio: Studio, window: MainWindow, clock: SetClock) -> None:
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
    assert {"美国", "Ad", "Germany", "Werbung"} <= set(words(banner))
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


async def test_who_asks_to_see_it_closer_is_counted(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    studio.control.runner.next()
    assert not window.cue.asked.isVisible()
    for viewer in ("a", "b"):
        studio.log.append(EventKind.DETAIL_ASKED, product="sun", viewer=viewer)
    studio.control.viewers.summary.add(studio.log.events((EventKind.DETAIL_ASKED,)))
    window.cue.read_asked()
    QApplication.processEvents()
    assert window.cue.asked.text() == "2 want a close-up"
    assert window.cue.asked.isVisible()


def test_long_names_are_not_cut_off_in_a_narrow_dock(studio: Studio, window: MainWindow) -> None:
    long = "A very long name of a hand-made celadon teapot with two cups, a tray and a linen bag for the journey"
    point = replace(studio.document.show.products[0].points[0], text={"zh-Hans": long})
    studio.document.edit_show("Long", lambda show: change_segment(show, "first", title=long))
    studio.document.edit_show("Long", lambda show: change_product(show, "sun", name={"zh-Hans": long}, points=(point,)))
    window.rundown.list.choose("first")
    words(window.cue)
    right = window.cue.width()
    for label in window.cue.findChildren(QLabel):
        if label.isVisible() and label.text():
            assert label.mapTo(window.cue, QPoint(label.width(), 0)).x() <= right, label.text()


def test_a_host_who_reads_from_the_right(studio: Studio, window: MainWindow) -> None:
    arabic = {"en": "Turns with the sun", "ar": "يدور مع الشمس"}
    points = (replace(studio.document.show.products[0].points[0], text=arabic),)
    studio.document.edit_show("Arabic", lambda show: change_product(change_presentation(show, host_language="ar"), "sun", points=points))
    window.rundown.list.choose("first")
    text = rows(window)[0].findChild(QLabel, "cueText")
    assert text is not None
    assert text.text() == "يدور مع الشمس"
    assert text.layoutDirection() is Qt.LayoutDirection.RightToLeft
