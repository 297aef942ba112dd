"""What readings of a show need: its document and its log."""

from collections.abc import Callable
from typing import Protocol

from app.session.document.document import Document
from app.session.document.show_log import ShowLog


class ShowBook(Protocol):
    """The document and the log of the open show."""

    @property
    def document(self) -> Document: ...

    @property
    def log(self) -> ShowLog: ...


Now = Callable[[], int]  # UTC milliseconds
