"""What is new this time, in the languages of those who are told."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.schedule import WhatsNew
from app.domain.words import Words
from app.ui.desk import Desk
from app.ui.language import tr
from app.ui.widgets.pieces import label
from app.ui.widgets.words_field import WordsField


class NewsField(QWidget):
    """`changed` when something was written. A reminder needs one of the three at least: nobody is called back for the same again."""

    changed = Signal()

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._news = WhatsNew()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        head = QHBoxLayout()
        head.addWidget(label(tr("Airing", "What is new this time"), "heading"), 1)
        self.language = QComboBox()
        self.language.setAccessibleName(tr("Airing", "Language of what is new"))
        for tag in self._languages():
            self.language.addItem(desk.formats.language_name(tag, desk.language), tag)
        self.language.activated.connect(lambda _: self._read())
        head.addWidget(self.language)
        column.addLayout(head)
        self.fields = {
            "product": WordsField(tr("Airing", "A new product")),
            "offer": WordsField(tr("Airing", "An offer")),
            "guest": WordsField(tr("Airing", "A guest")),
        }
        for name, field in self.fields.items():
            field.edited.connect(lambda words, name=name: self._on_edited(name, words))
            column.addWidget(field)
        column.addWidget(label(tr("Airing", "Reminders say at least one of these: whoever is called back is told why."), "hint", wrap=True))

    def _languages(self) -> tuple[str, ...]:
        show = self._desk.studio.show
        tags = [show.desk.host_language, *(tag for market in show.markets for tag in market.languages)]
        tags += [tag for party in show.schedule.parties for tag in party.languages]
        return tuple(dict.fromkeys(tags))

    @property
    def news(self) -> WhatsNew:
        return self._news

    def show_news(self, news: WhatsNew) -> None:
        """Show what is written already."""
        self._news = news
        self._read()

    def _read(self) -> None:
        language, host = str(self.language.currentData()), self._desk.studio.show.desk.host_language
        for name, field in self.fields.items():
            field.show_words(getattr(self._news, name), language, (host,))

    def _on_edited(self, name: str, words: Words) -> None:
        self._news = replace(self._news, **{name: words})
        self.changed.emit()
