"""Time zone rules from the one edition that ships with Tradewind; the PC's own tables are never used."""

from collections.abc import Callable, Iterable
from io import BytesIO
from zoneinfo import ZoneInfo

from app.domain.base.errors import AppError


class ZoneError(AppError):
    """A time zone is unknown, or its rules cannot be read; `data` has `zone`."""


class Zones:
    """Time zones by their IANA keys ("America/New_York").

    `version` is the edition as IANA names it ("2026f"). `read` gives a zone's TZif bytes (RFC 8536) and raises OSError or ValueError
    when there is none.
    """

    def __init__(self, version: str, keys: Iterable[str], read: Callable[[str], bytes]) -> None:
        self.version = version
        self.keys = tuple(sorted(keys))
        self._known = frozenset(self.keys)
        self._read = read
        self._loaded: dict[str, ZoneInfo] = {}

    def zone(self, key: str) -> ZoneInfo:
        """Raises ZoneError when there is none."""
        found = self._loaded.get(key)
        if found is None:
            found = self._loaded[key] = self._load(key)
        return found

    def knows(self, key: str) -> bool:
        return key in self._known

    def _load(self, key: str) -> ZoneInfo:
        if key not in self._known:
            raise ZoneError("time.no_zone", zone=key)
        try:
            return ZoneInfo.from_file(BytesIO(self._read(key)), key=key)
        except (OSError, ValueError) as error:
            raise ZoneError("time.zone_unreadable", zone=key, reason=str(error)) from error
