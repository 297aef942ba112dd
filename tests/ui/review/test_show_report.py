"""The report after a show: what happened, in both languages, to copy and to save."""

import asyncio
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.event import EventKind
from app.domain.program.broadcast import BroadcastState
from app.domain.review.show_summary import ShowSummary
from app.session.studio import Studio
from app.ui.review.show_report import ReportDialog
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from tests.support.selling_show import selling_show
from tests.ui.air.test_on_air import until


def report_of(window: MainWindow) -> ReportDialog | None:
    return next((one for one in window.findChildren(ReportDialog) if one.isVisible()), None)


def lived(studio: Studio) -> None:
    """A show with two viewers, clicks and orders in two currencies is in the log."""
    at_ms = studio.control.now_ms()
    studio.log.append(EventKind.ON_AIR)
    studio.log.append(EventKind.SHOW_STARTED)
    for viewer in ("a", "b"):
        studio.log.append(EventKind.VIEWER_JOINED, viewer=viewer)
        studio.log.append(EventKind.PRODUCT_CLICKED, viewer=viewer, product="sun")
    studio.log.append(EventKind.LIKED, count=1200, product="sun")
    studio.log.append(EventKind.ORDER_PLACED, order="1", product="sun", units=2, minor=3998, currency="USD", at_ms=at_ms)
    studio.log.append(EventKind.ORDER_PLACED, order="2", product="<gone>", units=1, minor=2500, currency="JPY", at_ms=at_ms)


async def read(window: MainWindow) -> ReportDialog:
    await until(lambda: (shown := report_of(window)) is not None and shown.summary is not None)
    shown = report_of(window)
    assert shown is not None
    return shown


async def test_ending_the_broadcast_ends_everything_and_shows_the_page(shell: Shell, studio: Studio) -> None:
    window = shell.window
    studio.settings.change("confirm_stop_live", False)
    await studio.start()
    studio.document.edit_show("Fill", lambda _: selling_show())
    await until(window.live.button.isEnabled)
    studio.broadcast.go_live()
    await until(lambda: window.live.button.text().startswith("On air"))
    studio.control.runner.start()
    studio.control.selling.drop_coupon("ten")
    studio.control.selling.pin("moon")
    studio.log.append(EventKind.ORDER_PLACED, order="1", product="moon", units=1, minor=1999, currency="USD", at_ms=studio.control.now_ms())
    QTest.mouseClick(window.live.button, Qt.MouseButton.LeftButton)
    await until(lambda: studio.broadcast.state.value is BroadcastState.IDLE)
    shown = await read(window)
    assert not studio.control.runner.run.running
    assert (studio.control.selling.shown.pinned_id, studio.control.selling.shown.drop) == ("", None)
    assert window.rundown.head.start_button.isVisible()
    assert "$19.99" in shown.text()
    shown.reject()


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("revenue\t$39.98", "likes\t1,200")), ("zh_CN", ("销售额\tUS$39.98", "点赞\t1,200"))]
)
async def test_the_page_says_what_happened(shell: Shell, studio: Studio, language: str, words: tuple[str, ...]) -> None:
    studio.settings.change("language", language)
    await asyncio.sleep(0)
    studio.document.edit_show("Fill", lambda _: selling_show())
    lived(studio)
    window = shell.window
    window.qt_actions.run("report.open")
    shown = await read(window)
    for line in words:
        assert line in shown.text()
    assert sorted(row[4] for row in shown._rows_of(shown.summary or ShowSummary(0, 0))) == ["1", "1"]
    assert shown.products.topLevelItemCount() == 2
    shown.copy()
    assert QGuiApplication.clipboard().text() == shown.text()
    assert "&lt;gone&gt;" in shown.html() and "<gone>" not in shown.html()
    shown.reject()


async def test_past_shows_are_chosen_and_kept_as_pdf(shell: Shell, studio: Studio, tmp_path: Path) -> None:
    studio.document.edit_show("Fill", lambda _: selling_show())
    studio.log.append(EventKind.SHOW_STARTED)
    studio.log.append(EventKind.SHOW_ENDED, why="host")
    lived(studio)
    studio.log.append(EventKind.OFF_AIR, why="host")
    studio.log.append(EventKind.SHOW_ENDED, why="host")
    window = shell.window
    window.qt_actions.run("report.open")
    shown = await read(window)
    assert [shown.choice.itemText(row).endswith("rehearsal") for row in range(shown.choice.count())] == [False, True]
    newest = shown.summary
    shown.choice.setFocus()
    QTest.keyClick(shown.choice, Qt.Key.Key_Down)
    shown.choice.activated.emit(1)
    await until(lambda: shown.summary is not newest)
    assert shown.summary is not None and shown.summary.orders == 0
    assert shown.none_sold.isVisible()
    assert shown.write_pdf(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert not shown.write_pdf(tmp_path / "nowhere" / "report.pdf")
    assert window.toasts.toasts[-1].notice.code == "file.failed"
    shown.reject()


async def test_before_the_first_show_the_page_says_so(shell: Shell, studio: Studio) -> None:
    shell.window.qt_actions.run("report.open")
    QApplication.processEvents()
    shown = report_of(shell.window)
    assert shown is not None and shown.empty.isVisible() and not shown.copy_button.isEnabled()
    assert shown.focusWidget() is not None
    QTest.keyClick(shown, Qt.Key.Key_Escape)
