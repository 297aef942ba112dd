"""A model of items with ids: insertions, removals and moves happen in the model too, so that a list keeps its state."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from itertools import groupby
from operator import is_
from typing import Generic, TypeVar

from PySide6.QtCore import QMimeData, QModelIndex, QPersistentModelIndex, QStringListModel, Qt
from PySide6.QtWidgets import QWidget

from app.domain.base.id_list import Identified, changed_range, rotation

Index = QModelIndex | QPersistentModelIndex

ITEM_ROLE = Qt.ItemDataRole.UserRole + 1
MOST_PIECES = 40  # single insertions and removals; beyond this the model is reset
MOST_NEW = 500  # rows inserted one by one
_ROOT = QModelIndex()


AnyItem = TypeVar("AnyItem", bound=Identified)


def _pieces(places: Sequence[int]) -> Iterator[tuple[int, int]]:
    """(first, count) of runs of consecutive places, in rising order."""
    for _, run in groupby(enumerate(places), lambda pair: pair[1] - pair[0]):
        piece = [place for _, place in run]
        yield piece[0], len(piece)


class ItemModel(QStringListModel, Generic[AnyItem]):
    """Qt holds the ids: a view of ten thousand rows asks for each row's position without a Python call.

    A row always shows the id that Qt holds for it, even while rows are inserted or removed. `carried` is the MIME type of dragged rows.
    """

    carried = ""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._shown: tuple[AnyItem, ...] = ()
        self._by_id: dict[str, AnyItem] = {}

    @abstractmethod
    def title_of(self, item: AnyItem) -> str:
        """The item's name for screen readers."""

    def id_at(self, index: Index) -> str:
        """The id of a row."""
        found = super().data(index, Qt.ItemDataRole.DisplayRole)
        return found if isinstance(found, str) else ""

    @property
    def shown(self) -> tuple[AnyItem, ...]:
        """The items, from the top."""
        return self._shown

    def row_of(self, wanted: str) -> int:
        """The row of an id, -1 if it is not shown."""
        if wanted not in self._by_id:
            return -1
        return [item.id for item in self._shown].index(wanted)

    def show_items(self, wanted: tuple[AnyItem, ...]) -> None:
        """Show these items. After too many differences the model is reset, and its views restore the selection."""
        before, self._shown = self._shown, wanted
        start, old_end, new_end = changed_range(before, wanted)
        old, new = before[start:old_end], wanted[start:new_end]
        if first := rotation(old, new):
            self._turn(start, len(old), first)
            return
        old_ids, new_ids = [item.id for item in old], [item.id for item in new]
        kept, stays = set(old_ids), set(new_ids)
        gone = [start + place for place, one in enumerate(old_ids) if one not in stays]
        come = [start + place for place, one in enumerate(new_ids) if one not in kept]
        removed, inserted = list(_pieces(gone)), list(_pieces(come))
        in_order = [one for one in old_ids if one in stays] == [one for one in new_ids if one in kept]
        if not in_order or len(removed) + len(inserted) > MOST_PIECES or len(come) > MOST_NEW:
            self._by_id = {item.id: item for item in wanted}
            self.setStringList([item.id for item in wanted])
            return
        for first, count in reversed(removed):
            self.removeRows(first, count)
        for place in gone:
            del self._by_id[before[place].id]
        self._by_id.update(zip(new_ids, new, strict=True))
        self._insert(inserted)
        if kept & stays:
            self._emit_changed(start, {item.id: item for item in old}, new)

    def _turn(self, start: int, count: int, first: int) -> None:
        """Move the smaller of two parts of these rows over the other."""
        if 2 * first <= count:
            self.moveRows(_ROOT, start, first, _ROOT, start + count)
        else:
            self.moveRows(_ROOT, start + first, count - first, _ROOT, start)

    def _insert(self, pieces: Sequence[tuple[int, int]]) -> None:
        for first, count in pieces:
            self.insertRows(first, count)
            for place in range(first, first + count):
                self.setData(self.index(place), self._shown[place].id)

    def _emit_changed(self, start: int, old: dict[str, AnyItem], new: Sequence[AnyItem]) -> None:
        other = [start + place for place, item in enumerate(new) if item.id in old and not is_(old[item.id], item)]
        if other:
            self.dataChanged.emit(self.index(other[0]), self.index(other[-1]))

    def item_at(self, index: Index) -> AnyItem | None:
        """The item of a row; None while the row is being inserted."""
        return self._by_id.get(self.id_at(index))

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if role == ITEM_ROLE:
            return self.item_at(index)
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            item = self.item_at(index)
            return None if item is None else self.title_of(item)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        usual = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled | Qt.ItemFlag.ItemIsDropEnabled
        return usual if index.isValid() else Qt.ItemFlag.ItemIsDropEnabled

    def mimeTypes(self) -> list[str]:
        return [self.carried]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """The ids only, one per line."""
        carried = QMimeData()
        rows = sorted(indexes, key=lambda index: index.row())
        carried.setData(self.carried, "\n".join(self.id_at(index) for index in rows).encode())
        return carried
