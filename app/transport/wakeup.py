"""Ends a target's wait early."""

import asyncio


class Wakeup:
    """Wakes the run of a target, and remembers that addresses changed until `take_network_change`."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.network_changed = False

    def wake(self) -> None:
        self._event.set()

    def on_network_changed(self) -> None:
        """Addresses came or went."""
        self.network_changed = True
        self._event.set()

    def take_network_change(self) -> bool:
        """Whether addresses changed since the last call."""
        changed, self.network_changed = self.network_changed, False
        return changed

    def clear(self) -> None:
        """Forget the wake-ups so far; a network change stays remembered."""
        self._event.clear()

    async def wait(self, within_s: float) -> bool:
        """Wait for a wake-up since `clear`; False when none came in time."""
        try:
            async with asyncio.timeout(within_s):
                await self._event.wait()
        except TimeoutError:
            return False
        return True
