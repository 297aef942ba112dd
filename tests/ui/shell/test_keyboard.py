"""The window without a mouse: Tab reaches every control in visual order and returns to the first."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QAbstractScrollArea, QApplication, QTabBar, QWidget

from app.domain.program.source import SourceKind
from app.session.studio import Studio
from app.ui.air.live import LivePanel
from app.ui.air.relay import RelayDialog
from app.ui.air.relays import RelaysPanel
from app.ui.kit.questions import Question
from app.ui.setup.guide import Guide
from app.ui.setup.settings import SettingsDialog
from app.ui.shell.main_window import MainWindow
from tests.support.desk_window import setting_groups

MOST = 400  # more steps than any window has controls


def round_trip(window: QWidget) -> list[QWidget]:
    """The focused widget after each Tab, until the first one returns."""
    window.activateWindow()
    QApplication.processEvents()
    reached: list[QWidget] = []
    for _ in range(MOST):
        QTest.keyClick(window, Qt.Key.Key_Tab)
        here = window.focusWidget()
        if here is None or (reached and here is reached[0]):
            break
        reached.append(here)
    return reached


def controls(window: QWidget) -> list[QWidget]:
    """The controls that a click can use now."""
    return [
        widget
        for widget in window.findChildren(QWidget)
        if widget.isVisibleTo(window)
        and widget.isEnabled()
        and widget.focusProxy() is None
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not (type(widget) is QAbstractScrollArea or isinstance(widget, QTabBar))
        and widget.visibleRegion().boundingRect().isValid()
    ]


def named(widget: QWidget) -> str:
    words = widget.text() if isinstance(widget, QAbstractButton) else ""
    return widget.accessibleName() or words or widget.toolTip() or f"{type(widget).__name__} {widget.objectName()}"


def test_tab_reaches_every_control_of_the_window(studio: Studio, window: MainWindow) -> None:
    window.resize(1366, 1600)  # all visible forms
    window.sources.add(SourceKind.TEXT)
    QApplication.processEvents()
    reached = {id(widget) for widget in round_trip(window)}
    missed = [named(widget) for widget in controls(window) if id(widget) not in reached]
    assert not missed


def test_tab_goes_down_a_form_in_the_order_of_its_rows(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.TEXT)
    form = window.properties.source_form
    assert form is not None
    inside = [widget for widget in round_trip(window) if form.isAncestorOf(widget)]
    heights = [widget.mapTo(form, QPoint(0, 0)).y() for widget in inside]
    assert len(heights) > 5
    assert heights == sorted(heights)


def test_tab_reaches_every_control_of_the_dialogs(studio: Studio, window: MainWindow) -> None:
    for dialog in (
        Guide(window.context, window, RelaysPanel(window.context), LivePanel(window.context)),
        RelayDialog(window.context, None, window),
        SettingsDialog(window.context, setting_groups(), window),
    ):
        dialog.resize(900, 1400)
        dialog.show()
        QApplication.processEvents()
        reached = {id(widget) for widget in round_trip(dialog)}
        assert not [named(widget) for widget in controls(dialog) if id(widget) not in reached], dialog.windowTitle()
        dialog.close()
        dialog.deleteLater()


def test_the_on_air_button_answers_its_keys(studio: Studio, window: MainWindow) -> None:
    keys = {name: window.qt_actions.by_id[name].shortcut().toString() for name in ("show.go_live", "show.stop", "live.copy")}
    assert keys == {"show.go_live": "Ctrl+L", "show.stop": "Ctrl+Shift+L", "live.copy": "Ctrl+Shift+C"}
    assert window.live.copy_button.accessibleName() == "Copy watch link"


def test_enter_gives_the_answer_that_has_the_focus(window: MainWindow) -> None:
    for name in ("", "keep", "end"):
        question = Question(window, "You are on air", "And now?", (("end", "End show", "danger"), ("keep", "Stay on air", "")))
        question.show()
        question.buttons[name].setFocus()
        QTest.keyClick(question.focusWidget(), Qt.Key.Key_Return)
        assert not question.isVisible()
        assert question.answer == name
        question.deleteLater()
