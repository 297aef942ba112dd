"""Tests the holiday tables: names, several festivals a day and the end of the tables."""

import subprocess
import sys
import threading
from datetime import date

import pytest

from app.calendar.almanac import Almanac
from app.calendar.lazy_almanac import LazyAlmanac
from tests.support.festivals import MARKETS, packaged_rules
from tests.support.source_trees import ROOT

ASKED = """
import sys
from app.calendar.festivals import FestivalCalendar
heavy = ("holidays", "hijridate", "borax", "korean_lunar_calendar", "dateutil")
calendar = FestivalCalendar(())
print([name for name in heavy if name in sys.modules])
calendar.of("US", 2027)
print([name for name in heavy if name in sys.modules])
"""


def test_table_days_have_names_in_english_and_the_local_language() -> None:
    days = {holiday.day: holiday for holiday in Almanac().public("AE", 2027)}
    eid = days[date(2027, 3, 9)]
    assert (eid.name, eid.native, eid.language, eid.estimated) == ("Eid al-Fitr", "عيد الفطر", "ar", True)
    assert not days[date(2027, 12, 2)].estimated


def test_substitute_days_off_are_recognised_in_every_wording() -> None:
    korea = {holiday.day: holiday for holiday in Almanac().public("KR", 2027)}
    assert (korea[date(2027, 12, 27)].name, korea[date(2027, 12, 27)].instead) == ("Christmas Day", True)
    thailand = {holiday.day: holiday for holiday in Almanac().public("TH", 2027)}
    assert (thailand[date(2027, 2, 22)].name, thailand[date(2027, 2, 22)].instead) == ("Makha Bucha", True)
    britain = [holiday for holiday in Almanac().public("GB", 2027) if holiday.day == date(2027, 12, 27)]
    assert [(holiday.name, holiday.instead) for holiday in britain] == [("Christmas Day", True)]
    vietnam = [holiday for holiday in Almanac().public("VN", 2026) if holiday.day == date(2026, 8, 31)]
    assert [holiday.name for holiday in vietnam] == ["Day off"]


def test_several_festivals_on_one_day_keep_their_names() -> None:
    names = {holiday.name: holiday.native for holiday in Almanac().public("TH", 2027) if holiday.day == date(2027, 8, 12)}
    assert names["National Mother's Day"] == "วันแม่แห่งชาติ"
    assert len(names) == 2


@pytest.mark.parametrize("market", MARKETS)
def test_every_market_has_a_table_whose_end_raises_no_error(market: str) -> None:
    almanac = Almanac()
    assert len({holiday.day for holiday in almanac.public(market, 2027)}) >= 6
    for year in (1, 1700, 2036, 2051, 2101, 2500):
        assert isinstance(almanac.public(market, year), tuple)
    assert almanac.public(market, 2500) == ()


def test_every_packaged_public_holiday_has_a_rule() -> None:
    """A new name in a table needs a key and a Chinese name."""
    almanac = Almanac()
    for market in MARKETS:
        known = {name for rule in packaged_rules() if not rule.markets or market in rule.markets for name in rule.matches}
        for year in range(2025, 2036):
            assert {holiday.name for holiday in almanac.public(market, year)} <= known, (market, year)


def test_the_libraries_are_loaded_by_the_first_query() -> None:
    ended = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    before, after = ended.stdout.splitlines()
    assert before == "[]"
    assert len(after.split(",")) == 5


def test_many_threads_can_query_at_once() -> None:
    almanac = LazyAlmanac()
    found: list[date | None] = []
    threads = [threading.Thread(target=lambda: found.append(almanac.lunar(2027, 1, 1)), name=f"asks-{number}") for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert found == [date(2027, 2, 6)] * 8
