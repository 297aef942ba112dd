"""Turns notices into words and pixels: toasts over the picture, and the list that keeps them. Nothing else does."""

import logging
from collections import deque
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Protocol

from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtWidgets import (
    QApplication,
    QDialog,
    QFileDialog,
    QFrame,
    QHBoxLayout,
    QLabel,
    QListView,
    QListWidget,
    QListWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.errors import Value
from app.domain.base.notice import Notice, Severity
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.editors import column
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons

log = logging.getLogger(__name__)

KEPT = 500
SHOWN = 3
WIDTH_PX = 360
GAP_PX = 8
LEAST_PX = 120  # two toasts of one line
EDGE_PX = 16  # from the picture's corner
LARGEST_SHARE = 0.15  # of the picture that toasts may cover; one is always shown
SHOW_MESSAGES = "messages.show"
_FLOATING = Qt.WindowType.Tool | Qt.WindowType.FramelessWindowHint | Qt.WindowType.WindowDoesNotAcceptFocus
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
    """Texts by code; storage's Wordings is one."""

    def sentence(self, code: str, data: Mapping[str, Value]) -> Sentence: ...


class NoticeBook(QObject):
    """The last notices with their times; outlives the window when the language or theme changes."""

    added = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.entries: deque[tuple[datetime, Notice]] = deque(maxlen=KEPT)

    def add(self, notice: Notice) -> None:
        """Add a notice and emit it. The log file gets only its code, because its data may be private."""
        log.info("notice shown: %s, %s", notice.code, notice.severity.value)
        entry = (datetime.now().astimezone(), notice)
        self.entries.append(entry)
        self.added.emit(*entry)


class Toast(QFrame):
    """One notice on screen; disappears automatically unless it is an error or the mouse rests on it."""

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
            words.addStretch(1)  # the first line is next to the icon, however short the rest
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
        """Close the toast; the list keeps the notice."""
        self._life.stop()
        self.closed.emit(self)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._life.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        self._wait()
        super().leaveEvent(event)


class ToastArea(QWidget):
    """Toasts in the upper right corner of the picture, the newest below; over a dialog while one waits for an answer.

    They cover a small part of the picture. Warnings and errors without room wait until others close; the list has all of them.
    """

    action_requested = Signal(str)

    def __init__(self, over: QWidget, words: Words, icons: Icons) -> None:
        super().__init__(over)
        self._over = over
        self._dialog: QWidget | None = None
        self._words = words
        self._icons = icons
        self.titles: dict[str, str] = {}  # of the actions that a notice may offer
        self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(GAP_PX)
        self._toasts: list[Toast] = []
        self._waiting: list[Notice] = []
        self._more = push_button("", lambda: self.action_requested.emit(SHOW_MESSAGES), role="toastMore")
        self._more.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._more.hide()
        self._layout.addWidget(self._more, 0, Qt.AlignmentFlag.AlignRight)
        over.installEventFilter(self)
        QGuiApplication.instance().focusWindowChanged.connect(self._on_focus_window)  # type: ignore[union-attr]
        self.hide()

    @property
    def toasts(self) -> tuple[Toast, ...]:
        """The visible toasts, from the top."""
        return tuple(self._toasts)

    @property
    def waiting(self) -> tuple[Notice, ...]:
        """The waiting toasts, the newest last."""
        return tuple(self._waiting)

    def show_notice(self, notice: Notice) -> None:
        """Show a notice in place of an earlier one with the same subject, or with the same code if there is no subject."""
        key = _key(notice)
        self._waiting = [one for one in self._waiting if _key(one) != key]
        for shown in self.toasts:
            if _key(shown.notice) == key:
                self._leave(shown)
        self._add(notice)
        self._show_over(_waiting_dialog())
        self._arrange()

    def close_outdated(self, can_run: Callable[[str], bool]) -> None:
        """Close toasts whose offer is no longer possible; errors stay."""
        self._waiting = [one for one in self._waiting if not _is_past(one, can_run)]
        for toast in self.toasts:
            if _is_past(toast.notice, can_run):
                self._drop(toast)

    def _add(self, notice: Notice, *, first: bool = False) -> None:
        toast = Toast(notice, self._words.sentence(notice.code, notice.data), self._icons, self.titles)
        toast.closed.connect(self._drop)
        toast.action_requested.connect(self.action_requested)
        place = 0 if first else len(self._toasts)
        self._toasts.insert(place, toast)
        self._layout.insertWidget(place, toast)
        toast.show()

    def _drop(self, toast: Toast) -> None:
        if toast in self._toasts:
            self._leave(toast)
        while self._waiting and self._fits(self._waiting[-1]):
            self._add(self._waiting.pop(), first=True)
        self._arrange()

    def _leave(self, toast: Toast) -> None:
        self._toasts.remove(toast)
        self._layout.removeWidget(toast)
        toast.hide()
        toast.deleteLater()

    # Room -----------------------------------------------------------------------------------------------------------------

    def _height(self) -> int:
        return sum(toast.heightForWidth(WIDTH_PX) + GAP_PX for toast in self._toasts)

    def _most_px(self) -> int:
        """The height that all toasts together may have."""
        share = round(LARGEST_SHARE * self._over.width() * self._over.height() / WIDTH_PX)
        return min(self._over.height() - 2 * EDGE_PX, max(LEAST_PX, share))

    def _fits(self, notice: Notice) -> bool:
        """Whether one more fits. It is built for a moment, because its height depends on its text."""
        if len(self._toasts) >= SHOWN:
            return False
        self._add(notice, first=True)
        fits = len(self._toasts) == 1 or self._height() <= self._most_px()
        self._leave(self._toasts[0])
        return fits

    def _arrange(self) -> None:
        """Let the oldest wait if there are too many, and place the others in the corner."""
        while len(self._toasts) > 1 and (len(self._toasts) > SHOWN or self._height() > self._most_px()):
            oldest = self._toasts[0]
            if oldest.notice.severity is not Severity.INFO or oldest.notice.actions:
                self._waiting.append(oldest.notice)
            self._leave(oldest)
        self._more.setText(tr("Notices", "{count} more in Messages", count=len(self._waiting)))
        self._more.setVisible(bool(self._waiting))
        self.setVisible(bool(self._toasts))
        self._place()

    def _place(self) -> None:
        self._layout.activate()
        height = self._height() + (self._more.sizeHint().height() if self._waiting else 0)
        corner = QPoint(self._over.width() - WIDTH_PX - EDGE_PX, EDGE_PX)
        if self._dialog is not None:
            corner = self._over.mapToGlobal(corner)
        self.setGeometry(QRect(corner, QSize(WIDTH_PX, max(1, height))))
        self.raise_()

    def _on_focus_window(self) -> None:
        self._show_over(_waiting_dialog())

    def _show_over(self, dialog: QWidget | None) -> None:
        """Show it in front of a dialog, as a window that takes no keys: in the main window it would be behind."""
        if dialog is self._dialog:
            return
        if self._dialog is not None:
            self._dialog.removeEventFilter(self)
        self._dialog = dialog
        if dialog is None:
            self.setParent(self._over, Qt.WindowType.Widget)
        else:
            dialog.installEventFilter(self)
            self.setParent(dialog, _FLOATING)
        self.setAttribute(Qt.WidgetAttribute.WA_TranslucentBackground, dialog is not None)
        self._arrange()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._over and event.type() is QEvent.Type.Resize:
            self._arrange()
        elif watched is self._dialog and event.type() is QEvent.Type.Hide:
            self._show_over(None)  # before the dialog is deleted, which would delete its children
        return super().eventFilter(watched, event)


def _key(notice: Notice) -> str:
    return notice.subject or notice.code


def _is_past(notice: Notice, can_run: Callable[[str], bool]) -> bool:
    """Whether the toast only offers something that is no longer possible."""
    return bool(notice.actions) and notice.severity is not Severity.ERROR and not any(map(can_run, notice.actions))


def _waiting_dialog() -> QWidget | None:
    """The dialog that waits for an answer."""
    found = QApplication.activeModalWidget()
    return found if isinstance(found, QDialog) and found.isVisible() and not isinstance(found, QFileDialog) else None


class LogPanel(QWidget):
    """All notices, the newest on top."""

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
        self.list.setResizeMode(QListView.ResizeMode.Adjust)  # rows wrapped for another width are too tall or cut
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
            self.list.model().removeRow(KEPT)  # takeItem would leave the row without an owner
        self._show_state()

    def _show_state(self) -> None:
        self.list.setVisible(bool(self.list.count()))
        self.empty.setVisible(not self.list.count())
