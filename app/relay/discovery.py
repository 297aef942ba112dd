"""Announces and finds relays in the local network over mDNS (RFC 6762, 6763)."""

import ipaddress
import logging
import socket
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zeroconf import BadTypeInNameException, Error, InterfaceChoice, IPVersion, ServiceStateChange, Zeroconf
from zeroconf.asyncio import AsyncServiceBrowser, AsyncServiceInfo, AsyncZeroconf

from app.aio.owned_tasks import OwnedTasks

log = logging.getLogger(__name__)

SERVICE = "_tradewind._tcp.local."
_RESOLVE_MS = 3000
_NAME_BYTES = 40  # of 63: the rest is for the port that makes it unique


@dataclass(frozen=True, slots=True)
class FoundRelay:
    """One stream of a relay in the network; keys are never announced."""

    name: str
    host: str
    port: int
    stream: str
    whip_url: str
    watch_url: str


def _usable(addresses: Sequence[str]) -> list[str]:
    """Addresses that others can reach, IPv4 first; loopback only if there is nothing else."""
    parsed = [ipaddress.ip_address(address) for address in addresses]
    chosen = [one for one in parsed if not one.is_loopback and not one.is_link_local] or parsed
    return [str(one) for one in sorted(chosen, key=lambda one: (one.version, int(one)))]


def relays_of(name: str, addresses: Sequence[str], port: int, properties: dict[bytes, bytes | None]) -> tuple[FoundRelay, ...]:
    """The streams in an announcement; none if it has no address."""
    usable = _usable(addresses)
    streams = (properties.get(b"streams") or b"").decode(errors="replace").split(",")
    if not usable or not port:
        return ()
    host = usable[0]
    scheme = "https" if properties.get(b"tls") == b"1" else "http"
    base = f"{scheme}://[{host}]:{port}" if ":" in host else f"{scheme}://{host}:{port}"
    return tuple(
        FoundRelay(name, host, port, stream, f"{base}/whip/{stream}", f"{base}/watch/{stream}")
        for stream in streams
        if stream and stream.replace("-", "").replace("_", "").isalnum()
    )


class RelayAnnouncement:
    """Announces a relay. Without a network, or where mDNS is blocked, it only logs a warning."""

    def __init__(
        self,
        *,
        title: str,
        port: int,
        streams: Sequence[str],
        addresses: Sequence[str],
        interfaces: Sequence[str] = (),
        secure: bool = False,
    ) -> None:
        short = title.replace(".", " ").encode()[:_NAME_BYTES].decode(errors="ignore").strip() or "Tradewind"
        self._interfaces = list(interfaces)
        self._zeroconf: AsyncZeroconf | None = None
        self._info = AsyncServiceInfo(
            SERVICE,
            f"{short} {port}.{SERVICE}",
            addresses=[socket.inet_pton(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in _usable(addresses)],
            port=port,
            properties={"streams": ",".join(streams)[:250], "watch": "/watch/", "whip": "/whip/", "whep": "/whep/", "title": title[:80]}
            | ({"tls": "1"} if secure else {}),
            server=f"tradewind-{port}-{socket.gethostname().split('.')[0][:30] or 'host'}.local.",
        )

    async def start(self) -> bool:
        """Announce; returns whether that worked."""
        if self._zeroconf is not None:
            return True
        try:
            self._zeroconf = _open(self._interfaces)
            await self._zeroconf.async_register_service(self._info, allow_name_change=True)
        except (OSError, Error, BadTypeInNameException) as error:
            log.warning("cannot announce this relay in the network: %s", error)
            await self.aclose()
            return False
        return True

    async def aclose(self) -> None:
        """Withdraw the announcement, so that others remove the relay at once."""
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            try:
                await zeroconf.async_unregister_all_services()
            except (OSError, Error) as error:
                log.info("cannot withdraw the announcement: %s", error)
            await zeroconf.async_close()


def _open(interfaces: list[str]) -> AsyncZeroconf:
    """Raises OSError if there is no such interface; checked here because zeroconf would leave its own socket open."""
    for address in interfaces:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
            probe.bind((address, 0))
    return AsyncZeroconf(interfaces=interfaces or InterfaceChoice.All, ip_version=IPVersion.V4Only)


class RelayBrowser:
    """Finds relays while it runs. `changed` gets all known streams after each change, on the loop that called `start`."""

    def __init__(self, changed: Callable[[tuple[FoundRelay, ...]], None], *, interfaces: Sequence[str] = ()) -> None:
        self._changed = changed
        self._interfaces = list(interfaces)
        self._zeroconf: AsyncZeroconf | None = None
        self._browser: AsyncServiceBrowser | None = None
        self._found: dict[str, tuple[FoundRelay, ...]] = {}
        self._tasks = OwnedTasks()

    async def start(self) -> bool:
        """Start browsing; returns whether that worked."""
        if self._zeroconf is not None:
            return True
        try:
            self._zeroconf = _open(self._interfaces)
        except (OSError, Error) as error:
            log.warning("cannot look for relays in the network: %s", error)
            return False
        self._browser = AsyncServiceBrowser(self._zeroconf.zeroconf, SERVICE, handlers=[self._on_change])
        return True

    def _on_change(self, zeroconf: Zeroconf, service_type: str, name: str, state_change: ServiceStateChange) -> None:
        if state_change is ServiceStateChange.Removed:
            if self._found.pop(name, None) is not None:
                self._tell()
            return
        self._tasks.start(self._resolve(zeroconf, service_type, name), f"resolve {name}")

    async def _resolve(self, zeroconf: Zeroconf, service_type: str, name: str) -> None:
        info = AsyncServiceInfo(service_type, name)
        try:
            known = await info.async_request(zeroconf, _RESOLVE_MS)
        except (OSError, Error) as error:
            log.info("cannot resolve %s: %s", name, error)
            return
        if not known:
            return
        title = (info.properties.get(b"title") or b"").decode(errors="replace") or name.removesuffix(f".{SERVICE}")
        found = relays_of(title, info.parsed_addresses(), info.port or 0, dict(info.properties))
        if found != self._found.get(name):
            self._found[name] = found
            self._tell()

    def _tell(self) -> None:
        self._changed(tuple(relay for name in sorted(self._found) for relay in self._found[name]))

    async def aclose(self) -> None:
        if self._browser is not None:
            await self._browser.async_cancel()
            self._browser = None
        await self._tasks.aclose()
        zeroconf, self._zeroconf = self._zeroconf, None
        if zeroconf is not None:
            await zeroconf.async_close()
