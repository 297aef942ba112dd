"""The start of the window, then frames and memory of a live show with the window open, first idle, then busy on purpose.

`python -m tests.benchmark.bench_window [--starts 5] [--seconds 60] [--busy-seconds 60] [--height 720] [--pages 0]`, under a display or
offscreen. Prints one JSON object: how long the app takes until its window shows the sample show, and the CPU time of that; then for both
spans the frames repeated and skipped, lateness, and the memory of all processes. With `--pages`, this many pages are in the room and
send likes, clicks and looks.
"""

import argparse
import asyncio
import json
import multiprocessing
import os
import re
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import aiohttp
import psutil
import qasync
from PySide6.QtWidgets import QApplication, QListWidget

from app.bootstrap.engine_host import host_of
from app.bootstrap.processes import ROOT
from app.bootstrap.window import StudioFactory
from app.domain.program.broadcast import TargetState
from app.domain.program.editing import replace_canvas
from app.session.studio import Studio
from app.storage.settings import Settings, SettingsFile
from app.ui.shell.application import Shell
from tests.support.desk_window import options
from tests.support.room import page
from tests.support.studio_desk import paths_in

MB = 1024 * 1024
CHANGES_PER_S = 500
ROWS = 200
EVENTS_PER_S = 20  # from all pages together
SAMPLE_S = 30.0
SHOWN = re.compile(r"window shown after (\d+) ms, (\d+) ms of CPU")


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.05)


# The start ----------------------------------------------------------------------------------------------------------------


def _first_start(home: Path) -> Path:
    """Create a fresh home, so that the app opens the sample show. Its relay stays on this computer."""
    SettingsFile(paths_in(home).settings).save(Settings(relay_lan=False, relay_port=0))
    return home


def one_start(home: Path) -> tuple[int, int]:
    """(time, CPU time) in ms from the start of the process until its window is painted."""
    log = paths_in(_first_start(home)).logs / "desk.log"
    process = subprocess.Popen(
        [sys.executable, "-m", "app"], cwd=ROOT, env={**os.environ, "TRADEWIND_HOME": str(home)}, stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(600):
            found = SHOWN.search(log.read_text(encoding="utf-8")) if log.exists() else None
            if found is not None:
                return int(found[1]), int(found[2])
            time.sleep(0.05)
        raise TimeoutError("the window was not shown within half a minute")
    finally:
        time.sleep(1.0)  # the engine and the relay have started, and stop with the desk
        process.send_signal(signal.SIGTERM)
        process.wait(timeout=30)


def starts(number: int) -> dict[str, Any]:
    """Return the median and the best of several first starts. The best is least affected by other programs."""
    figures = []
    for _ in range(number):
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
            figures.append(one_start(Path(home)))
    taken, cpu = zip(*figures, strict=True)
    return {
        "shown_ms": {"median": round(statistics.median(taken)), "best": min(taken)},
        "cpu_ms": {"median": round(statistics.median(cpu)), "best": min(cpu)},
    }


# Memory -------------------------------------------------------------------------------------------------------------------


def _share_mb(pid: int) -> float:
    """Return the memory of a process: PSS, which counts shared pages in parts, if the system has it; else its private pages."""
    memory = psutil.Process(pid).memory_full_info()
    return float(getattr(memory, "pss", memory.uss)) / MB


def _own_mb(pid: int) -> float:
    """Return the private pages of this process, which grow with a leak."""
    return float(psutil.Process(pid).memory_full_info().uss) / MB


def _memory_mb(studio: Studio, of: Callable[[int], float] = _share_mb) -> dict[str, float]:
    pids = {"desk": os.getpid(), "engine": studio.engine.pid, "engine host": host_of(studio.engine.pid), "relay": studio.embedded.pid}
    return {name: round(of(pid), 1) for name, pid in pids.items() if pid}


# The room -----------------------------------------------------------------------------------------------------------------


def crowd_process(base: str, pages: int) -> None:
    """Pages that send likes, clicks and looks until the process ends."""

    async def run() -> None:
        async with aiohttp.ClientSession(base, connector=aiohttp.TCPConnector(limit=0)) as client:
            sockets = [page(client) for _ in range(pages)]
            for number, socket in enumerate(sockets):
                await socket.open(page=str(number), languages=["en"], market="US")
            number = 0
            while True:
                number += 1
                kind = ("like", "like", "like", "seen", "clicked")[number % 5]
                await sockets[number % pages].send(t="event", n=number, kind=kind, product="scarf")
                for socket in sockets:
                    socket.heard.clear()
                await asyncio.sleep(1 / EVENTS_PER_S)

    asyncio.run(run())


@contextmanager
def crowd(studio: Studio, pages: int) -> Iterator[None]:
    """Run the pages in their own process."""
    address = studio.embedded.room
    if not pages or address is None:
        yield
        return
    process = multiprocessing.get_context("spawn").Process(target=crowd_process, args=(address.base, pages), name="pages")
    process.start()
    try:
        yield
        if not process.is_alive():
            raise RuntimeError("the pages ended before the show did")
    finally:
        process.terminate()
        process.join()


# On air -------------------------------------------------------------------------------------------------------------------


def _is_live(studio: Studio) -> bool:
    return studio.engine.stats is not None and any(target.state is TargetState.LIVE for target in studio.engine.stats.targets)


async def _make_busy(rows: QListWidget) -> None:
    """Change a list's rows so many times a second, in steps of the loop."""
    number = 0
    while True:
        for _ in range(CHANGES_PER_S // 50):
            number += 1
            rows.insertItem(0, f"viewer {number}: how much is the red one? 多少钱？")
            if rows.count() > ROWS:
                rows.model().removeRow(rows.count() - 1)  # takeItem would leak the row
        await asyncio.sleep(1 / 50)


async def span(studio: Studio, seconds: float) -> dict[str, Any]:
    """Return the figures of the next seconds."""
    await asyncio.sleep(1.2)  # wait for new stats
    assert studio.engine.stats is not None
    before, cpu_before = studio.engine.stats.frames, psutil.Process().cpu_times()
    memory, own = [_memory_mb(studio)], [_memory_mb(studio, _own_mb)]
    step = min(SAMPLE_S, seconds)
    for _ in range(max(1, round(seconds / step))):
        await asyncio.sleep(step)
        memory.append(_memory_mb(studio))
        own.append(_memory_mb(studio, _own_mb))
    after, cpu = studio.engine.stats, psutil.Process().cpu_times()
    ticks = [getattr(after.frames, name) - getattr(before, name) for name in ("composed", "repeated", "skipped")]
    return {
        "ticks": sum(ticks),
        "repeated": ticks[1],
        "skipped": ticks[2],
        "missed_percent": round(100 * (ticks[1] + ticks[2]) / max(1, sum(ticks)), 3),
        "late_ms_last_minute": {"p50": after.late_ms.p50, "p99": after.late_ms.p99, "max": after.late_ms.max},
        "desk_cpu_s": round(cpu.user + cpu.system - cpu_before.user - cpu_before.system, 2),
        "memory_mb": [round(sum(one.values()), 1) for one in memory],
        "memory_parts_mb": memory[-1],
        "own_mb": {name: [one[name] for one in own] for name in own[0]},
    }


async def measure(application: QApplication, arguments: argparse.Namespace, home: Path) -> dict[str, Any]:
    studio = StudioFactory(paths_in(_first_start(home))).make()
    shell = Shell(application, studio, options(home))
    running = asyncio.ensure_future(shell.run())
    await asyncio.sleep(0.1)
    shell.window.resize(1366, 768)
    width = arguments.height * 16 // 18 * 2
    studio.document.edit("Size", partial(replace_canvas, width=width, height=arguments.height))
    await _until(lambda: studio.engine.stats is not None and studio.embedded.running)
    studio.broadcast.go_live()
    await _until(lambda: _is_live(studio))
    await asyncio.sleep(3)
    with crowd(studio, arguments.pages):
        result: dict[str, Any] = {"quiet": await span(studio, arguments.seconds)}
        if arguments.busy_seconds:
            rows = QListWidget()
            rows.resize(400, 600)
            rows.show()
            busy = asyncio.ensure_future(_make_busy(rows))
            result["busy"] = await span(studio, arguments.busy_seconds)
            busy.cancel()
            rows.close()
    studio.broadcast.stop_live()
    await asyncio.sleep(0.5)
    shell.window.closing.emit(False)
    await running
    return result


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--starts", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--busy-seconds", type=float, default=60)
    parser.add_argument("--height", type=int, default=720)
    parser.add_argument("--pages", type=int, default=0)
    arguments = parser.parse_args()
    result: dict[str, Any] = {"start": starts(arguments.starts)} if arguments.starts else {}
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as home, loop:
        os.environ["TRADEWIND_HOME"] = home
        result |= loop.run_until_complete(measure(application, arguments, Path(home)))
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
