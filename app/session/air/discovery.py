"""What looks for relays in the network, as the studio sees it."""

from collections.abc import Callable, Iterable
from typing import Protocol

from app.domain.program.output import Relay


class Discovery(Protocol):
    """Looks for relays in the network, and tells on the loop's thread whenever what it knows changes."""

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...


MakeDiscovery = Callable[[Callable[[Iterable[Relay]], None]], Discovery]
