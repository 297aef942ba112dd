"""The page of people and markets, with the workload table."""

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QFrame, QHBoxLayout, QListWidget, QListWidgetItem, QMenu, QScrollArea, QVBoxLayout

from app.domain.base.localized_text import pick
from app.domain.planning.people.party import PARTY_GROUPS, Party, PartyGroup, PartyKind
from app.domain.show_editing import new_id
from app.ui.kit.buttons import icon_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.local_times import kind_text
from app.ui.planning.people.party_form import PartyForm
from app.ui.planning.people.workload_table import WorkloadTable
from app.ui.planning.plan_settings import PlanSettings
from app.ui.planning.planner_data import PlannerData
from app.ui.planning.planner_page import PlannerPage

LIST_PX = 250
FORM_PX = 470
_ID = Qt.ItemDataRole.UserRole


class PeoplePage(PlannerPage):
    """Each change is saved at once and can be undone."""

    def __init__(self, data: PlannerData) -> None:
        super().__init__()
        self._data = data
        self._plan = data.scheduler
        self._chosen = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(16, 12, 16, 12)
        row.setSpacing(20)
        row.addLayout(self._list_side())
        self.form = PartyForm(data.context)
        self.area = QScrollArea()
        self.area.setWidgetResizable(True)
        self.area.setFrameShape(QFrame.Shape.NoFrame)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.area.setMinimumWidth(FORM_PX)
        self.area.setWidget(self.form)
        row.addWidget(self.area, 5)
        row.addLayout(self._ledger_side(), 4)
        remove = QShortcut(QKeySequence(QKeySequence.StandardKey.Delete), self.list)
        remove.setContext(Qt.ShortcutContext.WidgetShortcut)
        remove.activated.connect(self.remove)

    def _list_side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(6)
        icons = self._data.context.icons
        head = QHBoxLayout()
        head.addWidget(label(tr("Planner", "People and markets"), "sectionTitle"), 1)
        self.add_button = icon_button(icons, "add", tr("Planner", "Add a person or market"), self._show_add_menu)
        self.remove_button = icon_button(icons, "remove", tr("Planner", "Remove (Delete)"), self.remove)
        head.addWidget(self.add_button)
        head.addWidget(self.remove_button)
        side.addLayout(head)
        self.list = QListWidget()
        self.list.setFixedWidth(LIST_PX)
        self.list.setAccessibleName(tr("Planner", "People and markets"))
        self.list.currentItemChanged.connect(lambda item, _: self._choose(str(item.data(_ID)) if item is not None else ""))
        side.addWidget(self.list, 1)
        self.settings = PlanSettings(self._data.context)
        self.settings.setFixedWidth(LIST_PX)
        side.addWidget(self.settings)
        return side

    def _ledger_side(self) -> QVBoxLayout:
        side = QVBoxLayout()
        side.setSpacing(6)
        side.addWidget(label(tr("Planner", "Workload"), "sectionTitle"))
        self.workloads = WorkloadTable(self._data.window_formats)
        side.addWidget(self.workloads, 1)
        words = tr(
            "Planner",
            "Last month and the next two months. A night is 30 minutes or more of a show between midnight and 06:00 "
            "local time. The person next in turn takes the next unsocial hours.",
        )
        side.addWidget(label(words, "hint", wrap=True))
        side.addStretch(1)
        return side

    # Showing --------------------------------------------------------------------------------------------------------------

    def read(self) -> None:
        parties = self._ordered()
        self._fill(parties)
        party = next((one for one in parties if one.id == self._chosen), None)
        self.area.setEnabled(party is not None)
        self.remove_button.setEnabled(party is not None)
        if party is not None:
            self.form.show_party(party)
        self.settings.read()
        self.workloads.show_workloads(self._plan.schedule.parties, self._plan.advice.workloads())

    def _ordered(self) -> list[Party]:
        order = tuple(PartyGroup)
        return sorted(self._plan.schedule.parties, key=lambda party: order.index(PARTY_GROUPS[party.kind]))

    def _fill(self, parties: Sequence[Party]) -> None:
        blocked = self.list.blockSignals(True)
        ids = [str(self.list.item(place).data(_ID)) for place in range(self.list.count())]
        if ids != [party.id for party in parties]:
            self.list.clear()
            for party in parties:
                item = QListWidgetItem()
                item.setData(_ID, party.id)
                self.list.addItem(item)
        if self._chosen not in {party.id for party in parties}:
            self._chosen = parties[0].id if parties else ""
        for place, party in enumerate(parties):
            item = self.list.item(place)
            item.setText(f"{party.name}\n{kind_text(party.kind)} · {self._data.window_formats.city(party.zone)}")
            if party.id == self._chosen:
                self.list.setCurrentRow(place)
        self.list.blockSignals(blocked)

    def _choose(self, party_id: str) -> None:
        self._chosen = party_id
        self.read()

    # Changing -------------------------------------------------------------------------------------------------------------

    def _show_add_menu(self) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        context = self._data.context
        for market in context.studio.document.show.markets:
            name = pick(market.name, (context.language,))[0] or market.id
            menu.addAction(context.icons.icon("globe"), name, partial(self.add, PartyKind.MARKET, market.id))
        menu.addAction(context.icons.icon("globe"), tr("Planner", "Another location"), partial(self.add, PartyKind.MARKET, ""))
        menu.addSeparator()
        for kind in PartyKind:
            if kind is not PartyKind.MARKET:
                menu.addAction(kind_text(kind), partial(self.add, kind, ""))
        menu.popup(self.add_button.mapToGlobal(self.add_button.rect().bottomLeft()))

    def add(self, kind: PartyKind, market_id: str) -> None:
        """Add a party and focus its name."""
        context, plan = self._data.context, self._plan
        market = next((one for one in context.studio.document.show.markets if one.id == market_id), None)
        if market is not None:
            taken = {party.zone for party in plan.schedule.parties if party.market_id == market_id}
            zone = next((one for one in market.zones if one not in taken), market.zones[0] if market.zones else plan.host_zone)
            name = pick(market.name, (context.studio.document.show.presentation.host_language, context.language))[0] or market.id
            name = f"{name} · {self._data.window_formats.city(zone)}" if taken else name
            made = Party(new_id(), name, kind, zone, market_id, languages=market.languages)
        else:
            made = Party(new_id(), kind_text(kind), kind, plan.host_zone)
        if context.attempt(lambda: plan.put_party(made)):
            self._chosen = made.id
            self.read()
            self.form.begin()

    def remove(self) -> None:
        """Remove the current party; its shows stay."""
        if self._chosen:
            self._data.context.attempt(lambda: self._plan.remove_parties((self._chosen,)))
