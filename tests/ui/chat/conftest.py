"""An open chat panel over a real Studio."""

import pytest
from PySide6.QtWidgets import QApplication

from app.session.chat.chat_room import ChatRoom
from app.session.studio import Studio
from app.ui.chat.chat_panel import ChatPanel
from app.ui.shell.application import Shell
from tests.support.clocks import SetClock
from tests.ui.chat.chat_desk import NOW_MS, Platform


@pytest.fixture
def clock() -> SetClock:
    return SetClock(NOW_MS * 1_000_000)


@pytest.fixture
def panel(shell: Shell) -> ChatPanel:
    """The open panel of an empty chat."""
    shell.window.context.openers.show_panel("chat")
    shell.window.resize(1366, 768)
    QApplication.processEvents()
    return shell.window.chat


@pytest.fixture
def room(studio: Studio) -> ChatRoom:
    return studio.control.chat


@pytest.fixture
def page(room: ChatRoom) -> Platform:
    made = Platform()
    room.add_output("page", made)
    return made
