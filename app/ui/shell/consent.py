"""Asks about the servers of a show from elsewhere, as soon as no other question is open."""

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from app.domain.base.notice import Notice, Severity
from app.ui.context import WindowContext
from app.ui.shell import late


class Consent(QObject):
    """Asks once per show and set of servers. If it is closed without an answer, a message offers it again."""

    def __init__(self, context: WindowContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._parent = parent
        self._asked: frozenset[str] = frozenset()
        self._due = QTimer(self)  # not while a show is opening, and not before the window is visible
        self._due.setSingleShot(True)
        self._due.timeout.connect(self._ask)
        context.bridge.connections_changed.connect(self.look)
        self.look()

    def look(self) -> None:
        """Ask if there is something to ask."""
        pending = frozenset(contact.origin for contact in self._context.studio.connections.pending())
        if not pending:
            self._asked = frozenset()
        elif not pending <= self._asked:
            self._due.start(0)

    def _ask(self) -> None:
        pending = frozenset(contact.origin for contact in self._context.studio.connections.pending())
        if not pending or pending <= self._asked or not self._parent.isVisible():
            return
        asking = QApplication.activeModalWidget()
        if isinstance(asking, QDialog):
            asking.finished.connect(self._due.start)
            return
        self._asked = pending
        self.show(everything=False)

    def show(self, *, everything: bool) -> None:
        """Show the open questions, or all servers."""
        dialog = late.ConnectionsDialog(self._context, self._parent, everything=everything)
        dialog.finished.connect(self._on_closed)
        dialog.open()

    def _on_closed(self) -> None:
        dialog = self.sender()
        if isinstance(dialog, QDialog):
            dialog.deleteLater()
        if self._context.studio.connections.pending():
            self._context.bridge.tell(Notice(Severity.WARNING, "show.connections", {}, "connections", ("connections.open",)))
