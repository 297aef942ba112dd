"""Doctor runs on this machine and returns the right exit status."""

import contextlib
import json
import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


def doctor(home: Path) -> tuple[int, dict[str, Any]]:
    done = subprocess.run(
        [sys.executable, "-m", "app", "doctor", "--json"],
        cwd=ROOT,
        env={**os.environ, "TRADEWIND_HOME": str(home)},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stderr == ""
    findings: dict[str, Any] = json.loads(done.stdout)
    return done.returncode, findings


def test_a_machine_that_can_encode_is_ready(tmp_path: Path) -> None:
    status, found = doctor(tmp_path)
    texts = [row["text"] for row in found["findings"] if row["level"] == "good"]
    assert (status, found["ready"]) == (0, True)
    assert "H.264 (x264) works" in texts
    assert "encrypted media gets through (ICE, DTLS-SRTP)" in texts


def test_a_home_that_cannot_be_written_is_a_problem(tmp_path: Path) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("not a folder")
    status, found = doctor(blocked)
    problems = [row for row in found["findings"] if row["level"] == "problem"]
    assert (status, found["ready"]) == (1, False)
    assert [row["area"] for row in problems] == ["machine"]
    assert "TRADEWIND_HOME" in problems[0]["cure"]


def test_a_taken_port_is_reported(tmp_path: Path) -> None:
    with socket.socket() as taken:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):  # another program already has the port, which tests the same
            taken.bind(("", 8787))
            taken.listen()
        status, found = doctor(tmp_path)
    notes = [row["text"] for row in found["findings"] if row["level"] == "note"]
    assert status == 0
    assert any("port 8787 is in use" in note for note in notes)
