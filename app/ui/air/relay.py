"""The form of a relay; its kind decides which fields it asks for."""

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QComboBox, QLineEdit, QVBoxLayout, QWidget

from app.domain.air.preset import RelayPreset, TokenNeed, resolve
from app.domain.base.address import clean_token, origin_of, split_credentials, without_credentials
from app.domain.base.errors import FieldError, Value
from app.domain.base.schema import completed
from app.domain.program import editing
from app.domain.program.output import Relay
from app.domain.program.trial import RelayTrial
from app.ui.air.relay_outcome import RelayOutcome
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.form import Form, reason_words
from app.ui.kit.labels import label
from app.ui.kit.language import declared, tr
from app.ui.kit.questions import ask
from app.ui.kit.scroll_dialog import ScrollDialog


class RelayDialog(ScrollDialog):
    """`relay` None = a new one, filled in from `found`. Saving is one undo step; the token goes to the keyring."""

    def __init__(self, context: WindowContext, relay: Relay | None, parent: QWidget, *, found: Relay | None = None) -> None:
        super().__init__(
            parent,
            tr("Relay", "Add relay") if relay is None else tr("Relay", "Edit relay"),
            tr("Relay", "A relay receives your program over WebRTC (WHIP) and delivers it to viewers."),
        )
        self.resize(560, 620)
        self._context = context
        self._relay = relay
        self._presets: dict[str, RelayPreset] = {preset.id: preset for preset in context.studio.relays.presets}
        known = relay or found
        self._values: dict[str, Value] = dict(known.values) if known is not None else {}
        if found is not None:
            self._values["whip_url"] = found.whip_url
        self.kind = QComboBox()
        for preset in self._presets.values():
            self.kind.addItem(declared(preset.title), preset.id)
        self.name = self._line(known.name if known is not None else "", tr("Relay", "Name"))
        self.region = self._line(known.region if known is not None else "", tr("Relay", "Region"))
        self.region.setPlaceholderText(tr("Relay", "Only you see this, for example Frankfurt"))
        self._row(tr("Relay", "Relay type"), self.kind)
        self._summary = label("", "hint", wrap=True)
        self.body.addWidget(self._summary)
        self._row(tr("Relay", "Name"), self.name)
        self._fields = QVBoxLayout()
        self.body.addLayout(self._fields)
        self.form: Form | None = None
        self.token = self._line(context.studio.relays.token_of(relay.id) if relay is not None else "", tr("Relay", "Token"))
        self.token.setEchoMode(QLineEdit.EchoMode.Password)
        self._token_title = label("", "muted")
        self.body.addWidget(self._token_title)
        self.body.addWidget(self.token)
        self.watch = self._line(known.watch_url if known is not None else "", tr("Relay", "Watch link"))
        self.watch.setPlaceholderText(tr("Relay", "The page where viewers watch"))
        self._watch_title = self._row(tr("Relay", "Watch link"), self.watch)
        self._row(tr("Relay", "Region"), self.region)
        self._help = label("", "hint", wrap=True)
        self.body.addWidget(self._help)
        self._error = label("", "error", wrap=True)
        self.outer.insertWidget(self.outer.count() - 1, self._error)  # visible wherever the form is scrolled
        self._add_buttons()
        self.kind.setCurrentIndex(max(0, self.kind.findData(known.preset if known is not None else "generic")))
        self.kind.currentIndexChanged.connect(lambda index: self._show_preset())
        self._show_preset()
        if found is not None:
            self.token.setPlaceholderText(tr("Relay", "The stream key shown on the other computer"))
            self.token.setFocus()

    def _add_buttons(self) -> None:
        self._tested = ""  # the id of the relay being tested
        self.outcome = RelayOutcome(self._context)
        self.outer.insertWidget(self.outer.count() - 1, self.outcome)
        self._context.bridge.relay_tried.connect(self._on_tried)
        self.body.addStretch(1)
        self._docs = push_button(tr("Relay", "Documentation"), self._open_docs, role="link")
        self.buttons.insertWidget(0, self._docs)
        self.test_button = push_button(tr("Relay", "Test connection"), self.test)
        self.test_button.setToolTip(tr("Relay", "Connects to the relay without sending video or audio, then disconnects."))
        self.buttons.addWidget(self.test_button)
        self.buttons.addWidget(push_button(tr("Relay", "Cancel"), self.reject))
        self.save_button = push_button(tr("Relay", "Save"), self.save, role="primary")
        self.save_button.setDefault(True)
        self.buttons.addWidget(self.save_button)

    def _line(self, text: str, words: str) -> QLineEdit:
        line = QLineEdit(text)
        line.setAccessibleName(words)
        return line

    def _row(self, title: str, widget: QWidget) -> QWidget:
        heading = label(title, "muted")
        heading.setBuddy(widget)
        self.body.addWidget(heading)
        self.body.addWidget(widget)
        return heading

    @property
    def preset(self) -> RelayPreset:
        """The chosen kind of relay."""
        return self._presets[str(self.kind.currentData())]

    def _show_preset(self) -> None:
        preset = self.preset
        if self.form is not None:
            self._fields.removeWidget(self.form)
            self.form.deleteLater()
        self.form = Form(preset.fields, self._context.editor_resources)
        if self._relay is not None and any(field.key == "whip_url" for field in preset.fields) and not self._values.get("whip_url"):
            self._values["whip_url"] = self._relay.whip_url
        if self._relay is not None and not self._values.get("watch_url"):
            self._values["watch_url"] = self._relay.watch_url
        # typed values are kept for another kind; defaults of one kind mean nothing to the next
        self.form.show_values({field.key: self._values.get(field.key, field.default) for field in preset.fields})
        self.form.changed.connect(self._values.__setitem__)
        self._fields.addWidget(self.form)
        self._summary.setText(declared(preset.summary))
        self._help.setText("\n\n".join(declared(paragraph) for paragraph in preset.help))
        self._help.setVisible(bool(preset.help))
        wanted = preset.token is not TokenNeed.NONE
        self._token_title.setText(declared(preset.token_title) or tr("Relay", "Token"))
        self._token_title.setVisible(wanted)
        self.token.setVisible(wanted)
        self._docs.setVisible(bool(preset.docs))
        for widget in (self._watch_title, self.watch):
            widget.setVisible(not preset.watch_url)  # otherwise it follows from the fields above
        self._error.hide()
        self.outcome.hide()

    def _open_docs(self) -> None:
        QDesktopServices.openUrl(QUrl(self.preset.docs))

    def _refuse(self, words: str, widget: QWidget) -> None:
        self._error.setText(words)
        self._error.show()
        widget.setFocus()

    def _entered(self) -> tuple[Relay, str] | None:
        """The relay and its token as typed; None, with an error shown, if a field is invalid."""
        preset = self.preset
        try:
            values = completed(preset.fields, self._values)
            whip_url, watch_url, _ = resolve(preset, values)
        except FieldError as error:
            key = str(error.data.get("field", ""))
            title = next((declared(field.title) for field in preset.fields if field.key == key), key)
            if error.data.get("reason") == "empty":
                problem = tr("Relay", "{field} is required.", field=title)
            elif error.data.get("reason") == "address":
                problem = f"{title}: {tr('Relay', 'Enter a valid address starting with https://')}"
            else:
                problem = f"{title}: {reason_words(error)}"
            self._refuse(problem, self.form.editor(key) if self.form is not None and key in self.form.keys else self.name)
            return None
        whip_url, own = split_credentials(whip_url)
        values = {key: without_credentials(value) if isinstance(value, str) else value for key, value in values.items()}
        token = clean_token(self.token.text()) or own
        if preset.token is TokenNeed.REQUIRED and not token:
            self._refuse(tr("Relay", "This relay requires a token."), self.token)
            return None
        relay = Relay(
            self._relay.id if self._relay is not None else editing.new_id(self._context.studio.document.project, "relay"),
            self.name.text().strip() or declared(preset.title),
            whip_url,
            without_credentials(watch_url or self.watch.text()),
            self.region.text().strip(),
            preset.id,
            values,
            self._relay.ice_servers if self._relay is not None else (),
        )
        self._error.hide()
        return (relay, token) if self._may_send(token, whip_url) else None

    def test(self) -> None:
        """Test what is typed: connect as for going live, and say what works."""
        entered = self._entered()
        if entered is None:
            return
        relay, token = entered
        if not self._context.studio.broadcast.try_relay(relay, token):
            self.outcome.show_live()
            return
        self._tested = relay.id
        self.test_button.setEnabled(False)
        self.outcome.show_running()

    def _on_tried(self, trial: RelayTrial) -> None:
        if trial.relay_id == self._tested:
            self._tested = ""
            self.test_button.setEnabled(True)
            self.outcome.show_trial(trial, self.name.text().strip() or declared(self.preset.title))

    def save(self) -> None:
        """Save the relay, or say which field is invalid."""
        entered = self._entered()
        if entered is None:
            return
        relay, token = entered
        if self._context.edit("Edit relay", lambda project: editing.put_relay(project, relay)):
            self._context.studio.relays.set_token(relay.id, token)
            self.accept()

    def _may_send(self, token: str, whip_url: str) -> bool:
        """A token entered for another server is only used for this one if the user agrees."""
        studio, relay = self._context.studio, self._relay
        if relay is None or not token or token != studio.relays.token_of(relay.id):
            return True
        old, new = (origin_of(address) for address in (studio.relays.address_of(relay), whip_url))
        return old == new or ask(
            self,
            tr("Relay", "Send the token to another server?"),
            tr("Relay", "The token was entered for {old}, but the address now points to {new}.", old=old, new=new),
            tr("Relay", "Send"),
        )
