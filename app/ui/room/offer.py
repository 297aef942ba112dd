"""The Viewers panel: keyword cards, coupons, disclosures, cards that stay, and the room's figures."""

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Qt, QTimer
from PySide6.QtWidgets import QFrame, QGridLayout, QHBoxLayout, QPushButton, QScrollArea, QToolButton, QVBoxLayout, QWidget

from app.domain.base.localized_text import pick
from app.domain.selling.on_screen import OnScreenCard, OnScreenKind
from app.domain.show import Coupon
from app.session.room.room_link import RoomState
from app.session.selling.selling import words_of
from app.ui.context import WindowContext
from app.ui.kit.buttons import hand_over_focus, icon_button, push_button
from app.ui.kit.clocks import clock
from app.ui.kit.labels import ElidedLabel, badge, label
from app.ui.kit.language import tr
from app.ui.selling.disclosure_row import DisclosureRow

TICK_MS = 1000


class _Section(QWidget):
    """A heading with an add button, and rows below."""

    def __init__(self, title: str, button: QToolButton | None = None) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        head = QHBoxLayout()
        head.addWidget(label(title, "sectionTitle"), 1)
        if button is not None:
            head.addWidget(button)
        column.addLayout(head)
        self.rows = QVBoxLayout()
        self.rows.setSpacing(4)
        column.addLayout(self.rows)

    def clear(self) -> None:
        """Remove all rows. If one has the focus, the panel gets it and not the next button."""
        here = self.focusWidget()
        while self.rows.count():
            item = self.rows.takeAt(0)
            if item is not None and (widget := item.widget()) is not None:
                if here is not None and widget.isAncestorOf(here):
                    hand_over_focus(here, self)
                widget.hide()
                widget.deleteLater()


class OfferPanel(QWidget):
    """Everything here takes effect at once, on the picture and on every viewer's page."""

    def __init__(self, context: WindowContext) -> None:
        super().__init__()
        self.setObjectName("panel")
        self._context = context
        self._control = context.studio.control
        self._coupon_rows: dict[str, tuple[QPushButton, Callable[[], None]]] = {}
        self._cards: dict[OnScreenCard, QPushButton] = {}
        self._disclosure_rows: dict[str, DisclosureRow] = {}
        self._read_texts: tuple[tuple[tuple[OnScreenCard, str], ...], set[str]] | None = None  # what the cards' buttons were made of
        self._read_of: tuple[object, ...] = ("",) * 5  # what the rows were made of
        outer = QVBoxLayout(self)
        outer.setContentsMargins(8, 8, 8, 8)
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setFrameShape(QFrame.Shape.NoFrame)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        inside = QWidget()
        self._column = QVBoxLayout(inside)
        self._column.setContentsMargins(0, 0, 6, 0)
        self._column.setSpacing(14)
        scroll.setWidget(inside)
        outer.addWidget(scroll)
        self._build()
        bridge = context.bridge
        bridge.show_changed.connect(self._on_show_changed)
        bridge.shown_changed.connect(self._on_shown_changed)
        bridge.room_changed.connect(self.on_room_changed)
        bridge.disclosures_changed.connect(self._read_disclosures)
        self._timer = QTimer(self)
        self._timer.setInterval(TICK_MS)
        self._timer.timeout.connect(self.on_tick)
        self._timer.start()
        self._on_show_changed()
        self.on_room_changed()

    # Building -------------------------------------------------------------------------------------------------------------

    def _build(self) -> None:
        icons = self._context.icons
        self._column.addWidget(self._room())
        pinned = QHBoxLayout()
        self.pinned = ElidedLabel("", "heading")
        self.unpin = push_button(tr("Offer", "Unpin"), lambda: self._context.attempt(self._control.selling.unpin))
        pinned.addWidget(self.pinned, 1)
        pinned.addWidget(self.unpin)
        self._column.addLayout(pinned)
        self.beside = label(tr("Offer", "Cards appear beside the video, not in it. Change this in Settings → Selling."), "hint", wrap=True)
        self._column.addWidget(self.beside)
        self.cards = _Section(
            tr("Offer", "Keyword cards"), icon_button(icons, "add", tr("Offer", "Add keyword card"), lambda: self._edit_card(""))
        )
        self._column.addWidget(self.cards)
        self.lasting = QHBoxLayout()
        self._switches: dict[OnScreenKind, QPushButton] = {}
        for kind, words in (
            (OnScreenKind.LOWER_THIRD, tr("Offer", "Lower third")),
            (OnScreenKind.TICKER, tr("Offer", "Ticker")),
            (OnScreenKind.CODE, tr("Offer", "QR code")),
        ):
            button = push_button(words)
            button.setCheckable(True)
            button.clicked.connect(lambda on, kind=kind: self._context.attempt(lambda: self._control.selling.show_lasting(kind, on=on)))
            self._switches[kind] = button
            self.lasting.addWidget(button)
        self.lasting.addStretch(1)
        self._column.addLayout(self.lasting)
        self.coupons = _Section(tr("Offer", "Coupons"), icon_button(icons, "add", tr("Offer", "Add coupon"), lambda: self._edit_coupon("")))
        self._column.addWidget(self.coupons)
        self.disclosures = _Section(tr("Offer", "Ad disclosure"))
        self._column.addWidget(self.disclosures)
        self._column.addStretch(1)

    def _room(self) -> QWidget:
        box = QWidget()
        box.setObjectName("card")
        box.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        grid = QGridLayout(box)
        grid.setContentsMargins(10, 8, 10, 8)
        self.figures = {}
        for place, (name, words) in enumerate(
            (
                ("viewers", tr("Offer", "watching")),
                ("likes", tr("Offer", "likes")),
                ("asked", tr("Offer", "close-ups")),
                ("orders", tr("Offer", "orders")),
            )
        ):
            figure, caption = label("0", "roomFigure"), label(words, "hint")
            grid.addWidget(figure, 0, place)
            grid.addWidget(caption, 1, place)
            grid.setColumnStretch(place, 1)
            self.figures[name] = figure
        self.room_state = label("", "hint", wrap=True)
        grid.addWidget(self.room_state, 2, 0, 1, 3)
        self.take_back = push_button(tr("Offer", "Host from here"), self._control.room.take_back)
        grid.addWidget(self.take_back, 2, 3)
        return box

    # Reading --------------------------------------------------------------------------------------------------------------

    def _on_show_changed(self) -> None:
        show = self._context.studio.document.show
        read = (show.cards, show.coupons, show.markets, show.presentation, self._control.selling.pinned)
        if all(one is other for one, other in zip(read, self._read_of, strict=True)):
            return
        self._read_of = read
        self._read_cards()
        self._read_coupons()
        self._read_disclosures()
        self._on_shown_changed()

    def _on_shown_changed(self) -> None:
        selling, host = self._control.selling, self._context.studio.document.show.presentation.host_language
        product = selling.pinned
        self.pinned.setText(pick(product.name, (host,))[0] if product is not None else tr("Offer", "Nothing pinned"))
        if product is None:
            hand_over_focus(self.unpin, self)
        self.unpin.setVisible(product is not None)
        shown = selling.shown
        on = product is not None or shown.card is not None or shown.countdown is not None
        self.beside.setVisible(on and self._control.cards.page_has_cards)
        for kind, button in self._switches.items():
            button.setChecked(kind in selling.shown.lasting)
        if tuple(self._cards) != selling.deck:
            self._read_cards()
        for card, button in self._cards.items():
            button.setChecked(selling.shown.card == card)
        for _, refresh in self._coupon_rows.values():
            refresh()

    def on_room_changed(self) -> None:
        """Update the figures after people came, left, or did something."""
        summary, host = self._control.viewers.summary, self._context.studio.document.show.presentation.host_language
        for name, value in (
            ("viewers", summary.viewers),
            ("likes", summary.likes),
            ("asked", summary.details_asked),
            ("orders", summary.orders),
        ):
            self.figures[name].setText(self._context.formats.number(value, host) if value else "0")
        state = self._control.room.state.value
        words = {
            RoomState.CONNECTING: tr("Offer", "Joining the room…"),
            RoomState.LOST: tr("Offer", "Can’t connect to the room. Retrying automatically. Your video isn’t affected."),
            RoomState.REPLACED: tr("Offer", "Another computer is hosting this room."),
            RoomState.OFF: tr("Offer", "The room opens when the built-in relay is running."),
        }.get(state, "")
        self.room_state.setText(words)
        self.room_state.setVisible(bool(words))
        self.take_back.setVisible(state is RoomState.REPLACED)

    def _read_cards(self) -> None:
        show, host = self._context.studio.document.show, self._context.studio.document.show.presentation.host_language
        selling = self._control.selling
        own = {card.id for card in show.cards}
        texts = tuple((card, pick(words_of(show, self._control.products, card), (host,))[0]) for card in selling.deck)
        if (texts, own) == self._read_texts:
            return
        self._read_texts = (texts, own)
        self.cards.clear()
        self._cards = {}
        for number, (card, text) in enumerate(texts, 1):
            line = QHBoxLayout()
            line.setContentsMargins(0, 0, 0, 0)
            row = QWidget()
            row.setLayout(line)
            button = push_button(text if number > 9 else f"{number}  {text}")
            button.setCheckable(True)
            button.setProperty("role", "card")
            button.clicked.connect(lambda _, number=number: self._context.attempt(lambda: selling.show_number(number)))
            line.addWidget(button, 1)
            if card.kind is OnScreenKind.CARD and card.id in own:
                line.addWidget(
                    icon_button(self._context.icons, "rename", tr("Offer", "Edit keyword card"), partial(self._edit_card, card.id))
                )
            self._cards[card] = button
            self.cards.rows.addWidget(row)
        if not self._cards:
            self.cards.rows.addWidget(
                label(
                    tr("Offer", "A few words that viewers read in their own language while you talk, such as “Free delivery”."),
                    "hint",
                    wrap=True,
                )
            )

    def _read_coupons(self) -> None:
        self.coupons.clear()
        self._coupon_rows = {}
        for coupon in self._context.studio.document.show.coupons:
            self.coupons.rows.addWidget(self._coupon_row(coupon))
        if not self._coupon_rows:
            self.coupons.rows.addWidget(
                label(
                    tr("Offer", "Each viewer can claim one code while codes last. Viewers see how many are left."),
                    "hint",
                    wrap=True,
                )
            )

    def _coupon_row(self, coupon: Coupon) -> QWidget:
        row = QWidget()
        line = QHBoxLayout(row)
        line.setContentsMargins(0, 0, 0, 0)
        title = pick(coupon.title, (self._context.studio.document.show.presentation.host_language,))[0]
        line.addWidget(ElidedLabel(title), 1)
        state = badge("", "accent")
        line.addWidget(state)
        button = push_button(tr("Offer", "Send"))
        line.addWidget(button)
        line.addWidget(icon_button(self._context.icons, "rename", tr("Offer", "Edit coupon"), lambda: self._edit_coupon(coupon.id)))
        selling = self._control.selling

        def dropped() -> bool:
            return selling.shown.drop is not None and selling.shown.drop.coupon_id == coupon.id

        def refresh() -> None:
            on = dropped()
            drop = selling.shown.drop
            button.setText(tr("Offer", "End") if on else tr("Offer", "Send"))
            given = len(selling.claims(coupon.id))
            words = tr("Offer", "{count} claimed", count=given) if given else ""
            if on and drop is not None:
                left_s = max(0.0, (drop.expires_ms - self._control.now_ms()) / 1000)
                words = tr("Offer", "{left} left · {time}", left=selling.coupon_left, time=clock(left_s))
            state.setText(words)
            state.setVisible(bool(words))

        def act() -> None:
            if dropped():
                self._context.attempt(selling.close_coupon)
            else:
                self._context.attempt(lambda: selling.drop_coupon(coupon.id))

        button.clicked.connect(lambda _=False: act())
        self._coupon_rows[coupon.id] = (button, refresh)
        refresh()
        return row

    def _read_disclosures(self) -> None:
        found = {one.market_id: one for one in self._control.disclosures.reminders()}
        # in market order: a row that moves as it gets urgent would slip away under the mouse
        reminders = {market.id: found[market.id] for market in self._context.studio.document.show.markets if market.id in found}
        if tuple(reminders) != tuple(self._disclosure_rows):
            self.disclosures.clear()
            self._disclosure_rows = {market_id: self._disclosure_row(market_id) for market_id in reminders}
        host = self._context.studio.document.show.presentation.host_language
        names = {market.id: pick(market.name, (host,))[0] or market.id for market in self._context.studio.document.show.markets}
        for market_id, row in self._disclosure_rows.items():
            row.read(names.get(market_id, market_id), reminders[market_id], self._control.now_ms())
        self.disclosures.setVisible(bool(reminders))

    def _disclosure_row(self, market_id: str) -> DisclosureRow:
        disclosures = self._control.disclosures
        row = DisclosureRow()
        row.wanted.connect(
            lambda on: self._context.attempt(lambda: disclosures.show_now(market_id) if on else disclosures.conceal(market_id))
        )
        self.disclosures.rows.addWidget(row)
        return row

    def on_tick(self) -> None:
        """Update the times, every second."""
        if self.isVisible():
            for _, refresh in self._coupon_rows.values():
                refresh()
            self._read_disclosures()

    # What the user does ---------------------------------------------------------------------------------------------------

    def _edit_card(self, card_id: str) -> None:
        self._context.openers.open_keyword_card(card_id, self)

    def _edit_coupon(self, coupon_id: str) -> None:
        self._context.openers.open_coupon(coupon_id, self)
