"""Open questions about a table, with answers to choose from. Nothing is decided silently."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from app.domain.base.errors import Value


@dataclass(frozen=True, slots=True)
class TableChoice:
    """One answer: `value` is stored, `code` and `data` make its text."""

    value: str
    code: str
    data: Mapping[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TableQuestion:
    """`key` is the same for the same question about the same file."""

    key: str
    code: str
    data: Mapping[str, Value]
    choices: tuple[TableChoice, ...]


Answers = Mapping[str, str]  # key → value; missing keys are not answered yet

LEAVE_OUT = "-"


def leave_out() -> TableChoice:
    """The answer that imports everything but this."""
    return TableChoice(LEAVE_OUT, "ask.leave_out")
