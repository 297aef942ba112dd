"""A log handler that writes a repeated line a few times a minute and then only counts it."""

import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence

_WINDOW_S = 60.0
_MAX_PLACES = 512

Place = tuple[str, int, str, int]


class RateLimitedHandler(logging.Handler):
    """Passes records on to `handlers`. Two lines are the same if they come from the same place in the code with the same level.

    The number of suppressed lines is logged with the next line from that place, or when the log is closed.
    """

    def __init__(self, handlers: Sequence[logging.Handler], *, per_minute: int, now_s: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._handlers = tuple(handlers)
        self._per_minute = per_minute
        self._now_s = now_s
        self._seen: OrderedDict[Place, tuple[float, int]] = OrderedDict()  # (start of the window, count)

    def emit(self, record: logging.LogRecord) -> None:
        place = (record.name, record.levelno, record.pathname, record.lineno)
        since, count = self._seen.pop(place, (self._now_s(), 0))
        if self._now_s() - since >= _WINDOW_S:
            self._say_left_out(place, count)
            since, count = self._now_s(), 0
        self._seen[place] = (since, count + 1)
        if len(self._seen) > _MAX_PLACES:
            oldest, (_, before) = self._seen.popitem(last=False)
            self._say_left_out(oldest, before)
        if count < self._per_minute:
            self._hand_on(record)

    def _hand_on(self, record: logging.LogRecord) -> None:
        for handler in self._handlers:
            if record.levelno >= handler.level:
                handler.handle(record)

    def _say_left_out(self, place: Place, count: int) -> None:
        name, level, path, line = place
        if count > self._per_minute:
            words = "suppressed %d similar lines"
            self._hand_on(logging.LogRecord(name, level, path, line, words, (count - self._per_minute,), None))

    def flush(self) -> None:
        for handler in self._handlers:
            handler.flush()

    def close(self) -> None:
        for place, (_, count) in self._seen.items():
            self._say_left_out(place, count)
        self._seen.clear()
        for handler in self._handlers:
            handler.close()
        super().close()
