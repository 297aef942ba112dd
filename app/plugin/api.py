"""The API for plugins, and the only module of Tradewind that plugins may import.

A plugin is a folder with `plugin.toml` (read without running anything) and a module with `enable(api)`. Switching it off removes what it
registered; if it raises, it is switched off and the user is told. It runs in its own process with only the permissions in its manifest
(`[permissions]`). It must wait with `await` and never block its loop. `API_VERSION` rises when something here is removed or changes its
meaning.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path

from app.domain.base.errors import AppError, Value
from app.domain.base.money import Money, parse_amount
from app.domain.chat.platform import (
    ChatAbilities,
    ChatRequest,
    ChatState,
    DeleteRequest,
    PlatformMessage,
    SendRequest,
    TimeOutRequest,
)
from app.domain.selling.order import Order
from app.plugin.answers import as_list, as_table, as_text, read_json, remember
from app.plugin.chat import Chat, RetryLater
from app.plugin.irc import IrcConnection, IrcLine, tag_value
from app.plugin.irc_channel import IrcChannel
from app.plugin.permissions import entered_server

__all__ = [
    "API_VERSION",
    "Api",
    "AppError",
    "Chat",
    "ChatAbilities",
    "ChatRequest",
    "ChatState",
    "DeleteRequest",
    "IrcChannel",
    "IrcConnection",
    "IrcLine",
    "Money",
    "Order",
    "PlatformMessage",
    "PluginError",
    "RetryLater",
    "RunChat",
    "SendRequest",
    "Shop",
    "TakeOrder",
    "TimeOutRequest",
    "Value",
    "as_list",
    "as_table",
    "as_text",
    "parse_amount",
    "read_json",
    "remember",
    "run_chat",
    "server_address",
    "tag_value",
]

API_VERSION = 1
READ_ONLY = ChatAbilities()

TakeOrder = Callable[[Order], bool]  # False: this order is already known, or has no id or no units
Shop = Callable[[TakeOrder], Awaitable[None]]
RunChat = Callable[[Chat], Awaitable[None]]


class PluginError(Exception):
    """Raised by a plugin that cannot go on; its text is shown to the user unchanged."""


class Api:
    """One plugin's API. `settings` are its declared fields with the user's values; `folder` is for its own files."""

    def __init__(self, settings: Mapping[str, Value], folder: Path, tell: Callable[[str], None]) -> None:
        self.settings = dict(settings)
        self.folder = folder
        self._tell = tell
        self._shops: list[Shop] = []
        self._chat: tuple[RunChat, ChatAbilities] | None = None

    @property
    def shops(self) -> tuple[Shop, ...]:
        """The registered shops, for the host."""
        return tuple(self._shops)

    def add_shop(self, run: Shop) -> None:
        """Register a shop. `run` is started with a function that takes orders, and cancelled when the plugin is switched off. An order
        counts once by its id, so a shop may pass it again after a restart."""
        self._shops.append(run)

    @property
    def chat(self) -> tuple[RunChat, ChatAbilities] | None:
        """The registered chat and what it can do, for the host."""
        return self._chat

    def add_chat(self, run: RunChat, abilities: ChatAbilities = READ_ONLY) -> None:
        """Register a chat, one for each plugin. `run` is started with a `Chat` and cancelled when the plugin is switched off. The desk only
        asks for what `abilities` names."""
        if self._chat is not None:
            raise PluginError("a plugin can have one chat")
        self._chat = run, abilities

    def tell(self, text: str) -> None:
        """Show a text to the user."""
        self._tell(text)


async def run_chat(chat: Chat, session: Callable[[], Awaitable[None]], carry_out: Callable[[ChatRequest], Awaitable[None]]) -> None:
    """Stay connected with `session`, and carry out requests beside it. Raises PluginError when one of them does."""
    try:
        async with asyncio.TaskGroup() as group:
            group.create_task(chat.stay_connected(session))
            group.create_task(chat.serve(carry_out))
    except* PluginError as failed:
        raise failed.exceptions[0] from None


def server_address(entered: str, port: int) -> tuple[str, int]:
    """Host and port of a server setting; raises PluginError if it is none."""
    server = entered_server(entered, port)
    if server is None:
        raise PluginError("Enter the name of the server, for example irc.example.com.")
    return server.name, server.port
