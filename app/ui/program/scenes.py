"""The list of scenes: edit them off air, take one to program, and keep them in order."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QMenu, QWidget

from app.domain.base.notice import Notice, Severity
from app.domain.program import editing
from app.domain.program.broadcast import AirState
from app.domain.program.project import program_scene, scene_by_id
from app.ui.context import WindowContext
from app.ui.kit.buttons import hand_over_focus, icon_button
from app.ui.kit.editors import column
from app.ui.kit.language import tr
from app.ui.kit.qt_actions import native_keys
from app.ui.kit.questions import ask
from app.ui.kit.row_list import Row, RowList
from app.ui.program.leaving import is_on_air


class ScenesPanel(QWidget):
    """Choosing a scene edits it off air; a click (or a double click, as the settings say) or Enter takes it to program with the show's
    transition. Adding, renaming, moving and the menu of the right button take nothing."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        layout = column(self, margin=8, spacing=4)
        self.list = RowList(context.theme, tr("Scenes", "Scenes"))
        layout.addWidget(self.list, 1)
        layout.addLayout(self._buttons())
        self.list.chosen.connect(self._edit)
        self.list.clicked_on.connect(self._on_clicked)
        self.list.opened.connect(self._take)
        self.list.renamed.connect(self._rename)
        self.list.dragged.connect(self._move)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        context.bridge.project_changed.connect(self._on_project_changed)
        context.bridge.broadcast_changed.connect(self._on_project_changed)
        context.selection.changed.connect(self._on_project_changed)
        self._on_project_changed()

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        icons = self._context.icons
        self.add_button = icon_button(icons, "add", tr("Scenes", "Add scene"), self.add)
        self.take_button = icon_button(icons, "play", tr("Scenes", "Switch to scene (Enter)"), lambda: self._take(self._edited_id()))
        self.remove_button = icon_button(icons, "remove", tr("Scenes", "Remove scene"), self.remove)
        row.addWidget(self.add_button)
        row.addWidget(icon_button(icons, "rename", tr("Scenes", "Rename scene"), self.list.rename_current))
        row.addStretch(1)
        row.addWidget(self.take_button)
        row.addWidget(self.remove_button)
        return row

    def _on_project_changed(self) -> None:
        project, selection = self._context.studio.document.project, self._context.selection
        on_program = program_scene(project).id
        if selection.scene_id and (selection.scene_id == on_program or all(one.id != selection.scene_id for one in project.scenes)):
            selection.choose_scene("")  # it went on program or was removed: edit what is on program
            return
        icon = self._context.icons.icon("scene", "muted")
        live = self._context.studio.broadcast.air.value is AirState.LIVE
        words, colour = (tr("Scenes", "On air"), "live") if live else (tr("Scenes", "Program"), "accent")
        rows = [
            Row(one.id, one.name, icon, strong=True, tally=words, tally_colour=colour, hint=self._hint(number))
            if one.id == on_program
            else Row(one.id, one.name, icon, detail=self._keys(number), hint=self._hint(number))
            for number, one in enumerate(project.scenes, 1)
        ]
        self.list.show_rows(rows, self._context.edited_scene.id)
        if selection.scene_id:
            self.take_button.setEnabled(True)
        else:
            hand_over_focus(self.take_button, self.list)
            self.take_button.setEnabled(False)
        self.remove_button.setEnabled(len(project.scenes) > 1)

    def _keys(self, number: int) -> str:
        """The keys that take the scene at this place of the list, "" if there are none."""
        actions, action_id = self._context.studio.actions, f"scene.{number}"
        return native_keys(actions[action_id].shortcut) if action_id in actions else ""

    def _hint(self, number: int) -> str:
        keys = self._keys(number)
        return tr("Scenes", "Press {keys} or Enter to switch to it", keys=keys) if keys else tr("Scenes", "Press Enter to switch to it")

    def _edited_id(self) -> str:
        return self._context.edited_scene.id

    def _edit(self, scene_id: str) -> None:
        """Edit a scene off air; viewers see no change."""
        if scene_id:
            self._context.selection.choose_scene("" if scene_id == program_scene(self._context.studio.document.project).id else scene_id)

    def _on_clicked(self, scene_id: str) -> None:
        if self._context.studio.settings.value.scene_take == "click":
            self._take(scene_id)

    def _take(self, scene_id: str) -> None:
        if scene_id and scene_id != program_scene(self._context.studio.document.project).id:
            self._context.studio.engine.take(scene_id)

    def add(self) -> None:
        """Add an empty scene and edit it, off air."""
        name = tr("Scenes", "Scene {number}", number=len(self._context.studio.document.project.scenes) + 1)
        if self._context.edit("Add scene", lambda project: editing.add_scene(project, name)):
            self._edit(self._context.studio.document.project.scenes[-1].id)
            self.list.rename_current()

    def duplicate(self) -> None:
        """Copy the chosen scene and edit the copy, off air."""
        scene_id = self._edited_id()
        known = {scene.id for scene in self._context.studio.document.project.scenes}
        if self._context.edit("Duplicate scene", lambda project: editing.duplicate_scene(project, scene_id)):
            self._edit(next(scene.id for scene in self._context.studio.document.project.scenes if scene.id not in known))

    def remove(self) -> None:
        """Remove the selected scene and offer undo; asks first if viewers see it."""
        scene = scene_by_id(self._context.studio.document.project, self._edited_id())
        if (
            is_on_air(self._context.studio)
            and scene.id == program_scene(self._context.studio.document.project).id
            and not self._confirmed(scene.name)
        ):
            return
        if self._context.edit("Remove scene", lambda project: editing.remove_scene(project, scene.id)):
            self._context.bridge.tell(Notice(Severity.INFO, "window.scene_removed", {"name": scene.name}, "window.removed", ("edit.undo",)))

    def _confirmed(self, name: str) -> bool:
        title = tr("Scenes", "“{name}” is on air", name=name)
        text = tr("Scenes", "If you remove it, viewers immediately see the next scene.")
        return ask(self, title, text, tr("Scenes", "Remove"), danger=True)

    def _rename(self, scene_id: str, name: str) -> None:
        self._context.edit("Rename scene", lambda project: editing.rename_scene(project, scene_id, name))
        self._on_project_changed()

    def _move(self, scene_id: str, place: int) -> None:
        self._context.edit("Move scene", lambda project: editing.move_scene(project, scene_id, place))

    def _show_menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        icons, here = self._context.icons, self._edited_id()
        take = menu.addAction(icons.icon("play"), tr("Scenes", "Switch to scene"), lambda: self._take(here))
        take.setEnabled(bool(self._context.selection.scene_id))
        menu.addSeparator()
        menu.addAction(icons.icon("rename"), tr("Scenes", "Rename scene"), self.list.rename_current)
        menu.addAction(icons.icon("duplicate"), tr("Scenes", "Duplicate scene"), self.duplicate)
        remove = menu.addAction(icons.icon("remove"), tr("Scenes", "Remove scene"), self.remove)
        remove.setEnabled(len(self._context.studio.document.project.scenes) > 1)
        menu.popup(self.list.mapToGlobal(point))
