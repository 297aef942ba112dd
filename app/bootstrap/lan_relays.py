"""Lists the relays announced on the local network for the desk."""

from collections.abc import Callable, Iterable

from app.domain.base.address import is_loopback
from app.domain.program.output import Relay
from app.relay.discovery import FoundRelay, RelayBrowser
from app.transport.addresses import host_addresses


def as_relays(found: Iterable[FoundRelay], own: Iterable[str]) -> tuple[Relay, ...]:
    """The relays of other computers; the list already has this computer's own."""
    ours = set(own)
    return tuple(
        Relay(f"lan-{one.host}-{one.port}-{one.stream}", f"{one.name} · {one.stream}", one.whip_url, one.watch_url)
        for one in found
        if one.host not in ours and not is_loopback(one.host)
    )


class LanRelays:
    """Adapts the mDNS browser to what the Studio expects."""

    def __init__(self, changed: Callable[[Iterable[Relay]], None]) -> None:
        self._browser = RelayBrowser(lambda found: changed(as_relays(found, host_addresses())))

    async def start(self) -> None:
        await self._browser.start()

    async def aclose(self) -> None:
        await self._browser.aclose()
