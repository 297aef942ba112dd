"""A show's markets, the host's language, and how its cards look."""

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFormLayout,
    QFrame,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.localized_text import LocalizedText, pick
from app.domain.show import languages_of
from app.domain.show_editing import change_presentation, put_market, remove_market
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.combo_box import fill_combo_box
from app.ui.kit.labels import label
from app.ui.kit.language import SPOKEN, declared, tr
from app.ui.kit.translated_field import TranslatedField
from app.ui.setup.market_page import MarketPage

_ID = Qt.ItemDataRole.UserRole
LIST_PX = 240
SIZE = QSize(860, 640)
SMALLEST = QSize(640, 440)


class SetupDialog(QDialog):
    """Changes are applied at once."""

    def __init__(self, context: WindowContext, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._shipped = {market.id: market for market in context.known_markets()}
        self.setWindowTitle(tr("Setup", "Markets and cards"))
        self.setMinimumSize(SMALLEST)
        self.resize(SIZE)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 18, 16, 14)
        outer.setSpacing(10)
        outer.addWidget(label(tr("Setup", "Markets and cards"), "title"))
        self.tabs = QTabWidget()
        self.tabs.addTab(self._build_markets(), tr("Setup", "Markets"))
        self.tabs.addTab(self._build_cards(), tr("Setup", "Host and cards"))
        outer.addWidget(self.tabs, 1)
        buttons = QHBoxLayout()
        self.undo = push_button(tr("Setup", "Undo"), context.studio.document.undo)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, context.studio.document.undo)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Redo), self, context.studio.document.redo)
        buttons.addWidget(self.undo)
        buttons.addStretch(1)
        self.done_button = push_button(tr("Setup", "Done"), self.accept, role="primary")
        buttons.addWidget(self.done_button)
        outer.addLayout(buttons)
        self._fill()
        self.list.itemChanged.connect(self._on_checked)
        self.list.currentItemChanged.connect(lambda item, _: self.page.read(str(item.data(_ID))) if item is not None else None)
        self.list.setCurrentRow(0)
        context.bridge.show_changed.connect(self._read)
        context.bridge.document_changed.connect(self._show_undo)
        self._read()
        self._show_undo()

    def _build_markets(self) -> QWidget:
        made = QWidget()
        row = QHBoxLayout(made)
        row.setContentsMargins(0, 12, 0, 0)
        side = QVBoxLayout()
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Setup", "Find a market"))
        self.search.setAccessibleName(tr("Setup", "Find a market"))
        self.search.setClearButtonEnabled(True)
        self.search.setFixedWidth(LIST_PX)
        self.search.textChanged.connect(lambda _: self._filter())
        side.addWidget(self.search)
        self.list = QListWidget()
        self.list.setFixedWidth(LIST_PX)
        self.list.setAccessibleName(tr("Setup", "Markets"))
        side.addWidget(self.list, 1)
        row.addLayout(side)
        self.page = MarketPage(self._context, self._shipped)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setWidget(self.page)
        row.addWidget(scroll, 1)
        return made

    def _build_cards(self) -> QWidget:
        made = QWidget()
        column = QVBoxLayout(made)
        column.setContentsMargins(0, 12, 8, 0)
        column.setSpacing(12)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        self.host, self.picture, self.theme = QComboBox(), QComboBox(), QComboBox()
        for title, box, field in (
            (tr("Setup", "Host’s language"), self.host, "host_language"),
            (tr("Setup", "On-screen language"), self.picture, "market_id"),
            (tr("Setup", "Card style"), self.theme, "card_theme"),
        ):
            box.setAccessibleName(title)
            box.activated.connect(lambda _, box=box, field=field: self._set(field, box.currentData()))
            form.addRow(label(title, "muted"), box)
        column.addLayout(form)
        self.lines: dict[str, TranslatedField] = {}
        self.titles: dict[str, str] = {}
        for field, title, hint in (
            ("lower_third", tr("Setup", "Lower third"), tr("Setup", "Who is on screen: the name, and below it what they do.")),
            (
                "ticker",
                tr("Setup", "Ticker"),
                tr("Setup", "Scrolls along the bottom, one line after another: shipping, returns, what’s next."),
            ),
        ):
            line = TranslatedField(title, paragraph=True, hint=hint)
            self.titles[field] = title
            line.edited.connect(lambda words, field=field: self._set(field, words))
            self.lines[field] = line
            column.addWidget(line)
        column.addStretch(1)
        return made

    def _show_undo(self) -> None:
        self.undo.setEnabled(bool(self._context.studio.document.undo_title))

    def _sold(self) -> Sequence[str]:
        return [market.id for market in self._context.studio.document.show.markets]

    def _fill(self) -> None:
        """The show's markets first, then all others by name."""
        tag, sold = self._context.language, self._sold()
        known = {**self._shipped, **{market.id: market for market in self._context.studio.document.show.markets}}
        names = {market_id: pick(market.name, (tag,))[0] or market_id for market_id, market in known.items()}
        for market_id in sorted(known, key=lambda one: (one not in sold, names[one])):
            item = QListWidgetItem(f"{names[market_id]} · {known[market_id].currency}")
            item.setData(_ID, market_id)
            item.setFlags(Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Checked if market_id in sold else Qt.CheckState.Unchecked)
            self.list.addItem(item)

    def _filter(self) -> None:
        wanted = self.search.text().strip().casefold()
        for place in range(self.list.count()):
            item = self.list.item(place)
            item.setHidden(bool(wanted) and wanted not in f"{item.text()} {item.data(_ID)}".casefold())

    def _on_checked(self, item: QListWidgetItem) -> None:
        market_id = str(item.data(_ID))
        wanted = item.checkState() is Qt.CheckState.Checked
        if wanted and market_id not in self._sold() and market_id in self._shipped:
            self._context.edit_show("Add market", lambda show: put_market(show, self._shipped[market_id]))
        elif not wanted and market_id in self._sold():
            self._context.edit_show("Remove market", lambda show: remove_market(show, market_id))
        self.list.setCurrentItem(item)
        self.page.read(market_id)

    def _set(self, field: str, value: str | LocalizedText) -> None:
        changes: dict[str, Any] = {field: value}
        self._context.edit_show("Change setup", lambda show: change_presentation(show, **changes), merge=f"setup.{field}")

    def _read(self) -> None:
        show, tag, formats = self._context.studio.document.show, self._context.language, self._context.formats
        spoken = dict.fromkeys((*languages_of(show), *SPOKEN))
        fill_combo_box(self.host, [(formats.language_name(one, tag), one) for one in spoken], show.presentation.host_language)
        markets = [
            (tr("Setup", "First market in the list"), ""),
            *((pick(one.name, (tag,))[0] or one.id, one.id) for one in show.markets),
        ]
        fill_combo_box(self.picture, markets, show.presentation.market_id)
        themes = self._context.studio.control.cards.themes
        fill_combo_box(self.theme, [(declared(theme.title), theme_id) for theme_id, theme in themes.items()], show.presentation.card_theme)
        market = next((one for one in show.markets if one.id == show.presentation.market_id), show.markets[0] if show.markets else None)
        language = market.languages[0] if market is not None else show.presentation.host_language
        for field, line in self.lines.items():
            line.title.setText(f"{self.titles[field]} · {formats.language_name(language, tag)}")
            line.show_words(getattr(show.presentation, field), language, (show.presentation.host_language,))
        sold = self._sold()
        self.list.blockSignals(True)
        for place in range(self.list.count()):
            item = self.list.item(place)
            item.setCheckState(Qt.CheckState.Checked if item.data(_ID) in sold else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)
        if (here := self.list.currentItem()) is not None:
            self.page.read(str(here.data(_ID)))
