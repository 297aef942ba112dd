"""The zone that this PC's own clock is set to, which may change while the program runs: its owner travels."""

import time
import warnings

import tzlocal

from app.domain.base.zones import Zones

UNKNOWN = "Etc/UTC"
HOUR_S = 3600


def local_zone(zones: Zones) -> str:
    """The key of the PC's zone as it is set now; a PC that does not name one gets the zone of its offset, by the hour."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # that the PC's table is another edition than ours is no news
            tzlocal.reload_localzone()
            name = tzlocal.get_localzone_name()
    except (OSError, LookupError, ValueError):
        name = ""
    return name if name and zones.knows(name) else _by_offset(zones)


def _by_offset(zones: Zones) -> str:
    ahead_s = time.localtime().tm_gmtoff
    key = f"Etc/GMT{-ahead_s // HOUR_S:+d}" if ahead_s else UNKNOWN  # POSIX counts these the other way round
    return key if ahead_s % HOUR_S == 0 and zones.knows(key) else UNKNOWN
