"""Tests the prompter: its text, mirroring for glass and scrolling by the clock."""

from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.show_editing import change_segment
from app.session.studio import Studio
from app.ui.rundown.prompter import Prompter
from app.ui.rundown.prompter_page import PrompterHead, PrompterPage, PrompterText
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.clocks import SetClock
from tests.support.selling_show import selling_show

SIZE = (800, 500)


@pytest.fixture
def clock() -> SetClock:
    return SetClock(1_750_000_000_000_000_000)


@pytest.fixture
def window(shell: Shell, studio: Studio) -> MainWindow:
    """The window with a selling show and the prompter open."""
    studio.document.edit_show("Fill", lambda _: selling_show())
    shell.window.windows.toggle_prompter()
    QApplication.processEvents()
    return shell.window


def prompter(window: MainWindow) -> Prompter:
    assert window.windows.prompter is not None
    return window.windows.prompter


def pixels(page: PrompterPage) -> NDArray[np.int16]:
    """The page's pixels in grey."""
    image = page.grab().toImage().convertToFormat(QImage.Format.Format_Grayscale8)
    rows = np.frombuffer(image.constBits(), np.uint8).reshape(image.height(), image.bytesPerLine())
    return rows[:, : image.width()].astype(np.int16)


def make_page(window: MainWindow, text: PrompterText) -> PrompterPage:
    page = PrompterPage(window.context.theme)
    page.resize(*SIZE)
    page.show_text(text)
    return page


@pytest.mark.parametrize("language", ["en", "ar"])
def test_mirroring_flips_the_pixels(window: MainWindow, language: str) -> None:
    points = {"en": "Turns with the sun", "ar": "يدور مع الشمس"}
    page = make_page(window, PrompterText("Sun lamp", ((points[language], False),), language=language))
    page.show_head(PrompterHead("3:21", "", "Say that this is advertising"))
    before = pixels(page)
    assert before.max() > 200
    assert np.abs(before - before[:, ::-1]).mean() > 5, "the page is not symmetric"
    page.set_looks(mirrored=True)
    after = pixels(page)
    assert np.abs(after - before[:, ::-1]).mean() < 1.5
    page.set_looks(mirrored=False)
    assert np.array_equal(pixels(page), before)
    page.deleteLater()


def test_a_script_scrolls_by_the_clock(window: MainWindow) -> None:
    now_s = [100.0]
    page = PrompterPage(window.context.theme, lambda: now_s[0])
    page.resize(*SIZE)
    page.show_text(PrompterText("Sun lamp", (), "A line of the script that is long enough to be wrapped.\n" * 40))
    page.set_looks(scripted=True, speed=90)
    page.start()
    for step_s in (0.016, 0.5, 1.484):  # late frames lose no distance
        now_s[0] += step_s
        page.roll()
    assert page.offset == pytest.approx(180, abs=0.01)
    page.set_looks(speed=30)
    now_s[0] += 1
    page.roll()
    assert page.offset == pytest.approx(210, abs=0.01)
    page.stop()
    now_s[0] += 100
    page.start()
    now_s[0] += 1
    page.roll()
    assert page.offset == pytest.approx(240, abs=0.01), "time while stopped does not count"
    for _ in range(2):
        now_s[0] += 100_000
        page.roll()
    assert not page.rolling, "it stops at the end"
    page.deleteLater()


def test_the_prompter_follows_the_show(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    page = prompter(window).page
    assert page.text.title == "Opening"
    studio.control.runner.start()
    studio.control.runner.next()
    assert page.text.title == "Sun lamp · sun 灯"
    assert page.text.points == (("Turns with the sun", False), ("No tools", False), ("Turn it", False))
    assert page.text.next_title == "Star lamp"
    clock.pass_ms(275_000)
    prompter(window).show_head()
    assert (page.head.clock, page.head.state) == ("0:25", "soon")
    studio.control.runner.swap_to_backup()
    assert page.text.title == "Sun lamp · moon 灯"


def test_digits_tick_points(studio: Studio, window: MainWindow) -> None:
    studio.control.runner.start()
    studio.control.runner.next()
    page = prompter(window).page
    for key in (Qt.Key.Key_3, Qt.Key.Key_1, Qt.Key.Key_9):
        QTest.keyClick(page, key)
    assert [ticked for _, ticked in page.text.points] == [True, False, True]
    QTest.keyClick(page, Qt.Key.Key_1)
    assert [ticked for _, ticked in page.text.points] == [False, False, True]


def test_the_prompter_shows_a_due_disclosure(studio: Studio, window: MainWindow, clock: SetClock) -> None:
    studio.control.disclosures.automatic = False
    page = prompter(window).page
    assert page.head.must_say == ""
    studio.control.runner.start()
    clock.pass_ms(1_000)
    prompter(window).show_head()
    assert "Germany" in page.head.must_say
    studio.actions.run("disclosure.show")
    prompter(window).show_head()
    assert page.head.must_say == ""


def test_the_script_mode_shows_a_warning(studio: Studio, window: MainWindow) -> None:
    opened = prompter(window)
    assert not opened.hint.isVisible()
    opened.mode.setCurrentIndex(1)
    opened.mode.activated.emit(1)
    assert opened.hint.isVisible()
    assert "when you read a script" in opened.hint.text()
    assert opened.page.text.hint == "This segment has no script. Here are its points."
    studio.document.edit_show("Write", lambda show: change_segment(show, "open", script={"zh-Hans": "大家好"}))
    assert opened.page.text.script == "大家好"
    QTest.keyClick(opened.page, Qt.Key.Key_Space)
    assert opened.page.rolling
    QTest.keyClick(opened.page, Qt.Key.Key_Space)
    assert not opened.page.rolling


def test_text_size_and_mirroring_are_saved(studio: Studio, window: MainWindow, tmp_path: Path) -> None:
    opened = prompter(window)
    opened.size_slider.setValue(90)
    opened.mirror.click()
    QTest.keyClick(opened.page, Qt.Key.Key_Minus)
    assert opened.page.size_px == 86
    opened.close()
    again = Prompter(window.context, QSettings(str(tmp_path / "state" / "window.ini"), QSettings.Format.IniFormat))
    assert (again.page.size_px, again.page.mirrored) == (86, True)
    assert again.mirror.isChecked()
    again.deleteLater()


def test_f_opens_full_screen_and_escape_leaves_it(window: MainWindow) -> None:
    opened = prompter(window)
    QTest.keyClick(opened.page, Qt.Key.Key_F)
    assert opened.isFullScreen()
    assert not opened.bar.isVisible(), "full screen shows only the text"
    QTest.keyClick(opened.page, Qt.Key.Key_Escape)
    assert not opened.isFullScreen()
    assert opened.bar.isVisible()
