"""The window, clicked and typed on, over a real Studio."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QComboBox, QLineEdit, QMenu, QPlainTextEdit, QSpinBox, QToolButton, QWidget

from app.domain.base.notice import Notice, Severity
from app.domain.program import editing
from app.domain.program.project import program_scene
from app.domain.program.scene import Box, Fit
from app.domain.program.source import SourceKind, settings_of
from app.domain.program.stats import Meters, StripMeter
from app.domain.rundown.rundown import Segment
from app.domain.selling.on_screen import OnScreenKind
from app.session.studio import Studio
from app.ui.air.live import LivePanel
from app.ui.air.relay import RelayDialog
from app.ui.air.relays import RelaysPanel
from app.ui.program.placement import Handle
from app.ui.setup.guide import Guide
from app.ui.setup.settings import SettingsDialog, SettingsPages
from app.ui.shell.application import Shell
from app.ui.shell.main_window import MainWindow
from app.ui.shell.palette import Palette
from tests.support.desk_window import setting_groups

LEFT = Qt.MouseButton.LeftButton


W = TypeVar("W", bound=QWidget)


def inside(widget: QWidget, kind: type[W]) -> W:
    """The one widget of this kind below another."""
    found = widget.findChild(kind)
    assert found is not None
    return found


def click(widget: QWidget) -> None:
    QTest.mouseClick(widget, LEFT)


def drag(view: QWidget, start: QPointF, end: QPointF, keys: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """Press, move in five steps, and keep the button down."""
    QTest.mousePress(view, LEFT, keys, start.toPoint())
    for step in range(1, 6):
        point = start + (end - start) * step / 5
        _move(view, point, keys)


def _move(view: QWidget, point: QPointF, keys: Qt.KeyboardModifier) -> None:
    event = QMouseEvent(QEvent.Type.MouseMove, point, view.mapToGlobal(point), Qt.MouseButton.NoButton, LEFT, keys)
    QApplication.sendEvent(view, event)


def chosen_layer(studio: Studio, window: MainWindow) -> Box:
    return next(layer.box for layer in program_scene(studio.document.project).layers if layer.id == window.selection.layer_id)


def test_scenes_are_added_renamed_taken_and_removed_with_undo(studio: Studio, window: MainWindow) -> None:
    click(window.scenes.add_button)
    assert [scene.name for scene in studio.document.project.scenes] == ["Scene 1", "Scene 2"]
    assert program_scene(studio.document.project).name == "Scene 1", "adding takes nothing on air"
    editor = window.scenes.list.findChild(QLineEdit)
    assert editor is not None, "a new scene is named at once"
    editor.setText("Close-up")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()
    assert studio.document.project.scenes[1].name == "Close-up"
    window.scenes.list.setCurrentRow(0)
    click(window.scenes.remove_button)
    assert [scene.name for scene in studio.document.project.scenes] == ["Close-up"]
    assert not window.scenes.remove_button.isEnabled(), "the last scene stays"
    toast = window.toasts.toasts[-1]
    click(next(button for button in toast.findChildren(QAbstractButton) if button.text().startswith("Undo")))
    assert [scene.name for scene in studio.document.project.scenes] == ["Scene 1", "Close-up"]
    assert not window.toasts.toasts


def test_scenes_change_places_by_keyboard(studio: Studio, window: MainWindow) -> None:
    window.scenes.add()
    QTest.keyClick(inside(window.scenes.list, QLineEdit), Qt.Key.Key_Escape)
    second = studio.document.project.scenes[1].id
    QTest.keyClick(window.scenes.list, Qt.Key.Key_Up, Qt.KeyboardModifier.AltModifier)
    assert studio.document.project.scenes[0].id == second


@pytest.mark.parametrize("kind", list(SourceKind))
def test_every_kind_of_source_gets_a_form(kind: SourceKind, studio: Studio, window: MainWindow) -> None:
    window.sources.add(kind)
    source = studio.document.project.sources[-1]
    assert source.kind is kind
    assert window.selection.source_id == source.id
    form = window.properties.source_form
    assert form is not None
    assert set(form.keys) == set(settings_of(source))


def test_layers_are_hidden_locked_moved_and_duplicated(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.COLOUR)
    window.sources.add(SourceKind.TEXT)
    names = [window.sources.list.item(place).text() for place in range(window.sources.list.count())]
    assert names == ["Text", "Colour", "Test card", "Test tone"], "the top layer is first, sound last"
    row = window.sources.list.visualItemRect(window.sources.list.item(0))
    eye, lock = QPoint(row.right() - 16, row.center().y()), QPoint(row.right() - 42, row.center().y())
    QTest.mouseClick(window.sources.list.viewport(), LEFT, pos=eye)
    assert not program_scene(studio.document.project).layers[-1].visible
    QTest.mouseClick(window.sources.list.viewport(), LEFT, pos=lock)
    assert program_scene(studio.document.project).layers[-1].locked
    click(window.sources.down_button)
    assert window.sources.list.item(1).text() == "Text"
    click(window.sources.duplicate_button)
    assert len(program_scene(studio.document.project).layers) == 4
    click(window.sources.remove_button)
    assert len(program_scene(studio.document.project).layers) == 3


def test_an_empty_scene_says_what_to_do(window: MainWindow) -> None:
    assert window.sources.list.isVisible()
    window.sources.list.setCurrentRow(1)
    click(window.sources.remove_button)
    window.sources.list.setCurrentRow(0)
    click(window.sources.remove_button)
    assert not window.sources.list.isVisible()
    assert any(button.text() == "Add source" for button in window.sources.findChildren(QAbstractButton) if button.isVisible())
    assert any(button.text() == "Add microphone" for button in window.mixer.findChildren(QAbstractButton) if button.isVisible())


def test_a_form_applies_at_once_and_a_row_of_changes_is_one_step(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.TEXT)
    form = window.properties.source_form
    assert form is not None
    text = inside(form.editor("text"), QPlainTextEdit)
    text.selectAll()
    QTest.keyClicks(text, "Sale")
    source = studio.document.project.sources[-1]
    assert source.settings["text"] == "Sale"
    size = inside(form.editor("size"), QSpinBox)
    for value in (70, 80, 90):
        size.setValue(value)
    assert studio.document.project.sources[-1].settings["size"] == 90
    studio.document.undo()
    assert "size" not in studio.document.project.sources[-1].settings
    assert size.value() == 64, "the form follows the document"
    studio.document.undo()
    assert studio.document.project.sources[-1].settings["text"] == "Your text"


def test_placement_is_edited_in_per_cent(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.COLOUR)
    form = window.properties.placement_form
    assert form is not None
    form.editor("width").edited.emit(50.0)
    assert chosen_layer(studio, window).width == pytest.approx(0.5)
    box = inside(form.editor("fit"), QComboBox)
    box.setCurrentIndex(box.findData("cover"))
    box.activated.emit(box.currentIndex())
    assert program_scene(studio.document.project).layers[-1].fit is Fit.COVER


def test_a_value_that_does_not_fit_is_refused_at_its_field(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.TEXT)
    before = studio.document.project
    form = window.properties.source_form
    assert form is not None
    form.editor("size").edited.emit(5000)
    assert studio.document.project is before
    assert any("400" in label.text() for label in form.findChildren(QWidget, "error") if label.isVisible())  # type: ignore[attr-defined]


def test_a_layer_is_moved_by_mouse_in_one_undo_step(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.COLOUR)
    window.properties.placement_form.editor("width").edited.emit(40.0)  # type: ignore[union-attr]
    window.properties.placement_form.editor("height").edited.emit(40.0)  # type: ignore[union-attr]
    view, title = window.program.view, studio.document.undo_title
    middle = view.box_rect(chosen_layer(studio, window)).center()
    drag(view, middle, middle + QPointF(view.picture_rect().width() * 0.23, view.picture_rect().height() * 0.27))
    QTest.mouseRelease(view, LEFT)
    moved = chosen_layer(studio, window)
    assert moved.x == pytest.approx(0.23, abs=0.03)
    assert moved.y == pytest.approx(0.27, abs=0.04)
    studio.document.undo()
    assert chosen_layer(studio, window).x == pytest.approx(0.0)
    assert studio.document.undo_title == title


def test_escape_gives_a_drag_up_without_a_trace(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.COLOUR)
    view, title = window.program.view, studio.document.undo_title
    middle = view.box_rect(chosen_layer(studio, window)).center()
    drag(view, middle, middle + QPointF(80, 60))
    assert chosen_layer(studio, window) != Box()
    QTest.keyClick(view, Qt.Key.Key_Escape)
    QTest.mouseRelease(view, LEFT)
    assert chosen_layer(studio, window) == Box()
    assert studio.document.undo_title == title


def test_handles_scale_and_alt_crops(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.COLOUR)
    view = window.program.view
    corner = view.handle_point(chosen_layer(studio, window), Handle.BOTTOM_RIGHT)
    drag(view, corner, corner - QPointF(view.picture_rect().width() * 0.3, 10), Qt.KeyboardModifier.ShiftModifier)
    QTest.mouseRelease(view, LEFT)
    box = chosen_layer(studio, window)
    assert box.width == pytest.approx(box.height, abs=0.01)
    assert box.width == pytest.approx(0.7, abs=0.03)
    side = view.handle_point(box, Handle.LEFT)
    drag(view, side, side + QPointF(40, 0), Qt.KeyboardModifier.AltModifier)
    QTest.mouseRelease(view, LEFT)
    assert program_scene(studio.document.project).layers[-1].crop.left > 0.03


def test_arrow_keys_nudge(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.COLOUR)
    view = window.program.view
    for _ in range(3):
        QTest.keyClick(view, Qt.Key.Key_Down)
    assert chosen_layer(studio, window).y == pytest.approx(3 / 1080, abs=1e-6)
    studio.document.undo()
    assert chosen_layer(studio, window).y == 0


def test_a_click_in_the_picture_chooses_the_layer_on_top(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.COLOUR)
    top = window.selection.layer_id
    window.selection.choose()
    QTest.mouseClick(window.program.view, LEFT, pos=window.program.view.picture_rect().center().toPoint())
    assert window.selection.layer_id == top
    assert window.sources.list.current_id() == top


def test_the_mixer_follows_and_changes_the_document(studio: Studio, window: MainWindow) -> None:
    strip = window.mixer.strips["sound"]
    QTest.keyClick(strip.fader, Qt.Key.Key_Down)
    QTest.keyClick(strip.fader, Qt.Key.Key_Down)
    assert studio.document.project.strips[0].gain_db == pytest.approx(-2.0)
    assert strip.gain.text() == "−2.0 dB"
    click(strip.mute)
    assert studio.document.project.strips[0].muted
    QTest.mouseDClick(strip.fader, LEFT)
    assert studio.document.project.strips[0].gain_db == 0.0
    studio.document.undo()
    assert strip.fader.gain_db == pytest.approx(-2.0)


def test_meters_hold_their_peak(window: MainWindow) -> None:
    loud, quiet = StripMeter("sound", (-6.0, -12.0), (-9.0, -15.0)), StripMeter("sound", (-50.0, -50.0), (-55.0, -55.0))
    window.bridge.meters_changed.emit(Meters(loud, (loud,)))
    window.bridge.meters_changed.emit(Meters(quiet, (quiet,)))
    assert window.mixer.strips["sound"].meter.held_db == (-6.0, -12.0)
    assert window.mixer.master.held_db == (-6.0, -12.0)


async def test_a_relay_is_added_with_its_token_and_pinned(studio: Studio, window: MainWindow) -> None:
    await studio.start()
    dialog = RelayDialog(window.context, None, window)
    dialog.name.setText("Frankfurt")
    dialog.save()
    assert not tuple(studio.document.project.relays), "without an address it is refused"
    assert dialog.form is not None
    dialog.form.editor("whip_url").edited.emit("https://relay.example/live/whip")
    dialog.token.setText("secret")
    dialog.save()
    (relay,) = tuple(studio.document.project.relays)
    assert (relay.name, relay.whip_url) == ("Frankfurt", "https://relay.example/live/whip")
    assert studio.relays.token_of(relay.id) == "secret"
    assert "secret" not in repr(studio.document.project)
    row = window.relays.rows[relay.id]
    assert row.state.text() == "measuring…"
    QTest.keyClick(row, Qt.Key.Key_Return)
    assert studio.document.project.relay_id == relay.id
    assert studio.broadcast.main_relay().id == relay.id
    click(window.relays.nearest_button)
    assert studio.document.project.relay_id == ""
    dialog.deleteLater()


def test_the_relay_dialog_knows_every_preset(studio: Studio, window: MainWindow) -> None:
    dialog = RelayDialog(window.context, None, window)
    assert dialog.kind.count() == len(studio.relays.presets) > 8
    for place in range(dialog.kind.count()):
        dialog.kind.setCurrentIndex(place)
        assert dialog.form is not None
        assert set(dialog.form.keys) == {field.key for field in dialog.preset.fields}
    dialog.deleteLater()


def test_the_palette_finds_and_runs(studio: Studio, window: MainWindow) -> None:
    palette = Palette(window, list(window.qt_actions.by_id.values()))
    palette.show()
    QTest.keyClicks(palette.line, "add scene")
    QTest.keyClick(palette.line, Qt.Key.Key_Return)
    assert len(studio.document.project.scenes) == 2
    palette.deleteLater()


def test_more_settings_scroll_to_what_they_open(studio: Studio, window: MainWindow) -> None:
    dialog = SettingsDialog(window.context, setting_groups(), window)
    dialog.show()
    QApplication.processEvents()
    button = next(one for one in dialog.findChildren(QToolButton) if one.text() == "More settings" and one.isVisible())
    click(button)
    QApplication.processEvents()
    assert button.visibleRegion().boundingRect().height() == button.height()
    below = dialog.findChild(SettingsPages)
    assert below is not None
    assert below.forms[0].editor("encoder").visibleRegion().boundingRect().isValid()
    dialog.deleteLater()


def test_a_group_that_has_nothing_but_advanced_settings_is_open(studio: Studio, window: MainWindow) -> None:
    dialog = SettingsDialog(window.context, setting_groups(), window)
    dialog.show()
    pages = dialog.findChild(SettingsPages)
    assert pages is not None
    pages.list.setCurrentRow(next(row for row in range(pages.list.count()) if pages.list.item(row).text() == "Network"))
    QApplication.processEvents()
    network = next(form for form in pages.forms if "stun_servers" in form.keys)
    assert network.editor("stun_servers").isVisible()
    dialog.deleteLater()


def test_a_long_name_does_not_push_the_form_out_of_its_panel(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.TEXT)
    source = studio.document.project.sources[-1]
    studio.document.edit("Rename source", lambda project: editing.rename_source(project, source.id, "A name without an end " * 10))
    QApplication.processEvents()
    form = window.properties.source_form
    assert form is not None
    assert form.mapTo(window.properties, QPoint(form.width(), 0)).x() <= window.properties.width()


def test_commands_follow_what_can_be_done(studio: Studio, window: MainWindow) -> None:
    undo = window.qt_actions.by_id["edit.undo"]
    assert not undo.isEnabled()
    window.sources.add(SourceKind.COLOUR)
    QApplication.processEvents()
    assert undo.isEnabled()
    assert undo.text() == "Undo: Add source"
    assert window.windowTitle().startswith("• ")
    undo.trigger()
    assert len(studio.document.project.sources) == 2


def test_a_switch_shows_in_the_menu_whether_it_is_on(studio: Studio, window: MainWindow) -> None:
    switch, selling = window.qt_actions.by_id["card.code"], studio.control.selling
    assert switch.isCheckable()
    assert not switch.isChecked()
    for on in (True, False):
        selling.show_lasting(OnScreenKind.CODE, on=on)
        QApplication.processEvents()
        assert switch.isChecked() is on
    switch.trigger()
    assert switch.isChecked() is (OnScreenKind.CODE in selling.shown.lasting)


def test_every_menu_fits_a_small_screen(window: MainWindow) -> None:
    for menu in window.menuBar().findChildren(QMenu):
        assert menu.sizeHint().height() <= 700, menu.title()


def test_shortcuts_are_not_given_twice(window: MainWindow) -> None:
    keys = [action.shortcut().toString() for action in window.qt_actions.by_id.values() if not action.shortcut().isEmpty()]
    assert len(keys) == len(set(keys))


def test_a_notice_replaces_the_one_of_its_subject_and_stays_in_the_log(window: MainWindow) -> None:
    for name in ("One", "Two"):
        window.bridge.tell(Notice(Severity.INFO, "window.scene_removed", {"name": name}, "scene"))
    assert len(window.toasts.toasts) == 1
    assert "Two" in window.toasts.toasts[0].accessibleName()
    assert window.log.list.count() == 2


def test_an_offer_that_was_taken_up_is_taken_down(studio: Studio, window: MainWindow) -> None:
    studio.document.edit_show("Fill", lambda show: replace(show, segments=(Segment("open", "Opening"),)))
    window.bridge.tell(Notice(Severity.INFO, "run.not_started", {}, "run", ("run.start",)))
    window.bridge.tell(Notice(Severity.INFO, "window.copied", {"address": "http://here"}))
    window.selection.choose()
    assert len(window.toasts.toasts) + len(window.toasts.waiting) == 2
    studio.control.runner.start()
    QApplication.processEvents()
    assert [toast.notice.code for toast in window.toasts.toasts] == ["window.copied"]


def test_notices_that_find_no_room_make_room(window: MainWindow) -> None:
    for number in range(5):
        window.bridge.tell(Notice(Severity.WARNING, "window.scene_removed", {"name": "A long name " * 20}, f"scene {number}"))
    QApplication.processEvents()
    room = window.toasts.parentWidget()
    assert room is not None
    assert len(window.toasts.toasts) >= 1
    assert window.toasts.geometry().bottom() <= room.height()
    assert window.log.list.count() == 5


def test_everything_that_takes_the_keyboard_has_a_name(window: MainWindow) -> None:
    window.sources.add(SourceKind.TEXT)
    nameless = [
        f"{type(widget).__name__} {widget.objectName()} in {type(widget.parent()).__name__}"
        for widget in window.findChildren(QWidget)
        if widget.isVisible()
        and widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and not widget.accessibleName()
        and not (isinstance(widget, QAbstractButton) and widget.text())
        and type(widget).__name__ not in ("QTabBar", "QScrollArea", "QLabel")
        and not (isinstance(widget, QAbstractButton) and widget.toolTip())
        and widget.objectName() != "qt_spinbox_lineedit"
    ]
    assert not nameless


def test_a_panel_becomes_a_window_and_comes_back(window: MainWindow) -> None:
    dock = window.docks["cue"]
    dock.setFloating(True)
    QCoreApplication.processEvents()
    assert dock.isWindow() and dock.isVisible()
    assert dock.titleBarWidget() is not None and dock.titleBarWidget().isVisibleTo(dock)  # no tab shows its name now
    assert dock.height() >= 420
    kept = window.saveState()
    dock.setFloating(False)
    assert not dock.isWindow()
    window.restoreState(kept)
    assert dock.isFloating()
    dock.setFloating(False)


def test_docks_remember_their_place(shell: Shell, tmp_path: Path, window: MainWindow) -> None:
    window.docks["scenes"].hide()
    window.save_layout()
    assert (tmp_path / "state" / "window.ini").is_file()
    shell._rebuild()
    assert shell.window is not window
    assert not shell.window.docks["scenes"].isVisible()
    shell.window.reset_layout()
    assert shell.window.docks["scenes"].isVisible()


async def test_language_and_theme_change_at_once(shell: Shell, studio: Studio) -> None:
    window = shell.window
    studio.settings.change("language", "zh_CN")
    shell._rebuild()
    assert shell.window.docks["scenes"].windowTitle() == "场景"
    assert shell.window.live.button.text() == "开播"
    dark = shell.window.palette().window().color()
    studio.settings.change("theme", "light")
    shell._rebuild()
    assert shell.window.palette().window().color().lightness() > dark.lightness()
    studio.settings.change("language", "en")
    shell._rebuild()
    assert shell.window.docks["scenes"].windowTitle() == "Scenes"
    assert window is not shell.window


def test_the_guide_uses_devices_and_loses_nothing(studio: Studio, window: MainWindow) -> None:
    guide = Guide(window.context, window, RelaysPanel(window.context), LivePanel(window.context))
    guide.show()
    click(next(button for button in guide.findChildren(QAbstractButton) if button.text() == "Use" and button.isVisible()))
    kinds = [source.kind for source in studio.document.project.sources]
    assert SourceKind.CAMERA in kinds
    assert SourceKind.TEST_CARD not in kinds, "the camera takes the test card's place"
    for _ in range(3):
        click(guide.next_button)
    assert guide.next_button.text() == "Done"
    click(guide.next_button)
    assert not guide.isVisible()
    guide.deleteLater()


def test_the_watch_address_is_copied(studio: Studio, window: MainWindow) -> None:
    window.live.copy_address()
    assert QGuiApplication.clipboard().text() == window.live.watch_address()
    assert studio.embedded.watch_address in ("", window.live.watch_address())


@pytest.mark.parametrize("language", ["en", "zh_CN"])
async def test_two_strips_are_seen_whole_on_a_small_screen(shell: Shell, studio: Studio, language: str) -> None:
    studio.settings.change("language", language)
    await asyncio.sleep(0)
    window = shell.window
    window.show()
    window.sources.add(SourceKind.MICROPHONE)
    assert len(studio.document.project.strips) == 2
    window.showNormal()
    window.resize(1366, 768)
    window.reset_layout()
    for _ in range(3):
        QApplication.processEvents()
    assert (window.width(), window.height()) == (1366, 768)
    for strip in window.mixer.strips.values():
        assert strip.visibleRegion().boundingRect() == strip.rect(), "nothing of it is cut off"
