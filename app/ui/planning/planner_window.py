"""The planner window."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, timedelta

from PySide6.QtCore import QSettings, Qt
from PySide6.QtGui import QCloseEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QStackedWidget, QTabWidget, QVBoxLayout, QWidget

from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.people.party_suggestions import far_apart, missing_parties
from app.domain.planning.schedule import Schedule
from app.domain.planning.schedule_editing import put_party
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.labels import tip
from app.ui.kit.language import tr
from app.ui.planning.agenda_view import AgendaView
from app.ui.planning.festivals_page import FestivalsPage
from app.ui.planning.hours.hour_page import HourPage
from app.ui.planning.hours.hour_selection import HourSelection, next_quarter
from app.ui.planning.hours.week_page import WeekPage
from app.ui.planning.months.improve_dialog import ImproveDialog
from app.ui.planning.months.month_view import MonthView
from app.ui.planning.months.month_wizard import MonthWizard, whole_month
from app.ui.planning.people.people_page import PeoplePage
from app.ui.planning.planner_data import PlannerData
from app.ui.planning.tasks_view import TasksView

TABS = ("hour", "week", "month", "agenda", "tasks", "festivals", "people")
SIZE = (1280, 760)
MONTH = timedelta(days=30)


class PlannerWindow(QWidget):
    """Remembers its geometry and tab. While the schedule has no parties, it offers to add the show's markets and host."""

    def __init__(self, context: WindowContext, state: QSettings) -> None:
        super().__init__(None, Qt.WindowType.Window)
        self.setObjectName("planner")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setWindowTitle(tr("Planner", "Planner – Tradewind"))
        self.setWindowIcon(context.icons.icon("tradewind"))
        self._context = context
        self._plan = context.studio.control.scheduler
        self._state = state
        start = next_quarter(self._plan.now())
        self.selection = HourSelection(self._plan.zones, self._plan.host_zone, start, self)
        self._data = PlannerData(context, self.selection)
        self.hour, self.week, self.people = HourPage(self._data), WeekPage(self._data), PeoplePage(self._data)
        self.festivals = FestivalsPage(self._data)
        self.month = MonthView(context)
        self.tabs = QTabWidget()
        self.tabs.setDocumentMode(True)
        self.pages: dict[str, QWidget] = {
            "hour": self.hour,
            "week": self.week,
            "month": self.month,
            "agenda": AgendaView(context),
            "tasks": TasksView(context),
            "festivals": self.festivals,
            "people": self.people,
        }
        titles = {
            "hour": tr("Planner", "Find a time"),
            "week": tr("Planner", "Week"),
            "month": tr("Planner", "Month"),
            "agenda": tr("Planner", "Agenda"),
            "tasks": tr("Planner", "Tasks"),
            "festivals": tr("Planner", "Festivals"),
            "people": tr("Planner", "People and markets"),
        }
        for name in TABS:
            self.tabs.addTab(self.pages[name], titles[name])
        self.tabs.setCornerWidget(self._corner(), Qt.Corner.TopRightCorner)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.tabs)
        self.empty = self._empty_state()
        self.stack.addWidget(self.empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 6, 0, 0)
        layout.addWidget(self.stack)
        context.bridge.schedule_changed.connect(self._on_plan_changed)
        context.bridge.document_changed.connect(self._show_undo)
        context.bridge.show_changed.connect(self._show_first_step)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, context.studio.document.undo)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Redo), self, context.studio.document.redo)
        geometry = state.value("planner/geometry")
        if geometry is None or not self.restoreGeometry(geometry):
            self.resize(*SIZE)
        self.show_tab(str(state.value("planner/tab", "hour")))
        self._on_plan_changed()
        self._show_first_step()

    def _corner(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 0, 16, 4)
        row.setSpacing(4)
        icons, studio = self._context.icons, self._context.studio
        self.month_button = push_button(tr("Planner", "Plan a month…"), self.plan_month)
        self.improve_button = push_button(tr("Planner", "Improve…"), self.improve)
        self.improve_button.setToolTip(tip(tr("Planner", "Find better times and duty rosters for this month’s shows")))
        row.addWidget(self.month_button)
        row.addWidget(self.improve_button)
        row.addSpacing(8)
        self.undo = icon_button(icons, "undo", tr("Planner", "Undo (Ctrl+Z)"), studio.document.undo)
        self.redo = icon_button(icons, "redo", tr("Planner", "Redo (Ctrl+Shift+Z)"), studio.document.redo)
        row.addWidget(self.undo)
        row.addWidget(self.redo)
        self._show_undo()
        return made

    def _show_undo(self) -> None:
        self.undo.setEnabled(bool(self._context.studio.document.undo_title))
        self.redo.setEnabled(bool(self._context.studio.document.redo_title))

    def _empty_state(self) -> EmptyState:
        self.suggest_button = push_button(tr("Planner", "Add the show’s markets and me"), self.add_suggested, role="primary")
        self.markets_button = push_button(tr("Planner", "Choose the show’s markets…"), self.choose_markets, role="primary")
        self.manual_button = push_button(tr("Planner", "Add them manually"), self._add_manually, role="link")
        return EmptyState(
            self._context.icons,
            "globe",
            tr("Planner", "Who watches, and who makes the show?"),
            tr("Planner", "Add their locations, and the planner finds times that work for everyone and warns you about unsocial hours."),
            self.suggest_button,
            self.markets_button,
            self.manual_button,
        )

    def _show_first_step(self) -> None:
        """Without markets, offer to choose them first."""
        markets = bool(self._context.studio.document.show.markets)
        self.suggest_button.setVisible(markets)
        self.markets_button.setVisible(not markets)
        if self.stack.currentWidget() is self.empty:
            (self.suggest_button if markets else self.markets_button).setFocus()

    # What the user does ---------------------------------------------------------------------------------------------------

    def show_tab(self, name: str) -> None:
        """Show a page: one of TABS."""
        page = self.pages.get(name)
        if page is not None:
            self.tabs.setCurrentWidget(page)

    @property
    def tab(self) -> str:
        """The name of the current page."""
        return next(name for name, page in self.pages.items() if page is self.tabs.currentWidget())

    def plan_month(self) -> MonthWizard:
        """Open the “Plan a month” dialog."""
        wizard = MonthWizard(self._context, self)
        wizard.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        wizard.accepted.connect(lambda: self._show_month(wizard.first_day))
        wizard.open()
        return wizard

    def improve(self) -> ImproveDialog:
        """Open the “Improve the plan” dialog for the shown month, or for the next 30 days."""
        today = self._plan.today()
        first, last = whole_month(self.month.month) if self.tab == "month" else (today, today + MONTH)
        if last < today:
            last = today + MONTH
        dialog = ImproveDialog(self._context, max(first, today), last, self)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.open()
        return dialog

    def _show_month(self, day: date) -> None:
        self.show_tab("month")
        self.month.show_day(day)

    def suggested(self) -> tuple[Party, ...]:
        """The suggested parties: the show's markets (one per distant zone) and the host."""
        show, plan = self._context.studio.document.show, self._plan
        found = missing_parties(
            plan.schedule,
            show.markets,
            host_name=tr("Planner", "Host"),
            host_zone=plan.host_zone,
            language=show.presentation.host_language,
        )
        places = {market.id: far_apart(market.zones, plan.zones, plan.now()) for market in show.markets}
        return tuple(one for party in found for one in self._in_places(party, places.get(party.market_id, ())))

    def _in_places(self, party: Party, zones: Sequence[str]) -> Iterator[Party]:
        yield party
        for zone in zones:
            if zone != party.zone:
                yield replace(party, id=f"{party.id}-{zone}", name=f"{party.name} · {self._data.window_formats.city(zone)}", zone=zone)

    def choose_markets(self) -> None:
        """Open the setup dialog to choose markets, in front of this window."""
        self._context.openers.open_markets(self)

    def add_suggested(self) -> None:
        """Add the suggested parties in one undo step."""
        wanted = self.suggested()

        def filled(schedule: Schedule) -> Schedule:
            for party in wanted:
                schedule = put_party(schedule, party)
            return schedule

        self._context.attempt(lambda: self._plan.edit("Add a participant", filled))

    def _add_manually(self) -> None:
        self.stack.setCurrentWidget(self.tabs)
        self.show_tab("people")

    def _on_plan_changed(self) -> None:
        self.selection.set_zone(self._plan.host_zone)
        anybody = bool(self._plan.schedule.parties)
        if anybody or self.stack.currentWidget() is not self.tabs or self.tab != "people":
            self.stack.setCurrentWidget(self.tabs if anybody else self.empty)
        audience = any(party.kind is PartyKind.MARKET for party in self._plan.schedule.parties)
        self.month_button.setEnabled(audience)
        self.improve_button.setEnabled(bool(self._plan.schedule.airings))
        for page in (self.hour, self.week, self.festivals, self.people):
            page.refresh()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.hour.panel.cancel_search()
        self.week.panel.cancel_search()
        for page in (self.hour, self.week, self.festivals, self.people):
            page.forget()
        self._state.setValue("planner/geometry", self.saveGeometry())
        self._state.setValue("planner/tab", self.tab)
        super().closeEvent(event)
