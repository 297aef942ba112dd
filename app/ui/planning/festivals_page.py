"""The festivals of the schedule's markets: dates, confidence and the user's changes."""

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QDate, QLocale, QSignalBlocker, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QDateEdit,
    QFrame,
    QHBoxLayout,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.localized_text import pick
from app.domain.catalogue.market import Confidence
from app.domain.planning.festival import DayKind, Festival
from app.domain.planning.schedule import FestivalChange
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import badge, label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property
from app.ui.planning.hours.strip_builder import festival_text
from app.ui.planning.planner_data import PlannerData
from app.ui.planning.planner_page import PlannerPage

AHEAD = timedelta(days=365)
SIDE_PX = 360
ROW_PX = 34
Name = tuple[str, str, int]  # market, key, year


def name_of(festival: Festival) -> Name:
    """The identity of a festival in a FestivalChange."""
    return festival.market_id, festival.key, festival.first.year


def day_kind_text(kind: DayKind) -> str:
    """The text of a kind of day."""
    return {
        DayKind.PUBLIC: tr("Planner", "public holiday"),
        DayKind.RELIGIOUS: tr("Planner", "religious"),
        DayKind.COMMERCIAL: tr("Planner", "sales day"),
        DayKind.CAUTION: tr("Planner", "sensitive day"),
    }[kind]


def confidence_text(confidence: Confidence) -> str:
    """The text of a confidence level."""
    return {
        Confidence.HIGH: tr("Planner", "confirmed"),
        Confidence.MEDIUM: tr("Planner", "likely"),
        Confidence.LOW: tr("Planner", "unconfirmed"),
    }[confidence]


class FestivalsPage(PlannerPage):
    """Each change is one undo step."""

    def __init__(self, data: PlannerData) -> None:
        super().__init__()
        self._data = data
        self._plan = data.scheduler
        self._festivals: tuple[Festival, ...] = ()
        self._chosen: Name | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(20)
        row.addLayout(self._list_side(), 1)
        row.addWidget(self._detail_side())

    def _list_side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(label(tr("Planner", "Festivals and sales days in the next 12 months"), "sectionTitle"), 1)
        self.market = QComboBox()
        self.market.setAccessibleName(tr("Planner", "Market"))
        self.market.activated.connect(lambda _: self._fill())
        head.addWidget(self.market)
        side.addLayout(head)
        self.table = QTableWidget(0, 4)
        self.table.setAccessibleName(tr("Planner", "Festivals and sales days in the next 12 months"))
        titles = (tr("Planner", "Day"), tr("Planner", "Name"), tr("Planner", "Market"), tr("Planner", "Kind"))
        self.table.setHorizontalHeaderLabels(titles)
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.table.setShowGrid(False)
        self.table.setTabKeyNavigation(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        columns = self.table.horizontalHeader()
        columns.setHighlightSections(False)
        columns.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        columns.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        columns.setSectionResizeMode(1, QHeaderView.ResizeMode.Stretch)
        self.table.currentCellChanged.connect(lambda row, *_: self._choose(row))
        side.addWidget(self.table, 1)
        return side

    def _detail_side(self) -> QWidget:
        self.detail = QFrame()
        self.detail.setObjectName("card")
        self.detail.setFixedWidth(SIDE_PX)
        column = QVBoxLayout(self.detail)
        column.setContentsMargins(16, 14, 16, 14)
        column.setSpacing(8)
        head = QHBoxLayout()
        self.name = label("", "heading", wrap=True)
        head.addWidget(self.name, 1)
        self.kind = badge()
        head.addWidget(self.kind, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        self.facts, self.tone, self.origin = label("", "muted", wrap=True), label("", "", wrap=True), label("", "hint", wrap=True)
        for words in (self.facts, self.tone, self.origin):
            column.addWidget(words)
        column.addSpacing(8)
        column.addWidget(label(tr("Planner", "Starts on"), "muted"))
        self.day = QDateEdit()
        self.day.setCalendarPopup(True)
        self.day.setLocale(QLocale(self._data.context.language))
        self.day.setDisplayFormat(tr("Planner", "ddd, MMM d yyyy"))
        self.day.setKeyboardTracking(False)
        self.day.setAccessibleName(tr("Planner", "Starts on"))
        self.day.dateChanged.connect(self._on_day)
        column.addWidget(self.day)
        self.hide_button = push_button(tr("Planner", "Hide this year"), self._hide)
        column.addWidget(self.hide_button)
        self.reset_button = push_button(tr("Planner", "Reset to calculated date"), self._reset, role="link")
        column.addWidget(self.reset_button, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(1)
        self.hidden_title = label(tr("Planner", "Hidden"), "sectionTitle")
        column.addWidget(self.hidden_title)
        self.hidden = QComboBox()
        self.hidden.setAccessibleName(tr("Planner", "Hidden"))
        column.addWidget(self.hidden)
        self.restore_button = push_button(tr("Planner", "Show again"), self._restore)
        column.addWidget(self.restore_button)
        return self.detail

    # Showing --------------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        today = self._plan.today()
        found = self._plan.advice.festivals(today, today + AHEAD)
        self._festivals = tuple(sorted(found, key=lambda one: (one.first, one.market_id, one.key)))
        names = self._market_names()
        before = self.market.currentData()
        self.market.clear()
        self.market.addItem(tr("Planner", "All markets"), "")
        for market_id, name in names.items():
            self.market.addItem(name, market_id)
        self.market.setCurrentIndex(max(0, self.market.findData(before)))
        self._fill()
        self._show_hidden()

    def _market_names(self) -> dict[str, str]:
        language = self._data.context.language
        return {market.id: pick(market.name, (language,))[0] or market.id for market in self._plan.advice.markets.values()}

    @property
    def shown(self) -> tuple[Festival, ...]:
        """The festivals of the chosen market."""
        wanted = str(self.market.currentData() or "")
        return tuple(one for one in self._festivals if not wanted or one.market_id == wanted)

    def _fill(self) -> None:
        shown, names, window_formats = self.shown, self._market_names(), self._data.window_formats
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(shown))
            for row, festival in enumerate(shown):
                day = window_formats.day(festival.first)
                if festival.days > 1:
                    day = f"{day} – {window_formats.day(festival.last)}"
                cells = (
                    f"{day}  ±1" if festival.estimated else day,
                    pick(festival.name, (window_formats.language,))[0] or festival.key,
                    names.get(festival.market_id, festival.market_id),
                    day_kind_text(festival.kind),
                )
                for column, words in enumerate(cells):
                    item = QTableWidgetItem(words)
                    item.setToolTip(festival_text(festival, window_formats))
                    self.table.setItem(row, column, item)
        place = next((row for row, one in enumerate(shown) if name_of(one) == self._chosen), 0)
        if shown:
            self.table.setCurrentCell(place, 0)
        self._choose(place)

    def _choose(self, row: int) -> None:
        shown = self.shown
        festival = shown[row] if 0 <= row < len(shown) else None
        for widget in (self.day, self.hide_button):
            widget.setEnabled(festival is not None)
        if festival is None:
            self.name.setText(tr("Planner", "No festivals for these markets"))
            self.reset_button.hide()
            return
        self._chosen = name_of(festival)
        window_formats = self._data.window_formats
        self.name.setText(pick(festival.name, (window_formats.language,))[0] or festival.key)
        self.kind.setText(day_kind_text(festival.kind))
        set_property(self.kind, "level", "error" if festival.caution else "accent" if festival.kind is DayKind.COMMERCIAL else "")
        self.facts.setText(" · ".join(festival_text(festival, window_formats).split(" · ")[1:]))
        tone = pick(festival.tone, (window_formats.language,))[0]
        self.tone.setText(tone)
        self.tone.setVisible(bool(tone))
        origin = confidence_text(festival.confidence)
        self.origin.setText(f"{origin} · {festival.source}" if festival.source else origin)
        with QSignalBlocker(self.day):
            self.day.setDate(QDate(festival.first.year, festival.first.month, festival.first.day))
        self.reset_button.setVisible(self._change_of(self._chosen) is not None)

    def _show_hidden(self) -> None:
        names = self._market_names()
        changes: Sequence[FestivalChange] = [one for one in self._plan.schedule.festival_changes if one.day is None]
        self.hidden.clear()
        for change in changes:
            words = f"{change.festival.replace('_', ' ')} · {names.get(change.market_id, change.market_id)} · {change.year}"
            self.hidden.addItem(words, (change.market_id, change.festival, change.year))
        for widget in (self.hidden_title, self.hidden, self.restore_button):
            widget.setVisible(bool(changes))

    def _change_of(self, name: Name) -> FestivalChange | None:
        changes = self._plan.schedule.festival_changes
        return next((one for one in changes if (one.market_id, one.festival, one.year) == name), None)

    # Changing -------------------------------------------------------------------------------------------------------------

    def _on_day(self, day: QDate) -> None:
        self._set(date(day.year(), day.month(), day.day()))

    def _hide(self) -> None:
        self._set(None)

    def _set(self, day: date | None) -> None:
        if self._chosen is not None:
            change = FestivalChange(*self._chosen, day)
            self._data.context.attempt(lambda: self._plan.change_festival(change))

    def _reset(self) -> None:
        if self._chosen is not None:
            name = self._chosen
            self._data.context.attempt(lambda: self._plan.keep_festival(*name))

    def _restore(self) -> None:
        name = self.hidden.currentData()
        if name is not None:
            self._data.context.attempt(lambda: self._plan.keep_festival(*name))
