"""The keyword card form and the coupon form, with text in every language of the show."""

from dataclasses import replace

from PySide6.QtWidgets import QComboBox, QFormLayout, QPlainTextEdit, QSpinBox, QVBoxLayout, QWidget

from app.domain.base.localized_text import LocalizedText, has, pick
from app.domain.base.plain_text import without_invisible
from app.domain.show import Coupon, KeywordCard, languages_of
from app.domain.show_editing import new_id, put_card, put_coupon, remove_card, remove_coupon
from app.ui.catalogue.product_choice import ProductChoice
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.editors import roomy
from app.ui.kit.labels import label
from app.ui.kit.language import SPOKEN, tr
from app.ui.kit.scroll_dialog import ScrollDialog
from app.ui.kit.translated_field import TranslatedField


class _Languages(QWidget):
    """A field for each language of the show and of the window, and a list to add more."""

    def __init__(self, context: WindowContext, words: LocalizedText) -> None:
        super().__init__()
        self.words: LocalizedText = words
        self.fields: dict[str, TranslatedField] = {}
        self._context = context
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self._column.setSpacing(6)
        languages = dict.fromkeys((*languages_of(context.studio.document.show), *words))
        if not has(dict.fromkeys(languages, "…"), context.language):
            languages[context.language] = None
        for language in languages:
            self._add(language)
        self.more = QComboBox()  # made after the fields: Tab follows the order of creation
        self.more.setAccessibleName(tr("Keywords", "Add language"))
        self.more.activated.connect(self._on_more)
        self._column.addWidget(self.more)
        self.setFocusProxy(next(iter(self.fields.values())))
        self._fill_more()

    def _add(self, language: str) -> TranslatedField:
        field = TranslatedField(self._context.formats.language_name(language, language))
        field.show_words({language: self.words.get(language, "")}, language)
        field.edited.connect(lambda changed: self._on_edited(language, changed.get(language, "")))
        self._column.insertWidget(len(self.fields), field)
        self.fields[language] = field
        return field

    def _fill_more(self) -> None:
        named = {tag: self._context.formats.language_name(tag, self._context.language) for tag in SPOKEN if tag not in self.fields}
        self.more.clear()
        self.more.addItem(tr("Keywords", "Add language…"), "")
        for tag in sorted(named, key=lambda tag: named[tag]):
            self.more.addItem(named[tag], tag)

    def _on_more(self, index: int) -> None:
        if tag := str(self.more.itemData(index)):
            before = list(self.fields.values())[-1]
            added = self._add(tag)
            self.setTabOrder(before, added)
            self.setTabOrder(added, self.more)
            added.begin()
            self._fill_more()

    def _on_edited(self, language: str, text: str) -> None:
        others = {known: kept for known, kept in self.words.items() if known != language}
        self.words = {**others, language: text} if text.strip() else others


class KeywordDialog(ScrollDialog):
    """Changes nothing until the user confirms; with `card_id` "" it makes a new card."""

    def __init__(self, context: WindowContext, card_id: str, parent: QWidget) -> None:
        super().__init__(
            parent, tr("Keywords", "Keyword card"), tr("Keywords", "A few words. Each viewer reads them in their own language.")
        )
        self._context = context
        known = next((card for card in context.studio.document.show.cards if card.id == card_id), None)
        self._card = known or KeywordCard(new_id(), {})
        self.languages = _Languages(context, self._card.words)
        self.body.addWidget(self.languages)
        self.body.addStretch(1)
        if known is not None:
            self.buttons.insertWidget(0, push_button(tr("Keywords", "Remove"), self._remove, role="danger"))
        self.buttons.addWidget(push_button(tr("Keywords", "Cancel"), self.reject))
        done = push_button(tr("Keywords", "Save"), self._save, role="primary")
        done.setDefault(True)
        self.buttons.addWidget(done)
        self.languages.setFocus()

    def _save(self) -> None:
        words = self.languages.words
        if not pick(words, ())[0]:
            self.reject()
            return
        card = replace(self._card, words=words)
        if self._context.edit_show("Edit keyword card", lambda show: put_card(show, card)):
            self.accept()

    def _remove(self) -> None:
        if self._context.edit_show("Remove keyword card", lambda show: remove_card(show, self._card.id)):
            self.accept()


class CouponDialog(ScrollDialog):
    """As KeywordDialog, for a coupon."""

    def __init__(self, context: WindowContext, coupon_id: str, parent: QWidget) -> None:
        super().__init__(
            parent,
            tr("Keywords", "Coupon"),
            tr("Keywords", "Each viewer gets one code, and each code goes to one viewer. The number left is always real."),
        )
        self.resize(520, 660)
        self._context = context
        show = context.studio.document.show
        known = next((coupon for coupon in show.coupons if coupon.id == coupon_id), None)
        self._coupon = known or Coupon(new_id(), {}, percent=10.0)
        self.languages = _Languages(context, self._coupon.title)
        self.body.addWidget(label(tr("Keywords", "Title"), "heading"))
        self.body.addWidget(self.languages)
        form = QFormLayout()
        studio = context.studio
        self.product = ProductChoice(
            tr("Keywords", "For"),
            tr("Keywords", "All products"),
            lambda: studio.document.show.products,
            lambda: studio.document.show.presentation.host_language,
        )
        self.product.show_product(studio.control.products.find(self._coupon.product_id))
        self.percent = self._number(1, 100, round(self._coupon.percent) or 10, " %")
        self.stock = self._number(1, 3000, self._coupon.stock, "")
        self.minutes = self._number(1, 24 * 60, max(1, self._coupon.expires_in_s // 60), tr("Keywords", " minutes"))
        self.codes = QPlainTextEdit("\n".join(self._coupon.codes))
        self.codes.setFixedHeight(90)
        self.codes.setTabChangesFocus(True)
        self.codes.setPlaceholderText(tr("Keywords", "One code per line, from your shop. Leave empty to generate codes."))
        for words, widget in (
            (tr("Keywords", "For"), self.product),
            (tr("Keywords", "Discount"), self.percent),
            (tr("Keywords", "Number of codes"), self.stock),
            (tr("Keywords", "Valid for"), self.minutes),
            (tr("Keywords", "Your shop’s codes"), self.codes),
        ):
            widget.setAccessibleName(words)
            form.addRow(label(words, "muted"), widget)
        self.codes.textChanged.connect(self._on_codes)
        self.body.addLayout(form)
        self.body.addStretch(1)
        self._on_codes()
        if known is not None:
            self.buttons.insertWidget(0, push_button(tr("Keywords", "Remove"), self._remove, role="danger"))
        self.buttons.addWidget(push_button(tr("Keywords", "Cancel"), self.reject))
        done = push_button(tr("Keywords", "Save"), self._save, role="primary")
        done.setDefault(True)
        self.buttons.addWidget(done)
        self.languages.setFocus()

    def _number(self, low: int, high: int, value: int, suffix: str) -> QSpinBox:
        box = QSpinBox()
        roomy(box)
        box.setRange(low, high)
        box.setValue(value)
        box.setSuffix(suffix)
        return box

    def _typed(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(code for line in self.codes.toPlainText().split("\n") if (code := without_invisible(line))))

    def _on_codes(self) -> None:
        typed = self._typed()
        self.stock.setEnabled(not typed)
        if typed:
            self.stock.setValue(len(typed))

    def _save(self) -> None:
        title = self.languages.words or {self._context.studio.document.show.presentation.host_language: f"−{self.percent.value()} %"}
        coupon = replace(
            self._coupon,
            title=title,
            codes=self._typed(),
            product_id=self.product.product_id,
            percent=float(self.percent.value()),
            stock=self.stock.value(),
            expires_in_s=self.minutes.value() * 60,
        )
        if self._context.edit_show("Edit coupon", lambda show: put_coupon(show, coupon)):
            self.accept()

    def _remove(self) -> None:
        if self._context.edit_show("Remove coupon", lambda show: remove_coupon(show, self._coupon.id)):
            self.accept()
