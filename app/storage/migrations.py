"""What each version of the show file changed, as one small function a step from the older to the next."""

from collections.abc import Callable, Mapping
from typing import Any

Document = dict[str, Any]

FORMAT = "tradewind-show"
CURRENT_VERSION = 2


def from_1_to_2(document: Document) -> Document:
    """The show's fields moved under "project", and "format" says what kind of file it is."""
    return {"format": FORMAT, "version": 2, "project": {key: value for key, value in document.items() if key != "version"}}


MIGRATIONS: Mapping[int, Callable[[Document], Document]] = {1: from_1_to_2}


def migrate_document(document: Document) -> Document:
    """The document in the current version; its "version" must be one that MIGRATIONS knows or the current one."""
    while document["version"] != CURRENT_VERSION:
        document = MIGRATIONS[document["version"]](document)
    return document
