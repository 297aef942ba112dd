"""Edits a start: day, time and zone. Asks when the time is skipped or repeated."""

from collections.abc import Callable
from datetime import date, datetime, time

from PySide6.QtCore import QDate, QLocale, QSignalBlocker, Qt, QTime, Signal
from PySide6.QtGui import QTextCharFormat
from PySide6.QtWidgets import (
    QCalendarWidget,
    QDateEdit,
    QFrame,
    QHBoxLayout,
    QPushButton,
    QTimeEdit,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.errors import AppError
from app.domain.base.local_time import LocalTime, TimeChoice, WallTimeError, choices, resolve
from app.domain.base.zones import Zones
from app.ui.kit.buttons import push_button
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.dates.zone_choice import ZoneChoice
from app.ui.planning.local_times import offset_text, time_text

SNAP_MINUTES = 15


class QuarterEdit(QTimeEdit):
    """A time of day. Arrows and wheel step by 15 minutes; typing sets minutes."""

    def stepBy(self, steps: int) -> None:
        if self.currentSection() is QTimeEdit.Section.MinuteSection:
            quarter, rest = divmod(self.time().minute(), SNAP_MINUTES)
            target = quarter + steps + (1 if rest and steps < 0 else 0)
            self.setTime(self.time().addSecs((target * SNAP_MINUTES - self.time().minute()) * 60))
            return
        super().stepBy(steps)


class DayEdit(QDateEdit):
    """A day in the format of a language. Weeks start on Monday, as in the planner."""

    def __init__(self, language: str) -> None:
        super().__init__()
        locale = QLocale(language)
        self.setLocale(locale)
        self.setDisplayFormat(tr("Airing", "ddd d MMM yyyy"))
        self.setCalendarPopup(True)
        calendar = self.calendarWidget()
        calendar.setLocale(locale)
        calendar.setFirstDayOfWeek(Qt.DayOfWeek.Monday)
        calendar.setVerticalHeaderFormat(QCalendarWidget.VerticalHeaderFormat.NoVerticalHeader)
        calendar.setHorizontalHeaderFormat(QCalendarWidget.HorizontalHeaderFormat.SingleLetterDayNames)
        plain = QTextCharFormat()
        for day in (Qt.DayOfWeek.Saturday, Qt.DayOfWeek.Sunday):  # which days are free differs from market to market
            calendar.setWeekdayTextFormat(day, plain)


class WhenField(QWidget):
    """`changed` is emitted when the user changes the time. `local` is the wall time, `instant` its instant.

    `instant` is None while the time is skipped or repeated; two buttons then offer the alternatives."""

    changed = Signal()

    def __init__(
        self, zones: Zones, place: ZoneChoice, sentence: Callable[[AppError], str], day_words: Callable[[date], str], language: str
    ) -> None:
        """`sentence` formats an error, `day_words` a day. `language` is for the date picker."""
        super().__init__()
        self._zones = zones
        self._sentence = sentence
        self._day_words = day_words
        self._fold: int | None = None
        self.place = place
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.day = DayEdit(language)
        self.day.setAccessibleName(tr("Airing", "Day"))
        self.hour = QuarterEdit()
        self.hour.setDisplayFormat("HH:mm")
        roomy(self.hour)
        self.hour.setAccessibleName(tr("Airing", "Time"))
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addWidget(self.day, 3)
        row.addWidget(self.hour, 1)
        row.addWidget(label(tr("Airing", "in"), "muted"))
        row.addWidget(place, 3)
        column.addLayout(row)
        self.question = QFrame()
        self.question.setObjectName("finding")
        self.question.setProperty("level", "block")
        asked = QVBoxLayout(self.question)
        asked.setContentsMargins(10, 8, 10, 8)
        self.words = label("", wrap=True)
        asked.addWidget(self.words)
        answers = QHBoxLayout()
        self.first = push_button("", lambda: self._answer(0))
        self.second = push_button("", lambda: self._answer(1))
        answers.addWidget(self.first)
        answers.addWidget(self.second)
        answers.addStretch(1)
        asked.addLayout(answers)
        self.question.hide()
        column.addWidget(self.question)
        self.day.dateChanged.connect(lambda _: self._on_changed())
        self.hour.timeChanged.connect(lambda _: self._on_changed())
        place.chosen.connect(lambda _: self._on_changed())

    @property
    def local(self) -> LocalTime:
        """The wall time in the field."""
        day, hour = self.day.date(), self.hour.time()
        wall = datetime.combine(date(day.year(), day.month(), day.day()), time(hour.hour(), hour.minute()))
        return LocalTime(wall, self.place.zone, self._fold)

    @property
    def instant(self) -> datetime | None:
        """The instant; None while it is ambiguous."""
        try:
            return resolve(self.local, self._zones)
        except AppError:
            return None

    @property
    def answers(self) -> tuple[QPushButton, QPushButton]:
        """The buttons for a skipped or repeated time."""
        return self.first, self.second

    def show_local(self, local: LocalTime) -> None:
        """Show a time."""
        with QSignalBlocker(self.day), QSignalBlocker(self.hour):
            self.day.setDate(QDate(local.wall.year, local.wall.month, local.wall.day))
            self.hour.setTime(QTime(local.wall.hour, local.wall.minute))
        self._fold = local.fold
        self.place.show_zone(local.zone)
        self._ask()

    def _on_changed(self) -> None:
        self._fold = None
        self._ask()
        self.changed.emit()

    def _ask(self) -> None:
        try:
            resolve(self.local, self._zones)
        except WallTimeError as error:
            self.words.setText(self._sentence(error))
            for button, choice in zip(self.answers, choices(self.local, self._zones), strict=True):
                button.setText(self._choice_words(choice))
            self.question.show()
        except AppError as error:
            self.words.setText(self._sentence(error))
            self.question.show()
        else:
            self.question.hide()
        known = self._zones.knows(self.place.zone)
        for button in self.answers:
            button.setVisible(known)

    def _choice_words(self, choice: TimeChoice) -> str:
        other_day = self._day_words(choice.local.wall.date()) if choice.local.wall.date() != self.local.wall.date() else ""
        return " ".join(filter(None, (other_day, time_text(choice.local.wall), f"({offset_text(choice.offset)})")))

    def _answer(self, number: int) -> None:
        self.show_local(choices(self.local, self._zones)[number].local)
        self.changed.emit()
