"""The list of scenes: choose what is on programme, and keep the scenes in order."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from app.domain import editing
from app.domain.notice import Notice, Severity
from app.domain.project import programme_scene, scene_by_id
from app.ui.desk import Desk
from app.ui.language import tr
from app.ui.widgets.editors import column
from app.ui.widgets.pieces import icon_button
from app.ui.widgets.rows import Row, RowList


class ScenesPanel(QWidget):
    """Choosing a scene takes it to programme with the show's transition."""

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._desk = desk
        layout = column(self, margin=8, spacing=4)
        self.list = RowList(desk.theme, tr("Scenes", "Scenes"))
        layout.addWidget(self.list, 1)
        layout.addLayout(self._buttons())
        self.list.chosen.connect(self._take)
        self.list.opened.connect(lambda scene_id: self.list.rename_current())
        self.list.renamed.connect(self._rename)
        self.list.dragged.connect(self._move)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        desk.bridge.project_changed.connect(self._on_project_changed)
        self._on_project_changed()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        icons = self._desk.icons
        self.add_button = icon_button(icons, "add", tr("Scenes", "Add a scene"), self.add)
        self.duplicate_button = icon_button(icons, "duplicate", tr("Scenes", "Duplicate the scene"), self.duplicate)
        self.remove_button = icon_button(icons, "remove", tr("Scenes", "Remove the scene"), self.remove)
        row.addWidget(self.add_button)
        row.addWidget(self.duplicate_button)
        row.addWidget(icon_button(icons, "rename", tr("Scenes", "Rename the scene"), self.list.rename_current))
        row.addStretch(1)
        row.addWidget(self.remove_button)
        return row

    def _on_project_changed(self) -> None:
        project = self._desk.studio.project
        here = programme_scene(project).id
        icon = self._desk.icons.icon("scene", "muted")
        self.list.show_rows([Row(scene.id, scene.name, icon, strong=scene.id == here) for scene in project.scenes], here)
        self.remove_button.setEnabled(len(project.scenes) > 1)

    def _here(self) -> str:
        return self.list.current_id() or programme_scene(self._desk.studio.project).id

    def _take(self, scene_id: str) -> None:
        if scene_id:
            self._desk.studio.take(scene_id)

    def add(self) -> None:
        """Add an empty scene and open it."""
        name = tr("Scenes", "Scene {number}", number=len(self._desk.studio.project.scenes) + 1)
        if self._desk.edit("Add scene", lambda project: editing.add_scene(project, name)):
            self._desk.studio.take(self._desk.studio.project.scenes[-1].id)
            self.list.rename_current()

    def duplicate(self) -> None:
        """Copy the chosen scene."""
        scene_id = self._here()
        self._desk.edit("Duplicate scene", lambda project: editing.duplicate_scene(project, scene_id))

    def remove(self) -> None:
        """Remove the chosen scene and offer to take that back."""
        scene = scene_by_id(self._desk.studio.project, self._here())
        if self._desk.edit("Remove scene", lambda project: editing.remove_scene(project, scene.id)):
            self._desk.bridge.tell(Notice(Severity.INFO, "window.scene_removed", {"name": scene.name}, "window.removed", ("edit.undo",)))

    def _rename(self, scene_id: str, name: str) -> None:
        self._desk.edit("Rename scene", lambda project: editing.rename_scene(project, scene_id, name))
        self._on_project_changed()

    def _move(self, scene_id: str, place: int) -> None:
        self._desk.edit("Move scene", lambda project: editing.move_scene(project, scene_id, place))

    def _show_menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        icons = self._desk.icons
        menu.addAction(icons.icon("rename"), tr("Scenes", "Rename the scene"), self.list.rename_current)
        menu.addAction(icons.icon("duplicate"), tr("Scenes", "Duplicate the scene"), self.duplicate)
        remove = menu.addAction(icons.icon("remove"), tr("Scenes", "Remove the scene"), self.remove)
        remove.setEnabled(len(self._desk.studio.project.scenes) > 1)
        menu.popup(self.list.mapToGlobal(point))
