"""What a show is made for: its markets, the host's language, and how its cards look."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QSpinBox,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.market import Disclosure, DisclosureMode, Frame, Market, Taboo
from app.domain.show import Show, languages_of
from app.domain.show_editing import change_desk, put_market, remove_market
from app.domain.words import Words, pick
from app.ui.desk import Desk
from app.ui.dialogs.frame import FramedDialog
from app.ui.language import declared, tr
from app.ui.widgets.pieces import badge, label, push_button
from app.ui.widgets.words_field import WordsField

_ID = Qt.ItemDataRole.UserRole
LIST_PX = 230
SIZE = QSize(860, 660)


def frame_words() -> Mapping[Frame, str]:
    """What a message leads with."""
    return {
        Frame.VALUE: tr("Setup", "Value for money"),
        Frame.QUALITY: tr("Setup", "Quality"),
        Frame.SUSTAINABILITY: tr("Setup", "Sustainability"),
    }


def mode_words() -> Mapping[DisclosureMode, str]:
    """How advertising is made known."""
    return {
        DisclosureMode.NONE: tr("Setup", "Not asked for"),
        DisclosureMode.PERIODIC: tr("Setup", "From time to time"),
        DisclosureMode.CONTINUOUS: tr("Setup", "All the time"),
    }


class MarketPage(QWidget):
    """One market's profile: what was found out about it, with source and date, and what the user knows better."""

    def __init__(self, desk: Desk, shipped: Mapping[str, Market]) -> None:
        super().__init__()
        self._desk = desk
        self._shipped = shipped
        self._id = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 0, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        self.name = label("", "heading")
        self.state = badge()
        head.addWidget(self.name)
        head.addWidget(self.state)
        head.addStretch(1)
        self.reset = push_button(tr("Setup", "As shipped"), self._reset)
        head.addWidget(self.reset)
        column.addLayout(head)
        self.facts = label("", "hint", wrap=True)
        column.addWidget(self.facts)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        self.languages = QLineEdit()
        self.languages.editingFinished.connect(self._on_languages)
        self.frame = QComboBox()
        for frame, words in frame_words().items():
            self.frame.addItem(words, frame.value)
        self.frame.activated.connect(lambda _: self._change(frame=Frame(self.frame.currentData())))
        self.urgency = QCheckBox(tr("Setup", "Countdowns and hurry are welcome"))
        self.urgency.clicked.connect(lambda on: self._change(urgency=on))
        self.mode = QComboBox()
        for mode, words in mode_words().items():
            self.mode.addItem(words, mode.value)
        self.mode.activated.connect(lambda _: self._disclose(mode=DisclosureMode(self.mode.currentData())))
        self.every = QSpinBox()
        self.every.setRange(1, 120)
        self.every.setSuffix(tr("Setup", " minutes"))
        self.every.valueChanged.connect(lambda minutes: self._disclose(every_s=minutes * 60))
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Setup", "Languages, the first one first"), self.languages),
            (tr("Setup", "Messages lead with"), self.frame),
            ("", self.urgency),
            (tr("Setup", "Saying that it is advertising"), self.mode),
            (tr("Setup", "Again every"), self.every),
        )
        for words, widget in rows:
            widget.setAccessibleName(words or tr("Setup", "Countdowns and hurry are welcome"))
            form.addRow(label(words, "muted"), widget)
        column.addLayout(form)
        self.buying = WordsField(tr("Setup", "How people buy"), paragraph=True)
        self.tone = WordsField(tr("Setup", "Tone"), paragraph=True)
        self.buying.edited.connect(lambda words: self._change(buying=words))
        self.tone.edited.connect(lambda words: self._change(tone=words))
        column.addWidget(self.buying)
        column.addWidget(self.tone)
        self.taboos_title = label(tr("Setup", "Take care with"), "heading")
        self.taboos = label("", "", wrap=True)
        self.source = label("", "hint", wrap=True)
        for widget in (self.taboos_title, self.taboos, self.source):
            column.addWidget(widget)
        column.addStretch(1)

    def read(self, market_id: str) -> None:
        """Show a market: the show's own profile of it, else the one that is shipped."""
        self._id = market_id
        own = next((market for market in self._desk.studio.show.markets if market.id == market_id), None)
        market = own or self._shipped.get(market_id)
        if market is None:
            return
        tag = self._desk.language
        self.name.setText(pick(market.name, (tag,))[0] or market.id)
        changed = own is not None and own != self._shipped.get(market_id)
        self.state.setText(tr("Setup", "changed") if changed else "")
        self.state.setVisible(changed)
        self.reset.setVisible(changed and market_id in self._shipped)
        self.facts.setText(self._facts(market))
        self.languages.setText(", ".join(market.languages))
        self.frame.setCurrentIndex(self.frame.findData(market.frame.value))
        self.urgency.setChecked(market.urgency)
        self.mode.setCurrentIndex(self.mode.findData(market.disclosure.mode.value))
        self.every.blockSignals(True)
        self.every.setValue(max(1, market.disclosure.every_s // 60))
        self.every.blockSignals(False)
        self.every.setEnabled(own is not None and market.disclosure.mode is DisclosureMode.PERIODIC)
        for editor in (self.languages, self.frame, self.urgency, self.mode, self.buying, self.tone):
            editor.setEnabled(own is not None)
        self.buying.show_words(market.buying, tag)
        self.tone.show_words(market.tone, tag)
        self.taboos.setText("\n".join(f"• {self._taboo(one, tag)}" for one in market.taboos))
        self.taboos_title.setVisible(bool(market.taboos))
        self.source.setText(
            tr(
                "Setup",
                "Looked at on {date}. Source: {source}. This is help for planning, not legal advice.",
                date=market.reviewed_on or "–",
                source=market.source or "–",
            )
        )

    def _facts(self, market: Market) -> str:
        tag, formats = self._desk.language, self._desk.formats
        languages = ", ".join(formats.language_name(language, tag) for language in market.languages)
        return " · ".join(
            (
                market.currency,
                languages,
                ", ".join(zone.split("/")[-1].replace("_", " ") for zone in market.zones),
                ", ".join(market.payments),
            )
        )

    def _taboo(self, taboo: Taboo, tag: str) -> str:
        reason = pick(taboo.reason, (tag,))[0]
        return f"{', '.join(taboo.matches[:6])}: {reason}" if taboo.matches else reason

    def _change(self, **changes: Any) -> None:
        def apply(show: Show) -> Show:
            own = next((market for market in show.markets if market.id == self._id), None)
            return show if own is None else put_market(show, replace(own, **changes))

        self._desk.edit_show("Change market", apply, merge=f"market.{self._id}.{'.'.join(changes)}")
        self.read(self._id)

    def _disclose(self, **changes: Any) -> None:
        own = next((market for market in self._desk.studio.show.markets if market.id == self._id), None)
        if own is not None:
            disclosure: Disclosure = replace(own.disclosure, **changes)
            self._change(disclosure=disclosure)

    def _on_languages(self) -> None:
        tags = tuple(tag.strip() for tag in self.languages.text().replace(";", ",").split(",") if tag.strip())
        if tags:
            self._change(languages=tags)

    def _reset(self) -> None:
        shipped = self._shipped.get(self._id)
        if shipped is not None:
            self._desk.edit_show("Reset market", lambda show: put_market(show, shipped))
            self.read(self._id)


class SetupDialog(FramedDialog):
    """Changes are in the show at once."""

    def __init__(self, desk: Desk, parent: QWidget) -> None:
        super().__init__(parent, tr("Setup", "Markets and cards"))
        self._desk = desk
        self._shipped = {market.id: market for market in desk.known_markets()}
        self.resize(SIZE)
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        self.host = QComboBox()
        self.picture = QComboBox()
        self.theme = QComboBox()
        for title, box, field in (
            (tr("Setup", "The host speaks"), self.host, "host_language"),
            (tr("Setup", "The picture speaks to"), self.picture, "market_id"),
            (tr("Setup", "Look of the cards"), self.theme, "card_theme"),
        ):
            box.setAccessibleName(title)
            box.activated.connect(lambda _, box=box, field=field: self._set(field, box.currentData()))
            form.addRow(label(title, "muted"), box)
        self.body.addLayout(form)
        self.lines: dict[str, WordsField] = {}
        for field, title in (("lower_third", tr("Setup", "Name line")), ("ticker", tr("Setup", "Ticker"))):
            line = WordsField(title)
            line.edited.connect(lambda words, field=field: self._set(field, words))
            self.lines[field] = line
            self.body.addWidget(line)
        self.body.addWidget(label(tr("Setup", "Markets"), "heading"))
        row = QHBoxLayout()
        side = QVBoxLayout()
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Setup", "Find a market"))
        self.search.setAccessibleName(tr("Setup", "Find a market"))
        self.search.textChanged.connect(lambda _: self._filter())
        side.addWidget(self.search)
        self.list = QListWidget()
        self.list.setFixedWidth(LIST_PX)
        self.list.setMinimumHeight(320)
        self.list.setAccessibleName(tr("Setup", "Markets"))
        side.addWidget(self.list, 1)
        row.addLayout(side)
        self.page = MarketPage(desk, self._shipped)
        self.stack = QStackedWidget()
        self.stack.addWidget(self.page)
        row.addWidget(self.stack, 1)
        self.body.addLayout(row)
        self._fill()
        self.list.itemChanged.connect(self._on_checked)
        self.list.currentItemChanged.connect(lambda item, _: self.page.read(str(item.data(_ID))) if item is not None else None)
        self.list.setCurrentRow(0)
        self.buttons.addWidget(push_button(tr("Setup", "Done"), self.accept, role="primary"))
        desk.bridge.show_changed.connect(self._read)
        self._read()

    def _sold(self) -> Sequence[str]:
        return [market.id for market in self._desk.studio.show.markets]

    def _fill(self) -> None:
        """Those of the show first, then all by name."""
        tag, sold = self._desk.language, self._sold()
        known = {**self._shipped, **{market.id: market for market in self._desk.studio.show.markets}}
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
            self._desk.edit_show("Add market", lambda show: put_market(show, self._shipped[market_id]))
        elif not wanted and market_id in self._sold():
            self._desk.edit_show("Remove market", lambda show: remove_market(show, market_id))
        self.list.setCurrentItem(item)
        self.page.read(market_id)

    def _set(self, field: str, value: str | Words) -> None:
        changes: dict[str, Any] = {field: value}
        self._desk.edit_show("Change the setup", lambda show: change_desk(show, **changes), merge=f"desk.{field}")

    def _read(self) -> None:
        show, tag, formats = self._desk.studio.show, self._desk.language, self._desk.formats
        spoken = dict.fromkeys((*languages_of(show), "en", "zh-Hans", "es", "fr", "ar", "pt-BR", "id", "th", "vi", "de", "ja", "ko"))
        _fill(self.host, [(one, formats.language_name(one, tag)) for one in spoken], show.desk.host_language)
        markets = [
            ("", tr("Setup", "The first market of the list")),
            *((one.id, pick(one.name, (tag,))[0] or one.id) for one in show.markets),
        ]
        _fill(self.picture, markets, show.desk.market_id)
        themes = self._desk.studio.desk.card_themes
        _fill(self.theme, [(theme_id, declared(theme.title)) for theme_id, theme in themes.items()], show.desk.card_theme)
        market = next((one for one in show.markets if one.id == show.desk.market_id), show.markets[0] if show.markets else None)
        language = market.languages[0] if market is not None else show.desk.host_language
        for field, line in self.lines.items():
            line.show_words(getattr(show.desk, field), language, (show.desk.host_language,))
        sold = self._sold()
        self.list.blockSignals(True)
        for place in range(self.list.count()):
            item = self.list.item(place)
            item.setCheckState(Qt.CheckState.Checked if item.data(_ID) in sold else Qt.CheckState.Unchecked)
        self.list.blockSignals(False)


def _fill(box: QComboBox, entries: Sequence[tuple[str, str]], chosen: str) -> None:
    """Entries (value, words) in place of what the box has, if they are others."""
    if [(box.itemData(place), box.itemText(place)) for place in range(box.count())] != list(entries):
        box.clear()
        for value, words in entries:
            box.addItem(words, value)
    box.setCurrentIndex(max(0, box.findData(chosen)))
