"""Selects parties: a button with their number and a menu of check boxes."""

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QCheckBox, QMenu, QVBoxLayout, QWidget, QWidgetAction

from app.domain.planning.people.party import PARTY_GROUPS, Party, PartyGroup
from app.ui.kit.buttons import PushButton, push_button
from app.ui.kit.language import tr
from app.ui.planning.hours.hour_selection import HourSelection
from app.ui.planning.local_times import kind_text


class PartyPicker(PushButton):
    """Selects parties of some groups. The menu stays open while the user clicks."""

    def __init__(self, words: str, groups: frozenset[PartyGroup], selection: HourSelection) -> None:
        super().__init__(words)
        self._words = words
        self._groups = groups
        self._selection = selection
        self.boxes: dict[str, QCheckBox] = {}
        self._shown: tuple[Party, ...] = ()
        self.setObjectName("drop")
        self.setAutoDefault(False)
        self.setAccessibleName(words)
        self._menu = QMenu(self)
        self.setMenu(self._menu)
        inside = QWidget()  # the menu keeps one widget; its content may change
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(10, 8, 14, 8)
        self._column.setSpacing(4)
        action = QWidgetAction(self._menu)
        action.setDefaultWidget(inside)
        self._menu.addAction(action)

    def show_parties(self, parties: Sequence[Party]) -> None:
        """Offer the parties of these groups."""
        mine = tuple(party for party in parties if PARTY_GROUPS[party.kind] in self._groups)
        if mine != self._shown:
            self._shown = mine
            self._fill(mine)
        for party_id, box in self.boxes.items():
            with QSignalBlocker(box):
                box.setChecked(self._selection.includes(party_id))
        self._count()

    def _fill(self, mine: Sequence[Party]) -> None:
        while (old := self._column.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.hide()
                widget.deleteLater()
        self.boxes = {}
        for party in mine:
            group = PARTY_GROUPS[party.kind]
            box = QCheckBox(party.name if group is PartyGroup.AUDIENCE else f"{party.name} · {kind_text(party.kind)}")
            box.toggled.connect(lambda on, party_id=party.id: self._selection.select((party_id,), on=on))
            self.boxes[party.id] = box
            self._column.addWidget(box)
        if len(mine) > 1:
            self._column.addWidget(push_button(tr("Planner", "Select all"), self._select_all, role="link"))
        self.setEnabled(bool(mine))

    def _select_all(self) -> None:
        self._selection.select(self.boxes, on=True)

    def _count(self) -> None:
        asked = sum(box.isChecked() for box in self.boxes.values())
        words = tr("Planner", "{who}: {asked} of {all}", who=self._words, asked=asked, all=len(self.boxes))
        self.setText(words)
        self.setAccessibleDescription(words)
