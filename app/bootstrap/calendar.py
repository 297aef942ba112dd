"""Calendars and clock rules for the scheduler, loaded when the first show is planned rather than with the window."""

import importlib
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from app.domain.base.zones import Zones
from app.domain.catalogue.market import Market
from app.domain.planning.draw_permit import DrawPermit
from app.domain.planning.festival import Festival
from app.domain.planning.schedule import Airing, FestivalChange, Occurrence
from app.storage.calendar_tables import load_days_off, load_festival_rules, load_permits
from app.storage.markets import load_markets_by_id


class LazyCalendar:
    """Implements session/planning/calendar_port.py. Profiles and tables are read from these folders.

    `load_zones` replaces the clock rules of the tzdata package.
    """

    def __init__(self, markets: Path, tables: Path, load_zones: Callable[[], Zones] | None = None) -> None:
        self._markets = markets
        self._tables = tables
        self._festivals: Any = None
        self._lock = threading.Lock()
        self._load_zones = load_zones
        self._zones: Zones | None = None

    @property
    def zones(self) -> Zones:
        if self._zones is None:
            load = self._load_zones or importlib.import_module("app.calendar.packaged_zones").load_zones
            self._zones = load()
        return self._zones

    def local_zone(self) -> str:
        return str(importlib.import_module("app.calendar.local_zone").local_zone(self.zones))

    def occurrences(self, airing: Airing, begin: datetime, end: datetime, zones: Zones) -> tuple[Occurrence, ...]:
        found: tuple[Occurrence, ...] = _recurrence().occurrences(airing, begin, end, zones)
        return found

    def occurrence_of(self, airing: Airing, original: datetime, zones: Zones) -> Occurrence | None:
        found: Occurrence | None = _recurrence().occurrence_of(airing, original, zones)
        return found

    def split(self, airing: Airing, original: datetime) -> tuple[Airing | None, Airing]:
        parts: tuple[Airing | None, Airing] = _recurrence().split(airing, original)
        return parts

    def festivals_between(
        self, market_ids: Sequence[str], first: date, last: date, changes: Sequence[FestivalChange]
    ) -> tuple[Festival, ...]:
        with self._lock:
            if self._festivals is None:
                rules, days_off = load_festival_rules(self._tables), load_days_off(self._tables)
                self._festivals = importlib.import_module("app.calendar.festivals").FestivalCalendar(rules, days_off=days_off)
        found: tuple[Festival, ...] = self._festivals.between(market_ids, first, last, changes)
        return found

    def permits(self) -> Mapping[str, DrawPermit]:
        return load_permits(self._tables)

    def markets(self, market_ids: Iterable[str]) -> tuple[Market, ...]:
        there = [market_id for market_id in market_ids if market_id and (self._markets / f"{market_id}.toml").is_file()]
        return load_markets_by_id(self._markets, there)


def _recurrence() -> Any:
    return importlib.import_module("app.calendar.recurrence")
