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
class Permissions:
    """`folders` are keys of settings with a folder that the plugin may read. It always has a folder of its own."""

    orders: bool = True
    network: tuple[AllowedHost, ...] = ()
    folders: tuple[str, ...] = ()


def read_permissions(table: Mapping[str, Any] | None, setting_keys: frozenset[str]) -> Permissions:
    """Parse the table. A plugin without one may only add orders. Raises ValueError for anything that cannot be granted."""
    if table is None:
        return Permissions()
    if unknown := sorted(set(table) - {"orders", "network", "folders"}):
        raise ValueError(f"permissions.{unknown[0]} is unknown; known are orders, network and folders")
    orders, network, folders = table.get("orders", False), table.get("network", []), table.get("folders", [])
    if not isinstance(orders, bool):
        raise TypeError("permissions.orders must be true or false")
    if not isinstance(network, list) or len(network) > MAX_HOSTS:
        raise ValueError(f"permissions.network must list at most {MAX_HOSTS} hosts")
    if not isinstance(folders, list) or not all(isinstance(key, str) and key in setting_keys for key in folders):
        raise ValueError("permissions.folders must list setting keys")
    return Permissions(orders, tuple(_host(one) for one in network), tuple(folders))


def _host(text: object) -> AllowedHost:
    """Parse "shop.example", "*.shop.example", "shop.example:8443" or "192.0.2.7:80"; raises ValueError."""
    name, colon, port = str(text).lower().rpartition(":")
    if not colon:
        name, port = port, str(HTTPS)
    if not port.isascii() or not port.isdigit() or not 1 <= int(port) <= 65535:
        raise ValueError(f"permissions.network: the port of {text!r} must be from 1 to 65535")
    host = AllowedHost(name, int(port))
    if not host.is_address and not _HOST.fullmatch(name):
        raise ValueError(f"permissions.network: {text!r} is not a host name such as shop.example")
    return host
