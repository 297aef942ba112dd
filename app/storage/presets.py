"""The relay presets: one TOML file a kind of relay."""

import tomllib
from pathlib import Path

import msgspec

from app.domain.preset import RelayPreset
from app.storage.files import StorageError, read_file


class PresetError(StorageError):
    """A preset file that does not say what a preset must; `data` has `path` and `reason`."""


def load_presets(folder: Path) -> tuple[RelayPreset, ...]:
    """All presets, "generic" first, the others by title; raises PresetError or StorageError."""
    presets = [load_preset(path) for path in sorted(folder.glob("*.toml"))]
    return tuple(sorted(presets, key=lambda preset: (preset.id != "generic", preset.title.casefold())))


def load_preset(path: Path) -> RelayPreset:
    """One preset; its id is the file's name without the ending."""
    content = read_file(path)
    try:
        table = tomllib.loads(content.decode())
        preset = msgspec.convert({"id": path.stem, **table}, RelayPreset)
    except (ValueError, msgspec.ValidationError) as error:
        raise PresetError("preset.broken", path=str(path), reason=str(error)) from error
    if preset.id != path.stem:
        raise PresetError("preset.broken", path=str(path), reason=f"the file is called {path.stem} and the id says {preset.id}")
    return preset
