"""This computer's network addresses."""

import ipaddress
from collections.abc import Iterable

from aioice.ice import get_host_addresses

LOOPBACK = "127.0.0.1"


def host_addresses(*, loopback: bool = False) -> list[str]:
    """The addresses of all interfaces; with `loopback`, or if there are none, also 127.0.0.1."""
    found = [address for address in get_host_addresses(use_ipv4=True, use_ipv6=True) if not ipaddress.ip_address(address).is_link_local]
    return [*found, LOOPBACK] if loopback or not found else found


def preferred_first(addresses: Iterable[str], preferred: str | None) -> list[str]:
    """The addresses with `preferred` first, so that its candidate gets the highest priority."""
    return sorted(addresses, key=lambda address: address != preferred)
