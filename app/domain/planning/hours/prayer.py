"""Prayer times when viewers are away: iftar in Ramadan and Friday prayer.

Sun times use the low-accuracy equations of NOAA's solar calculator, which are accurate to about two minutes.
"""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from math import acos, cos, degrees, pi, radians, sin, tan

FRIDAY = 5
# Where the congregational prayer on Fridays empties shops and streets.
FRIDAY_MARKETS = frozenset({"AE", "BD", "BH", "DZ", "EG", "ID", "IQ", "JO", "KW", "LY", "MA", "MY", "OM", "PK", "QA", "SA", "TN", "TR"})
RAMADAN = "ramadan"  # Festival.key
BEFORE_SUNSET = timedelta(minutes=30)  # preparing the meal
AFTER_SUNSET = timedelta(minutes=60)  # meal and prayer
NOON_PRAYER = timedelta(minutes=60)
SUN_RADIUS_AND_REFRACTION = 90.833  # zenith angle of a sunset, in degrees

PLACES: Mapping[str, tuple[float, float]] = {  # the city of a zone: degrees north, degrees east
    "Africa/Algiers": (36.75, 3.06),
    "Africa/Cairo": (30.04, 31.24),
    "Africa/Casablanca": (33.57, -7.59),
    "Africa/Khartoum": (15.50, 32.56),
    "Africa/Lagos": (6.52, 3.38),
    "Africa/Tripoli": (32.89, 13.19),
    "Africa/Tunis": (36.81, 10.18),
    "Asia/Amman": (31.95, 35.93),
    "Asia/Baghdad": (33.31, 44.36),
    "Asia/Bahrain": (26.23, 50.59),
    "Asia/Beirut": (33.89, 35.50),
    "Asia/Dhaka": (23.81, 90.41),
    "Asia/Dubai": (25.20, 55.27),
    "Asia/Jakarta": (-6.21, 106.85),
    "Asia/Jayapura": (-2.53, 140.70),
    "Asia/Karachi": (24.86, 67.00),
    "Asia/Kuala_Lumpur": (3.14, 101.69),
    "Asia/Kuching": (1.55, 110.34),
    "Asia/Kuwait": (29.38, 47.98),
    "Asia/Makassar": (-5.15, 119.43),
    "Asia/Muscat": (23.59, 58.38),
    "Asia/Qatar": (25.29, 51.53),
    "Asia/Riyadh": (24.71, 46.68),
    "Asia/Singapore": (1.35, 103.82),
    "Asia/Tehran": (35.69, 51.39),
    "Europe/Istanbul": (41.01, 28.98),
}


def solar_noon(zone_key: str, day: date) -> datetime | None:
    """Solar noon at the zone's city; None if its position is unknown."""
    if zone_key not in PLACES:
        return None
    _, east = PLACES[zone_key]
    return _utc(day, 720 - 4 * east - _equation_of_time(day))


def sunset(zone_key: str, day: date) -> datetime | None:
    """Sunset at the zone's city; None if its position is unknown."""
    noon = solar_noon(zone_key, day)
    if noon is None:
        return None
    north, tilt = radians(PLACES[zone_key][0]), _declination(day)
    half_day = acos(cos(radians(SUN_RADIUS_AND_REFRACTION)) / (cos(north) * cos(tilt)) - tan(north) * tan(tilt))
    return noon + timedelta(minutes=4 * degrees(half_day))


def _utc(day: date, minutes: float) -> datetime:
    return datetime.combine(day, time(), UTC) + timedelta(minutes=minutes)


def _year_angle(day: date) -> float:
    return 2 * pi / 365 * (day.timetuple().tm_yday - 0.5)


def _equation_of_time(day: date) -> float:
    """Minutes by which a sundial is ahead of a clock."""
    angle = _year_angle(day)
    return 229.18 * (0.000075 + 0.001868 * cos(angle) - 0.032077 * sin(angle) - 0.014615 * cos(2 * angle) - 0.040849 * sin(2 * angle))


def _declination(day: date) -> float:
    angle = _year_angle(day)
    return (
        0.006918
        - 0.399912 * cos(angle)
        + 0.070257 * sin(angle)
        - 0.006758 * cos(2 * angle)
        + 0.000907 * sin(2 * angle)
        - 0.002697 * cos(3 * angle)
        + 0.00148 * sin(3 * angle)
    )
