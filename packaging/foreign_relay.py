"""A relay that is not ours, for the tests: the npm package of tests/support/foreign, as its lock file wants it."""

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
    """Whether what the lock file wants is installed."""
    try:
        return (folder / "node_modules" / STAMP).read_text(encoding="utf-8") == _wanted(folder)
    except OSError:
        return False


def ensure(root: Path) -> bool:
    """Install it unless it is there. What hinders is said and False returned: the tests that need it are then skipped."""
    folder = root / FOLDER
    if not (folder / "package-lock.json").exists():
        return False
    if is_ready(folder):
        return True
    npm = shutil.which("npm")
    if npm is None or shutil.which("node") is None:
        say("Node.js or npm is not installed; the tests with a relay that is not ours are skipped.")
        return False
    say("installing the relay that is not ours, for the tests")
    reason = _install(npm, folder)
    if reason:
        say(f"it could not be installed, the tests with it are skipped: {reason}", error=True)
        return False
    (folder / "node_modules" / STAMP).write_text(_wanted(folder), encoding="utf-8")
    return True


def _wanted(folder: Path) -> str:
    return hashlib.sha256((folder / "package-lock.json").read_bytes()).hexdigest()


def _install(npm: str, folder: Path) -> str:
    """Run npm; what it complained about last, "" = done. Packages' own scripts are not run."""
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
        return f"npm cannot be started: {error.strerror}"
    return "" if ran.returncode == 0 else reason_of(ran.stdout) or f"npm ended with status {ran.returncode}"


def reason_of(output: str) -> str:
    """The first line that says something: npm begins with codes and ends with advice."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    telling = [line for line in lines if not line.startswith(("npm error code", "npm error errno", "npm error syscall", "npm warn"))]
    return next(iter(telling), "")
