"""Loads the holiday tables when they are first needed: their libraries take a fifth of a second."""

import importlib
import threading
from collections.abc import Sequence
from datetime import date

from app.calendar.holiday_tables import HolidayTables, PublicHoliday


class LazyAlmanac:
    """As app.calendar.almanac.Almanac, but usable on any thread."""

    def __init__(self) -> None:
        self._tables: HolidayTables | None = None
        self._lock = threading.Lock()

    def _loaded(self) -> HolidayTables:
        with self._lock:
            if self._tables is None:
                tables: HolidayTables = importlib.import_module("app.calendar.almanac").Almanac()
                self._tables = tables
            return self._tables

    def public(self, country: str, year: int) -> Sequence[PublicHoliday]:
        return self._loaded().public(country, year)

    def easter(self, year: int) -> date:
        return self._loaded().easter(year)

    def lunar(self, year: int, month: int, day: int) -> date | None:
        return self._loaded().lunar(year, month, day)

    def korean(self, year: int, month: int, day: int) -> date | None:
        return self._loaded().korean(year, month, day)

    def hijri(self, year: int, month: int, day: int) -> Sequence[date]:
        return self._loaded().hijri(year, month, day)
