"""All checks that a change must pass, fastest first."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from environment import Environment
from report import say

SOME_FAILED = 1  # pytest's exit status if tests failed
SECOND_LOOKS = 4  # if more tests fail, it is not just a busy machine
CHECKED = ("app", "tests", "packaging")
# quick and general ones first: their failures explain later ones
TEST_FOLDERS = (
    "architecture",
    "packaging",
    "domain",
    "storage",
    "link",
    "overlay",
    "media",
    "transport",
    "relay",
    "session",
    "ui",
    "fuzz",
    "end_to_end",
    "benchmark",
)


class Gate(NamedTuple):
    """One check: its heading, and the arguments for the project's Python."""

    title: str
    arguments: tuple[str, ...]


def test_targets(root: Path) -> list[str]:
    """The test folders in this order, then any others."""
    present = sorted(folder.name for folder in (root / "tests").iterdir() if any(folder.glob("**/test_*.py")))
    ordered = [name for name in TEST_FOLDERS if name in present]
    return [f"tests/{name}" for name in (*ordered, *[name for name in present if name not in ordered])]


def all_gates(root: Path) -> list[Gate]:
    """Style, types, then all tests in one run of pytest."""
    return [
        Gate("style", ("-m", "ruff", "check", *CHECKED)),
        Gate("layout", ("-m", "ruff", "format", "--check", *CHECKED)),
        Gate("types", ("-m", "mypy", "--strict", *CHECKED)),
        Gate("tests", ("-m", "pytest", *test_targets(root))),
    ]


def failed_tests(root: Path) -> list[str]:
    """The tests that failed in the last run, from pytest's cache; empty if there is none."""
    try:
        known = json.loads((root / ".pytest_cache" / "v" / "cache" / "lastfailed").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return []
    return sorted(known)


def looked_at_again(root: Path, environment: Environment, status: int) -> int:
    """The status of the tests after a second run of the few that failed: shared machines stall for seconds at times, and sound and video do
    not wait. A test that fails twice has failed; one that passes the second time is named."""
    failed = failed_tests(root) if status == SOME_FAILED else []
    if not 0 < len(failed) <= SECOND_LOOKS:
        return status
    print("\n=== second run of the failed tests ===", flush=True)
    again = environment.call(("-m", "pytest", "--last-failed"))
    for name in failed if again == 0 else ():
        say(f"passed only at the second attempt: {name}")
    return again


def run_gates(root: Path, environment: Environment, arguments: Sequence[str]) -> int:
    """Run all checks, or only pytest with `arguments`; 0 = all passed."""
    if arguments:
        return environment.call(["-m", "pytest", *arguments])
    outcomes: list[tuple[Gate, int, float]] = []
    for gate in all_gates(root):
        print(f"\n=== {gate.title} ===", flush=True)
        started = time.monotonic()
        status = environment.call(gate.arguments)
        if gate.title == "tests":
            status = looked_at_again(root, environment, status)
        outcomes.append((gate, status, time.monotonic() - started))
    print(flush=True)
    for gate, status, seconds in outcomes:
        say(f"{gate.title:<8} {'passed' if status == 0 else f'FAILED (exit status {status})'} in {seconds:.0f} s")
    return 0 if all(status == 0 for _, status, _ in outcomes) else 1
