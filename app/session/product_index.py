"""The show's products by id, found without looking through ten thousand of them."""

from collections.abc import Callable

from app.domain.product import Product
from app.domain.show import Show, ShowError


class ProductIndex:
    """Made anew when the list of products is another one, and only then."""

    def __init__(self, show: Callable[[], Show]) -> None:
        self._show = show
        self._products: tuple[Product, ...] = ()
        self._by_id: dict[str, Product] = {}
        self._by_sku: dict[str, Product] = {}

    def __getitem__(self, product_id: str) -> Product:
        """Raises ShowError "show.no_product"."""
        product = self.find(product_id)
        if product is None:
            raise ShowError("show.no_product", product=product_id)
        return product

    def find(self, product_id: str) -> Product | None:
        """The product with this id, if there is one."""
        self._refresh()
        return self._by_id.get(product_id)

    def named(self, id_or_sku: str) -> Product | None:
        """The product that somebody outside names by its id or its SKU."""
        self._refresh()
        return self._by_id.get(id_or_sku) or (self._by_sku.get(id_or_sku) if id_or_sku else None)

    def _refresh(self) -> None:
        products = self._show().products
        if products is not self._products:
            self._products = products
            self._by_id = {product.id: product for product in products}
            self._by_sku = {product.sku: product for product in reversed(products) if product.sku}
