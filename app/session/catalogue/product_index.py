"""Finds products of the show by id without searching ten thousand of them."""

from collections.abc import Callable, Iterable

from app.domain.base.id_list import changed_range, reordered
from app.domain.catalogue.product import Product
from app.domain.catalogue.sku import sku_key
from app.domain.show import Show, ShowError


class ProductIndex:
    """Updated when the product list is another object, and only where it differs."""

    def __init__(self, show: Callable[[], Show]) -> None:
        self._show = show
        self._products: tuple[Product, ...] = ()
        self._by_id: dict[str, Product] = {}
        self._by_sku: dict[str, Product] | None = {}  # None = built on the first lookup from outside

    def __getitem__(self, product_id: str) -> Product:
        """The product with this id; raises ShowError "show.no_product"."""
        product = self.find(product_id)
        if product is None:
            raise ShowError("show.no_product", product=product_id)
        return product

    def find(self, product_id: str) -> Product | None:
        """The product with this id, None if there is none."""
        if self._show().products is not self._products:
            self._refresh()
        return self._by_id.get(product_id)

    def of(self, ids: Iterable[str]) -> list[Product]:
        """The products with these ids; unknown ids are left out."""
        if self._show().products is not self._products:
            self._refresh()
        known = self._by_id
        return [known[one] for one in ids if one in known]

    def named(self, id_or_sku: str) -> Product | None:
        """The product that an outside system names by id or SKU; of several with the same SKU the first."""
        known = self.find(id_or_sku)
        if known is not None or not id_or_sku:
            return known
        if self._by_sku is None:
            self._by_sku = {sku_key(product.sku): product for product in reversed(self._products) if product.sku}
        return self._by_sku.get(sku_key(id_or_sku))

    def _refresh(self) -> None:
        before, now = self._products, self._show().products
        start, old_end, new_end = changed_range(before, now)
        self._products, self._by_sku = now, None
        if reordered(before[start:old_end], now[start:new_end]):
            return
        if 2 * (old_end - start) > len(before):
            self._by_id = {product.id: product for product in now}
            return
        for product in before[start:old_end]:
            del self._by_id[product.id]
        for product in now[start:new_end]:
            self._by_id[product.id] = product
