"""Whether the system asks apps to reduce motion, on a real session bus."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.words import ROOT

pytestmark = pytest.mark.skipif(shutil.which("dbus-run-session") is None, reason="there is no session bus to be had")

PROGRAM = """
import subprocess, sys
from PySide6.QtDBus import QDBusPendingCallWatcher
from PySide6.QtWidgets import QApplication
from app.ui.kit.reduced_motion import ReducedMotion

portal = None
if sys.argv[1:]:
    portal = subprocess.Popen([sys.executable, "-m", "tests.support.settings_portal", *sys.argv[1:]], stdout=subprocess.PIPE)
    assert portal.stdout.readline() == b"ready\\n"
application = QApplication([])
motion = ReducedMotion(application)
assert motion.findChildren(QDBusPendingCallWatcher), "nothing was asked"
while motion.findChildren(QDBusPendingCallWatcher):
    application.processEvents()
    application.sendPostedEvents(None, 52)  # DeferredDelete
print("calm" if motion.calm else "lively")
if portal is not None:
    portal.kill()
    portal.wait()
"""


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ((), "lively"),  # a bus without a desktop: errors come back
        (("org.freedesktop.appearance", "reduced-motion", "1"), "calm"),
        (("org.freedesktop.appearance", "reduced-motion", "0"), "lively"),
        (("org.gnome.desktop.interface", "enable-animations", "0"), "calm"),
        (("org.gnome.desktop.interface", "enable-animations", "1"), "lively"),
    ],
)
def test_the_desktop_s_setting_is_heard(tmp_path: Path, setting: tuple[str, ...], said: str) -> None:
    done = subprocess.run(
        ["dbus-run-session", "--", sys.executable, "-c", PROGRAM, *setting],
        cwd=ROOT,
        env={**os.environ, "QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert "Error: " not in done.stderr.replace("DBus.Error", ""), done.stderr
    assert done.stdout.split() == [said]
