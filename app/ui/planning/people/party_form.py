"""The form of a market or person: time zone, hours and time off."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

from PySide6.QtCore import QSignalBlocker
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QFormLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from app.domain.base.errors import AppError
from app.domain.base.localized_text import pick
from app.domain.planning.people.party import Party, PartyKind
from app.ui.context import WindowContext
from app.ui.kit.combo_box import fill_combo_box
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property
from app.ui.planning.dates.zone_choice import ZoneChoice
from app.ui.planning.local_times import kind_text
from app.ui.planning.people.party_hours import MONDAY, AwayField, HoursField

MOST_WEIGHT = 99.0
MOST_NIGHTS = 365
PERSONS = tuple(kind for kind in PartyKind if kind is not PartyKind.MARKET)


class PartyForm(QWidget):
    """Edits a party of the schedule. Each field is one undo step."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._plan = context.studio.control.scheduler
        self._party: Party | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(4, 0, 10, 0)
        column.setSpacing(8)
        self.form = QFormLayout()
        self.form.setHorizontalSpacing(12)
        self.form.setVerticalSpacing(8)
        self.form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        self.name, self.languages = self._line("name"), self._languages_line()
        self.kind, self.market = self._choice("kind"), self._choice("market_id")
        self.zone = self._zone_choice()
        self.weight, self.nights = self._weight_box(), self._nights_box()
        for words, widget in (
            (tr("Planner", "Name"), self.name),
            (tr("Planner", "Role"), self.kind),
            (tr("Planner", "Market"), self.market),
            (tr("Planner", "Time zone"), self.zone),
            (tr("Planner", "Audience share"), self.weight),
            (tr("Planner", "Languages"), self.languages),
            (tr("Planner", "Earlier nights"), self.nights),
        ):
            widget.setAccessibleName(words)
            self.form.addRow(label(words, "muted"), widget)
        column.addLayout(self.form)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        column.addWidget(self.problem)
        column.addSpacing(4)
        column.addWidget(label(tr("Planner", "Custom hours"), "heading"))
        self.usual = label("", "hint", wrap=True)
        column.addWidget(self.usual)
        self.hours = HoursField(context.icons, self._weekday)
        self.hours.edited.connect(lambda hours: self._change(hours=hours))
        column.addWidget(self.hours)
        column.addSpacing(4)
        column.addWidget(label(tr("Planner", "Time off"), "heading"))
        self.away = AwayField(context.icons, context.language, self._plan.today)
        self.away.edited.connect(lambda away: self._change(away=away))
        column.addWidget(self.away)
        column.addStretch(1)

    # Building -------------------------------------------------------------------------------------------------------------

    def _line(self, field: str) -> QLineEdit:
        made = QLineEdit()
        made.textEdited.connect(lambda text: self._change(**{field: text}) if text.strip() else None)
        made.editingFinished.connect(self._show)
        return made

    def _languages_line(self) -> QLineEdit:
        made = QLineEdit()
        made.setPlaceholderText("en, zh-Hans")
        made.setToolTip(tr("Planner", "Announcements use the first language"))
        made.editingFinished.connect(self._on_languages)
        return made

    def _choice(self, field: str) -> QComboBox:
        made = QComboBox()
        made.activated.connect(lambda _: self._change(**{field: made.currentData()}))
        return made

    def _zone_choice(self) -> ZoneChoice:
        context, plan = self._context, self._plan
        made = ZoneChoice(
            tr("Planner", "Time zone"),
            plan.zones,
            plan.now,
            city=lambda key: context.formats.city(key, context.language),
            soon=self._near_zones,
        )
        made.chosen.connect(lambda key: self._change(zone=key))
        return made

    def _near_zones(self) -> tuple[str, ...]:
        """The market's zones, or else those of the schedule."""
        party = self._party
        market = next((one for one in self._context.studio.document.show.markets if party is not None and one.id == party.market_id), None)
        known = market.zones if market is not None else tuple(one.zone for one in self._plan.schedule.parties)
        return (*known, self._plan.host_zone)

    def _weight_box(self) -> QDoubleSpinBox:
        made = QDoubleSpinBox()
        roomy(made)
        made.setRange(0.0, MOST_WEIGHT)
        made.setDecimals(1)
        made.setSingleStep(0.5)
        made.setKeyboardTracking(False)
        made.setToolTip(tr("Planner", "How much their hours count compared with others in the group, such as by audience size"))
        made.valueChanged.connect(lambda value: self._change(weight=value))
        return made

    def _nights_box(self) -> QSpinBox:
        made = QSpinBox()
        roomy(made)
        made.setRange(0, MOST_NIGHTS)
        made.setKeyboardTracking(False)
        made.setToolTip(tr("Planner", "Nights already worked elsewhere. They count toward taking turns."))
        made.valueChanged.connect(lambda value: self._change(nights_before=value))
        return made

    def _weekday(self, number: int, style: str) -> str:
        formats, day = self._context.formats, date(MONDAY.year, MONDAY.month, number)
        return formats.weekday(day, self._context.language, style="narrow" if style == "narrow" else "full")

    # Showing --------------------------------------------------------------------------------------------------------------

    def show_party(self, party: Party) -> None:
        """Show a party."""
        if self._party is None or party.id != self._party.id:
            self._forget_problem()
        self._party = party
        self._show()

    def begin(self) -> None:
        """Focus the name and select it."""
        self.name.setFocus()
        self.name.selectAll()

    def _show(self) -> None:
        party = self._party
        if party is None:
            return
        market = party.kind is PartyKind.MARKET
        if not (self.name.hasFocus() and self.name.text().strip() == party.name.strip()) and self.name.text() != party.name:
            self.name.setText(party.name)
            self.name.setCursorPosition(0)
        fill_combo_box(self.kind, [(kind_text(kind), kind) for kind in ((PartyKind.MARKET,) if market else PERSONS)], party.kind)
        language = self._context.language
        names = [(pick(one.name, (language,))[0] or one.id, one.id) for one in self._context.studio.document.show.markets]
        if party.market_id and party.market_id not in {one for _, one in names}:
            names.append((self._context.formats.territory_name(party.market_id, language), party.market_id))
        fill_combo_box(self.market, [(tr("Planner", "none"), ""), *names], party.market_id)
        self.form.setRowVisible(self.market, market)
        self.form.setRowVisible(self.kind, not market)
        self.form.setRowVisible(self.nights, not market)
        self.zone.show_zone(party.zone)
        with QSignalBlocker(self.weight), QSignalBlocker(self.nights):
            self.weight.setValue(party.weight)
            self.nights.setValue(party.nights_before)
        if not self.languages.hasFocus():
            self.languages.setText(", ".join(party.languages))
        words = tr("Planner", "Audience share") if market else tr("Planner", "Weight")
        heading = self.form.labelForField(self.weight)
        if heading is not None:
            heading.setText(words)  # type: ignore[attr-defined]  # it is a QLabel
        self.usual.setText(self._usual(party))
        self.hours.show_hours(party.hours, party.kind)
        self.away.show_away(party.away)

    def _usual(self, party: Party) -> str:
        """The default hours as text."""
        if party.kind is not PartyKind.MARKET:
            return tr("Planner", "Default: preferred 09:00–21:00, acceptable 07:00–24:00.")
        market = next((one for one in self._context.studio.document.show.markets if one.id == party.market_id), None)
        begin, end = market.prime_time if market is not None else ("20:00", "23:00")
        return tr("Planner", "Default: prime time {begin}–{end}, awake 07:00–24:00.", begin=begin, end=end)

    # Changing -------------------------------------------------------------------------------------------------------------

    def _on_languages(self) -> None:
        tags = tuple(tag.strip() for tag in self.languages.text().replace("，", ",").split(",") if tag.strip())
        self._change(languages=tags)

    def _change(self, **changes: Any) -> None:
        if self._party is None:
            return
        made = replace(self._party, **changes)
        if made == self._party:
            return
        fields = " ".join(changes)
        self._attempt(lambda: self._plan.put_party(made, merge=f"party {made.id} {fields}"))

    def _attempt(self, verb: Callable[[], object]) -> None:
        try:
            verb()
        except AppError as error:
            sentence = self._context.wordings.sentence(error.code, error.data)
            self.problem.setText(" ".join(filter(None, (sentence.text, sentence.help))))
            self.problem.show()
            set_property(self.problem, "level", "error")
            self._show()
        else:
            self._forget_problem()

    def _forget_problem(self) -> None:
        self.problem.hide()
