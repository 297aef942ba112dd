"""Tests the window with the real engine and relay: frames, levels, going live and ending the show."""

import asyncio
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.domain.program.broadcast import BroadcastState
from app.session.studio import Studio
from app.ui.shell.application import Shell
from tests.support.words import ROOT

TIMEOUT_S = 30.0


async def until(condition: Callable[[], bool]) -> None:
    """Run Qt and asyncio until the condition is true."""
    async with asyncio.timeout(TIMEOUT_S):
        while not condition():
            QApplication.processEvents()
            await asyncio.sleep(0.01)


async def test_one_click_goes_live_and_the_next_ends_the_show(shell: Shell, studio: Studio) -> None:
    window = shell.window
    assert not window.live.button.isEnabled(), "nothing can be published before the engine runs"
    studio.settings.change("confirm_stop_live", False)
    await studio.start()
    await until(lambda: studio.engine.preview.latest() is not None and studio.engine.stats is not None and studio.embedded.running)
    window.program.view.poll()
    picture = window.program.view.grab().toImage()
    area = window.program.view.picture_rect()
    colours = {picture.pixelColor(round(area.x() + area.width() * step / 20), round(area.center().y())).name() for step in range(1, 20)}
    assert len(colours) >= 5, "the test card's bars are visible"
    await until(lambda: window.mixer.master.held_db[0] > -40)
    await until(window.live.button.isEnabled)
    QTest.mouseClick(window.live.button, Qt.MouseButton.LeftButton)
    await until(lambda: window.live.button.text().startswith("On air"))
    assert window.live.button.property("phase") == "air"
    await until(lambda: window.status.figures["rate"].text().endswith("b/s"))
    assert window.status.figures["air"].property("level") == "air"
    QTest.mouseClick(window.live.button, Qt.MouseButton.LeftButton)
    await until(lambda: studio.broadcast.state.value is BroadcastState.IDLE)
    assert window.live.button.text() == "Go live"


def test_run_window_opens_the_window_and_exits_cleanly(tmp_path: Path) -> None:
    script = f"""
import json, time
from pathlib import Path
started = time.monotonic()
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication
from app.ui.shell.application import run_window
from app.ui.shell.main_window import MainWindow
from tests.support.desk_window import make_studio, options
home, seen = Path({str(tmp_path)!r}), []
application = QApplication(["tradewind"])

def poll():
    window = next((one for one in application.topLevelWidgets() if isinstance(one, MainWindow) and one.isVisible()), None)
    if window is None:
        QTimer.singleShot(20, poll)
        return
    seen.append([window.isVisible(), window.windowTitle(), time.monotonic() - started])
    QTimer.singleShot(500, window.close)

QTimer.singleShot(0, poll)
status = run_window(lambda: make_studio(home), options(home))
import sys
print(json.dumps([status, seen, sorted(name for name in ("cv2", "av", "aiortc", "sounddevice") if name in sys.modules)]))
"""
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        timeout=60,
        env={"QT_QPA_PLATFORM": "offscreen", "PATH": "/usr/bin:/bin", "HOME": str(tmp_path)},
    )
    assert done.returncode == 0, done.stderr
    status, seen, heavy = json.loads(done.stdout.splitlines()[-1])
    assert status == 0
    assert seen[0][0], "the window is visible before anything else runs"
    assert "Tradewind" in seen[0][1]
    assert heavy == [], "the window process loads no codecs"
    assert "Traceback" not in done.stderr, done.stderr
