"""The time zone that this computer is set to. It may change while Tradewind runs, because its owner travels."""

import time
import warnings

import tzlocal

from app.domain.base.zones import Zones

UNKNOWN = "Etc/UTC"
HOUR_S = 3600


def local_zone(zones: Zones) -> str:
    """The key of the computer's current zone. A computer that does not name its zone gets the one of its offset, in whole hours."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the computer's zone data may be another edition than ours
            tzlocal.reload_localzone()
            name = tzlocal.get_localzone_name()
    except (OSError, LookupError, ValueError):
        name = ""
    return name if name and zones.knows(name) else _by_offset(zones)


def _by_offset(zones: Zones) -> str:
    ahead_s = time.localtime().tm_gmtoff
    key = f"Etc/GMT{-ahead_s // HOUR_S:+d}" if ahead_s else UNKNOWN  # POSIX inverts the sign
    return key if ahead_s % HOUR_S == 0 and zones.knows(key) else UNKNOWN
