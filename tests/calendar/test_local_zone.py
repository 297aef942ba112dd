"""The computer's time zone: read again each time, with a sensible default."""

import time
from collections.abc import Iterator

import pytest

from app.calendar.local_zone import local_zone
from app.calendar.packaged_zones import load_zones

ZONES = load_zones()


@pytest.fixture(autouse=True)
def clock_put_back(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "America/Argentina/Buenos_Aires", "Etc/UTC"])
def test_the_zone_that_is_set_is_found_each_time(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    for wanted in (zone, "Europe/Berlin", zone):
        monkeypatch.setenv("TZ", wanted)
        time.tzset()
        assert local_zone(ZONES) == wanted


@pytest.mark.parametrize(
    ("told", "expected"),
    [("XYZ-8", "Etc/GMT-8"), ("XYZ5", "Etc/GMT+5"), ("XYZ0", "Etc/UTC"), ("XYZ-5:45", "Etc/UTC"), (":nonsense/nowhere", "Etc/UTC")],
)
def test_a_clock_that_names_no_place_gives_the_zone_of_its_offset(monkeypatch: pytest.MonkeyPatch, told: str, expected: str) -> None:
    monkeypatch.setenv("TZ", told)
    time.tzset()
    assert local_zone(ZONES) == expected
    assert ZONES.knows(expected)
