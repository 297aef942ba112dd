"""The form of a planned show: start, repetition, participants and their local times."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.errors import AppError, Value
from app.domain.base.local_time import LocalTime, WallTimeError, wall_of
from app.domain.base.localized_text import with_text
from app.domain.planning.people.party import PARTY_GROUPS, PartyGroup
from app.domain.planning.people.party_suggestions import missing_parties
from app.domain.planning.schedule import DEFAULT_MINUTES, MINUTES_BOUNDS, Airing, Occurrence, Schedule, WhatsNew, airing_by_id
from app.domain.planning.schedule_editing import put_airing, put_party
from app.domain.show_editing import new_id
from app.session.planning.dates.series_edit import Scope
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property
from app.ui.planning.dates.airing_preview import AiringPreview
from app.ui.planning.dates.news_field import NewsField
from app.ui.planning.dates.series_field import SeriesField
from app.ui.planning.dates.when_field import SNAP_MINUTES, WhenField
from app.ui.planning.dates.zone_choice import ZoneChoice
from app.ui.planning.local_times import time_text

TOMORROW = timedelta(days=1)
AFTER_MS = 60  # preview after a pause in the input


def scope_text(scope: Scope) -> str:
    """The text of a scope."""
    return {
        Scope.THIS: tr("Airing", "This date only"),
        Scope.FOLLOWING: tr("Airing", "This and all following dates"),
        Scope.ALL: tr("Airing", "All dates of the series"),
    }[scope]


class AiringDialog(QDialog):
    """Plans a new show at `start`, or edits the date `occurrence` (and moves it to `start`, if given).

    `party_ids` are the participants of a new show, None = the usual ones. Saving is one undo step.
    """

    def __init__(
        self,
        context: WindowContext,
        parent: QWidget,
        *,
        start: LocalTime | None = None,
        minutes: int = DEFAULT_MINUTES,
        party_ids: Sequence[str] | None = None,
        occurrence: Occurrence | None = None,
    ) -> None:
        super().__init__(parent)
        self._context = context
        self._plan = context.studio.control.scheduler
        self._occurrence = occurrence
        schedule = context.studio.document.show.schedule
        self._airing = airing_by_id(schedule, occurrence.airing_id) if occurrence is not None else None
        self._suggested = missing_parties(
            schedule,
            context.studio.document.show.markets,
            host_name=tr("Airing", "Host"),
            host_zone=self._plan.host_zone,
            language=context.studio.document.show.presentation.host_language,
        )
        title = tr("Airing", "Plan a show") if self._airing is None else tr("Airing", "Edit show")
        self.setWindowTitle(title)
        self.setMinimumSize(820, 520)
        self.resize(1060, 640)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 20, 24, 16)
        outer.setSpacing(12)
        outer.addWidget(label(title, "title"))
        halves = QHBoxLayout()
        halves.setSpacing(20)
        halves.addWidget(self._form(), 5)
        self.preview = AiringPreview(context)
        halves.addWidget(self.preview, 6)
        outer.addLayout(halves, 1)
        self.problem = label("", "error", wrap=True)
        self.problem.hide()
        outer.addWidget(self.problem)
        outer.addLayout(self._buttons())
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._show_preview)
        self._show(start, minutes, party_ids)
        self.preview.parties.changed.connect(self._later)
        context.bridge.show_changed.connect(self._on_show_changed)
        self._show_preview()
        self.title_line.setFocus()

    # Building -------------------------------------------------------------------------------------------------------------

    def _form(self) -> QWidget:
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        form = QVBoxLayout(inside)
        form.setContentsMargins(0, 0, 10, 0)
        form.setSpacing(5)
        self.scope = self._scope_choice()
        self._add(form, tr("Airing", "Apply changes to"), self.scope, visible=self._is_series)
        self.title_line = QLineEdit()
        self.title_line.setAccessibleName(tr("Airing", "Title"))
        self.title_line.setPlaceholderText(tr("Airing", "Title for viewers"))
        self.title_line.textEdited.connect(lambda _: self._later())
        self._add(form, tr("Airing", "Title"), self.title_line)
        self.when = self._when_field()
        self._add(form, tr("Airing", "Starts"), self.when)
        self.length = QSpinBox()
        self.length.setRange(*MINUTES_BOUNDS)
        roomy(self.length)
        self.length.setSingleStep(SNAP_MINUTES)
        self.length.setSuffix(tr("Airing", " min"))
        self.length.setAccessibleName(tr("Airing", "Length"))
        self.length.valueChanged.connect(lambda _: self._later())
        formats, language = self._context.formats, self._context.language
        self.series = SeriesField(lambda day, whole: formats.weekday(day, language, style="full" if whole else "short"), language)
        self.series.changed.connect(self._later)
        pair = QGridLayout()
        pair.setHorizontalSpacing(12)
        pair.setColumnStretch(1, 1)
        pair.addWidget(label(tr("Airing", "Length"), "muted"), 0, 0)
        pair.addWidget(label(tr("Airing", "Repeats"), "muted"), 0, 1)
        pair.addWidget(self.length, 1, 0, Qt.AlignmentFlag.AlignTop)
        pair.addWidget(self.series, 1, 1)
        form.addLayout(pair)
        form.addSpacing(4)
        self.news = NewsField(self._context)
        form.addWidget(self.news)
        self.note = QLineEdit()
        self.note.setAccessibleName(tr("Airing", "Note for the crew"))
        self._add(form, tr("Airing", "Note for the crew"), self.note)
        self.fixed = QCheckBox(tr("Airing", "Lock time. “Improve” won’t move this show."))
        form.addWidget(self.fixed)
        form.addStretch(1)
        scroll.setWidget(inside)
        return scroll

    def _add(self, form: QVBoxLayout, title: str, widget: QWidget, *, visible: bool = True) -> None:
        heading = label(title, "muted")
        heading.setBuddy(widget)
        form.addWidget(heading)
        form.addWidget(widget)
        form.addSpacing(4)
        heading.setVisible(visible)
        widget.setVisible(visible)

    def _when_field(self) -> WhenField:
        context = self._context
        place = ZoneChoice(
            tr("Airing", "Time zone"),
            self._plan.zones,
            self._plan.now,
            city=lambda key: context.formats.city(key, context.language),
            soon=self._own_zones,
        )
        field = WhenField(self._plan.zones, place, self._sentence, lambda day: context.formats.day(day, context.language), context.language)
        field.changed.connect(self._on_when)
        return field

    def _own_zones(self) -> tuple[str, ...]:
        """The zones that the schedule uses."""
        parties = (*self._context.studio.document.show.schedule.parties, *self._suggested)
        return tuple(dict.fromkeys((*(party.zone for party in parties), self._plan.host_zone)))

    @property
    def _is_series(self) -> bool:
        return self._airing is not None and bool(self._airing.rule)

    def _scope_choice(self) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(tr("Airing", "Apply changes to"))
        for scope in Scope:
            box.addItem(scope_text(scope), scope)
        box.activated.connect(lambda _: self._on_scope())
        return box

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        if self._occurrence is not None:
            self.cancel_show_button = push_button(tr("Airing", "Cancel show"), self._cancel_show, role="danger")
            row.addWidget(self.cancel_show_button)
        row.addStretch(1)
        row.addWidget(push_button(tr("Airing", "Close"), self.reject))
        words = tr("Airing", "Plan show") if self._airing is None else tr("Airing", "Save")
        self.save_button = push_button(words, self._save, role="primary")
        self.save_button.setDefault(True)
        row.addWidget(self.save_button)
        return row

    # Reading --------------------------------------------------------------------------------------------------------------

    def _show(self, start: LocalTime | None, minutes: int, party_ids: Sequence[str] | None) -> None:
        airing, occurrence = self._airing, self._occurrence
        show = self._context.studio.document.show
        if airing is None or occurrence is None:
            begin = start or wall_of(self._plan.now() + TOMORROW, self._plan.host_zone, self._plan.zones)
            self.when.show_local(begin)
            self.length.setValue(minutes)
            self.series.show_rule("", begin.wall.date())
            self.news.show_news(WhatsNew(), {})
            self.title_line.setText(show.project.name)
            chosen = self._usual_parties(begin.zone) if party_ids is None else tuple(party_ids)
        else:
            self.when.show_local(start or occurrence.local)
            self.length.setValue(int((occurrence.end - occurrence.start).total_seconds() // 60))
            self.series.show_rule(airing.rule, occurrence.local.wall.date())
            self.news.show_news(airing.whats_new, airing.titles)
            self.title_line.setText(airing.title)
            self.note.setText(airing.note)
            self.fixed.setChecked(airing.fixed)
            chosen = occurrence.party_ids or airing.party_ids
        self.preview.parties.show_parties((*show.schedule.parties, *self._suggested), chosen)
        self._on_scope()

    def _usual_parties(self, zone: str) -> tuple[str, ...]:
        """The markets in that zone (all markets if there is none) and the hosts."""
        parties = (*self._context.studio.document.show.schedule.parties, *self._suggested)
        audience = [party for party in parties if PARTY_GROUPS[party.kind] is PartyGroup.AUDIENCE]
        there = [party for party in audience if party.zone == zone]
        hosts = [party for party in parties if PARTY_GROUPS[party.kind] is PartyGroup.HOST]
        return tuple(party.id for party in (*(there or audience), *hosts))

    @property
    def chosen_scope(self) -> Scope:
        """The dates to change."""
        scope: Scope = self.scope.currentData()
        return scope if self._is_series else Scope.THIS

    def draft(self) -> Airing:
        """The airing as entered. Its start and length belong to the edited date."""
        base = self._airing or Airing(new_id(), "", self.when.local)
        title, host = self.title_line.text().strip(), self._context.studio.document.show.presentation.host_language
        titles = self.news.titles
        return replace(
            base,
            title=title,
            titles=with_text(titles, host, title) if titles else titles,
            start=self.when.local,
            minutes=self.length.value(),
            rule=base.rule if self._is_series and self.chosen_scope is Scope.THIS else self.series.rule,
            party_ids=self.preview.parties.chosen,
            whats_new=self.news.news,
            note=self.note.text().strip(),
            fixed=self.fixed.isChecked(),
        )

    def _sentence(self, error: AppError) -> str:
        data = self._spoken(error) if isinstance(error, WallTimeError) else error.data
        sentence = self._context.wordings.sentence(error.code, data)
        return " ".join(filter(None, (sentence.text, sentence.help)))

    def _spoken(self, error: WallTimeError) -> Mapping[str, Value]:
        """The values of a wall time error, formatted for the window."""
        formats, language = self._context.formats, self._context.language
        data: dict[str, Value] = {**error.data, "zone": formats.city(str(error.data["zone"]), language)}
        for name in ("wall", "first", "second"):
            wall = datetime.fromisoformat(str(error.data[name]))
            data[name] = f"{formats.day(wall.date(), language)} {time_text(wall)}"
        return data

    def _on_show_changed(self) -> None:
        """Close when the date no longer exists."""
        if self._occurrence is not None and self._plan.occurrence(self._occurrence.key) is None:
            self.reject()

    # What the user does ---------------------------------------------------------------------------------------------------

    def _on_when(self) -> None:
        day: date = self.when.local.wall.date()
        self.series.show_start(day)
        self._later()

    def _on_scope(self) -> None:
        self.series.setEnabled(not self._is_series or self.chosen_scope is not Scope.THIS)
        self._later()

    def _later(self) -> None:
        self._timer.start(AFTER_MS)

    def _show_preview(self) -> None:
        instant = self.when.instant
        draft = self.draft()
        self.preview.show_draft(draft, instant, self._occurrence, (*self._context.studio.document.show.schedule.parties, *self._suggested))
        set_property(self.title_line, "invalid", not draft.title)
        self.save_button.setEnabled(bool(draft.title) and instant is not None)
        self.save_button.setToolTip("" if draft.title else tr("Airing", "A show needs a title"))

    def _attempt(self, verb: Callable[[], object]) -> bool:
        try:
            verb()
        except AppError as error:
            self.problem.setText(self._sentence(error))
            self.problem.show()
            return False
        return True

    def _save(self) -> None:
        draft = self.draft()
        new = tuple(party for party in self._suggested if party.id in draft.party_ids)
        occurrence, token = self._occurrence, new_id()

        def planned(schedule: Schedule) -> Schedule:
            for party in new:
                schedule = put_party(schedule, party)
            return put_airing(schedule, draft)

        def save() -> None:
            if occurrence is None:
                self._plan.edit("Plan a show", planned)
                return
            for party in new:
                self._plan.put_party(party, merge=token)
            self._plan.change(occurrence, draft, self.chosen_scope, merge=token)

        if self._attempt(save):
            self.accept()

    def _cancel_show(self) -> None:
        occurrence = self._occurrence
        if occurrence is not None and self._attempt(lambda: self._plan.cancel(occurrence, self.chosen_scope)):
            self.accept()
