"""Loads the profiles of shop exports: one TOML file per shop system."""

import re
from pathlib import Path

import msgspec

from app.domain.tables.table_profile import TableProfile
from app.storage.files import OnBroken, StorageError, load_toml_files, read_file
from app.storage.parsing import parse_toml

KINDS = frozenset({"products", "orders"})


def load_table_profiles(folder: Path, told: OnBroken | None = None) -> tuple[TableProfile, ...]:
    """All profiles, by title. An invalid one is passed to `told` and skipped; without `told` it raises StorageError."""
    profiles = load_toml_files(folder, _load, told)
    return tuple(sorted(profiles, key=lambda profile: profile.title.casefold()))


def _load(path: Path) -> TableProfile:
    content = read_file(path)
    try:
        profile = msgspec.convert({"id": path.stem, **parse_toml(content)}, TableProfile)
        for table in profile.tables:
            if table.kind not in KINDS or not table.needs:
                raise ValueError(f"invalid table of kind {table.kind!r}")
            for looks in table.data_when.values():
                re.compile(looks)
    except (ValueError, RecursionError, re.error, msgspec.ValidationError) as error:
        raise StorageError("profile.broken", path=str(path), reason=str(error)) from error
    return profile
