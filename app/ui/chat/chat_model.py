"""The shown chat lines as rows, in the order of the log."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from itertools import islice

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from app.domain.chat.chat_history import ChatLine

PAGE_LINES = 300  # twenty screens; the list lays all its rows out several times a second
Index = QModelIndex | QPersistentModelIndex
_ROOT = QModelIndex()


class ChatModel(QAbstractListModel):
    """`lines` are the newest of those that the filter lets through, and more of them once they are wanted. `describe` gives a row's
    tooltip, `read` what a screen reader says."""

    def __init__(self, parent: QObject, describe: Callable[[ChatLine], str], read: Callable[[ChatLine], str]) -> None:
        super().__init__(parent)
        self.lines: list[ChatLine] = []
        self._seqs: list[int] = []
        self._first = 0  # lines with a smaller number are left out for now
        self._describe = describe
        self._read = read
        self._matches: Callable[[ChatLine], bool] = lambda line: True

    def rowCount(self, parent: Index = _ROOT) -> int:
        return 0 if parent.isValid() else len(self.lines)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.line_at(index.row())
        if line is None:
            return None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return self._read(line)
        return self._describe(line) if role == Qt.ItemDataRole.ToolTipRole else None

    def line_at(self, row: int) -> ChatLine | None:
        """The line of a row, None outside of the list."""
        return self.lines[row] if 0 <= row < len(self.lines) else None

    def row_of(self, seq: int) -> int:
        """The row of the line with this number, -1 if it is not shown."""
        row = bisect_left(self._seqs, seq)
        return row if row < len(self._seqs) and self._seqs[row] == seq else -1

    @property
    def has_earlier(self) -> bool:
        """Whether there may be lines before the first row."""
        return self._first > 0

    def show_lines(self, newest_first: Iterable[ChatLine], matches: Callable[[ChatLine], bool]) -> None:
        """Show the newest of these lines that match, and let the same filter decide about what comes later."""
        self.beginResetModel()
        self._matches = matches
        self.lines = self._page(newest_first)
        self._seqs = [line.seq for line in self.lines]
        self.endResetModel()

    def show_earlier(self, newest_first: Iterable[ChatLine]) -> None:
        """Show a page more, of the lines that are left out."""
        first = self._first
        page = self._page(line for line in newest_first if line.seq < first)
        if page:
            self.beginInsertRows(_ROOT, 0, len(page) - 1)
            self.lines[:0] = page
            self._seqs[:0] = [line.seq for line in page]
            self.endInsertRows()

    def _page(self, newest_first: Iterable[ChatLine]) -> list[ChatLine]:
        page = list(islice(filter(self._matches, newest_first), PAGE_LINES))
        page.reverse()
        self._first = page[0].seq if len(page) == PAGE_LINES else 0
        return page

    def apply(self, added: Sequence[ChatLine], changed: Iterable[ChatLine], oldest: int, *, one_page: bool = False) -> int:
        """Take in new and changed lines and drop those before number `oldest`; with `one_page`, drop all but the newest page. Returns how
        many rows were added at the end."""
        self._drop(bisect_left(self._seqs, oldest))
        for line in changed:
            if line.seq >= max(oldest, self._first):
                self._change(line)
        fresh = [line for line in added if line.seq >= oldest and self._matches(line)]
        if fresh:
            self.beginInsertRows(_ROOT, len(self.lines), len(self.lines) + len(fresh) - 1)
            self.lines.extend(fresh)
            self._seqs.extend(line.seq for line in fresh)
            self.endInsertRows()
        if one_page and len(self.lines) > PAGE_LINES:
            self._drop(len(self.lines) - PAGE_LINES)
            self._first = self._seqs[0]
        return len(fresh)

    def _drop(self, count: int) -> None:
        if count:
            self.beginRemoveRows(_ROOT, 0, count - 1)
            del self.lines[:count], self._seqs[:count]
            self.endRemoveRows()

    def _change(self, line: ChatLine) -> None:
        row, wanted = bisect_left(self._seqs, line.seq), self._matches(line)
        there = row < len(self._seqs) and self._seqs[row] == line.seq
        if there and wanted:
            self.lines[row] = line
            self.dataChanged.emit(self.index(row), self.index(row))
        elif there:
            self.beginRemoveRows(_ROOT, row, row)
            del self.lines[row], self._seqs[row]
            self.endRemoveRows()
        elif wanted:
            self.beginInsertRows(_ROOT, row, row)
            self.lines.insert(row, line)
            self._seqs.insert(row, line.seq)
            self.endInsertRows()
