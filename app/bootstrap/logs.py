"""Sets logging up: one file per process, rotated at 2 MB, and warnings (everything if asked) on the terminal.

Repeated lines are rate-limited, so that outsiders cannot push important lines out of the log.
"""

import logging
import logging.handlers
import sys
from pathlib import Path

from app.bootstrap.rate_limited_log import RateLimitedHandler

FORMAT = "%(asctime)s.%(msecs)03d %(levelname)-7s %(threadName)s %(name)s: %(message)s"


def start_logging(folder: Path, process: str, *, verbose: bool = False) -> Path:
    """Log to FOLDER/PROCESS.log and to standard error; returns the file. Chat texts and tokens must never be logged."""
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
