"""Waits in a test for another thread."""

import queue
import time
from collections.abc import Callable
from typing import TypeVar

from app.domain.base.notice import Notice

T = TypeVar("T")


def until(found: Callable[[], T | None], timeout_s: float = 40.0) -> T:
    """Return the first truthy result of `found`; AssertionError after the timeout."""
    deadline = time.monotonic() + timeout_s
    while time.monotonic() < deadline:
        if answer := found():
            return answer
        time.sleep(0.002)
    raise AssertionError(f"nothing came within {timeout_s} s")


class NoticeBox:
    """Collects notices from any thread."""

    def __init__(self) -> None:
        self._queue: queue.Queue[Notice] = queue.Queue()

    def __call__(self, notice: Notice) -> None:
        self._queue.put(notice)

    def next(self, timeout_s: float = 10.0) -> Notice:
        """Wait for the next notice."""
        return self._queue.get(timeout=timeout_s)

    def codes(self) -> list[str]:
        """Return the codes of all notices that were not fetched."""
        codes = []
        while not self._queue.empty():
            codes.append(self._queue.get_nowait().code)
        return codes
