"""The app as a user starts it: a process with its own home."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import psutil

ROOT = Path(__file__).resolve().parents[2]


class Tradewind:
    """`async with Tradewind(home, "broadcast", …) as run:`; leaving it ends the process and checks that its children are gone.

    `environment` is added to this process's own.
    """

    def __init__(self, home: Path, *words: str, environment: Mapping[str, str] | None = None) -> None:
        self._home = home
        self._environment = environment or {}
        self._words = words
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._news = asyncio.Condition()
        self._complaints = home / "standard-error"
        self.lines: list[str] = []
        self.status = -1

    @property
    def complaints(self) -> list[str]:
        """Return the lines of standard error, including those of the engine and the relay."""
        return self._complaints.read_text().splitlines()

    @property
    def pid(self) -> int:
        assert self._process is not None
        return self._process.pid

    async def __aenter__(self) -> Self:
        self._home.mkdir(exist_ok=True)
        environment = {**os.environ, **self._environment, "TRADEWIND_HOME": str(self._home)}
        with self._complaints.open("ab") as complaints:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, "-m", "app", *self._words, cwd=ROOT, env=environment, stdout=asyncio.subprocess.PIPE, stderr=complaints
            )
        assert self._process.stdout
        self._reader = asyncio.get_running_loop().create_task(self._read(self._process.stdout))
        return self

    async def _read(self, stream: asyncio.StreamReader) -> None:
        while line := await stream.readline():
            async with self._news:
                self.lines.append(line.decode().rstrip())
                self._news.notify_all()

    async def line(self, beginning: str, *, within_s: float = 30.0) -> str:
        """Return the rest of the first line of standard output that starts with `beginning`."""

        def found() -> list[str]:
            return [line.removeprefix(beginning).strip() for line in self.lines if line.startswith(beginning)]

        try:
            async with asyncio.timeout(within_s), self._news:
                await self._news.wait_for(lambda: bool(found()))
        except TimeoutError as error:
            raise AssertionError(f"no line {beginning!r}; said {self.lines[-8:]}, complained {self.complaints[-8:]}") from error
        return found()[0]

    async def complaint(self, beginning: str, *, within_s: float = 30.0) -> str:
        """Return the first line of standard error that starts with this. Polls every 50 ms, because a file has no event."""
        try:
            async with asyncio.timeout(within_s):
                while not (found := [line for line in self.complaints if line.startswith(beginning)]):
                    await asyncio.sleep(0.05)
        except TimeoutError as error:
            raise AssertionError(f"no complaint {beginning!r}; complained {self.complaints[-8:]}") from error
        return found[0]

    def _processes(self, role: str) -> list[psutil.Process]:
        found = []
        for process in psutil.process_iter(["cmdline"]):
            words = process.info["cmdline"] or []
            if role in words and "--runtime" in words and any(str(self._home) in word for word in words):
                found.append(process)
        return found

    def process(self, role: str) -> psutil.Process:
        """Return the engine or the relay of this home, not the engine's host."""
        found = self._processes(role)
        parents = {process.ppid() for process in found}
        assert found, f"no {role} runs for {self._home}"
        return next(process for process in found if process.pid not in parents)

    def running(self) -> list[str]:
        """Return the roles that run for this home, without the desk; an engine with a host is listed twice."""
        return [role for role in ("engine", "relay") for _ in self._processes(role)]

    async def kill(self) -> int:
        """Kill the desk with SIGKILL; returns its status."""
        assert self._process is not None
        self._process.kill()
        return await self.ended()

    async def end(self) -> int:
        """Stop it with Ctrl+C and wait; returns the exit status."""
        assert self._process is not None
        if self._process.returncode is None:
            self._process.send_signal(signal.SIGINT)
        return await self.ended()

    async def ended(self, *, within_s: float = 20.0) -> int:
        """Wait until it exits; returns the exit status."""
        assert self._process is not None
        self.status = await asyncio.wait_for(self._process.wait(), within_s)
        assert self._reader is not None
        await self._reader
        return self.status

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process is not None
        if self._process.returncode is None:
            try:
                await self.end()
            except TimeoutError:
                await self.kill()
        if self.status == -signal.SIGKILL:
            return  # the test must end the processes that survive
        left = [process for role in ("engine", "relay") for process in self._processes(role)]
        for process in left:
            process.kill()
        if error is not None:
            sys.stderr.write("\n".join(["— standard output:", *self.lines, "— standard error:", *self.complaints, *self.logs()]) + "\n")
        assert error is not None or not left, f"left behind: {left}"

    def logs(self) -> list[str]:
        """Return the last lines of each process's log, for the failure message."""
        paths = sorted((self._home / "state" / "logs").glob("*.log"))
        return [f"— {path.name}:\n" + "\n".join(path.read_text().splitlines()[-25:]) for path in paths]

    def warnings(self) -> list[str]:
        """Return all log lines above INFO."""
        folder = self._home / "state" / "logs"
        lines = [line for path in folder.glob("*.log") for line in path.read_text().splitlines()]
        return [line for line in lines if any(f" {level} " in line for level in ("WARNING", "ERROR", "CRITICAL")) and "keyring" not in line]


def read_report(path: Path) -> dict[str, Any]:
    """Return the report of a broadcast."""
    content: dict[str, Any] = json.loads(path.read_text())
    return content
