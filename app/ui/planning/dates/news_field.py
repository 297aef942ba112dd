"""Edits the title and the news of a show in each language."""

from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QVBoxLayout, QWidget

from app.domain.base.localized_text import LocalizedText
from app.domain.planning.schedule import WhatsNew
from app.ui.context import WindowContext
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.translated_field import TranslatedField


class NewsField(QWidget):
    """`changed` is emitted on each edit. A reminder needs at least one of the three kinds of news."""

    changed = Signal()

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self._context = context
        self._news = WhatsNew()
        self._titles: LocalizedText = {}
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(5)
        head = QHBoxLayout()
        head.addWidget(label(tr("Airing", "What viewers see, by language"), "heading"), 1)
        self.language = QComboBox()
        self.language.setAccessibleName(tr("Airing", "Language"))
        for tag in self._languages():
            self.language.addItem(context.formats.language_name(tag, context.language), tag)
        self.language.activated.connect(lambda _: self._read())
        head.addWidget(self.language)
        column.addLayout(head)
        self.title = TranslatedField(tr("Airing", "Title in this language"))
        self.title.edited.connect(self._on_title)
        column.addWidget(self.title)
        self.fields = {
            "product": TranslatedField(tr("Airing", "What’s new: product")),
            "offer": TranslatedField(tr("Airing", "What’s new: offer")),
            "guest": TranslatedField(tr("Airing", "What’s new: guest")),
        }
        for name, field in self.fields.items():
            field.edited.connect(lambda words, name=name: self._on_edited(name, words))
            column.addWidget(field)
        column.addWidget(
            label(tr("Airing", "Reminders include at least one of these, so viewers know why to come back."), "hint", wrap=True)
        )

    def _languages(self) -> tuple[str, ...]:
        show = self._context.studio.document.show
        tags = [show.presentation.host_language, *(tag for market in show.markets for tag in market.languages)]
        tags += [tag for party in show.schedule.parties for tag in party.languages]
        return tuple(dict.fromkeys(tags))

    @property
    def news(self) -> WhatsNew:
        return self._news

    @property
    def titles(self) -> LocalizedText:
        """Titles in languages other than the host's."""
        return self._titles

    def show_news(self, news: WhatsNew, titles: LocalizedText) -> None:
        """Show existing texts."""
        self._news, self._titles = news, titles
        self._read()

    def _on_title(self, words: LocalizedText) -> None:
        self._titles = words
        self.changed.emit()

    def _read(self) -> None:
        language, host = str(self.language.currentData()), self._context.studio.document.show.presentation.host_language
        self.title.setVisible(language != host)  # the form has its own field for it
        self.title.show_words(self._titles, language, (host,))
        for name, field in self.fields.items():
            field.show_words(getattr(self._news, name), language, (host,))

    def _on_edited(self, name: str, words: LocalizedText) -> None:
        self._news = replace(self._news, **{name: words})
        self.changed.emit()
