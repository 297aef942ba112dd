"""Loads texts that Tradewind shows to viewers, each in many languages."""

from collections.abc import Mapping
from pathlib import Path

import msgspec

from app.domain.base.localized_text import LocalizedText
from app.storage.files import StorageError, read_file
from app.storage.parsing import parse_toml


def load_phrases(path: Path) -> Mapping[str, LocalizedText]:
    """Each phrase by language; raises StorageError for wrong content."""
    try:
        return msgspec.convert(parse_toml(read_file(path)), dict[str, dict[str, str]])
    except (ValueError, msgspec.ValidationError) as error:
        raise StorageError("phrases.broken", path=str(path), reason=str(error)) from error
