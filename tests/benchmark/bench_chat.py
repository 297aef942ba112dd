"""The longest stall of the window's loop while a fast chat arrives with the chat panel open.

Run: python -m tests.benchmark.bench_chat [--rate 1000] [--seconds 60] [--translated 0] [--size 1366x768]. Prints one JSON object. The
promise: at 1,000 messages a second, no turn of the loop takes longer than 50 ms, and what the list does not show is counted. `--translated`
translations a second come for the newest messages.
"""

import argparse
import asyncio
import gc
import json
import statistics
import sys
import tempfile
import time
from itertools import count
from pathlib import Path
from typing import Any

import psutil
import qasync
from PySide6.QtWidgets import QApplication

from app.bootstrap.processes import switch_threads_soon
from app.domain.chat.message import ChatMessage
from app.domain.translation.translation import Translation
from app.session.studio import Studio
from app.ui.shell.application import Shell
from app.ui.shell.collector import Collector
from tests.support.chat_lines import LINES
from tests.support.desk_window import make_studio, options

STALL_GOAL_MS = 50.0
STEP_S = 0.01
WARM_S = 3.0  # fonts of all scripts are loaded, the list is full


async def watch_loop(late_ms: list[float], work_ms: list[float]) -> None:
    """Record how much later than wanted the loop comes back, every two milliseconds, and how long its thread was computing meanwhile.

    On a machine with other work, the first includes waiting for a processor, and the second does not.
    """
    while True:
        began, computed = time.perf_counter(), time.thread_time()
        await asyncio.sleep(0.002)
        late_ms.append((time.perf_counter() - began) * 1000 - 2)
        work_ms.append((time.thread_time() - computed) * 1000)


def spread(values_ms: list[float]) -> dict[str, Any]:
    """The median, the 99th percentile and the five largest."""
    values_ms.sort()
    return {
        "p50": round(statistics.median(values_ms), 2),
        "p99": round(values_ms[int(len(values_ms) * 0.99)], 2),
        "worst": [round(value, 1) for value in values_ms[-5:]],
    }


async def flood(studio: Studio, arguments: argparse.Namespace, seconds: float, numbers: "count[int]") -> tuple[int, float]:
    """Let messages arrive at the wanted rate. Returns how many did, and the seconds that taking them in took."""
    room, sent, busy, began = studio.control.chat, 0, 0.0, time.perf_counter()
    translated = 0
    while (passed := time.perf_counter() - began) < seconds:
        started = time.perf_counter()
        for _ in range(min(40, round(passed * arguments.rate) - sent)):  # what a socket hands over in one turn
            number = next(numbers)
            name, source, language, text, _, _ = LINES[number % len(LINES)]
            room.receive(ChatMessage(source, str(number), f"v{number % 700}", name, text, studio.control.now_ms(), language=language))
            sent += 1
            if translated < passed * arguments.translated:
                translated += 1
                room.translated(f"{source}/{number}", Translation("多少钱？今天包邮吗？", language, "zh-Hans", "argos"))
        busy += time.perf_counter() - started
        await asyncio.sleep(STEP_S)
    return sent, busy


async def measure(application: QApplication, arguments: argparse.Namespace, home: Path) -> dict[str, Any]:
    studio = make_studio(home)
    shell = Shell(application, studio, options(home))
    running = asyncio.ensure_future(shell.run())
    await asyncio.sleep(3.0)
    width, height = (int(side) for side in arguments.size.split("x"))
    shell.window.resize(width, height)
    shell.window.context.openers.show_panel("chat")
    numbers = count()
    warm, _ = await flood(studio, arguments, WARM_S, numbers)
    late_ms: list[float] = []
    work_ms: list[float] = []
    watching = asyncio.ensure_future(watch_loop(late_ms, work_ms))
    cpu = time.process_time()
    sent, busy = await flood(studio, arguments, arguments.seconds, numbers)
    cpu = time.process_time() - cpu
    watching.cancel()
    await asyncio.sleep(0.5)
    room, panel = studio.control.chat, shell.window.chat
    shown = panel.model.rowCount()
    result = {
        "rate": round(sent / arguments.seconds),
        "received": sent + warm,
        "taken_in_us_each": round(busy / sent * 1e6, 1),
        "cpu_percent": round(100 * cpu / arguments.seconds, 1),
        "stall_ms": spread(late_ms),
        "computing_ms": spread(work_ms),
        "load": [round(load, 1) for load in psutil.getloadavg()],
        "history": len(room.history),
        "shown": shown,
        "not_shown": room.history.total - shown,
        "said_by_the_panel": panel.older.text(),
        "kept_promise": late_ms[-1] <= STALL_GOAL_MS,
    }
    shell.window.closing.emit(False)
    await running
    return result


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--rate", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--translated", type=int, default=0)
    parser.add_argument("--size", default="1366x768")
    arguments = parser.parse_args()
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    gc.freeze()  # as the command line does with what it has imported
    switch_threads_soon()
    collector = Collector()
    collector.start()
    loop = qasync.QEventLoop(application)
    asyncio.set_event_loop(loop)
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home, loop:
        result = loop.run_until_complete(measure(application, arguments, Path(home)))
    collector.stop()
    print(json.dumps(result, indent=2, ensure_ascii=False))
    return 0 if result["kept_promise"] else 1


if __name__ == "__main__":
    sys.exit(main())
