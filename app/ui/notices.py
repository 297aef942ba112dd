"""The one place where notices become words and pixels: toasts over the picture, and the log that keeps them."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QListView, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from app.domain.errors import Value
from app.domain.notice import Notice, Severity
from app.ui.language import tr
from app.ui.theme import Icons
from app.ui.widgets.editors import column
from app.ui.widgets.pieces import EmptyState, icon_button, label, push_button

log = logging.getLogger(__name__)

KEPT = 500
SHOWN = 4
WIDTH_PX = 360
LIFE_MS: Mapping[Severity, int] = {Severity.INFO: 6000, Severity.WARNING: 12000, Severity.ERROR: 0}  # 0 = until it is closed
ICONS: Mapping[Severity, tuple[str, str]] = {
    Severity.INFO: ("info", "info"),
    Severity.WARNING: ("warning", "warning"),
    Severity.ERROR: ("error", "error"),
}


class Sentence(Protocol):
    """What happened, and what to do about it ("" = nothing)."""

    @property
    def text(self) -> str: ...
    @property
    def help(self) -> str: ...


class Words(Protocol):
    """Sentences by code; storage's Wordings is one."""

    def sentence(self, code: str, data: Mapping[str, Value]) -> Sentence: ...


class NoticeBook(QObject):
    """The last notices with the time at which they came; outlives the window when language or theme change."""

    added = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: deque[tuple[datetime, Notice]] = deque(maxlen=KEPT)

    def add(self, notice: Notice) -> None:
        """Keep a notice and say so. The log file has its code alone: what is in its data may be nobody else's business."""
        log.info("told the user: %s, %s", notice.code, notice.severity.value)
        entry = (datetime.now().astimezone(), notice)
        self.entries.append(entry)
        self.added.emit(*entry)


class Toast(QFrame):
    """One notice on screen; goes by itself unless it is an error or the mouse rests on it."""

    closed = Signal(object)
    action_requested = Signal(str)

    def __init__(self, notice: Notice, sentence: Sentence, icons: Icons, titles: Mapping[str, str]) -> None:
        super().__init__()
        self.notice = notice
        self.setObjectName("toast")
        self.setProperty("severity", notice.severity.value)
        self.setFixedWidth(WIDTH_PX)
        self.setAccessibleName(sentence.text)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 10, 8, 10)
        row.setSpacing(10)
        icon, colour = ICONS[notice.severity]
        picture = QLabel()
        picture.setPixmap(icons.pixmap(icon, 20, colour))
        alone = not sentence.help and not any(action in titles for action in notice.actions)
        row.addWidget(picture, 0, Qt.AlignmentFlag.AlignVCenter if alone else Qt.AlignmentFlag.AlignTop)
        words = QVBoxLayout()
        words.setSpacing(4)
        words.setContentsMargins(0, 1, 0, 0)
        words.addWidget(label(sentence.text, wrap=True))
        if sentence.help:
            words.addWidget(label(sentence.help, "hint", wrap=True))
        for action in notice.actions:
            if action in titles:
                button = push_button(titles[action], role="link")
                button.clicked.connect(lambda checked=False, action=action: self._run(action))
                words.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        if not alone:
            words.addStretch(1)  # the first line stands beside the icon, however short the rest
        row.addLayout(words, 1)
        row.addWidget(icon_button(icons, "close", tr("Notices", "Close"), self.close_toast), 0, Qt.AlignmentFlag.AlignTop)
        self._life = QTimer(self)
        self._life.setSingleShot(True)
        self._life.timeout.connect(self.close_toast)
        self._wait()

    def _wait(self) -> None:
        if LIFE_MS[self.notice.severity]:
            self._life.start(LIFE_MS[self.notice.severity])

    def _run(self, action: str) -> None:
        self.action_requested.emit(action)
        self.close_toast()

    def close_toast(self) -> None:
        """Leave the screen; the log keeps the notice."""
        self._life.stop()
        self.closed.emit(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._life.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._wait()
        super().leaveEvent(event)


class ToastArea(QWidget):
    """Toasts stacked in the upper right corner of the widget they lie over, the newest below."""

    action_requested = Signal(str)

    def __init__(self, over: QWidget, words: Words, icons: Icons) -> None:
        super().__init__(over)
        self._over = over
        self._words = words
        self._icons = icons
        self.titles: dict[str, str] = {}  # of the actions that may stand in a notice
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(8)
        self._toasts: list[Toast] = []
        over.installEventFilter(self)
        self.hide()

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """What is on screen, from the top."""
        return tuple(self._toasts)

    def show_notice(self, notice: Notice) -> None:
        """Show a notice; it takes the place of an earlier one of the same subject, or of the same code without a subject."""
        key = notice.subject or notice.code
        for shown in self.toasts:
            if (shown.notice.subject or shown.notice.code) == key:
                self._drop(shown)
        while len(self._toasts) >= SHOWN:
            self._drop(self._toasts[0])
        toast = Toast(notice, self._words.sentence(notice.code, notice.data), self._icons, self.titles)
        toast.closed.connect(self._drop)
        toast.action_requested.connect(self.action_requested)
        self._toasts.append(toast)
        self._layout.addWidget(toast)
        toast.show()
        self.show()
        self.raise_()
        self._place()

    def settle(self, can_run: Callable[[str], bool]) -> None:
        """Take down what was only an offer and can be taken up no more; errors stay."""
        for toast in self.toasts:
            actions = toast.notice.actions
            if actions and toast.notice.severity is not Severity.ERROR and not any(map(can_run, actions)):
                self._drop(toast)

    def _drop(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._leave(toast)
        self.setVisible(bool(self._toasts))
        self._place()

    def _leave(self, toast: Toast) -> None:
        self._toasts.remove(toast)
        self._layout.removeWidget(toast)
        toast.hide()
        toast.deleteLater()

    def _height(self) -> int:
        return sum(toast.heightForWidth(WIDTH_PX) + 8 for toast in self._toasts)

    def _place(self) -> None:
        while len(self._toasts) > 1 and self._height() > self._over.height() - 16:
            self._leave(self._toasts[0])
        self._layout.activate()
        size = QSize(WIDTH_PX, self._height())
        self.setGeometry(self._over.width() - size.width() - 16, 16, size.width(), max(1, size.height()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Resize:
            self._place()
        return super().eventFilter(watched, event)


class LogPanel(QWidget):
    """Everything that was told, the newest on top."""

    def __init__(self, book: NoticeBook, words: Words, icons: Icons) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._words = words
        self._icons = icons
        layout = column(self, margin=8)
        self.list = QListWidget()
        self.list.setAccessibleName(tr("Notices", "Messages"))
        self.list.setWordWrap(True)
        self.list.setSpacing(2)
        self.list.setResizeMode(QListView.ResizeMode.Adjust)  # rows that were wrapped for another width are too high or cut
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setVerticalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        layout.addWidget(self.list)
        self.empty = EmptyState(icons, "log", tr("Notices", "No messages yet"), tr("Notices", "Warnings and errors are listed here."))
        layout.addWidget(self.empty)
        self._show_state()
        for when, notice in book.entries:
            self._on_added(when, notice)
        book.added.connect(self._on_added)

    def _on_added(self, when: datetime, notice: Notice) -> None:
        sentence = self._words.sentence(notice.code, notice.data)
        icon, colour = ICONS[notice.severity]
        item = QListWidgetItem(self._icons.icon(icon, colour), f"{when:%H:%M:%S}  {sentence.text} {sentence.help}".rstrip())
        item.setToolTip(f"{when:%Y-%m-%d %H:%M:%S}\n{notice.code}")
        self.list.insertItem(0, item)
        while self.list.count() > KEPT:
            self.list.model().removeRow(KEPT)  # takeItem would leave the row to nobody
        self._show_state()

    def _show_state(self) -> None:
        self.list.setVisible(bool(self.list.count()))
        self.empty.setVisible(not self.list.count())
