"""Compares the packaged time zone rules with a library that reads them independently."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzdata
import whenever

from app.calendar.packaged_zones import load_zones
from app.domain.base.local_time import offset_at, offset_changes
from app.storage.markets import load_markets
from tests.support.source_trees import ROOT

ZONES = load_zones()
BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
MARKET_ZONES = sorted({zone for market in load_markets(ROOT / "resources" / "markets") for zone in market.zones})


@pytest.fixture(scope="module", autouse=True)
def packaged_tables() -> None:
    """Makes the other library read the packaged edition, not the PC's."""
    whenever.reset_tzpath([str(Path(tzdata.__file__).parent / "zoneinfo")])
    whenever.clear_tzcache()


def reference_transitions(key: str) -> list[tuple[datetime, int, int]]:
    """Each change by the other library: (instant, UTC offset in seconds before, and after)."""
    found = []
    here = whenever.Instant(BEGIN).to_tz(key)
    while (there := here.next_transition()) is not None and there.to_stdlib() < END:
        before = there.subtract(seconds=1).offset
        found.append((there.to_stdlib().astimezone(UTC), int(before.total("seconds")), int(there.offset.total("seconds"))))
        here = there
    return [change for change in found if change[1] != change[2]]  # a change of the name only moves no clock


@pytest.mark.parametrize("key", MARKET_ZONES)
def test_every_clock_change_of_a_market_agrees_with_another_library(key: str) -> None:
    ours = [
        (change.at, int(change.before.total_seconds()), int(change.after.total_seconds()))
        for change in offset_changes(key, BEGIN, END, ZONES)
    ]
    assert ours == reference_transitions(key)


def test_every_market_has_a_packaged_zone() -> None:
    assert [zone for zone in MARKET_ZONES if not ZONES.knows(zone)] == []


def test_the_comparison_covers_clock_changes() -> None:
    assert len(reference_transitions("America/New_York")) == 22
    assert reference_transitions("Asia/Shanghai") == []
    assert len(MARKET_ZONES) >= 40


def test_the_edition_has_the_publishers_name() -> None:
    assert ZONES.version == tzdata.IANA_VERSION
    assert ZONES.knows("Asia/Kathmandu")
    assert not ZONES.knows("Asia/Atlantis")


def test_the_pcs_time_zone_tables_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """Morocco no longer changes clocks in Ramadan in this edition; many PCs have older rules."""
    monkeypatch.setenv("PYTHONTZPATH", "/nowhere")
    zone = load_zones().zone("Africa/Casablanca")
    assert zone is not ZoneInfo("Africa/Casablanca")
    assert datetime(2027, 7, 1, tzinfo=UTC).astimezone(zone).utcoffset() == datetime(2027, 2, 10, tzinfo=UTC).astimezone(zone).utcoffset()


# UTC offsets in hours in January and July 2027, of zones with fractional hours.
BROKEN_HOURS = [
    ("Asia/Kolkata", 5.5, 5.5),
    ("Asia/Colombo", 5.5, 5.5),
    ("Asia/Tehran", 3.5, 3.5),
    ("Asia/Kabul", 4.5, 4.5),
    ("Asia/Kathmandu", 5.75, 5.75),
    ("Asia/Yangon", 6.5, 6.5),
    ("Australia/Adelaide", 10.5, 9.5),
    ("Australia/Darwin", 9.5, 9.5),
    ("Australia/Eucla", 8.75, 8.75),
    ("Australia/Lord_Howe", 11, 10.5),
    ("Pacific/Chatham", 13.75, 12.75),
    ("America/St_Johns", -3.5, -2.5),
    ("Pacific/Marquesas", -9.5, -9.5),
]


@pytest.mark.parametrize(("key", "january", "july"), BROKEN_HOURS)
def test_zones_have_half_and_quarter_hour_offsets(key: str, january: float, july: float) -> None:
    zone = ZONES.zone(key)
    found = [offset_at(zone, datetime(2027, month, 15, tzinfo=UTC)) / timedelta(hours=1) for month in (1, 7)]
    assert found == [january, july]


@pytest.mark.parametrize(
    ("key", "last"),
    [
        ("Africa/Casablanca", "2026-09-20"),
        ("America/Vancouver", "2026-03-08"),
        ("America/Edmonton", "2026-03-08"),
        ("America/Mexico_City", ""),
        ("America/Sao_Paulo", ""),
        ("Asia/Amman", ""),
        ("Asia/Tehran", ""),
    ],
)
def test_countries_without_summer_time_have_no_clock_change(key: str, last: str) -> None:
    changes = [change.at.date().isoformat() for change in offset_changes(key, BEGIN, END, ZONES)]
    assert (changes[-1] if changes else "") == last


CONTINENTS = ("Africa", "America", "Antarctica", "Arctic", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")


def test_the_number_of_zones_with_clock_changes_in_a_year() -> None:
    """For edition 2026f. Review a newer edition by hand before packaging it."""
    names = (Path(tzdata.__file__).parent / "zones").read_text("utf-8").split()
    places = [name for name in names if name.partition("/")[0] in CONTINENTS]
    begin, end = datetime(2027, 1, 1, tzinfo=UTC), datetime(2028, 1, 1, tzinfo=UTC)
    changing = [name for name in places if any(True for _ in offset_changes(name, begin, end, ZONES))]
    assert (len(names), len(places), len(changing)) == (598, 489, 156)
