"""Keeps a failure that repeats from being told again and again."""

from collections.abc import Callable

from app.domain.base.notice import Notice


class NoticeFilter:
    """Passes a notice on, unless the one before had the same code."""

    def __init__(self, notify: Callable[[Notice], None]) -> None:
        self._notify = notify
        self._last_code = ""

    def notify(self, notice: Notice) -> None:
        if notice.code != self._last_code:
            self._last_code = notice.code
            self._notify(notice)
