"""The rundown panel: segments in order with their times, the rundown's clock above them, the plan's problems below."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from operator import is_

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QMenu, QPushButton, QStackedLayout, QWidget

from app.domain import show_editing as editing
from app.domain.base.errors import Value
from app.domain.base.localized_text import pick
from app.domain.base.notice import Notice, Severity
from app.domain.catalogue.product import Product
from app.domain.rundown.rundown import Act, Run, Segment, allotted_s
from app.domain.show import Show, segment_by_id
from app.ui.catalogue.product_list import PRODUCT_TYPE, Thumbnails, role_badge
from app.ui.context import WindowContext
from app.ui.figures import act_words
from app.ui.kit.buttons import hand_over_focus, icon_button, push_button
from app.ui.kit.clocks import clock
from app.ui.kit.editors import column
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons
from app.ui.rundown.findings import FindingsBar
from app.ui.rundown.run_head import RunHead
from app.ui.rundown.segment_list import ROW_PX, THUMB_PX, SegmentLine, SegmentView, dropped_products

GO_KEYS = "Ctrl+Return"
LIST_SHARE, FINDINGS_SHARE = 3, 2  # of the height, while the findings are open


class _EmptyPlan(EmptyState):
    """Shown while there are no segments; accepts dropped products."""

    products_dropped = Signal(list, int)

    def __init__(self, icons: Icons, icon: str, title: str, text: str, action: QPushButton) -> None:
        super().__init__(icons, icon, title, text, action)
        self.setAcceptDrops(True)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasFormat(PRODUCT_TYPE):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.products_dropped.emit(dropped_products(event.mimeData()), 0)


class RundownPanel(QWidget):
    """Checks the plan while the user writes it, and controls the running rundown.

    Enter or a double click opens a segment's form, running or not. Ctrl+Enter, a button or the menu switches to the segment while the
    rundown runs. Rows are dragged to reorder them, and products are dropped between them.
    """

    def __init__(self, context: WindowContext, thumbnails: Thumbnails | None = None) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._runner = context.studio.control.runner
        self._begins: Mapping[str, int] = {}
        self._products = context.studio.control.products
        self._lines: dict[str, tuple[tuple[object, ...], SegmentLine]] = {}  # by segment, with what it was made from
        self._revealed = ""
        self._run = Run()  # as shown
        layout = column(self, margin=8, spacing=4)
        self.head = RunHead(context)
        layout.addWidget(self.head)
        self.list = SegmentView(
            context.theme,
            context.icons,
            thumbnails or Thumbnails(context.studio.pictures.get, THUMB_PX),
            self._describe,
            act_words,
        )
        self.list.setMinimumHeight(2 * ROW_PX)
        self.head.rest = self.list
        self.list.setAccessibleName(tr("Rundown", "Rundown"))
        self._stack = QStackedLayout()
        self._stack.addWidget(self.list)
        self.plan_button = push_button(tr("Rundown", "Create from my products"), self.plan, role="primary")
        self.empty = _EmptyPlan(
            context.icons,
            "rundown",
            tr("Rundown", "No rundown yet"),
            tr("Rundown", "Drag products here, or start with a rundown in three acts."),
            self.plan_button,
        )
        self.empty.products_dropped.connect(self.add_products)
        self._stack.addWidget(self.empty)
        layout.addLayout(self._stack, LIST_SHARE)
        self.findings = FindingsBar(context, self._go_to, self.list.refresh)
        layout.addWidget(self.findings)
        self.findings.opened.connect(lambda on: layout.setStretchFactor(self.findings, FINDINGS_SHARE if on else 0))
        layout.addLayout(self._buttons())
        self.list.opened.connect(self.open)
        self.list.removed.connect(self.remove)
        going = QShortcut(QKeySequence(GO_KEYS), self.list, lambda: self._switch_to(self.list.current_id()))
        going.setContext(Qt.ShortcutContext.WidgetShortcut)
        self.list.moved.connect(self._move)
        self.list.products_dropped.connect(self.add_products)
        self.list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.list.customContextMenuRequested.connect(self._show_menu)
        self.head.ticked.connect(self._on_tick)
        context.bridge.show_changed.connect(self._on_show_changed)
        context.bridge.run_changed.connect(self._on_run_changed)
        self._on_show_changed()

    # Building -------------------------------------------------------------------------------------------------------------

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        icons = self._context.icons
        row.addWidget(icon_button(icons, "add", tr("Rundown", "Add segment"), self.add))
        self.duplicate_button = icon_button(icons, "duplicate", tr("Rundown", "Duplicate"), self.duplicate)
        self.open_button = icon_button(icons, "rename", tr("Rundown", "Edit"), lambda: self.open(self.list.current_id()))
        self.remove_button = icon_button(icons, "remove", tr("Rundown", "Remove"), self.remove)
        keys = QKeySequence(GO_KEYS).toString(QKeySequence.SequenceFormat.NativeText)
        self.go_button = icon_button(
            icons, "play", tr("Rundown", "Go to this segment ({keys})", keys=keys), lambda: self._switch_to(self.list.current_id())
        )
        row.addWidget(self.duplicate_button)
        row.addWidget(self.open_button)
        row.addWidget(self.go_button)
        row.addStretch(1)
        row.addWidget(self.remove_button)
        return row

    # Reading --------------------------------------------------------------------------------------------------------------

    def _on_show_changed(self) -> None:
        show = self._context.studio.document.show
        begins, at = {}, 0
        for segment in show.segments:
            begins[segment.id] = at
            at += segment.planned_s
        self._begins = begins
        if len(self._lines) > 2 * len(begins) + 100:
            self._lines.clear()
        self.list.show_segments(show.segments)
        self._stack.setCurrentIndex(0 if show.segments else 1)
        self.plan_button.setEnabled(bool(show.products))
        for button in (self.duplicate_button, self.open_button, self.remove_button):
            button.setEnabled(bool(show.segments))
        self.findings.refresh()
        self._on_run_changed()
        self.list.refresh()

    def _on_run_changed(self) -> None:
        before, run, current = self._run, self._runner.run, self._runner.current
        self._run = run
        if current is not None and run.running and not before.running:
            self.list.choose(current.id)  # select it: Enter in the list must not act on another segment
        self.head.refresh()
        if not run.running:
            hand_over_focus(self.go_button, self.list)
        self.go_button.setEnabled(run.running)
        if current is not None and current.id != self._revealed:
            self.list.reveal(current.id)
        self._revealed = current.id if current is not None else ""
        if (run.running, run.started_ms) != (before.running, before.started_ms):
            self.list.refresh()
        else:
            self.list.refresh_rows(before.segment_id, run.segment_id)  # the other rows don't change

    def _on_tick(self) -> None:
        self.list.refresh_rows(self._runner.run.segment_id)

    def _describe(self, segment: Segment) -> SegmentLine:
        run = self._runner.run
        known = self._lines.get(segment.id)
        of = (
            segment,
            self._products.find(segment.product_id),
            self._products.find(segment.backup_id),
            self._context.studio.document.show.presentation,
        )
        if known is None or not all(map(is_, known[0], of)):
            known = self._lines[segment.id] = (of, self._line(segment, of[1], of[2]))
        now = run.running and run.segment_id == segment.id
        spent = run.spent_s.get(segment.id)
        left_s = self._runner.timing().slot_left_s if now else 0.0
        return replace(
            known[1],
            begins=clock(self._begins.get(segment.id, 0)),
            length=clock(left_s) if now else clock(allotted_s(segment, run)),
            state="now" if now else "past" if spent is not None and run.started_ms is not None else "",
            level=self.findings.level_of(segment.id),
            overtime=now and left_s < 0,
        )

    def _line(self, segment: Segment, product: Product | None, backup: Product | None) -> SegmentLine:
        """The part of a row that doesn't depend on the clock; memoized by segment and products."""
        language = (self._context.studio.document.show.presentation.host_language,)
        details = []
        if product is not None:
            details.append(pick(product.name, language)[0] or product.sku)
        if backup is not None:
            details.append(tr("Rundown", "Backup: {name}", name=pick(backup.name, language)[0] or backup.sku))
        if segment.host:
            details.append(segment.host)
        marks = (
            ("globe", segment.needs_interpreter),
            ("share", segment.share_moment),
            ("gift", bool(segment.draw)),
            ("clock", segment.countdown),
            ("cue", bool(segment.cues)),
        )
        return SegmentLine(
            begins="",
            length="",
            detail=" · ".join(details),
            badge=role_badge(segment.role) if segment.role is not None else "",
            picture=product.pictures[0] if product is not None and product.pictures else "",
            marks=tuple(name for name, on in marks if on),
        )

    # What the user does ---------------------------------------------------------------------------------------------------

    def _do(self, action_id: str) -> None:
        self._context.studio.actions.run(action_id)

    def _switch_to(self, segment_id: str) -> None:
        if segment_id and self._runner.run.running:
            self.jump(segment_id)

    def jump(self, segment_id: str) -> None:
        """Switch to a segment without asking, and offer the way back."""
        before = self._runner.current
        if self._context.attempt(lambda: self._runner.enter(segment_id)) and before is not None and before.id != segment_id:
            data: dict[str, Value] = {
                "segment": segment_by_id(self._context.studio.document.show, segment_id).title,
                "before": before.title,
            }
            self._context.bridge.tell(Notice(Severity.INFO, "window.jumped", data, "window.jumped", ("run.back",)))

    def open(self, segment_id: str) -> None:
        """Open the segment's form, or raise the open one."""
        if segment_id:
            self._context.openers.open_segment(segment_id)

    def _place(self) -> int:
        """The index after the selected row, or the end."""
        row = self.list.rows.row_of(self.list.current_id())
        return row + 1 if row >= 0 else len(self._context.studio.document.show.segments)

    def add(self) -> None:
        """Add a segment after the selected one and open its form."""
        show, place = self._context.studio.document.show, self._place()
        act = show.segments[place - 1].act if place else Act.OPEN
        segment = Segment(editing.new_id(), tr("Rundown", "New segment"), act=act)
        if self._context.edit_show("Add segment", lambda show: editing.put_segment(show, segment, place)):
            self.list.choose(segment.id)
            self.open(segment.id)

    def add_products(self, product_ids: Sequence[str], place: int) -> None:
        """Add a segment for each of these products."""
        language = (self._context.studio.document.show.presentation.host_language,)

        def change(show: Show) -> Show:
            act = show.segments[place - 1].act if place and show.segments else Act.MIDDLE
            for number, product_id in enumerate(product_ids):
                product = self._products.find(product_id)
                if product is not None:
                    made = editing.segment_for(product, title=pick(product.name, language)[0], act=Act.MIDDLE if act is Act.OPEN else act)
                    show = editing.put_segment(show, made, place + number)
            return show

        self._context.edit_show("Add segments", change)

    def plan(self) -> None:
        """Add three acts: a welcome, a segment for each hero and traffic product, a close."""
        language = (self._context.studio.document.show.presentation.host_language,)
        welcome = Segment(editing.new_id(), tr("Rundown", "Welcome: who we are and where our products come from"), Act.OPEN, 240)
        close = Segment(editing.new_id(), tr("Rundown", "Thanks, and see you next time"), Act.END, 180, share_moment=True)
        self._context.edit_show("Create rundown", lambda show: editing.planned_show(show, welcome, close, language))

    def duplicate(self) -> None:
        """Duplicate the selected segment."""
        here = self.list.current_id()
        if here:
            self._context.edit_show("Duplicate segment", lambda show: editing.duplicate_segment(show, here)[0])

    def remove(self) -> None:
        """Remove the selection and offer to undo it."""
        ids = self.list.chosen_ids()
        if not ids:
            return
        name = segment_by_id(self._context.studio.document.show, ids[0]).title
        if self._context.edit_show("Remove segment", lambda show: editing.remove_segments(show, ids)):
            self._context.bridge.tell(Notice(Severity.INFO, "window.segment_removed", {"name": name}, "window.removed", ("edit.undo",)))

    def _move(self, ids: Sequence[str], place: int) -> None:
        self._context.edit_show("Move segment", lambda show: editing.move_segments(show, ids, place))
        if ids:
            self.list.choose(ids[0])

    def _go_to(self, kind: str, subject_id: str, field: str) -> None:
        """Open the subject of a finding."""
        if kind == "segment":
            self.list.choose(subject_id)
            self.open(subject_id)
        else:
            self._context.openers.open_subject(kind, subject_id, field)

    def _show_menu(self, point: QPoint) -> None:
        here = self.list.current_id()
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        icons = self._context.icons
        if here and self._runner.run.running:
            menu.addAction(icons.icon("play"), tr("Rundown", "Go to this segment"), lambda: self.jump(here))
            menu.addSeparator()
        menu.addAction(icons.icon("add"), tr("Rundown", "Add segment"), self.add)
        if here:
            menu.addAction(icons.icon("rename"), tr("Rundown", "Edit"), lambda: self.open(here))
            menu.addAction(icons.icon("duplicate"), tr("Rundown", "Duplicate"), self.duplicate)
            menu.addSeparator()
            menu.addAction(icons.icon("remove"), tr("Rundown", "Remove"), self.remove)
        menu.popup(self.list.mapToGlobal(point))
