"""Plugins: what each is for, whether it is on, why one failed, and its settings."""

from collections.abc import Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.errors import Value
from app.domain.schema import Field
from app.domain.words import pick
from app.ui.desk import Desk
from app.ui.dialogs.frame import FramedDialog
from app.ui.language import tr
from app.ui.widgets.form import Form
from app.ui.widgets.pieces import label, push_button


class PluginsDialog(FramedDialog):
    """Switching and settings take effect at once."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(
            parent,
            tr("Plugins", "Plugins"),
            tr(
                "Plugins",
                "They bring in what Tradewind does not know of itself, such as orders of a shop. Each is off until you switch it on.",
            ),
        )
        self._desk = desk
        self._host = desk.studio.plugins
        self._rows: dict[str, tuple[QCheckBox, QLabel, Form]] = {}
        tag = desk.language
        for plugin in self._host.plugins:
            manifest = plugin.manifest
            heading = pick(manifest.name, (tag,))[0], manifest.version, pick(manifest.summary, (tag,))[0]
            self.body.addWidget(self._row(manifest.id, heading, manifest.fields(tag)))
        if not self._host.plugins:
            self.body.addWidget(
                label(tr("Plugins", "There are none. Put a plugin's folder into “plugins” in the folder of settings."), "muted", wrap=True)
            )
        self.body.addStretch(1)
        self.buttons.addWidget(push_button(tr("Plugins", "Done"), self.accept, role="primary"))
        disconnect = self._host.changed.connect(self._read)
        self.destroyed.connect(disconnect)
        self._read()

    def _row(self, plugin_id: str, heading: tuple[str, str, str], fields: Sequence[Field]) -> QWidget:
        name, version, summary = heading
        box = QWidget()
        box.setObjectName("card")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        column = QVBoxLayout(box)
        column.setContentsMargins(14, 10, 14, 10)
        column.setSpacing(6)
        head = QHBoxLayout()
        switch = QCheckBox(name)
        switch.clicked.connect(lambda on: self._on_switched(plugin_id, on))
        head.addWidget(switch, 1)
        head.addWidget(label(version, "hint"))
        column.addLayout(head)
        column.addWidget(label(summary, "muted", wrap=True))
        reason = label("", "error", wrap=True)
        column.addWidget(reason)
        form = Form(fields, self._desk.around)
        form.changed.connect(lambda key, value: self._on_changed(plugin_id, key, value))
        column.addWidget(form)
        self._rows[plugin_id] = (switch, reason, form)
        return box

    def _on_switched(self, plugin_id: str, on: bool) -> None:
        self._desk.attempt(lambda: self._host.switch(plugin_id, on=on))
        self._read()

    def _on_changed(self, plugin_id: str, key: str, value: Value) -> None:
        if not self._desk.attempt(lambda: self._host.configure(plugin_id, key, value)):
            self._read()

    def _read(self) -> None:
        for plugin in self._host.plugins:
            switch, reason, form = self._rows[plugin.manifest.id]
            switch.setChecked(plugin.wanted)
            reason.setText(tr("Plugins", "Switched off: {reason}", reason=plugin.reason) if plugin.failed else "")
            reason.setVisible(plugin.failed)
            form.show_values(self._host.values(plugin.manifest.id))
