"""What the core tells the user: a code and values, never wording (the window and the command line make words)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from app.domain.base.errors import Value


class Severity(Enum):
    """INFO = done or back to normal, WARNING = recovered or degraded, ERROR = something was lost or cannot go on."""

    INFO = "info"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True, slots=True)
class Notice:
    """One message for the user.

    `code` is dotted and stable; its words stand in one table of the window. `subject` is the id of the source, target or file
    it speaks of ("" = none): a later notice of the same subject replaces the earlier one on screen.
    `actions` are ids of the action table offered as buttons.
    """

    severity: Severity
    code: str
    data: Mapping[str, Value] = field(default_factory=dict)
    subject: str = ""
    actions: tuple[str, ...] = ()
