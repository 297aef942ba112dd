"""Shows whether a show is ready, with a fix for each missing item."""

from collections.abc import Callable, Mapping
from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from app.domain.base.errors import Value
from app.domain.planning.schedule import Occurrence, Schedule
from app.domain.planning.schedule_editing import tick_task
from app.session.planning.show_checklist import CheckItem, CheckKind, CheckState
from app.ui.context import WindowContext
from app.ui.figures import relay_name
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.dock.checklist import CheckLine, Checklist
from app.ui.planning.dock.readiness_texts import check_text
from app.ui.planning.show_actions import ShowActions

Run = Callable[[], object]
_BAD = (CheckState.MISSING, CheckState.BLOCK)
_SHOWN_ELSEWHERE = (CheckKind.CAMERA, CheckKind.MICROPHONE)  # hidden until the devices are known


class Readiness(QWidget):
    """The checklist of one date."""

    def __init__(self, context: WindowContext, show_actions: ShowActions) -> None:
        super().__init__()
        self._context = context
        self._plan = context.studio.control.scheduler
        self._show_actions = show_actions
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 6, 0, 6)
        column.setSpacing(6)
        self.title = label("", "sectionTitle")
        column.addWidget(self.title)
        self.list = Checklist(context.icons)
        column.addWidget(self.list)

    def show_for(self, occurrence: Occurrence) -> None:
        """Check this date."""
        items = [item for item in self._plan.checklist(occurrence) if self._is_of_interest(item)]
        self.list.show_lines([self._line(item, occurrence) for item in items])
        bad = sum(item.state in _BAD for item in items)
        words = tr("Schedule", "Not ready: {count} items to fix", count=bad) if bad else tr("Schedule", "Ready")
        if bad == 1:
            words = tr("Schedule", "Not ready: 1 item to fix")
        self.title.setText(words)

    def _is_of_interest(self, item: CheckItem) -> bool:
        if item.kind is CheckKind.RESERVATIONS:
            return bool(item.data.get("count"))
        return item.kind not in _SHOWN_ELSEWHERE or item.state is not CheckState.UNKNOWN

    def _line(self, item: CheckItem, occurrence: Occurrence) -> CheckLine:
        values: dict[str, Value] = {**self._context.formats.finding_values(item.data, self._context.language)}
        built_in = self._context.studio.relays.all[0]
        if values.get("relay") == built_in.name:  # the session cannot translate its name
            values["relay"] = relay_name(built_in)
        fix, run = self._fix(item, occurrence) if item.state in _BAD else ("", None)
        return CheckLine(item.kind.value, check_text(item, values), item.state.value, "", fix, run)

    def _fix(self, item: CheckItem, occurrence: Occurrence) -> tuple[str, Run | None]:
        """The text of the fix button and its action."""
        form: Run = partial(self._show_actions.open, occurrence.key)
        show_panel = self._context.openers.show_panel
        fixes: Mapping[CheckKind, tuple[str, Run]] = {
            CheckKind.CAMERA: (tr("Schedule", "Rescan devices"), partial(self._context.studio.actions.run, "devices.refresh")),
            CheckKind.MICROPHONE: (tr("Schedule", "Rescan devices"), partial(self._context.studio.actions.run, "devices.refresh")),
            CheckKind.RELAY: (tr("Schedule", "Relays"), partial(show_panel, "relays")),
            CheckKind.RUN_OF_SHOW: (tr("Schedule", "Open"), partial(show_panel, "rundown")),
            CheckKind.PRODUCTS: (tr("Schedule", "Mark confirmed"), partial(self._tick, item.task_ids)),
            CheckKind.STOCK: (tr("Schedule", "Products"), partial(show_panel, "products")),
            CheckKind.MATERIAL: (tr("Schedule", "Products"), partial(show_panel, "products")),
            CheckKind.LANGUAGES: (tr("Schedule", "Products"), partial(show_panel, "products")),
            CheckKind.PERMITS: (tr("Schedule", "Mark received"), partial(self._tick, item.task_ids)),
            CheckKind.PLAN: (tr("Schedule", "View"), form),
        }
        if item.kind is CheckKind.INTERPRETER:
            booked = bool(item.data.get("names"))
            return (tr("Schedule", "Mark confirmed"), partial(self._tick, item.task_ids)) if booked else (tr("Schedule", "Choose"), form)
        return fixes.get(item.kind, ("", None))

    def _tick(self, task_ids: tuple[str, ...]) -> None:
        """Mark the tasks done in one undo step."""

        def ticked(schedule: Schedule) -> Schedule:
            for task_id in task_ids:
                schedule = tick_task(schedule, task_id, done=True)
            return schedule

        self._context.attempt(lambda: self._plan.edit("Mark a task done", ticked))
