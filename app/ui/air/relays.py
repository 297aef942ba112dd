"""The relay picker: how far each relay is, which one is pinned, which are used as well."""

from collections.abc import Callable

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QMenu, QScrollArea, QVBoxLayout, QWidget

from app.domain.base.address import shown_address, without_credentials
from app.domain.base.notice import Notice, Severity
from app.domain.program import editing
from app.domain.program.output import EMBEDDED_RELAY_ID, Relay
from app.domain.program.stats import RelayProbe
from app.ui.context import WindowContext
from app.ui.figures import milliseconds, relay_name
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.labels import ElidedLabel, badge, label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property

NEAR_MS, FAR_MS = 60.0, 200.0


def distance(relay_id: str, probe: RelayProbe | None) -> tuple[str, str, str]:
    """(text, level, explanation) of a relay's distance."""
    if relay_id == EMBEDDED_RELAY_ID:
        return (
            tr("Relays", "built in"),
            "accent",
            tr("Relays", "The built-in relay runs on this computer. Viewers on this network can watch."),
        )
    if probe is None:
        return tr("Relays", "measuring…"), "", tr("Relays", "Measuring the distance to the relay")
    known = [figure for figure in (probe.http_ms, probe.stun_ms) if figure >= 0]
    if not known:
        return tr("Relays", "unreachable"), "error", tr("Relays", "No answer. Failed step: {step}.", step=probe.failure)
    best = min(known)
    explanation = tr(
        "Relays",
        "Round-trip time, median of five. HTTPS {http}, STUN {stun}.",
        http=milliseconds(probe.http_ms),
        stun=milliseconds(probe.stun_ms),
    )
    if probe.warm:
        explanation += "\n" + tr("Relays", "A connection is kept open, so going live is quick.")
    return milliseconds(best), "good" if best < NEAR_MS else "warning" if best > FAR_MS else "", explanation


class RelayRow(QFrame):
    """One relay; a click or Enter pins it."""

    pinned = Signal(str)

    def __init__(self, context: WindowContext, relay: Relay) -> None:
        super().__init__()
        self.setObjectName("relayRow")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self._context = context
        self.relay = relay
        self.withheld = False
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 6, 8)
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        self.name = ElidedLabel(relay_name(relay), "heading")
        self.detail = ElidedLabel("", "hint")
        words.addWidget(self.name)
        words.addWidget(self.detail)
        row.addLayout(words, 1)
        self.state = badge()
        row.addWidget(self.state)
        self.more = icon_button(context.icons, "more", tr("Relays", "More options for {name}", name=relay_name(relay)), self.show_menu)
        row.addWidget(self.more)

    def show_relay(self, relay: Relay, probe: RelayProbe | None, *, chosen: bool, pinned: bool, also: bool) -> None:
        """Show the relay as it is now."""
        self.relay = relay
        self.name.setText(relay_name(relay))
        marks = []
        if chosen:
            marks.append(tr("Relays", "pinned") if pinned else tr("Relays", "in use"))
        if also:
            marks.append(tr("Relays", "also streaming"))
        if relay.region:
            marks.append(relay.region)
        self.detail.setText(" · ".join(marks))
        self.detail.setVisible(bool(marks))
        words, level, explanation = distance(relay.id, probe)
        self.withheld = relay.id != EMBEDDED_RELAY_ID and not self._context.studio.connections.allows_relay(relay)
        if self.withheld:
            words, level = tr("Relays", "not connected"), "warning"
            explanation = tr("Relays", "This relay came with the show, and you haven’t agreed to it. Click to review.")
        self.state.setText(words)
        self.state.setToolTip(explanation)
        set_property(self.state, "level", level)
        set_property(self, "chosen", "true" if chosen or also else "false")
        self.setAccessibleName(f"{relay_name(relay)}, {words}, {self.detail.text()}")

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._chosen()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self._chosen()
        else:
            super().keyPressEvent(event)

    def _chosen(self) -> None:
        if self.withheld:
            self._context.openers.open_connections()
        else:
            self.pinned.emit(self.relay.id)

    def show_menu(self) -> None:
        """The actions for this relay."""
        project, icons, relay = self._context.studio.document.project, self._context.icons, self.relay
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        pinned = project.relay_id == relay.id
        words = tr("Relays", "Use nearest relay instead") if pinned else tr("Relays", "Always use this relay")
        menu.addAction(icons.icon("pin"), words, lambda: self.pinned.emit("" if pinned else relay.id))
        also = menu.addAction(icons.icon("live"), tr("Relays", "Also stream here"), self._toggle_also)
        also.setCheckable(True)
        also.setChecked(relay.id in project.also_relay_ids)
        if relay.watch_url:
            menu.addAction(icons.icon("duplicate"), tr("Relays", "Copy watch link"), self._copy)
        if relay.id != EMBEDDED_RELAY_ID:
            menu.addSeparator()
            menu.addAction(icons.icon("rename"), tr("Relays", "Edit…"), self._change)
            menu.addAction(icons.icon("remove"), tr("Relays", "Remove"), self._remove)
        menu.popup(self.more.mapToGlobal(self.more.rect().bottomLeft()))

    def _toggle_also(self) -> None:
        ids, here = self._context.studio.document.project.also_relay_ids, self.relay.id
        wanted = tuple(one for one in ids if one != here) if here in ids else (*ids, here)
        self._context.edit("Stream to several relays", lambda project: editing.publish_also(project, wanted))

    def _copy(self) -> None:
        address = without_credentials(self.relay.watch_url)
        QGuiApplication.clipboard().setText(address)
        self._context.bridge.tell(Notice(Severity.INFO, "window.copied", {"address": shown_address(address)}))

    def _change(self) -> None:
        self._context.openers.open_relay(self.relay, self.window())

    def _remove(self) -> None:
        relay = self.relay
        if self._context.edit("Remove relay", lambda project: editing.remove_relay(project, relay.id)):
            self._context.bridge.tell(Notice(Severity.INFO, "window.relay_removed", {"name": relay.name}, "window.removed", ("edit.undo",)))


class FoundRow(QFrame):
    """A relay announced on the network, with a button to add it."""

    def __init__(self, relay: Relay, add: Callable[[Relay], None]) -> None:
        super().__init__()
        self.setObjectName("relayRow")
        self.relay = relay
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 8, 8)
        row.setSpacing(8)
        words = QVBoxLayout()
        words.setSpacing(0)
        words.addWidget(ElidedLabel(relay.name, "heading"))
        words.addWidget(ElidedLabel(QUrl(without_credentials(relay.whip_url)).authority(), "hint"))
        row.addLayout(words, 1)
        self.add_button = push_button(tr("Relays", "Add"), lambda: add(relay))
        self.add_button.setAccessibleName(tr("Relays", "Add {name}", name=relay.name))
        row.addWidget(self.add_button)


class RelaysPanel(QWidget):
    """All relays with their distance, those announced on the network, and a button to add one."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self.rows: dict[str, RelayRow] = {}
        self.found: dict[str, FoundRow] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 8)
        layout.setSpacing(8)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._list = QVBoxLayout(inside)
        self._list.setContentsMargins(12, 8, 12, 0)
        self._list.setSpacing(8)
        self._hint = label("", "hint", wrap=True)
        self._list.addWidget(self._hint)
        self._found_title = label(tr("Relays", "Found on this network"), "sectionTitle")
        self._list.addWidget(self._found_title)
        self._found_list = QVBoxLayout()
        self._found_list.setSpacing(8)
        self._list.addLayout(self._found_list)
        self._list.addStretch(1)
        scroll.setWidget(inside)
        layout.addWidget(scroll, 1)
        buttons = QHBoxLayout()
        buttons.setContentsMargins(12, 0, 12, 0)
        self.add_button = push_button(tr("Relays", "Add relay…"), self.add)
        self.nearest_button = push_button(tr("Relays", "Use nearest"), lambda: self.pin(""))
        buttons.addWidget(self.add_button)
        buttons.addStretch(1)
        buttons.addWidget(self.nearest_button)
        layout.addLayout(buttons)
        for signal in (context.bridge.project_changed, context.bridge.probes_changed, context.bridge.relays_changed):
            signal.connect(self._on_changed)
        self._on_changed()

    def _on_changed(self) -> None:
        studio = self._context.studio
        relays, project = tuple(studio.relays.all), studio.document.project
        if tuple(self.rows) != tuple(relay.id for relay in relays):
            for row in self.rows.values():
                self._list.removeWidget(row)
                row.deleteLater()
            self.rows = {}
            for place, relay in enumerate(relays):
                self.rows[relay.id] = RelayRow(self._context, relay)
                self.rows[relay.id].pinned.connect(self.pin)
                self._list.insertWidget(place, self.rows[relay.id])
        probes = {probe.relay_id: probe for probe in studio.relays.probes}
        here = studio.broadcast.main_relay().id
        for relay in relays:
            self.rows[relay.id].show_relay(
                relay,
                probes.get(relay.id),
                chosen=relay.id == here,
                pinned=project.relay_id == relay.id,
                also=relay.id in project.also_relay_ids,
            )
        self.nearest_button.setEnabled(bool(project.relay_id))
        self._hint.setText(
            tr("Relays", "Without your own relay, viewers on this network watch through the built-in one.")
            if len(relays) == 1
            else tr("Relays", "Tradewind uses the nearest relay unless you choose one.")
        )

        self._show_found()

    def _show_found(self) -> None:
        studio = self._context.studio
        known = {relay.whip_url for relay in studio.relays.all}
        found = {relay.id: relay for relay in studio.relays.discovered if relay.whip_url not in known}
        self._found_title.setVisible(bool(found))
        if {row_id: row.relay for row_id, row in self.found.items()} == found:
            return
        for row in self.found.values():
            self._found_list.removeWidget(row)
            row.deleteLater()
        self.found = {relay_id: FoundRow(relay, self.add_found) for relay_id, relay in found.items()}
        for row in self.found.values():
            self._found_list.addWidget(row)

    def add_found(self, relay: Relay) -> None:
        """Add a relay from this network; only its key is asked for."""
        self._context.openers.open_relay(None, self.window(), found=relay)

    def pin(self, relay_id: str) -> None:
        """Always use this relay; "" = the nearest."""
        self._context.edit("Choose relay", lambda project: editing.pin_relay(project, relay_id))

    def add(self) -> None:
        """Ask for a new relay."""
        self._context.openers.open_relay(None, self.window())
