"""What the user has chosen in the window: a scene to edit, a layer of it, or a source that only sounds."""

from PySide6.QtCore import QObject, Signal


class Selection(QObject):
    """One chosen layer and source ("" = none), and the scene that is edited off air ("" = the one on program). `changed` comes once for
    each change."""

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
        """Choose this layer and its source; nothing given chooses nothing."""
        if (layer_id, source_id) != (self._layer_id, self._source_id):
            self._layer_id, self._source_id = layer_id, source_id
            self.changed.emit()

    def choose_scene(self, scene_id: str) -> None:
        """Edit this scene, which is not on program; "" = go back to the one that is. Nothing of another scene stays chosen."""
        if scene_id != self._scene_id:
            self._scene_id = scene_id
            self._layer_id = self._source_id = ""
            self.changed.emit()
