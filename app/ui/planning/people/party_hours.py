"""Fields of the party form: custom hours and time off."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date

from PySide6.QtCore import QDate, QLocale, QSignalBlocker, Qt, QTime, Signal
from PySide6.QtWidgets import QComboBox, QDateEdit, QHBoxLayout, QLineEdit, QTimeEdit, QToolButton, QVBoxLayout, QWidget

from app.domain.planning.people.party import DAY_MINUTES, Absence, Comfort, Hours, PartyKind
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons
from app.ui.planning.local_times import comfort_text

NEW_HOURS = Hours(9 * 60, 18 * 60, Comfort.PRIME)
WEEKDAY_PX = 24
MONDAY = date(2024, 1, 1)

WeekdayWords = Callable[[int, str], str]  # (ISO weekday, "narrow" or "full") → its name


class HoursRow(QWidget):
    """A span of hours; an end before the start is on the next day. `edited(hours)`, `removed()`."""

    edited = Signal(object)
    removed = Signal()

    def __init__(self, icons: Icons, kind: PartyKind, weekday: WeekdayWords) -> None:
        super().__init__()
        self._hours = NEW_HOURS
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.begin, self.end = QTimeEdit(), QTimeEdit()
        for box, words in ((self.begin, tr("Planner", "From")), (self.end, tr("Planner", "Until"))):
            roomy(box)
            box.setDisplayFormat("HH:mm")
            box.setAccessibleName(words)
            box.setKeyboardTracking(False)
            box.setFixedWidth(72)
            box.timeChanged.connect(lambda _: self._on_edited())
        self.comfort = QComboBox()
        self.comfort.setAccessibleName(tr("Planner", "Availability"))
        for comfort in Comfort:
            self.comfort.addItem(comfort_text(comfort, kind), comfort)
        self.comfort.activated.connect(lambda _: self._on_edited())
        row.addWidget(self.begin)
        row.addWidget(label("–", "muted"))
        row.addWidget(self.end)
        row.addWidget(self.comfort)
        self.days: dict[int, QToolButton] = {}
        for number in range(1, 8):
            button = QToolButton()
            button.setCheckable(True)
            button.setText(weekday(number, "narrow"))
            button.setProperty("dense", True)
            button.setToolTip(weekday(number, "full"))
            button.setAccessibleName(weekday(number, "full"))
            button.setFixedWidth(WEEKDAY_PX)
            button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
            button.clicked.connect(lambda _=False: self._on_edited())
            self.days[number] = button
            row.addWidget(button)
        row.addWidget(icon_button(icons, "remove", tr("Planner", "Remove"), self.removed.emit))
        row.addStretch(1)

    def show_hours(self, hours: Hours) -> None:
        """Show a span."""
        self._hours = hours
        end = hours.end % DAY_MINUTES
        with QSignalBlocker(self.begin), QSignalBlocker(self.end):
            self.begin.setTime(QTime(hours.begin // 60, hours.begin % 60))
            self.end.setTime(QTime(end // 60, end % 60))
        self.comfort.setCurrentIndex(self.comfort.findData(hours.comfort))
        for number, button in self.days.items():
            button.setChecked(not hours.weekdays or number in hours.weekdays)

    def _on_edited(self) -> None:
        begin, end = (box.time().hour() * 60 + box.time().minute() for box in (self.begin, self.end))
        days = tuple(number for number, button in self.days.items() if button.isChecked())
        made = Hours(begin, end if end > begin else end + DAY_MINUTES, self.comfort.currentData(), () if len(days) == 7 else days)
        if not days:  # no weekday would mean every day, so keep the last one
            self.show_hours(self._hours)
        elif made != self._hours:
            self._hours = made
            self.edited.emit(made)


class AwayRow(QWidget):
    """A span of days off. `edited(absence)`, `removed()`."""

    edited = Signal(object)
    removed = Signal()

    def __init__(self, icons: Icons, language: str) -> None:
        super().__init__()
        today = date.today()
        self._away = Absence(today, today)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        self.first, self.last = QDateEdit(), QDateEdit()
        for box, words in ((self.first, tr("Planner", "First day off")), (self.last, tr("Planner", "Last day off"))):
            box.setCalendarPopup(True)
            box.setLocale(QLocale(language))
            box.setDisplayFormat(tr("Planner", "d MMM yyyy"))
            box.setAccessibleName(words)
            box.setKeyboardTracking(False)
            box.setFixedWidth(144)
            box.dateChanged.connect(lambda _: self._on_edited())
        self.why = QLineEdit()
        self.why.setPlaceholderText(tr("Planner", "Reason"))
        self.why.setAccessibleName(tr("Planner", "Reason"))
        self.why.textEdited.connect(lambda _: self._on_edited())
        row.addWidget(self.first)
        row.addWidget(label("–", "muted"))
        row.addWidget(self.last)
        row.addWidget(self.why, 1)
        row.addWidget(icon_button(icons, "remove", tr("Planner", "Remove"), self.removed.emit))

    def show_away(self, away: Absence) -> None:
        """Show these days."""
        self._away = away
        with QSignalBlocker(self.first), QSignalBlocker(self.last):
            self.first.setDate(QDate(away.first.year, away.first.month, away.first.day))
            self.last.setDate(QDate(away.last.year, away.last.month, away.last.day))
        if self.why.text() != away.why:
            self.why.setText(away.why)

    def _on_edited(self) -> None:
        first, last = (date(box.date().year(), box.date().month(), box.date().day()) for box in (self.first, self.last))
        if last < first:
            first, last = (first, first) if first != self._away.first else (last, last)
        made = replace(self._away, first=first, last=last, why=self.why.text().strip())
        if made != self._away:
            self.show_away(made)
            self.edited.emit(made)


class HoursField(QWidget):
    """The custom hours of a party. `edited(tuple of Hours)`."""

    edited = Signal(object)

    def __init__(self, icons: Icons, weekday: WeekdayWords) -> None:
        super().__init__()
        self._icons = icons
        self._weekday = weekday
        self._hours: tuple[Hours, ...] = ()
        self._kind: PartyKind | None = None
        self.rows: list[HoursRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self.add_button = push_button(tr("Planner", "Add hours"), lambda: self._take((*self._hours, NEW_HOURS)), role="link")
        self._column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_hours(self, hours: Sequence[Hours], kind: PartyKind) -> None:
        """Show hours; keeps existing rows and their focus."""
        self._hours = tuple(hours)
        if kind is not self._kind or len(self.rows) != len(hours):
            self._kind = kind
            for row in self.rows:
                self._column.removeWidget(row)
                row.hide()
                row.deleteLater()
            self.rows = [self._row(kind, place) for place in range(len(hours))]
            for place, row in enumerate(self.rows):
                self._column.insertWidget(place, row)
        for row, one in zip(self.rows, hours, strict=True):
            row.show_hours(one)

    def _row(self, kind: PartyKind, place: int) -> HoursRow:
        row = HoursRow(self._icons, kind, self._weekday)
        row.edited.connect(lambda hours: self._take((*self._hours[:place], hours, *self._hours[place + 1 :])))
        row.removed.connect(lambda: self._take((*self._hours[:place], *self._hours[place + 1 :])))
        return row

    def _take(self, hours: tuple[Hours, ...]) -> None:
        self._hours = hours
        self.edited.emit(hours)


class AwayField(QWidget):
    """The time off of a person. `edited(tuple of Absence)`."""

    edited = Signal(object)

    def __init__(self, icons: Icons, language: str, today: Callable[[], date]) -> None:
        super().__init__()
        self._icons = icons
        self._language = language
        self._away: tuple[Absence, ...] = ()
        self.rows: list[AwayRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(4)
        self._today = today
        self.add_button = push_button(tr("Planner", "Add time off"), self._add, role="link")
        self._column.addWidget(self.add_button, 0, Qt.AlignmentFlag.AlignLeft)

    def show_away(self, away: Sequence[Absence]) -> None:
        """Show absences; keeps existing rows."""
        self._away = tuple(away)
        if len(self.rows) != len(away):
            for row in self.rows:
                self._column.removeWidget(row)
                row.hide()
                row.deleteLater()
            self.rows = [self._row(place) for place in range(len(away))]
            for place, row in enumerate(self.rows):
                self._column.insertWidget(place, row)
        for row, one in zip(self.rows, away, strict=True):
            row.show_away(one)

    def _row(self, place: int) -> AwayRow:
        row = AwayRow(self._icons, self._language)
        row.edited.connect(lambda away: self._take((*self._away[:place], away, *self._away[place + 1 :])))
        row.removed.connect(lambda: self._take((*self._away[:place], *self._away[place + 1 :])))
        return row

    def _add(self) -> None:
        today = self._today()
        self._take((*self._away, Absence(today, today)))

    def _take(self, away: tuple[Absence, ...]) -> None:
        self._away = away
        self.edited.emit(away)
