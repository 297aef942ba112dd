"""Helpers for tests of the chat panel: messages that arrive, platforms that remember, keys."""

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu

from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import ChatMessage
from app.domain.translation.translation import Translation
from app.session.chat.chat_room import ChatRoom
from app.ui.chat.chat_panel import ChatPanel

NOW_MS = 1_750_000_000_000


class Platform:
    """Where messages go; remembers them."""

    def __init__(self) -> None:
        self.sent: list[ChatMessage] = []
        self.texts: list[Mapping[str, Translation]] = []
        self.removed: list[str] = []
        self.muted: list[tuple[str, int]] = []

    def send(self, message: ChatMessage, texts: Mapping[str, Translation]) -> None:
        self.sent.append(message)
        self.texts.append(texts)

    def remove(self, message_id: str) -> None:
        self.removed.append(message_id)

    def mute(self, author: str, until_ms: int) -> None:
        self.muted.append((author, until_ms))


def say(room: ChatRoom, number: int, text: str, *, name: str = "Ana", source: str = "page", language: str = "pt-BR") -> str:
    """Let a message arrive. Returns its key."""
    message = ChatMessage(source, str(number), f"v{name}", name, text, NOW_MS, language=language)
    assert room.receive(message)
    return message.key


def shown(panel: ChatPanel) -> list[str]:
    """The shown texts, after what has arrived is taken in."""
    panel._feed.flush()
    QApplication.processEvents()
    return [line.message.text for line in panel.model.lines]


def line_of(panel: ChatPanel, key: str) -> ChatLine:
    shown(panel)
    return next(line for line in panel.model.lines if line.key == key)


def choose(panel: ChatPanel, key: str) -> None:
    line = line_of(panel, key)
    panel.list.choose(panel.model.row_of(line.seq))
    panel.list.setFocus()


def press(panel: ChatPanel, key: Qt.Key) -> None:
    QTest.keyClick(panel.list, key)
    panel._feed.flush()


def follows(panel: ChatPanel) -> bool:
    return panel.list.following


def in_front(panel: ChatPanel) -> bool:
    return panel._seen


def entries(menu: QMenu) -> list[str]:
    return [action.text().partition("\t")[0] for action in menu.actions() if action.text()]


def visible_menu(panel: ChatPanel) -> QMenu:
    return next(menu for menu in panel.findChildren(QMenu) if menu.isVisible())
