"""The points and cues that the host ticks, readable at arm's length."""

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QToolButton, QVBoxLayout, QWidget

from app.domain.base.localized_text import is_right_to_left
from app.ui.kit.buttons import icon_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons, set_property


@dataclass(frozen=True, slots=True)
class CueItem:
    """`text` is in the host's `language`, `beside` in the viewers' `beside_language`. `card`: it has a card; `shown`: its card is on
    screen."""

    id: str
    text: str
    language: str = ""
    beside: str = ""
    beside_language: str = ""
    ticked: bool = False
    card: bool = False
    shown: bool = False


class _ItemRow(QWidget):
    def __init__(self, icons: Icons, owner: "CueItems") -> None:
        super().__init__()
        self.setObjectName("cueItem")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.item_id = ""
        row = QHBoxLayout(self)
        row.setContentsMargins(8, 8, 4, 8)
        row.setSpacing(8)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.box = QCheckBox()
        self.box.setObjectName("cueBox")
        self.box.clicked.connect(lambda checked: owner.ticked.emit(self.item_id, checked))
        words = QVBoxLayout()
        words.setSpacing(1)
        self.text = label("", "cueText", wrap=True)
        self.beside = label("", "hint", wrap=True)
        words.addWidget(self.text)
        words.addWidget(self.beside)
        row.addWidget(self.box, 0, Qt.AlignmentFlag.AlignTop)
        row.addLayout(words, 1)
        self.card: QToolButton = icon_button(
            icons, "screen", tr("Cue", "Show keyword to viewers"), lambda: owner.card_wanted.emit(self.item_id)
        )
        self.card.setCheckable(True)
        row.addWidget(self.card, 0, Qt.AlignmentFlag.AlignTop)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        """A click anywhere on the row ticks the box, so the host needn't aim."""
        if event.button() is Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.box.click()

    def read(self, item: CueItem) -> None:
        """Show an item."""
        self.item_id = item.id
        self.text.setText(item.text)
        _direct(self.text, item.language)
        self.box.setAccessibleName(item.text)
        self.box.setChecked(item.ticked)
        self.beside.setText(item.beside)
        self.beside.setVisible(bool(item.beside))
        _direct(self.beside, item.beside_language)
        self.card.setVisible(item.card)
        self.card.setChecked(item.shown)
        set_property(self, "ticked", item.ticked)
        set_property(self.text, "ticked", item.ticked)


def _direct(shown: QLabel, language: str) -> None:
    right = is_right_to_left(language)
    shown.setLayoutDirection(Qt.LayoutDirection.RightToLeft if right else Qt.LayoutDirection.LeftToRight)
    shown.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignAbsolute if right else Qt.AlignmentFlag.AlignLeft)


class CueItems(QWidget):
    """Emits `ticked(id, done)` and `card_wanted(id)`."""

    ticked = Signal(str, bool)
    card_wanted = Signal(str)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._rows: list[_ItemRow] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)

    def show_items(self, items: Sequence[CueItem]) -> None:
        """Show these items. Rows are reused, so that the focus stays where it is."""
        while len(self._rows) < len(items):
            row = _ItemRow(self._icons, self)
            self._rows.append(row)
            self._column.addWidget(row)
        for place, row in enumerate(self._rows):
            row.setVisible(place < len(items))
            if place < len(items):
                row.read(items[place])
