"""The first-run guide: camera, microphone, relay, and on air."""

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QLabel, QStackedWidget, QVBoxLayout, QWidget

from app.domain.base.errors import Value
from app.domain.base.schema import Field
from app.domain.program import editing
from app.domain.program.project import Project, program_scene
from app.domain.program.source import KINDS, Source, SourceKind, settings_of
from app.domain.program.stats import Meters
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.editors import EDITORS
from app.ui.kit.labels import label
from app.ui.kit.language import declared, tr
from app.ui.kit.theme import set_property
from app.ui.program.meter import Meter
from app.ui.program.program_view import ProgramView


def source_of(project: Project, kind: SourceKind) -> Source | None:
    """The first source of this kind, None if there is none."""
    return next((source for source in project.sources if source.kind is kind), None)


def with_device(project: Project, kind: SourceKind, device: str, name: str) -> Project:
    """The project with this device in its first source of the kind, or in a new one that replaces the placeholder."""
    source = source_of(project, kind)
    if source is not None:
        return editing.change_settings(project, source.id, {"device": device})
    stand_in = SourceKind.TEST_CARD if kind is SourceKind.CAMERA else SourceKind.TONE
    scene = program_scene(project)
    project = editing.add_source(project, scene.id, kind, name, {"device": device})
    replaced = source_of(project, stand_in)
    return project if replaced is None else editing.remove_source(project, replaced.id)


class _MissingHint(QWidget):
    """A sentence, and a button that adds the device while the show has none of its kind."""

    def __init__(self, context: WindowContext, kind: SourceKind, words: str) -> None:
        super().__init__()
        self._context = context
        self._kind = kind
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(label(words, "hint", wrap=True), 1)
        self._use = push_button(tr("Guide", "Use"), self._add_device)
        layout.addWidget(self._use)
        context.bridge.project_changed.connect(self._on_project_changed)
        self._on_project_changed()

    def _on_project_changed(self) -> None:
        self._use.setVisible(source_of(self._context.studio.document.project, self._kind) is None)

    def _add_device(self) -> None:
        kind, name = self._kind, declared(KINDS[self._kind].title)
        self._context.edit("Choose device", lambda project: with_device(project, kind, "", name))


class Guide(QDialog):
    """Four steps that each change the open show at once. `relays` and `live` are the panels of the last two."""

    finished_guide = Signal()

    def __init__(self, context: WindowContext, parent: QWidget, relays: QWidget, live: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self.setWindowTitle(tr("Guide", "Setup guide"))
        self.resize(720, 560)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        self._steps: list[QLabel] = []
        outer.addLayout(self._step_row())
        self.pages = QStackedWidget()
        outer.addWidget(self.pages, 1)
        for page in (self._camera_page(), self._microphone_page(), self._relay_page(relays), self._air_page(live)):
            self.pages.addWidget(page)
        buttons = QHBoxLayout()
        self.later_button = push_button(tr("Guide", "Close guide"), self.reject)
        self.back_button = push_button(tr("Guide", "Back"), lambda: self.go(self.pages.currentIndex() - 1))
        self.next_button = push_button(tr("Guide", "Next"), self._next, role="primary")
        self.next_button.setDefault(True)
        buttons.addWidget(self.later_button)
        buttons.addStretch(1)
        buttons.addWidget(self.back_button)
        buttons.addWidget(self.next_button)
        outer.addLayout(buttons)
        context.bridge.meters_changed.connect(self._on_meters_changed)
        self.go(0)

    def _step_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        titles = (tr("Guide", "Camera"), tr("Guide", "Microphone"), tr("Guide", "Relay"), tr("Guide", "On air"))
        for number, title in enumerate(titles, 1):
            step = label(f"{number}  {title}", "badge")
            self._steps.append(step)
            row.addWidget(step)
        row.addStretch(1)
        return row

    def _page(self, title: str, text: str) -> tuple[QWidget, QVBoxLayout]:
        page = QWidget()
        layout = QVBoxLayout(page)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(label(title, "title"))
        layout.addWidget(label(text, "muted", wrap=True))
        return page, layout

    def _device_editor(self, kind: SourceKind) -> QWidget:
        field: Field = next(field for field in KINDS[kind].fields if field.key == "device")
        editor = EDITORS[field.type](field, self._context.editor_resources)
        source = source_of(self._context.studio.document.project, kind)
        editor.show_value(settings_of(source)["device"] if source is not None else field.default)

        def use(value: Value) -> None:
            name = declared(KINDS[kind].title)
            self._context.edit("Choose device", lambda project: with_device(project, kind, str(value), name))

        editor.edited.connect(use)
        self._context.bridge.devices_changed.connect(editor.refresh_devices)
        return editor

    def _camera_page(self) -> QWidget:
        page, layout = self._page(
            tr("Guide", "Choose your camera"), tr("Guide", "This is what viewers will see. Without a camera, they see the test card.")
        )
        layout.addWidget(self._device_editor(SourceKind.CAMERA))
        layout.addWidget(
            _MissingHint(
                self._context, SourceKind.CAMERA, tr("Guide", "You can plug in a camera at any time. It then appears in the list.")
            )
        )
        view = ProgramView(self._context.theme, self._context.studio.engine.preview.latest)
        canvas = self._context.studio.document.project.output.canvas
        view.set_scene((canvas.width, canvas.height), (), "")
        view.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        layout.addWidget(view, 1)
        return page

    def _microphone_page(self) -> QWidget:
        page, layout = self._page(
            tr("Guide", "Choose your microphone"),
            tr("Guide", "Speak as you will in the show. The level should reach yellow, but not red."),
        )
        layout.addWidget(self._device_editor(SourceKind.MICROPHONE))
        layout.addWidget(
            _MissingHint(
                self._context, SourceKind.MICROPHONE, tr("Guide", "“System default” follows the system when you change its default device.")
            )
        )
        self.meter = Meter(self._context.theme)
        layout.addWidget(self.meter, 1, Qt.AlignmentFlag.AlignHCenter)
        return page

    def _relay_page(self, relays: QWidget) -> QWidget:
        page, layout = self._page(
            tr("Guide", "Where do you want to stream?"),
            tr("Guide", "The built-in relay is ready and reaches everyone on this network. Add your own relay to reach viewers anywhere."),
        )
        layout.addWidget(relays, 1)
        return page

    def _air_page(self, live: QWidget) -> QWidget:
        page, layout = self._page(
            tr("Guide", "Try it out"),
            tr("Guide", "Go live, then open the watch link on your phone or scan its QR code. Click the same button to end the show."),
        )
        layout.addWidget(live)
        layout.addStretch(1)
        return page

    def _on_meters_changed(self, meters: Meters) -> None:
        if self.meter.isVisible():
            self.meter.set_levels(meters.master)

    def _next(self) -> None:
        if self.pages.currentIndex() == self.pages.count() - 1:
            self.accept()
        else:
            self.go(self.pages.currentIndex() + 1)

    def go(self, step: int) -> None:
        """Show one step, from 0."""
        self.pages.setCurrentIndex(step)
        for number, mark in enumerate(self._steps):
            set_property(mark, "level", "accent" if number == step else "good" if number < step else "")
        self.back_button.setEnabled(step > 0)
        self.next_button.setText(tr("Guide", "Done") if step == self.pages.count() - 1 else tr("Guide", "Next"))
