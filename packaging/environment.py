"""The project's own Python in .venv: made, filled from a lock file with hashes, mended when a set-up was cut short."""

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

# What pip says → what we say. The first that fits counts.
_REASONS: tuple[tuple[str, str], ...] = (
    (
        r"Temporary failure in name resolution|Name or service not known|NewConnectionError|Network is unreachable|getaddrinfo|"
        r"Connection refused|ConnectTimeoutError|ProxyError|Max retries exceeded|Failed to establish",
        "the package index cannot be reached: check the network (or the proxy) and start again.",
    ),
    (r"CERTIFICATE_VERIFY_FAILED", "the package index has a certificate this machine does not trust: check its date and its certificates."),
    (r"DO NOT MATCH THE HASHES", "a downloaded package is not the one in the lock file: try again, and do not go on if it stays so."),
    (r"No space left on device", "there is no room left on this drive."),
    (r"Permission denied", "the folder .venv cannot be written."),
    (r"No matching distribution found for ([^\s]+)", "the package index has no {0} for this Python and system."),
    (r"([\w.-]+)==\S+ (?:does not|from .* does not) .*", "{0} does not fit this Python."),
)


def fit_python(minimum: tuple[int, int]) -> str:
    """The path of an installed Python that is new enough; raises SetupError naming the one that runs now."""
    for minor in range(NEWEST_TRIED, minimum[1] - 1, -1):
        found = shutil.which(f"python3.{minor}")
        if found and subprocess.call([found, "-c", ""], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) == 0:
            return found
    running = ".".join(str(part) for part in sys.version_info[:3])
    wanted = ".".join(str(part) for part in minimum)
    raise SetupError(f"Python {wanted} or newer is needed; {sys.executable} is {running}. Install a newer one and start again with it.")


def reason_of(output: str) -> str:
    """One sentence for what pip said."""
    for pattern, sentence in _REASONS:
        found = re.search(pattern, output)
        if found:
            return sentence.format(*found.groups())
    lines = [line.strip() for line in output.splitlines() if line.strip() and not line.startswith("WARNING")]
    return f"pip failed: {lines[-1] if lines else 'it said nothing'}"


def requirement_count(lock_file: Path) -> int:
    """How many packages a lock file names."""
    return sum(1 for line in lock_file.read_text(encoding="utf-8").splitlines() if re.match(r"^[A-Za-z0-9]", line))


class Environment:
    """`.venv` beside the project. `python` and `ensure` are what the rest needs."""

    def __init__(self, root: Path, python: str = sys.executable) -> None:
        self._root = root
        self._base = python
        self.folder = root / ".venv"
        self.scripts = self.folder / ("Scripts" if os.name == "nt" else "bin")
        self.python = self.scripts / ("python.exe" if os.name == "nt" else "python")

    def lock_file(self, kind: str) -> Path:
        """The lock file of "run" or "dev"."""
        return self._root / "packaging" / f"lock-{kind}.txt"

    def ensure(self, kind: str) -> None:
        """Make and fill the environment unless its stamp says that it is as the lock file wants it; raises SetupError."""
        if not self.is_ready(kind):
            if (self.folder / UNFINISHED).exists():
                say("the last set-up was cut short: starting it again.")
                self._remove()
            elif not self._is_usable():
                self._remove()
            if not self.python.exists():
                self._create()
            self._install(kind)
        self._link()

    def is_ready(self, kind: str) -> bool:
        """Whether nothing needs to be done; reads two small files and hashes the lock files."""
        stamp = self._stamp()
        if not stamp or (self.folder / UNFINISHED).exists() or not self._is_usable():
            return False
        # the packages for developing hold those for running
        return any(stamp.get(name) == self._wanted(name) for name in {kind, "dev"})

    def variables(self, environment: Mapping[str, str]) -> dict[str, str]:
        """What a child process needs to find this Python first."""
        return {"VIRTUAL_ENV": str(self.folder), "PATH": f"{self.scripts}{os.pathsep}{environment.get('PATH', os.defpath)}"}

    def call(self, arguments: Sequence[str]) -> int:
        """Run the project's Python in the project's folder; its exit status."""
        return subprocess.call([str(self.python), *arguments], cwd=self._root, env={**os.environ, **self.variables(os.environ)})

    def become(self, arguments: Sequence[str]) -> int:
        """Turn this process into the project's Python, in the user's folder; returns only where that is not possible."""
        command = [str(self.python), *arguments]
        if os.name == "nt":  # exec there returns to the prompt at once
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
        """Whether the Python that .venv was made from is still there and still the same minor version."""
        version = self._configured_version()
        if not version or not self.python.exists():  # a broken link does not exist either
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
            raise SetupError(f"{self.folder} is damaged and cannot be removed ({error.strerror}): remove it by hand.") from error

    def _create(self) -> None:
        importlib.invalidate_caches()  # the venv module may have been installed a moment ago
        if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
            raise SetupError(
                f"{self._base} comes without its venv module: install it (on Debian: apt-get install python3-venv) and start again."
            )
        say(f"making .venv with Python {'.'.join(str(part) for part in sys.version_info[:3])}")
        try:
            self.folder.mkdir(exist_ok=True)
            (self.folder / UNFINISHED).touch()
        except OSError as error:
            raise SetupError(f"{self.folder} cannot be made: {error.strerror}.") from error
        made = subprocess.run(
            [self._base, "-m", "venv", str(self.folder)], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        if made.returncode:
            lines = made.stdout.strip().splitlines()
            raise SetupError(f"the Python environment could not be made: {lines[-1] if lines else 'no reason was given'}")

    def _install(self, kind: str) -> None:
        lock_file = self.lock_file(kind)
        wanted = self._wanted(kind)
        (self.folder / UNFINISHED).touch()
        (self.folder / STAMP).unlink(missing_ok=True)
        say("installing the packages of the lock file; the first time takes a minute or two")
        command = ["install", "--require-hashes", "--only-binary", ":all:", "--no-deps", "--requirement", str(lock_file)]
        try:
            output = self._pip(command, Progress("package", requirement_count(lock_file)))
        except SetupError:  # pip gave up in order: the next start goes on from here
            (self.folder / UNFINISHED).unlink()
            raise
        (self.folder / "install.log").write_text(output, encoding="utf-8")
        (self.folder / STAMP).write_text(json.dumps({kind: wanted}) + "\n", encoding="utf-8")
        (self.folder / UNFINISHED).unlink()

    def _pip(self, arguments: list[str], progress: Progress) -> str:
        """Run pip and show its progress; its output. Raises SetupError with one sentence."""
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
        """Install a tool of set-up itself into a folder of its own; raises SetupError."""
        self._pip(["install", "--upgrade", "--target", str(folder), package], Progress("tool", 1))

    def _link(self) -> None:
        """Let this Python find the application from any folder, also after the project was moved."""
        version = self._configured_version()
        library = self.folder / ("Lib" if os.name == "nt" else f"lib/python{version}") / "site-packages"
        wanted = f"{self._root}\n"
        link = library / LINK
        if not link.exists() or link.read_text(encoding="utf-8") != wanted:
            link.write_text(wanted, encoding="utf-8")
