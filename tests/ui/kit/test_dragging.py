"""Rows dragged by mouse: scenes and layers change places in the document, in one undo step."""

from functools import partial

from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt
from PySide6.QtGui import QDropEvent, QMouseEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.program import editing
from app.domain.program.project import program_scene
from app.domain.program.source import SourceKind
from app.session.studio import Studio
from app.ui.kit.row_list import RowList
from app.ui.shell.main_window import MainWindow

LEFT = Qt.MouseButton.LeftButton


def drag_row(rows: RowList, start: int, end: int, *, below: bool) -> None:
    """Drag a row with the mouse and drop it on the upper or lower half of another. The offscreen platform has no drags, so this delivers
    the dragged data."""
    view = rows.viewport()
    first, last = rows.visualItemRect(rows.item(start)), rows.visualItemRect(rows.item(end))
    grip = QPoint(first.left() + 60, first.center().y())
    goal = QPoint(first.left() + 60, last.bottom() - 4 if below else last.top() + 4)
    QTest.mousePress(view, LEFT, Qt.KeyboardModifier.NoModifier, grip)
    for distance in (2, 40):
        move = QMouseEvent(
            QEvent.Type.MouseMove, grip + QPoint(0, distance), view.mapToGlobal(grip), LEFT, LEFT, Qt.KeyboardModifier.NoModifier
        )
        QApplication.sendEvent(view, move)  # the second move starts the drag, which collects its data
    carried: QMimeData = rows.mimeData(rows.selectedItems())
    QTest.mouseRelease(view, LEFT, Qt.KeyboardModifier.NoModifier, grip)
    assert carried.formats() == rows.mimeTypes()
    drop = QDropEvent(QPointF(goal), Qt.DropAction.MoveAction, carried, LEFT, Qt.KeyboardModifier.NoModifier)
    rows.dropEvent(drop)


def test_scenes_change_places_by_mouse(studio: Studio, window: MainWindow) -> None:
    for name in ("Two", "Three"):
        studio.document.edit("Add scene", partial(editing.add_scene, name=name))
    drag_row(window.scenes.list, 2, 0, below=False)
    assert [scene.name for scene in studio.document.project.scenes] == ["Three", "Scene 1", "Two"]
    assert [window.scenes.list.item(place).text() for place in range(3)] == ["Three", "Scene 1", "Two"]
    drag_row(window.scenes.list, 0, 1, below=True)
    assert [scene.name for scene in studio.document.project.scenes] == ["Scene 1", "Three", "Two"]
    assert studio.document.undo_title == "Move scene"
    studio.document.undo()
    assert [scene.name for scene in studio.document.project.scenes] == ["Three", "Scene 1", "Two"]


def test_layers_change_places_by_mouse(studio: Studio, window: MainWindow) -> None:
    window.sources.add(SourceKind.COLOUR)
    window.sources.add(SourceKind.TEXT)

    def titles() -> list[str]:
        return [window.sources.list.item(place).text() for place in range(window.sources.list.count())]

    assert titles() == ["Text", "Colour", "Test card", "Test tone"]
    drag_row(window.sources.list, 0, 1, below=True)
    assert titles() == ["Colour", "Text", "Test card", "Test tone"]
    names = {source.id: source.name for source in studio.document.project.sources}
    assert [names[layer.source_id] for layer in program_scene(studio.document.project).layers] == ["Test card", "Text", "Colour"]
    drag_row(window.sources.list, 3, 0, below=False)
    assert titles() == ["Colour", "Text", "Test card", "Test tone"], "what only sounds has no place among the layers"
    studio.document.undo()
    assert titles() == ["Text", "Colour", "Test card", "Test tone"]
