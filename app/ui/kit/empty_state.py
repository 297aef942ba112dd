"""What an empty list shows: an icon, a sentence and buttons for the next step."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton, QVBoxLayout, QWidget

from app.ui.kit.labels import label
from app.ui.kit.theme import GRID, Icons


class EmptyState(QWidget):
    """Shown in place of an empty list."""

    def __init__(self, icons: Icons, icon: str, title: str, text: str, *actions: QPushButton) -> None:
        super().__init__()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * GRID, GRID, 2 * GRID, GRID)
        layout.setSpacing(GRID // 2)
        layout.addStretch(1)
        picture = QLabel()
        picture.setPixmap(icons.pixmap(icon, 32, "faint"))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(picture)
        for words, name in ((title, "emptyTitle"), (text, "muted")):
            line = label(words, name, wrap=True)
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(line)
        for action in actions:
            layout.addSpacing(GRID // 2)
            layout.addWidget(action, 0, Qt.AlignmentFlag.AlignCenter)
        layout.addStretch(1)
