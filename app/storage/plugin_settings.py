"""Stores which plugins are on, and their settings, in a JSON file."""

import json
import logging
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from app.domain.base.errors import Value
from app.storage.files import StorageError, read_file, write_file
from app.storage.parsing import parse_json

log = logging.getLogger(__name__)


class PluginSettingsFile:
    """Without the file, or with a broken one, no plugin is on. A broken file stays until a setting changes."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def enabled(self) -> frozenset[str]:
        """The ids of the plugins that are on."""
        return frozenset(plugin_id for plugin_id, one in self._read().items() if one.get("enabled") is True)

    def values(self, plugin_id: str) -> Mapping[str, Value]:
        """The user's settings of a plugin."""
        values = self._read().get(plugin_id, {}).get("settings", {})
        if not isinstance(values, dict):
            return {}
        return {str(key): value for key, value in values.items() if isinstance(value, bool | int | float | str)}

    def save(self, plugin_id: str, *, enabled: bool, values: Mapping[str, Value]) -> None:
        """Save a plugin's state; raises StorageError."""
        table = {**self._read(), plugin_id: {"enabled": enabled, "settings": dict(values)}}
        write_file(self._path, json.dumps(table, indent=2, ensure_ascii=False, sort_keys=True).encode())

    def _read(self) -> dict[str, dict[str, Any]]:
        try:
            table = parse_json(read_file(self._path).decode())
            return {str(key): one for key, one in table.items() if isinstance(one, dict)}
        except StorageError as error:
            if error.code != "file.missing":
                log.warning("plugins: %s", error)
        except (ValueError, AttributeError) as error:
            log.warning("plugins: %s is broken: %s", self._path, error)
        return {}
