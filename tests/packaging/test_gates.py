"""Runs the real checks on a small project: the exit status is right, and pytest's summary is shown."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_trees import ROOT

RUN = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from environment import Environment
from gates import run_gates
root = Path.cwd()
sys.exit(run_gates(root, Environment(root), sys.argv[2:]))
"""
CLEAN = '"""A module."""\n\n\ndef twice(number: int) -> int:\n    return number * 2\n'
TEST = "from app.sums import twice\n\n\ndef test_twice() -> None:\n    assert twice(2) == {result}\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A project that passes all gates; it uses this environment."""
    if not (Path(sys.prefix) / "pyvenv.cfg").exists():
        pytest.skip("this Python is in no environment that could be lent")
    (tmp_path / ".venv").symlink_to(sys.prefix)
    for folder in ("app", "tests/sums", "packaging"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "pyproject.toml").write_text(
        '[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "-p no:cacheprovider -p no:asyncio"\n'
    )
    for file, content in {
        "app/__init__.py": "",
        "app/sums.py": CLEAN,
        "packaging/tool.py": '"""A tool."""\n',
        "tests/__init__.py": "",
        "tests/sums/__init__.py": "",
        "tests/sums/test_sums.py": TEST.format(result=4),
    }.items():
        (tmp_path / file).write_text(content)
    return tmp_path


def run_gates(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, str(ROOT / "packaging"), *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def test_passing_gates_end_with_pytests_summary(project: Path) -> None:
    completed = run_gates(project)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    headings = [line for line in completed.stdout.splitlines() if line.startswith("===") and line.count("=") == 6]
    assert headings == ["=== style ===", "=== layout ===", "=== types ===", "=== tests ==="]
    assert any("1 passed" in line for line in completed.stdout.splitlines()[-7:])


@pytest.mark.parametrize(
    ("file", "content", "gate"),
    [
        ("app/sums.py", CLEAN.replace('"""A module."""', "import os"), "style"),
        ("app/sums.py", CLEAN.replace("number * 2", "number*2"), "layout"),
        ("app/sums.py", CLEAN.replace("-> int", "-> str"), "types"),
        ("tests/sums/test_sums.py", TEST.format(result=5), "tests"),
    ],
)
def test_one_failed_gate_fails_the_run(project: Path, file: str, content: str, gate: str) -> None:
    (project / file).write_text(content)
    completed = run_gates(project)
    assert completed.returncode == 1
    verdicts = {line.split()[1]: line.split()[2] for line in completed.stdout.splitlines() if line.startswith("tradewind:")}
    assert [title for title, verdict in verdicts.items() if verdict == "FAILED"] == [gate]


def test_with_arguments_only_pytest_runs(project: Path) -> None:
    completed = run_gates(project, "tests/sums", "-k", "nothing")
    assert completed.returncode == 5
    assert "1 deselected" in completed.stdout
    assert "style" not in completed.stdout


FLAKY = """from pathlib import Path


def test_shaky() -> None:
    mark = Path(__file__).with_suffix(".seen")
    seen = mark.exists()
    mark.touch()
    assert seen
"""


def test_a_flaky_test_is_named(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "-p no:asyncio"\n')
    (project / "tests/sums/test_shaky.py").write_text(FLAKY)
    completed = run_gates(project)
    assert completed.returncode == 0, completed.stdout + completed.stderr
    assert "passed only at the second attempt: tests/sums/test_shaky.py::test_shaky" in completed.stdout + completed.stderr


def test_a_test_that_fails_twice_fails_the_run(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "-p no:asyncio"\n')
    (project / "tests/sums/test_sums.py").write_text(TEST.format(result=5))
    completed = run_gates(project)
    assert completed.returncode == 1
    assert "second run" in completed.stdout and "second attempt" not in completed.stdout + completed.stderr
