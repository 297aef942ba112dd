"""The window's commands: one table from which menus, toolbar, shortcuts, toasts and the palette are made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QKeySequence

from app.ui.kit.language import declared
from app.ui.kit.theme import Icons


def always() -> bool:
    """For commands that can be run at any time."""
    return True


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a user can do. `title` is English and declared; `words` gives another title when it depends on the state."""

    id: str
    title: str
    run: Callable[[], object]
    shortcut: str = ""
    icon: str = ""
    enabled: Callable[[], bool] = always
    words: Callable[[], str] | None = None
    checked: Callable[[], bool] | None = None  # for switches


def native_keys(shortcut: str) -> str:
    """Keys as the system writes them: "Ctrl+1", on a Mac "⌘1"."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


class CommandTable(QObject):
    """Commands as QActions by id; `refresh` asks each whether it can be run now, once for all that happens in a turn of the loop.

    The window is built anew in another language, so that titles that depend on nothing else are looked up once.
    """

    def __init__(self, commands: Iterable[Command], icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self._commands = {command.id: command for command in commands}
        self._titles = {command.id: declared(command.title) for command in self._commands.values()}
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(0)
        self._due.timeout.connect(self._show)
        self.actions: dict[str, QAction] = {}
        for command in self._commands.values():
            action = QAction(icons.icon(command.icon), "", self)
            action.setObjectName(command.id)
            if command.shortcut:
                action.setShortcut(QKeySequence(command.shortcut))
            action.setCheckable(command.checked is not None)
            action.triggered.connect(lambda checked=False, command_id=command.id: self.run(command_id))
            self.actions[command.id] = action
            self._show_words(action, self._titles[command.id])
        self._show()

    def run(self, command_id: str) -> None:
        """Do it, if there is such a command and it can be done now."""
        command = self._commands.get(command_id)
        if command is not None and self.can_run(command_id):
            command.run()
        if self._due.isActive():
            self._show()  # whoever presses the next key at once finds it as it is now
        if command is not None and command.checked is not None:
            self.actions[command_id].setChecked(command.checked())  # Qt has switched it by itself, whatever came of it

    def can_run(self, command_id: str) -> bool:
        """Whether it can be done now."""
        command = self._commands.get(command_id)
        return command is not None and command.enabled()

    def refresh(self) -> None:
        """Show titles and what can be run as they are at the end of this turn."""
        self._due.start()

    def _show(self) -> None:
        self._due.stop()
        for command in self._commands.values():
            action = self.actions[command.id]
            action.setEnabled(command.enabled())
            if command.checked is not None:
                action.setChecked(command.checked())
            if command.words is not None:
                self._show_words(action, command.words())

    def _show_words(self, action: QAction, words: str) -> None:
        if action.text() == words:
            return
        plain = words.rstrip("…")
        action.setText(words)
        action.setIconText(f" {plain}")  # beside an icon in the toolbar, which leaves no room between
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{plain} ({keys})" if keys else plain)

    def words(self, command: Command) -> str:
        """The title as it is now, in the window's language."""
        return command.words() if command.words is not None else self._titles[command.id]

    def titles(self) -> dict[str, str]:
        """Titles by id."""
        return {command.id: self.words(command) for command in self._commands.values()}
