"""Dragging the planner's block across the strips of twenty parties: from the mouse's move until it is painted.

`python -m tests.benchmark.bench_planner [--steps 400] [--width 1000] [--height 760]`, under a display or offscreen. Prints one JSON
object in milliseconds; the first painting, which draws everything, stands apart.
"""

import argparse
import json
import os
import statistics
import sys
import time
from datetime import date, timedelta

from PySide6.QtCore import QEvent, QObject, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from app.bootstrap.formats import LateFormats
from app.calendar.packaged_zones import load_zones
from app.domain.comfort import QUARTER, Habits
from app.domain.party import Party, PartyKind
from app.storage.markets import load_markets
from app.storage.paths import RESOURCES
from app.ui.planner.reading import Speaker, strips_of
from app.ui.planner.strips import StripsView
from app.ui.theme import load_theme

DAY = date(2027, 3, 13)  # clocks in New York go forward in the night that follows
OWN = "Asia/Shanghai"
MINUTES = 120
PARTIES = 20
BAR_MS = 16.0


class Painted(QObject):
    """When the viewport was painted last."""

    def __init__(self, watched: QObject) -> None:
        super().__init__()
        self.count = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Paint:
            self.count += 1
        return super().eventFilter(watched, event)


def parties(habits: Habits) -> list[Party]:
    """Markets of the world, and people between Auckland and Los Angeles."""
    markets = [Party(one.id, one.name["en"], PartyKind.MARKET, one.zones[0], one.id) for one in habits.markets.values()][:14]
    zones = ("Asia/Shanghai", "Asia/Kathmandu", "Pacific/Chatham", "America/St_Johns", "Europe/London", "America/Los_Angeles")
    return [*markets, *(Party(f"p{number}", f"Person {number}", PartyKind.OPERATOR, zone) for number, zone in enumerate(zones))]


def drag(view: StripsView, steps: int) -> list[float]:
    """Milliseconds of each step: the mouse moves by a quarter of an hour, and all that follows is on the picture."""
    viewport, painted = view.viewport(), Painted(view.viewport())
    y = 12.0

    def mouse(kind: QEvent.Type, x: float) -> None:
        held = Qt.MouseButton.NoButton if kind is QEvent.Type.MouseButtonRelease else Qt.MouseButton.LeftButton
        here = QPointF(x, y)
        made = QMouseEvent(kind, here, viewport.mapToGlobal(here), Qt.MouseButton.LeftButton, held, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(viewport, made)

    at, step, taken = view.start + 4, 1, []
    mouse(QEvent.Type.MouseButtonPress, view.x_of(at))
    QApplication.processEvents()
    for _ in range(steps):
        if not 8 <= at + step < 92:
            step = -step
        at += step
        before = painted.count
        begun = time.perf_counter()
        mouse(QEvent.Type.MouseMove, view.x_of(at))
        QApplication.processEvents()
        taken.append((time.perf_counter() - begun) * 1000)
        if painted.count == before:
            raise RuntimeError("a step was not painted")
    mouse(QEvent.Type.MouseButtonRelease, view.x_of(at))
    return taken


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("--steps", type=int, default=400)
    parser.add_argument("--width", type=int, default=1000)
    parser.add_argument("--height", type=int, default=760)
    arguments = parser.parse_args()
    if "DISPLAY" not in os.environ:
        os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    application = QApplication(sys.argv[:1])
    application.setStyle("Fusion")
    theme = load_theme(RESOURCES / "themes", "dark")
    application.setStyleSheet(theme.style_sheet())
    habits = Habits(load_zones(), {market.id: market for market in load_markets(RESOURCES / "markets")})
    speaker = Speaker(LateFormats(), "en")
    chosen = parties(habits)
    begun = time.perf_counter()
    model = strips_of(chosen, DAY, OWN, MINUTES, habits, speaker)
    read_ms = (time.perf_counter() - begun) * 1000
    view = StripsView(theme)
    view.resize(arguments.width, arguments.height)
    view.show_model(model)
    view.show_block(model.begin + 32 * QUARTER, MINUTES)
    view.show()
    begun = time.perf_counter()
    application.processEvents()
    first_ms = (time.perf_counter() - begun) * 1000
    begun = time.perf_counter()
    strips_of(chosen, DAY + timedelta(days=1), OWN, MINUTES, habits, speaker)
    again_ms = (time.perf_counter() - begun) * 1000
    taken = sorted(drag(view, arguments.steps))
    result = {
        "parties": len(model.rows),
        "read_ms": {"first": round(read_ms, 1), "another_day": round(again_ms, 1)},
        "first_painting_ms": round(first_ms, 1),
        "drag_step_ms": {
            "p50": round(statistics.median(taken), 2),
            "p95": round(taken[int(len(taken) * 0.95)], 2),
            "max": round(taken[-1], 2),
            "bar": BAR_MS,
        },
    }
    print(json.dumps(result, indent=2))
    return 0


if __name__ == "__main__":
    sys.exit(main())
