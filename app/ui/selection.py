"""The selection in the window: a scene to edit, one of its layers, or an audio-only source."""

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """The selected layer and source ("" = none), and the scene being edited off air ("" = the one on program). `changed` is emitted once
    per change."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scene_id = ""
        self._layer_id = ""
        self._source_id = ""

    @property
    def scene_id(self) -> str:
        return self._scene_id

    @property
    def layer_id(self) -> str:
        return self._layer_id

    @property
    def source_id(self) -> str:
        return self._source_id

    def choose(self, *, layer_id: str = "", source_id: str = "") -> None:
        """Select this layer and its source; without arguments, select nothing."""
        if (layer_id, source_id) != (self._layer_id, self._source_id):
            self._layer_id, self._source_id = layer_id, source_id
            self.changed.emit()

    def choose_scene(self, scene_id: str) -> None:
        """Edit this scene, which is not on program; "" = return to the one that is. Drops a selection in another scene."""
        if scene_id != self._scene_id:
            self._scene_id = scene_id
            self._layer_id = self._source_id = ""
            self.changed.emit()
