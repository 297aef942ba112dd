"""The window's look and what it remembers: panel widths, fonts, open windows after a rebuild."""

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QFont, QFontDatabase, QMouseEvent, QTextLayout
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.base.notice import Notice, Severity
from app.overlay.text import font_for
from app.session.studio import Studio
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from app.ui.shell.side_widths import SETTLE_MS, saved_widths

LEFT = Qt.MouseButton.LeftButton


async def test_what_is_open_stays_open_in_another_language(shell: Shell, studio: Studio) -> None:
    shell.window.show_settings()
    opened = shell.window.windows.settings
    assert opened is not None
    opened.pages.list.setCurrentRow(2)
    shell.window.windows.toggle_prompter()
    studio.settings.change("language", "zh_CN")
    shell._rebuild()
    again = shell.window.windows.settings
    assert again is not None
    assert again is not opened
    assert again.isVisible()
    assert (again.page, again.windowTitle()) == (2, "设置")
    assert shell.window.windows.opened.prompter
    assert not shell.window.windows.opened.planner
    again.accept()
    shell._rebuild()
    assert shell.window.windows.settings is None, "what was closed stays closed"


def side_widths(window: MainWindow) -> tuple[int, int]:
    return window.docks["rundown"].width(), window.docks["live"].width()


def resize(window: MainWindow, width: int) -> None:
    """Resize like a window manager and wait for the end: Qt animates docks."""
    window.setAnimated(False)
    window.resize(width, 800)
    QTest.qWait(2 * SETTLE_MS)


def move(window: MainWindow, point: QPointF) -> None:
    keys = Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(window, QMouseEvent(QEvent.Type.MouseMove, point, window.mapToGlobal(point), LEFT, LEFT, keys))


def draw_right_side(window: MainWindow, by_px: int) -> None:
    """Drag the separator of the right panels this many pixels to the left."""
    dock = window.docks["live"]
    start = QPoint(dock.mapTo(window, QPoint(0, 0)).x() - 4, dock.mapTo(window, QPoint(0, 40)).y())
    QTest.mousePress(window, LEFT, pos=start)
    for step in (by_px // 2, by_px):
        move(window, QPointF(start - QPoint(step, 0)))
        QTest.qWait(2 * SETTLE_MS)
    QTest.mouseRelease(window, LEFT, pos=start - QPoint(by_px, 0))
    QApplication.processEvents()


def test_panels_that_a_small_window_narrowed_get_their_width_back(window: MainWindow) -> None:
    resize(window, 1500)
    before = side_widths(window)
    resize(window, 900)
    assert side_widths(window) < before
    resize(window, 1500)
    assert side_widths(window) == before


def test_panels_are_as_wide_as_the_user_drew_them(shell: Shell, window: MainWindow) -> None:
    resize(window, 1500)
    before = side_widths(window)
    draw_right_side(window, 40)
    drawn = side_widths(window)
    assert drawn[1] == before[1] + 40
    resize(window, 900)
    resize(window, 1500)
    assert side_widths(window) == drawn
    shell._rebuild()
    assert shell.window.sides.wanted_px[1] == drawn[1]


@pytest.mark.parametrize("broken", [["wide", "-3"], "7", [1, 2, 3], {}, None, ["10000000", "300"], [[1], [2]], 5])
def test_broken_widths_on_disk_are_passed_over(broken: object) -> None:
    assert saved_widths(broken, [320, 330]) == [320, 330]
    assert saved_widths(["300", "400"], [320, 330]) == [300, 400]


@pytest.mark.parametrize("first", ["window", "picture"])
def test_chinese_is_not_bold_in_the_window_and_keeps_its_font_on_the_picture(shell: Shell, first: str) -> None:
    del shell
    if "WenQuanYi Micro Hei" not in QFontDatabase.families():
        pytest.skip("this system has another Chinese font")
    drawn = {"window": QApplication.font(), "picture": font_for("", "商品")}
    order = sorted(drawn, key=lambda name: name != first)
    faces = {name: chinese_faces(drawn[name]) for name in order}
    assert faces == {"window": {"WenQuanYi Micro Hei"}, "picture": {"Noto Sans CJK SC"}}


def test_messages_are_wrapped_for_the_width_that_the_list_has(window: MainWindow) -> None:
    log = window.log
    window.context.openers.show_panel("log")
    QApplication.processEvents()
    assert log.empty.isVisible()
    for number in range(12):
        window.bridge.tell(Notice(Severity.WARNING, "secrets.none", {}, f"subject {number}"))
    heights = []
    for width in (900, 1700, 900):
        resize(window, width)
        log.list.doItemsLayout()  # Qt does it a moment later
        assert log.list.horizontalScrollBar().maximum() == 0
        heights.append(log.list.visualItemRect(log.list.item(0)).height())
    assert not log.empty.isVisible()
    assert heights[0] == heights[2] > heights[1], "a wider list has lower rows, and no blank room below them"


def chinese_faces(font: QFont) -> set[str]:
    layout = QTextLayout("商品", font)
    layout.beginLayout()
    layout.createLine()
    layout.endLayout()
    return {run.rawFont().familyName() for run in layout.glyphRuns()}
