"""Lists a show's automatic backups and opens one."""

from collections.abc import Callable

from PySide6.QtCore import QDateTime, QLocale, QSize, Qt
from PySide6.QtWidgets import QAbstractItemView, QHeaderView, QTreeWidget, QTreeWidgetItem, QWidget

from app.domain.base.errors import Value
from app.session.studio import Studio
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.scroll_dialog import ScrollDialog

SIZE = QSize(560, 480)
MS_PER_S = 1000


def size_words(size: int, locale: QLocale) -> str:
    """ "1.2 MB"."""
    return locale.formattedDataSize(size, 1, QLocale.DataSizeFormat.DataSizeTraditionalFormat)


class BackupsDialog(ScrollDialog):
    """`may_leave` asks about what would be lost in the open show."""

    def __init__(self, studio: Studio, locale: QLocale, may_leave: Callable[[], bool], parent: QWidget) -> None:
        text: dict[str, Value] = {"title": studio.document.title}
        super().__init__(
            parent,
            tr("Backups", "Version history"),
            tr(
                "Backups",
                "Tradewind copies “{title}” automatically while you work. Opening a copy creates a new show and leaves this one as it is.",
                **text,
            ),
        )
        self.resize(SIZE)
        self._studio = studio
        self._may_leave = may_leave
        self._backups = studio.files.backups()
        self.list = QTreeWidget()
        self.list.setRootIsDecorated(False)
        self.list.setAccessibleName(tr("Backups", "Version history"))
        self.list.setHeaderLabels([tr("Backups", "Created"), tr("Backups", "Size")])
        self.list.header().setStretchLastSection(False)
        self.list.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.list.header().setSectionResizeMode(1, QHeaderView.ResizeMode.ResizeToContents)
        self.list.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        for backup in self._backups:
            made = QDateTime.fromMSecsSinceEpoch(round(backup.made_at_s * MS_PER_S))
            item = QTreeWidgetItem([locale.toString(made, QLocale.FormatType.LongFormat), size_words(backup.size, locale)])
            item.setTextAlignment(1, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            self.list.addTopLevelItem(item)
        self.empty = label(
            tr(
                "Backups",
                "No versions yet. Once the show is saved, Tradewind creates them while you work.",
            ),
            "muted",
            wrap=True,
        )
        self.empty.setVisible(not self._backups)
        self.list.setVisible(bool(self._backups))
        self.body.addWidget(self.empty)
        self.body.addWidget(self.list, 1)
        if not self._backups:
            self.body.addStretch(1)
        self.buttons.addWidget(push_button(tr("Backups", "Close"), self.reject))
        self.open_button = push_button(tr("Backups", "Open as a new show"), self._open, role="primary")
        self.open_button.setDefault(True)
        self.buttons.addWidget(self.open_button)
        self.list.itemActivated.connect(lambda item, _: self._open())
        self.list.currentItemChanged.connect(lambda *_: self.open_button.setEnabled(self.list.currentItem() is not None))
        self.open_button.setEnabled(False)
        if (newest := self.list.topLevelItem(0)) is not None:
            self.list.setCurrentItem(newest)
            self.list.setFocus()

    def _open(self) -> None:
        chosen = self.list.currentItem()
        place = self.list.indexOfTopLevelItem(chosen) if chosen is not None else -1
        if place >= 0 and self._may_leave() and self._studio.files.restore(self._backups[place]):
            self.accept()
