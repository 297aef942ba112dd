"""Migrates the JSON show format: one small function per version."""

from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]

FORMAT = "tradewind-show"
CURRENT_VERSION = 2


def from_1_to_2(document: Document) -> Document:
    """Moved the show's fields under "project" and added "format"."""
    return {"format": FORMAT, "version": 2, "project": {key: value for key, value in document.items() if key != "version"}}


MIGRATIONS: Mapping[int, Callable[[Document], Document]] = {1: from_1_to_2}


def migrate_document(document: Document) -> Document:
    """Migrate a document to the current version. Its "version" must be current or in MIGRATIONS."""
    while document["version"] != CURRENT_VERSION:
        document = MIGRATIONS[document["version"]](document)
    return document
