"""A market's rules: taboos, phrases and claims, each listed and with a form."""

import re
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any, Generic, TypeVar

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QIcon, QKeyEvent
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QListWidget, QListWidgetItem, QPlainTextEdit, QVBoxLayout, QWidget

from app.domain.base.localized_text import LocalizedText, pick
from app.domain.catalogue.market import ClaimRule, Level, Phrase, Taboo, TabooKind
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.labels import label, tip
from app.ui.kit.language import tr
from app.ui.kit.scroll_dialog import ScrollDialog
from app.ui.kit.theme import Icons
from app.ui.kit.translated_field import TranslatedField

Rule = Taboo | Phrase | ClaimRule
AnyRule = TypeVar("AnyRule", Taboo, Phrase, ClaimRule)

SPOKEN = ("en", "zh-Hans")  # the languages of reasons, for hosts and crews
MATCHES_PX = 84
ROW_PX = 30
EDGE_PX = 6  # of a list, by the style sheet
ROWS = 6  # of a list that are in sight at once
MATCHES_SHOWN = 6  # matches per row
_COLOUR = re.compile("#[0-9a-fA-F]{6}")


def level_words() -> Mapping[Level, str]:
    """The weight of a finding, in words."""
    return {
        Level.INFO: tr("Rules", "Note"),
        Level.WARNING: tr("Rules", "Should change"),
        Level.BLOCK: tr("Rules", "Not allowed"),
    }


def kind_words() -> Mapping[TabooKind, str]:
    """The kind of a taboo, in words."""
    return {
        TabooKind.WORD: tr("Rules", "Word"),
        TabooKind.TOPIC: tr("Rules", "Topic"),
        TabooKind.NUMBER: tr("Rules", "Number"),
        TabooKind.COLOUR: tr("Rules", "Colour"),
        TabooKind.GESTURE: tr("Rules", "Gesture"),
        TabooKind.IMAGE: tr("Rules", "Picture"),
    }


def rule_words(rule: Rule, tag: str) -> str:
    """A rule on one line: its matches and the reason, for a reader of this language."""
    reason = pick(rule.reason, (tag,))[0] or (pick(rule.instead, (tag,))[0] if isinstance(rule, Phrase) else "")
    return ": ".join(filter(None, (", ".join(rule.matches[:MATCHES_SHOWN]), reason)))


def written(text: str) -> tuple[str, ...]:
    """The matches, one per line, each once."""
    return tuple(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))


def _note(texts: dict[str, str], language: str, words: LocalizedText) -> None:
    texts[language] = words.get(language, "")


class _RuleDialog(ScrollDialog, Generic[AnyRule]):
    """Changes nothing until it is confirmed: `result_rule` is the result, None = cancelled."""

    def __init__(self, context: WindowContext, rule: AnyRule, parent: QWidget, title: str, text: str) -> None:
        super().__init__(parent, title, text)
        self.resize(520, 600)
        self.result_rule: AnyRule | None = None
        self._rule: AnyRule = rule
        self._context = context
        self._texts: dict[str, dict[str, str]] = {}
        self.body.addWidget(label(tr("Rules", "Words to find, one per line, in any language"), "muted"))
        self.matches = QPlainTextEdit("\n".join(rule.matches))
        self.matches.setAccessibleName(tr("Rules", "Words to find, one per line, in any language"))
        self.matches.setFixedHeight(MATCHES_PX)
        self.matches.setTabChangesFocus(True)
        self.body.addWidget(self.matches)
        self.refusal = label("", "error", wrap=True)
        self.refusal.hide()
        self.body.addWidget(self.refusal)
        self.build()
        self.body.addStretch(1)
        self.buttons.addWidget(push_button(tr("Rules", "Cancel"), self.reject))
        done = push_button(tr("Rules", "Save"), self._save, role="primary")
        done.setDefault(True)
        self.buttons.addWidget(done)
        self.matches.setFocus()

    @abstractmethod
    def build(self) -> None:
        """Add the fields of this kind of rule."""

    @abstractmethod
    def fields(self) -> dict[str, Any]:
        """The values of these fields."""

    def refused(self, matches: Sequence[str]) -> str:
        """Why these matches are invalid, "" = they are valid."""
        return "" if matches else tr("Rules", "Enter the words to find.")

    def level(self, chosen: Level) -> QComboBox:
        """A drop-down for the weight."""
        return self.choice(tr("Rules", "Severity"), {one.value: words for one, words in level_words().items()}, chosen.value)

    def choice(self, title: str, entries: Mapping[str, str], chosen: str) -> QComboBox:
        """A drop-down with these entries (value → words)."""
        box = QComboBox()
        box.setAccessibleName(title)
        for value, words in entries.items():
            box.addItem(words, value)
        box.setCurrentIndex(max(0, box.findData(chosen)))
        self.body.addWidget(label(title, "muted"))
        self.body.addWidget(box)
        return box

    def words(self, name: str, title: str, words: LocalizedText) -> None:
        """A field for each of the two languages in which rules are explained, and for its other languages."""
        texts = self._texts[name] = dict(words)
        for language in dict.fromkeys((*SPOKEN, *words)):
            shown = TranslatedField(f"{title} · {self._context.formats.language_name(language, self._context.language)}", paragraph=True)
            shown.show_words({language: words.get(language, "")}, language)
            shown.edited.connect(partial(_note, texts, language))
            self.body.addWidget(shown)

    def texts_of(self, name: str) -> LocalizedText:
        """The texts in the fields of this name."""
        return {language: text.strip() for language, text in self._texts[name].items() if text.strip()}

    def _save(self) -> None:
        matches = written(self.matches.toPlainText())
        reason = self.refused(matches)
        self.refusal.setText(reason)
        self.refusal.setVisible(bool(reason))
        if not reason:
            self.result_rule = replace(self._rule, matches=matches, **self.fields())
            self.accept()


class TabooDialog(_RuleDialog[Taboo]):
    """Something not to show or say."""

    def __init__(self, context: WindowContext, rule: Taboo, parent: QWidget) -> None:
        super().__init__(
            context,
            rule,
            parent,
            tr("Rules", "Sensitive topics"),
            tr("Rules", "Checked in names, texts, prices and colours while you plan."),
        )

    def build(self) -> None:
        self.kind = self.choice(tr("Rules", "Type"), {one.value: words for one, words in kind_words().items()}, self._rule.kind.value)
        self.weight = self.level(self._rule.level)
        self.words("reason", tr("Rules", "Why"), self._rule.reason)

    def refused(self, matches: Sequence[str]) -> str:
        kind = TabooKind(self.kind.currentData())
        if kind is TabooKind.NUMBER and not all(one.isdigit() and one.isascii() for one in matches):
            return tr("Rules", "Write a number in digits, such as 13")
        if kind is TabooKind.COLOUR and not all(_COLOUR.fullmatch(one) for one in matches):
            return tr("Rules", "Write a colour as #rrggbb, such as #ffffff")
        if kind in (TabooKind.GESTURE, TabooKind.IMAGE, TabooKind.TOPIC) and self.texts_of("reason"):
            return ""  # it is read, even where no word gives it away
        return super().refused(matches)

    def fields(self) -> dict[str, Any]:
        return {
            "kind": TabooKind(self.kind.currentData()),
            "level": Level(self.weight.currentData()),
            "reason": self.texts_of("reason"),
        }


class PhraseDialog(_RuleDialog[Phrase]):
    """A phrase to avoid, and what to say instead."""

    def __init__(self, context: WindowContext, rule: Phrase, parent: QWidget) -> None:
        super().__init__(
            context, rule, parent, tr("Rules", "Better wording"), tr("Rules", "What sounds fine at home can sound wrong there.")
        )

    def build(self) -> None:
        self.words("instead", tr("Rules", "Say instead"), self._rule.instead)
        self.words("reason", tr("Rules", "Why"), self._rule.reason)
        self.pressure = QCheckBox(tr("Rules", "Pushy or shouting"))
        self.pressure.setChecked(self._rule.pressure)
        self.body.addWidget(self.pressure)

    def fields(self) -> dict[str, Any]:
        return {"instead": self.texts_of("instead"), "reason": self.texts_of("reason"), "pressure": self.pressure.isChecked()}


class ClaimDialog(_RuleDialog[ClaimRule]):
    """A claim that is forbidden, or needs proof."""

    def __init__(self, context: WindowContext, rule: ClaimRule, parent: QWidget) -> None:
        super().__init__(context, rule, parent, tr("Rules", "Claims"), tr("Rules", "What you can’t claim there, or only with proof."))

    def build(self) -> None:
        self.weight = self.level(self._rule.level)
        self.words("reason", tr("Rules", "Why"), self._rule.reason)

    def fields(self) -> dict[str, Any]:
        return {"level": Level(self.weight.currentData()), "reason": self.texts_of("reason")}


RuleForm = TabooDialog | PhraseDialog | ClaimDialog


class _List(QListWidget):
    opened = Signal()
    removed = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        here = self.currentRow() >= 0
        if here and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.opened.emit()
        elif here and event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.removed.emit()
        else:
            super().keyPressEvent(event)


class RulesList(QWidget):
    """A list of rules of one kind with buttons to add, edit and remove.

    `fresh` makes a new rule; `ask(rule, keep)` opens its form and calls `keep` with the result; `edit(title, rules)` replaces the shown
    rules in one undo step.
    """

    def __init__(
        self,
        icons: Icons,
        title: str,
        *,
        fresh: Callable[[], Any],
        ask: Callable[[Any, Callable[[Any], None]], None],
        edit: Callable[[str, tuple[Any, ...]], None],
    ) -> None:
        super().__init__()
        self._icons = icons
        self._fresh = fresh
        self._ask = ask
        self._edit = edit
        self._rules: tuple[Any, ...] = ()
        self._shown: tuple[Sequence[Any], str, bool] | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(2)
        head = QHBoxLayout()
        head.setSpacing(0)
        head.addWidget(label(title, "heading"), 1)
        self.add_button = icon_button(icons, "add", tr("Rules", "Add: {title}", title=title), self._add)
        self.open_button = icon_button(icons, "rename", tr("Rules", "Edit: {title}", title=title), self._open)
        self.remove_button = icon_button(icons, "remove", tr("Rules", "Remove: {title}", title=title), self._remove)
        for button in (self.add_button, self.open_button, self.remove_button):
            head.addWidget(button)
        column.addLayout(head)
        self.list = _List()
        self.list.setAccessibleName(title)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.list.setUniformItemSizes(True)
        self.list.opened.connect(self._open)
        self.list.removed.connect(self._remove)
        self.list.itemDoubleClicked.connect(lambda _: self._open())
        self.list.currentRowChanged.connect(lambda _: self._show_buttons())
        column.addWidget(self.list)
        self._own = False

    def show_rules(self, rules: Sequence[Any], tag: str, *, own: bool) -> None:
        """Show these rules; only the show's `own` can be edited."""
        shown = (rules, tag, own)
        if shown == self._shown:
            return  # the selection stays, and typing in another field rebuilds nothing
        here = self.list.currentRow()
        self._shown = shown
        self._rules, self._own = tuple(rules), own
        self.list.clear()
        for rule in self._rules:
            words = rule_words(rule, tag)
            item = QListWidgetItem(self._icon(rule), words)
            item.setToolTip(tip(words))
            self.list.addItem(item)
        self.list.setCurrentRow(min(here, len(self._rules) - 1))
        self.list.setVisible(bool(self._rules))
        rows = min(len(self._rules), ROWS)
        self.list.setFixedHeight(max(ROW_PX, self.list.sizeHintForRow(0)) * rows + 2 * self.list.frameWidth() + EDGE_PX)
        self._show_buttons()

    def _icon(self, rule: Rule) -> QIcon:
        if isinstance(rule, Phrase):
            return self._icons.icon("text", "muted")
        name, colour = {Level.INFO: ("info", "info"), Level.WARNING: ("warning", "warning"), Level.BLOCK: ("warning", "error")}[rule.level]
        return self._icons.icon(name, colour)

    def _show_buttons(self) -> None:
        chosen = self._own and self.list.currentRow() >= 0
        self.add_button.setEnabled(self._own)
        self.open_button.setEnabled(chosen)
        self.remove_button.setEnabled(chosen)

    def _add(self) -> None:
        self._ask(self._fresh(), lambda rule: self._edit("Add rule", (*self._rules, rule)))

    def _open(self) -> None:
        place, rules = self.list.currentRow(), self._rules
        if self._own and 0 <= place < len(rules):
            self._ask(rules[place], lambda rule: self._edit("Edit rule", (*rules[:place], rule, *rules[place + 1 :])))

    def _remove(self) -> None:
        place, rules = self.list.currentRow(), self._rules
        if self._own and 0 <= place < len(rules):
            self._edit("Remove rule", (*rules[:place], *rules[place + 1 :]))
