"""The door for others: all that a plugin may use of the program, and the only module of it that plugins import.

A plugin is a folder with `plugin.toml` (read without running anything) and a module with `enable(api)`. What it registers goes with it
when it is switched off; one that raises is switched off and named. It runs in a process of its own, with what its manifest asks for
(`[permissions]`) and nothing else: it must wait with `await`, never block its loop. `API_VERSION` rises when something here is taken away
or changes its meaning.
"""

from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from app.domain.base.errors import AppError, Value
from app.domain.base.money import Money, parse_amount
from app.domain.selling.order import Order

__all__ = ["API_VERSION", "Api", "AppError", "Money", "Order", "PluginError", "Shop", "TakeOrder", "Value", "parse_amount"]

API_VERSION = 1

TakeOrder = Callable[[Order], bool]  # False: this order was known already, or has no id or no units
Shop = Callable[[TakeOrder], Awaitable[None]]


class PluginError(Exception):
    """What a plugin raises when it cannot go on; its words are said to the user as they are."""


class Api:
    """One plugin's own door. `settings` are its declared fields with the user's values, `folder` is for files of its own."""

    def __init__(self, settings: Mapping[str, Value], folder: Path, tell: Callable[[str], None]) -> None:
        self.settings = dict(settings)
        self.folder = folder
        self._tell = tell
        self._shops: list[Shop] = []

    @property
    def shops(self) -> tuple[Shop, ...]:
        """What was registered, for the host."""
        return tuple(self._shops)

    def add_shop(self, run: Shop) -> None:
        """`run` is started with a function that takes orders, and cancelled when the plugin is switched off. An order counts once by its
        id, so a shop may hand over the same one again after a restart."""
        self._shops.append(run)

    def tell(self, text: str) -> None:
        """Show the user a sentence in the plugin's own words."""
        self._tell(text)
