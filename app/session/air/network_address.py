"""This machine's address on the local network, and free ports."""

import ipaddress
import socket

import psutil

VIRTUAL = ("docker", "br-", "veth", "virbr", "vmnet", "vboxnet", "tun", "tap", "wg", "zt", "tailscale", "utun", "lo")


def _rank(interface: str, address: ipaddress.IPv4Address) -> tuple[bool, bool, str]:
    """The sort key; phones are likelier to reach the smaller one: real adapters before virtual ones, private addresses before public."""
    return interface.lower().startswith(VIRTUAL), not address.is_private, interface


def lan_address() -> str:
    """The IPv4 address that other devices on this network most likely reach; 127.0.0.1 without a network. Sends nothing."""
    up = {name for name, figures in psutil.net_if_stats().items() if figures.isup}
    found = [
        (interface, ipaddress.IPv4Address(one.address))
        for interface, addresses in psutil.net_if_addrs().items()
        if interface in up
        for one in addresses
        if one.family is socket.AF_INET
    ]
    usable = [(interface, address) for interface, address in found if not address.is_loopback and not address.is_link_local]
    return str(min(usable, key=lambda pair: _rank(*pair))[1]) if usable else "127.0.0.1"


def free_port(host: str, *wanted: int) -> int:
    """The first of the wanted ports that is free, else one that the system picks; 0 counts as not wanted."""
    for port in (*(one for one in wanted if one), 0):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # the port of a process that just ended must not look taken
            try:
                probe.bind((host, port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    return 0
