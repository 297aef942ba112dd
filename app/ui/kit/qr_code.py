"""A QR code as a widget."""

from collections.abc import Sequence

from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

QUIET_MODULES = 4  # ISO/IEC 18004: the white margin that a reader needs


class QrCode(QWidget):
    """A QR code: dark modules on white with the margin that readers need."""

    def __init__(self, matrix: Sequence[Sequence[int]], words: str) -> None:
        super().__init__()
        self._matrix = matrix
        self.setAccessibleName(words)
        side = (len(matrix) + 2 * QUIET_MODULES) * 4
        self.setFixedSize(side, side)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor("white"))
        module = self.width() // (len(self._matrix) + 2 * QUIET_MODULES)
        for row, line in enumerate(self._matrix):
            for column, dark in enumerate(line):
                if dark:
                    painter.fillRect(
                        QRect((column + QUIET_MODULES) * module, (row + QUIET_MODULES) * module, module, module), QColor("black")
                    )
        painter.end()
