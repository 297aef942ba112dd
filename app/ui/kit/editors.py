"""One editor for each type of declared field."""

from abc import abstractmethod
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from dataclasses import field as made
from typing import TypeVar

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QColor, QFontDatabase, QWheelEvent
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QCheckBox,
    QColorDialog,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QPushButton,
    QSpinBox,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.errors import Value
from app.domain.base.schema import Field, FieldType, parse_colour
from app.ui.kit.file_dialogs import MEDIA, FileDialogs
from app.ui.kit.language import declared, tr
from app.ui.kit.theme import Icons

AnyNumberBox = TypeVar("AnyNumberBox", QSpinBox, QDoubleSpinBox)

INTEGER_LIMIT = 2**31 - 1
PARAGRAPH_HEIGHT_PX = 84


@dataclass(frozen=True, slots=True)
class EditorResources:
    """What editors use. `device_editor` makes the picker of cameras, microphones or monitors for a field."""

    icons: Icons
    device_editor: "Callable[[Field], Editor]"
    file_dialogs: FileDialogs = made(default_factory=FileDialogs)


class Editor(QWidget):
    """The base of all editors. `edited` carries the new value; `show_value` does not emit it."""

    edited = Signal(object)

    def __init__(self, field: Field, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._field = field
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(0, 0, 0, 0)
        self._row.setSpacing(4)

    def _take(self, widget: QWidget) -> None:
        """Add the widget that takes the keyboard, with the accessible name of the field."""
        widget.setAccessibleName(declared(self._field.title))
        widget.setAccessibleDescription(declared(self._field.help))
        self._row.addWidget(widget, 1)
        self.setFocusProxy(widget)

    @abstractmethod
    def show_value(self, value: Value) -> None:
        """Show a value that changed elsewhere."""

    def refresh_devices(self) -> None:
        """List the devices again. Only device pickers do something here."""


def roomy(box: QAbstractSpinBox) -> None:
    """Indent the digits as much as the text of a text field. The style sheet cannot do this."""
    line = box.findChild(QLineEdit)
    if line is not None:
        line.setTextMargins(6, 0, 2, 0)


class _CalmSpinBox(QSpinBox):
    """Ignores the wheel without focus, so that scrolling a form changes nothing."""

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class _CalmDoubleSpinBox(QDoubleSpinBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


class CalmComboBox(QComboBox):
    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event) if self.hasFocus() else event.ignore()


def _number_box(box: AnyNumberBox, field: Field) -> AnyNumberBox:
    """Set up what all number fields share: unit, focus, and a value that counts when typing ends."""
    roomy(box)
    box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    box.setSuffix(f" {field.unit}" if field.unit else "")
    box.setKeyboardTracking(False)
    return box


class FlagEditor(Editor):
    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        del resources
        self._box = QCheckBox(declared(field.title))
        self._take(self._box)
        self._box.toggled.connect(self.edited.emit)

    def show_value(self, value: Value) -> None:
        with QSignalBlocker(self._box):
            self._box.setChecked(bool(value))


class IntegerEditor(Editor):
    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        del resources
        self._box = _number_box(_CalmSpinBox(), field)
        self._box.setRange(
            int(field.minimum) if field.minimum is not None else -INTEGER_LIMIT,
            int(field.maximum) if field.maximum is not None else INTEGER_LIMIT,
        )
        self._box.setSingleStep(int(field.step or 1))
        self._take(self._box)
        self._box.valueChanged.connect(self.edited.emit)

    def show_value(self, value: Value) -> None:
        with QSignalBlocker(self._box):
            self._box.setValue(int(value))


class NumberEditor(Editor):
    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        del resources
        self._box = _number_box(_CalmDoubleSpinBox(), field)
        self._box.setRange(
            field.minimum if field.minimum is not None else -INTEGER_LIMIT, field.maximum if field.maximum is not None else INTEGER_LIMIT
        )
        self._box.setDecimals(2 if (field.step or 1) < 0.1 else 1)
        self._box.setSingleStep(field.step or 1)
        self._take(self._box)
        self._box.valueChanged.connect(self.edited.emit)

    def show_value(self, value: Value) -> None:
        with QSignalBlocker(self._box):
            self._box.setValue(float(value))


class TextEditor(Editor):
    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        del resources
        self._line = QLineEdit()
        self._take(self._line)
        self._line.textEdited.connect(self.edited.emit)

    def show_value(self, value: Value) -> None:
        if self._line.text() != str(value):
            self._line.setText(str(value))


class SecretEditor(Editor):
    """Takes a secret and never shows it: `show_value` only gets whether there is one. `edited` carries it when typing ends; "" = none."""

    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        self._line = QLineEdit()
        self._line.setEchoMode(QLineEdit.EchoMode.Password)
        self._take(self._line)
        self._remove = QToolButton()
        self._remove.setIcon(resources.icons.icon("remove", "muted"))
        self._remove.setToolTip(tr("Form", "Remove"))
        self._remove.setAccessibleName(tr("Form", "Remove"))
        self._remove.clicked.connect(self._on_removed)
        self._row.addWidget(self._remove)
        self._line.editingFinished.connect(self._on_finished)
        self.show_value("")

    def show_value(self, value: Value) -> None:
        self._line.setPlaceholderText("••••••••" if value else "")
        self._remove.setVisible(bool(value))

    def _on_finished(self) -> None:
        secret = self._line.text()
        if secret:
            self._line.clear()
            self.edited.emit(secret)

    def _on_removed(self) -> None:
        self._line.clear()
        self.edited.emit("")


class ParagraphEditor(Editor):
    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        del resources
        self._text = QPlainTextEdit()
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(PARAGRAPH_HEIGHT_PX)
        self._take(self._text)
        self._text.textChanged.connect(lambda: self.edited.emit(self._text.toPlainText()))

    def show_value(self, value: Value) -> None:
        if self._text.toPlainText() != str(value):
            with QSignalBlocker(self._text):
                self._text.setPlainText(str(value))


class ChoiceEditor(Editor):
    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        del resources
        self._box = CalmComboBox()
        self._box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        for choice in field.choices:
            self._box.addItem(declared(choice.title), choice.value)
        self._take(self._box)
        self._box.activated.connect(lambda index: self.edited.emit(self._box.itemData(index)))

    def show_value(self, value: Value) -> None:
        self._box.setCurrentIndex(self._box.findData(value))


class ColourEditor(Editor):
    """A button in the colour. Its dialog has an alpha channel."""

    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        del resources
        self._value = str(field.default)
        self._button = QPushButton()
        self._button.setProperty("role", "colour")
        self._take(self._button)
        self._button.clicked.connect(self._pick)

    def show_value(self, value: Value) -> None:
        self._value = str(value)
        colour = QColor(*parse_colour(self._field.key, self._value))
        ink = "#000000" if colour.lightnessF() > 0.55 and colour.alphaF() > 0.4 else "#ffffff"
        if colour.alphaF() <= 0.4:
            self._button.setStyleSheet("")
        else:
            self._button.setStyleSheet(f"background: {colour.name()}; color: {ink};")
        words = colour.name().upper()
        share = round(colour.alphaF() * 100)
        self._button.setText(words if share == 100 else f"{words} · {share} %" if share else tr("Form", "Transparent"))

    def _pick(self) -> None:
        start = QColor(*parse_colour(self._field.key, self._value))
        dialog = QColorDialog(start, self)
        dialog.setOption(QColorDialog.ColorDialogOption.ShowAlphaChannel)
        dialog.setWindowTitle(declared(self._field.title))
        dialog.currentColorChanged.connect(self._picked)
        dialog.rejected.connect(lambda: self._picked(start))
        dialog.open()

    def _picked(self, colour: QColor) -> None:
        value = f"{colour.name()}{colour.alpha():02x}"
        if value != self._value:
            self.show_value(value)
            self.edited.emit(value)


class FileEditor(Editor):
    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        self._file_dialogs = resources.file_dialogs
        self._line = QLineEdit()
        self._line.setPlaceholderText(tr("Form", "Choose a file or enter an address"))
        self._take(self._line)
        button = QToolButton()
        button.setIcon(resources.icons.icon("open"))
        button.setToolTip(tr("Form", "Choose a file…"))
        button.setAccessibleName(tr("Form", "Choose a file…"))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._row.addWidget(button)
        button.clicked.connect(self._pick)
        self._line.editingFinished.connect(self._finished)
        self._shown = ""

    def show_value(self, value: Value) -> None:
        self._shown = str(value)
        if self._line.text() != self._shown:
            self._line.setText(self._shown)

    def _finished(self) -> None:
        if self._line.text() != self._shown:
            self._shown = self._line.text()
            self.edited.emit(self._shown)

    def _pick(self) -> None:
        patterns = " ".join(self._field.patterns)
        filters = [tr("Form", "All files (*)")]
        if patterns:
            filters.insert(0, f"{declared(self._field.title)} ({patterns})")
        path = self._file_dialogs.open_file(self, MEDIA, declared(self._field.title), ";;".join(filters), self._line.text())
        if path:
            self._line.setText(path)
            self._finished()


class FontEditor(Editor):
    def __init__(self, field: Field, resources: EditorResources) -> None:
        super().__init__(field)
        del resources
        self._box = CalmComboBox()
        self._box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._box.addItem(tr("Form", "System default"), "")
        for family in QFontDatabase.families():
            self._box.addItem(family, family)
        self._take(self._box)
        self._box.activated.connect(lambda index: self.edited.emit(self._box.itemData(index)))

    def show_value(self, value: Value) -> None:
        index = self._box.findData(value)
        if index < 0:  # keep and show a font of another computer
            self._box.addItem(str(value), str(value))
            index = self._box.count() - 1
        self._box.setCurrentIndex(index)


def _device_editor(field: Field, resources: EditorResources) -> Editor:
    return resources.device_editor(field)


EDITORS: Mapping[FieldType, Callable[[Field, EditorResources], Editor]] = {
    FieldType.FLAG: FlagEditor,
    FieldType.INTEGER: IntegerEditor,
    FieldType.NUMBER: NumberEditor,
    FieldType.TEXT: TextEditor,
    FieldType.PARAGRAPH: ParagraphEditor,
    FieldType.CHOICE: ChoiceEditor,
    FieldType.COLOUR: ColourEditor,
    FieldType.FILE: FileEditor,
    FieldType.SECRET: SecretEditor,
    FieldType.FONT: FontEditor,
    FieldType.CAMERA: _device_editor,
    FieldType.MICROPHONE: _device_editor,
    FieldType.MONITOR: _device_editor,
}


def column(parent: QWidget, margin: int = 12, spacing: int = 8) -> QVBoxLayout:
    """A vertical layout on the window's grid."""
    layout = QVBoxLayout(parent)
    layout.setContentsMargins(margin, margin, margin, margin)
    layout.setSpacing(spacing)
    return layout
