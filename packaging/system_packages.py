"""The system libraries that Python packages do not include, on Debian and its derivatives."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from report import SetupError, say

DPKG_STATUS = Path("/var/lib/dpkg/status")
APT_LISTS = Path("/var/lib/apt/lists")
LISTS_OLD_AFTER_S = 24 * 3600.0


class Package(NamedTuple):
    """One Debian package. `why` is what is missing without it; without a `required` one nothing starts. It is not needed if `command` is on
    the PATH."""

    name: str
    why: str
    required: bool = False
    command: str = ""


_WINDOW = "the window"
_TEXT = "text in the video"
RUN_PACKAGES = (
    Package("libportaudio2", "sound", required=True),
    Package("libegl1", _TEXT, required=True),
    Package("libgl1", _TEXT, required=True),
    Package("libfontconfig1", _TEXT, required=True),
    Package("libdbus-1-3", _TEXT, required=True),
    Package("libxkbcommon0", _TEXT, required=True),
    Package("libglib2.0-0", _TEXT, required=True),
    Package("libxkbcommon-x11-0", _WINDOW, required=True),
    Package("libxcb-cursor0", _WINDOW, required=True),
    Package("libxcb-icccm4", _WINDOW, required=True),
    Package("libxcb-image0", _WINDOW, required=True),
    Package("libxcb-keysyms1", _WINDOW, required=True),
    Package("libxcb-randr0", _WINDOW, required=True),
    Package("libxcb-render-util0", _WINDOW, required=True),
    Package("libxcb-shape0", _WINDOW, required=True),
    Package("libxcb-xinerama0", _WINDOW, required=True),
    Package("libxcb-xkb1", _WINDOW, required=True),
    Package("libwayland-client0", "the window under Wayland"),
    Package("libwayland-cursor0", "the window under Wayland"),
    Package("libasound2-plugins", "sound through PulseAudio and PipeWire"),
    Package("fonts-noto-core", "letters of many scripts"),
    Package("fonts-noto-cjk", "Chinese, Japanese and Korean letters"),
    Package("fonts-wqy-microhei", "Chinese letters in the window"),
    Package("fonts-noto-color-emoji", "emoji"),
)
TEST_PACKAGES = (
    Package("xvfb", "tests of the window", command="Xvfb"),
    Package("openbox", "tests of the window", command="openbox"),
    Package("xdotool", "tests of the window", command="xdotool"),
    Package("imagemagick", "tests of the window", command="import"),
    Package("chromium", "tests in a browser", command="chromium"),
    Package("pulseaudio", "tests of the microphone", command="pulseaudio"),
    Package("pulseaudio-utils", "tests of the microphone", command="pactl"),
    Package("ffmpeg", "the benchmark", command="ffmpeg"),
    Package("espeak-ng", "tests of speech", command="espeak-ng"),
    Package("janus", "tests with a third-party relay", command="janus"),
    Package("coturn", "tests of relayed paths", command="turnserver"),
    Package("ngircd", "tests with an IRC server", command="ngircd"),
    Package("iproute2", "tests of a cut network", command="ip"),
    Package("nodejs", "tests of the viewer page and with a third-party relay", command="node"),
    Package("npm", "tests with a third-party relay", command="npm"),
)


def missing(packages: Sequence[Package], installed: set[str], has_command: Callable[[str], bool]) -> list[Package]:
    """The packages that are not installed (also under their name from Debian's 64-bit time transition) and not found as a command."""
    return [
        package
        for package in packages
        if not ({package.name, f"{package.name}t64"} & installed or (package.command and has_command(package.command)))
    ]


def apt_command(packages: Sequence[Package]) -> list[str]:
    """The command that installs them all."""
    return ["apt-get", "install", "--yes", "--no-install-recommends", *[package.name for package in packages]]


class SystemPackages:
    """Checks and installs packages; asks dpkg only if its database has changed."""

    def __init__(self, root: Path, status: Path = DPKG_STATUS) -> None:
        self._status = status
        self._answer = root / ".venv" / "tradewind.system"

    def ensure(self, packages: Sequence[Package]) -> None:
        """Install missing packages as root, or print how to. Raises SetupError if a required one is still missing."""
        if not sys.platform.startswith("linux") or not self._status.exists():
            return  # other systems include these libraries or use other names
        if self._is_known(packages):
            return
        absent = missing(packages, installed_packages(), lambda command: shutil.which(command) is not None)
        if absent and can_install():
            self._install(absent)
            absent = missing(packages, installed_packages(), lambda command: shutil.which(command) is not None)
        if absent:
            _complain(absent)
        self._remember(packages)

    def _install(self, absent: list[Package]) -> None:
        say(f"installing {len(absent)} system packages: {' '.join(package.name for package in absent)}")
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        if _lists_are_old(APT_LISTS, time.time()):
            _quietly(["apt-get", "update"], environment)
        if _quietly(apt_command(absent), environment):
            return
        _quietly(["apt-get", "update"], environment)
        if _quietly(apt_command(absent), environment):
            return
        for package in absent:  # one name unknown to this release must not block the others
            _quietly(apt_command([package]), environment)

    def _fingerprint(self, packages: Sequence[Package]) -> str:
        status = self._status.stat()
        return f"{status.st_mtime_ns} {status.st_size} {','.join(package.name for package in packages)}"

    def _is_known(self, packages: Sequence[Package]) -> bool:
        try:
            return self._fingerprint(packages) in self._answer.read_text(encoding="utf-8").splitlines()
        except OSError:
            return False

    def _remember(self, packages: Sequence[Package]) -> None:
        """Only if the environment exists: set-up checks for its folder to decide whether to create it."""
        if not self._answer.parent.is_dir():
            return
        current = f"{self._status.stat().st_mtime_ns} {self._status.stat().st_size} "
        known = self._answer.read_text(encoding="utf-8").splitlines() if self._answer.exists() else []
        kept = {line for line in known if line.startswith(current)}
        self._answer.write_text("\n".join(sorted(kept | {self._fingerprint(packages)})) + "\n", encoding="utf-8")


def installed_packages() -> set[str]:
    """The names of all installed packages, without architecture."""
    try:
        listed = subprocess.run(
            ["dpkg-query", "--show", "--showformat", "${Package} ${db:Status-Status}\n"], stdout=subprocess.PIPE, text=True, check=True
        ).stdout
    except (OSError, subprocess.CalledProcessError) as error:
        raise SetupError(f"cannot list the installed system packages: {error}") from error
    return {name for name, _, status in (line.partition(" ") for line in listed.splitlines()) if status == "installed"}


def can_install() -> bool:
    """Whether we can use apt."""
    return hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get") is not None


def _lists_are_old(lists: Path, now_s: float) -> bool:
    try:
        newest = max((entry.stat().st_mtime for entry in lists.iterdir() if entry.is_file() and entry.name != "lock"), default=0.0)
    except OSError:
        newest = 0.0
    return now_s - newest > LISTS_OLD_AFTER_S


def _quietly(command: Sequence[str], environment: Mapping[str, str]) -> bool:
    """Run a command; on failure print the end of its output."""
    say(" ".join(command[:2]) + " …")
    ran = subprocess.run(command, env=dict(environment), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
    if ran.returncode:
        say(f"{' '.join(command[:2])} failed: {' / '.join(ran.stdout.strip().splitlines()[-2:])}", error=True)
    return ran.returncode == 0


def _complain(absent: Sequence[Package]) -> None:
    command = " ".join(apt_command(absent))
    if not (hasattr(os, "geteuid") and os.geteuid() == 0):
        command = f"sudo {command}"
    required = [package.name for package in absent if package.required]
    if required:
        raise SetupError(f"system libraries are missing ({', '.join(required)}). Install them with:\n    {command}")
    for package in absent:
        say(f"{package.name} is not installed; it is needed for {package.why}.")
    say(f"to install what is missing: {command}")
