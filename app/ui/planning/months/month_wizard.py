"""The “Plan a month” dialog: quotas per audience become a suggested plan, added as one undo step."""

from collections.abc import Mapping
from datetime import date, timedelta

from PySide6.QtCore import QDate, Qt
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QSpinBox,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.errors import AppError
from app.domain.base.local_time import clock_reading
from app.domain.base.notice import Notice, Severity
from app.domain.planning.months.month_draft import ShowQuota, team_for, with_draft
from app.domain.planning.months.month_plan import PlanStats
from app.domain.planning.people.party import Comfort, Party, PartyKind
from app.domain.planning.schedule import DEFAULT_MINUTES, MINUTES_BOUNDS, Occurrence, parties_on
from app.domain.program.project import UNTITLED
from app.session.planning.months.month_planning import MonthDraft, plan_month
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.latest_task import LatestTask
from app.ui.kit.scroll_dialog import ScrollDialog
from app.ui.planning.dates.when_field import DayEdit
from app.ui.planning.draft_checks import comforts_at
from app.ui.planning.local_times import kind_text, time_text
from app.ui.planning.months.quota_row import QuotaRow

SIZE = (1000, 700)
FIRST_QUOTA = 3
ROW_PX = 30
COLUMNS = 5
PEOPLE_IN_A_ROW = 4
ALWAYS_ON = (PartyKind.HOST, PartyKind.PARTNER, PartyKind.INTERPRETER)


def whole_month(day: date) -> tuple[date, date]:
    """The first and last day of a day's month."""
    first = day.replace(day=1)
    return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)


def next_month(today: date) -> tuple[date, date]:
    """The first and last day of next month."""
    return whole_month(today.replace(day=1) + timedelta(days=32))


class MonthWizard(ScrollDialog):
    """First page: quotas. Second page: the suggested plan. Existing shows do not change."""

    def __init__(self, context: WindowContext, parent: QWidget | None) -> None:
        super().__init__(
            parent,
            tr("Planner", "Plan a month"),
            tr("Planner", "Choose how many shows a week each audience gets. Tradewind finds the times and shares the work fairly."),
        )
        self.resize_within_screen(*SIZE)
        self._context = context
        self._plan = context.studio.control.scheduler
        self._found: MonthDraft | None = None
        self.work = LatestTask(self._failed)
        self.pages = QStackedWidget()
        self.body.addWidget(self.pages)
        self._build_quotas()
        self._build_suggestion()
        self.cancel = push_button(tr("Planner", "Cancel"), self.reject)
        self.back = push_button(tr("Planner", "Adjust"), self._forget)
        self.suggest_button = push_button(tr("Planner", "Suggest a plan"), self._suggest, role="primary")
        self.add_button = push_button(tr("Planner", "Add to schedule"), self._add, role="primary")
        for button in (self.cancel, self.back, self.suggest_button, self.add_button):
            self.buttons.addWidget(button)
        self._forget()
        self.finished.connect(lambda _: self.work.cancel())

    def _build_quotas(self) -> None:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(self._what())
        column.addSpacing(8)
        column.addWidget(label(tr("Planner", "Audiences"), "heading"))
        formats, language = self._context.formats, self._context.language
        self.quotas = [QuotaRow(party, formats.city(party.zone, language), self._weekday) for party in self._audiences]
        for number, quota in enumerate(self.quotas):
            column.addWidget(quota)
            if number == 0:
                quota.count.setValue(FIRST_QUOTA)
            quota.changed.connect(self._forget)
        column.addSpacing(8)
        column.addWidget(label(tr("Planner", "Crew"), "heading"))
        column.addLayout(self._people())
        if len(self.team) > 1:
            words = tr("Planner", "Each audience gets an interpreter for its language. People with the same role take turns at night.")
            column.addWidget(label(words, "hint", wrap=True))
        column.addStretch(1)
        self.looking = label(tr("Planner", "Finding the best times…"), "muted")
        column.addWidget(self.looking)
        self.pages.addWidget(page)

    def _what(self) -> QFormLayout:
        """The fields for dates, title and length."""
        form = QFormLayout()
        first, last = next_month(self._plan.today())
        self.first = self._day_edit(first, tr("Planner", "First day"))
        self.last = self._day_edit(last, tr("Planner", "Last day"))
        self.last.setMinimumDate(self.first.date())
        span = QHBoxLayout()
        span.addWidget(self.first)
        span.addWidget(label("–"))
        span.addWidget(self.last)
        span.addStretch(1)
        form.addRow(label(tr("Planner", "Dates"), "muted"), span)
        self.title = QLineEdit("" if self._context.studio.document.title == UNTITLED else self._context.studio.document.title)
        self.title.setAccessibleName(tr("Planner", "Title"))
        self.title.setPlaceholderText(self._title_for(self._audiences[0]))
        self.minutes = QSpinBox()
        self.minutes.setRange(*MINUTES_BOUNDS)
        self.minutes.setSingleStep(15)
        self.minutes.setValue(DEFAULT_MINUTES)
        self.minutes.setSuffix(tr("Planner", " minutes"))
        self.minutes.setAccessibleName(tr("Planner", "Length"))
        roomy(self.minutes)
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        row.addWidget(self.minutes)
        form.addRow(label(tr("Planner", "Title and length"), "muted"), row)
        self.first.dateChanged.connect(self.last.setMinimumDate)
        for edit in (self.first, self.last):
            edit.dateChanged.connect(lambda _: self._forget())
        self.minutes.valueChanged.connect(lambda _: self._forget())
        self.title.textEdited.connect(lambda _: self._forget())
        return form

    def _people(self) -> QGridLayout:
        self.team: dict[str, QCheckBox] = {}
        grid = QGridLayout()
        people = [party for party in self._plan.schedule.parties if party.kind is not PartyKind.MARKET]
        for number, party in enumerate(people):
            work = kind_text(party.kind)
            box = QCheckBox(f"{party.name} · {work}" if party.name != work else party.name)
            box.setChecked(party.kind in ALWAYS_ON or self._is_first_of(party.kind, party.id))
            box.toggled.connect(lambda _: self._forget())
            self.team[party.id] = box
            grid.addWidget(box, *divmod(number, PEOPLE_IN_A_ROW))
        grid.setColumnStretch(PEOPLE_IN_A_ROW, 1)
        grid.setHorizontalSpacing(20)
        return grid

    def _build_suggestion(self) -> None:
        self.summary = label("", "muted", wrap=True)
        self.table = QTableWidget(0, COLUMNS)
        self.table.setAccessibleName(tr("Planner", "Suggested plan"))
        self.table.setHorizontalHeaderLabels(
            [
                tr("Planner", "When"),
                tr("Planner", "Audience"),
                tr("Planner", "Your time"),
                tr("Planner", "Crew"),
                tr("Planner", "Unsocial hours for"),
            ]
        )
        self.table.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.table.setShowGrid(False)
        self.table.verticalHeader().hide()
        self.table.verticalHeader().setDefaultSectionSize(ROW_PX)
        head = self.table.horizontalHeader()
        head.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        head.setSectionResizeMode(COLUMNS - 1, QHeaderView.ResizeMode.Stretch)
        head.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        head.setHighlightSections(False)
        self.outcome = QWidget()
        column = QVBoxLayout(self.outcome)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.summary)
        column.addWidget(self.table, 1)
        self.pages.addWidget(self.outcome)

    def _day_edit(self, day: date, name: str) -> DayEdit:
        edit = DayEdit(self._context.language)
        edit.setDate(QDate(day.year, day.month, day.day))
        edit.setAccessibleName(name)
        return edit

    @property
    def _audiences(self) -> tuple[Party, ...]:
        return tuple(party for party in self._plan.schedule.parties if party.kind is PartyKind.MARKET)

    def _weekday(self, day: date, whole: bool) -> str:
        return self._context.formats.weekday(day, self._context.language, style="full" if whole else "short")

    def _is_first_of(self, kind: PartyKind, party_id: str) -> bool:
        """Whether the party is the first of its kind; the others of the kind take turns."""
        if kind is PartyKind.SUPPORT:
            return False
        return next(one.id for one in self._plan.schedule.parties if one.kind is kind) == party_id

    @property
    def first_day(self) -> date:
        return _day_of(self.first)

    # What the user does ---------------------------------------------------------------------------------------------------

    def entered_quotas(self) -> tuple[ShowQuota, ...]:
        """The quotas as entered."""
        people = [party for party in self._plan.schedule.parties if party.id in self.team and self.team[party.id].isChecked()]
        asked = [one for one in self.quotas if one.per_week]
        title = self.title.text().strip()
        return tuple(
            ShowQuota(
                one.party.id,
                title if title and len(asked) == 1 else self._title_for(one.party, title),
                one.per_week,
                self.minutes.value(),
                one.weekdays,
                team_for(one.party, people),
            )
            for one in asked
        )

    def _title_for(self, party: Party, title: str = "") -> str:
        """The title of a show; with several audiences it names the audience."""
        return f"{title} · {party.name}" if title else tr("Planner", "Live: {name}", name=party.name)

    def _suggest(self) -> None:
        quotas = self.entered_quotas()
        first, last = _day_of(self.first), _day_of(self.last)
        self.suggest_button.setEnabled(False)
        self.looking.show()
        self.work.run(lambda: plan_month(self._plan, self._plan.advice, quotas, first, last), self._show)

    def _failed(self, error: AppError) -> None:
        self._forget()
        self._context.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=error.code))

    def _show(self, found: MonthDraft) -> None:
        self._found = found
        self._show_page(1)
        self.add_button.setEnabled(bool(found.dates))
        self.add_button.setText(tr("Planner", "Add shows to schedule ({count})", count=len(found.dates)))
        self.summary.setText(self._summary(found))
        schedule = with_draft(self._plan.schedule, found.airings)
        self.table.setRowCount(len(found.dates))
        for number, one in enumerate(found.dates):
            parties = parties_on(schedule, one)
            comforts = comforts_at(self._plan, parties, one.start, found.airings[0].minutes)
            cells = (
                self._when(one, one.local.zone),
                ", ".join(party.name for party in parties if party.kind is PartyKind.MARKET),
                self._when(one, self._plan.host_zone),
                ", ".join(party.name for party in parties if party.kind is not PartyKind.MARKET),
                ", ".join(party.name for party in parties if comforts[party.id] in (Comfort.POOR, Comfort.NEVER)) or "–",
            )
            for column, words in enumerate(cells):
                self.table.setItem(number, column, QTableWidgetItem(words))
        self.table.setVisible(bool(found.dates))
        self.table.scrollToTop()
        (self.table if found.dates else self.back).setFocus()

    def _show_page(self, page: int) -> None:
        """0 = quotas, 1 = suggested plan."""
        self.looking.hide()
        self.pages.setCurrentIndex(page)
        for button, there in ((self.suggest_button, 0), (self.add_button, 1), (self.back, 1)):
            button.setVisible(page == there)
        (self.add_button if page else self.suggest_button).setDefault(True)

    def _when(self, occurrence: Occurrence, zone: str) -> str:
        shown = clock_reading(occurrence.start, zone, self._plan.zones, beside=occurrence.local.wall.date())
        formats, language = self._context.formats, self._context.language
        return f"{formats.day(shown.wall.date(), language)}  {time_text(shown.wall)}"

    def _summary(self, found: MonthDraft) -> str:
        if not found.dates:
            return tr("Planner", "No show fits these dates. Allow more days, or plan fewer shows a week.")
        names = {party.id: party.name for party in self._plan.schedule.parties}
        parts = [
            tr(
                "Planner",
                "Shows: {count}. Score: {score} of 100 ({plain} if all were in prime time with the same crew).",
                count=len(found.dates),
                score=round(found.tally.score * 100),
                plain=round(found.plain.score * 100),
            ),
            nights_text(found.tally, names),
        ]
        if found.tally.conflicts:
            parts.append(tr("Planner", "Conflicts remain ({count}). See the agenda.", count=found.tally.conflicts))
        return " ".join(part for part in parts if part)

    def _forget(self) -> None:
        """Discard the suggested plan and show the quotas."""
        self.work.cancel()
        self._found = None
        self._show_page(0)
        self.add_button.setEnabled(False)
        self.add_button.setText(tr("Planner", "Add to schedule"))
        self.suggest_button.setEnabled(any(one.per_week for one in self.quotas))

    def _add(self) -> None:
        found = self._found
        if found is not None and self._context.attempt(
            lambda: self._plan.edit("Plan a month", lambda schedule: with_draft(schedule, found.airings))
        ):
            self.accept()


def _day_of(edit: DayEdit) -> date:
    shown = edit.date()
    return date(shown.year(), shown.month(), shown.day())


def nights_text(tally: PlanStats, names: Mapping[str, str]) -> str:
    """The number of nights of each person, as text."""
    people = ", ".join(f"{names[one]} {count}" for one, count in tally.nights.items() if count and one in names)
    return tr("Planner", "Nights: {people}.", people=people) if people else tr("Planner", "No one works at night.")
