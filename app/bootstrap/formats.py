"""Formats amounts and names for readers. Loads babel in the background: that takes a quarter of a second."""

import importlib
import threading
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from app.domain.base.errors import Value
from app.domain.base.money import Money
from app.domain.rundown.finding import Fact


class LazyFormats:
    """Same functions as app.language.formats and app.language.times. The first use loads them; `load_soon` loads them in the background."""

    def __init__(self) -> None:
        self._module: Any = None
        self._times: Any = None
        self._lock = threading.Lock()

    def load_soon(self) -> None:
        """Load the modules on a thread, so that the first use need not wait."""
        threading.Thread(target=self._loaded, name="formats", daemon=True).start()

    def _loaded(self) -> Any:
        with self._lock:
            if self._module is None:
                self._module = importlib.import_module("app.language.formats")
                self._module.money(Money(0, "USD"), "en")  # also loads the CLDR tables
            return self._module

    def _clocks(self) -> Any:
        self._loaded()
        with self._lock:
            if self._times is None:
                self._times = importlib.import_module("app.language.times")
            return self._times

    def money(self, amount: Money, language: str, *, market: str = "") -> str:
        return str(self._loaded().money(amount, language, market=market))

    def number(self, value: float, language: str, *, market: str = "") -> str:
        return str(self._loaded().number(value, language, market=market))

    def percent(self, value: float, language: str, *, market: str = "") -> str:
        return str(self._loaded().percent(value, language, market=market))

    def language_name(self, tag: str, language: str) -> str:
        return str(self._loaded().language_name(tag, language))

    def territory_name(self, code: str, language: str) -> str:
        return str(self._loaded().territory_name(code, language))

    def finding_values(self, data: Mapping[str, Fact], language: str) -> Mapping[str, Value]:
        values: Mapping[str, Value] = importlib.import_module("app.language.findings").finding_values(data, language)
        return values

    def clock(self, wall: datetime, language: str, *, market: str = "") -> str:
        return str(self._clocks().clock(wall, language, market=market))

    def day(self, when: date, language: str, *, market: str = "", style: Literal["short", "year", "full", "full_year"] = "short") -> str:
        return str(self._clocks().day(when, language, market=market, style=style))

    def clock_span(self, begin: datetime, end: datetime, language: str, *, market: str = "") -> str:
        return str(self._clocks().clock_span(begin, end, language, market=market))

    def day_and_clock(
        self, wall: datetime, language: str, *, market: str = "", style: Literal["short", "year", "full", "full_year"] = "short"
    ) -> str:
        return str(self._clocks().day_and_clock(wall, language, market=market, style=style))

    def weekday(self, when: date, language: str, *, style: Literal["narrow", "short", "full"] = "short") -> str:
        return str(self._clocks().weekday(when, language, style=style))

    def month(self, when: date, language: str) -> str:
        return str(self._clocks().month(when, language))

    def day_shift(self, days: int, language: str, *, market: str = "") -> str:
        return str(self._clocks().day_shift(days, language, market=market))

    def countdown(self, seconds: float, language: str) -> str:
        return str(self._clocks().countdown(seconds, language))

    def duration(self, minutes: int, language: str, *, market: str = "") -> str:
        return str(self._clocks().duration(minutes, language, market=market))

    def city(self, zone_key: str, language: str) -> str:
        return str(self._clocks().city(zone_key, language))
