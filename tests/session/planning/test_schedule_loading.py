"""Modules that a desk loads for its plan: none without a plan, few for dates, the others on request."""

import subprocess
import sys
from pathlib import Path

from tests.support.studio_desk import ROOT

DESK = """
import asyncio, sys
from pathlib import Path
from app.domain.base.local_time import LocalTime
from app.domain.planning.schedule import Airing
from datetime import datetime, timedelta
from tests.support.studio_desk import StudioDesk

HEAVY = ("app.calendar", "app.domain.planning.hours.comfort", "app.domain.planning.hours.hour_finder",
         "app.domain.planning.lead_tasks", "app.session.planning.hours.schedule_advice", "babel",
         "borax", "dateutil", "hijridate", "holidays", "icalendar", "korean_lunar_calendar", "tzdata", "tzlocal")

def loaded():
    return " ".join(name for name in HEAVY if name in sys.modules)

async def run(home):
    async with StudioDesk(home) as desk:
        studio, scheduler = desk.studio, desk.studio.control.scheduler
        for _ in range(130):
            studio.control.schedule_alerts.tick()
        for action in studio.actions:
            action.enabled()
        print("empty:", scheduler.upcoming(), scheduler.checks(), scheduler.moved(), loaded())
        tomorrow = datetime.now() + timedelta(days=1)
        scheduler.put_airing(Airing("a", "A", LocalTime(tomorrow.replace(hour=12, minute=0), "Europe/Berlin"), rule="FREQ=WEEKLY"))
        for _ in range(3):
            studio.control.schedule_alerts.tick()
        print("planned:", len(scheduler.upcoming(2)), loaded())
        scheduler.tasks()
        print("asked:", loaded())

asyncio.run(run(Path(sys.argv[1])))
"""


def test_heavy_modules_are_loaded_only_when_needed(tmp_path: Path) -> None:
    command = [sys.executable, "-W", "error", "-c", DESK, str(tmp_path)]
    completed = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=100)
    assert completed.returncode == 0, completed.stderr
    empty, planned, on_request = (line.partition(":")[2].strip() for line in completed.stdout.splitlines())
    assert empty == "() () ()"
    assert planned == "2 app.calendar dateutil tzdata tzlocal"
    assert "app.session.planning.hours.schedule_advice" in on_request
