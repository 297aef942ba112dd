"""A form made of declared fields."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QLabel, QScrollArea, QSizePolicy, QToolButton, QVBoxLayout, QWidget

from app.domain.base.errors import FieldError, Value
from app.domain.base.schema import Field, FieldType, checked
from app.ui.kit.editors import EDITORS, Editor, EditorResources
from app.ui.kit.language import declared, tr


def reason_words(error: FieldError) -> str:
    """Why a value was refused."""
    words = {
        "minimum": tr("Form", "Enter at least {limit}.", limit=error.data.get("limit", "")),
        "maximum": tr("Form", "Enter at most {limit}.", limit=error.data.get("limit", "")),
        "choice": tr("Form", "Choose one from the list."),
        "colour": tr("Form", "Enter a valid colour."),
    }
    return words.get(str(error.data.get("reason", "")), tr("Form", "Enter a valid value."))


@dataclass(frozen=True, slots=True)
class Group:
    """Declared settings on one page."""

    title: str
    fields: tuple[Field, ...]


class Form(QWidget):
    """One row per field: title, editor, help below; advanced fields behind a button.

    `changed` carries (key, checked value) of the user's change; an invalid value is refused with a text below the field.
    """

    changed = Signal(str, object)

    def __init__(self, fields: Sequence[Field], resources: EditorResources, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fields = {field.key: field for field in fields}
        self._editors: dict[str, Editor] = {}
        self._errors: dict[str, QLabel] = {}
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.setSpacing(4)
        for field in fields:
            if not field.advanced:
                self._add_row(self._layout, field, resources)
        self._add_advanced([field for field in fields if field.advanced], resources)
        self._layout.addStretch(1)

    @property
    def keys(self) -> tuple[str, ...]:
        """The fields' keys, in order."""
        return tuple(self._fields)

    def editor(self, key: str) -> Editor:
        """The editor of a field; raises KeyError if the form does not have it."""
        return self._editors[key]

    def _add_row(self, layout: QVBoxLayout, field: Field, resources: EditorResources) -> None:
        editor = EDITORS[field.type](field, resources)
        if field.type is not FieldType.FLAG:
            label = QLabel(declared(field.title))
            label.setObjectName("muted")
            label.setBuddy(editor)
            layout.addWidget(label)
        layout.addWidget(editor)
        if field.help:
            hint = QLabel(declared(field.help))
            hint.setObjectName("hint")
            hint.setWordWrap(True)
            hint.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
            layout.addWidget(hint)
        error = QLabel()
        error.setObjectName("error")
        error.setWordWrap(True)
        error.hide()
        layout.addWidget(error)
        layout.addSpacing(4)
        editor.edited.connect(lambda value, key=field.key: self._on_edited(key, value))
        self._editors[field.key] = editor
        self._errors[field.key] = error

    def _add_advanced(self, fields: Sequence[Field], resources: EditorResources) -> None:
        if not fields:
            return
        if not self._editors:  # nothing else is here: a collapsed form would be a puzzle
            for field in fields:
                self._add_row(self._layout, field, resources)
            return
        button = QToolButton()
        button.setText(tr("Form", "More settings"))
        button.setCheckable(True)
        button.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        button.setIcon(resources.icons.icon("down", "muted"))
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        more = QWidget()
        layout = QVBoxLayout(more)
        layout.setContentsMargins(0, 4, 0, 0)
        layout.setSpacing(4)
        for field in fields:
            self._add_row(layout, field, resources)
        more.hide()
        button.toggled.connect(more.setVisible)
        button.toggled.connect(lambda opened: QTimer.singleShot(0, more, lambda: self._scroll_to(button, more)) if opened else None)
        button.toggled.connect(lambda opened: button.setIcon(resources.icons.icon("up" if opened else "down", "muted")))
        self._layout.addWidget(button)
        self._layout.addWidget(more)

    def _scroll_to(self, button: QWidget, more: QWidget) -> None:
        """Scroll so that the opened part is visible, with its button on top if it is long."""
        area = self.parentWidget()
        while area is not None and not isinstance(area, QScrollArea):
            area = area.parentWidget()
        if isinstance(area, QScrollArea):
            area.ensureWidgetVisible(more, 0, 0)
            area.ensureWidgetVisible(button, 0, 0)

    def add_below(self, key: str, title: str, widget: QWidget, help_text: str = "") -> None:
        """Add a row below a field for something that is not a declared field; raises KeyError if the form does not have the field."""
        error = self._errors[key]
        parent = error.parentWidget()
        layout = parent.layout() if parent is not None else None
        if not isinstance(layout, QVBoxLayout):
            raise KeyError(key)
        heading = QLabel(title)
        heading.setObjectName("muted")
        heading.setBuddy(widget)
        place = layout.indexOf(error) + 2  # after the space that ends the field's row
        hint = QLabel(help_text)
        hint.setObjectName("hint")
        hint.setWordWrap(True)
        for offset, one in enumerate((heading, widget, hint)):
            layout.insertWidget(place + offset, one)
        hint.setVisible(bool(help_text))

    def show_values(self, values: Mapping[str, Value]) -> None:
        """Show these values, except in a field that the user is editing."""
        for key, editor in self._editors.items():
            if key in values:
                editor.show_value(values[key])

    def refresh_devices(self) -> None:
        """Refill the device pickers."""
        for editor in self._editors.values():
            editor.refresh_devices()

    def _on_edited(self, key: str, value: Value) -> None:
        label = self._errors[key]
        try:
            taken = checked(self._fields[key], value)
        except FieldError as error:
            label.setText(reason_words(error))
            label.show()
            return
        label.hide()
        self.changed.emit(key, taken)
