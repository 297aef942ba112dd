"""A log that untrusted senders cannot flood."""

import logging
from pathlib import Path

from app.bootstrap.logs import start_logging
from app.bootstrap.rate_limited_log import RateLimitedHandler


class RecordedLines(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class FloodTest:
    def __init__(self) -> None:
        self.now_s = 0.0
        self.recorded = RecordedLines()
        self.handler = RateLimitedHandler((self.recorded,), per_minute=3, now_s=lambda: self.now_s)

    def log(self, words: str, *, line: int = 1, level: int = logging.INFO) -> None:
        self.handler.handle(logging.LogRecord("relay", level, "a.py", line, words, (), None))


def test_repeated_lines_are_written_a_few_times_and_then_counted() -> None:
    flood = FloodTest()
    for number in range(10):
        flood.log(f"refused {number}")
    flood.log("another place", line=2)
    flood.log("a fault", level=logging.ERROR)
    assert flood.recorded.lines == ["refused 0", "refused 1", "refused 2", "another place", "a fault"]
    flood.now_s = 61.0
    flood.log("refused 10")
    assert flood.recorded.lines[5:] == ["suppressed 7 similar lines", "refused 10"]


def test_suppressed_lines_are_counted_on_close_and_old_places_are_dropped() -> None:
    flood = FloodTest()
    for line in range(2000):
        flood.log("x", line=line)
    assert len(flood.handler._seen) <= 512
    for _ in range(5):
        flood.log("y", line=1999)
    flood.handler.close()
    assert flood.recorded.lines[-1] == "suppressed 3 similar lines"


def test_a_flooded_process_keeps_its_important_lines(tmp_path: Path) -> None:
    root = logging.getLogger()
    before, level = list(root.handlers), root.level
    try:
        path = start_logging(tmp_path, "relay")
        log = logging.getLogger("app.relay")
        log.info("the first line")
        for number in range(50_000):
            log.info("viewer %d never connected", number)
        log.warning("the last line")
        for handler in root.handlers:
            handler.close()
        text = path.read_text()
    finally:
        root.handlers[:] = before
        root.setLevel(level)
    assert "the first line" in text
    assert "the last line" in text
    assert "suppressed 49940 similar lines" in text
    assert len(text) < 20_000
