"""The interface of what looks for relays on the network."""

from collections.abc import Callable, Iterable
from typing import Protocol

from app.domain.program.output import Relay


class Discovery(Protocol):
    """Looks for relays on the network and reports every change on the loop's thread."""

    async def start(self) -> None: ...

    async def aclose(self) -> None: ...


MakeDiscovery = Callable[[Callable[[Iterable[Relay]], None]], Discovery]
