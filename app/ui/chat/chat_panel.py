"""The chat panel: all messages of the show, what was asked and answered, and a line to write."""

from collections.abc import Callable

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeySequence, QResizeEvent, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QStackedWidget, QVBoxLayout, QWidget

from app.domain.chat.chat_history import ChatHistory, ChatLine
from app.domain.chat.message import AuthorRole
from app.ui.chat.chat_feed import ChatFeed
from app.ui.chat.chat_model import ChatModel
from app.ui.chat.chat_view import ChatView
from app.ui.chat.compose_line import ComposeLine
from app.ui.chat.done_line import DoneLine
from app.ui.chat.filter_bar import FilterBar
from app.ui.chat.line_delegate import LineDelegate
from app.ui.chat.line_filter import LineFilter, LineKind, count_lines
from app.ui.chat.line_layout import LineLayouts
from app.ui.chat.line_verbs import LineVerbs
from app.ui.chat.line_words import LineWords
from app.ui.context import WindowContext
from app.ui.figures import count
from app.ui.kit.buttons import push_button
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.labels import ElidedLabel, label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property

COUNT_MS = 500  # counts are read, not watched
BUTTON_GAP_PX = 8
_LIST, _EMPTY, _NO_MATCH = range(3)


class ChatPanel(QWidget):
    """Emits `plugins_wanted` from the empty panel, and `available_changed` when there are first messages, or questions, or no more."""

    plugins_wanted = Signal()
    available_changed = Signal()

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self.words = LineWords(context, self._is_muted, self._asked)
        self.model = ChatModel(self, self.words.tooltip, self.words.read)
        self.layouts = LineLayouts(self.words, self.font())
        delegate = LineDelegate(self.model, self.layouts, self.words, context.theme, context.icons, self)
        self.list = ChatView(self.model, delegate, self.layouts)
        self.list.setAccessibleName(tr("Chat", "Chat messages"))
        self.filters = FilterBar(context.icons, self.words.source, self.words.language)
        self.done = DoneLine()
        self.verbs = LineVerbs(context, self.words, self.done)
        self.compose = ComposeLine(context, self.words)
        self._seen = False
        self._new = 0
        self._available = (False, False)
        self._counting = QTimer(self)
        self._counting.setSingleShot(True)
        self._counting.setInterval(COUNT_MS)
        self._counting.timeout.connect(self._count)
        self._feed = ChatFeed(context.bridge, self)
        self._build()
        self._connect()
        self.reload()

    @property
    def _history(self) -> ChatHistory:
        return self._context.studio.control.chat.history

    # Building -------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 8, 8, 8)
        layout.setSpacing(6)
        layout.addWidget(self.filters)
        row = QHBoxLayout()
        row.setContentsMargins(4, 0, 4, 0)
        self.figures = ElidedLabel("", "chatFigures")
        self.older = label("", "hint")
        row.addWidget(self.figures, 1)
        row.addWidget(self.older)
        layout.addLayout(row)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.list)
        self.stack.addWidget(self._empty())
        show_all = push_button(tr("Chat", "Show all messages"), lambda: self.filters.want(LineFilter()), role="link")
        none = EmptyState(
            self._context.icons, "filter", tr("Chat", "No such messages"), tr("Chat", "No message fits the filter."), show_all
        )
        self.stack.addWidget(none)
        layout.addWidget(self.stack, 1)
        layout.addWidget(self.done)
        layout.addWidget(self.compose)
        self.newest_button = push_button("", self.list.show_newest, role="primary")
        self.newest_button.setParent(self.list)
        self.newest_button.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # End does the same
        self.newest_button.hide()

    def _empty(self) -> EmptyState:
        self.plugins_button = push_button(tr("Chat", "Connect a platform…"), self.plugins_wanted.emit, role="primary")
        return EmptyState(
            self._context.icons,
            "chat",
            tr("Chat", "No messages yet"),
            tr("Chat", "Connect the chat of a platform, such as Twitch, YouTube or IRC: what viewers write there appears here."),
            self.plugins_button,
        )

    def _connect(self) -> None:
        bridge = self._context.bridge
        self._feed.ready.connect(self._on_ready)
        bridge.chat_reloaded.connect(self.reload)
        self.filters.changed.connect(self._on_filter)
        self.filters.search.left.connect(self.list.setFocus)
        self.compose.left.connect(self._on_composed)
        self.list.verb.connect(self._on_verb)
        self.list.top_reached.connect(self._show_earlier)
        self.list.following_changed.connect(self._show_newest_button)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        search = QShortcut(QKeySequence.StandardKey.Find, self)
        search.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        search.activated.connect(self._search)

    # What comes -----------------------------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Show the chat of the open show from its history."""
        self.compose.reply_to(None)
        self._fill()
        self.list.show_newest()

    def _fill(self) -> None:
        """Show all lines that the filter lets through."""
        chosen = self.list.chosen
        if self._seen:
            self._feed.resume()
        self.model.show_lines(reversed(self._history), self.filters.wanted.matches)
        self._new = 0
        self.list.settle()
        if chosen is not None:
            self._choose(chosen)
        self._count()
        self._show_newest_button()

    def _on_ready(self, added: tuple[ChatLine, ...], changed: dict[str, ChatLine]) -> None:
        self.list.hold()
        fresh = self.model.apply(added, changed.values(), self._history.oldest_seq(), one_page=self.list.following)
        self.list.settle()
        self._new = 0 if self.list.following else self._new + fresh
        self._show_newest_button()
        self._show_page()
        if not self._counting.isActive():
            self._counting.start()

    def _show_earlier(self) -> None:
        """Show older lines above; what is in sight stays there."""
        if self.model.has_earlier:
            self.list.hold()
            self.model.show_earlier(reversed(self._history))
            self.list.settle()

    def _choose(self, line: ChatLine) -> None:
        """Select a line, if the filter shows it."""
        while self.model.row_of(line.seq) < 0 and self.model.has_earlier:
            self.model.show_earlier(reversed(self._history))
        self.list.settle()
        row = self.model.row_of(line.seq)
        if row >= 0:
            self.list.choose(row)

    def _on_filter(self) -> None:
        self._fill()
        if self.list.chosen is None:
            self.list.show_newest()

    def set_seen(self, seen: bool) -> None:
        """Follow the chat only while the dock is in front."""
        self._seen = seen
        if not seen:
            self._feed.pause()
        elif self._feed.missed:
            self._fill()
        else:
            self._feed.resume()

    # What is shown --------------------------------------------------------------------------------------------------------

    def _count(self) -> None:
        room = self._context.studio.control.chat
        counts = count_lines(self._history)
        self.filters.show_counts(counts)
        figures = room.answers.figures()
        words = ""
        if figures.questions:
            words = tr("Chat", "{answered} of {questions} answered", answered=count(figures.answered), questions=count(figures.questions))
        if figures.median_s is not None:
            words += " · " + tr("Chat", "median {seconds} s", seconds=count(round(figures.median_s)))
        self.figures.setText(words)
        set_property(self.figures, "level", "error" if figures.below_target else "")
        gone = self._history.total - len(self._history)
        self.older.setText(tr("Chat", "{count} older not shown", count=count(gone)) if gone else "")
        self.older.setToolTip(tr("Chat", "The list holds the newest messages. The show’s log has all of them.") if gone else "")
        self._show_page()
        available = (counts.by_kind[LineKind.ALL] > 0, counts.by_kind[LineKind.UNANSWERED] > 0)
        if available != self._available:
            self._available = available
            self.available_changed.emit()

    def _show_page(self) -> None:
        page = _LIST if self.model.lines else _NO_MATCH if len(self._history) else _EMPTY
        if self.stack.currentIndex() != page:
            self.stack.setCurrentIndex(page)

    def _show_newest_button(self) -> None:
        if self.list.following:
            self._new = 0
        self.newest_button.setVisible(self._new > 0)
        if self._new:
            words = tr("Chat", "1 new message") if self._new == 1 else tr("Chat", "{count} new messages", count=count(self._new))
            self.newest_button.setText(f"↓ {words}")
            self._place_newest_button()

    def _place_newest_button(self) -> None:
        size = self.newest_button.sizeHint()
        area = self.list.viewport().geometry()
        self.newest_button.setGeometry(
            area.center().x() - size.width() // 2, area.bottom() - size.height() - BUTTON_GAP_PX, size.width(), size.height()
        )
        self.newest_button.raise_()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_newest_button()

    def sizeHint(self) -> QSize:
        return QSize(320, 480)

    def _is_muted(self, line: ChatLine) -> bool:
        until_ms = self._history.muted_until(line.message)
        return until_ms > 0 and until_ms > self._context.studio.control.now_ms()

    def _asked(self, line: ChatLine) -> ChatLine | None:
        message = line.message
        return self._history.find(f"{message.source}/{message.reply_to}") if message.reply_to else None

    # What the host does ---------------------------------------------------------------------------------------------------

    def focus_chat(self) -> None:
        """Go to the line to write."""
        self.compose.text.setFocus(Qt.FocusReason.ShortcutFocusReason)

    def reply(self, line: ChatLine) -> None:
        """Write a reply to this line."""
        if line.message.role is AuthorRole.VIEWER and not line.removed:
            self.compose.reply_to(line)
            self.focus_chat()

    def reply_to_next(self) -> None:
        """Write a reply to the next question that nobody has answered."""
        line = self.choose_next()
        if line is not None:
            self.reply(line)

    def choose_next(self) -> ChatLine | None:
        """Select the next unanswered question below the selected line, else the oldest one; None if all are answered."""
        found = self._next()
        if found is None and self.filters.wanted != LineFilter():
            self.filters.want(LineFilter())
            found = self._next()
        if found is not None:
            self._choose(found)
        return found

    def _next(self) -> ChatLine | None:
        chosen = self.list.chosen
        open_lines = [line for line in self._history if line.open_question and self.filters.wanted.matches(line)]
        below = (line for line in open_lines if chosen is not None and line.seq > chosen.seq)
        return next(below, open_lines[0] if open_lines else None)

    def star_chosen(self) -> None:
        """Star the selected line; without one, select the next question first."""
        self._with_chosen(self.verbs.star)

    def mark_chosen(self) -> None:
        """Mark the selected line as answered aloud; without one, select the next question first."""
        self._with_chosen(self.verbs.answered)

    def _with_chosen(self, verb: Callable[[ChatLine], None]) -> None:
        line = self.list.chosen
        if line is None:
            self.choose_next()
        else:
            verb(line)

    def _on_verb(self, name: str) -> None:
        line = self.list.chosen
        alone = {"next": self.choose_next, "leave": self.list.leave, "newest": self.list.show_newest, "originals": self.toggle_originals}
        if name in alone:
            alone[name]()
        elif line is not None:
            verbs = {"reply": self.reply, "star": self.verbs.star, "answered": self.verbs.answered, "remove": self.verbs.remove}
            (verbs.get(name) or self._ask_how_long)(line)

    def _ask_how_long(self, line: ChatLine) -> None:
        if line.message.role is AuthorRole.VIEWER and line.message.author:
            self._popup(self.verbs.mute_menu(line, self), self.list.visualRect(self.list.currentIndex()).bottomLeft())

    def _show_menu(self, point: QPoint) -> None:
        index = self.list.indexAt(point)
        line = self.model.line_at(index.row()) if index.isValid() else None
        menu = QMenu(self)
        if line is not None:
            self.list.choose(index.row())
            self.verbs.fill_menu(menu, line, lambda: self.reply(line))
            menu.addSeparator()
        originals = QAction(tr("Chat", "Show original messages") + "\tO", menu)
        originals.setCheckable(True)
        originals.setChecked(self.layouts.originals)
        originals.triggered.connect(lambda checked=False: self.toggle_originals())
        menu.addAction(originals)
        self._popup(menu, point)

    def _popup(self, menu: QMenu, point: QPoint) -> None:
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.popup(self.list.viewport().mapToGlobal(point))

    def toggle_originals(self) -> None:
        """Show or hide what translated messages say in their own language."""
        self.layouts.originals = not self.layouts.originals
        self.list.refresh()

    def _on_composed(self) -> None:
        """Back to the messages after a reply, or on Escape."""
        self.list.setFocus()
        self.list.leave()

    def _search(self) -> None:
        self.filters.search.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filters.search.selectAll()
