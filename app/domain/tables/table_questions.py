"""What a table leaves open: questions with their answers to choose from. Nothing of it is decided in silence."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.base.errors import Value


@dataclass(frozen=True, slots=True)
class TableChoice:
    """One answer: `value` is what is remembered, `code` and `data` what is said of it."""

    value: str
    code: str
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """`key` stays the same for the same question of the same file."""

    key: str
    code: str
    data: Mapping[str, Value]
    choices: tuple[TableChoice, ...]


Answers = Mapping[str, str]  # key → value; what is not in it was not answered yet

LEAVE_OUT = "-"


def leave_out() -> TableChoice:
    """The answer that brings in everything but this."""
    return TableChoice(LEAVE_OUT, "ask.leave_out")
