"""Tests the show report in both languages, copied and saved."""

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


def visible_report(window: MainWindow) -> ReportDialog | None:
    return next((dialog for dialog in window.findChildren(ReportDialog) if dialog.isVisible()), None)


def log_show(studio: Studio) -> None:
    """Log a show with two viewers, clicks, likes and orders in two currencies."""
    at_ms = studio.control.now_ms()
    studio.log.append(EventKind.ON_AIR)
    studio.log.append(EventKind.SHOW_STARTED)
    for viewer in ("a", "b"):
        studio.log.append(EventKind.VIEWER_JOINED, viewer=viewer)
        studio.log.append(EventKind.PRODUCT_CLICKED, viewer=viewer, product="sun")
    studio.log.append(EventKind.LIKED, count=1200, product="sun")
    studio.log.append(EventKind.ORDER_PLACED, order="1", product="sun", units=2, minor=3998, currency="USD", at_ms=at_ms)
    studio.log.append(EventKind.ORDER_PLACED, order="2", product="<gone>", units=1, minor=2500, currency="JPY", at_ms=at_ms)


async def loaded_report(window: MainWindow) -> ReportDialog:
    await until(lambda: (report := visible_report(window)) is not None and report.summary is not None)
    report = visible_report(window)
    assert report is not None
    return report


async def test_ending_the_broadcast_ends_the_show_and_opens_the_report(shell: Shell, studio: Studio) -> None:
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
    report = await loaded_report(window)
    assert not studio.control.runner.run.running
    assert (studio.control.selling.shown.pinned_id, studio.control.selling.shown.drop) == ("", None)
    assert window.rundown.head.start_button.isVisible()
    assert "$19.99" in report.text()
    report.reject()


@pytest.mark.parametrize(
    ("language", "words"), [("en", ("revenue\t$39.98", "likes\t1,200")), ("zh_CN", ("销售额\tUS$39.98", "点赞\t1,200"))]
)
async def test_the_report_lists_the_figures(shell: Shell, studio: Studio, language: str, words: tuple[str, ...]) -> None:
    studio.settings.change("language", language)
    await asyncio.sleep(0)
    studio.document.edit_show("Fill", lambda _: selling_show())
    log_show(studio)
    window = shell.window
    window.qt_actions.run("report.open")
    report = await loaded_report(window)
    for line in words:
        assert line in report.text()
    assert sorted(row[4] for row in report._rows_of(report.summary or ShowSummary(0, 0))) == ["1", "1"]
    assert report.products.topLevelItemCount() == 2
    report.copy()
    assert QGuiApplication.clipboard().text() == report.text()
    assert "&lt;gone&gt;" in report.html() and "<gone>" not in report.html()
    report.reject()


async def test_a_past_show_is_selected_and_saved_as_pdf(shell: Shell, studio: Studio, tmp_path: Path) -> None:
    studio.document.edit_show("Fill", lambda _: selling_show())
    studio.log.append(EventKind.SHOW_STARTED)
    studio.log.append(EventKind.SHOW_ENDED, why="host")
    log_show(studio)
    studio.log.append(EventKind.OFF_AIR, why="host")
    studio.log.append(EventKind.SHOW_ENDED, why="host")
    window = shell.window
    window.qt_actions.run("report.open")
    report = await loaded_report(window)
    assert [report.choice.itemText(row).endswith("rehearsal") for row in range(report.choice.count())] == [False, True]
    newest = report.summary
    report.choice.setFocus()
    QTest.keyClick(report.choice, Qt.Key.Key_Down)
    report.choice.activated.emit(1)
    await until(lambda: report.summary is not newest)
    assert report.summary is not None and report.summary.orders == 0
    assert report.none_sold.isVisible()
    assert report.write_pdf(tmp_path / "report.pdf")
    assert (tmp_path / "report.pdf").read_bytes().startswith(b"%PDF")
    assert not report.write_pdf(tmp_path / "nowhere" / "report.pdf")
    assert window.toasts.toasts[-1].notice.code == "file.failed"
    report.reject()


async def test_the_report_is_empty_before_the_first_show(shell: Shell, studio: Studio) -> None:
    shell.window.qt_actions.run("report.open")
    QApplication.processEvents()
    report = visible_report(shell.window)
    assert report is not None and report.empty.isVisible() and not report.copy_button.isEnabled()
    assert report.focusWidget() is not None
    QTest.keyClick(report, Qt.Key.Key_Escape)
