"""The project's Python in .venv: created, filled from a lock file with hashes, repaired after an interrupted set-up."""

from __future__ import annotations

import hashlib
import importlib
import importlib.util
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from report import Progress, SetupError, say

STAMP = "tradewind.json"
UNFINISHED = "tradewind.unfinished"
LINK = "tradewind.pth"
NEWEST_TRIED = 15  # of Python 3

# What pip prints → what we print. The first match counts.
_REASONS: tuple[tuple[str, str], ...] = (
    (
        r"Temporary failure in name resolution|Name or service not known|NewConnectionError|Network is unreachable|getaddrinfo|"
        r"Connection refused|ConnectTimeoutError|ProxyError|Max retries exceeded|Failed to establish",
        "cannot reach the package index: check the network (or the proxy) and try again.",
    ),
    (r"CERTIFICATE_VERIFY_FAILED", "this machine does not trust the package index's certificate: check its clock and its certificates."),
    (r"DO NOT MATCH THE HASHES", "a downloaded package differs from the lock file: try again, and do not continue if this persists."),
    (r"No space left on device", "the drive is full."),
    (r"Permission denied", "the folder .venv is not writable."),
    (r"No matching distribution found for ([^\s]+)", "the package index has no {0} for this Python and system."),
    (r"([\w.-]+)==\S+ (?:does not|from .* does not) .*", "{0} does not work with this Python."),
)


def fit_python(minimum: tuple[int, int]) -> str:
    """The path of an installed Python that is new enough; raises SetupError if there is none."""
    for minor in range(NEWEST_TRIED, minimum[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.call([found, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            return found
    running = ".".join(str(part) for part in sys.version_info[:3])
    wanted = ".".join(str(part) for part in minimum)
    raise SetupError(f"Python {wanted} or newer is needed; {sys.executable} is {running}. Install a newer one and run this again with it.")


def reason_of(output: str) -> str:
    """One sentence for pip's error output."""
    for pattern, sentence in _REASONS:
        found = re.search(pattern, output)
        if found:
            return sentence.format(*found.groups())
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith("WARNING")]
    return f"pip failed: {lines[-1] if lines else 'no output'}"


def requirement_count(lock_file: Path) -> int:
    """The number of packages in a lock file."""
    return sum(1 for line in lock_file.read_text(encoding="utf-8").splitlines() if re.match(r"^[A-Za-z0-9]", line))


class Environment:
    """The virtual environment `.venv`."""

    def __init__(self, root: Path, python: str = sys.executable) -> None:
        self._root = root
        self._base = python
        self.folder = root / ".venv"
        self.scripts = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.scripts / ("python.exe" if os.name == "nt" else "python")

    def lock_file(self, kind: str) -> Path:
        """The lock file for "run" or "dev"."""
        return self._root / "packaging" / f"lock-{kind}.txt"

    def ensure(self, kind: str) -> None:
        """Create and fill the environment, unless its stamp matches the lock file; raises SetupError."""
        if not self.is_ready(kind):
            if (self.folder / UNFINISHED).exists():
                say("the last set-up was interrupted: starting over.")
                self._remove()
            elif not self._is_usable():
                self._remove()
            if not self.python.exists():
                self._create()
            self._install(kind)
        self._link()

    def is_ready(self, kind: str) -> bool:
        """Whether nothing needs to be done. Reads two small files and hashes the lock files."""
        stamp = self._stamp()
        if not stamp or (self.folder / UNFINISHED).exists() or not self._is_usable():
            return False
        # the packages for development include those for running
        return any(stamp.get(name) == self._wanted(name) for name in {kind, "dev"})

    def variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """The variables that make a child process find this Python first."""
        return {"VIRTUAL_ENV": str(self.folder), "PATH": f"{self.scripts}{os.pathsep}{environment.get('PATH', os.defpath)}"}

    def call(self, arguments: Sequence[str]) -> int:
        """Run the project's Python in the project's folder; returns its exit status."""
        return subprocess.call([str(self.python), *arguments], cwd=self._root, env={**os.environ, **self.variables(os.environ)})

    def become(self, arguments: Sequence[str]) -> int:
        """Turn this process into the project's Python, in the user's folder; returns only where exec is not possible."""
        command = [str(self.python), *arguments]
        if os.name == "nt":  # exec returns to the prompt at once there
            return subprocess.call(command)
        sys.stdout.flush()
        os.execv(command[0], command)

    def _wanted(self, kind: str) -> str:
        return hashlib.sha256(self.lock_file(kind).read_bytes()).hexdigest()

    def _stamp(self) -> dict[str, str]:
        try:
            stamp = json.loads((self.folder / STAMP).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return stamp if isinstance(stamp, dict) else {}

    def _is_usable(self) -> bool:
        """Whether the Python that .venv was made from still exists and has the same minor version."""
        version = self._configured_version()
        if not version or not self.python.exists():  # False for a broken link too
            return False
        library = self.folder / ("Lib" if os.name == "nt" else f"lib/python{version}") / "site-packages"
        real = re.search(r"python3\.(\d+)$", os.path.realpath(self.python))
        return library.is_dir() and (real is None or f"3.{real.group(1)}" == version)

    def _configured_version(self) -> str:
        try:
            text = (self.folder / "pyvenv.cfg").read_text(encoding="utf-8")
        except OSError:
            return ""
        found = re.search(r"^version(?:_info)?\s*=\s*(\d+\.\d+)", text, re.MULTILINE)
        return found.group(1) if found else ""

    def _remove(self) -> None:
        try:
            if self.folder.exists():
                shutil.rmtree(self.folder)
        except OSError as error:
            raise SetupError(f"{self.folder} is damaged and cannot be removed ({error.strerror}): delete it yourself.") from error

    def _create(self) -> None:
        importlib.invalidate_caches()  # the venv module may just have been installed
        if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
            raise SetupError(f"{self._base} has no venv module: install it (on Debian: apt-get install python3-venv) and try again.")
        say(f"creating .venv with Python {'.'.join(str(part) for part in sys.version_info[:3])}")
        try:
            self.folder.mkdir(exist_ok=True)
            (self.folder / UNFINISHED).touch()
        except OSError as error:
            raise SetupError(f"cannot create {self.folder}: {error.strerror}.") from error
        made = subprocess.run(
            [self._base, "-m", "venv", str(self.folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if made.returncode:
            lines = made.stdout.strip().splitlines()
            raise SetupError(f"cannot create the Python environment: {lines[-1] if lines else 'no output'}")

    def _install(self, kind: str) -> None:
        lock_file = self.lock_file(kind)
        wanted = self._wanted(kind)
        (self.folder / UNFINISHED).touch()
        (self.folder / STAMP).unlink(missing_ok=True)
        say("installing packages; the first time takes a minute or two")
        command = ["install", "--require-hashes", "--only-binary", ":all:", "--no-deps", "--requirement", str(lock_file)]
        try:
            output = self._pip(command, Progress("package", requirement_count(lock_file)))
        except SetupError:  # an orderly failure: the next start continues from here
            (self.folder / UNFINISHED).unlink()
            raise
        (self.folder / "install.log").write_text(output, encoding="utf-8")
        (self.folder / STAMP).write_text(json.dumps({kind: wanted}) + "\n", encoding="utf-8")
        (self.folder / UNFINISHED).unlink()

    def _pip(self, arguments: list[str], progress: Progress) -> str:
        """Run pip and show its progress; returns its output. Raises SetupError with one sentence."""
        command = [str(self.python), "-m", "pip", "--no-input", "--disable-pip-version-check", *arguments, "--progress-bar", "off"]
        environment = {key: value for key, value in os.environ.items() if key not in ("PIP_REQUIRE_VIRTUALENV", "PIP_USER", "PIP_TARGET")}
        kept: list[str] = []
        with subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env=environment, encoding="utf-8", errors="replace"
        ) as pip:
            assert pip.stdout is not None
            for line in pip.stdout:
                kept.append(line)
                found = re.match(r"(?:Collecting|Requirement already satisfied:) ([\w.-]+)", line)
                if found:
                    progress.step(found.group(1))
        progress.end()
        output = "".join(kept)
        if pip.returncode:
            raise SetupError(reason_of(output))
        return output

    def install_apart(self, package: str, folder: Path) -> None:
        """Install a set-up tool into its own folder; raises SetupError."""
        self._pip(["install", "--upgrade", "--target", str(folder), package], Progress("tool", 1))

    def _link(self) -> None:
        """Let this Python find the app from any folder, even after the project was moved."""
        version = self._configured_version()
        library = self.folder / ("Lib" if os.name == "nt" else f"lib/python{version}") / "site-packages"
        wanted = f"{self._root}\n"
        link = library / LINK
        if not link.exists() or link.read_text(encoding="utf-8") != wanted:
            link.write_text(wanted, encoding="utf-8")
