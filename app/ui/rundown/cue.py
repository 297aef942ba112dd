"""The host's cue card: talking points of the current product, answers to search, and reminders."""

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QLabel, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from app.domain.base.localized_text import pick
from app.domain.base.money import Money
from app.domain.catalogue.faq import find_answers
from app.domain.catalogue.market import DisclosureMode, Market
from app.domain.catalogue.product import Product, landed_cost, price_in, units_in_stock
from app.domain.rundown.rundown import Segment
from app.domain.selling.on_screen import OnScreenKind
from app.domain.show import Show
from app.ui.catalogue.product_list import Thumbnails
from app.ui.context import WindowContext
from app.ui.kit.buttons import icon_button
from app.ui.kit.empty_state import EmptyState
from app.ui.kit.labels import ElidedLabel, badge, label
from app.ui.kit.language import tr
from app.ui.rundown.cue_items import CueItem, CueItems
from app.ui.selling.disclosure_banner import DisclosureBanner, DisclosureText

PICTURE_PX = 72
TICK_MS = 1000
ANSWERS = 4


def viewers_language(show: Show) -> str:
    """The first language of the market that the on-screen language is set for."""
    market = next((one for one in show.markets if one.id == show.presentation.market_id), show.markets[0] if show.markets else None)
    return market.languages[0] if market is not None and market.languages else show.presentation.host_language


class CuePanel(QWidget):
    """Follows the running rundown; before that, the pinned or selected product. Viewers never see this panel."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._control = context.studio.control
        self._chosen_segment = ""
        self._thumbnails = Thumbnails(context.studio.pictures.get, PICTURE_PX)
        self._answers: list[tuple[QLabel, QLabel]] = []
        self._price_rows: list[tuple[QLabel, QLabel, QLabel]] = []
        self._priced: tuple[object, object, object] = ("", "", "")
        outer = QVBoxLayout(self)
        outer.setContentsMargins(8, 8, 8, 8)
        self._empty = EmptyState(
            context.icons,
            "cue",
            tr("Cue", "Nothing selected"),
            tr("Cue", "Select a segment in the rundown or start the show to see its points and answers here."),
        )
        self.banner = DisclosureBanner(context.icons)
        self.banner.done.connect(lambda: context.attempt(self._control.disclosures.show_now))
        outer.addWidget(self.banner)
        outer.addWidget(self._empty, 1)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setFrameShape(QFrame.Shape.NoFrame)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(10)
        self._build()
        self._scroll.setWidget(inside)
        outer.addWidget(self._scroll, 1)
        bridge = context.bridge
        self._due = QTimer(self)  # one user action changes several things at once: read them once
        self._due.setSingleShot(True)
        self._due.setInterval(0)
        self._due.timeout.connect(self._read)
        for signal in (bridge.show_changed, bridge.run_changed, bridge.shown_changed):
            signal.connect(self._due.start)
        bridge.room_changed.connect(self.read_asked)
        bridge.disclosures_changed.connect(self.read_banner)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.read_banner)
        self._timer.start()
        self._read()
        self.read_banner()

    # Building -------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(12)
        self.picture = QLabel()
        self.picture.setFixedSize(PICTURE_PX, PICTURE_PX)
        head.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        names = QVBoxLayout()
        names.setSpacing(2)
        self.segment = ElidedLabel("", "muted")
        self.name = label("", "cueTitle", wrap=True)
        self.viewers_name = label("", "hint", wrap=True)
        self.asked = badge("", "accent")
        for one in (self.segment, self.name, self.viewers_name, self.asked):
            names.addWidget(one)
        names.addStretch(1)
        head.addLayout(names, 1)
        self.prompter_button = icon_button(self._context.icons, "window", tr("Cue", "Open prompter"), self._context.openers.toggle_prompter)
        head.addWidget(self.prompter_button, 0, Qt.AlignmentFlag.AlignTop)
        self._column.addLayout(head)
        self.items = CueItems(self._context.icons)
        self.items.ticked.connect(self._on_ticked)
        self.items.card_wanted.connect(self._on_card_wanted)
        self._column.addWidget(self.items)
        self.note = label("", "hint", wrap=True)
        self._column.addWidget(self.note)
        self.prices_title = label(tr("Cue", "Prices"), "heading")
        self._column.addWidget(self.prices_title)
        self._prices = QGridLayout()
        self._prices.setHorizontalSpacing(12)
        self._prices.setVerticalSpacing(2)
        self._prices.setColumnStretch(0, 1)
        self._column.addLayout(self._prices)
        self.faq_title = label(tr("Cue", "Questions"), "heading")
        self._column.addWidget(self.faq_title)
        self.search = QLineEdit()
        self.search.setPlaceholderText(tr("Cue", "Type a few letters of the question"))
        self.search.setAccessibleName(tr("Cue", "Find an answer"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(lambda _: self._read_answers())
        self._column.addWidget(self.search)
        for _ in range(ANSWERS):
            question, answer = label("", "cueQuestion", wrap=True), label("", "muted", wrap=True)
            self._answers.append((question, answer))
            self._column.addWidget(question)
            self._column.addWidget(answer)
        self.script_title = label(tr("Cue", "Full script. Talking from points sounds better than reading."), "heading", wrap=True)
        self.script = label("", "", wrap=True)
        self._column.addWidget(self.script_title)
        self._column.addWidget(self.script)
        self._column.addStretch(1)

    # Reading --------------------------------------------------------------------------------------------------------------

    def show_segment(self, segment_id: str) -> None:
        """Show this segment while no rundown runs."""
        if segment_id != self._chosen_segment:
            self._chosen_segment = segment_id
            self._read()

    def _segment(self) -> Segment | None:
        runner = self._control.runner
        if runner.run.running:
            return runner.current
        return next((one for one in self._context.studio.document.show.segments if one.id == self._chosen_segment), None)

    def _product(self) -> Product | None:
        segment = self._segment()
        product_id = segment.product_id if segment is not None else ""
        if segment is None:
            pinned = self._control.selling.pinned
            return pinned
        return self._control.products.find(product_id) if product_id else None

    def _read(self) -> None:
        segment, product = self._segment(), self._product()
        nothing = segment is None and product is None
        self._empty.setVisible(nothing)
        self._scroll.setVisible(not nothing)
        if nothing:
            return
        show = self._context.studio.document.show
        host, viewers = show.presentation.host_language, viewers_language(show)
        self.segment.setText(segment.title if segment is not None else tr("Cue", "Pinned"))
        name = pick(product.name, (host,))[0] if product is not None else ""
        other, language = pick(product.name, (viewers,)) if product is not None else ("", "")
        self.name.setText(name)
        self.name.setVisible(bool(name))
        self.viewers_name.setText(other)
        self.viewers_name.setVisible(bool(other) and language != host and other != name)
        self._read_picture(product)
        self.read_asked()
        self.items.show_items(self._cue_items(segment, product, host, viewers))
        note = segment.note if segment is not None else ""
        self.note.setText(note)
        self.note.setVisible(bool(note))
        self._read_prices(show, product)
        self._read_answers()
        script = pick(segment.script, (host,))[0] if segment is not None else ""
        self.script.setText(script)
        self.script.setVisible(bool(script))
        self.script_title.setVisible(bool(script))

    def read_asked(self) -> None:
        """Show how many viewers requested a close-up."""
        product = self._product()
        asked = self._control.viewers.summary.of(product.id).asked if product is not None else 0
        self.asked.setVisible(asked > 0)
        self.asked.setText(tr("Cue", "Close-up requests: {count}", count=asked))

    def read_banner(self) -> None:
        """Show late disclosures before due ones, and those before the ones on screen."""
        now_ms = self._control.now_ms()
        states: dict[str, list[DisclosureText]] = {"late": [], "due": [], "page": [], "shown": []}
        markets = {market.id: market for market in self._context.studio.document.show.markets}
        for reminder in self._control.disclosures.reminders():
            state = ""
            if reminder.late_ms is not None and now_ms >= reminder.late_ms:
                state = "late"
            elif reminder.due_ms is not None and now_ms >= reminder.due_ms:
                state = "due"
            elif reminder.shown_ms is not None and reminder.mode is DisclosureMode.PERIODIC:
                state = "shown" if reminder.on_picture else "page"
            if state:
                states[state].append(self._disclosure_text(markets[reminder.market_id]))
        if states["late"]:
            states["late"] += states["due"]
        state = next((state for state, texts in states.items() if texts), "")
        self.banner.show_state(state, states.get(state, ()))

    def _disclosure_text(self, market: Market) -> DisclosureText:
        host = self._context.studio.document.show.presentation.host_language
        words, language = pick(market.disclosure.text, market.languages)
        return pick(market.name, (host,))[0] or market.id, words, language

    def _read_picture(self, product: Product | None) -> None:
        picture = self._thumbnails.get(product.pictures[0]) if product is not None and product.pictures else None
        self.picture.setVisible(picture is not None)
        if picture is not None:
            self.picture.setPixmap(
                picture.scaled(
                    PICTURE_PX, PICTURE_PX, Qt.AspectRatioMode.KeepAspectRatioByExpanding, Qt.TransformationMode.SmoothTransformation
                )
            )

    def _cue_items(self, segment: Segment | None, product: Product | None, host: str, viewers: str) -> list[CueItem]:
        run = self._control.runner.run
        shown = self._control.selling.shown.card
        items = []
        for point in product.points if product is not None else ():
            beside, language = pick(point.keyword, (viewers,))
            written = point.text if any(point.text.values()) else point.keyword
            text, spoken = pick(written, (host,))
            items.append(
                CueItem(
                    point.id,
                    text,
                    spoken,
                    beside,
                    language,
                    ticked=segment is not None and (segment.id, point.id) in run.ticked,
                    card=bool(beside),
                    shown=shown is not None and shown.kind is OnScreenKind.POINT and shown.id == point.id,
                )
            )
        for cue in segment.cues if segment is not None else ():
            text, spoken = pick(cue.text, (host,))
            items.append(CueItem(cue.id, text, spoken, ticked=segment is not None and (segment.id, cue.id) in run.ticked))
        return items

    def _read_prices(self, show: Show, product: Product | None) -> None:
        of = (product, show.markets, show.presentation.host_language)
        if all(one is other for one, other in zip(of, self._priced, strict=True)):
            return
        self._priced = of
        words = [self._price_words(show, product, market) for market in show.markets] if product is not None else []
        self.prices_title.setVisible(bool(words))
        while len(self._price_rows) < len(words):
            self._price_rows.append(self._price_row(2 * len(self._price_rows)))
        for place, row in enumerate(self._price_rows):
            shown = words[place] if place < len(words) else ("", "", "")
            for line, text in zip(row, shown, strict=True):
                line.setText(text)
                line.setVisible(bool(text))

    def _price_row(self, place: int) -> tuple[QLabel, QLabel, QLabel]:
        """The labels of one market. They are reused, because making labels would delay a switch to the next segment."""
        name, price, more = ElidedLabel(""), label("", "cuePrice"), ElidedLabel("", "hint")
        self._prices.addWidget(name, place, 0)
        self._prices.addWidget(price, place, 1, Qt.AlignmentFlag.AlignRight)
        self._prices.addWidget(more, place + 1, 0, 1, 2)
        return name, price, more

    def _price_words(self, show: Show, product: Product, market: Market) -> tuple[str, str, str]:
        """The market's name, the price, and the line below them."""
        host = show.presentation.host_language
        price, landed = price_in(product, market.id), landed_cost(product, market.id)
        name = pick(market.name, (host,))[0] or market.id
        if price is None:
            return name, tr("Cue", "not sold here"), ""

        def text_of(money: Money) -> str:
            return self._context.formats.money(money, host, market=market.id)

        more = []
        if price.was is not None:
            more.append(tr("Cue", "was {price}", price=text_of(price.was)))
        if landed is not None and landed.total != price.price:
            more.append(tr("Cue", "{price} delivered", price=text_of(landed.total)))
        more.append(tr("Cue", "{units} left", units=units_in_stock(product)))
        return name, text_of(price.price), " · ".join(more)

    def _read_answers(self) -> None:
        product = self._product()
        host = self._context.studio.document.show.presentation.host_language
        found = find_answers(product.faq, self.search.text(), ANSWERS) if product is not None else ()
        there = product is not None and bool(product.faq)
        for widget in (self.faq_title, self.search):
            widget.setVisible(there)
        for place, (question, answer) in enumerate(self._answers):
            shown = place < len(found)
            question.setVisible(shown)
            answer.setVisible(shown)
            if shown:
                question.setText(pick(found[place].question, (host,))[0])
                answer.setText(pick(found[place].answer, (host,))[0])

    # What the host does ---------------------------------------------------------------------------------------------------

    def _on_ticked(self, item_id: str, done: bool) -> None:
        segment = self._segment()
        if segment is not None and self._control.runner.run.running:
            self._context.attempt(lambda: self._control.runner.tick(item_id, done=done))
        else:
            self._read()  # nothing is ticked before the rundown starts

    def _on_card_wanted(self, item_id: str) -> None:
        product = self._product()
        if product is not None:
            self._context.attempt(lambda: self._control.selling.show_point(product.id, item_id))
