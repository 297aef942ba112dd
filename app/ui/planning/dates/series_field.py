"""Edits how a show repeats: frequency, days and end."""

from collections.abc import Callable
from datetime import date, timedelta

from PySide6.QtCore import QDate, QSignalBlocker, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QPushButton, QSpinBox, QVBoxLayout, QWidget

from app.domain.planning.dates.series_rule import MAX_COUNT, MAX_INTERVAL, Frequency, SeriesRule, parse_rule
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property
from app.ui.planning.dates.when_field import DayEdit

ONCE = ""
FIRST_COUNT = 12
MONDAY = date(2026, 1, 5)  # any Monday, for weekday names
LAST = -1  # the position of the last such weekday in a month


def position_in_month(day: date) -> int:
    """The position of a weekday in its month: 1 to 4, or -1 for a fifth one."""
    place = (day.day - 1) // 7 + 1
    return place if place <= 4 else LAST


def position_text(position: int, weekday: str) -> str:
    """ "on the second Friday"."""
    return {
        1: tr("Series", "on the first {weekday}", weekday=weekday),
        2: tr("Series", "on the second {weekday}", weekday=weekday),
        3: tr("Series", "on the third {weekday}", weekday=weekday),
        4: tr("Series", "on the fourth {weekday}", weekday=weekday),
    }.get(position, tr("Series", "on the last {weekday}", weekday=weekday))


class SeriesField(QWidget):
    """`changed` is emitted on each edit; `rule` is the RRULE value, "" = does not repeat. `show_start` sets the first day."""

    changed = Signal()

    def __init__(self, weekday: Callable[[date, bool], str], language: str) -> None:
        """`weekday` returns the name of a day, in full when the second argument is True. `language` is for the date picker."""
        super().__init__()
        self._weekday = weekday
        self._start = MONDAY
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        self.frequency = QComboBox()
        self.frequency.setAccessibleName(tr("Series", "Repeats"))
        for words, value in (
            (tr("Series", "Does not repeat"), ONCE),
            (tr("Series", "Every day"), Frequency.DAILY.value),
            (tr("Series", "Every week"), Frequency.WEEKLY.value),
            (tr("Series", "Every month"), Frequency.MONTHLY.value),
            (tr("Series", "Every year"), Frequency.YEARLY.value),
        ):
            self.frequency.addItem(words, value)
        self.interval = QSpinBox()
        self.interval.setRange(1, MAX_INTERVAL)
        roomy(self.interval)
        self.interval.setAccessibleName(tr("Series", "Interval"))
        self.interval.setSpecialValueText(tr("Series", "every time"))
        first = QHBoxLayout()
        first.addWidget(self.frequency, 2)
        first.addWidget(self.interval, 1)
        column.addLayout(first)
        self.days = self._day_buttons(column)
        self.month_way = QComboBox()
        self.month_way.setAccessibleName(tr("Series", "Day of the month"))
        column.addWidget(self.month_way)
        self._ends = QWidget()
        self._build_ends(column, language)
        self.frequency.activated.connect(lambda _: self._on_frequency())
        self.interval.valueChanged.connect(lambda _: self._on_changed())
        self.month_way.activated.connect(lambda _: self._on_changed())
        self._show_parts()

    def _day_buttons(self, column: QVBoxLayout) -> tuple[QPushButton, ...]:
        self._week = QWidget()
        row = QHBoxLayout(self._week)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4)
        buttons = []
        for number in range(7):
            day = MONDAY + timedelta(days=number)
            button = QPushButton(self._weekday(day, False))
            set_property(button, "role", "weekday")
            button.setCheckable(True)
            button.setAutoDefault(False)
            button.setAccessibleName(self._weekday(day, True))
            button.clicked.connect(lambda checked, button=button: self._on_day(button))
            row.addWidget(button, 1)
            buttons.append(button)
        column.addWidget(self._week)
        return tuple(buttons)

    def _build_ends(self, column: QVBoxLayout, language: str) -> None:
        row = QHBoxLayout(self._ends)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(label(tr("Series", "Ends"), "muted"))
        self.ends = QComboBox()
        self.ends.setAccessibleName(tr("Series", "Ends"))
        for words, value in (
            (tr("Series", "never"), "never"),
            (tr("Series", "after a number of dates"), "count"),
            (tr("Series", "on a date"), "until"),
        ):
            self.ends.addItem(words, value)
        self.count = QSpinBox()
        self.count.setRange(1, MAX_COUNT)
        roomy(self.count)
        self.count.setValue(FIRST_COUNT)
        self.count.setAccessibleName(tr("Series", "Number of dates"))
        self.until = DayEdit(language)
        self.until.setAccessibleName(tr("Series", "Last day"))
        row.addWidget(self.ends, 2)
        row.addWidget(self.count, 1)
        row.addWidget(self.until, 1)
        column.addWidget(self._ends)
        self.ends.activated.connect(lambda _: self._on_changed())
        self.count.valueChanged.connect(lambda _: self._on_changed())
        self.until.dateChanged.connect(lambda _: self._on_changed())

    # Reading --------------------------------------------------------------------------------------------------------------

    @property
    def rule(self) -> str:
        """The RRULE value."""
        if not self.frequency.currentData():
            return ""
        frequency = Frequency(self.frequency.currentData())
        weekdays: tuple[int, ...] = ()
        position = 0
        if frequency is Frequency.WEEKLY:
            weekdays = tuple(number for number, button in enumerate(self.days, 1) if button.isChecked()) or (self._start.isoweekday(),)
        elif frequency is Frequency.MONTHLY and self.month_way.currentData():
            position, weekdays = int(self.month_way.currentData()), (self._start.isoweekday(),)
        ends = self.ends.currentData()
        return SeriesRule(
            frequency,
            self.interval.value(),
            weekdays,
            position,
            count=self.count.value() if ends == "count" else 0,
            until=_date(self.until.date()) if ends == "until" else None,
        ).text()

    def show_rule(self, text: str, start: date) -> None:
        """Show a rule with its first day. Raises ScheduleError if the rule cannot be parsed."""
        rule = parse_rule(text) if text else None
        with QSignalBlocker(self.interval), QSignalBlocker(self.count), QSignalBlocker(self.until):
            self.frequency.setCurrentIndex(self.frequency.findData(rule.frequency.value if rule is not None else ONCE))
            self.interval.setValue(rule.interval if rule is not None else 1)
            self._start = start
            self._fill_month_ways(rule.position if rule is not None else 0)
            weekdays = rule.weekdays if rule is not None and rule.frequency is Frequency.WEEKLY else ()
            for number, button in enumerate(self.days, 1):
                button.setChecked(number in (weekdays or (start.isoweekday(),)))
            ends = "count" if rule is not None and rule.count else "until" if rule is not None and rule.until else "never"
            self.ends.setCurrentIndex(self.ends.findData(ends))
            self.count.setValue(rule.count if rule is not None and rule.count else FIRST_COUNT)
            last = rule.until if rule is not None and rule.until else start + timedelta(weeks=FIRST_COUNT)
            self.until.setDate(QDate(last.year, last.month, last.day))
        self._show_parts()

    def show_start(self, start: date) -> None:
        """Set the first day. A weekly series on that one weekday moves along."""
        if start == self._start:
            return
        chosen = [number for number, button in enumerate(self.days, 1) if button.isChecked()]
        if chosen == [self._start.isoweekday()]:
            for number, button in enumerate(self.days, 1):
                button.setChecked(number == start.isoweekday())
        position = int(self.month_way.currentData() or 0)
        self._start = start
        self._fill_month_ways(position_in_month(start) if position else 0)

    def _fill_month_ways(self, position: int) -> None:
        weekday = self._weekday(self._start, True)
        place = position_in_month(self._start)
        ways = [(tr("Series", "on day {day}", day=self._start.day), 0)]
        ways += [(position_text(one, weekday), one) for one in dict.fromkeys((position, place, LAST)) if one]
        self.month_way.clear()
        for words, value in ways:
            self.month_way.addItem(words, value)
        self.month_way.setCurrentIndex(max(0, self.month_way.findData(position)))

    def _show_parts(self) -> None:
        chosen = self.frequency.currentData()
        self.interval.setVisible(bool(chosen))
        self._week.setVisible(chosen == Frequency.WEEKLY.value)
        self.month_way.setVisible(chosen == Frequency.MONTHLY.value)
        self._ends.setVisible(bool(chosen))
        self.count.setVisible(self.ends.currentData() == "count")
        self.until.setVisible(self.ends.currentData() == "until")
        suffix = {
            Frequency.DAILY.value: tr("Series", " days"),
            Frequency.WEEKLY.value: tr("Series", " weeks"),
            Frequency.MONTHLY.value: tr("Series", " months"),
            Frequency.YEARLY.value: tr("Series", " years"),
        }.get(chosen, "")
        self.interval.setPrefix(tr("Series", "every "))
        self.interval.setSuffix(suffix)

    # What the user does ---------------------------------------------------------------------------------------------------

    def _on_frequency(self) -> None:
        if self.frequency.currentData() == Frequency.MONTHLY.value:
            self._fill_month_ways(position_in_month(self._start))
        self._on_changed()

    def _on_day(self, button: QPushButton) -> None:
        if not any(one.isChecked() for one in self.days):
            button.setChecked(True)  # at least one day stays checked
        self._on_changed()

    def _on_changed(self) -> None:
        self._show_parts()
        self.changed.emit()


def _date(day: QDate) -> date:
    return date(day.year(), day.month(), day.day())
