"""The segment form: what it sells, how long it takes, who takes part, and what the host must not forget."""

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.base.localized_text import pick, with_text
from app.domain.catalogue.product import Role
from app.domain.rundown.rundown import Act, Cue, Segment
from app.domain.show import PLANNED_S_BOUNDS, Show, ShowError, segment_by_id
from app.domain.show_editing import change_segment, new_id
from app.ui.catalogue.product_choice import ProductChoice
from app.ui.context import WindowContext
from app.ui.figures import act_words
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.clocks import clock, read_clock
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.scroll_dialog import ScrollDialog
from app.ui.kit.theme import set_property
from app.ui.kit.translated_field import TranslatedField


def role_words() -> tuple[tuple[str, str], ...]:
    """The roles of a segment's product; "" sells nothing."""
    return (
        ("", tr("Rundown", "Not selling")),
        (Role.HERO.value, tr("Rundown", "Hero: makes the profit")),
        (Role.TRAFFIC.value, tr("Rundown", "Traffic: attracts viewers")),
        (Role.BACKUP.value, tr("Rundown", "Backup: ready to step in")),
    )


class SegmentDialog(ScrollDialog):
    """Changes apply at once. Closes when its segment is removed."""

    def __init__(self, context: WindowContext, segment_id: str, parent: QWidget) -> None:
        super().__init__(parent, tr("Rundown", "Segment"))
        self._context = context
        self._id = segment_id
        self._cues: list[tuple[QWidget, QLineEdit]] = []
        self.resize(560, 680)
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        self.body.addLayout(form)  # before it is filled: Qt styles a widget twice when it gets a parent later
        self.title_line = self._line("title", tr("Rundown", "Title"), form)
        self.act = self._choice(tr("Rundown", "Act"), [(act.value, act_words(act)) for act in Act], form)
        self.act.activated.connect(lambda _: self._change("act", act=Act(self.act.currentData())))
        self.length = QLineEdit()
        self.length.setAccessibleName(tr("Rundown", "Planned length"))
        self.length.setPlaceholderText("5:00")
        self.length.editingFinished.connect(self._on_length)
        form.addRow(label(tr("Rundown", "Planned length"), "muted"), self.length)
        self.product = self._product_choice(tr("Rundown", "Product"), tr("Rundown", "No product"), form)
        self.role = self._choice(tr("Rundown", "Role"), list(role_words()), form)
        self.backup = self._product_choice(tr("Rundown", "Backup"), tr("Rundown", "No backup"), form)
        self.scene = self._choice(tr("Rundown", "Scene"), [], form)
        self.product.chosen.connect(self._on_product)
        self.backup.chosen.connect(lambda product_id: self._change("backup", backup_id=product_id))
        self.scene.activated.connect(lambda _: self._change("scene", scene_id=self.scene.currentData() or ""))
        self.role.activated.connect(lambda _: self._change("role", role=Role(self.role.currentData()) if self.role.currentData() else None))
        self.host = self._line("host", tr("Rundown", "Host"), form)
        self.interpreter = self._line("interpreter", tr("Rundown", "Interpreter"), form)
        self.draw = self._line("draw", tr("Rundown", "Prize draw"), form)
        self.draw.setPlaceholderText(tr("Rundown", "Prize to draw in this segment"))
        self._flags = {
            "needs_interpreter": self._flag("needs_interpreter", tr("Rundown", "Needs an interpreter")),
            "share_moment": self._flag("share_moment", tr("Rundown", "Ask viewers to share")),
            "countdown": self._flag("countdown", tr("Rundown", "Show viewers a countdown in markets that accept it")),
        }
        self.body.addWidget(label(tr("Rundown", "Cues"), "heading"))
        self.body.addWidget(label(tr("Rundown", "What to do or say besides the product’s points. Tick in any order."), "hint", wrap=True))
        self._cue_column = QVBoxLayout()
        self.body.addLayout(self._cue_column)
        row = QHBoxLayout()
        row.addWidget(push_button(tr("Rundown", "Add cue"), self._add_cue))
        row.addStretch(1)
        self.body.addLayout(row)
        self.script = TranslatedField(
            tr("Rundown", "Full script"),
            paragraph=True,
            hint=tr("Rundown", "Talking from points sounds better than reading, and keeps your eyes on the buyer."),
        )
        self.script.edited.connect(lambda words: self._change("script", script=words))
        self.body.addWidget(self.script)
        self.note = self._line("note", tr("Rundown", "Note for the crew"), None)
        self.body.addStretch(1)
        self.buttons.addWidget(push_button(tr("Rundown", "Done"), self.accept, role="primary"))
        context.bridge.show_changed.connect(self._read)
        self._read()

    # Building -------------------------------------------------------------------------------------------------------------

    def _line(self, field: str, title: str, form: QFormLayout | None) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(title)
        line.textEdited.connect(lambda text: self._change(field, **{field: text}))
        if form is not None:
            form.addRow(label(title, "muted"), line)
        else:
            self.body.addWidget(label(title, "muted"))
            self.body.addWidget(line)
        return line

    def _product_choice(self, title: str, nothing: str, form: QFormLayout) -> ProductChoice:
        studio = self._context.studio
        field = ProductChoice(
            title, nothing, lambda: studio.document.show.products, lambda: studio.document.show.presentation.host_language
        )
        form.addRow(label(title, "muted"), field)
        return field

    def _choice(self, title: str, entries: list[tuple[str, str]], form: QFormLayout) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(title)
        for value, words in entries:
            box.addItem(words, value)
        form.addRow(label(title, "muted"), box)
        return box

    def _flag(self, field: str, title: str) -> QCheckBox:
        box = QCheckBox(title)
        box.clicked.connect(lambda checked: self._change(field, **{field: checked}))
        self.body.addWidget(box)
        return box

    # Changing -------------------------------------------------------------------------------------------------------------

    def _change(self, field: str, **changes: Any) -> None:
        self._apply(field, lambda show: change_segment(show, self._id, **changes))

    def _apply(self, field: str, change: Callable[[Show], Show]) -> None:
        self._context.edit_show("Edit segment", change, merge=f"segment.{self._id}.{field}")

    def _on_length(self) -> None:
        seconds = read_clock(self.length.text())
        valid = seconds is not None and PLANNED_S_BOUNDS[0] <= seconds <= PLANNED_S_BOUNDS[1]
        set_property(self.length, "invalid", not valid)
        self.length.setToolTip("" if valid else tr("Rundown", "Minutes and seconds, such as 4:30"))
        if valid:
            self._change("length", planned_s=seconds)

    def _on_product(self, product_id: str) -> None:
        changes: dict[str, Any] = {"product_id": product_id}
        segment = segment_by_id(self._context.studio.document.show, self._id)
        product = self._context.studio.control.products.find(product_id)
        if product is not None and segment.role is None:
            changes["role"] = Role.HERO if product.role is Role.BACKUP else product.role
        elif product is None:
            changes["role"] = None
        self._change("product", **changes)

    def _set_cues(self, change: Callable[[list[Cue]], None], field: str) -> None:
        def apply(show: Show) -> Show:
            cues = list(segment_by_id(show, self._id).cues)
            change(cues)
            return change_segment(show, self._id, cues=tuple(cues))

        self._apply(field, apply)

    def _add_cue(self) -> None:
        self._set_cues(lambda cues: cues.append(Cue(new_id(), {})), new_id())
        self._cues[-1][1].setFocus()

    def _edit_cue(self, place: int, text: str) -> None:
        language = self._context.studio.document.show.presentation.host_language

        def change(cues: list[Cue]) -> None:
            cues[place] = Cue(cues[place].id, with_text(cues[place].text, language, text))

        self._set_cues(change, f"cue.{place}")

    # Reading --------------------------------------------------------------------------------------------------------------

    def _read(self) -> None:
        show = self._context.studio.document.show
        try:
            segment = segment_by_id(show, self._id)
        except ShowError:
            self.reject()
            return
        for line, text in (
            (self.title_line, segment.title),
            (self.host, segment.host),
            (self.interpreter, segment.interpreter),
            (self.draw, segment.draw),
            (self.note, segment.note),
        ):
            if line.text() != text:
                line.setText(text)
        if not self.length.hasFocus():
            self.length.setText(clock(segment.planned_s))
        self._fill_scenes(show)
        products = self._context.studio.control.products
        self.product.show_product(products.find(segment.product_id))
        self.backup.show_product(products.find(segment.backup_id))
        for box, value in (
            (self.act, segment.act.value),
            (self.scene, segment.scene_id),
            (self.role, segment.role.value if segment.role else ""),
        ):
            box.setCurrentIndex(max(0, box.findData(value)))
        for field, check in self._flags.items():
            check.setChecked(bool(getattr(segment, field)))
        self.script.show_words(segment.script, show.presentation.host_language)
        self._read_cues(segment, show.presentation.host_language)

    def _fill_scenes(self, show: Show) -> None:
        scenes = [("", tr("Rundown", "No change")), *((scene.id, scene.name) for scene in show.project.scenes)]
        if [self.scene.itemData(i) for i in range(self.scene.count())] != [one for one, _ in scenes]:
            self.scene.clear()
            for value, words in scenes:
                self.scene.addItem(words, value)

    def _read_cues(self, segment: Segment, language: str) -> None:
        if len(segment.cues) != len(self._cues):
            for box, _ in self._cues:
                self._cue_column.removeWidget(box)
                box.hide()
                box.deleteLater()
            self._cues = [self._cue_row(place) for place in range(len(segment.cues))]
        for (_, line), cue in zip(self._cues, segment.cues, strict=True):
            text = pick(cue.text, (language,))[0]
            if line.text() != text:
                line.setText(text)

    def _cue_row(self, place: int) -> tuple[QWidget, QLineEdit]:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        line = QLineEdit()
        line.setAccessibleName(tr("Rundown", "Cue {number}", number=place + 1))
        line.textEdited.connect(lambda text: self._edit_cue(place, text))
        row.addWidget(line, 1)

        def without(cues: list[Cue]) -> None:
            del cues[place]

        def remove() -> None:
            self._set_cues(without, new_id())

        row.addWidget(icon_button(self._context.icons, "remove", tr("Rundown", "Remove cue"), remove))
        self._cue_column.addWidget(box)
        return box, line
