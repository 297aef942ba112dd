"""Chooses a time zone by letters of its city."""

from collections.abc import Callable
from datetime import datetime

from PySide6.QtCore import Signal

from app.domain.base.local_time import clock_reading
from app.domain.base.zones import Zones
from app.ui.kit.search_line import SearchLine
from app.ui.planning.local_times import city_of, offset_text, time_text

SHOWN = 60
VISIBLE = 10
_NO_PLACES = ("Etc", "SystemV", "US", "posix", "right")  # legacy keys that name no city


def places(zones: Zones) -> tuple[str, ...]:
    """The zone keys that name a city."""
    return tuple(key for key in zones.keys if "/" in key and key.partition("/")[0] not in _NO_PLACES)


class ZoneChoice(SearchLine):
    """`chosen(key)` is emitted when the user picks a zone.

    `now` gives the instant whose local times are listed, `city` the name of a zone's city; `soon` are the keys listed first.
    """

    chosen = Signal(str)

    def __init__(
        self,
        words: str,
        zones: Zones,
        now: Callable[[], datetime],
        *,
        city: Callable[[str], str] = city_of,
        soon: Callable[[], tuple[str, ...]] = lambda: (),
    ) -> None:
        super().__init__(words, visible=VISIBLE)
        self._zones = zones
        self._now = now
        self._city = city
        self._soon = soon
        self._key = ""
        self._searched: dict[str, str] = {}
        self._matches: list[str] = []

    @property
    def zone(self) -> str:
        """The chosen zone key, "" = none."""
        return self._key

    @property
    def offered(self) -> tuple[str, ...]:
        """The matching keys, those of the show first."""
        return tuple(self._matches)

    def show_zone(self, key: str) -> None:
        """Show the chosen zone, unless the user is typing."""
        self._key = key
        self.setToolTip(key)
        self.show_name(self._city(key) if key else "")

    def offer(self, letters: str) -> None:
        """List the matches with their local times."""
        words = letters.casefold().replace("_", " ").split()
        names = self._search_texts()
        first = [key for key in dict.fromkeys(self._soon()) if key in names]
        keys = [*first, *(key for key in names if key not in first)]
        self._matches = [key for key in keys if all(word in names[key] for word in words)][:SHOWN]
        now = self._now()
        self.show_offers([self._line(key, now) for key in self._matches])

    def _search_texts(self) -> dict[str, str]:
        if not self._searched:
            self._searched = {key: f"{key.replace('_', ' ')} {self._city(key)}".casefold() for key in places(self._zones)}
        return self._searched

    def _line(self, key: str, now: datetime) -> str:
        shown = clock_reading(now, key, self._zones)
        return f"{self._city(key)}   {time_text(shown.wall)}   {offset_text(shown.offset)}"

    def pick_match(self, place: int) -> None:
        """Choose a match by its index, if it exists."""
        if 0 <= place < len(self._matches):
            before, key = self._key, self._matches[place]
            self.setModified(False)
            self.show_zone(key)
            if key != before:
                self.chosen.emit(key)
