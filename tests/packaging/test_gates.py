"""The checks run for real on a small project: their exit status is right, and pytest's last line is shown."""

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
    """A project that passes; its environment is this one."""
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


def gates(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", RUN, str(ROOT / "packaging"), *arguments],
        cwd=project,
        capture_output=True,
        text=True,
        check=False,
        timeout=110,
    )


def test_what_passes_passes_and_closes_with_pytests_line(project: Path) -> None:
    ended = gates(project)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    headings = [line for line in ended.stdout.splitlines() if line.startswith("===") and line.count("=") == 6]
    assert headings == ["=== style ===", "=== layout ===", "=== types ===", "=== tests ==="]
    assert any("1 passed" in line for line in ended.stdout.splitlines()[-7:])


@pytest.mark.parametrize(
    ("file", "content", "gate"),
    [
        ("app/sums.py", CLEAN.replace('"""A module."""', "import os"), "style"),
        ("app/sums.py", CLEAN.replace("number * 2", "number*2"), "layout"),
        ("app/sums.py", CLEAN.replace("-> int", "-> str"), "types"),
        ("tests/sums/test_sums.py", TEST.format(result=5), "tests"),
    ],
)
def test_one_failed_gate_fails_the_whole(project: Path, file: str, content: str, gate: str) -> None:
    (project / file).write_text(content)
    ended = gates(project)
    assert ended.returncode == 1
    verdicts = {line.split()[1]: line.split()[2] for line in ended.stdout.splitlines() if line.startswith("tradewind:")}
    assert [title for title, verdict in verdicts.items() if verdict == "FAILED"] == [gate]


def test_arguments_go_to_pytest_alone(project: Path) -> None:
    ended = gates(project, "tests/sums", "-k", "nothing")
    assert ended.returncode == 5
    assert "1 deselected" in ended.stdout
    assert "style" not in ended.stdout


SHAKY = """from pathlib import Path


def test_shaky() -> None:
    mark = Path(__file__).with_suffix(".seen")
    seen = mark.exists()
    mark.touch()
    assert seen
"""


def test_a_test_that_passes_the_second_time_is_named(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "-p no:asyncio"\n')
    (project / "tests/sums/test_shaky.py").write_text(SHAKY)
    ended = gates(project)
    assert ended.returncode == 0, ended.stdout + ended.stderr
    assert "passed only at the second attempt: tests/sums/test_shaky.py::test_shaky" in ended.stdout + ended.stderr


def test_what_fails_twice_has_failed(project: Path) -> None:
    (project / "pyproject.toml").write_text('[tool.pytest.ini_options]\npythonpath = ["."]\naddopts = "-p no:asyncio"\n')
    (project / "tests/sums/test_sums.py").write_text(TEST.format(result=5))
    ended = gates(project)
    assert ended.returncode == 1
    assert "second run" in ended.stdout and "second attempt" not in ended.stdout + ended.stderr
