"""What is shown of the chat: kinds of messages with their counts, search, platform and language."""

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QActionGroup, QKeyEvent
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QLineEdit, QMenu, QToolButton, QVBoxLayout, QWidget

from app.ui.chat.line_filter import LineCounts, LineFilter, LineKind, short_tag
from app.ui.figures import count
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons

TYPED_MS = 150  # after the user pauses typing
SEARCH_CHARS = 80


class ChatSearch(QLineEdit):
    """Escape empties it and leaves; the down arrow leaves too."""

    left = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.clear()
            self.left.emit()
        elif event.key() in (Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.left.emit()
        else:
            super().keyPressEvent(event)


class FilterBar(QWidget):
    """Emits `changed` with another `wanted`. `source_title` and `language_name` are the words of what can be chosen."""

    changed = Signal()

    def __init__(self, icons: Icons, source_title: Callable[[str], str], language_name: Callable[[str], str]) -> None:
        super().__init__()
        self.wanted = LineFilter()
        self._icons = icons
        self._source_title = source_title
        self._language_name = language_name
        self._counts = LineCounts()
        self._typed = QTimer(self)
        self._typed.setSingleShot(True)
        self._typed.setInterval(TYPED_MS)
        self._typed.timeout.connect(self._on_typed)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(6)
        layout.addLayout(self._kinds())
        layout.addLayout(self._search_row())
        self.show_counts(self._counts)

    def _kinds(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        self.kinds: dict[LineKind, QToolButton] = {}
        group = QButtonGroup(self)
        for kind in LineKind:
            button = QToolButton()
            button.setObjectName("chatKind")
            button.setCheckable(True)
            button.setChecked(kind is self.wanted.kind)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda checked=False, kind=kind: self._want(replace(self.wanted, kind=kind)))
            group.addButton(button)
            row.addWidget(button)
            self.kinds[kind] = button
        starred = self.kinds[LineKind.STARRED]
        starred.setIcon(self._icons.icon("star", "muted"))
        starred.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        row.addStretch(1)
        return row

    def _search_row(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(6)
        self.search = ChatSearch()
        self.search.setPlaceholderText(tr("Chat", "Search"))
        self.search.setAccessibleName(tr("Chat", "Search messages (Ctrl+F)"))
        self.search.setToolTip(tr("Chat", "Search messages (Ctrl+F)"))
        self.search.setClearButtonEnabled(True)
        self.search.setMaxLength(SEARCH_CHARS)
        self.search.addAction(self._icons.icon("search", "faint"), QLineEdit.ActionPosition.LeadingPosition)
        self.search.textChanged.connect(lambda text: self._typed.start())
        row.addWidget(self.search, 1)
        self.origin = QToolButton()
        self.origin.setObjectName("chatKind")
        self.origin.setIcon(self._icons.icon("filter"))
        self.origin.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.origin.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.origin.setToolTip(tr("Chat", "Show one platform or language"))
        self.origin.setAccessibleName(tr("Chat", "Show one platform or language"))
        self.menu = QMenu(self.origin)
        self.menu.aboutToShow.connect(self._fill_menu)
        self.origin.setMenu(self.menu)
        row.addWidget(self.origin)
        return row

    def show_counts(self, counts: LineCounts) -> None:
        """How many messages each filter has now."""
        self._counts = counts
        titles = {
            LineKind.ALL: tr("Chat", "All"),
            LineKind.QUESTIONS: tr("Chat", "Questions"),
            LineKind.UNANSWERED: tr("Chat", "Unanswered"),
            LineKind.STARRED: tr("Chat", "Starred"),
        }
        for kind, button in self.kinds.items():
            number = counts.by_kind[kind]
            figure = f" {count(number)}" if number else ""
            button.setText(figure.strip() if kind is LineKind.STARRED else f"{titles[kind]}{figure}")
            button.setToolTip(f"{titles[kind]}: {count(number)}")
            button.setAccessibleName(f"{titles[kind]}: {count(number)}")

    def want(self, wanted: LineFilter) -> None:
        """Show this filter without the user's doing."""
        self.kinds[wanted.kind].setChecked(True)
        if wanted.search != self.wanted.search:
            self.search.setText(wanted.search)
        self._want(wanted)

    def _want(self, wanted: LineFilter) -> None:
        if wanted != self.wanted:
            self.wanted = wanted
            self._show_origin()
            self.changed.emit()

    def _on_typed(self) -> None:
        self._want(replace(self.wanted, search=self.search.text().strip()))

    def _show_origin(self) -> None:
        """Say on the button which platform and language are shown."""
        parts = [self._source_title(self.wanted.source)] if self.wanted.source else []
        parts += [short_tag(self.wanted.language)] if self.wanted.language else []
        self.origin.setText(" · ".join(parts))
        self.origin.setIcon(self._icons.icon("filter", "accent" if parts else "text"))
        style = Qt.ToolButtonStyle.ToolButtonTextBesideIcon if parts else Qt.ToolButtonStyle.ToolButtonIconOnly
        self.origin.setToolButtonStyle(style)

    def _fill_menu(self) -> None:
        self.menu.clear()
        sources = [(source, self._source_title(source), number) for source, number in self._counts.by_source.most_common()]
        languages = [(tag, self._language_name(tag), number) for tag, number in self._counts.by_language.most_common()]
        self._add_choices(tr("Chat", "All platforms"), sources, self.wanted.source, lambda value: replace(self.wanted, source=value))
        self.menu.addSeparator()
        self._add_choices(tr("Chat", "All languages"), languages, self.wanted.language, lambda value: replace(self.wanted, language=value))

    def _add_choices(self, everything: str, choices: list[tuple[str, str, int]], chosen: str, change: Callable[[str], LineFilter]) -> None:
        group = QActionGroup(self.menu)
        total = self._counts.by_kind[LineKind.ALL]
        if chosen and all(value != chosen for value, _, _ in choices):
            choices = [*choices, (chosen, self._source_title(chosen), 0)]
        for value, title, number in [("", everything, total), *choices]:
            action = self.menu.addAction(f"{title.replace('&', '&&')}\t{count(number)}")
            action.setCheckable(True)
            action.setChecked(value == chosen)
            action.triggered.connect(lambda checked=False, value=value: self._want(change(value)))
            group.addAction(action)
