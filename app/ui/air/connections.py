"""Asks which servers the open show may connect to; the answers can be changed at any time."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QFrame, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from app.domain.air.contact import Contact, ContactKind
from app.domain.program.output import Relay
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.scroll_dialog import ScrollDialog
from app.ui.kit.theme import Icons

ICON_PX = 22
_ICONS = {ContactKind.RELAY: "relay", ContactKind.HELPER: "link", ContactKind.SOURCE: "media"}


def host_of(origin: str) -> str:
    """The server's name, with the port if it is unusual."""
    host = origin.partition("://")[2] or origin
    return host.removesuffix(":443").removesuffix(":80")


def purpose(contact: Contact) -> str:
    """What the show would do there."""
    return {
        ContactKind.RELAY: tr("Connections", "Relay “{name}”: receives your program when you go live.", name=contact.name),
        ContactKind.HELPER: tr(
            "Connections", "Helper server of relay “{name}”: your video and audio may pass through it.", name=contact.name
        ),
        ContactKind.SOURCE: tr("Connections", "Source “{name}”: loads video or audio from there.", name=contact.name),
    }[contact.kind]


class ServerRow(QFrame):
    """A server, everything the show wants from it, and a checkbox."""

    def __init__(self, icons: Icons, contacts: Sequence[Contact], *, allowed: bool) -> None:
        super().__init__()
        self.setObjectName("card")
        self.origin = contacts[0].origin
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 12, 10)
        row.setSpacing(12)
        picture = QLabel()
        picture.setPixmap(icons.pixmap(_ICONS[contacts[0].kind], ICON_PX, "muted"))
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(3)
        self.box = QCheckBox(host_of(self.origin))
        self.box.setObjectName("serverBox")
        self.box.setChecked(allowed)
        words.addWidget(self.box)
        for contact in dict.fromkeys(contacts):
            words.addWidget(label(purpose(contact), "muted", wrap=True))
        for address in dict.fromkeys(contact.address for contact in contacts):
            line = label(address, "hint", wrap=True)
            line.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
            words.addWidget(line)
        self._words = words
        row.addLayout(words, 1)

    def offer_token(self, relay: Relay) -> QCheckBox:
        """Ask whether the stored token may be sent to this relay; not ticked by default."""
        box = QCheckBox(tr("Connections", "Also send the token that an earlier version saved for “{name}”", name=relay.name))
        self._words.addWidget(box)
        return box


class ConnectionsDialog(ScrollDialog):
    """Asks about servers without an answer; `everything` shows all of them with their answers.

    If it is closed without an answer, nothing is connected and it asks again.
    """

    def __init__(self, context: WindowContext, parent: QWidget, *, everything: bool = False) -> None:
        super().__init__(
            parent,
            tr("Connections", "This show wants to connect to…"),
            tr(
                "Connections",
                "“{show}” uses these servers. Tradewind doesn’t contact them until you agree. Select only servers you trust.",
                show=context.studio.document.title,
            ),
        )
        self._context = context
        self.resize(600, 480)
        self.rows: list[ServerRow] = []
        self.tokens: dict[str, QCheckBox] = {}
        connections = context.studio.connections
        contacts = connections.contacts() if everything else connections.pending()
        for origin, those in _by_origin(contacts).items():
            row = ServerRow(context.icons, those, allowed=connections.answer_for(origin) is not False)
            self.rows.append(row)
            self.body.addWidget(row)
        if not self.rows:
            self.body.addWidget(label(tr("Connections", "This show doesn’t use any servers."), "muted", wrap=True))
        self.body.addStretch(1)
        self.refuse_button = push_button(tr("Connections", "Don’t connect"), self._refuse)
        self.agree_button = push_button(tr("Connections", "Connect to selected"), self._agree, role="primary")
        for button in (self.refuse_button, self.agree_button):
            button.setEnabled(bool(self.rows))
            self.buttons.addWidget(button)
        self.refuse_button.setDefault(True)
        self.refuse_button.setFocus(Qt.FocusReason.OtherFocusReason)
        context.bridge.relays_changed.connect(self._offer_tokens)
        self._offer_tokens()

    def _offer_tokens(self) -> None:
        """The keyring may answer late."""
        studio = self._context.studio
        for relay in studio.document.project.relays:
            row = next((row for row in self.rows if relay.id not in self.tokens and self._leads_to(relay, row)), None)
            if row is not None and studio.relays.has_older_token(relay):
                self.tokens[relay.id] = row.offer_token(relay)

    def _leads_to(self, relay: Relay, row: ServerRow) -> bool:
        return any(
            contact.subject == relay.id and contact.kind is ContactKind.RELAY and contact.origin == row.origin
            for contact in self._context.studio.connections.contacts()
        )

    def _agree(self) -> None:
        self._answer({row.origin: row.box.isChecked() for row in self.rows})

    def _refuse(self) -> None:
        self._answer({row.origin: False for row in self.rows})

    def _answer(self, answers: Mapping[str, bool]) -> None:
        studio = self._context.studio
        agreed = [row for row in self.rows if answers[row.origin]]
        tokens_of = [
            relay
            for relay in studio.document.project.relays
            if relay.id in self.tokens and self.tokens[relay.id].isChecked() and any(self._leads_to(relay, row) for row in agreed)
        ]
        studio.relays.answer_connections(answers, tokens_of)
        self.accept()


def _by_origin(contacts: Sequence[Contact]) -> dict[str, list[Contact]]:
    found: dict[str, list[Contact]] = {}
    for contact in contacts:
        found.setdefault(contact.origin, []).append(contact)
    return found
