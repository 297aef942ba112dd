"""The product form: edits everything about a product, one language at a time. Each change applies at once and can be undone."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFrame,
    QHBoxLayout,
    QListWidget,
    QProgressBar,
    QScrollArea,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.errors import AppError
from app.domain.base.localized_text import pick
from app.domain.catalogue.handbook import Completeness, completeness, meter
from app.domain.catalogue.product import Product, missing_fields, missing_to_sell
from app.domain.show import languages_of, product_by_id
from app.domain.show_editing import put_product
from app.ui.catalogue.picture_strip import SIDE_PX, PictureStrip
from app.ui.catalogue.product_list import Thumbnails
from app.ui.catalogue.product_pages import (
    BasicsPage,
    ClaimsPage,
    ComparisonPage,
    PageMeans,
    PointsPage,
    ProductPage,
    ProductReading,
    QuestionsPage,
    ScenariosPage,
)
from app.ui.catalogue.product_trade_pages import PricesPage, SizesPage
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.labels import ElidedLabel, label
from app.ui.kit.language import declared, tr
from app.ui.kit.theme import set_property

SIZE_PX = (900, 640)
METER_PX = (96, 6)
PAGES_PX = 170


def field_titles() -> Mapping[str, str]:
    """What the form calls the mandatory fields."""
    return {
        "name": tr("Product", "Name"),
        "pain_point": tr("Product", "Problem it solves"),
        "audience": tr("Product", "Target customers"),
        "price_band": tr("Product", "Price range"),
        "points": tr("Product", "Key selling points"),
    }


def section_titles() -> Mapping[str, str]:
    """What the form calls the sections of a handbook."""
    return {
        "name": tr("Product", "Name"),
        "points": tr("Product", "Selling points"),
        "scenarios": tr("Product", "Use cases"),
        "faq": tr("Product", "Questions"),
        "comparisons": tr("Product", "Comparison"),
        "pictures": tr("Product", "Pictures"),
    }


def missing_to_sell_words(product: Product, markets: Mapping[str, str]) -> list[str]:
    """What keeps viewers from buying. Names the markets unless it concerns all of them."""
    titles = {"prices": tr("Product", "Price"), "links": tr("Product", "Buy link")}
    words = []
    for key, ids in missing_to_sell(product, tuple(markets)).items():
        names = ", ".join(markets[one] for one in ids) if len(ids) < len(markets) else ""
        words.append(tr("Product", "{field} ({markets})", field=titles[key], markets=names) if names else titles[key])
    return words


class HandbookMeter(QWidget):
    """How complete a product's handbook is in a language, and what is missing."""

    def __init__(self) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.bar = QProgressBar()
        self.bar.setRange(0, 100)
        self.bar.setTextVisible(False)
        self.bar.setFixedSize(*METER_PX)
        self.words = label("", "hint", wrap=True)
        row.addWidget(self.bar, 0, Qt.AlignmentFlag.AlignVCenter)
        row.addWidget(self.words, 1)

    def show_completeness(self, done: Completeness) -> None:
        """Show this completeness."""
        titles = section_titles()
        self.bar.setValue(done.percent)
        set_property(self.bar, "level", "good" if not done.missing else "")
        gaps = ", ".join(titles[name] for name in done.missing)
        self.words.setText(
            tr("Product", "Handbook {percent} % complete. Missing: {gaps}.", percent=done.percent, gaps=gaps)
            if gaps
            else tr("Product", "The handbook is complete in this language.")
        )


class _PicturesPage(ProductPage):
    def __init__(self, means: PageMeans, make_strip: Callable[[], PictureStrip], parent: QWidget) -> None:
        super().__init__(means, parent)
        self.heading(tr("Product", "Pictures"))
        strip = self._strip = make_strip()
        self.column.addWidget(strip)
        self.column.addStretch(1)
        strip.ordered.connect(lambda ids: means.change("", lambda product: replace(product, pictures=tuple(ids))))

    def read(self, reading: ProductReading) -> None:
        super().read(reading)
        self._strip.show_pictures(reading.product.pictures)


class ProductDialog(QDialog):
    """Stays open beside the main window, and closes when its product is removed."""

    def __init__(self, context: WindowContext, product_id: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._context = context
        self._id = product_id
        self.resize(*SIZE_PX)
        self.setMinimumSize(640, 460)
        means = PageMeans(self._change, context.icons, context.theme, self._markets, self._currencies, self._words_of)
        self._makers: tuple[tuple[str, Callable[[QWidget], ProductPage]], ...] = (
            (tr("Product", "Basics"), partial(BasicsPage, means)),
            (tr("Product", "Pictures"), partial(_PicturesPage, means, self._make_strip)),
            (tr("Product", "Selling points"), partial(PointsPage, means)),
            (tr("Product", "Use cases"), partial(ScenariosPage, means)),
            (tr("Product", "Prices and stock"), partial(PricesPage, means)),
            (tr("Product", "Questions"), partial(QuestionsPage, means)),
            (tr("Product", "Comparison"), partial(ComparisonPage, means)),
            (tr("Product", "Claims"), partial(ClaimsPage, means)),
            (tr("Product", "Sizes"), partial(SizesPage, means)),
        )
        self._places: dict[int, QScrollArea] = {}
        self._pages: dict[int, ProductPage] = {}  # built when first shown, so that the form opens quickly
        self._reading: ProductReading | None = None
        self._build()
        context.bridge.show_changed.connect(self._read)
        self._read()
        self.list.setCurrentRow(0)

    def _build(self) -> None:
        outer = QVBoxLayout(self)
        outer.setContentsMargins(24, 18, 16, 14)
        outer.setSpacing(10)
        top = QHBoxLayout()
        self.title = ElidedLabel("", "title")
        top.addWidget(self.title, 1)
        top.addWidget(label(tr("Product", "Writing in"), "muted"))
        self.language = QComboBox()
        self.language.setAccessibleName(tr("Product", "Text language"))
        self.language.setMinimumWidth(190)
        self.language.activated.connect(lambda _: self._read())
        top.addWidget(self.language)
        outer.addLayout(top)
        self.meter = HandbookMeter()
        self.missing = label("", "warning", wrap=True)
        head = QVBoxLayout()
        head.setSpacing(2)
        head.addWidget(self.meter)
        head.addWidget(self.missing)
        outer.addLayout(head)
        middle = QHBoxLayout()
        middle.setSpacing(16)
        self.list = QListWidget()
        self.list.setFixedWidth(PAGES_PX)
        self.list.setAccessibleName(tr("Product", "Pages"))
        self.stack = QStackedWidget()
        self.list.addItems([title for title, _ in self._makers])
        self.list.currentRowChanged.connect(self._show_page)
        middle.addWidget(self.list)
        middle.addWidget(self.stack, 1)
        outer.addLayout(middle, 1)
        bottom = QHBoxLayout()
        studio = self._context.studio
        self.undo = push_button(tr("Product", "Undo"), studio.document.undo)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Undo), self, studio.document.undo)
        QShortcut(QKeySequence(QKeySequence.StandardKey.Redo), self, studio.document.redo)
        bottom.addWidget(self.undo)
        bottom.addStretch(1)
        done = push_button(tr("Product", "Done"), self.accept, role="primary")
        bottom.addWidget(done)
        outer.addLayout(bottom)

    def open_page(self, field: str) -> None:
        """Go to the page that has this field."""
        places = {"points": 2, "scenarios": 3, "prices": 4, "stock": 4, "faq": 5, "claims": 7, "pictures": 1}
        self.list.setCurrentRow(places.get(field, 0))
        self._pages[self.list.currentRow()].begin()

    def _show_page(self, place: int) -> None:
        if place not in self._pages:
            scroll = self._places[place] = QScrollArea(self.stack)
            scroll.setWidgetResizable(True)
            scroll.setFrameShape(QFrame.Shape.NoFrame)
            self.stack.addWidget(scroll)
            page = self._pages[place] = self._makers[place][1](scroll.viewport())
            if self._reading is not None:
                page.read(self._reading)
            scroll.setWidget(page)
        self.stack.setCurrentWidget(self._places[place])

    def _markets(self) -> Mapping[str, str]:
        language = self._context.studio.document.show.presentation.host_language
        return {market.id: pick(market.name, (language,))[0] or market.id for market in self._context.studio.document.show.markets}

    def _currencies(self) -> Mapping[str, str]:
        return {market.id: market.currency for market in self._context.studio.document.show.markets}

    def _words_of(self, error: AppError) -> str:
        return self._context.wordings.sentence(error.code, error.data).text

    def _change(self, typed: str, change: Callable[[Product], Product]) -> None:
        self._context.edit_show(
            "Edit product",
            lambda show: put_product(show, change(product_by_id(show, self._id))),
            merge=f"product.{self._id}.{typed}.{self.language.currentData()}" if typed else "",
        )

    def _make_strip(self) -> PictureStrip:
        strip = PictureStrip(Thumbnails(self._context.studio.pictures.get, SIDE_PX), self._context.icons, self._context.file_dialogs)
        strip.files_chosen.connect(self._add_pictures)
        return strip

    def _add_pictures(self, paths: list[str]) -> None:
        ids = [picture for path in paths if (picture := self._context.add_picture(path))]
        if ids:
            self._change("", lambda product: replace(product, pictures=tuple(dict.fromkeys((*product.pictures, *ids)))))

    def _read(self) -> None:
        show = self._context.studio.document.show
        product = self._context.studio.control.products.find(self._id)
        if product is None:
            self.reject()
            return
        languages = languages_of(show)
        self._show_languages(languages, product)
        language = str(self.language.currentData() or show.presentation.host_language)
        self._reading = ProductReading(product, language, (show.presentation.host_language,))
        for page in self._pages.values():
            page.read(self._reading)
        name = pick(product.name, (show.presentation.host_language,))[0] or tr("Product", "Untitled product")
        self.title.setText(name)
        self.setWindowTitle(name)
        titles = field_titles()
        missing = [titles[key] for key in missing_fields(product)]
        missing += missing_to_sell_words(product, self._markets())
        self.missing.setText(tr("Product", "Missing: {fields}.", fields=", ".join(missing)))
        self.missing.setVisible(bool(missing))
        self.meter.show_completeness(completeness(product, language))
        step = self._context.studio.document.undo_title
        self.undo.setEnabled(bool(step))
        self.undo.setToolTip(declared(step))

    def _show_languages(self, languages: tuple[str, ...], product: Product) -> None:
        chosen = self.language.currentData()
        wanted = [
            (f"\u2068{self._context.formats.language_name(one.language, one.language)}\u2069 · {one.percent} %", one.language)
            for one in meter(product, languages)
        ]
        if [self.language.itemData(place) for place in range(self.language.count())] == list(languages):
            for place, (words, _) in enumerate(wanted):
                if self.language.itemText(place) != words:
                    self.language.setItemText(place, words)
            return
        self.language.clear()
        for words, language in wanted:
            self.language.addItem(words, language)
        self.language.setCurrentIndex(max(0, self.language.findData(chosen)))
