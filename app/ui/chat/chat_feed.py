"""Collects what happens in the chat and hands it over a few times a second."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from app.domain.chat.chat_history import MAX_LINES, ChatLine
from app.ui.bridge import Bridge

GAP_MS = 50  # twenty times a second looks immediate
BUSY_GAP_MS = 120  # nobody reads a chat that fast, and the window has other work
BUSY_LINES = 12  # in one batch


class ChatFeed(QObject):
    """Emits `ready(added, changed)`: new lines in order, and lines by key that something happened to. While it is paused nothing is
    collected; `missed` says whether something came meanwhile."""

    ready = Signal(object, object)

    def __init__(self, bridge: Bridge, parent: QObject) -> None:
        super().__init__(parent)
        self.missed = False
        self._paused = True
        self._added: dict[str, ChatLine] = {}
        self._changed: dict[str, ChatLine] = {}
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(GAP_MS)
        self._timer.timeout.connect(self.flush)
        bridge.chat_added.connect(self._on_added)
        bridge.chat_changed.connect(self._on_changed)

    def resume(self) -> None:
        """Collect from now on; what came before is forgotten."""
        self._paused = self.missed = False
        self.forget()

    def pause(self) -> None:
        """Stop collecting."""
        self._paused = True
        self.missed = self.missed or bool(self._added or self._changed)
        self.forget()

    def forget(self) -> None:
        """Drop what is collected."""
        self._timer.stop()
        self._added.clear()
        self._changed.clear()

    def flush(self) -> None:
        """Hand over what is collected now."""
        self._timer.stop()
        added: Sequence[ChatLine] = tuple(self._added.values())
        changed: Mapping[str, ChatLine] = dict(self._changed)
        self.forget()
        self._timer.setInterval(BUSY_GAP_MS if len(added) > BUSY_LINES else GAP_MS)
        if added or changed:
            self.ready.emit(added, changed)

    def _on_added(self, line: ChatLine) -> None:
        if self._paused:
            self.missed = True
            return
        self._added[line.key] = line
        if len(self._added) > MAX_LINES:
            del self._added[next(iter(self._added))]
        self._start()

    def _on_changed(self, line: ChatLine) -> None:
        if self._paused:
            self.missed = True
            return
        (self._added if line.key in self._added else self._changed)[line.key] = line
        self._start()

    def _start(self) -> None:
        if not self._timer.isActive():
            self._timer.start()
