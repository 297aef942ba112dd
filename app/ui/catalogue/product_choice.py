"""Finds one product among thousands as the user types."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import Signal

from app.domain.base.localized_text import pick
from app.domain.catalogue.product import Product
from app.ui.catalogue.product_list import search_text
from app.ui.kit.search_line import SearchLine

SHOWN = 30
VISIBLE = 12


class ProductChoice(SearchLine):
    """Emits `chosen(id)` when the user picks another product, and "" when they clear the field."""

    chosen = Signal(str)

    def __init__(self, words: str, nothing: str, products: Callable[[], Sequence[Product]], language: Callable[[], str]) -> None:
        super().__init__(words, visible=VISIBLE)
        self.setPlaceholderText(nothing)
        self.setClearButtonEnabled(True)
        self._products = products
        self._language = language
        self._id = ""
        self._searched: tuple[Sequence[Product], list[str]] = ((), [])
        self._matches: list[Product] = []

    @property
    def product_id(self) -> str:
        """Id of the chosen product; "" = none."""
        return self._id

    @property
    def offered(self) -> tuple[str, ...]:
        """Ids of the products that match the text, in the show's order."""
        return tuple(product.id for product in self._matches)

    def show_product(self, product: Product | None) -> None:
        """Show the chosen product, unless the user is typing."""
        self._id = product.id if product is not None else ""
        self.show_name(self._called(product) if product is not None else "")

    def _called(self, product: Product) -> str:
        return pick(product.name, (self._language(),))[0] or product.sku or product.id

    def offer(self, letters: str) -> None:
        """List the products that match."""
        products = self._products()
        if self._searched[0] is not products:
            self._searched = (products, [search_text(product) for product in products])
        words = letters.casefold().split()
        self._matches = []
        for product, text in zip(products, self._searched[1], strict=True):
            if all(word in text for word in words):
                self._matches.append(product)
                if len(self._matches) == SHOWN:
                    break
        self.show_offers([self._called(product) for product in self._matches])

    def on_typed(self, letters: str) -> None:
        """Clearing the field chooses no product."""
        if letters.strip():
            super().on_typed(letters)
        else:
            self._name = ""
            self._choose("")

    def pick_match(self, place: int) -> None:
        """Choose the match at this place in the list, if there is one."""
        if 0 <= place < len(self._matches):
            product = self._matches[place]
            self._name = self._called(product)
            self._choose(product.id)
            self.put_back()

    def _choose(self, product_id: str) -> None:
        before, self._id = self._id, product_id
        if product_id != before:
            self.chosen.emit(product_id)
