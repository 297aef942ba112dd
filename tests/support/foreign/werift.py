"""werift with a WHIP and WHEP front end, as a process."""

import asyncio
import json
import shutil
from pathlib import Path
from types import TracebackType
from typing import Self

FOLDER = Path(__file__).parent


def available() -> str:
    """Return "" if Node.js and the package are installed, else the reason to skip."""
    if shutil.which("node") is None:
        return "Node.js is not installed"
    return "" if (FOLDER / "node_modules" / "werift").is_dir() else "werift is not installed: run npm ci in tests/support/foreign"


class WeriftRelay:
    """Use as an async context manager; `base` is the front end's address. `codec` "h264" or "vp8" is the only accepted codec."""

    def __init__(self, *, codec: str = "h264") -> None:
        self._codec = codec
        self._process: asyncio.subprocess.Process | None = None
        self.base = ""

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        self._process = await asyncio.create_subprocess_exec("node", str(FOLDER / "werift_relay.mjs"), self._codec, stdin=pipe, stdout=pipe)
        assert self._process.stdout
        line = await asyncio.wait_for(self._process.stdout.readline(), 30)
        self.base = f"http://127.0.0.1:{json.loads(line)['port']}"
        return self

    def kill(self) -> None:
        """Kill it without notice."""
        assert self._process
        self._process.kill()

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process and self._process.stdin
        self._process.stdin.close()
        await asyncio.wait_for(self._process.wait(), 5)
