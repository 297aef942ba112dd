"""Going on air: the big button, the state of every relay, and the watch link."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget, QWidgetAction

from app.domain.base.address import shown_address
from app.domain.base.notice import Notice, Severity
from app.domain.program.broadcast import AirState, BroadcastState, TargetState
from app.domain.program.output import EMBEDDED_RELAY_ID
from app.domain.program.stats import EngineStats, TargetStats
from app.ui.context import WindowContext
from app.ui.figures import bitrate, duration, milliseconds, relay_name
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.labels import ElidedLabel, badge, label
from app.ui.kit.language import tr
from app.ui.kit.qr_code import QrCode
from app.ui.kit.questions import ask
from app.ui.kit.theme import set_property

NOTE_PX = 260  # the line below the button's words
_BADGES = {
    TargetState.LIVE: "good",
    TargetState.WEAK: "warning",
    TargetState.RECONNECTING: "warning",
    TargetState.REFUSED: "error",
}


def target_words(target: TargetStats) -> str:
    """The state of one relay in a word or two."""
    if target.state is TargetState.LIVE:
        return tr("Live", "on air · {rate} · {rtt}", rate=bitrate(target.kbps), rtt=milliseconds(target.rtt_ms))
    if target.state is TargetState.RECONNECTING and target.retry_in_ms > 0:
        return tr("Live", "retrying in {time}", time=milliseconds(target.retry_in_ms))
    return {
        TargetState.IDLE: tr("Live", "idle"),
        TargetState.CONNECTING: tr("Live", "connecting…"),
        TargetState.WEAK: tr("Live", "weak connection"),
        TargetState.RECONNECTING: tr("Live", "reconnecting…"),
        TargetState.REFUSED: tr("Live", "rejected"),
        TargetState.STOPPING: tr("Live", "disconnecting…"),
    }[target.state]


_LOOKS = {AirState.OFF: "idle", AirState.LIVE: "air", AirState.FAILED: "failed"}  # the button's states; everything else is in between


class LivePanel(QWidget):
    """A button that always says what is happening and what a click does."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._targets: dict[str, QLabel] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 12)
        layout.setSpacing(8)
        self.button = QPushButton()
        self.button.setProperty("role", "live")
        self.button.clicked.connect(self.toggle)
        inside = QVBoxLayout(self.button)
        inside.setContentsMargins(8, 0, 8, 6)
        self.note = label("", "liveNote")  # what a click does, while the button's text says what is happening
        self.note.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.note.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        inside.addWidget(self.note, 0, Qt.AlignmentFlag.AlignBottom)
        layout.addWidget(self.button)
        self._list = QVBoxLayout()
        self._list.setSpacing(4)
        layout.addLayout(self._list)
        layout.addWidget(self._meanwhile_card())
        layout.addLayout(self._viewers_row())
        layout.addLayout(self._watch_row())
        layout.addStretch(1)
        for signal in (
            context.bridge.broadcast_changed,
            context.bridge.project_changed,
            context.bridge.probes_changed,
            context.bridge.relays_changed,
        ):
            signal.connect(self._on_changed)
        context.bridge.engine_changed.connect(self._on_changed)
        context.bridge.stats_changed.connect(self._on_stats_changed)
        self._on_changed()

    def _meanwhile_card(self) -> QWidget:
        """Shown while no relay takes the show: another way to reach viewers."""
        self.meanwhile = QFrame()
        self.meanwhile.setObjectName("card")
        inside = QVBoxLayout(self.meanwhile)
        inside.setContentsMargins(10, 8, 10, 8)
        inside.setSpacing(6)
        inside.addWidget(ElidedLabel(tr("Live", "Nobody can see the show."), "heading"))
        self.meanwhile_button = push_button(tr("Live", "Use the built-in relay for now"), self._context.studio.broadcast.use_embedded_too)
        self.meanwhile_button.setToolTip(tr("Live", "Viewers on this network can then watch. Tradewind keeps trying your relay."))
        inside.addWidget(self.meanwhile_button)
        return self.meanwhile

    def _viewers_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.addWidget(label(tr("Live", "Watch link"), "muted"), 1)
        self.viewers = badge()
        self.viewers.setToolTip(tr("Live", "Viewers on the built-in relay right now"))
        row.addWidget(self.viewers)
        return row

    def _watch_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.address = QLineEdit()
        self.address.setReadOnly(True)
        self.address.setAccessibleName(tr("Live", "Watch link"))
        row.addWidget(self.address, 1)
        self.copy_button = icon_button(self._context.icons, "duplicate", tr("Live", "Copy watch link"), self.copy_address)
        self.copy_button.setText(f" {tr('Live', 'Copy')}")
        self.copy_button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row.addWidget(self.copy_button)
        self.code_button = icon_button(self._context.icons, "qr", tr("Live", "Show QR code"), self.show_code)
        row.addWidget(self.code_button)
        return row

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.address.home(False)  # otherwise a longer line shows its end

    def watch_address(self) -> str:
        """Where viewers see the program, or will; "" if unknown."""
        return self._context.studio.broadcast.watch_page

    def _on_changed(self) -> None:
        self._show_button()
        self._show_targets()
        self.meanwhile.setVisible(self._context.studio.broadcast.lacks_viewers)
        address = self.watch_address()
        short = address.removeprefix("http://")  # browsers add it, and the narrow line has little room
        if self.address.text() != short:
            self.address.setText(short)
            self.address.setCursorPosition(0)
            self.address.setToolTip("\n".join((address, tr("Live", "Open this link in any browser on this network to watch."))))
        self.address.setPlaceholderText(tr("Live", "No watch link yet"))
        for button in (self.code_button, self.copy_button):
            button.setEnabled(bool(address))
        self._show_viewers()

    def _on_stats_changed(self, stats: EngineStats) -> None:
        del stats  # read from the Studio with everything else
        self._on_changed()

    def _show_viewers(self) -> None:
        studio = self._context.studio
        targets = studio.broadcast.live_targets or (studio.broadcast.main_relay(),)
        self.viewers.setVisible(any(target.id == EMBEDDED_RELAY_ID for target in targets))  # other relays do not tell
        self.viewers.setText(tr("Live", "{count} watching", count=studio.embedded.viewers))
        set_property(self.viewers, "level", "accent" if studio.embedded.viewers else "")

    def _show_button(self) -> None:
        now, seconds = self._context.studio.broadcast.air.value, self._context.studio.broadcast.on_air_s()
        relay, stop = relay_name(self._context.studio.broadcast.main_relay()), tr("Live", "Click to stop.")
        words, note, explanation = {
            AirState.OFF: (
                tr("Live", "Go live"),
                tr("Live", "to {relay}", relay=relay),
                tr("Live", "Stream the program to {relay}.", relay=relay),
            ),
            AirState.CONNECTING: (tr("Live", "Connecting…"), stop, tr("Live", "No relay is receiving the program yet. Click to stop.")),
            AirState.FAILED: (
                tr("Live", "Off air"),
                tr("Live", "Retrying automatically. Click to stop."),
                tr("Live", "No relay is receiving the program. Tradewind keeps trying until you stop."),
            ),
            AirState.LIVE: (
                tr("Live", "On air {time}", time=duration(seconds)),
                tr("Live", "End show"),
                tr("Live", "Click to end the show."),
            ),
            AirState.RECONNECTING: (
                tr("Live", "Reconnecting…"),
                stop,
                tr("Live", "The connection to the relay was lost. Retrying automatically. Click to stop."),
            ),
            AirState.STOPPING: (tr("Live", "Stopping…"), "", tr("Live", "Disconnecting from the relays")),
        }[now]
        self.note.setText(self.note.fontMetrics().elidedText(note, Qt.TextElideMode.ElideRight, NOTE_PX))
        if self.button.text() != words:
            self.button.setText(words)
        self.button.setToolTip(explanation)
        self.button.setAccessibleDescription(explanation)
        attached = self._context.studio.engine.state.value.name == "ATTACHED"
        self.button.setEnabled(now is not AirState.STOPPING and (now is not AirState.OFF or attached))
        looks = _LOOKS.get(now, "busy") if self.button.isEnabled() else "off"
        for widget in (self.button, self.note):
            set_property(widget, "phase", looks)

    def _show_targets(self) -> None:
        stats = self._context.studio.engine.stats
        live = self._context.studio.broadcast.state.value is not BroadcastState.IDLE
        targets = stats.targets if stats is not None and live else ()
        if tuple(self._targets) != tuple(target.relay_id for target in targets):
            self._clear_targets()
            names = {relay.id: relay_name(relay) for relay in self._context.studio.relays.all}
            for target in targets:
                row = QHBoxLayout()
                name = ElidedLabel(names.get(target.relay_id, target.relay_id))
                state = badge()
                row.addWidget(name, 1)
                row.addWidget(state)
                self._list.addLayout(row)
                self._targets[target.relay_id] = state
        for target in targets:
            state = self._targets[target.relay_id]
            state.setText(target_words(target))
            set_property(state, "level", _BADGES.get(target.state, ""))
            state.setToolTip(self._failure(target))

    def _failure(self, target: TargetStats) -> str:
        if not target.failure:
            return ""
        sentence = self._context.wordings.sentence(target.failure, dict(target.failure_data))
        return f"{sentence.text}\n{sentence.help}".strip()

    def _clear_targets(self) -> None:
        self._targets.clear()
        while (item := self._list.takeAt(0)) is not None:
            row = item.layout()
            while row is not None and (inner := row.takeAt(0)) is not None:
                widget = inner.widget()
                if widget is not None:
                    widget.deleteLater()

    def toggle(self) -> None:
        """Go live, or end the show; asks first if the settings say so."""
        studio, settings = self._context.studio, self._context.studio.settings.value
        if self._context.studio.broadcast.air.value is AirState.OFF:
            if not settings.confirm_go_live or ask(
                self, tr("Live", "Go live now?"), tr("Live", "Viewers will see the program immediately."), tr("Live", "Go live")
            ):
                studio.broadcast.go_live()
        elif (
            self._context.studio.broadcast.air.value is not AirState.LIVE
            or not settings.confirm_stop_live
            or ask(
                self,
                tr("Live", "End the show?"),
                tr("Live", "Viewers will no longer be able to watch."),
                tr("Live", "End show"),
                danger=True,
            )
        ):
            studio.broadcast.stop_live()

    def copy_address(self) -> None:
        """Copy the watch link."""
        QGuiApplication.clipboard().setText(self.watch_address())
        self._context.bridge.tell(Notice(Severity.INFO, "window.copied", {"address": shown_address(self.watch_address())}))

    def show_code(self) -> None:
        """Show the watch link as a QR code."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        action = QWidgetAction(menu)
        action.setDefaultWidget(QrCode(self._context.make_code(self.watch_address()), tr("Live", "QR code of the watch link")))
        menu.addAction(action)
        menu.popup(self.code_button.mapToGlobal(self.code_button.rect().bottomLeft()))
