"""The mixer: a strip for each source with audio, and the master's meter."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import (
    QFrame,
    QHBoxLayout,
    QMenu,
    QScrollArea,
    QSpinBox,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
    QWidgetAction,
)

from app.domain.program import editing
from app.domain.program.mixing import MAX_DELAY_MS, Strip
from app.domain.program.project import source_by_id
from app.domain.program.source import SourceKind
from app.domain.program.stats import Meters, StripMeter
from app.ui.context import WindowContext
from app.ui.figures import gain
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.editors import roomy
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.labels import ElidedLabel, label, tip
from app.ui.kit.language import tr
from app.ui.kit.qt_actions import native_keys
from app.ui.kit.theme import GRID, set_property
from app.ui.program.fader import Fader
from app.ui.program.meter import Meter

STRIP_PX = 104  # two of them beside the master on a screen 1366 wide
MASTER_PX = 72
IN_SIGHT = 2  # strips visible without scrolling, however narrow the panel


class StripView(QFrame):
    """Name, meter, fader in dB, mute and delay of one source."""

    def __init__(self, context: WindowContext, strip: Strip) -> None:
        super().__init__()
        self.setObjectName("strip")
        self.setFixedWidth(STRIP_PX)
        self._context = context
        self._source_id = strip.source_id
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6, 6, 4, 6)
        layout.setSpacing(2)
        self.name = ElidedLabel("", "stripName")
        self.name.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(self.name)
        self.meter, self.fader = Meter(context.theme), Fader(context.theme)
        self.mute = QToolButton()
        self.mute.setCheckable(True)
        self.mute.setProperty("role", "mute")
        self.mute.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.delay = icon_button(context.icons, "clock", tr("Mixer", "Delay"), self._show_delay)
        self.gain = label("", "gain")
        self.gain.setAlignment(Qt.AlignmentFlag.AlignCenter)
        buttons = QVBoxLayout()
        buttons.setSpacing(2)
        buttons.addStretch(1)
        for button in (self.delay, self.mute):
            button.setProperty("dense", True)
            buttons.addWidget(button)
        middle = QHBoxLayout()
        middle.setSpacing(2)
        middle.addWidget(self.meter)
        middle.addStretch(1)
        middle.addWidget(self.fader)
        middle.addStretch(1)
        middle.addLayout(buttons)
        layout.addLayout(middle, 1)  # meter and fader have all the height there is
        layout.addWidget(self.gain)
        self.fader.moved.connect(self._on_fader_moved)
        self.mute.clicked.connect(self._on_mute_clicked)
        self.show_strip(strip)

    def show_strip(self, strip: Strip) -> None:
        """Show the document's values."""
        name = source_by_id(self._context.studio.document.project, strip.source_id).name
        self.name.setText(name)
        self.fader.setAccessibleName(tr("Mixer", "Volume of {name}", name=name))
        self.fader.set_gain(strip.gain_db)
        self.gain.setText(gain(strip.gain_db))
        self.mute.setChecked(strip.muted)
        self.mute.setIcon(self._context.icons.icon("mute" if strip.muted else "speaker", "error" if strip.muted else "muted"))
        words = tr("Mixer", "Unmute {name}", name=name) if strip.muted else tr("Mixer", "Mute {name}", name=name)
        keys = self._keys()
        self.mute.setToolTip(tip(f"{words} ({keys})" if keys else words))
        self.mute.setAccessibleName(words)
        self.delay.setIcon(self._context.icons.icon("clock", "accent" if strip.delay_ms else "faint"))
        self.delay.setToolTip(tr("Mixer", "Delay: {milliseconds} ms", milliseconds=strip.delay_ms))
        set_property(self, "muted", strip.muted)
        self._delay_ms = strip.delay_ms

    def _keys(self) -> str:
        """The keys that mute this strip, by its place in the mixer."""
        studio = self._context.studio
        place = next((place for place, one in enumerate(studio.document.project.strips, 1) if one.source_id == self._source_id), 0)
        action_id = f"strip.mute.{place}"
        return native_keys(studio.actions[action_id].shortcut) if action_id in studio.actions else ""

    def _edit(self, title: str, merge: str = "", **changes: float | bool | int) -> None:
        source_id = self._source_id
        self._context.edit(title, lambda project: editing.replace_strip(project, source_id, **changes), merge=merge)  # type: ignore[arg-type]

    def _on_fader_moved(self, gain_db: float, drag: int) -> None:
        self._edit("Change volume", merge=f"gain:{self._source_id}:{drag}", gain_db=gain_db)

    def _on_mute_clicked(self, muted: bool) -> None:
        self._edit("Mute or unmute", muted=muted)

    def _show_delay(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box = QSpinBox()
        roomy(box)
        box.setRange(0, MAX_DELAY_MS)
        box.setSuffix(" ms")
        box.setSingleStep(5)
        box.setValue(self._delay_ms)
        box.setAccessibleName(tr("Mixer", "Delay"))
        box.valueChanged.connect(lambda value: self._edit("Change audio delay", merge=f"delay:{self._source_id}", delay_ms=value))
        action = QWidgetAction(menu)
        action.setDefaultWidget(box)
        menu.addAction(action)
        menu.popup(self.delay.mapToGlobal(self.delay.rect().topLeft()))
        box.setFocus()
        box.selectAll()


class MixerPanel(QWidget):
    """Strips in the project's order; the master is at the right."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self.strips: dict[str, StripView] = {}
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(8)
        self._row = QHBoxLayout()
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(GRID)
        inside = QWidget()
        inside_layout = QHBoxLayout(inside)
        inside_layout.setContentsMargins(0, 0, 0, 0)
        inside_layout.addLayout(self._row)
        inside_layout.setSpacing(0)
        inside_layout.addStretch(1)
        scroll = self._scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(inside)
        self._stack = QStackedWidget()
        self._stack.addWidget(scroll)
        self._stack.addWidget(self._empty())
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._master())
        context.bridge.project_changed.connect(self._on_project_changed)
        context.bridge.meters_changed.connect(self._on_meters_changed)
        self._on_project_changed()

    def _empty(self) -> EmptyState:
        return EmptyState(
            self._context.icons,
            "microphone",
            tr("Mixer", "No audio"),
            tr("Mixer", "Add a microphone so that viewers hear you."),
            push_button(tr("Mixer", "Add microphone"), self._add_microphone, role="primary"),
        )

    def _master(self) -> QFrame:
        frame = QFrame()
        frame.setObjectName("strip")
        frame.setFixedWidth(MASTER_PX)
        layout = QVBoxLayout(frame)
        layout.setContentsMargins(8, 6, 8, 6)
        layout.setSpacing(2)
        title = label(tr("Mixer", "Master"), "stripName")
        title.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(title)
        self.master = Meter(self._context.theme)
        self.master.setAccessibleName(tr("Mixer", "Master level"))
        layout.addWidget(self.master, 1, Qt.AlignmentFlag.AlignHCenter)
        return frame

    def _add_microphone(self) -> None:
        scene_id = self._context.studio.document.project.scenes[0].id
        name = tr("Mixer", "Microphone")
        self._context.edit("Add source", lambda project: editing.add_source(project, scene_id, SourceKind.MICROPHONE, name))

    def _on_project_changed(self) -> None:
        strips = self._context.studio.document.project.strips
        if tuple(self.strips) != tuple(strip.source_id for strip in strips):
            for view in self.strips.values():
                self._row.removeWidget(view)
                view.deleteLater()
            self.strips = {strip.source_id: StripView(self._context, strip) for strip in strips}
            for view in self.strips.values():
                self._row.addWidget(view)
        for strip in strips:
            self.strips[strip.source_id].show_strip(strip)
        self._stack.setCurrentIndex(0 if strips else 1)
        in_sight = min(len(strips), IN_SIGHT)
        self._scroll.setMinimumWidth(in_sight * STRIP_PX + max(0, in_sight - 1) * GRID)

    def _on_meters_changed(self, meters: Meters) -> None:
        if not self.isVisible():
            return
        self.master.set_levels(meters.master)
        levels: StripMeter
        for levels in meters.strips:
            view = self.strips.get(levels.source_id)
            if view is not None:
                view.meter.set_levels(levels)
