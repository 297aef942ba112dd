"""The profiles of shop exports: one TOML file a shop system."""

import re
import tomllib
from pathlib import Path

import msgspec

from app.domain.table_profile import TableProfile
from app.storage.files import StorageError, read_file

KINDS = frozenset({"products", "orders"})


def load_table_profiles(folder: Path) -> tuple[TableProfile, ...]:
    """All profiles by title; raises StorageError for one that does not say what a profile must."""
    profiles = [_load(path) for path in sorted(folder.glob("*.toml"))]
    return tuple(sorted(profiles, key=lambda profile: profile.title.casefold()))


def _load(path: Path) -> TableProfile:
    content = read_file(path)
    try:
        profile = msgspec.convert({"id": path.stem, **tomllib.loads(content.decode())}, TableProfile)
        for table in profile.tables:
            if table.kind not in KINDS or not table.needs:
                raise ValueError(f"a table of the kind {table.kind!r}")
            for looks in table.data_when.values():
                re.compile(looks)
    except (ValueError, RecursionError, re.error, msgspec.ValidationError) as error:
        raise StorageError("profile.broken", path=str(path), reason=str(error)) from error
    return profile
