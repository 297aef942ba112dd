"""Loads relay presets: one TOML file per kind of relay."""

from pathlib import Path

import msgspec

from app.domain.air.preset import RelayPreset
from app.storage.files import OnBroken, StorageError, load_toml_files, read_file
from app.storage.parsing import parse_toml


class PresetError(StorageError):
    """A preset file with wrong content; `data` has `path` and `reason`."""


def load_presets(folder: Path, told: OnBroken | None = None) -> tuple[RelayPreset, ...]:
    """All presets: "generic" first, the others by title. A broken one is passed to `told` and skipped; without `told` it raises PresetError
    or StorageError."""
    presets = load_toml_files(folder, load_preset, told)
    return tuple(sorted(presets, key=lambda preset: (preset.id != "generic", preset.title.casefold())))


def load_preset(path: Path) -> RelayPreset:
    """Load one preset; its id is the file name without extension."""
    content = read_file(path)
    try:
        table = parse_toml(content)
        preset = msgspec.convert({"id": path.stem, **table}, RelayPreset)
    except (ValueError, TypeError, msgspec.ValidationError) as error:
        raise PresetError("preset.broken", path=str(path), reason=str(error)) from error
    if preset.id != path.stem:
        raise PresetError("preset.broken", path=str(path), reason=f"the file is named {path.stem} but its id is {preset.id}")
    return preset
