"""The sources of the edited scene, from the top layer to the bottom, and below them the audio-only sources."""

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QHBoxLayout, QInputDialog, QMenu, QStackedWidget, QWidget

from app.domain.base.errors import Value
from app.domain.base.notice import Notice, Severity
from app.domain.base.schema import FieldType
from app.domain.program import editing
from app.domain.program.project import Project, source_by_id
from app.domain.program.scene import Layer
from app.domain.program.source import KINDS, Source, SourceKind
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.editors import column
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.file_dialogs import MEDIA, PICTURES
from app.ui.kit.language import declared, tr
from app.ui.kit.row_list import Row, RowButton, RowList

_SOUND = "sound:"  # rows of sources without a layer


def sound_only(project: Project) -> tuple[Source, ...]:
    """The audio-only sources; they belong to every scene."""
    return tuple(source for source in project.sources if not KINDS[source.kind].has_video)


class SourcesPanel(QWidget):
    """Add, choose, rename, order, hide, lock, duplicate and remove."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        layout = column(self, margin=8, spacing=4)
        self.list = RowList(context.theme, tr("Sources", "Sources in this scene"))
        self._stack = QStackedWidget()
        self._stack.addWidget(self.list)
        self._stack.addWidget(self._empty())
        layout.addWidget(self._stack, 1)
        layout.addLayout(self._buttons())
        self.list.chosen.connect(self._choose)
        self.list.opened.connect(lambda row_id: self.list.rename_current())
        self.list.renamed.connect(self._rename)
        self.list.dragged.connect(self._move)
        self.list.mark_clicked.connect(self._mark)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        context.bridge.project_changed.connect(self._on_project_changed)
        context.selection.changed.connect(self._on_project_changed)
        context.bridge.stats_changed.connect(self._on_stats_changed)
        self._dead: frozenset[str] = frozenset()
        self._on_project_changed()

    def _empty(self) -> EmptyState:
        button = push_button(tr("Sources", "Add source"), self.show_add_menu, role="primary")
        return EmptyState(
            self._context.icons,
            "camera",
            tr("Sources", "No sources yet"),
            tr("Sources", "Add a camera, screen, picture or text to this scene."),
            button,
        )

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        icons = self._context.icons
        self.add_button = icon_button(icons, "add", tr("Sources", "Add source"), self.show_add_menu)
        self.up_button = icon_button(icons, "up", tr("Sources", "Move up"), lambda: self._step(-1))
        self.down_button = icon_button(icons, "down", tr("Sources", "Move down"), lambda: self._step(1))
        self.duplicate_button = icon_button(icons, "duplicate", tr("Sources", "Duplicate source"), self.duplicate)
        self.remove_button = icon_button(icons, "remove", tr("Sources", "Remove source"), self.remove)
        for button in (self.add_button, self.up_button, self.down_button, self.duplicate_button):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.remove_button)
        return row

    def _layers(self) -> tuple[Layer, ...]:
        return self._context.edited_scene.layers

    def _layer(self) -> Layer | None:
        return next((layer for layer in self._layers() if layer.id == self._context.selection.layer_id), None)

    def _row_of(self, layer: Layer, project: Project) -> Row:
        icons, source = self._context.icons, source_by_id(project, layer.source_id)
        eye = RowButton(
            "eye", icons.icon("eye" if layer.visible else "eye-off", "muted" if layer.visible else "faint"), tr("Sources", "Show or hide")
        )
        lock = RowButton(
            "lock", icons.icon("lock" if layer.locked else "unlock", "accent" if layer.locked else "faint"), tr("Sources", "Lock or unlock")
        )
        dead = source.id in self._dead
        return Row(
            layer.id,
            source.name,
            icons.icon("warning" if dead else KINDS[source.kind].icon, "warning" if dead else "muted"),
            detail=tr("Sources", "no signal") if dead else "",
            buttons=(lock, eye),
            faint=not layer.visible,
        )

    def _on_project_changed(self) -> None:
        project, selection = self._context.studio.document.project, self._context.selection
        rows = [self._row_of(layer, project) for layer in reversed(self._layers())]
        for source in sound_only(project):
            icon = self._context.icons.icon(KINDS[source.kind].icon, "muted")
            rows.append(Row(_SOUND + source.id, source.name, icon, detail=tr("Sources", "audio")))
        known = {source.id for source in project.sources}
        if (selection.layer_id and self._layer() is None) or (selection.source_id and selection.source_id not in known):
            selection.choose()
            return
        current = selection.layer_id or (_SOUND + selection.source_id if selection.source_id else "")
        self.list.show_rows(rows, current)
        self._stack.setCurrentIndex(0 if rows else 1)
        layer = self._layer()
        for button in (self.up_button, self.down_button, self.duplicate_button):
            button.setEnabled(layer is not None)
        self.remove_button.setEnabled(bool(current))

    def _on_stats_changed(self, stats: object) -> None:
        figures = self._context.studio.engine.stats
        del stats
        dead = frozenset(source.source_id for source in figures.sources if not source.alive) if figures is not None else frozenset()
        if dead != self._dead:
            self._dead = dead
            self._on_project_changed()

    def _choose(self, row_id: str) -> None:
        if row_id.startswith(_SOUND):
            self._context.selection.choose(source_id=row_id.removeprefix(_SOUND))
            return
        layer = next((layer for layer in self._layers() if layer.id == row_id), None)
        self._context.selection.choose(layer_id=row_id, source_id=layer.source_id if layer is not None else "")

    def add_menu(self) -> QMenu:
        """Kinds of new sources, and the sources of other scenes."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for kind, declaration in KINDS.items():
            action = menu.addAction(self._context.icons.icon(declaration.icon), declared(declaration.title))
            action.triggered.connect(lambda checked=False, kind=kind: self.ask_and_add(kind))
            if kind is SourceKind.MEDIA:
                address = menu.addAction(self._context.icons.icon("link"), tr("Sources", "Media from a web address…"))
                address.triggered.connect(self._ask_for_address)
        here = {layer.source_id for layer in self._layers()}
        others = [
            source for source in self._context.studio.document.project.sources if KINDS[source.kind].has_video and source.id not in here
        ]
        if others:
            existing = menu.addMenu(self._context.icons.icon("scene"), tr("Sources", "From another scene"))
            for source in others:
                action = existing.addAction(self._context.icons.icon(KINDS[source.kind].icon), source.name)
                action.triggered.connect(lambda checked=False, source_id=source.id: self._add_existing(source_id))
        return menu

    def show_add_menu(self) -> None:
        """Open the menu of source kinds at the add button."""
        self.add_menu().popup(self.add_button.mapToGlobal(QPoint(0, -8)))

    def ask_and_add(self, kind: SourceKind) -> None:
        """Add a source of this kind. One that shows a file asks for it first, because it would cover everything in grey until then."""
        field = next((one for one in KINDS[kind].fields if one.type is FieldType.FILE), None)
        if field is None:
            self.add(kind)
            return
        folder = PICTURES if kind is SourceKind.IMAGE else MEDIA
        filters = f"{declared(KINDS[kind].title)} ({' '.join(field.patterns)})" if field.patterns else ""
        path = self._context.file_dialogs.open_file(self, folder, tr("Sources", "Choose a file"), filters)
        if path:
            self.add(kind, **{field.key: path})

    def _ask_for_address(self) -> None:
        address, chosen = QInputDialog.getText(
            self, tr("Sources", "Media from a web address"), tr("Sources", "Address (https://, rtsp://, …)")
        )
        if chosen and address.strip():
            self.add(SourceKind.MEDIA, location=address.strip())

    def add(self, kind: SourceKind, **settings: Value) -> None:
        """Add a source of this kind with these settings and choose it."""
        scene = self._context.edited_scene
        name = declared(KINDS[kind].title)
        if self._context.edit(
            "Add source", lambda project: editing.add_source(project, scene.id, kind, name, {**_first_settings(kind), **settings})
        ):
            self._choose_newest()

    def _add_existing(self, source_id: str) -> None:
        scene = self._context.edited_scene
        if self._context.edit("Add source", lambda project: editing.add_layer(project, scene.id, source_id)):
            self._context.selection.choose(layer_id=self._layers()[-1].id, source_id=source_id)

    def _choose_newest(self) -> None:
        source = self._context.studio.document.project.sources[-1]
        layer = next((layer for layer in reversed(self._layers()) if layer.source_id == source.id), None)
        self._context.selection.choose(layer_id=layer.id if layer is not None else "", source_id=source.id)

    def duplicate(self) -> None:
        """Copy the chosen layer."""
        layer, scene = self._layer(), self._context.edited_scene
        if layer is not None:
            self._context.edit("Duplicate source", lambda project: editing.duplicate_layer(project, scene.id, layer.id))

    def remove(self) -> None:
        """Remove the selected layer or audio-only source and offer undo."""
        selection, scene = self._context.selection, self._context.edited_scene
        if not selection.source_id:
            return
        layer_id, source_id = selection.layer_id, selection.source_id
        name = source_by_id(self._context.studio.document.project, source_id).name
        if layer_id:
            done = self._context.edit("Remove source", lambda project: editing.remove_layer(project, scene.id, layer_id))
        else:
            done = self._context.edit("Remove source", lambda project: editing.remove_source(project, source_id))
        if done:
            self._context.bridge.tell(Notice(Severity.INFO, "window.source_removed", {"name": name}, "window.removed", ("edit.undo",)))

    def _rename(self, row_id: str, name: str) -> None:
        layer = next((layer for layer in self._layers() if layer.id == row_id), None)
        source_id = layer.source_id if layer is not None else row_id.removeprefix(_SOUND)
        self._context.edit("Rename source", lambda project: editing.rename_source(project, source_id, name))
        self._on_project_changed()

    def _step(self, step: int) -> None:
        place = self.list.currentRow() + step
        if self._context.selection.layer_id and 0 <= place < len(self._layers()):
            self._move(self._context.selection.layer_id, place)

    def _move(self, row_id: str, place: int) -> None:
        scene = self._context.edited_scene
        if row_id.startswith(_SOUND):
            self._on_project_changed()
            return
        index = len(scene.layers) - 1 - min(place, len(scene.layers) - 1)  # the list shows the top layer first
        self._context.edit("Move source", lambda project: editing.move_layer(project, scene.id, row_id, index))

    def _mark(self, row_id: str, name: str) -> None:
        scene = self._context.edited_scene
        layer = next((layer for layer in scene.layers if layer.id == row_id), None)
        if layer is None:
            return
        if name == "eye":
            visible = not layer.visible
            self._context.edit("Show or hide source", lambda project: editing.replace_layer(project, scene.id, row_id, visible=visible))
        else:
            locked = not layer.locked
            self._context.edit("Lock or unlock source", lambda project: editing.replace_layer(project, scene.id, row_id, locked=locked))

    def _show_menu(self, point: QPoint) -> None:
        layer, icons = self._layer(), self._context.icons
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self._context.selection.source_id:
            menu.addAction(icons.icon("rename"), tr("Sources", "Rename"), self.list.rename_current)
        if layer is not None:
            layer_id = layer.id
            menu.addAction(icons.icon("eye"), tr("Sources", "Show or hide"), lambda: self._mark(layer_id, "eye"))
            menu.addAction(icons.icon("lock"), tr("Sources", "Lock or unlock"), lambda: self._mark(layer_id, "lock"))
            menu.addAction(icons.icon("duplicate"), tr("Sources", "Duplicate source"), self.duplicate)
            menu.addSeparator()
        if self._context.selection.source_id:
            menu.addAction(icons.icon("remove"), tr("Sources", "Remove source"), self.remove)
        else:
            menu.addAction(icons.icon("add"), tr("Sources", "Add source"), self.show_add_menu)
        menu.popup(self.list.mapToGlobal(point))


def _first_settings(kind: SourceKind) -> dict[str, bool | int | float | str]:
    """Initial settings of a new source beyond its defaults: a text source without a text would be invisible."""
    return {"text": tr("Sources", "Your text")} if kind is SourceKind.TEXT else {}
