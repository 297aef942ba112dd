"""The list of chat messages: it follows the newest one, or keeps still while the host reads or has chosen a line."""

import time
from collections.abc import Mapping
from itertools import islice

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent, QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView

from app.domain.chat.chat_history import ChatLine
from app.ui.chat.chat_model import ChatModel, Index
from app.ui.chat.line_delegate import LineDelegate
from app.ui.chat.line_layout import LineLayouts

STEP_S = 0.006  # measuring goes on in steps that nobody notices
IDLE_MS = 250  # rows out of sight are measured once nothing comes for so long
END_PX = 6  # this near to the end counts as the end
SMALLEST_PX = 120

KEYS: Mapping[Qt.Key, str] = {
    Qt.Key.Key_Return: "reply",
    Qt.Key.Key_Enter: "reply",
    Qt.Key.Key_R: "reply",
    Qt.Key.Key_S: "star",
    Qt.Key.Key_D: "answered",
    Qt.Key.Key_Delete: "remove",
    Qt.Key.Key_Backspace: "remove",
    Qt.Key.Key_M: "mute",
    Qt.Key.Key_N: "next",
    Qt.Key.Key_O: "originals",
    Qt.Key.Key_Escape: "leave",
    Qt.Key.Key_End: "newest",
}


class ChatView(QListView):
    """Emits `verb(name)` for a key of `KEYS` or a double click, `following_changed` when it starts or stops to follow, and
    `top_reached` when the first row is near."""

    verb = Signal(str)
    following_changed = Signal()
    top_reached = Signal()

    def __init__(self, model: ChatModel, delegate: LineDelegate, layouts: LineLayouts) -> None:
        super().__init__()
        self._rows = model
        self._layouts = layouts
        self._follow = True
        self._focusing = self._settling = False
        self._held: tuple[int, int] | None = None  # number of the topmost line, and where it begins
        self._measuring = QTimer(self)
        self._measuring.setSingleShot(True)
        self._measuring.timeout.connect(self._measure_on)
        self.setModel(model)
        self.setItemDelegate(delegate)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # the width must not depend on the height
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setAutoScroll(False)
        self.setMouseTracking(True)
        self.setMinimumHeight(SMALLEST_PX)
        self.verticalScrollBar().setSingleStep(24)
        self.verticalScrollBar().actionTriggered.connect(self._on_scrolled)
        self.verticalScrollBar().valueChanged.connect(self._on_value)
        self.doubleClicked.connect(lambda index: self.verb.emit("reply"))

    # What is chosen -------------------------------------------------------------------------------------------------------

    @property
    def chosen(self) -> ChatLine | None:
        """The selected line."""
        index = self.currentIndex()
        return self._rows.line_at(index.row()) if index.isValid() else None

    @property
    def following(self) -> bool:
        """Whether new lines scroll into sight."""
        return self._follow and self.chosen is None

    def choose(self, row: int) -> None:
        """Select a row and show it."""
        self._layouts.of(self._rows.lines[row])
        self.setCurrentIndex(self._rows.index(row))
        self.scrollTo(self._rows.index(row))
        self.following_changed.emit()

    def leave(self) -> None:
        """Choose nothing; the list follows again if it did before."""
        self.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)
        if self._follow:
            self.scrollToBottom()
        self.following_changed.emit()

    def show_newest(self) -> None:
        """Go to the newest line and follow."""
        self._follow = True
        self.leave()

    def currentChanged(self, current: Index, previous: Index) -> None:
        super().currentChanged(current, previous)
        line = self._rows.line_at(current.row()) if current.isValid() and not self._focusing else None
        if self._layouts.show_whole(line.seq if line is not None else 0):
            self.hold()
            self.settle()
        if line is not None:
            self.scrollTo(current)
        self.following_changed.emit()

    # What comes -----------------------------------------------------------------------------------------------------------

    def hold(self) -> None:
        """Remember what is at the top; call it before the rows change."""
        index = self.indexAt(QPoint(END_PX, 1))
        line = self._rows.line_at(index.row()) if index.isValid() else None
        self._held = None if line is None else (line.seq, self.visualRect(index).top())

    def settle(self) -> None:
        """Lay the changed rows out; the newest is in sight again, or what was at the top stays there."""
        self._settling = True
        self._measure_seen()
        self._measuring.start(IDLE_MS)
        self.doItemsLayout()
        if self.following:
            self.scrollToBottom()
        elif self._held is not None:
            row = self._rows.row_of(self._held[0])
            bar = self.verticalScrollBar()
            bar.setValue(0 if row < 0 else bar.value() + self.visualRect(self._rows.index(row)).top() - self._held[1])
        self._settling = False

    def refresh(self) -> None:
        """Rows look different: measure and draw them again."""
        self.hold()
        self._layouts.forget()
        self.settle()
        self.viewport().update()

    def _measure_seen(self) -> None:
        """Measure the lines that will be in sight."""
        room, lines = self.viewport().height(), self._rows.lines
        top = self._rows.row_of(self._held[0]) if self._held is not None else 0
        for line in reversed(lines) if self.following else islice(lines, max(0, top), None):
            if room <= 0:
                return
            room -= self._layouts.of(line).height

    def _measure_on(self) -> None:
        """Measure the others, in steps, from the newest on."""
        until = time.monotonic() + STEP_S
        for line in reversed(self._rows.lines):
            if not self._layouts.known(line):
                if time.monotonic() >= until:
                    self._measuring.start(0)
                    return
                self._layouts.measure(line)
        if self._layouts.measured:
            self._layouts.measured = False
            self.hold()
            self.settle()

    # Events ---------------------------------------------------------------------------------------------------------------

    def resizeEvent(self, event: QResizeEvent) -> None:
        self.hold()
        if self._layouts.use_width(self.viewport().width()):
            self.settle()
        super().resizeEvent(event)
        if self.following:
            self.scrollToBottom()

    def focusInEvent(self, event: QFocusEvent) -> None:
        """Qt would make the first line the current one, and the list would stop following."""
        before = self.currentIndex().isValid()
        self._focusing = True
        super().focusInEvent(event)
        if not before:
            self.selectionModel().setCurrentIndex(QModelIndex(), QItemSelectionModel.SelectionFlag.Clear)
        self._focusing = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        plain = event.modifiers() & ~Qt.KeyboardModifier.KeypadModifier == Qt.KeyboardModifier.NoModifier
        if plain and key in (Qt.Key.Key_J, Qt.Key.Key_K):
            self._move(1 if key == Qt.Key.Key_J else -1)
        elif plain and key in (Qt.Key.Key_Up, Qt.Key.Key_Down) and self.chosen is None:
            self._move(-1)  # nothing is chosen: begin with the newest
        elif plain and key in KEYS:
            self.verb.emit(KEYS[key])
        else:
            super().keyPressEvent(event)

    def _move(self, step: int) -> None:
        count, index = len(self._rows.lines), self.currentIndex()
        row = index.row() + step if index.isValid() else count - 1
        if 0 <= row < count:
            self.choose(row)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FontChange:
            self.refresh()
        return super().viewportEvent(event)

    def _on_value(self, value: int) -> None:
        if not self._settling and not self.following and value < self.viewport().height():
            self.top_reached.emit()

    def _on_scrolled(self, action: int) -> None:
        del action
        bar = self.verticalScrollBar()
        before = self._follow
        self._follow = bar.sliderPosition() >= bar.maximum() - END_PX
        if before != self._follow:
            self.following_changed.emit()
