"""The names by which a relay can be reached, and which web pages may use its room.

Another site can point its own name at this relay's address (DNS rebinding) and would then pass for the relay's own page. So calls of
the relay's own page must use an IP address, or a name that no outsider can register.
"""

import ipaddress
import re
import socket
from collections.abc import Iterable
from dataclasses import dataclass

from app.relay.refusals import Refusal

_HOST = re.compile(r"(?P<host>\[[0-9A-Fa-f:.]{2,45}\]|[A-Za-z0-9_.-]{1,253})(?::(?P<port>[0-9]{1,5}))?")
_ORIGIN = re.compile(r"(?P<scheme>https?)://(?P<authority>[^/?#@\s]{1,262})", re.IGNORECASE)
# Names that public DNS never assigns: RFC 6762, RFC 8375, ICANN's .internal, and what home routers use.
_PRIVATE_ENDS = (".local", ".localhost", ".home.arpa", ".internal", ".lan")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True, slots=True)
class Host:
    """A Host header; `name` in lower case without brackets, `port` 0 = not given."""

    name: str
    port: int = 0

    @property
    def is_address(self) -> bool:
        try:
            ipaddress.ip_address(self.name)
        except ValueError:
            return False
        return True

    def __str__(self) -> str:
        name = f"[{self.name}]" if ":" in self.name else self.name
        return f"{name}:{self.port}" if self.port else name


def read_host(text: str) -> Host:
    """Parse a host with or without a port; raises Refusal if it is neither."""
    found = _HOST.fullmatch(text)
    if found is None or int(found["port"] or 0) > 65535:
        raise Refusal("relay.bad_host")
    host = Host(found["host"].strip("[]").rstrip(".").lower(), int(found["port"] or 0))
    if (found["host"].startswith("[") and not host.is_address) or not host.name:
        raise Refusal("relay.bad_host")
    return host


class KnownHosts:
    """`names` are the configured names of the relay."""

    def __init__(self, names: Iterable[str]) -> None:
        own = socket.gethostname().lower()
        self._names = {name.rstrip(".").lower() for name in names} | {own, own.partition(".")[0]}

    def __contains__(self, host: Host) -> bool:
        name = host.name
        return host.is_address or "." not in name or name.endswith(_PRIVATE_ENDS) or name in self._names


def is_same_origin(origin: str, host: Host, scheme: str) -> bool:
    """Whether a page of this Origin was loaded from `host`; only a proxy that terminates TLS may know that it was https."""
    found = _ORIGIN.fullmatch(origin)
    if found is None:
        return False
    try:
        named = read_host(found["authority"])
    except Refusal:
        return False
    if named.name != host.name:
        return False
    theirs = named.port or _PORTS[found["scheme"].lower()]
    return theirs in ({host.port} if host.port else {_PORTS.get(scheme, 80), *_PORTS.values()})
