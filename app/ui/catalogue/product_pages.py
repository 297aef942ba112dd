"""The pages of the product form. Each shows a product in one language and reports the fields that the user changes."""

from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox, QFormLayout, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.domain.base.errors import AppError
from app.domain.base.localized_text import LocalizedText
from app.domain.catalogue.product import MAX_POINTS, Answer, Claim, Comparison, Point, Product, Role
from app.domain.show_editing import new_id
from app.ui.kit.buttons import icon_button, push_button
from app.ui.kit.labels import label
from app.ui.kit.language import tr
from app.ui.kit.theme import Icons, Theme
from app.ui.kit.translated_field import PlainField, TranslatedField

Change = Callable[[str, Callable[[Product], Product]], None]


@dataclass(frozen=True, slots=True)
class PageMeans:
    """What pages need from the form. `change(typed, function)` edits the open product: edits in a row with the same `typed` are one undo
    step, and "" is always a step. `markets` maps ids to names, `currencies` is by market, `words_of` words an error."""

    change: Change
    icons: Icons
    theme: Theme
    markets: Callable[[], Mapping[str, str]]
    currencies: Callable[[], Mapping[str, str]]
    words_of: Callable[[AppError], str]


@dataclass(frozen=True, slots=True)
class ProductReading:
    """The product that pages show, in which language, and the host's languages for comparison."""

    product: Product
    language: str
    beside: Sequence[str]


def role_words() -> dict[str, str]:
    """The roles a product can play."""
    return {
        Role.HERO.value: tr("Product", "Hero: makes the profit"),
        Role.TRAFFIC.value: tr("Product", "Traffic: attracts viewers"),
        Role.BACKUP.value: tr("Product", "Backup: ready to step in"),
    }


class ProductPage(QWidget):
    """Base of the pages. Built inside its `parent`, because Qt styles a widget twice when it gets a parent later."""

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(parent)
        self.means = means
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 12, 0)
        self.column.setSpacing(10)
        self._words: dict[str, TranslatedField] = {}

    def words(self, name: str, title: str, *, paragraph: bool = False, hint: str = "") -> TranslatedField:
        """A field with text in each language."""
        made = TranslatedField(title, paragraph=paragraph, hint=hint, parent=self)
        made.edited.connect(lambda words: self.means.change(name, lambda product: replace(product, **{name: words})))
        self._words[name] = made
        self.column.addWidget(made)
        return made

    def heading(self, text: str, hint: str = "") -> None:
        """Add a heading above the next fields."""
        self.column.addWidget(label(text, "heading"))
        if hint:
            self.column.addWidget(label(hint, "hint", wrap=True))

    def begin(self) -> None:
        """Focus the first field."""
        self.focusNextChild()

    def read(self, reading: ProductReading) -> None:
        """Show a product."""
        for name, shown in self._words.items():
            shown.show_words(getattr(reading.product, name), reading.language, reading.beside)


class BasicsPage(ProductPage):
    """Name, role and the four facts that every product card needs."""

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(means, parent)
        self.words("name", tr("Product", "Name"))
        form = QFormLayout()
        form.setLabelAlignment(Qt.AlignmentFlag.AlignLeft)
        form.setHorizontalSpacing(12)
        self.role = QComboBox()
        for value, words in role_words().items():
            self.role.addItem(words, value)
        self.role.activated.connect(lambda: means.change("", lambda product: replace(product, role=Role(self.role.currentData()))))
        form.addRow(label(tr("Product", "Role in the show"), "muted"), self.role)
        self._lines: dict[str, QLineEdit] = {}
        for name, title in (
            ("sku", tr("Product", "SKU")),
            ("category", tr("Product", "Category")),
            ("price_band", tr("Product", "Price range")),
        ):
            form.addRow(label(title, "muted"), self._line(name, title))
        self.column.addLayout(form)
        self._lines["price_band"].setPlaceholderText(tr("Product", "For example: USD 20–30, an easy gift"))
        self.words("unit", tr("Product", "Unit"), hint=tr("Product", "“piece”, “set of 3”"))
        self.words("pain_point", tr("Product", "Problem it solves"), paragraph=True)
        self.words("audience", tr("Product", "Target customers"), paragraph=True)
        self.column.addStretch(1)

    def begin(self) -> None:
        self._words["name"].begin()  # a new product needs its name first

    def _line(self, name: str, title: str) -> QLineEdit:
        line = QLineEdit()
        line.setAccessibleName(title)
        line.textEdited.connect(lambda text: self.means.change(name, lambda product: replace(product, **{name: text})))
        self._lines[name] = line
        return line

    def read(self, reading: ProductReading) -> None:
        super().read(reading)
        self.role.setCurrentIndex(self.role.findData(reading.product.role.value))
        for name, line in self._lines.items():
            if line.text() != getattr(reading.product, name):
                line.setText(getattr(reading.product, name))


Fields = tuple[tuple[str, str, bool, LocalizedText | str], ...]  # (name, title, paragraph, text by language or plain text)


class _Listed(ProductPage):
    """A page with a list of entries that have text; `key` is the product's field."""

    key = ""
    limit = 0

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(means, parent)
        self._boxes: list[QWidget] = []
        self._fields: dict[QWidget, list[TranslatedField | PlainField]] = {}
        self._reading: ProductReading | None = None
        self.list = QVBoxLayout()
        self.list.setSpacing(12)

    def build(self, add: str) -> None:
        """Add the list and the button below it."""
        self.column.addLayout(self.list)
        self.add_button = push_button(add, self._add)
        row = QHBoxLayout()
        row.addWidget(self.add_button)
        row.addStretch(1)
        self.column.addLayout(row)

    @abstractmethod
    def new_entry(self) -> Any:
        """A new entry."""

    @abstractmethod
    def fields(self, thing: Any) -> Fields:
        """The fields of an entry."""

    def with_field(self, thing: Any, name: str, value: LocalizedText | str) -> Any:
        """The entry with another value in this field."""
        return replace(thing, **{name: value})

    def _things(self) -> tuple[Any, ...]:
        return tuple(getattr(self._reading.product, self.key)) if self._reading is not None else ()

    def _set(self, change: Callable[[list[Any]], None], typed: str = "") -> None:
        def apply(product: Product) -> Product:
            things = list(getattr(product, self.key))
            change(things)
            changes: dict[str, Any] = {self.key: tuple(things)}
            return replace(product, **changes)

        self.means.change(typed, apply)

    def _add(self) -> None:
        self._set(lambda things: things.append(self.new_entry()))
        if self._boxes:
            self._boxes[-1].setFocus()

    def _remove(self, place: int) -> None:
        self._set(lambda things: things.pop(place) if place < len(things) else None)

    def read(self, reading: ProductReading) -> None:
        super().read(reading)
        self._reading = reading
        things = self._things()
        if len(things) != len(self._boxes):
            self._fields.clear()
            for box in self._boxes:
                self.list.removeWidget(box)
                box.hide()
                box.deleteLater()
            self._boxes = [self._box(place, thing) for place, thing in enumerate(things)]
            for box in self._boxes:
                self.list.addWidget(box)
        for box, thing in zip(self._boxes, things, strict=True):
            for field, (_, _, _, value) in zip(self._fields[box], self.fields(thing), strict=True):
                if isinstance(field, TranslatedField) and not isinstance(value, str):
                    field.show_words(value, reading.language, reading.beside)
                elif isinstance(field, PlainField):
                    field.show_text(str(value))
        self.add_button.setEnabled(not self.limit or len(things) < self.limit)

    def _box(self, place: int, thing: Any) -> QWidget:
        box = QWidget()
        box.setObjectName("card")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        row = QHBoxLayout(box)
        row.setContentsMargins(12, 10, 6, 10)
        column = QVBoxLayout()
        column.setSpacing(8)
        fields: list[TranslatedField | PlainField] = []
        for name, title, paragraph, value in self.fields(thing):
            field = PlainField(title) if isinstance(value, str) else TranslatedField(title, paragraph=paragraph)
            field.edited.connect(lambda changed, name=name: self._edit(place, name, changed))
            column.addWidget(field)
            fields.append(field)
        self._fields[box] = fields
        box.setFocusProxy(fields[0])
        row.addLayout(column, 1)
        remove = icon_button(self.means.icons, "remove", tr("Product", "Remove"), lambda: self._remove(place))
        row.addWidget(remove, 0, Qt.AlignmentFlag.AlignTop)
        return box

    def _edit(self, place: int, name: str, value: LocalizedText | str) -> None:
        def change(things: list[Any]) -> None:
            things[place] = self.with_field(things[place], name, value)

        self._set(change, f"{self.key}.{place}.{name}")


class PointsPage(_Listed):
    """Up to three core selling points, each with the keyword that viewers see."""

    key = "points"
    limit = MAX_POINTS

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(means, parent)
        self.heading(
            tr("Product", "Key selling points"),
            tr("Product", "Up to three; viewers won’t remember more. Say them in any order while viewers see the keyword."),
        )
        self.build(tr("Product", "Add selling point"))
        self.column.addStretch(1)

    def new_entry(self) -> Point:
        return Point(new_id())

    def fields(self, thing: Point) -> Fields:
        return (
            ("text", tr("Product", "What the host says"), True, thing.text),
            ("keyword", tr("Product", "Keyword for viewers"), False, thing.keyword),
        )


class ScenariosPage(_Listed):
    """Where and when it is used."""

    key = "scenarios"

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(means, parent)
        self.heading(tr("Product", "Use cases"), tr("Product", "Specs alone don’t sell. Who uses it, where and when?"))
        self.build(tr("Product", "Add use case"))
        self.column.addStretch(1)

    def new_entry(self) -> LocalizedText:
        return {}

    def fields(self, thing: LocalizedText) -> Fields:
        return (("words", "", True, thing),)

    def with_field(self, thing: LocalizedText, name: str, value: LocalizedText | str) -> LocalizedText:
        del name
        return thing if isinstance(value, str) else value


class QuestionsPage(_Listed):
    """Viewers' questions, with answers."""

    key = "faq"

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(means, parent)
        self.heading(tr("Product", "Questions and answers"), tr("Product", "The host finds them by typing a few letters."))
        self.build(tr("Product", "Add question"))
        self.words("return_rule", tr("Product", "Returns"), paragraph=True)
        self.column.addStretch(1)

    def new_entry(self) -> Answer:
        return Answer({}, {})

    def fields(self, thing: Answer) -> Fields:
        return (
            ("question", tr("Product", "Question"), False, thing.question),
            ("answer", tr("Product", "Answer"), True, thing.answer),
        )


class ComparisonPage(_Listed):
    """What competitors offer, and what is better here."""

    key = "comparisons"

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(means, parent)
        self.heading(tr("Product", "Comparison with competitors"), tr("Product", "For the host and the handbook. Viewers don’t see it."))
        self.build(tr("Product", "Add comparison"))
        self.column.addStretch(1)

    def new_entry(self) -> Comparison:
        return Comparison("", {}, {})

    def fields(self, thing: Comparison) -> Fields:
        return (
            ("competitor", tr("Product", "Competitor"), False, thing.competitor),
            ("theirs", tr("Product", "Theirs"), True, thing.theirs),
            ("ours", tr("Product", "Ours"), True, thing.ours),
        )


class ClaimsPage(_Listed):
    """What the seller claims about the product."""

    key = "claims"

    def __init__(self, means: PageMeans, parent: QWidget) -> None:
        super().__init__(means, parent)
        self.heading(
            tr("Product", "Claims"), tr("Product", "Such as “organic”, “waterproof” or “clinically tested”. Some markets require proof.")
        )
        self.build(tr("Product", "Add claim"))
        self.column.addStretch(1)

    def new_entry(self) -> Claim:
        return Claim({})

    def fields(self, thing: Claim) -> Fields:
        return (
            ("text", tr("Product", "Claim"), False, thing.text),
            ("evidence", tr("Product", "Proof"), False, thing.evidence),
        )
