"""The holiday tables: names are told apart, and nothing breaks where they end."""

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


def test_days_of_a_table_have_names_in_english_and_their_own_language() -> None:
    days = {one.day: one for one in Almanac().public("AE", 2027)}
    eid = days[date(2027, 3, 9)]
    assert (eid.name, eid.native, eid.language, eid.estimated) == ("Eid al-Fitr", "عيد الفطر", "ar", True)
    assert not days[date(2027, 12, 2)].estimated


def test_substitute_days_off_are_recognised_in_all_wordings() -> None:
    korea = {one.day: one for one in Almanac().public("KR", 2027)}
    assert (korea[date(2027, 12, 27)].name, korea[date(2027, 12, 27)].instead) == ("Christmas Day", True)
    thailand = {one.day: one for one in Almanac().public("TH", 2027)}
    assert (thailand[date(2027, 2, 22)].name, thailand[date(2027, 2, 22)].instead) == ("Makha Bucha", True)
    britain = [one for one in Almanac().public("GB", 2027) if one.day == date(2027, 12, 27)]
    assert [(one.name, one.instead) for one in britain] == [("Christmas Day", True)]
    vietnam = [one for one in Almanac().public("VN", 2026) if one.day == date(2026, 8, 31)]
    assert [one.name for one in vietnam] == ["Day off"]


def test_several_festivals_of_one_day_keep_their_own_names() -> None:
    names = {one.name: one.native for one in Almanac().public("TH", 2027) if one.day == date(2027, 8, 12)}
    assert names["National Mother's Day"] == "วันแม่แห่งชาติ"
    assert len(names) == 2


@pytest.mark.parametrize("market", MARKETS)
def test_every_market_has_a_table_and_ends_without_an_error(market: str) -> None:
    almanac = Almanac()
    assert len({one.day for one in almanac.public(market, 2027)}) >= 6
    for year in (1, 1700, 2036, 2051, 2101, 2500):
        assert isinstance(almanac.public(market, year), tuple)
    assert almanac.public(market, 2500) == ()


def test_every_packaged_public_holiday_has_a_rule() -> None:
    """A new name in a table has to get a key and a Chinese name."""
    almanac = Almanac()
    for market in MARKETS:
        known = {name for rule in packaged_rules() if not rule.markets or market in rule.markets for name in rule.matches}
        for year in range(2025, 2036):
            assert {one.name for one in almanac.public(market, year)} <= known, (market, year)


def test_the_libraries_are_loaded_with_the_first_question() -> None:
    ended = subprocess.run([sys.executable, "-c", ASKED], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60)
    before, after = ended.stdout.splitlines()
    assert before == "[]"
    assert len(after.split(",")) == 5


def test_many_threads_may_ask_at_once() -> None:
    almanac = LazyAlmanac()
    found: list[date | None] = []
    threads = [threading.Thread(target=lambda: found.append(almanac.lunar(2027, 1, 1)), name=f"asks-{number}") for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    assert found == [date(2027, 2, 6)] * 8
