"""Tests reading the computer's time zone: current at each call, with a sensible default."""

import time
from collections.abc import Iterator

import pytest

from app.calendar.local_zone import local_zone
from app.calendar.packaged_zones import load_zones

ZONES = load_zones()


@pytest.fixture(autouse=True)
def restore_clock(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.mark.parametrize("zone", ["Asia/Shanghai", "America/New_York", "Asia/Kathmandu", "America/Argentina/Buenos_Aires", "Etc/UTC"])
def test_the_current_zone_is_read_each_time(monkeypatch: pytest.MonkeyPatch, zone: str) -> None:
    for expected in (zone, "Europe/Berlin", zone):
        monkeypatch.setenv("TZ", expected)
        time.tzset()
        assert local_zone(ZONES) == expected


@pytest.mark.parametrize(
    ("setting", "expected"),
    [("XYZ-8", "Etc/GMT-8"), ("XYZ5", "Etc/GMT+5"), ("XYZ0", "Etc/UTC"), ("XYZ-5:45", "Etc/UTC"), (":nonsense/nowhere", "Etc/UTC")],
)
def test_a_zone_without_a_place_gives_the_zone_of_its_offset(monkeypatch: pytest.MonkeyPatch, setting: str, expected: str) -> None:
    monkeypatch.setenv("TZ", setting)
    time.tzset()
    assert local_zone(ZONES) == expected
    assert ZONES.knows(expected)
