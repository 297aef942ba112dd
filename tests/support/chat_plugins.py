"""Plugins with a chat, in their real processes, and what they bring."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from app.domain.base.errors import Value
from app.domain.base.notice import Notice
from app.domain.chat.platform import ChatHealth, ChatState, PlatformMessage
from app.plugin.chat_gate import ChatDoor
from app.plugin.host import PluginHost
from app.plugin.process import PluginLimits
from app.plugin.wire import MAX_LINE, Message, decode_line, encode_line
from app.storage.plugin_settings import PluginSettingsFile
from tests.support.relays import eventually
from tests.support.source_trees import ROOT


@dataclass
class ChatRecord:
    """An intake that remembers everything, of one plugin."""

    messages: list[PlatformMessage] = field(default_factory=list)
    healths: list[ChatHealth] = field(default_factory=list)
    dropped_by: Counter[str] = field(default_factory=Counter)
    failures: list[tuple[int, str]] = field(default_factory=list)
    door: ChatDoor | None = None

    def opened(self, door: ChatDoor) -> None:
        self.door = door

    def received(self, plugin_id: str, messages: tuple[PlatformMessage, ...]) -> None:
        del plugin_id
        self.messages.extend(messages)

    def health_changed(self, plugin_id: str, health: ChatHealth) -> None:
        del plugin_id
        self.healths.append(health)

    def dropped(self, plugin_id: str, reason: str, count: int) -> None:
        del plugin_id
        self.dropped_by[reason] += count

    def undone(self, plugin_id: str, number: int, reason: str) -> None:
        del plugin_id
        self.failures.append((number, reason))

    def closed(self, plugin_id: str) -> None:
        del plugin_id
        self.door = None

    @property
    def texts(self) -> list[str]:
        return [message.text for message in self.messages]

    @property
    def state(self) -> ChatState | None:
        return self.healths[-1].state if self.healths else None

    def opened_door(self) -> ChatDoor:
        """The door of the running chat."""
        assert self.door is not None
        return self.door

    async def connects(self) -> None:
        await eventually(lambda: self.door is not None and self.state is ChatState.CONNECTED)

    async def stops(self) -> None:
        await eventually(lambda: self.state is ChatState.WAITING)


class SentLines:
    """What a chat sent to the desk, each through a line."""

    def __init__(self) -> None:
        self.messages: list[Mapping[str, Any]] = []

    def __call__(self, message: Message) -> None:
        line = encode_line(message)
        assert len(line) <= MAX_LINE
        self.messages.append(decode_line(line))

    def of(self, kind: str) -> list[Any]:
        return [message[kind] for message in self.messages if kind in message]


class KeptSecrets:
    """A keyring in memory."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def set(self, name: str, secret: str) -> None:
        self.kept[name] = secret

    async def read(self, name: str) -> str:
        await asyncio.sleep(0)
        return self.kept.get(name, "")


@dataclass
class ChatPlugins:
    """A plugin host with what its chats brought."""

    host: PluginHost
    record: ChatRecord
    notices: list[Notice]
    secrets: KeptSecrets
    settings_file: Path


@asynccontextmanager
async def chat_plugins(
    home: Path, plugins: Path, plugin_id: str, values: Mapping[str, Value], secrets: Mapping[str, str] | None = None
) -> AsyncIterator[ChatPlugins]:
    """Run one plugin of a folder, with these settings."""
    notices: list[Notice] = []
    record, keyring = ChatRecord(), KeptSecrets()
    file = home / "plugins.json"
    settings = PluginSettingsFile(file)
    settings.save(plugin_id, enabled=False, values=values)
    host = PluginHost(
        [plugins],
        settings=settings,
        data_folder=home / "data",
        take_order=lambda order: False,
        notify=notices.append,
        chat=record,
        secrets=keyring,
        budget=PluginLimits(look_s=0.05, goodbye_s=0.5, restart_after_s=(0.05, 0.05)),
    )
    host.start()
    for key, secret in (secrets or {}).items():
        host.configure(plugin_id, key, secret)
    host.switch(plugin_id, on=True)
    try:
        yield ChatPlugins(host, record, notices, keyring, file)
    finally:
        await host.aclose()


def moved_plugin(home: Path, plugin_id: str, places: Mapping[str, str]) -> Path:
    """Copy a bundled plugin with other addresses, which stand for services that a test cannot reach; returns its parent folder."""
    folder = home / "plugins" / plugin_id
    folder.mkdir(parents=True)
    for path in (ROOT / "plugins" / plugin_id).glob("plugin.*"):
        text = path.read_text(encoding="utf-8")
        for old, new in places.items():
            text = text.replace(old, new)
        (folder / path.name).write_text(text, encoding="utf-8")
    return folder.parent
