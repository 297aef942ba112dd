"""The settings of the selected source, and its layer's placement in the frame."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QVBoxLayout, QWidget

from app.domain.base.errors import Value
from app.domain.base.schema import Choice, Field, FieldType
from app.domain.program import editing
from app.domain.program.project import Project, source_by_id
from app.domain.program.scene import Box, Crop, Fit, Layer
from app.domain.program.source import KINDS, settings_of
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.form import Form
from app.ui.kit.labels import ElidedLabel, label
from app.ui.kit.language import declared, tr


def _share(key: str, title: str, minimum: float, maximum: float, default: float = 0.0, *, advanced: bool = False) -> Field:
    return Field(key, FieldType.NUMBER, default, title, minimum=minimum, maximum=maximum, step=1.0, unit="%", advanced=advanced)


PLACEMENT: tuple[Field, ...] = (
    Field(
        "fit",
        FieldType.CHOICE,
        "contain",
        "Fit",
        choices=(
            Choice("contain", "Whole frame"),
            Choice("cover", "Fill"),
            Choice("stretch", "Stretch"),
            Choice("centre", "Original size, centred"),
        ),
    ),
    _share("opacity", "Opacity", 0, 100, 100.0),
    _share("x", "Left", -400, 400),
    _share("y", "Top", -400, 400),
    _share("width", "Width", 2, 800, 100.0),
    _share("height", "Height", 2, 800, 100.0),
    _share("crop_left", "Crop left", 0, 95, advanced=True),
    _share("crop_top", "Crop top", 0, 95, advanced=True),
    _share("crop_right", "Crop right", 0, 95, advanced=True),
    _share("crop_bottom", "Crop bottom", 0, 95, advanced=True),
)


def placement_values(layer: Layer) -> dict[str, Value]:
    """The form's values for a layer, in per cent."""
    box, crop = layer.box, layer.crop
    shares = {
        "opacity": layer.opacity,
        "x": box.x,
        "y": box.y,
        "width": box.width,
        "height": box.height,
        "crop_left": crop.left,
        "crop_top": crop.top,
        "crop_right": crop.right,
        "crop_bottom": crop.bottom,
    }
    return {"fit": layer.fit.value, **{key: round(share * 100, 2) for key, share in shares.items()}}


def placed(project: Project, scene_id: str, layer_id: str, key: str, value: Value) -> Project:
    """The project with one value of the placement form changed."""
    layer = editing.layer_by_id(project, scene_id, layer_id)
    if key == "fit":
        return editing.replace_layer(project, scene_id, layer_id, fit=Fit(str(value)))
    share = float(value) / 100
    if key == "opacity":
        return editing.replace_layer(project, scene_id, layer_id, opacity=share)
    if key.startswith("crop_"):
        sides = {side: getattr(layer.crop, side) for side in ("left", "top", "right", "bottom")}
        sides[key.removeprefix("crop_")] = share
        return editing.replace_layer(project, scene_id, layer_id, crop=Crop(**sides))
    lengths = {side: getattr(layer.box, side) for side in ("x", "y", "width", "height")}
    lengths[key] = share
    return editing.replace_layer(project, scene_id, layer_id, box=Box(**lengths))


class PropertiesPanel(QWidget):
    """Forms made of the declared fields; every change is applied at once, a row of changes of one field is one undo step."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._stack = QStackedWidget()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self._stack)
        self._stack.addWidget(
            EmptyState(
                context.icons,
                "settings",
                tr("Properties", "Nothing selected"),
                tr("Properties", "Select a source in the list or in the program."),
            )
        )
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._stack.addWidget(self._scroll)
        self._shown: tuple[str, str] = ("", "")
        self.source_form: Form | None = None
        self.placement_form: Form | None = None
        context.selection.changed.connect(self._on_changed)
        context.bridge.project_changed.connect(self._on_changed)
        context.bridge.connections_changed.connect(self._on_changed)
        context.bridge.devices_changed.connect(self._on_devices_changed)
        self._on_changed()

    def _layer(self) -> Layer | None:
        layers = self._context.edited_scene.layers
        return next((layer for layer in layers if layer.id == self._context.selection.layer_id), None)

    def _on_changed(self) -> None:
        project, selection = self._context.studio.document.project, self._context.selection
        source = next((source for source in project.sources if source.id == selection.source_id), None)
        if source is None:
            self._shown = ("", "")
            self._stack.setCurrentIndex(0)
            return
        layer = self._layer()
        wanted = (source.id, layer.id if layer is not None else "")
        if wanted != self._shown:
            self._shown = wanted
            self._build(source.id, layer)
        if self.source_form is not None:
            self.source_form.show_values(settings_of(source))
        if self.placement_form is not None and layer is not None:
            self.placement_form.show_values(placement_values(layer))
        self._title.setText(source.name)
        self.withheld.setVisible(not self._context.studio.connections.allows_source(source))
        self._stack.setCurrentIndex(1)

    def _build(self, source_id: str, layer: Layer | None) -> None:
        source = source_by_id(self._context.studio.document.project, source_id)
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(12, 8, 12, 12)
        layout.setSpacing(4)
        self._title = ElidedLabel(source.name, "heading")
        layout.addWidget(self._title)
        layout.addWidget(label(declared(KINDS[source.kind].title), "hint"))
        self.withheld = push_button(tr("Properties", "Not connected: review…"), self._context.openers.open_connections)
        self.withheld.setToolTip(tr("Properties", "This address came with the show, and you haven’t agreed to it."))
        layout.addWidget(self.withheld)
        layout.addSpacing(8)
        self.source_form = Form(KINDS[source.kind].fields, self._context.editor_resources)
        self.source_form.changed.connect(lambda key, value: self._set(source_id, key, value))
        layout.addWidget(self.source_form)
        self.placement_form = None
        if layer is not None:
            layer_id = layer.id
            layout.addWidget(label(tr("Properties", "Position and size"), "sectionTitle"))
            self.placement_form = Form(PLACEMENT, self._context.editor_resources)
            self.placement_form.changed.connect(lambda key, value: self._place(layer_id, key, value))
            layout.addWidget(self.placement_form)
        layout.addStretch(1)
        self._scroll.setWidget(page)

    def _on_devices_changed(self) -> None:
        if self.source_form is not None and self._shown[0]:
            self.source_form.refresh_devices()

    def _set(self, source_id: str, key: str, value: Value) -> None:
        self._context.edit(
            "Change source settings",
            lambda project: editing.change_settings(project, source_id, {key: value}),
            merge=f"settings:{source_id}:{key}",
        )

    def _place(self, layer_id: str, key: str, value: Value) -> None:
        scene = self._context.edited_scene
        self._context.edit(
            "Place source", lambda project: placed(project, scene.id, layer_id, key, value), merge=f"placement:{layer_id}:{key}"
        )
