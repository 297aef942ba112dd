"""A picker for cameras, microphones and monitors."""

from collections.abc import Callable

from PySide6.QtCore import QSignalBlocker, Qt
from PySide6.QtWidgets import QComboBox, QLineEdit

from app.domain.base.errors import Value
from app.domain.base.schema import Field, FieldType
from app.domain.program.device import Device, Devices
from app.ui.kit.editors import CalmComboBox, Editor
from app.ui.kit.language import tr


def _monitor_name(device: Device) -> str:
    """The number first, because many systems have no names for monitors; then name and size."""
    return " · ".join(part for part in (tr("Form", "Monitor {number}", number=device.id), device.name, device.detail) if part)


class DeviceEditor(Editor):
    """Picks a camera, microphone or monitor. A device that is not connected stays chosen and is marked."""

    def __init__(self, field: Field, devices: Callable[[], Devices]) -> None:
        super().__init__(field)
        self._devices = devices
        self._value: Value = field.default
        self._box = CalmComboBox()
        self._box.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        if field.type is FieldType.CAMERA:
            self._box.setEditable(True)  # takes an address too
            self._box.setLineEdit(line := QLineEdit())
            line.editingFinished.connect(self._typed)
        self._take(self._box)
        self._box.activated.connect(self._activated)

    def _found(self) -> tuple[tuple[Value, str], ...]:
        devices, kind = self._devices(), self._field.type
        if kind is FieldType.MONITOR:
            monitors = tuple((int(device.id), _monitor_name(device)) for device in devices.monitors if device.id != "0")
            return (*(monitors or ((1, tr("Form", "Monitor {number}", number=1)),)), (0, tr("Form", "All monitors")))
        cameras = kind is FieldType.CAMERA
        first = tr("Form", "First available camera") if cameras else tr("Form", "System default")
        found: tuple[Device, ...] = devices.cameras if cameras else devices.microphones
        return (("", first), *((device.id, f"{device.name} · {device.detail}" if device.detail else device.name) for device in found))

    def refresh_devices(self) -> None:
        self.show_value(self._value)

    def show_value(self, value: Value) -> None:
        self._value = value
        found = self._found()
        with QSignalBlocker(self._box):
            self._box.clear()
            for known, name in found:
                self._box.addItem(name, known)
            if value not in {known for known, _ in found}:
                address = "://" in str(value)
                self._box.addItem(str(value) if address else tr("Form", "Not connected: {device}", device=str(value)), value)
            self._box.setCurrentIndex(self._box.findData(value))

    def _activated(self, index: int) -> None:
        value = self._box.itemData(index)
        if value is not None and value != self._value:
            self._value = value
            self.edited.emit(value)

    def _typed(self) -> None:
        text = self._box.currentText().strip()
        if "://" in text and text != self._value:
            self.show_value(text)
            self.edited.emit(text)
