"""The workload table: nights and unsocial hours of each person, and who is next in turn."""

from collections.abc import Mapping, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTableWidget, QTableWidgetItem

from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.people.workload import Workload, can_replace, whose_turn
from app.ui.kit.language import tr
from app.ui.planning.hours.strip_builder import WindowFormats
from app.ui.planning.local_times import kind_text

TIRING_RUN = 3  # nights in a row
ROW_PX = 46


def next_in_turn(parties: Sequence[Party], workloads: Mapping[str, Workload]) -> frozenset[str]:
    """The ids of the people next in turn: one for each role that several people can fill."""
    people = [party for party in parties if party.kind is not PartyKind.MARKET]
    found = set()
    for party in people:
        others = [other for other in people if other is party or can_replace(other, party)]
        if len(others) > 1:
            found.add(whose_turn(others, workloads)[0].id)
    return frozenset(found)


class WorkloadTable(QTableWidget):
    """One row per person, the highest workload first."""

    def __init__(self, window_formats: WindowFormats) -> None:
        super().__init__(0, 5)
        self._window_formats = window_formats
        self.setAccessibleName(tr("Planner", "Workload"))
        self.setHorizontalHeaderLabels(
            [
                tr("Planner", "Person"),
                tr("Planner", "Shows"),
                tr("Planner", "Nights"),
                tr("Planner", "In a row"),
                tr("Planner", "Unsocial hours"),
            ]
        )
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setTabKeyNavigation(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(ROW_PX)
        head = self.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        head.setHighlightSections(False)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        first = self.horizontalHeaderItem(0)
        if first is not None:
            first.setTextAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)

    def show_workloads(self, parties: Sequence[Party], workloads: Mapping[str, Workload]) -> None:
        """Replace the rows."""
        people = [party for party in parties if party.id in workloads]
        turn = next_in_turn(parties, workloads)
        people.sort(key=lambda party: (-workloads[party.id].night_count, -workloads[party.id].poor_minutes, party.name))
        self.setRowCount(len(people))
        for row, party in enumerate(people):
            workload = workloads[party.id]
            work = kind_text(party.kind)
            name = f"{party.name}\n{tr('Planner', '{work} · next in turn', work=work) if party.id in turn else work}"
            run = workload.longest_run
            figures = (
                name,
                str(workload.shows),
                str(workload.night_count),
                str(run),
                self._window_formats.length(workload.poor_minutes) if workload.poor_minutes else "0",
            )
            tips = {
                2: ", ".join(self._window_formats.day(night) for night in workload.nights),
                3: tr("Planner", "More than two nights in a row are too many") if run >= TIRING_RUN else "",
            }
            for column, words in enumerate(figures):
                item = self._item(words, right=column > 0, strong=party.id in turn and not column)
                item.setToolTip(tips.get(column, ""))
                self.setItem(row, column, item)
        self.setMaximumHeight(max(1, len(people)) * ROW_PX + self.horizontalHeader().sizeHint().height() + 4)

    def _item(self, words: str, *, right: bool, strong: bool) -> QTableWidgetItem:
        item = QTableWidgetItem(words)
        vertical = Qt.AlignmentFlag.AlignVCenter
        item.setTextAlignment(vertical | (Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft))
        font = item.font()
        font.setBold(strong)
        item.setFont(font)
        return item
