"""Where log lines go: one file a process, turned over at 2 MB, and the terminal for warnings (for everything when asked).

A line that comes again and again is paced, so that nobody outside can push out of the log what one needs to read there.
"""

import logging
import logging.handlers
import sys
from pathlib import Path

from app.bootstrap.rate_limited_log import RateLimitedHandler

FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-7s %(threadName)s %(name)s: %(message)s"


def start_logging(folder: Path, process: str, *, verbose: bool = False) -> Path:
    """Log to FOLDER/PROCESS.log and to standard error; returns the file. Chat texts and tokens are never logged by anyone."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{process}.log"
    formatter = logging.Formatter(FORMAT, datefmt="%H:%M:%S")
    kept = logging.handlers.RotatingFileHandler(path, maxBytes=2_000_000, backupCount=3, encoding="utf-8")
    shown = logging.StreamHandler(sys.stderr)
    shown.setLevel(logging.DEBUG if verbose else logging.WARNING)
    root = logging.getLogger()
    root.handlers.clear()
    for handler in (kept, shown):
        handler.setFormatter(formatter)
    root.addHandler(RateLimitedHandler((kept, shown), per_minute=3000 if verbose else 60))
    root.setLevel(logging.DEBUG if verbose else logging.INFO)
    for noisy in ("aiohttp.access", "aioice", "aiortc", "libav", "asyncio", "zeroconf"):
        logging.getLogger(noisy).setLevel(logging.WARNING)
    return path
