"""The window's commands: one table from which menus, toolbar, shortcuts, toasts and the palette are made."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QKeySequence

from app.ui.language import declared
from app.ui.theme import Icons


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


class CommandTable(QObject):
    """Commands as QActions by id; `refresh` asks each whether it can be run now."""

    def __init__(self, commands: Iterable[Command], icons: Icons, parent: QObject) -> None:
        super().__init__(parent)
        self._commands = {command.id: command for command in commands}
        self.actions: dict[str, QAction] = {}
        for command in self._commands.values():
            action = QAction(icons.icon(command.icon), declared(command.title), self)
            action.setObjectName(command.id)
            if command.shortcut:
                action.setShortcut(QKeySequence(command.shortcut))
            action.setCheckable(command.checked is not None)
            action.triggered.connect(lambda checked=False, command_id=command.id: self.run(command_id))
            self.actions[command.id] = action
        self.refresh()

    def run(self, command_id: str) -> None:
        """Do it, if there is such a command and it can be done now."""
        command = self._commands.get(command_id)
        if command is not None and self.can_run(command_id):
            command.run()
        if command is not None and command.checked is not None:
            self.actions[command_id].setChecked(command.checked())  # Qt has switched it by itself, whatever came of it

    def can_run(self, command_id: str) -> bool:
        """Whether it can be done now."""
        command = self._commands.get(command_id)
        return command is not None and command.enabled()

    def refresh(self) -> None:
        """Show titles and what can be run as they are now."""
        for command in self._commands.values():
            action = self.actions[command.id]
            action.setEnabled(command.enabled())
            if command.checked is not None:
                action.setChecked(command.checked())
            words = self.words(command)
            if action.text() == words and action.toolTip():
                continue
            action.setText(words)
            action.setIconText(f" {action.text().rstrip('…')}")  # beside an icon in the toolbar, which leaves no room between
            keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{action.text().rstrip('…')} ({keys})" if keys else action.text().rstrip("…"))

    def words(self, command: Command) -> str:
        """The title as it is now, in the window's language."""
        return command.words() if command.words is not None else declared(command.title)

    def titles(self) -> dict[str, str]:
        """Titles by id."""
        return {command.id: self.words(command) for command in self._commands.values()}
