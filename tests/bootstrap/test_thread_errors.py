"""A thread that fails aborts its process and logs why."""

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from app.bootstrap.processes import ROOT

BREAKING = """
import logging, sys, threading, time
from pathlib import Path
from app.bootstrap.thread_errors import abort_on_thread_error
from app.bootstrap.logs import start_logging
start_logging(Path(sys.argv[1]), "half")
abort_on_thread_error()
threading.Thread(target=lambda: {}["compose"], name="compose").start()
time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="ends otherwise there")
def test_a_failed_thread_aborts_the_process(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", BREAKING, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, timeout=50, check=False
    )
    assert ended.returncode == -signal.SIGABRT
    assert "the thread compose failed" in ended.stderr
    assert "KeyError: 'compose'" in ended.stderr
