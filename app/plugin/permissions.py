"""The permissions that a plugin requests in its manifest; it gets no others."""

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

MAX_HOSTS = 16
HTTPS = 443
_HOST = re.compile(r"(\*\.)?[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?(\.[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?)+")


@dataclass(frozen=True, slots=True)
class AllowedHost:
    """A server that a plugin may reach. "*.shop.example" is every name below it, but not the name itself."""

    name: str
    port: int = HTTPS

    @property
    def is_address(self) -> bool:
        """Whether it is an IP address or localhost, which DNS names must never resolve to."""
        try:
            ipaddress.ip_address(self.name)
        except ValueError:
            return self.name == "localhost"
        return True

    def matches(self, name: str) -> bool:
        """Whether `name` is this host."""
        name = name.lower().rstrip(".")
        return name.endswith(self.name[1:]) if self.name.startswith("*.") else name == self.name

    def __str__(self) -> str:
        return self.name if self.port == HTTPS else f"{self.name}:{self.port}"


@dataclass(frozen=True, slots=True)
class ServerSetting:
    """A setting in which the user enters a server that the plugin may reach, and its port when none is entered."""

    key: str
    port: int = HTTPS


@dataclass(frozen=True, slots=True)
class Permissions:
    """`folders` are keys of settings with a folder or file that the plugin may read. It always has a folder of its own."""

    orders: bool = True
    network: tuple[AllowedHost, ...] = ()
    folders: tuple[str, ...] = ()
    chat: bool = False
    servers: tuple[ServerSetting, ...] = ()


def read_permissions(table: Mapping[str, Any] | None, setting_keys: frozenset[str]) -> Permissions:
    """Parse the table. A plugin without one may only add orders. Raises ValueError for anything that cannot be granted."""
    if table is None:
        return Permissions()
    if unknown := sorted(set(table) - {"orders", "chat", "network", "folders", "servers"}):
        raise ValueError(f"permissions.{unknown[0]} is unknown; known are orders, chat, network, folders and servers")
    orders, chat = table.get("orders", False), table.get("chat", False)
    network, folders, servers = (table.get(key, []) for key in ("network", "folders", "servers"))
    for key, flag in (("orders", orders), ("chat", chat)):
        if not isinstance(flag, bool):
            raise TypeError(f"permissions.{key} must be true or false")
    if not isinstance(network, list) or len(network) > MAX_HOSTS:
        raise ValueError(f"permissions.network must list at most {MAX_HOSTS} hosts")
    if not isinstance(folders, list) or not all(isinstance(key, str) and key in setting_keys for key in folders):
        raise ValueError("permissions.folders must list setting keys")
    if not isinstance(servers, list) or len(servers) > MAX_HOSTS:
        raise ValueError(f"permissions.servers must list at most {MAX_HOSTS} setting keys")
    return Permissions(
        orders, tuple(_host(one) for one in network), tuple(folders), chat, tuple(_server_setting(one, setting_keys) for one in servers)
    )


def entered_server(text: str, port: int) -> AllowedHost | None:
    """The server of what the user entered ("irc.example", "irc.example:6667", "https://matrix.example"), None if it is none."""
    bare = text.strip().partition("://")[2] or text.strip()
    bare = bare.partition("/")[0].lower()
    try:
        server = _host(bare if ":" in bare else f"{bare}:{port}")
    except ValueError:
        return None
    return None if server.name.startswith("*.") else server


def _server_setting(text: object, setting_keys: frozenset[str]) -> ServerSetting:
    """Parse "key" or "key:port"; raises ValueError."""
    key, _, port = str(text).partition(":")
    if key not in setting_keys:
        raise ValueError("permissions.servers must list setting keys")
    return ServerSetting(key, _port(port, text) if port else HTTPS)


def _port(port: str, whole: object) -> int:
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise ValueError(f"permissions: the port of {whole!r} must be from 1 to 65535")
    return int(port)


def _host(text: object) -> AllowedHost:
    """Parse "shop.example", "*.shop.example", "shop.example:8443" or "192.0.2.7:80"; raises ValueError."""
    name, colon, port = str(text).lower().rpartition(":")
    if not colon:
        name, port = port, str(HTTPS)
    host = AllowedHost(name, _port(port, text))
    if not host.is_address and not _HOST.fullmatch(name):
        raise ValueError(f"permissions.network: {text!r} is not a host name such as shop.example")
    return host
