"""One market's profile: facts with source and date, and the user's own changes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QSpinBox, QVBoxLayout, QWidget

from app.domain.base.localized_text import pick
from app.domain.catalogue.market import ClaimRule, Disclosure, DisclosureMode, Framing, Market, Phrase, Taboo, TabooKind
from app.domain.show import Show
from app.domain.show_editing import put_market
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.editors import roomy
from app.ui.kit.labels import badge, label
from app.ui.kit.language import tr
from app.ui.kit.theme import set_property
from app.ui.kit.translated_field import TranslatedField
from app.ui.setup.market_rules import ClaimDialog, PhraseDialog, Rule, RuleForm, RulesList, TabooDialog

_TAG = re.compile("[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")  # the part of BCP 47 that markets need
_AS_WRITTEN = {  # payment methods with an unusual spelling
    "paypal": "PayPal",
    "paypay": "PayPay",
    "paynow": "PayNow",
    "promptpay": "PromptPay",
    "grabpay": "GrabPay",
    "gcash": "GCash",
    "gopay": "GoPay",
    "momo": "MoMo",
    "truemoney": "TrueMoney",
    "touch_n_go": "Touch ’n Go",
    "ideal": "iDEAL",
    **{name: name.upper() for name in ("blik", "dana", "fpx", "ovo", "oxxo", "sepa", "spei", "upi")},
}


def payment_name(payment: str) -> str:
    """The name of a payment method."""
    usual = {
        "card": tr("Setup", "card"),
        "cod": tr("Setup", "cash on delivery"),
        "bank_transfer": tr("Setup", "bank transfer"),
        "invoice": tr("Setup", "invoice"),
    }
    return usual.get(payment) or _AS_WRITTEN.get(payment) or payment.replace("_", " ").title()


def framing_words() -> Mapping[Framing, str]:
    """What a message leads with, in words."""
    return {
        Framing.VALUE: tr("Setup", "Value for money"),
        Framing.QUALITY: tr("Setup", "Quality"),
        Framing.SUSTAINABILITY: tr("Setup", "Sustainability"),
    }


def mode_words() -> Mapping[DisclosureMode, str]:
    """How ads are disclosed, in words."""
    return {
        DisclosureMode.NONE: tr("Setup", "Not required"),
        DisclosureMode.PERIODIC: tr("Setup", "At intervals"),
        DisclosureMode.CONTINUOUS: tr("Setup", "Always"),
    }


class MarketPage(QWidget):
    """Shows and edits the show's own profile of a market; a market that the show does not have is shown with the built-in profile."""

    def __init__(self, context: WindowContext, shipped: Mapping[str, Market]) -> None:
        super().__init__()
        self._context = context
        self._shipped = shipped
        self._id = ""
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 8, 0)
        column.setSpacing(8)
        head = QHBoxLayout()
        self.name = label("", "heading")
        self.state = badge()
        head.addWidget(self.name)
        head.addWidget(self.state)
        head.addStretch(1)
        self.reset = push_button(tr("Setup", "Reset to default"), self._reset)
        head.addWidget(self.reset)
        column.addLayout(head)
        self.facts = label("", "hint", wrap=True)
        column.addWidget(self.facts)
        column.addLayout(self._build_form())
        self.disclosure_text = TranslatedField(tr("Setup", "Text shown on screen"))
        self.disclosure_text.edited.connect(lambda words: self._disclose(text=words))
        column.addWidget(self.disclosure_text)
        self.buying = TranslatedField(tr("Setup", "Buying habits"), paragraph=True)
        self.tone = TranslatedField(tr("Setup", "Tone"), paragraph=True)
        self.buying.edited.connect(lambda words: self._change(buying=words))
        self.tone.edited.connect(lambda words: self._change(tone=words))
        column.addWidget(self.buying)
        column.addWidget(self.tone)
        self.taboos = self._rules("taboos", tr("Rules", "Sensitive topics"), lambda: Taboo(TabooKind.WORD, (), {}), TabooDialog)
        self.phrases = self._rules("phrases", tr("Rules", "Better wording"), lambda: Phrase(()), PhraseDialog)
        self.claims = self._rules("claims", tr("Rules", "Claims"), lambda: ClaimRule((), {}), ClaimDialog)
        for rules in (self.taboos, self.phrases, self.claims):
            column.addWidget(rules)
        self.source = label("", "hint", wrap=True)
        column.addWidget(self.source)
        column.addStretch(1)

    def _rules(self, field: str, title: str, fresh: Callable[[], Rule], make: Callable[..., RuleForm]) -> RulesList:
        """The list of this field of the market; `make` makes the form of a rule."""

        def ask(rule: Any, keep: Callable[[Any], None]) -> None:
            dialog = make(self._context, rule, self)
            dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
            dialog.accepted.connect(lambda: keep(dialog.result_rule))
            dialog.open()

        return RulesList(self._context.icons, title, fresh=fresh, ask=ask, edit=lambda step, rules: self._edit(step, {field: rules}))

    def _build_form(self) -> QFormLayout:
        form = QFormLayout()
        form.setHorizontalSpacing(12)
        form.setVerticalSpacing(8)
        self.languages = QLineEdit()
        self.languages.setPlaceholderText("en, es")
        self.languages.editingFinished.connect(self._on_languages)
        self.frame = QComboBox()
        for frame, words in framing_words().items():
            self.frame.addItem(words, frame.value)
        self.frame.activated.connect(lambda _: self._change(frame=Framing(self.frame.currentData())))
        self.urgency = QCheckBox(tr("Setup", "Countdowns and urgency are welcome"))
        self.urgency.clicked.connect(lambda on: self._change(urgency=on))
        self.mode = QComboBox()
        for mode, words in mode_words().items():
            self.mode.addItem(words, mode.value)
        self.mode.activated.connect(lambda _: self._disclose(mode=DisclosureMode(self.mode.currentData())))
        self.every = QSpinBox()
        roomy(self.every)
        self.every.setRange(1, 120)
        self.every.setSuffix(tr("Setup", " minutes"))
        self.every.valueChanged.connect(lambda minutes: self._disclose(every_s=minutes * 60))
        rows: tuple[tuple[str, QWidget], ...] = (
            (tr("Setup", "Languages, most important first"), self.languages),
            (tr("Setup", "Main message"), self.frame),
            ("", self.urgency),
            (tr("Setup", "Ad disclosure"), self.mode),
            (tr("Setup", "Repeat every"), self.every),
        )
        for words, widget in rows:
            widget.setAccessibleName(words or tr("Setup", "Countdowns and urgency are welcome"))
            form.addRow(label(words, "muted"), widget)
        return form

    def read(self, market_id: str) -> None:
        """Show a market: the show's own profile, else the built-in one."""
        if market_id != self._id or not self.languages.isModified():  # otherwise the user is typing there
            self._show_languages(market_id)
        self._id = market_id
        own = next((market for market in self._context.studio.document.show.markets if market.id == market_id), None)
        market = self._market(market_id)
        if market is None:
            return
        tag = self._context.language
        self.name.setText(pick(market.name, (tag,))[0] or market.id)
        changed = own is not None and own != self._shipped.get(market_id)
        self.state.setText(tr("Setup", "not selected – select it to sell there") if own is None else tr("Setup", "edited"))
        self.state.setVisible(changed or own is None)
        self.reset.setVisible(changed and market_id in self._shipped)
        self.facts.setText(self._facts(market))
        self.frame.setCurrentIndex(self.frame.findData(market.frame.value))
        self.urgency.setChecked(market.urgency)
        self.mode.setCurrentIndex(self.mode.findData(market.disclosure.mode.value))
        self.every.blockSignals(True)
        self.every.setValue(max(1, market.disclosure.every_s // 60))
        self.every.blockSignals(False)
        self.every.setEnabled(own is not None and market.disclosure.mode is DisclosureMode.PERIODIC)
        for editor in (self.languages, self.frame, self.urgency, self.mode, self.disclosure_text, self.buying, self.tone):
            editor.setEnabled(own is not None)
        self.disclosure_text.show_words(market.disclosure.text, market.languages[0], (tag,))
        self.disclosure_text.setVisible(market.disclosure.mode is not DisclosureMode.NONE)
        self.buying.show_words(market.buying, tag)
        self.tone.show_words(market.tone, tag)
        self.taboos.show_rules(market.taboos, tag, own=own is not None)
        self.phrases.show_rules(market.phrases, tag, own=own is not None)
        self.claims.show_rules(market.claims, tag, own=own is not None)
        self.source.setText(
            tr(
                "Setup",
                "Reviewed {date}. Source: {source}. General guidance, not legal advice.",
                date=market.reviewed_on or "–",
                source=market.source or "–",
            )
        )

    def _market(self, market_id: str) -> Market | None:
        own = next((market for market in self._context.studio.document.show.markets if market.id == market_id), None)
        return own or self._shipped.get(market_id)

    def _show_languages(self, market_id: str) -> None:
        market = self._market(market_id)
        self.languages.setText(", ".join(market.languages) if market is not None else "")
        set_property(self.languages, "invalid", False)

    def _facts(self, market: Market) -> str:
        tag, formats = self._context.language, self._context.formats
        languages = ", ".join(formats.language_name(language, tag) for language in market.languages)
        zones = ", ".join(zone.split("/")[-1].replace("_", " ") for zone in market.zones)
        return "\n".join(
            (
                f"{market.currency} · {languages} · {zones}",
                tr("Setup", "Prime time: {begin}–{end}.", begin=market.prime_time[0], end=market.prime_time[1]),
                tr("Setup", "Payment: {ways}.", ways=", ".join(payment_name(one) for one in market.payments)) if market.payments else "",
            )
        ).rstrip()

    def _change(self, **changes: Any) -> None:
        """Change fields of the show's own profile; typing in one field is one undo step."""
        self._edit("Edit market", changes, merge=f"market.{self._id}.{'.'.join(changes)}")

    def _edit(self, step: str, changes: Mapping[str, Any], merge: str = "") -> None:
        def apply(show: Show) -> Show:
            own = next((market for market in show.markets if market.id == self._id), None)
            return show if own is None else put_market(show, replace(own, **changes))

        self._context.edit_show(step, apply, merge=merge)
        self.read(self._id)

    def _disclose(self, **changes: Any) -> None:
        own = next((market for market in self._context.studio.document.show.markets if market.id == self._id), None)
        if own is not None:
            disclosure: Disclosure = replace(own.disclosure, **changes)
            self._change(disclosure=disclosure)

    def _on_languages(self) -> None:
        tags = tuple(dict.fromkeys(tag.strip() for tag in re.split("[,;，；、]", self.languages.text()) if tag.strip()))
        good = bool(tags) and all(_TAG.fullmatch(tag) for tag in tags)
        set_property(self.languages, "invalid", not good)
        if good:
            self.languages.setModified(False)
            self._change(languages=tags)

    def _reset(self) -> None:
        shipped = self._shipped.get(self._id)
        if shipped is not None:
            self._context.edit_show("Reset market", lambda show: put_market(show, shipped))
            self.read(self._id)
