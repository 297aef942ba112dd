"""The form field that picks a device of this computer."""

import pytest
from PySide6.QtWidgets import QApplication, QComboBox

from app.domain.base.schema import Field, FieldType
from app.domain.program.device import Device, Devices
from app.ui.program.device_editor import DeviceEditor

MONITOR = Field("monitor", FieldType.MONITOR, 1, "Monitor", minimum=0, maximum=16)
ALL_TOGETHER = Device("0", "", "3840 × 1080")


def offered(qt: QApplication, *monitors: Device) -> list[tuple[str, int]]:
    del qt
    editor = DeviceEditor(MONITOR, lambda: Devices(monitors=monitors))
    editor.show_value(1)
    box = editor.findChild(QComboBox)
    assert box is not None
    assert box.currentText(), "the chosen monitor has words"
    return [(box.itemText(place), box.itemData(place)) for place in range(box.count())]


@pytest.mark.parametrize(
    ("monitors", "lines"),
    [
        ((), [("Monitor 1", 1), ("All monitors", 0)]),
        ((ALL_TOGETHER, Device("1", "", "1920 × 1080")), [("Monitor 1 · 1920 × 1080", 1), ("All monitors", 0)]),
        (
            (ALL_TOGETHER, Device("1", "DELL U2720Q", "1920 × 1080"), Device("2", "", "1920 × 1080")),
            [("Monitor 1 · DELL U2720Q · 1920 × 1080", 1), ("Monitor 2 · 1920 × 1080", 2), ("All monitors", 0)],
        ),
    ],
)
def test_monitors_are_listed_by_the_number_that_capture_knows(
    qt: QApplication, monitors: tuple[Device, ...], lines: list[tuple[str, int]]
) -> None:
    assert offered(qt, *monitors) == lines
