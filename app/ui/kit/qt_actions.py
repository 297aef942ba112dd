"""Actions as QActions, from which menus, toolbar, shortcuts, toasts and the palette are made."""

from collections.abc import Callable, Iterable, Mapping

from PySide6.QtCore import QObject, QTimer
from PySide6.QtGui import QAction, QKeySequence

from app.domain.base.errors import AppError
from app.session.actions import Action, run_action
from app.ui.kit.language import declared
from app.ui.kit.theme import Icons

Titles = Mapping[str, Callable[[], str]]


def native_keys(shortcut: str) -> str:
    """Keys as the system writes them: "Ctrl+1", on a Mac "⌘1"."""
    return QKeySequence(shortcut).toString(QKeySequence.SequenceFormat.NativeText)


class QtActions(QObject):
    """QActions by id; `refresh` asks each action whether it is enabled, once per turn of the loop.

    `titles` gives the translated title of an action whose title depends on the state; `failed` is called with the error of an action
    that refuses. The window is rebuilt in another language, so fixed titles are looked up once.
    """

    def __init__(
        self,
        actions: Iterable[Action],
        icons: Icons,
        parent: QObject,
        *,
        failed: Callable[[AppError], None],
        titles: Titles | None = None,
    ) -> None:
        super().__init__(parent)
        self._table = {action.id: action for action in actions}
        self._failed = failed
        self._fixed = {action.id: declared(action.title) for action in self._table.values()}
        self._titles: Titles = titles or {}
        self._due = QTimer(self)
        self._due.setSingleShot(True)
        self._due.setInterval(0)
        self._due.timeout.connect(self._show)
        self.by_id: dict[str, QAction] = {}
        for action in self._table.values():
            made = QAction(icons.icon(action.icon), "", self)
            made.setObjectName(action.id)
            if action.shortcut:
                made.setShortcut(QKeySequence(action.shortcut))
            made.setCheckable(action.checked is not None)
            made.triggered.connect(lambda checked=False, action_id=action.id: self.run(action_id))
            self.by_id[action.id] = made
            self._show_title(made, self._fixed[action.id])
        self._show()

    def run(self, action_id: str) -> None:
        """Run the action, if there is one and it is enabled."""
        action = self._table.get(action_id)
        if action is not None:
            run_action(action, self._failed)
        if self._due.isActive():
            self._show()  # the next key press finds the state as it is now
        if action is not None and action.checked is not None:
            self.by_id[action_id].setChecked(action.checked())  # Qt has toggled it, whether or not the action did anything

    def can_run(self, action_id: str) -> bool:
        """Whether the action exists and is enabled."""
        action = self._table.get(action_id)
        return action is not None and action.enabled()

    def refresh(self) -> None:
        """Update titles and enabled states at the end of this turn."""
        self._due.start()

    def _show(self) -> None:
        self._due.stop()
        for action in self._table.values():
            shown = self.by_id[action.id]
            shown.setEnabled(action.enabled())
            if action.checked is not None:
                shown.setChecked(action.checked())
            if action.id in self._titles:
                self._show_title(shown, self._titles[action.id]())

    def _show_title(self, action: QAction, title: str) -> None:
        if action.text() == title:
            return
        plain = title.rstrip("…")
        action.setText(title)
        action.setIconText(f" {plain}")  # beside an icon in the toolbar, which leaves no room between
        keys = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
        action.setToolTip(f"{plain} ({keys})" if keys else plain)

    def titles(self) -> dict[str, str]:
        """The current translated titles by id."""
        return {action_id: self._titles[action_id]() if action_id in self._titles else title for action_id, title in self._fixed.items()}
