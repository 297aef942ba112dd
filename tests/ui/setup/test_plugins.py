"""Tests the plugins dialog: what a chat plugin may do, how its chat is, and its secrets."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QToolButton

from app.domain.base.errors import Value
from app.domain.chat.platform import ChatAbilities, ChatHealth, ChatState, PlatformMessage
from app.plugin.chat_gate import ChatDoor
from app.session.chat.chat_platforms import PlatformHealth
from app.session.studio import Studio
from app.ui.kit.form import Form
from app.ui.setup.chat_health import health_words
from app.ui.setup.plugins import PluginsDialog
from app.ui.shell.main_window import MainWindow

NOW_MS = 1_800_000_000_000
NO_ANSWER = "Chat: not connected (no answer). Trying again in"


@pytest.fixture
async def dialog(studio: Studio, window: MainWindow) -> AsyncIterator[PluginsDialog]:
    studio.plugins.start()
    made = PluginsDialog(window.context, window)
    made.show()
    QApplication.processEvents()
    yield made
    made.reject()
    made.deleteLater()
    await studio.plugins.aclose()
    await studio.relays.aclose()  # and the keyring with it


def holds(folder: Path, secret: bytes) -> bool:
    """Whether a file has it."""
    return any(secret in path.read_bytes() for path in folder.rglob("*") if path.is_file())


def texts(dialog: PluginsDialog) -> str:
    """What the dialog shows."""
    return "\n".join(label.text() for label in dialog.findChildren(QLabel) if label.isVisibleTo(dialog))


def form_with(dialog: PluginsDialog, key: str) -> Form:
    """The form of the plugin that has such a setting."""
    return next(form for form in dialog.findChildren(Form) if key in form.keys)


async def test_it_says_what_a_chat_plugin_may_do(dialog: PluginsDialog) -> None:
    shown = texts(dialog)
    assert "• Adds messages to the chat and sends yours\n• Connects to the server you enter in: Server" in shown
    assert "• Connects to irc.chat.twitch.tv:6697" in shown


async def test_it_shows_how_a_chat_is(studio: Studio, dialog: PluginsDialog) -> None:
    platforms = studio.control.platforms
    platforms.opened(ChatDoor("irc_chat", "IRC chat", ChatAbilities(send=True), lambda request: True))
    assert "Chat: connecting…" in texts(dialog)
    platforms.health_changed("irc_chat", ChatHealth(ChatState.CONNECTED, "#shop"))
    message = PlatformMessage("1", "ana", "Ana", "oi")
    platforms.received("irc_chat", (message, message))
    platforms.health_changed("irc_chat", ChatHealth(ChatState.CONNECTED, "#shop"))
    assert "Chat: connected · #shop\nMessages: 1, last one just now\nNot shown: duplicates 1" in texts(dialog)


async def test_a_secret_is_kept_in_the_keyring_and_never_shown(studio: Studio, dialog: PluginsDialog, tmp_path: Path) -> None:
    editor = form_with(dialog, "password").editor("password")
    line, remove = editor.findChild(QLineEdit), editor.findChild(QToolButton)
    assert isinstance(line, QLineEdit) and isinstance(remove, QToolButton)
    assert line.echoMode() is QLineEdit.EchoMode.Password and not remove.isVisibleTo(dialog)
    QTest.keyClicks(line, "open sesame")
    QTest.keyClick(line, Qt.Key.Key_Return)
    assert (line.text(), line.placeholderText(), remove.isVisibleTo(dialog)) == ("", "••••••••", True)
    assert await studio.relays.secrets.read("plugin irc_chat password") == "open sesame"
    assert not holds(tmp_path, b"open sesame") and holds(tmp_path, b"kept")
    QTest.mouseClick(remove, Qt.MouseButton.LeftButton)
    assert (line.placeholderText(), remove.isVisibleTo(dialog)) == ("", False)
    assert await studio.relays.secrets.read("plugin irc_chat password") == ""


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        (
            {"state": ChatState.WAITING, "detail": "no answer", "retry_at_ms": NOW_MS + 2500},
            f"{NO_ANSWER} 3 s.",
        ),
        (
            {"state": ChatState.WAITING, "detail": "no answer", "retry_at_ms": NOW_MS - 2500},
            f"{NO_ANSWER} 0 s.",
        ),
        ({"state": ChatState.CONNECTED}, "Chat: connected, read only"),
        ({"received": 3, "last_ms": NOW_MS - 130_000}, "Messages: 3, last one 2 min ago"),
        ({"dropped": {"too_fast": 5, "not in a table": 1}}, "Not shown: not in a table 1, too fast 5"),
        ({}, ""),
    ],
)
def test_the_state_of_a_chat_in_words(changed: dict[str, Value], words: str) -> None:
    assert health_words(PlatformHealth(**changed), NOW_MS) == words  # type: ignore[arg-type]
