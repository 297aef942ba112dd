"""The API for plugins, and the only module of Tradewind that plugins may import.

A plugin is a folder with `plugin.toml` (read without running anything) and a module with `enable(api)`. Switching it off removes what it
registered; if it raises, it is switched off and the user is told. It runs in its own process with only the permissions in its manifest
(`[permissions]`). It must wait with `await` and never block its loop. `API_VERSION` rises when something here is removed or changes its
meaning.
"""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from app.domain.base.errors import AppError, Value
from app.domain.base.money import Money, parse_amount
from app.domain.selling.order import Order

__all__ = ["API_VERSION", "Api", "AppError", "Money", "Order", "PluginError", "Shop", "TakeOrder", "Value", "parse_amount"]

API_VERSION = 1

TakeOrder = Callable[[Order], bool]  # False: this order is already known, or has no id or no units
Shop = Callable[[TakeOrder], Awaitable[None]]


class PluginError(Exception):
    """Raised by a plugin that cannot go on; its text is shown to the user unchanged."""


class Api:
    """One plugin's API. `settings` are its declared fields with the user's values; `folder` is for its own files."""

    def __init__(self, settings: Mapping[str, Value], folder: Path, tell: Callable[[str], None]) -> None:
        self.settings = dict(settings)
        self.folder = folder
        self._tell = tell
        self._shops: list[Shop] = []

    @property
    def shops(self) -> tuple[Shop, ...]:
        """The registered shops, for the host."""
        return tuple(self._shops)

    def add_shop(self, run: Shop) -> None:
        """Register a shop. `run` is started with a function that takes orders, and cancelled when the plugin is switched off. An order
        counts once by its id, so a shop may pass it again after a restart."""
        self._shops.append(run)

    def tell(self, text: str) -> None:
        """Show a text to the user."""
        self._tell(text)
