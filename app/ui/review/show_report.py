"""The summary of a show on one page: minutes, people, orders, each product. Past shows too, to copy or print."""

from collections.abc import Mapping
from datetime import datetime
from html import escape
from pathlib import Path

from PySide6.QtCore import QBuffer, QIODevice, QMarginsF, QSize, Qt
from PySide6.QtGui import QGuiApplication, QPageLayout, QPageSize, QPdfWriter, QTextDocument
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QGridLayout,
    QHeaderView,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from app.domain.base.localized_text import pick
from app.domain.base.money import Money, is_currency
from app.domain.base.notice import Notice, Severity
from app.domain.review.show_summary import PastShow, ProductResult, ShowSummary
from app.ui.context import WindowContext
from app.ui.kit.buttons import push_button
from app.ui.kit.file_dialogs import EXPORTS
from app.ui.kit.labels import ElidedLabel, label
from app.ui.kit.language import tr
from app.ui.kit.latest_task import LatestTask
from app.ui.kit.scroll_dialog import ScrollDialog

SIZE = (760, 660)
ROW_PX = 28
COLUMNS = 3  # figures per row: nine, with one currency
PAGE_MARGIN_MM = 18.0

Figures = list[tuple[str, str]]
Rows = list[list[str]]


class ReportDialog(ScrollDialog):
    """Shows the newest show first. Needs a running loop, on which the log is read."""

    def __init__(self, context: WindowContext, parent: QWidget) -> None:
        super().__init__(parent, tr("Report", "Show summary"))
        self._context = context
        self._reports = context.studio.control.reports
        self._past_shows = self._reports.past_shows()
        self._work = LatestTask(lambda error: context.bridge.tell(Notice(Severity.ERROR, error.code, error.data)))
        self.summary: ShowSummary | None = None
        self.resize_within_screen(*SIZE)
        self._build()
        self.finished.connect(lambda _: self._work.cancel())
        if self._past_shows:
            self._read(0)

    def _build(self) -> None:
        self.choice = QComboBox()
        self.choice.setAccessibleName(tr("Report", "Show"))
        for past in self._past_shows:
            self.choice.addItem(self._title_of(past))
        self.choice.activated.connect(self._read)
        self.body.addWidget(self.choice)
        self.empty = label(tr("Report", "No shows yet. The figures appear here after your first show."), "muted", wrap=True)
        self.body.addWidget(self.empty)
        self._figures = QGridLayout()
        self._figures.setSpacing(8)
        self.body.addLayout(self._figures)
        self.heading = label(tr("Report", "Products"), "sectionTitle")
        self.body.addWidget(self.heading)
        self.products = QTreeWidget()
        self.products.setRootIsDecorated(False)
        self.products.setUniformRowHeights(True)
        self.products.setAccessibleName(tr("Report", "Products"))
        self.products.setSelectionMode(QAbstractItemView.SelectionMode.NoSelection)
        self.products.setHeaderLabels(_headings())
        for column in range(1, self.products.columnCount()):
            self.products.headerItem().setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.products.header().setStretchLastSection(False)
        self.products.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        self.products.header().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        self.products.header().setMinimumSectionSize(60)
        self.body.addWidget(self.products, 1)
        self.none_sold = label(tr("Report", "No products were clicked or ordered."), "muted", wrap=True)
        self.body.addWidget(self.none_sold)
        self.body.addStretch(0)
        for widget in (self.heading, self.products, self.none_sold):
            widget.hide()
        self.choice.setVisible(bool(self._past_shows))
        self.empty.setVisible(not self._past_shows)
        self.copy_button = push_button(tr("Report", "Copy"), self.copy)
        self.pdf_button = push_button(tr("Report", "Save as PDF…"), self._ask_for_path)
        for button in (self.copy_button, self.pdf_button):
            button.setEnabled(False)
            self.buttons.insertWidget(self.buttons.count() - 1, button)
        close = push_button(tr("Report", "Close"), self.reject, role="primary")
        close.setDefault(True)
        self.buttons.addWidget(close)
        close.setFocus()

    def _title_of(self, past: PastShow) -> str:
        began, language, formats = datetime.fromtimestamp(past.began_ms / 1000), self._context.language, self._context.formats
        when = f"{formats.day(began.date(), language, style='year')}, {formats.clock(began, language)}"
        if past.upto_seq is None:
            return tr("Report", "{when} – still running", when=when)
        return when if past.on_air else tr("Report", "{when} – rehearsal", when=when)

    # Reading --------------------------------------------------------------------------------------------------------------

    def _read(self, place: int) -> None:
        past = self._past_shows[place]
        self._work.run(lambda: self._reports.read(past), self._show)

    def _show(self, summary: ShowSummary) -> None:
        self.summary = summary
        while (item := self._figures.takeAt(0)) is not None:
            if (old := item.widget()) is not None:
                old.hide()
                old.deleteLater()
        for place, (words, value) in enumerate(self._figures_of(summary)):
            self._figures.addWidget(_figure(words, value), place // COLUMNS, place % COLUMNS)
        for column in range(COLUMNS):
            self._figures.setColumnStretch(column, 1)
        self.products.clear()
        for row in self._rows_of(summary):
            item_row = QTreeWidgetItem(row)
            item_row.setSizeHint(0, QSize(0, ROW_PX))
            for column in range(1, len(row)):
                item_row.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            item_row.setToolTip(0, row[0])
            self.products.addTopLevelItem(item_row)
        sold = bool(summary.products)
        self.heading.setVisible(sold)
        self.products.setVisible(sold)
        self.none_sold.setVisible(not sold)
        for button in (self.copy_button, self.pdf_button):
            button.setEnabled(True)

    def _figures_of(self, summary: ShowSummary) -> Figures:
        formats, language = self._context.formats, self._context.language
        minutes = formats.duration(max(1, round((summary.air_s or summary.run_s) / 60)), language)
        figures = [
            (tr("Report", "on air") if summary.air_s else tr("Report", "rehearsed"), minutes),
            (tr("Report", "peak viewers"), self._number(summary.peak) if summary.joined else "–"),
            (tr("Report", "total viewers"), self._number(summary.joined) if summary.joined else "–"),
            (tr("Report", "likes"), self._number(summary.likes)),
            (tr("Report", "buy clicks"), self._number(summary.clicks)),
            (tr("Report", "orders"), self._number(summary.orders)),
            (tr("Report", "units sold"), self._number(summary.units)),
            (tr("Report", "coupons claimed"), self._number(summary.claims)),
        ]
        revenue = [(tr("Report", "revenue"), amount) for amount in self._amounts(summary.revenue)]
        return figures + (revenue or [(tr("Report", "revenue"), "–")])

    def _rows_of(self, summary: ShowSummary) -> Rows:
        return [self._row(one) for one in summary.products]

    def _row(self, one: ProductResult) -> list[str]:
        product = self._context.studio.control.products.find(one.product_id)
        name = (
            pick(product.name, (self._context.studio.document.show.presentation.host_language,))[0] or product.sku
            if product is not None
            else ""
        )
        figures = (one.clicks, one.likes, one.asked, one.orders, one.units)
        return [
            name or tr("Report", "Removed product ({id})", id=one.product_id),
            *(self._number(figure) if figure else "–" for figure in figures),
            " + ".join(self._amounts(one.revenue)) or "–",
        ]

    def _amounts(self, revenue: Mapping[str, int]) -> list[str]:
        return [
            self._context.formats.money(Money(minor, currency), self._context.language) if is_currency(currency) else f"{minor} {currency}"
            for currency, minor in sorted(revenue.items(), key=lambda one: -one[1])
        ]

    def _number(self, value: int) -> str:
        return self._context.formats.number(value, self._context.language)

    # Taking it along ------------------------------------------------------------------------------------------------------

    def copy(self) -> None:
        """Copy the page, with tabs between cells for spreadsheets."""
        QGuiApplication.clipboard().setText(self.text())
        self.copy_button.setText(tr("Report", "Copied"))

    def text(self) -> str:
        """The page as text, its table with tabs."""
        if self.summary is None:
            return ""
        lines = [f"{self._context.studio.document.title} · {self.choice.currentText()}"]
        lines += [f"{words}\t{value}" for words, value in self._figures_of(self.summary)]
        rows = self._rows_of(self.summary)
        return "\n".join([*lines, "", *("\t".join(row) for row in [_headings(), *rows])] if rows else lines)

    def html(self) -> str:
        """The page as a document."""
        if self.summary is None:
            return ""
        figures = "".join(
            f"<tr><td>{escape(words)}</td><td><b>{escape(value)}</b></td></tr>" for words, value in self._figures_of(self.summary)
        )
        rows = self._rows_of(self.summary)
        head = "".join(f"<th align='left'>{escape(words)}</th>" for words in _headings())
        body = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in rows)
        table = f"<h3>{escape(tr('Report', 'Products'))}</h3><table cellpadding='4'><tr>{head}</tr>{body}</table>" if rows else ""
        title, when = escape(self._context.studio.document.title), escape(self.choice.currentText())
        return f"<h2>{title}</h2><p>{when}</p><table cellpadding='4'>{figures}</table>{table}"

    def _ask_for_path(self) -> None:
        title, name = tr("Report", "Save as PDF"), f"{self._context.studio.document.title}.pdf"
        path = self._context.file_dialogs.save_file(self, EXPORTS, title, name, "PDF (*.pdf)")
        if path:
            self.write_pdf(Path(path) if path.lower().endswith(".pdf") else Path(f"{path}.pdf"))

    def write_pdf(self, path: Path) -> bool:
        """Write the page as a PDF; False and a notice if the file could not be written."""
        document = QTextDocument()
        document.setHtml(self.html())
        made = QBuffer()
        made.open(QIODevice.OpenModeFlag.WriteOnly)
        writer = QPdfWriter(made)
        margins = QMarginsF(PAGE_MARGIN_MM, PAGE_MARGIN_MM, PAGE_MARGIN_MM, PAGE_MARGIN_MM)
        page = QPageLayout(QPageSize(QPageSize.PageSizeId.A4), QPageLayout.Orientation.Portrait, margins, QPageLayout.Unit.Millimeter)
        writer.setPageLayout(page)
        document.print_(writer)
        try:
            path.write_bytes(bytes(made.data().data()))
        except OSError as error:
            data = {"path": str(path), "reason": error.strerror or type(error).__name__}
            self._context.bridge.tell(Notice(Severity.ERROR, "file.failed", data, subject=str(path)))
            return False
        self._context.bridge.tell(Notice(Severity.INFO, "table.written", {"path": str(path)}, subject=str(path)))
        return True


def _headings() -> list[str]:
    return [
        tr("Report", "Product"),
        tr("Report", "Clicks"),
        tr("Report", "Likes"),
        tr("Report", "Close-up requests"),
        tr("Report", "Orders"),
        tr("Report", "Units"),
        tr("Report", "Revenue"),
    ]


def _figure(words: str, value: str) -> QWidget:
    box = QWidget()
    box.setObjectName("card")
    box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    box.setAccessibleName(f"{value} {words}")
    column = QVBoxLayout(box)
    column.setContentsMargins(12, 8, 12, 8)
    column.setSpacing(0)
    column.addWidget(ElidedLabel(value, "roomFigure"))
    column.addWidget(ElidedLabel(words, "hint"))
    return box
