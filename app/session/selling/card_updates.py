"""Decides what the cards on the picture show, whenever the offer changes."""

from collections.abc import Callable, Mapping
from typing import Protocol

from app.domain.base.errors import AppError
from app.domain.base.notice import Notice, Severity
from app.domain.catalogue.product import Product
from app.domain.program.output import EMBEDDED_RELAY_ID, Relay
from app.domain.selling.card_theme import CardTheme
from app.domain.selling.on_screen import OnScreen
from app.session.base.settings_store import SettingsStore
from app.session.document.show_book import Now, ShowBook
from app.session.document.show_pictures import ShowPictures
from app.session.selling.card_texts import CardScene
from app.session.selling.cards_on_air import CardsOnAir
from app.session.selling.disclosures import Disclosures
from app.session.selling.selling import Selling

NOTHING = OnScreen()
LoadThemes = Callable[[Callable[[AppError], None]], Mapping[str, CardTheme]]


class WatchAddress(Protocol):
    @property
    def watch_address(self) -> str: ...


class LiveRelays(Protocol):
    @property
    def live_targets(self) -> tuple[Relay, ...]: ...

    def main_relay(self) -> Relay: ...


class CardStudio(ShowBook, Protocol):
    """What the cards show of the studio."""

    @property
    def settings(self) -> SettingsStore: ...

    @property
    def pictures(self) -> ShowPictures: ...

    @property
    def embedded(self) -> WatchAddress: ...

    @property
    def broadcast(self) -> LiveRelays: ...


class CardUpdates:
    """`load_themes` gives the card themes by id and reports each broken one; it is called with the first card."""

    def __init__(
        self,
        studio: CardStudio,
        selling: Selling,
        disclosures: Disclosures,
        cards: CardsOnAir,
        *,
        load_themes: LoadThemes,
        now_ms: Now,
        notify: Callable[[Notice], None],
    ) -> None:
        self._studio = studio
        self._selling = selling
        self._disclosures = disclosures
        self._cards = cards
        self._load_themes = load_themes
        self._now_ms = now_ms
        self._notify = notify
        self._themes: Mapping[str, CardTheme] | None = None
        self._picture = ("", b"")

    @property
    def themes(self) -> Mapping[str, CardTheme]:
        """The card themes by the name that `show.presentation.card_theme` holds."""
        if self._themes is None:
            self._themes = self._load_themes(self._tell_broken)
        return self._themes

    @property
    def page_has_cards(self) -> bool:
        """Whether our page shows the cards beside the picture, so that the picture leaves them out.

        Automatic: yes while all viewers watch on our page.
        """
        studio, chosen = self._studio, self._studio.settings.value.cards_in_video
        relays = {
            *studio.document.show.project.also_relay_ids,
            *(relay.id for relay in (studio.broadcast.main_relay(), *studio.broadcast.live_targets)),
        }
        return chosen == "never" or (chosen == "auto" and relays == {EMBEDDED_RELAY_ID})

    def update(self) -> None:
        """Draw the cards for the current offer."""
        shown, badge = self._selling.shown, self._disclosures.badge
        if shown == NOTHING and not badge and self._cards.idle:
            return  # a show that sells nothing loads no drawing code
        show, product = self._studio.document.show, self._selling.pinned
        theme = self.themes.get(show.presentation.card_theme) or next(iter(self.themes.values()), None)
        if theme is None:  # every theme is broken, and the notices said so
            return
        scene = CardScene(
            show=show,
            shown=shown,
            product=product,
            words=self._selling.card_words,
            badge=badge,
            picture=self._main_picture(product),
            watch_address=self._studio.embedded.watch_address,
            now_ms=self._now_ms(),
            page_has_cards=self.page_has_cards,
        )
        self._cards.show(scene, theme, show.project.output.canvas)

    def _tell_broken(self, error: AppError) -> None:
        self._notify(Notice(Severity.WARNING, error.code, error.data, subject=str(error.data.get("path", ""))))

    def _main_picture(self, product: Product | None) -> bytes:
        if product is None or not product.pictures:
            return b""
        picture_id = product.pictures[0]
        if self._picture[0] != picture_id:
            self._picture = (picture_id, self._studio.pictures.get(picture_id) or b"")
        return self._picture[1]
