"""Finds the client behind trusted proxies.

Each proxy appends the address of its client, so the list is read from its end, up to the first address that is not a trusted proxy's.
Everything before that could be forged.
"""

import ipaddress
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
_MAX_CHARS = 2048
_PAIR = re.compile(r'\s*(?P<key>[A-Za-z-]+)\s*=\s*(?P<value>"[^"]*"|[^\s;,"]*)\s*')
PROXY_HEADERS = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Forwarded-Proto", "X-Real-IP", "Via")


@dataclass(frozen=True, slots=True)
class Client:
    """`scheme` and `host` are "" if no proxy gave them."""

    address: str
    scheme: str = ""
    host: str = ""


def read_networks(texts: Sequence[str]) -> tuple[Network, ...]:
    """Parse addresses and networks; raises ValueError for anything else."""
    return tuple(ipaddress.ip_network(text.strip(), strict=False) for text in texts)


def is_in(address: str, networks: Sequence[Network]) -> bool:
    """Whether an address belongs to one of the networks; an IPv4-mapped IPv6 address counts as IPv4."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(parsed, "ipv4_mapped", None)
    return any((mapped or parsed) in network for network in networks)


def _address(text: str) -> str:
    """The address of a "for" value, which may have a port; "" if it has none ("unknown", "_hidden")."""
    value = text.strip().strip('"')
    if value.startswith("["):
        value = value[1:].partition("]")[0]
    elif value.count(":") == 1:
        value = value.partition(":")[0]
    try:
        return str(ipaddress.ip_address(value))
    except ValueError:
        return ""


def _forwarded(text: str) -> list[Mapping[str, str]]:
    """The elements of a Forwarded header (RFC 7239)."""
    elements: list[Mapping[str, str]] = []
    for element in text.split(","):
        pairs = (_PAIR.fullmatch(part) for part in element.split(";"))
        elements.append({pair["key"].lower(): pair["value"].strip('"') for pair in pairs if pair is not None})
    return elements


def _from_outside(hops: Sequence[str], networks: Sequence[Network]) -> tuple[str, int]:
    """The last hop that is not a trusted proxy, and its index; ("", -1) if none can be read."""
    for index in range(len(hops) - 1, -1, -1):
        if not hops[index]:
            return "", -1
        if not is_in(hops[index], networks):
            return hops[index], index
    return "", -1


def client_of(peer: str, headers: Mapping[str, str], networks: Sequence[Network]) -> Client:
    """The client: the peer itself, or the one that a trusted proxy names. Forwarded takes precedence over X-Forwarded-*."""
    if not is_in(peer, networks):
        return Client(peer)
    if forwarded := headers.get("Forwarded", "")[-_MAX_CHARS:]:
        elements = _forwarded(forwarded)
        address, index = _from_outside([_address(element.get("for", "")) for element in elements], networks)
        said = elements[index] if index >= 0 else {}
        return Client(address or peer, _scheme(said.get("proto", "")), said.get("host", ""))
    hops = [_address(text) for text in headers.get("X-Forwarded-For", "")[-_MAX_CHARS:].split(",")]
    address, _ = _from_outside(hops, networks)
    proto = headers.get("X-Forwarded-Proto", "").rpartition(",")[2].strip()
    return Client(address or peer, _scheme(proto), headers.get("X-Forwarded-Host", "").rpartition(",")[2].strip())


def _scheme(text: str) -> str:
    return text.lower() if text.lower() in ("http", "https") else ""
