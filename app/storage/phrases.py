"""Phrases that the program itself says to viewers, each in many languages."""

import tomllib
from collections.abc import Mapping
from pathlib import Path

import msgspec

from app.domain.words import Words
from app.storage.files import StorageError, read_file


def load_phrases(path: Path) -> Mapping[str, Words]:
    """Each phrase in its languages; raises StorageError for a file that does not hold that."""
    try:
        return msgspec.convert(tomllib.loads(read_file(path).decode()), dict[str, dict[str, str]])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, msgspec.ValidationError) as error:
        raise StorageError("phrases.broken", path=str(path), reason=str(error)) from error
