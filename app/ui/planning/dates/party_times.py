"""Lists the possible participants with check boxes and their local times."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLabel, QWidget

from app.domain.planning.people.party import Comfort, Party, PartyKind
from app.ui.kit.labels import ElidedLabel, badge, label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property
from app.ui.planning.local_times import PartyClock, comfort_text, kind_text

DOT_PX = 10
_NAME = 0  # the column that stretches


@dataclass(frozen=True, slots=True)
class PartyTime:
    """A party's local time and its comfort; None = unknown."""

    line: PartyClock
    comfort: Comfort | None = None


def comfort_dot(comfort: Comfort | None = None) -> QLabel:
    """A dot in the colour of a comfort level."""
    dot = QLabel()
    dot.setObjectName("comfortDot")
    dot.setFixedSize(DOT_PX, DOT_PX)
    dot.setProperty("comfort", comfort.value if comfort is not None else "")
    return dot


class _PartyRow:
    """The widgets of one party in a grid row."""

    def __init__(self, party: Party, grid: QGridLayout, number: int, chosen: bool, *, choosable: bool) -> None:
        self.party = party
        self._choosable = choosable
        work = kind_text(party.kind)
        self.box = QCheckBox(party.name if party.kind is PartyKind.MARKET or party.name == work else f"{party.name} · {work}")
        self.box.setChecked(chosen)
        name: QWidget = self.box if choosable else ElidedLabel(party.name)
        self.hour = label("", "partyHour")
        self.hour.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.day = label("", "muted")
        self.shift = badge("", "accent")
        self.dot = comfort_dot()
        self.comfort = label("", "hint")
        self.comfort.setVisible(choosable)
        for place, widget in enumerate((name, self.hour, self.day, self.shift, self.dot, self.comfort)):
            grid.addWidget(widget, number, place)
        self.widgets = (name, self.hour, self.day, self.shift, self.dot, self.comfort)

    def show_time(self, time: PartyTime | None) -> None:
        self.hour.setText(time.line.hour if time is not None else "–")
        self.day.setText("" if time is None else time.line.day if self._choosable else time.line.weekday)
        self.shift.setText(time.line.shift if time is not None else "")
        self.shift.setVisible(bool(time is not None and time.line.shift))
        comfort = time.comfort if time is not None else None
        set_property(self.dot, "comfort", comfort.value if comfort is not None else "")
        fits = comfort_text(comfort, self.party.kind) if comfort is not None else ""
        self.comfort.setText(fits)
        self.dot.setToolTip(fits)
        for widget in (self.hour, self.day):
            widget.setToolTip(f"{time.line.day} · {time.line.zone} · {time.line.offset}" if time is not None else "")
        self.box.setAccessibleDescription(
            " ".join(filter(None, (time.line.day, time.line.hour, time.line.shift, self.comfort.text()))) if time is not None else ""
        )


class PartyTimes(QWidget):
    """`changed` is emitted when the user checks or unchecks a party. With `choosable` False it shows only times."""

    changed = Signal()

    def __init__(self, *, choosable: bool = True) -> None:
        super().__init__()
        self._choosable = choosable
        self._rows: list[_PartyRow] = []
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(10 if choosable else 7)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(_NAME, 1)
        self.setAccessibleName(tr("Airing", "Participants"))

    @property
    def chosen(self) -> tuple[str, ...]:
        """The ids of the participants."""
        return tuple(row.party.id for row in self._rows if row.box.isChecked())

    @property
    def boxes(self) -> Mapping[str, QCheckBox]:
        """The check box of each party, by its id."""
        return {row.party.id: row.box for row in self._rows}

    def show_parties(self, parties: Sequence[Party], chosen: Sequence[str]) -> None:
        """Show these parties; those in `chosen` are checked."""
        if not self._choosable and [row.party for row in self._rows] == list(parties):
            return
        for row in self._rows:
            for widget in row.widgets:
                self._grid.removeWidget(widget)
                widget.hide()
                widget.deleteLater()
        self._rows = [
            _PartyRow(party, self._grid, number, party.id in chosen, choosable=self._choosable) for number, party in enumerate(parties)
        ]
        for row in self._rows:
            row.box.clicked.connect(lambda checked: self.changed.emit())

    def show_times(self, times: Mapping[str, PartyTime]) -> None:
        """Show the local times by party id; {} while unknown."""
        for row in self._rows:
            row.show_time(times.get(row.party.id))

    def time_of(self, party_id: str) -> str:
        """The time shown for a party."""
        row = next(one for one in self._rows if one.party.id == party_id)
        return " ".join(filter(None, (row.day.text(), row.hour.text(), row.shift.text())))
