#!/usr/bin/env python3
"""Sets this project up and runs it; needs nothing but Python.

python3 packaging/dev.py run [ARGUMENTS]    install what is missing and open the window (without a display: broadcast the test card)
python3 packaging/dev.py test [ARGUMENTS]   install what is missing and run all checks and tests (with arguments: only pytest)
python3 packaging/dev.py lock               regenerate the lock files from pyproject.toml
python3 packaging/dev.py shell              open a shell with the project's Python

The files in this folder only use syntax of Python 3.8, so that an older Python can report that it is too old.
"""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import foreign_relay
from environment import Environment, fit_python
from gates import run_gates
from locking import lock
from report import SetupError, say
from system_packages import RUN_PACKAGES, TEST_PACKAGES, Package, SystemPackages

ROOT = Path(__file__).resolve().parent.parent
MINIMUM = (3, 11)


def has_display(environment: Mapping[str, str], platform: str) -> bool:
    """Whether a window could open: only Linux needs an X or Wayland server for it."""
    return not platform.startswith("linux") or bool(environment.get("DISPLAY") or environment.get("WAYLAND_DISPLAY"))


def application_arguments(arguments: Sequence[str], display: bool) -> list[str]:
    """The arguments for the app: as given, or headless if none were given and no window could open."""
    if arguments or display:
        return list(arguments)
    return ["broadcast", "--embedded"]


def python_packages() -> tuple[Package, ...]:
    """Parts of Python that Debian packages separately and set-up needs."""
    lacks_venv = importlib.util.find_spec("ensurepip") is None
    return (Package("python3-venv", "environment for the project's packages", required=True),) if lacks_venv else ()


def run(arguments: Sequence[str]) -> int:
    """Install the packages for running, then become the app."""
    SystemPackages(ROOT).ensure((*python_packages(), *RUN_PACKAGES))
    environment = Environment(ROOT)
    environment.ensure("run")
    chosen = application_arguments(arguments, has_display(os.environ, sys.platform))
    if chosen and not arguments:
        say("no display found: going on air with the test card and a tone. Press Ctrl+C to stop.")
    # -P: a folder named app in the user's current folder must not be imported
    return environment.become(["-P", "-m", "app", *chosen])


def test(arguments: Sequence[str]) -> int:
    """Install the packages for testing, then run all checks; returns their exit status."""
    SystemPackages(ROOT).ensure((*python_packages(), *RUN_PACKAGES, *TEST_PACKAGES))
    environment = Environment(ROOT)
    environment.ensure("dev")
    foreign_relay.ensure(ROOT)
    return run_gates(ROOT, environment, arguments)


def shell(arguments: Sequence[str]) -> int:
    """A shell, or with arguments one command, in which `python` is the project's."""
    environment = Environment(ROOT)
    environment.ensure("dev")
    variables = {**os.environ, **environment.variables(os.environ)}
    wanted = list(arguments) or [os.environ.get("COMSPEC", "cmd.exe") if os.name == "nt" else os.environ.get("SHELL", "/bin/sh")]
    return subprocess.call(wanted, env=variables)


def relock(arguments: Sequence[str]) -> int:
    """Regenerate the lock files."""
    environment = Environment(ROOT)
    environment.ensure("run")
    lock(ROOT, environment, list(arguments))
    return 0


COMMANDS: dict[str, Callable[[Sequence[str]], int]] = {"run": run, "test": test, "lock": relock, "shell": shell}


def main(arguments: Sequence[str]) -> int:
    """Run one command. A failure prints one sentence and returns 1; an invalid command line returns 2."""
    if not arguments or arguments[0] in ("-h", "--help"):
        print(__doc__)
        return 0 if arguments else 2
    if arguments[0] not in COMMANDS:
        say(f"unknown command {arguments[0]!r}: use {', '.join(COMMANDS)}", error=True)
        return 2
    try:
        if sys.version_info < MINIMUM:
            return subprocess.call([fit_python(MINIMUM), str(Path(__file__).resolve()), *arguments])
        return COMMANDS[arguments[0]](arguments[1:])
    except SetupError as error:
        say(str(error), error=True)
        return 1
    except KeyboardInterrupt:
        say("stopped.", error=True)
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
