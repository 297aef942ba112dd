"""Tests that the bundled festivals fall on the days that markets observe."""

from datetime import date, timedelta

import holidays
import pytest
from borax.calendars.lunardate import LunarDate, TermUtils
from hijridate import Hijri
from hypothesis import given, settings
from hypothesis import strategies as st
from korean_lunar_calendar import KoreanLunarCalendar

from app.domain.base.localized_text import has
from app.domain.catalogue.market import Confidence
from app.domain.planning.draw_permit import PermitNeed
from app.domain.planning.festival import DayKind
from app.storage.calendar_tables import load_permits
from app.storage.markets import load_markets
from tests.support.festivals import CALENDAR, MARKETS, named, packaged_calendar, packaged_rules, the
from tests.support.source_trees import ROOT

YEARS = range(2025, 2036)
UMM_AL_QURA = ("AE", "EG", "SA", "TR")
OWN_SIGHTING = ("ID", "MY", "SG")


@pytest.mark.parametrize(
    ("key", "days"),
    [
        ("ramadan", ("2027-02-08", "2028-01-28", "2029-01-16")),
        ("eid_al_fitr", ("2027-03-09", "2028-02-26", "2029-02-14")),
        ("eid_al_adha", ("2027-05-16", "2028-05-05", "2029-04-24")),
    ],
)
@pytest.mark.parametrize("market", UMM_AL_QURA)
def test_islamic_festivals_follow_umm_al_qura(market: str, key: str, days: tuple[str, ...]) -> None:
    found = [the(market, year, key) for year in (2027, 2028, 2029)]
    assert tuple(festival.day.isoformat() for festival in found) == days
    assert all(festival.estimated for festival in found)


@pytest.mark.parametrize("market", OWN_SIGHTING)
def test_southeast_asia_celebrates_eid_a_day_later(market: str) -> None:
    days = [the(market, year, "eid_al_fitr").day.isoformat() for year in (2027, 2028, 2029)]
    assert days == ["2027-03-10", "2028-02-27", "2029-02-15"]
    assert the(market, 2027, "eid_al_adha").day == date(2027, 5, 17)
    assert the(market, 2029, "eid_al_adha").day == date(2029, 4, 25)
    assert the(market, 2027, "eid_al_fitr").estimated


@pytest.mark.parametrize("market", [*UMM_AL_QURA, *OWN_SIGHTING, "IN", "NG"])
def test_ramadan_ends_the_day_before_eid(market: str) -> None:
    for year in YEARS:
        for ramadan in named(market, year, "ramadan"):
            assert ramadan.days in (29, 30), (market, ramadan)
            eids = [*named(market, year, "eid_al_fitr"), *named(market, year + 1, "eid_al_fitr")]
            assert any((eid.day - ramadan.last).days == 1 for eid in eids), (market, ramadan)


def test_ramadan_shifts_prime_time_into_the_night_and_states_its_uncertainty() -> None:
    ramadan = the("SA", 2027, "ramadan")
    assert ramadan.prime_time == ("21:30", "02:00")
    assert ramadan.confidence is Confidence.LOW
    assert the("SA", 2027, "eid_al_fitr").prime_time is None


@pytest.mark.parametrize("market", ["AE", "EG"])
def test_arafah_is_the_day_before_eid_and_calls_for_a_quiet_tone(market: str) -> None:
    for year in YEARS:
        (eid,), (arafah,) = named(market, year, "eid_al_adha"), named(market, year, "arafah")
        assert (eid.day - arafah.day).days == 1
        assert arafah.caution


def test_islamic_days_agree_with_another_library_within_one_day() -> None:
    for market in UMM_AL_QURA:
        for year in YEARS:
            table = holidays.country_holidays(market, years=year, language="en_US")
            for key, name in (("eid_al_fitr", "Eid al-Fitr"), ("eid_al_adha", "Eid al-Adha")):
                theirs = sorted(day for day in table if name in table[day])
                for ours in named(market, year, key):
                    assert min(abs((day - ours.day).days) for day in theirs) <= 1, (market, ours)


def test_a_year_with_two_eids_has_both() -> None:
    assert [festival.day for festival in named("AE", 2033, "eid_al_fitr")] == [date(2033, 1, 2), date(2033, 12, 23)]


def test_after_the_tables_end_there_are_no_islamic_festivals() -> None:
    islamic = ("ramadan", "eid_al_fitr", "eid_al_adha", "arafah", "ashura", "islamic_new_year", "eid_shopping")
    for market in ("AE", "EG", "ID", "SA", "TR"):
        assert [festival.key for festival in packaged_calendar().of(market, 2110) if festival.key in islamic] == []
        assert [festival.key for festival in packaged_calendar().of(market, 1900) if festival.key in islamic] == []
    assert named("SA", 2077, "ramadan")[-1].day == _hijri(1500, 9, 1)
    assert named("SA", 2079, "ramadan") == []
    assert named("IN", 2040, "diwali") == []
    assert the("US", 2110, "black_friday").day == date(2110, 11, 28)


def _hijri(year: int, month: int, day: int) -> date:
    found = Hijri(year, month, day).to_gregorian()
    return date(found.year, found.month, found.day)


@pytest.mark.parametrize("market", ["ID", "MY", "PH", "SG"])
def test_lunar_new_year_agrees_with_two_libraries(market: str) -> None:
    assert the(market, 2027, "lunar_new_year").day == date(2027, 2, 6)
    assert the(market, 2028, "lunar_new_year").day == date(2028, 1, 26)
    for year in YEARS:
        assert the(market, year, "lunar_new_year").day == LunarDate(year, 1, 1).to_solar_date()


def test_korea_and_vietnam_have_their_own_new_year() -> None:
    seollal, tet = the("KR", 2027, "seollal"), the("VN", 2027, "tet")
    assert (seollal.first, seollal.day, seollal.last) == (date(2027, 2, 6), date(2027, 2, 7), date(2027, 2, 9))
    assert (tet.first, tet.day, tet.last) == (date(2027, 2, 4), date(2027, 2, 6), date(2027, 2, 10))


def test_korean_festivals_agree_with_two_libraries() -> None:
    for year in YEARS:
        table = holidays.country_holidays("KR", years=year, language="en_US")
        assert the("KR", year, "seollal").day == min(day for day in table if "Korean New Year" in table.get_list(day))
        assert the("KR", year, "chuseok").day == min(day for day in table if "Chuseok" in table.get_list(day))
        korean = KoreanLunarCalendar()
        korean.setLunarDate(year, 8, 15, False)
        assert the("KR", year, "chuseok").day.isoformat() == korean.SolarIsoFormat()


@pytest.mark.parametrize("market", ["MY", "SG", "VN"])
def test_mid_autumn_falls_on_known_days(market: str) -> None:
    assert [the(market, year, "mid_autumn").day.isoformat() for year in (2027, 2028)] == ["2027-09-15", "2028-10-03"]


@pytest.mark.parametrize("market", ["MY", "SG"])
def test_lunar_dates_convert_both_ways(market: str) -> None:
    for year in YEARS:
        for key, month, day in (("mid_autumn", 8, 15), ("hungry_ghost", 7, 15)):
            found = the(market, year, key).day
            lunar = LunarDate.from_solar(found)
            assert (lunar.month, lunar.day, lunar.leap) == (month, day, 0)


def test_tomb_sweeping_day_agrees_with_another_librarys_solar_term() -> None:
    for year in YEARS:
        assert the("SG", year, "qingming").day == TermUtils.nth_term_day(year, term_name="清明")


def test_songkran_falls_on_known_days() -> None:
    songkran = the("TH", 2027, "songkran")
    assert (songkran.first, songkran.last) == (date(2027, 4, 13), date(2027, 4, 15))
    assert songkran.name["th"] == "วันสงกรานต์"


@pytest.mark.parametrize("market", ["ID", "IN", "MY", "SG", "TH"])
def test_vesak_falls_on_known_days(market: str) -> None:
    assert the(market, 2027, "vesak").day == date(2027, 5, 20)


def test_diwali_falls_a_day_earlier_in_singapore() -> None:
    assert the("IN", 2027, "diwali").day == date(2027, 10, 29)
    assert the("SG", 2027, "diwali").day == date(2027, 10, 28)
    assert the("IN", 2027, "dhanteras").day == date(2027, 10, 27)


@pytest.mark.parametrize(
    ("market", "key", "day"),
    [
        ("ID", "double_9", "2027-09-09"),
        ("MY", "double_10", "2027-10-10"),
        ("SG", "singles_day", "2027-11-11"),
        ("TH", "double_12", "2027-12-12"),
        ("ID", "harbolnas", "2027-12-12"),
        ("US", "black_friday", "2027-11-26"),
        ("US", "black_friday", "2030-11-29"),  # the month starts on a Friday, so its fourth Friday is a week earlier
        ("US", "cyber_monday", "2030-12-02"),
        ("SA", "white_friday", "2027-11-26"),
        ("TR", "legendary_friday", "2027-11-26"),
        ("US", "thanksgiving", "2027-11-25"),
        ("CA", "thanksgiving", "2027-10-11"),
        ("GB", "boxing_day", "2027-12-26"),
        ("JP", "valentines_day", "2027-02-14"),
        ("US", "mothers_day", "2027-05-09"),
        ("GB", "mothers_day", "2027-03-07"),
        ("FR", "mothers_day", "2027-05-30"),
        ("FR", "mothers_day", "2034-06-04"),  # the last Sunday of May is Pentecost
        ("ES", "mothers_day", "2027-05-02"),
        ("MX", "mothers_day", "2027-05-10"),
        ("TH", "mothers_day", "2027-08-12"),
        ("AE", "mothers_day", "2027-03-21"),
        ("DE", "fathers_day", "2027-05-06"),
        ("BR", "fathers_day", "2027-08-08"),
        ("BR", "lovers_day_br", "2027-06-12"),
        ("MX", "buen_fin", "2027-11-12"),
        ("FR", "sales_winter_fr", "2027-01-06"),
        ("FR", "sales_winter_fr", "2028-01-12"),
        ("FR", "sales_summer_fr", "2027-06-23"),
        ("DE", "totensonntag", "2027-11-21"),
        ("DE", "volkstrauertag", "2027-11-14"),
        ("NL", "dodenherdenking", "2027-05-04"),
        ("PH", "good_friday", "2027-03-26"),
    ],
)
def test_shopping_and_quiet_days_fall_on_known_days(market: str, key: str, day: str) -> None:
    assert the(market, int(day[:4]), key).day.isoformat() == day


def test_french_mothers_day_follows_the_law() -> None:
    for year in range(2025, 2036):
        last_sunday = max(day for day in (date(year, 5, number) for number in range(25, 32)) if day.isoweekday() == 7)
        pentecost = next(day for day, name in holidays.country_holidays("FR", years=year, language="en_US").items() if "Pentecost" in name)
        first_of_june = next(date(year, 6, number) for number in range(1, 8) if date(year, 6, number).isoweekday() == 7)
        expected = first_of_june if (pentecost - last_sunday).days == 1 else last_sunday
        assert the("FR", year, "mothers_day").day == expected


def test_festivals_without_an_announced_date_are_left_out() -> None:
    assert the("US", 2025, "prime_day").days == 4
    assert named("US", 2027, "prime_day") == []
    assert "prime_day" in [rule.key for rule in packaged_calendar().undated("US", 2027)]
    assert "prime_day" not in [rule.key for rule in packaged_calendar().undated("US", 2025)]


@pytest.mark.parametrize("market", MARKETS)
def test_each_market_has_selling_festivals_and_quiet_days(market: str) -> None:
    found = packaged_calendar().of(market, 2027)
    assert len(found) >= 15
    assert sum(1 for festival in found if festival.kind is DayKind.COMMERCIAL and festival.tasks) >= 3
    for quiet in (festival for festival in found if festival.caution):
        assert has(quiet.tone, "en"), quiet.key
        assert has(quiet.tone, "zh-Hans"), quiet.key
    assert any(festival.caution for festival in found)
    assert all(festival.caution for festival in found if festival.kind is DayKind.CAUTION)


@pytest.mark.parametrize("market", MARKETS)
def test_every_festival_has_an_english_and_a_chinese_name_and_a_source(market: str) -> None:
    for year in YEARS:
        for festival in packaged_calendar().of(market, year):
            assert {"en", "zh-Hans"} <= set(festival.name), (year, festival)
            assert festival.source, festival.key
            assert date.fromisoformat(festival.reviewed_on) >= date(2026, 11, 22), festival.key
            assert festival.first <= festival.day <= festival.last
            assert festival.day.year == year
            assert festival.days <= 60, festival.key


def test_most_festivals_have_a_name_in_the_markets_language() -> None:
    for market in load_markets(ROOT / "resources" / "markets"):
        found = packaged_calendar().of(market.id, 2027)
        public = [festival for festival in found if festival.kind in (DayKind.PUBLIC, DayKind.RELIGIOUS) and not festival.instead]
        localized = [festival for festival in public if any(has(festival.name, language) for language in market.languages)]
        assert len(localized) >= 0.7 * len(public), (market.id, [festival.key for festival in public if festival not in localized])


def test_substitute_days_off_are_marked_and_have_no_advice() -> None:
    away = the("KR", 2027, "christmas_observed")
    assert (away.instead, away.tasks, away.day) == (True, (), date(2027, 12, 27))
    assert not the("KR", 2027, "christmas").instead


def test_festivals_on_the_edge_of_a_span_are_found() -> None:
    calendar = packaged_calendar()
    ramadan = calendar.between(["SA"], date(2031, 1, 10), date(2031, 1, 12))
    assert "ramadan" in [festival.key for festival in ramadan]  # starts on 26 December
    assert [festival.key for festival in calendar.between(["TH"], date(2027, 4, 15), date(2027, 4, 15))] == ["songkran"]
    keys = [(festival.market_id, festival.key) for festival in calendar.between(["US", "GB", "US"], date(2027, 11, 26), date(2027, 11, 26))]
    assert keys == [("GB", "black_friday"), ("US", "black_friday")]


@settings(max_examples=60, deadline=None)
@given(st.dates(date(2025, 1, 1), date(2033, 12, 31)), st.integers(0, 90), st.sets(st.sampled_from(MARKETS), max_size=4))
def test_festivals_between_two_days_overlap_them_and_are_sorted(first: date, days: int, markets: set[str]) -> None:
    calendar, last = packaged_calendar(), first + timedelta(days=days)
    found = calendar.between(sorted(markets), first, last)
    every = [festival for market in markets for year in range(2023, 2037) for festival in calendar.of(market, year)]
    assert sorted(map(repr, found)) == sorted(repr(festival) for festival in every if festival.first <= last and festival.last >= first)
    assert [festival.first for festival in found] == sorted(festival.first for festival in found)


def test_an_unknown_market_has_no_festivals() -> None:
    assert packaged_calendar().of("XX", 2027) == ()


def test_every_market_states_its_permits_or_that_they_are_unknown() -> None:
    permits = load_permits(CALENDAR)
    assert sorted(permits) == list(MARKETS)
    required = {market for market, permit in permits.items() if permit.need is PermitNeed.REQUIRED}
    assert required == {"AE", "BR", "ID", "IT", "MX", "PH", "SA", "TH", "VN"}
    assert permits["BR"].lead_days == 40
    assert (permits["IT"].lead_days, permits["PH"].lead_days, permits["ID"].lead_days) == (15, 30, 14)
    assert (permits["US"].need, permits["US"].lead_days) == (PermitNeed.CONDITIONAL, 30)
    for permit in permits.values():
        assert has(permit.note, "en"), permit.market_id
        assert has(permit.note, "zh-Hans"), permit.market_id
        assert permit.source, permit.market_id


def test_a_market_has_one_rule_per_key() -> None:
    spoken: set[tuple[str, str]] = set()
    for rule in packaged_rules():
        for market in rule.markets if rule.rule else ():
            assert (rule.key, market) not in spoken
            spoken.add((rule.key, market))


@pytest.mark.parametrize("year", range(2026, 2029))
@pytest.mark.parametrize("market", MARKETS)
def test_no_festival_repeats_within_days(market: str, year: int) -> None:
    found = packaged_calendar().of(market, year)
    for language in ("en", "zh-Hans"):
        named = [(festival.name[language], festival.first) for festival in found if language in festival.name and festival.key != "day_off"]
        for name, first in named:
            assert not [day for other, day in named if other == name and timedelta() < day - first < timedelta(days=90)], name
    spans = [(festival.first, festival.last) for festival in found if festival.instead]
    assert len(spans) == len(set(spans))


def test_a_substitute_day_off_names_its_festival() -> None:
    (off,) = [festival for festival in packaged_calendar().of("TH", 2026) if festival.first.isoformat() == "2026-12-07"]
    assert (off.name["en"], off.name["zh-Hans"], off.instead) == ("Day off for National Day", "国庆日补假", True)
    eid = the("SA", 2027, "eid_al_fitr_observed")
    assert (eid.name["en"], eid.name["ar"]) == ("Day off for Eid al-Fitr", "عطلة بديلة: عيد الفطر")
