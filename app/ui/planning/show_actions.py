"""Actions on one date: open, reschedule, duplicate, cancel, announce."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time, timedelta
from functools import partial

from PySide6.QtCore import QObject, QPoint, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from app.domain.base.errors import AppError
from app.domain.base.local_time import LocalTime, WallTimeError, wall_of
from app.domain.base.notice import Notice, Severity
from app.domain.planning.people.party import Party, PartyKind
from app.domain.planning.schedule import Occurrence
from app.session.planning.dates.series_edit import Scope
from app.ui.context import WindowContext
from app.ui.kit.language import tr

DEFAULT_HOUR = time(20, 0)  # when most markets watch
NEXT_WEEK = 7
DAY = timedelta(days=1)


class ShowActions(QObject):
    """Each action is one undo step. `done` carries a text of the change; errors become notices. A skipped or repeated time opens the
    show's form."""

    done = Signal(str)

    def __init__(self, context: WindowContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._plan = context.studio.control.scheduler
        self._parent = parent

    def title_of(self, occurrence: Occurrence) -> str:
        return self._plan.airing_of(occurrence).title

    def open(self, key: str) -> None:
        """Open the form of a date."""
        occurrence = self._plan.occurrence(key)
        if occurrence is not None:
            self._context.openers.open_airing(occurrence, self._parent)

    def plan(self, day: date | None = None) -> None:
        """Open the form of a new show on a day in the first market's zone; None = tomorrow."""
        self._context.openers.plan_airing(self.proposed_start(day), self._parent)

    def plan_at(self, start: datetime, minutes: int, parties: Sequence[Party]) -> None:
        """Open the form of a new show for these parties at an instant, in the zone of their first market."""
        zone = next((one.zone for one in parties if one.kind is PartyKind.MARKET), self._audience_zone())
        local = wall_of(start, zone, self._plan.zones)
        ids = [one.id for one in parties]
        self._context.openers.plan_airing(local, self._parent, minutes=minutes, party_ids=ids)

    def proposed_start(self, day: date | None = None) -> LocalTime:
        """The start of the first market's prime time on a day."""
        zone = self._audience_zone()
        if day is None:
            day = wall_of(self._plan.now() + DAY, zone, self._plan.zones).wall.date()
        market_id = next((one.market_id for one in self._plan.schedule.parties if one.zone == zone and one.market_id), "")
        market = next((one for one in self._context.studio.document.show.markets if one.id == market_id), None)
        hour = time.fromisoformat(market.prime_time[0]) if market is not None else DEFAULT_HOUR
        return LocalTime(datetime.combine(day, hour), zone)

    def _audience_zone(self) -> str:
        parties = self._plan.schedule.parties
        planned = next((party.zone for party in parties if party.kind is PartyKind.MARKET), "")
        markets = self._context.studio.document.show.markets
        return planned or next((market.zones[0] for market in markets if market.zones), self._plan.host_zone)

    def move(self, key: str, days: int, scope: Scope = Scope.THIS) -> None:
        """Move a date by days; its local time stays the same."""
        occurrence = self._plan.occurrence(key)
        if occurrence is not None:
            start = LocalTime(occurrence.local.wall + days * DAY, occurrence.local.zone)
            words = tr("Planner", "“{title}” moved to {day}.", title=self.title_of(occurrence), day=self._day(start))
            self._try(lambda: self._plan.move(occurrence, start, scope=scope), words, occurrence, start)

    def duplicate(self, key: str, days: int = NEXT_WEEK) -> None:
        """Copy a date as a single show, `days` later."""
        occurrence = self._plan.occurrence(key)
        if occurrence is not None:
            start = LocalTime(occurrence.local.wall + days * DAY, occurrence.local.zone)
            words = tr("Planner", "“{title}” also planned for {day}.", title=self.title_of(occurrence), day=self._day(start))
            self._try(lambda: self._plan.duplicate(occurrence, start), words)

    def cancel(self, key: str, scope: Scope = Scope.THIS) -> None:
        """Cancel a date, or the dates of the scope."""
        occurrence = self._plan.occurrence(key)
        if occurrence is not None:
            words = tr("Planner", "“{title}” cancelled.", title=self.title_of(occurrence))
            self._try(lambda: self._plan.cancel(occurrence, scope), words)

    def _day(self, local: LocalTime) -> str:
        return self._context.formats.day(local.wall.date(), self._context.language)

    def _try(self, verb: Callable[[], object], words: str, occurrence: Occurrence | None = None, start: LocalTime | None = None) -> None:
        try:
            verb()
        except WallTimeError:
            self._context.openers.open_airing(occurrence, self._parent, start=start)
        except AppError as error:
            self._context.bridge.tell(Notice(Severity.ERROR, error.code, error.data, subject=error.code))
        else:
            self.done.emit(words)

    # Menus ----------------------------------------------------------------------------------------------------------------

    def ask_move(self, key: str, days: int, point: QPoint) -> None:
        """Move a single show; for a series, ask for the scope first."""
        occurrence = self._plan.occurrence(key)
        if occurrence is None or not occurrence.series:
            self.move(key, days)
            return
        menu = self._menu()
        for scope, words in (
            (Scope.THIS, tr("Planner", "Reschedule this date only")),
            (Scope.FOLLOWING, tr("Planner", "Reschedule this and all following dates")),
            (Scope.ALL, tr("Planner", "Reschedule the whole series")),
        ):
            menu.addAction(words, partial(self.move, key, days, scope))
        menu.popup(point)

    def show_menu(self, key: str, day: date | None, point: QPoint) -> None:
        """Show the context menu."""
        menu, icons = self._menu(), self._context.icons
        occurrence = self._plan.occurrence(key) if key else None
        if occurrence is not None:
            menu.addAction(icons.icon("rename"), tr("Planner", "Open…"), lambda: self.open(key))
            menu.addAction(icons.icon("share"), tr("Planner", "Announce…"), lambda: self.announce(key))
            menu.addAction(icons.icon("duplicate"), tr("Planner", "Duplicate to next week"), lambda: self.duplicate(key))
            menu.addSeparator()
            menu.addAction(icons.icon("remove"), tr("Planner", "Cancel this date"), lambda: self.cancel(key))
            if occurrence.series:
                menu.addAction(tr("Planner", "Cancel this and all following dates"), lambda: self.cancel(key, Scope.FOLLOWING))
            menu.addSeparator()
        menu.addAction(icons.icon("add"), tr("Planner", "Plan a show…"), lambda: self.plan(day))
        menu.popup(point)

    def announce(self, key: str) -> None:
        """Open the announcement dialog of a date."""
        occurrence = self._plan.occurrence(key)
        if occurrence is not None:
            self._context.openers.open_announcement(occurrence, self._parent)

    def _menu(self) -> QMenu:
        menu = QMenu(self._parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu
