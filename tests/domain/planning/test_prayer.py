"""Prayer times computed from the sun's position, compared with published times."""

from datetime import date, datetime, timedelta

import pytest

from app.domain.planning.hours.prayer import solar_noon, sunset
from tests.support.parties import ZONES, local

# Published sunset times.
SUNSETS = [
    ("Asia/Riyadh", "2027-02-20T17:50"),
    ("Asia/Dubai", "2027-02-20T18:15"),
    ("Asia/Jakarta", "2027-02-20T18:14"),
    ("Asia/Kuala_Lumpur", "2027-02-20T19:28"),
    ("Africa/Cairo", "2027-02-20T17:47"),
    ("Europe/Istanbul", "2027-06-21T20:39"),
    ("Europe/Istanbul", "2027-12-21T17:37"),
]


@pytest.mark.parametrize(("zone", "text"), SUNSETS)
def test_sunset_is_accurate_to_a_few_minutes(zone: str, text: str) -> None:
    found = sunset(zone, datetime.fromisoformat(text).date())
    assert found is not None
    assert abs(found - local(text, zone)) < timedelta(minutes=4)


def test_solar_noon_depends_on_the_location() -> None:
    noons = {zone: solar_noon(zone, date(2027, 2, 12)) for zone in ("Asia/Riyadh", "Asia/Kuala_Lumpur")}
    hours = {zone: found.astimezone(ZONES.zone(zone)).hour for zone, found in noons.items() if found is not None}
    assert hours == {"Asia/Riyadh": 12, "Asia/Kuala_Lumpur": 13}


def test_an_unknown_location_has_no_sun_times() -> None:
    assert sunset("America/New_York", date(2027, 2, 20)) is None
    assert solar_noon("America/New_York", date(2027, 2, 20)) is None
