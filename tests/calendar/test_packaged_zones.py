"""The clock rules that the program brings along, against a library that reads them by itself."""

from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
import tzdata
import whenever

from app.calendar.packaged_zones import load_zones
from app.domain.local_time import transitions
from app.storage.markets import load_markets
from tests.support.source_trees import ROOT

ZONES = load_zones()
BEGIN, END = datetime(2025, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
MARKET_ZONES = sorted({zone for market in load_markets(ROOT / "resources" / "markets") for zone in market.zones})


@pytest.fixture(scope="module", autouse=True)
def packaged_tables() -> None:
    """The other library looks into the same edition, not into the PC's."""
    whenever.reset_tzpath([str(Path(tzdata.__file__).parent / "zoneinfo")])
    whenever.clear_tzcache()


def others_transitions(key: str) -> list[tuple[datetime, int, int]]:
    """(instant, seconds ahead of UTC before, and after) of each change, by the other library."""
    found = []
    here = whenever.Instant(BEGIN).to_tz(key)
    while (there := here.next_transition()) is not None and there.to_stdlib() < END:
        before = there.subtract(seconds=1).offset
        found.append((there.to_stdlib().astimezone(UTC), int(before.total("seconds")), int(there.offset.total("seconds"))))
        here = there
    return [one for one in found if one[1] != one[2]]  # a change of the name alone moves no clock


@pytest.mark.parametrize("key", MARKET_ZONES)
def test_every_change_of_a_markets_clocks_is_the_same_by_another_library(key: str) -> None:
    ours = [
        (change.at, int(change.before.total_seconds()), int(change.after.total_seconds())) for change in transitions(key, BEGIN, END, ZONES)
    ]
    assert ours == others_transitions(key)


def test_every_market_lies_where_there_are_clocks() -> None:
    assert [zone for zone in MARKET_ZONES if not ZONES.knows(zone)] == []


def test_the_comparison_sees_changes_at_all() -> None:
    assert len(others_transitions("America/New_York")) == 22
    assert others_transitions("Asia/Shanghai") == []
    assert len(MARKET_ZONES) >= 40


def test_the_edition_is_named_as_its_publisher_does() -> None:
    assert ZONES.version == tzdata.IANA_VERSION
    assert ZONES.knows("Asia/Kathmandu")
    assert not ZONES.knows("Asia/Atlantis")


def test_the_pcs_own_tables_are_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    """Morocco has left its change in Ramadan in this edition; many PCs do not know."""
    monkeypatch.setenv("PYTHONTZPATH", "/nowhere")
    zone = load_zones().zone("Africa/Casablanca")
    assert zone is not ZoneInfo("Africa/Casablanca")
    assert datetime(2027, 7, 1, tzinfo=UTC).astimezone(zone).utcoffset() == datetime(2027, 2, 10, tzinfo=UTC).astimezone(zone).utcoffset()
