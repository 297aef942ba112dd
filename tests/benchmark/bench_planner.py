"""Dragging the planner's block across the strips of twenty parties: from the mouse move until everything is painted.

`python -m tests.benchmark.bench_planner [--steps 300] [--size 1366x740]`, under a display or offscreen. Prints one JSON object in
milliseconds: how long the planner takes to appear, a step of the drag (the strips, each clock's hours, the score of the hour and, when
the mouse rests, its sentences), and a move to another day, which reads and draws everything again.
"""

import argparse
import asyncio
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPointF, QSettings, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.domain.catalogue.market import Market
from app.domain.planning.people.party import Party, PartyKind
from app.domain.show import Show
from app.storage.markets import load_markets
from app.storage.paths import RESOURCES
from app.ui.planning.hours.strips import StripsView
from app.ui.planning.planner_window import PlannerWindow
from app.ui.shell.application import Shell
from tests.support.desk_window import make_studio, options

START = datetime(2027, 3, 13, 0, 0, tzinfo=UTC)  # clocks in New York go forward in the following night
OWN = "Asia/Shanghai"
PEOPLE = ("Asia/Shanghai", "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns", "Europe/London", "America/Los_Angeles")
MARKETS = 14
BAR_MS = 16.0
DAYS = 20


class Painted(QObject):
    """Counts how often a widget was painted."""

    def __init__(self, watched: QObject) -> None:
        super().__init__()
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self.count += 1
        return super().eventFilter(watched, event)


def filled(show: Show, markets: Sequence[Market]) -> Show:
    """Return the show with markets of the world, and people from Chatham to Los Angeles."""
    audience = tuple(Party(one.id, one.name["en"], PartyKind.MARKET, one.zones[0], one.id) for one in markets)
    team = tuple(Party(f"p{number}", f"Person {number}", PartyKind.OPERATOR, zone) for number, zone in enumerate(PEOPLE))
    return replace(show, markets=tuple(markets), schedule=replace(show.schedule, host_zone=OWN, parties=audience + team))


def milliseconds_since(started: float) -> float:
    return (time.perf_counter() - started) * 1000


def drag(view: StripsView, steps: int) -> tuple[list[float], list[float]]:
    """Return milliseconds of each step, and of its CPU time alone, which other programs do not lengthen. In a step the mouse moves by a
    quarter of an hour and everything that follows is painted."""
    viewport, painted, y = view.viewport(), Painted(view.viewport()), 12.0

    def mouse(kind: QEvent.Type, x: float) -> None:
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        here = QPointF(x, y)
        made = QMouseEvent(kind, here, viewport.mapToGlobal(here), Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, made)

    at, step = view.start + 4, 1
    taken: list[float] = []
    cpu: list[float] = []
    mouse(QEvent.Type.MouseButtonPress, view.x_of(at))
    QApplication.processEvents()
    for _ in range(steps):
        if not 8 <= at + step < 92:
            step = -step
        at += step
        before = painted.count
        started, cpu_begun = time.perf_counter(), time.thread_time()
        mouse(QEvent.Type.MouseMove, view.x_of(at))
        QApplication.processEvents()
        taken.append(milliseconds_since(started))
        cpu.append((time.thread_time() - cpu_begun) * 1000)
        if painted.count == before:
            raise RuntimeError("a step was not painted")
    mouse(QEvent.Type.MouseButtonRelease, view.x_of(at))
    return taken, cpu


def other_days(planner: PlannerWindow) -> list[float]:
    """Return milliseconds of each move to the next day."""
    taken = []
    for _ in range(DAYS):
        started = time.perf_counter()
        planner.selection.move_days(1)
        QApplication.processEvents()
        taken.append(milliseconds_since(started))
    return taken


def figures(taken: Sequence[float]) -> dict[str, float]:
    """Return the median, the 95th percentile and the worst."""
    sorted_ms = sorted(taken)
    return {
        "p50": round(statistics.median(sorted_ms), 2),
        "p95": round(sorted_ms[int(len(sorted_ms) * 0.95)], 2),
        "max": round(sorted_ms[-1], 2),
    }


def measure(application: QApplication, home: Path, size: tuple[int, int], steps: int) -> dict[str, object]:
    studio = make_studio(home)
    shell = Shell(application, studio, options(home))
    markets = load_markets(RESOURCES / "markets")[:MARKETS]
    studio.document.edit_show("Fill", lambda show: filled(show, markets))
    started = time.perf_counter()
    planner = PlannerWindow(shell.window.context, QSettings(str(home / "planner.ini"), QSettings.Format.IniFormat))
    planner.resize(*size)
    planner.show()
    application.processEvents()
    opened_ms = milliseconds_since(started)
    planner.selection.move(START)
    application.processEvents()
    model = planner.hour.strips.model
    taken, cpu = drag(planner.hour.strips, steps)
    result = {
        "parties": len(model.rows) if model is not None else 0,
        "opened_ms": round(opened_ms, 1),
        "drag_step_ms": {**figures(taken), "bar": BAR_MS},
        "drag_step_cpu_ms": figures(cpu),
        "another_day_ms": figures(other_days(planner)),
    }
    planner.close()
    planner.deleteLater()
    shell.window.let_go()
    shell.window.deleteLater()
    shell.close()
    asyncio.run(studio.aclose(keep_engine=False))
    return result


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=300)
    parser.add_argument("--size", default="1366x740")
    arguments = parser.parse_args()
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    width, height = (int(side) for side in arguments.size.split("x"))
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as home:
        print(json.dumps(measure(application, Path(home), (width, height), arguments.steps), indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
