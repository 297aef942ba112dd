"""What the host can do with one message: verbs of the chat room, reported below the list with an undo where there is one."""

from collections.abc import Callable
from functools import partial

from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.chat.chat_history import ChatLine
from app.domain.chat.message import AuthorRole
from app.session.chat.chat_room import FOREVER_MS, ChatRoom
from app.ui.chat.done_line import DoneLine
from app.ui.chat.line_words import LineWords
from app.ui.context import WindowContext
from app.ui.kit.language import tr

MINUTE_MS = 60_000
SHORT_MIN, LONG_MIN = 5, 60


class LineVerbs:
    """Every verb takes the line as it is now; one that refuses becomes a notice."""

    def __init__(self, context: WindowContext, words: LineWords, done: DoneLine) -> None:
        self._context = context
        self._words = words
        self._done = done

    @property
    def _room(self) -> ChatRoom:
        return self._context.studio.control.chat

    def star(self, line: ChatLine) -> None:
        """Star the line, or take its star away."""
        self._context.attempt(lambda: self._room.star(line.key, on=not line.starred))

    def answered(self, line: ChatLine) -> None:
        """Mark the line as answered aloud, or as not answered."""
        self._context.attempt(lambda: self._room.mark_answered(line.key, done=line.answered_ms is None))

    def give_back(self, line: ChatLine) -> None:
        """Nobody of the team answers this line any more."""
        self._context.attempt(lambda: self._room.claim(line.key, ""))

    def remove(self, line: ChatLine) -> None:
        """Remove the line everywhere. Pages and platforms forget it, so there is no way back."""
        if not line.removed and self._context.attempt(lambda: self._room.remove(line.key)):
            self._done.show_done(tr("Chat", "Removed {name}’s message. This can’t be undone.", name=self._words.name(line)))

    def mute(self, line: ChatLine, minutes: int = 0) -> None:
        """Mute the author for some minutes; 0 = until the host lifts it."""
        until_ms = self._context.studio.control.now_ms() + minutes * MINUTE_MS if minutes else FOREVER_MS
        if self._context.attempt(lambda: self._room.mute(line.key, until_ms)):
            words = tr("Chat", "{name} is muted.", name=self._words.name(line))
            self._done.show_done(words, lambda: self.unmute(line))

    def unmute(self, line: ChatLine) -> None:
        """Let the author write again."""
        self._context.attempt(lambda: self._room.mute(line.key, 0))

    # Menus ----------------------------------------------------------------------------------------------------------------

    def mute_menu(self, line: ChatLine, parent: QWidget) -> QMenu:
        """How long to mute the author of a line, or to let them write again."""
        menu = QMenu(tr("Chat", "Mute {name}", name=self._words.name(line).replace("&", "&&")), parent)
        menu.setIcon(self._context.icons.icon("mute"))
        if self._words.muted(line):
            _add(menu, tr("Chat", "Let them write again"), lambda: self.unmute(line))
            return menu
        _add(menu, tr("Chat", "For 5 minutes"), partial(self.mute, line, SHORT_MIN))
        _add(menu, tr("Chat", "For 1 hour"), partial(self.mute, line, LONG_MIN))
        _add(menu, tr("Chat", "Until I unmute them"), partial(self.mute, line))
        return menu

    def fill_menu(self, menu: QMenu, line: ChatLine, reply: Callable[[], None]) -> None:
        """The entries of a line's context menu, each with its key."""
        icons = self._context.icons
        viewer = line.message.role is AuthorRole.VIEWER
        if viewer:
            _add(menu, tr("Chat", "Reply"), reply, "Enter").setIcon(icons.icon("send"))
            words = tr("Chat", "Mark as answered") if line.answered_ms is None else tr("Chat", "Mark as not answered")
            _add(menu, words, partial(self.answered, line), "D").setIcon(icons.icon("check"))
        words = tr("Chat", "Remove star") if line.starred else tr("Chat", "Star")
        _add(menu, words, partial(self.star, line), "S").setIcon(icons.icon("star"))
        if line.claimed_by:
            _add(menu, tr("Chat", "Unassign"), partial(self.give_back, line))
        menu.addSeparator()
        removal = _add(menu, tr("Chat", "Remove message"), partial(self.remove, line), "Del")
        removal.setIcon(icons.icon("remove"))
        removal.setEnabled(not line.removed)
        if viewer and line.message.author:
            menu.addMenu(self.mute_menu(line, menu))


def _add(menu: QMenu, words: str, run: Callable[[], object], keys: str = "") -> QAction:
    action = menu.addAction(f"{words}\t{keys}" if keys else words)
    action.triggered.connect(lambda checked=False: run())
    return action
