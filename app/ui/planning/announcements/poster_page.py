"""The page that previews and saves a poster, in sizes for feeds, stories and screens."""

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QLabel, QSizePolicy, QVBoxLayout

from app.domain.planning.announcements.poster import PosterSize
from app.domain.planning.schedule import Occurrence
from app.session.planning.announcements.announcements import PosterChoice
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.combo_box import fill_combo_box
from app.ui.kit.file_dialogs import EXPORTS
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.planning.announcements.announcement_page import AnnouncementPage

SUFFIX = ".png"


def size_text(size: PosterSize) -> str:
    """The use of a poster size, with its pixels."""
    width, height = size.pixels
    words = {
        PosterSize.FEED: tr("Announcement", "For feeds"),
        PosterSize.STORY: tr("Announcement", "For stories"),
        PosterSize.WIDE: tr("Announcement", "For screens"),
    }[size]
    return f"{words} · {width} × {height}"


class PosterPreview(QLabel):
    """Shows a picture as large as fits, at the resolution of the screen."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setAccessibleName(words)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(240, 240)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Ignored)
        self._whole = QPixmap()

    def show_png(self, content: bytes) -> None:
        """Show this picture."""
        self._whole = QPixmap()
        self._whole.loadFromData(content)
        self._fit()

    def sizeHint(self) -> QSize:
        return QSize(420, 420)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        if not self._whole.isNull():
            ratio = self.devicePixelRatioF()
            fitted = self._whole.scaled(self.size() * ratio, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation)
            fitted.setDevicePixelRatio(ratio)
            self.setPixmap(fitted)


class PosterPage(AnnouncementPage):
    """Draws the poster again when a choice changes."""

    def __init__(self, context: WindowContext, occurrence: Occurrence) -> None:
        super().__init__(context, occurrence)
        halves = QHBoxLayout()
        halves.setSpacing(20)
        choices = QVBoxLayout()
        choices.setSpacing(6)
        self.language = self._box(choices, tr("Announcement", "Language"))
        self.size_box = self._box(choices, tr("Announcement", "Size"))
        fill_combo_box(self.size_box, [(size_text(size), size) for size in PosterSize], self.size_box.currentData())
        self.markets = self._box(choices, tr("Announcement", "Show times for"))
        self.theme = self._box(choices, tr("Announcement", "Colours"))
        fill_combo_box(
            self.theme,
            [(tr("Announcement", "Same as the show’s cards"), ""), *((name, name) for name in sorted(context.studio.control.cards.themes))],
            "",
        )
        self.picture = QCheckBox(tr("Announcement", "Include a product picture"))
        self.picture.setChecked(True)
        self.picture.toggled.connect(lambda on: self.refresh())
        choices.addWidget(self.picture)
        choices.addWidget(label(tr("Announcement", "The QR code opens the watch link above."), "hint", wrap=True))
        choices.addStretch(1)
        self.save_button = push_button(tr("Announcement", "Save poster…"), self._ask_path, role="primary")
        choices.addWidget(self.save_button)
        halves.addLayout(choices, 2)
        self.preview = PosterPreview(tr("Announcement", "Poster"))
        halves.addWidget(self.preview, 5)
        self.column.addLayout(halves, 1)
        self._fill()

    def _box(self, choices: QVBoxLayout, title: str) -> QComboBox:
        box = QComboBox()
        box.setAccessibleName(title)
        box.activated.connect(lambda _: self.refresh())
        choices.addWidget(label(title, "muted"))
        choices.addWidget(box)
        return box

    def _fill(self) -> None:
        fill_combo_box(self.language, [(self.language_name(tag), tag) for tag in self.languages], self.language.currentData())
        everybody = tuple(party.id for party in self.audiences)
        entries: list[tuple[str, object]] = [(tr("Announcement", "All markets"), "")] if len(everybody) != 1 else []
        fill_combo_box(self.markets, [*entries, *((party.name, party.id) for party in self.audiences)], self.markets.currentData())

    @property
    def choice(self) -> PosterChoice:
        """The user's choices."""
        size = self.size_box.currentData()
        party_id = str(self.markets.currentData() or "")
        return PosterChoice(
            str(self.language.currentData()),
            size if isinstance(size, PosterSize) else PosterSize.FEED,
            str(self.theme.currentData() or ""),
            (party_id,) if party_id else (),
            "" if self.picture.isChecked() else None,
            self.link,
        )

    def refresh(self) -> None:
        """Draw the poster."""
        self._fill()
        choice = self.choice
        self.work.run(lambda: self.announcements.poster(self.occurrence, choice), self.preview.show_png)

    def _ask_path(self) -> None:
        name, kinds = (
            self.announcements.suggested_name(self.occurrence, SUFFIX, self.choice.language),
            tr("Announcement", "Pictures (*{suffix})", suffix=SUFFIX),
        )
        path = self.context.file_dialogs.save_file(self, EXPORTS, tr("Announcement", "Save poster"), name, kinds)
        if path:
            self.save(Path(path) if path.lower().endswith(SUFFIX) else Path(path + SUFFIX))

    def save(self, path: Path) -> None:
        """Write the poster; a notice reports the result."""
        choice = self.choice
        self.save_button.setEnabled(False)
        self.work.run(lambda: self.announcements.save_poster(path, self.occurrence, choice), lambda _: self.save_button.setEnabled(True))
