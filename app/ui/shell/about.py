"""The About dialog."""

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QLabel, QVBoxLayout, QWidget

from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons


class About(QDialog):
    """Name, version, licence."""

    def __init__(self, icons: Icons, version: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("About", "About Tradewind"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(40, 32, 40, 24)
        layout.setSpacing(8)
        picture = QLabel()
        picture.setPixmap(icons.pixmap("tradewind", 48))
        picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        layout.addWidget(picture)
        for words, name in (
            ("Tradewind", "title"),
            (tr("About", "Version {version}", version=version), "muted"),
            (tr("About", "The desktop broadcaster for people who sell live across borders."), ""),
            (tr("About", "Free software under the GNU General Public License, version 3 or later."), "hint"),
        ):
            line = label(words, name, wrap=True)
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            layout.addWidget(line)
        layout.addSpacing(8)
        layout.addWidget(push_button(tr("About", "Close"), self.accept, role="primary"), 0, Qt.AlignmentFlag.AlignCenter)
