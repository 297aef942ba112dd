"""The tasks page: confirmations, translations, permits, interpreters and stock."""

from collections.abc import Sequence
from datetime import date, timedelta

from PySide6.QtCore import QSignalBlocker, Qt, QTimer
from PySide6.QtGui import QFont, QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QCheckBox,
    QHBoxLayout,
    QHeaderView,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.planning.lead_tasks import Task, TaskSubject
from app.ui.context import WindowContext
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.show_actions import ShowActions
from app.ui.planning.task_texts import task_note, task_text
from app.ui.planning.undo_line import UndoLine

SOON = timedelta(days=7)
LONG_AGO = timedelta(days=14)  # so a new plan does not start with a long overdue list
_TASK = Qt.ItemDataRole.UserRole + 1
_GROUP = Qt.ItemDataRole.UserRole + 2
_WHAT, _FOR, _DUE = range(3)


class TasksView(QWidget):
    """Reads the tasks while it is visible, and when it is shown."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._plan = context.studio.control.scheduler
        self._shown: tuple[Task, ...] = ()
        # groups that start collapsed
        self._closed = {tr("Tasks", "Long overdue"), tr("Tasks", "Later"), tr("Tasks", "Done")}
        self.show_actions = ShowActions(context, self)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 12, 12, 8)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.addWidget(label(tr("Tasks", "Tasks"), "title"))
        head.addStretch(1)
        self.with_done = QCheckBox(tr("Tasks", "Show completed"))
        self.with_done.toggled.connect(lambda on: self._refresh())
        head.addWidget(self.with_done)
        column.addLayout(head)
        self.tree = self._tree()
        self._stack = QStackedLayout()
        self._stack.addWidget(self.tree)
        self._stack.addWidget(
            EmptyState(
                context.icons,
                "check",
                tr("Tasks", "No tasks left"),
                tr("Tasks", "Tasks for upcoming shows and festivals appear here with their due dates."),
            )
        )
        column.addLayout(self._stack, 1)
        self.done = UndoLine(context, tr("Tasks", "Space: mark done. Enter: open the show."))
        column.addWidget(self.done)
        self._due = QTimer(self)  # Qt still uses the item during its own signal, so refresh later
        self._due.setSingleShot(True)
        self._due.timeout.connect(self._refresh)
        context.bridge.schedule_changed.connect(self._due.start)
        context.bridge.show_changed.connect(self._due.start)

    def _tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setAccessibleName(tr("Tasks", "Tasks"))
        tree.setHeaderLabels([tr("Tasks", "Task"), tr("Tasks", "For"), tr("Tasks", "Due")])
        tree.setObjectName("tasks")
        tree.setIndentation(18)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        tree.header().setSectionResizeMode(_WHAT, QHeaderView.ResizeMode.Stretch)
        tree.header().setSectionResizeMode(_FOR, QHeaderView.ResizeMode.Interactive)
        tree.header().setSectionResizeMode(_DUE, QHeaderView.ResizeMode.ResizeToContents)
        tree.header().setStretchLastSection(False)
        tree.header().resizeSection(_FOR, 400)
        tree.itemChanged.connect(self._on_ticked)
        tree.itemActivated.connect(lambda item, _: self._open(item))
        tree.itemExpanded.connect(lambda item: self._closed.discard(item.data(_WHAT, _GROUP)))
        tree.itemCollapsed.connect(lambda item: self._closed.add(item.data(_WHAT, _GROUP)))
        return tree

    # Reading --------------------------------------------------------------------------------------------------------------

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._refresh()

    def _refresh(self) -> None:
        if not self.isVisible():
            return
        tasks = self._plan.tasks(done=self.with_done.isChecked())
        if tasks == self._shown and self.tree.topLevelItemCount():
            return
        self._shown = tasks
        chosen, place = self._chosen_id(), self.tree.verticalScrollBar().value()
        with QSignalBlocker(self.tree):
            self.tree.clear()
            for title, some in self._groups(tasks):
                self._add_group(title, some, chosen)
        self._stack.setCurrentIndex(0 if tasks else 1)
        self.tree.verticalScrollBar().setValue(place)

    def _groups(self, tasks: Sequence[Task]) -> list[tuple[str, list[Task]]]:
        today = self._plan.today()
        groups: list[tuple[str, list[Task]]] = [
            (tr("Tasks", "Long overdue"), [one for one in tasks if one.overdue and one.due < today - LONG_AGO]),
            (tr("Tasks", "Overdue"), [one for one in tasks if one.overdue and one.due >= today - LONG_AGO]),
            (tr("Tasks", "Next 7 days"), [one for one in tasks if not one.done and today <= one.due <= today + SOON]),
            (tr("Tasks", "Later"), [one for one in tasks if not one.done and one.due > today + SOON]),
            (tr("Tasks", "Done"), [one for one in tasks if one.done]),
        ]
        return [(title, some) for title, some in groups if some]

    def _add_group(self, title: str, tasks: Sequence[Task], chosen: str) -> None:
        head = QTreeWidgetItem([f"{title} · {len(tasks)}"])
        head.setFlags(Qt.ItemFlag.ItemIsEnabled)
        head.setData(_WHAT, _GROUP, title)
        font = QFont(self.tree.font())
        font.setBold(True)
        head.setFont(_WHAT, font)
        self.tree.addTopLevelItem(head)
        head.setFirstColumnSpanned(True)
        for task in tasks:
            item = self._item(task)
            head.addChild(item)
            if task.id == chosen:
                self.tree.setCurrentItem(item)
        head.setExpanded(title not in self._closed)

    def _item(self, task: Task) -> QTreeWidgetItem:
        context = self._context
        values = context.formats.finding_values(task.data, context.language)
        day = self._day(date.fromisoformat(str(task.data["date"])))
        name = f"{values['name']} · {values['market']}" if task.subject is TaskSubject.FESTIVAL else values["name"]
        item = QTreeWidgetItem([task_text(task, values), f"{name} · {day}", self._day(task.due)])
        item.setData(_WHAT, _TASK, task)
        item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
        item.setCheckState(_WHAT, Qt.CheckState.Checked if task.done else Qt.CheckState.Unchecked)
        item.setToolTip(_WHAT, "\n".join(filter(None, (item.text(_WHAT), task_note(values)))))
        if task.overdue:
            item.setForeground(_DUE, context.theme.colour("error"))
        return item

    def _day(self, day: date) -> str:
        return self._context.formats.day(day, self._context.language)

    def _chosen_id(self) -> str:
        item = self.tree.currentItem()
        task = item.data(_WHAT, _TASK) if item is not None else None
        return task.id if isinstance(task, Task) else ""

    # What the user does ---------------------------------------------------------------------------------------------------

    def _on_ticked(self, item: QTreeWidgetItem, column: int) -> None:
        task = item.data(_WHAT, _TASK)
        if column != _WHAT or not isinstance(task, Task):
            return
        done, text = item.checkState(_WHAT) is Qt.CheckState.Checked, item.text(_WHAT)
        if self._context.attempt(lambda: self._plan.tick(task.id, done=done)):
            words = tr("Tasks", "Done: {task}", task=text) if done else tr("Tasks", "Reopened: {task}", task=text)
            self.done.show_done(words)

    def _open(self, item: QTreeWidgetItem) -> None:
        task = item.data(_WHAT, _TASK)
        if not isinstance(task, Task):
            return
        if task.subject is TaskSubject.OCCURRENCE:
            self.show_actions.open(task.subject_id)
        elif task.subject is TaskSubject.AIRING:
            coming = next((one for one in self._plan.upcoming(60) if one.airing_id == task.subject_id), None)
            if coming is not None:
                self.show_actions.open(coming.key)
