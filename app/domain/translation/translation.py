"""A translated text, and what speaks against it."""

from dataclasses import dataclass
from enum import Enum


class Doubt(Enum):
    """A reason to read a translation with care. The value is stored in files."""

    LANGUAGE = "language"  # the language of the original was guessed with little certainty
    LENGTH = "length"  # much longer or shorter than the original
    REPEATED = "repeated"  # the machine repeats itself
    COPIED = "copied"  # the original came back
    ADDED_FIGURE = "added"  # a number that the original does not have
    LOST_TERM = "lost"  # a name, number, code or link of the original is missing


@dataclass(frozen=True, slots=True)
class Translation:
    """`source` and `target` are BCP 47 tags, `via` is the language between them or "", `engine` names who translated."""

    text: str
    source: str
    target: str
    engine: str
    via: str = ""
    doubts: frozenset[Doubt] = frozenset()

    @property
    def unsure(self) -> bool:
        return bool(self.doubts)


@dataclass(frozen=True, slots=True)
class Detected:
    """The language of a text as BCP 47 tag, "" if nothing speaks for one, and the certainty from 0 to 1."""

    language: str
    certainty: float
