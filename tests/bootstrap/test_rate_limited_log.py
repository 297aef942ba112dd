"""A log that outsiders cannot flood."""

import logging
from pathlib import Path

from app.bootstrap.logs import start_logging
from app.bootstrap.rate_limited_log import RateLimitedHandler


class Kept(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(record.getMessage())


class Setting:
    def __init__(self) -> None:
        self.now_s = 0.0
        self.kept = Kept()
        self.handler = RateLimitedHandler((self.kept,), per_minute=3, now_s=lambda: self.now_s)

    def say(self, words: str, *, line: int = 1, level: int = logging.INFO) -> None:
        self.handler.handle(logging.LogRecord("relay", level, "a.py", line, words, (), None))


def test_the_same_line_is_written_a_few_times_and_then_counted() -> None:
    setting = Setting()
    for number in range(10):
        setting.say(f"refused {number}")
    setting.say("another place", line=2)
    setting.say("a fault", level=logging.ERROR)
    assert setting.kept.lines == ["refused 0", "refused 1", "refused 2", "another place", "a fault"]
    setting.now_s = 61.0
    setting.say("refused 10")
    assert setting.kept.lines[5:] == ["suppressed 7 similar lines", "refused 10"]


def test_suppressed_lines_are_counted_at_the_end_and_places_are_forgotten() -> None:
    setting = Setting()
    for line in range(2000):
        setting.say("x", line=line)
    assert len(setting.handler._seen) <= 512
    for _ in range(5):
        setting.say("y", line=1999)
    setting.handler.close()
    assert setting.kept.lines[-1] == "suppressed 3 similar lines"


def test_a_process_that_is_flooded_keeps_what_one_needs_to_read(tmp_path: Path) -> None:
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
