"""The program's frame, with handles for the selected layer and a text while there is no frame."""

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.program import editing
from app.domain.program.broadcast import AirState
from app.domain.program.project import program_scene
from app.domain.program.scene import Box, Crop
from app.ui.context import WindowContext
from app.ui.kit.language import tr
from app.ui.program.program_view import ProgramView


class ProgramPanel(QWidget):
    """Joins the view's gestures to the document: one drag is one undo step."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self.view = ProgramView(context.theme, context.studio.engine.preview.latest)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.view)
        self.view.chosen.connect(self._choose)
        self.view.placed.connect(self._place)
        context.bridge.project_changed.connect(self._on_changed)
        context.bridge.broadcast_changed.connect(self._on_changed)
        context.selection.changed.connect(self._on_changed)
        context.bridge.engine_changed.connect(self._on_engine_changed)
        self._on_changed()
        self._on_engine_changed()

    def _on_changed(self) -> None:
        project = self._context.studio.document.project
        canvas = project.output.canvas
        scene, on_air = self._context.edited_scene, program_scene(project)
        self.view.set_scene((canvas.width, canvas.height), scene.layers, self._context.selection.layer_id)
        if scene.id == on_air.id:
            self.view.set_off_air("", {})
            return
        names = {source.id: source.name for source in project.sources}
        words = (
            tr("Program", "Editing “{scene}”. Viewers still see “{on_air}”.", scene=scene.name, on_air=on_air.name)
            if self._context.studio.broadcast.air.value is AirState.LIVE
            else tr("Program", "Editing “{scene}”. “{on_air}” is still on program.", scene=scene.name, on_air=on_air.name)
        )
        self.view.set_off_air(words, names)

    def _on_engine_changed(self) -> None:
        words = {
            "STARTING": tr("Program", "Starting the engine…"),
            "LOST": tr("Program", "The engine stopped. Restarting…"),
            "STOPPED": tr("Program", "The engine is not running."),
        }
        self.view.set_message(words.get(self._context.studio.engine.state.value.name, ""))

    def _choose(self, layer_id: str) -> None:
        layers = self._context.edited_scene.layers
        source_id = next((layer.source_id for layer in layers if layer.id == layer_id), "")
        self._context.selection.choose(layer_id=layer_id, source_id=source_id)

    def _place(self, layer_id: str, box: Box, crop: Crop, gesture: str) -> None:
        scene_id = self._context.edited_scene.id
        self._context.edit(
            "Place source", lambda project: editing.replace_layer(project, scene_id, layer_id, box=box, crop=crop), merge=gesture
        )
