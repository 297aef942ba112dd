"""Installs a third-party relay for the tests: the npm package of tests/support/foreign, from its lock file."""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from report import say

FOLDER = Path("tests") / "support" / "foreign"
STAMP = "tradewind.lock"
PATIENCE_S = 300.0


def is_ready(folder: Path) -> bool:
    """Whether the packages in the lock file are installed."""
    try:
        return (folder / "node_modules" / STAMP).read_text(encoding="utf-8") == _wanted(folder)
    except OSError:
        return False


def ensure(root: Path) -> bool:
    """Install it if needed. On failure prints why and returns False; the tests that need it are skipped."""
    folder = root / FOLDER
    if not (folder / "package-lock.json").exists():
        return False
    if is_ready(folder):
        return True
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        say("Node.js or npm is not installed; skipping the tests with a third-party relay.")
        return False
    say("installing the third-party relay for the tests")
    reason = _install(npm, folder)
    if reason:
        say(f"cannot install it; skipping the tests that need it: {reason}", error=True)
        return False
    (folder / "node_modules" / STAMP).write_text(_wanted(folder), encoding="utf-8")
    return True


def _wanted(folder: Path) -> str:
    return hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()


def _install(npm: str, folder: Path) -> str:
    """Run npm without the packages' own scripts; returns its error, "" = success."""
    command = [npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"]
    try:
        ran = subprocess.run(
            command,
            cwd=folder,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
            timeout=PATIENCE_S,
            shell=sys.platform == "win32",  # npm is a script there
        )
    except subprocess.TimeoutExpired:
        return f"npm did not end within {PATIENCE_S:.0f} seconds"
    except OSError as error:
        return f"cannot start npm: {error.strerror}"
    return "" if ran.returncode == 0 else reason_of(ran.stdout) or f"npm ended with status {ran.returncode}"


def reason_of(output: str) -> str:
    """The first meaningful line: npm starts with codes and ends with advice."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("npm error code", "npm error errno", "npm error syscall", "npm warn"))]
    return next(iter(telling), "")
