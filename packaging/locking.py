"""Generates the lock files: all packages for all supported systems, with hashes and without index addresses."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Sequence
from pathlib import Path

from environment import Environment
from report import SetupError, say

LOWEST_PYTHON = "3.11"


def compile_command(uv: Path, output: Path, *, dev: bool) -> list[str]:
    """The command that generates one lock file from pyproject.toml in the current folder."""
    command = [str(uv), "pip", "compile", "pyproject.toml", "--universal", "--python-version", LOWEST_PYTHON, "--generate-hashes"]
    command += ["--only-binary", ":all:"]  # as they are installed: nothing is built
    command += ["--no-emit-index-url", "--no-emit-find-links", "--no-header", "--no-annotate", "--quiet", "--output-file", str(output)]
    return [*command, "--group", "dev"] if dev else command


def lock(root: Path, environment: Environment, options: Sequence[str]) -> None:
    """Write both lock files; `options` go to uv (`--upgrade`). Keeps versions that still fit. Raises SetupError."""
    tools = environment.folder / "tools"
    uv = tools / "bin" / ("uv.exe" if os.name == "nt" else "uv")
    if not uv.exists():
        say("installing uv into .venv/tools")
        environment.install_apart("uv", tools)
    for kind, dev in (("run", False), ("dev", True)):
        output = environment.lock_file(kind)
        say(f"generating {output.name}")
        command = [*compile_command(uv, output, dev=dev), *options]
        ran = subprocess.run(command, cwd=root, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
        if ran.returncode:
            raise SetupError(f"cannot generate {output.name}: {ran.stderr.strip()}")
