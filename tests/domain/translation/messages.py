"""Own chat messages with their language, for measuring detection."""

from collections.abc import Sequence
from pathlib import Path

_FOLDER = Path(__file__).parent / "data"


def labelled_messages(name: str) -> Sequence[tuple[str, str]]:
    """(language tag, text) of each line of a file."""
    lines = (_FOLDER / f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("\t") for line in lines]
    return [(tag, text) for tag, text in pairs]
