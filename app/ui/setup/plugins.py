"""Plugins: what each is for, what it may do, whether it is on, its errors and its settings."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.base.errors import Value
from app.domain.base.localized_text import pick
from app.domain.base.schema import Field
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.form import Form
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.scroll_dialog import ScrollDialog
from app.ui.setup.chat_health import health_words


@dataclass(frozen=True, slots=True)
class _Row:
    """The parts of one plugin's card that change."""

    switch: QCheckBox
    state: QLabel
    reason: QLabel
    chat: QLabel
    form: Form


def _allowed(
    fields: Sequence[Field], *, orders: bool, chat: bool, hosts: Sequence[str], servers: Sequence[str], folders: Sequence[str]
) -> list[str]:
    """What a plugin may do, in sentences."""
    titles = {field.key: field.title for field in fields}
    may = []
    if orders:
        may.append(tr("Plugins", "Adds orders to the open show"))
    if chat:
        may.append(tr("Plugins", "Adds messages to the chat and sends yours"))
    if folders:
        may.append(tr("Plugins", "Reads what you choose in: {settings}", settings=", ".join(titles[key] for key in folders)))
    if hosts:
        may.append(tr("Plugins", "Connects to {hosts}", hosts=", ".join(hosts)))
    if servers:
        may.append(tr("Plugins", "Connects to the server you enter in: {settings}", settings=", ".join(titles[key] for key in servers)))
    if not hosts and not servers:
        may.append(tr("Plugins", "No network"))
    may.append(tr("Plugins", "Can’t access your shows, tokens or other files"))
    return may


def _state_words(state: str, restarts: int) -> str:
    """What the plugin is doing now."""
    running = tr("Plugins", "Running")
    if restarts:
        running = (
            tr("Plugins", "Running, restarted once") if restarts == 1 else tr("Plugins", "Running, restarted {count} times", count=restarts)
        )
    words = {
        "starting": tr("Plugins", "Starting…"),
        "on": running,
        "waiting": tr("Plugins", "Restarting…"),
        "failed": tr("Plugins", "Stopped"),
    }
    return words.get(state, "")


class PluginsDialog(ScrollDialog):
    """Switches and settings take effect at once."""

    def __init__(self, context: WindowContext, parent: QWidget) -> None:
        super().__init__(
            parent,
            tr("Plugins", "Plugins"),
            tr(
                "Plugins",
                "Plugins add integrations, such as shop orders and chats. Turn on only plugins you trust.",
            ),
        )
        self._context = context
        self._host = context.studio.plugins
        self._rows: dict[str, _Row] = {}
        tag = context.language
        for plugin in self._host.plugins:
            manifest = plugin.manifest
            heading = pick(manifest.name, (tag,))[0], manifest.version, pick(manifest.summary, (tag,))[0]
            fields = manifest.fields(tag)
            permissions = manifest.permissions
            may = _allowed(
                fields,
                orders=permissions.orders,
                chat=permissions.chat,
                hosts=[str(host) for host in permissions.network],
                servers=[one.key for one in permissions.servers],
                folders=permissions.folders,
            )
            self.body.addWidget(self._row(manifest.id, heading, may, fields))
        if not self._host.plugins:
            self.body.addWidget(
                label(
                    tr("Plugins", "No plugins found. To add one, put its folder in “plugins” in the settings folder."), "muted", wrap=True
                )
            )
        self.body.addStretch(1)
        self.buttons.addWidget(push_button(tr("Plugins", "Done"), self.accept, role="primary"))
        self._platforms = context.studio.control.platforms
        for disconnect in (self._host.changed.connect(self._read), self._platforms.changed.connect(self._read_chats)):
            self.destroyed.connect(disconnect)
        clock = QTimer(self)  # the state of a chat names seconds
        clock.timeout.connect(self._read_chats)
        clock.start(1000)
        self._read()

    def _row(self, plugin_id: str, heading: tuple[str, str, str], may: Sequence[str], fields: Sequence[Field]) -> QWidget:
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
        column.addWidget(label("\n".join(f"• {one}" for one in may), "hint", wrap=True))
        state, reason, chat = label("", "hint"), label("", "error", wrap=True), label("", "muted", wrap=True)
        head.insertWidget(1, state)
        column.addWidget(reason)
        column.addWidget(chat)
        form = Form(fields, self._context.editor_resources)
        form.changed.connect(lambda key, value: self._on_changed(plugin_id, key, value))
        column.addWidget(form)
        self._rows[plugin_id] = _Row(switch, state, reason, chat, form)
        return box

    def _on_switched(self, plugin_id: str, on: bool) -> None:
        self._context.attempt(lambda: self._host.switch(plugin_id, on=on))
        self._read()

    def _on_changed(self, plugin_id: str, key: str, value: Value) -> None:
        if not self._context.attempt(lambda: self._host.configure(plugin_id, key, value)):
            self._read()

    def _read(self) -> None:
        for plugin in self._host.plugins:
            row, trouble = self._rows[plugin.manifest.id], plugin.trouble
            row.switch.setChecked(plugin.wanted)
            row.state.setText(_state_words(plugin.state.value.value, plugin.restarts))
            row.reason.setText(self._context.wordings.sentence(trouble.code, trouble.data).text if trouble is not None else "")
            row.reason.setVisible(trouble is not None)
            row.form.show_values(self._host.values(plugin.manifest.id))
        self._read_chats()

    def _read_chats(self) -> None:
        now_ms = self._context.studio.control.now_ms()
        for plugin_id, row in self._rows.items():
            health = self._platforms.health(plugin_id)
            words = health_words(health, now_ms) if health is not None else ""
            row.chat.setText(words)
            row.chat.setVisible(bool(words))
