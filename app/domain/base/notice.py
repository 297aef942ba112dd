"""Messages to the user: a code and values, no wording (the window and the command line have the words)."""

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

    `code` is dotted and stable; its words are in `resources/notices`. `subject` is the id of the source, target or file that it is about
    ("" = none): a later notice with the same subject replaces the earlier one on screen. `actions` are ids of actions to offer as
    buttons.
    """

    severity: Severity
    code: str
    data: Mapping[str, Value] = field(default_factory=dict)
    subject: str = ""
    actions: tuple[str, ...] = ()
