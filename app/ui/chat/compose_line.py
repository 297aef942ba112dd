"""Writes a message to everybody, or a reply to one viewer."""

from collections.abc import Mapping

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import MAX_CHARS
from app.domain.translation.translation import Translation
from app.session.chat.quick_replies import QuickReply
from app.ui.chat.line_filter import language_of
from app.ui.chat.line_words import LineWords
from app.ui.chat.quick_menu import fill_quick_menu
from app.ui.chat.send_warning import SendWarning
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button
from app.ui.kit.labels import ElidedLabel
from app.ui.kit.language import tr

PREPARED = "prepared"  # the engine of texts that people wrote in both languages


class MessageLine(QLineEdit):
    """Enter sends, once however long it is held. Emits `left` on Escape."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.left.emit()
        elif not (event.isAutoRepeat() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)):
            super().keyPressEvent(event)


class ComposeLine(QWidget):
    """Keeps the text until it has been sent. Emits `left` when the host goes back to the messages."""

    left = Signal()

    def __init__(self, context: WindowContext, words: LineWords) -> None:
        super().__init__()
        self._context = context
        self._words = words
        self.replies_to: ChatLine | None = None
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(4)
        layout.addWidget(self._reply_strip())
        self.warning = SendWarning(context)
        layout.addWidget(self.warning)
        row = QHBoxLayout()
        row.setSpacing(6)
        self.text = MessageLine()
        self.text.setMaxLength(MAX_CHARS)
        self.text.returnPressed.connect(self.send)
        self.text.left.connect(self._on_escape)
        row.addWidget(self.text, 1)
        self.send_button = icon_button(context.icons, "send", tr("Chat", "Send (Enter)"), self.send)
        self.send_button.setEnabled(False)
        self.text.textChanged.connect(self._on_text)
        row.addWidget(self.send_button)
        layout.addLayout(row)
        self.reply_to(None)

    def _reply_strip(self) -> QFrame:
        self.strip = QFrame()
        self.strip.setObjectName("chatReply")
        row = QHBoxLayout(self.strip)
        row.setContentsMargins(10, 2, 2, 2)
        row.setSpacing(4)
        self.target = ElidedLabel("", "")
        row.addWidget(self.target, 1)
        self.quick = icon_button(self._context.icons, "quick", tr("Chat", "Quick replies"))
        self.quick.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.quick_menu = QMenu(self.quick)
        self.quick_menu.aboutToShow.connect(self._fill_quick)
        self.quick.setMenu(self.quick_menu)
        row.addWidget(self.quick)
        close = icon_button(self._context.icons, "close", tr("Chat", "Write to everyone instead (Esc)"), lambda: self.reply_to(None))
        row.addWidget(close)
        return self.strip

    def reply_to(self, line: ChatLine | None) -> None:
        """Answer this line with the next message; None = write to everyone."""
        self.replies_to = line
        self.warning.forget()
        self.strip.setVisible(line is not None)
        if line is None:
            self.text.setPlaceholderText(tr("Chat", "Message to everyone"))
            self.text.setAccessibleName(tr("Chat", "Message to everyone"))
            return
        reply = tr("Chat", "Reply to {name}", name=self._words.name(line))
        tag = language_of(line)
        parts = (reply, self._words.source(line.message.source), self._words.language(tag) if tag else "")
        self.target.setText(" · ".join(filter(None, parts)))
        self.text.setPlaceholderText(reply)
        self.text.setAccessibleName(reply)

    def send(self) -> None:
        """Send the message; the text stays if that fails, or if something speaks against it."""
        text, line = self.text.text(), self.replies_to
        market_id = line.message.market if line is not None else ""
        if text.strip() and self.warning.allows(text, market_id) and self._say(text, {}):
            self.text.clear()

    def _on_text(self, text: str) -> None:
        self.warning.forget()
        self.send_button.setEnabled(bool(text.strip()))

    def _fill_quick(self) -> None:
        line = self.replies_to
        if line is not None:
            fill_quick_menu(self.quick_menu, self._context, line, self.send_quick)

    def send_quick(self, reply: QuickReply) -> None:
        """Send a prepared reply at once; what is being written stays."""
        texts = {}
        if reply.sent_language != reply.text_language:
            texts[reply.sent_language] = Translation(reply.sent, reply.text_language, reply.sent_language, PREPARED)
        self._say(reply.text, texts)

    def _say(self, text: str, texts: Mapping[str, Translation]) -> bool:
        line, room = self.replies_to, self._context.studio.control.chat
        sent = self._context.attempt(lambda: room.say(text, reply_to=line.key if line is not None else "", texts=texts))
        if sent:
            self.reply_to(None)
            if line is not None:
                self.left.emit()
        return sent

    def _on_escape(self) -> None:
        if self.replies_to is not None:
            self.reply_to(None)
        self.left.emit()
