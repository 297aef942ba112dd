"""Frames and memory of a live show with the window open, then with the window made busy on purpose.

`python -m tests.benchmark.bench_window [--seconds 60] [--busy-seconds 60]`, under a display or offscreen. Prints one JSON object:
frames repeated and skipped, lateness, and the memory of all processes, for both spans.
"""

import argparse
import asyncio
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psutil
import qasync
from PySide6.QtWidgets import QApplication, QListWidget

from app.domain.broadcast import TargetState
from app.session.studio import Studio
from app.ui.application import Shell
from tests.support.desk_window import make_studio, options
from tests.support.screenshot import furnished

MB = 1024 * 1024
CHANGES_PER_S = 500
ROWS = 200


async def _until(true: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not true():
            await asyncio.sleep(0.05)


def _is_live(studio: Studio) -> bool:
    return studio.stats is not None and any(target.state is TargetState.LIVE for target in studio.stats.targets)


def _memory_mb(studio: Studio) -> dict[str, float]:
    pids = {"desk": os.getpid(), "engine": studio.engine_pid, "relay": studio.relay_pid}
    return {name: round(psutil.Process(pid).memory_info().rss / MB, 1) for name, pid in pids.items()}


async def _make_busy(rows: QListWidget) -> None:
    """Change a list's rows so many times a second, in steps of the loop."""
    number = 0
    while True:
        for _ in range(CHANGES_PER_S // 50):
            number += 1
            rows.insertItem(0, f"viewer {number}: how much is the red one? 多少钱？")
            if rows.count() > ROWS:
                rows.model().removeRow(rows.count() - 1)  # takeItem would leave the row to nobody
        await asyncio.sleep(1 / 50)


async def span(studio: Studio, seconds: float) -> dict[str, Any]:
    """The figures of so many seconds from now."""
    await asyncio.sleep(1.2)  # the stats of a fresh second
    assert studio.stats is not None
    before, cpu_before = studio.stats.frames, psutil.Process().cpu_times()
    memory = [_memory_mb(studio)]
    for _ in range(max(1, round(seconds / 10))):
        await asyncio.sleep(min(10.0, seconds))
        memory.append(_memory_mb(studio))
    after, cpu = studio.stats, psutil.Process().cpu_times()
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
    }


async def measure(application: QApplication, arguments: argparse.Namespace, home: Path) -> dict[str, Any]:
    studio = make_studio(home)
    shell = Shell(application, studio, options(home))
    running = asyncio.ensure_future(shell.run())
    await asyncio.sleep(0.1)
    shell.window.resize(1366, 768)
    studio.edit("Furnish", furnished)
    await _until(lambda: studio.stats is not None and studio.relay_running)
    studio.go_live()
    await _until(lambda: _is_live(studio))
    await asyncio.sleep(3)
    result: dict[str, Any] = {"quiet": await span(studio, arguments.seconds)}
    if arguments.busy_seconds:
        rows = QListWidget()
        rows.resize(400, 600)
        rows.show()
        busy = asyncio.ensure_future(_make_busy(rows))
        result["busy"] = await span(studio, arguments.busy_seconds)
        busy.cancel()
        rows.close()
    studio.stop_live()
    await asyncio.sleep(0.5)
    shell.window.closing.emit(False)
    await running
    return result


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--busy-seconds", type=float, default=60)
    arguments = parser.parse_args()
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory() as home, loop:
        os.environ["TRADEWIND_HOME"] = home
        print(json.dumps(loop.run_until_complete(measure(application, arguments, Path(home))), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
