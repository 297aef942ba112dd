"""The place whose clocks are meant, found by a few letters of its city."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QStringListModel, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QCompleter, QLineEdit

from app.domain.local_time import shown_in
from app.domain.zones import Zones
from app.ui.local_times import city_of, hour_words, offset_words

SHOWN = 60
_NO_PLACES = ("Etc", "SystemV", "US", "posix", "right")  # kept by the tables for old programs: nobody lives there


def places(zones: Zones) -> tuple[str, ...]:
    """The keys that name a city."""
    return tuple(key for key in zones.keys if "/" in key and key.partition("/")[0] not in _NO_PLACES)


class ZoneChoice(QLineEdit):
    """`chosen(key)` when the user picks another place. What was typed and not picked is forgotten.

    `now` gives the instant whose hours stand in the list, `city` a city's name in the window's language by its zone's key; `soon` are the
    keys that stand first in the list.
    """

    chosen = Signal(str)

    def __init__(
        self,
        words: str,
        zones: Zones,
        now: Callable[[], datetime],
        *,
        city: Callable[[str], str] = city_of,
        soon: Callable[[], tuple[str, ...]] = lambda: (),
    ) -> None:
        super().__init__()
        self.setAccessibleName(words)
        self._zones = zones
        self._now = now
        self._city = city
        self._soon = soon
        self._key = ""
        self._name = ""
        self._searched: dict[str, str] = {}
        self._matches: list[str] = []
        self._model = QStringListModel(self)
        completer = QCompleter(self._model, self)
        completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
        completer.setMaxVisibleItems(10)
        self._completer = completer
        self.setCompleter(completer)
        self.textEdited.connect(self.offer)
        completer.activated[QModelIndex].connect(self._on_activated)  # type: ignore[index]  # of its two signals, the one with the place

    @property
    def zone(self) -> str:
        """The key of the place that is chosen, "" = none yet."""
        return self._key

    @property
    def offered(self) -> tuple[str, ...]:
        """The keys that fit the letters now, the show's own places first."""
        return tuple(self._matches)

    def show_zone(self, key: str) -> None:
        """Show what is chosen, unless somebody is typing."""
        self._key = key
        self._name = self._city(key) if key else ""
        self.setToolTip(key)
        if not (self.hasFocus() and self.isModified()):
            self._put_back()

    def offer(self, letters: str) -> None:
        """Put what fits into the list, each with what its clocks show now."""
        words = letters.casefold().replace("_", " ").split()
        names = self._search_texts()
        first = [key for key in dict.fromkeys(self._soon()) if key in names]
        keys = [*first, *(key for key in names if key not in first)]
        self._matches = [key for key in keys if all(word in names[key] for word in words)][:SHOWN]
        now = self._now()
        self._model.setStringList([self._line(key, now) for key in self._matches])

    def _search_texts(self) -> dict[str, str]:
        if not self._searched:
            self._searched = {key: f"{key.replace('_', ' ')} {self._city(key)}".casefold() for key in places(self._zones)}
        return self._searched

    def _line(self, key: str, now: datetime) -> str:
        shown = shown_in(now, key, self._zones)
        return f"{self._city(key)}   {hour_words(shown.wall)}   {offset_words(shown.offset)}"

    def _put_back(self) -> None:
        if self.text() != self._name:
            self.setText(self._name)
            self.setCursorPosition(0)
        self.setModified(False)

    def _open(self) -> None:
        self.offer(self.text() if self.isModified() else "")
        self._completer.complete()

    def _on_activated(self, index: QModelIndex | QPersistentModelIndex) -> None:
        self.pick_match(index.row())

    def pick_match(self, place: int) -> None:
        """Choose the one at this place of the list, if there is one."""
        if 0 <= place < len(self._matches):
            before, key = self._key, self._matches[place]
            self.setModified(False)
            self.show_zone(key)
            if key != before:
                self.chosen.emit(key)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        super().mousePressEvent(event)
        self.selectAll()
        self._open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        popup = self._completer.popup()
        opened = popup is not None and popup.isVisible()
        if event.key() == Qt.Key.Key_Down and not opened:
            self._open()
        elif event.key() == Qt.Key.Key_Escape and self.isModified():
            self._put_back()
        elif event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.isModified() and self.text().strip():
            self.pick_match(0)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason:
            self._put_back()
