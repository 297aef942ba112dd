"""ARCHITECTURE.md speaks only of files that exist, and shows the tables that the tests check."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.test_imports import TABLE
from tests.architecture.test_subjects import JOINING, SUBJECTS
from tests.support.source_trees import ROOT

PATH = re.compile(r"`([a-z_]+(?:/[\w.-]+)+)`")
QUESTIONS = 10


def missing_paths(text: str, root: Path) -> list[str]:
    """Paths in backticks that are neither below the root nor below app/."""
    return [path for path in PATH.findall(text) if not (root / path).exists() and not (root / "app" / path).exists()]


def rows(text: str, heading: str) -> Iterator[list[str]]:
    """The cells of each row of the first table below a heading."""
    below = text.split(f"\n## {heading}\n", 1)[1]
    lines = below[below.index("\n| ") :].strip().split("\n")
    for line in lines[2:]:
        if not line.startswith("|"):
            return
        yield [cell.strip() for cell in line.strip("|").split("|")]


def page() -> str:
    return (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8")


def test_every_path_exists() -> None:
    assert missing_paths(page(), ROOT) == []


def test_ten_questions_have_one_file_each() -> None:
    answers = [answer.strip("`") for _, answer in rows(page(), "Where is…?")]
    assert len(answers) == QUESTIONS
    assert [answer for answer in answers if not (ROOT / answer).is_file()] == []


def test_the_page_lists_every_package_and_subject() -> None:
    packages = {name.strip() for cells in rows(page(), "Folders") for name in cells[0].split(",")}
    assert set(TABLE) - {"version", "atomic_file"} <= packages
    assert [cells[0] for cells in rows(page(), "Subjects")][-1:] == list(JOINING)
    assert {cells[0] for cells in rows(page(), "Subjects")} == {*SUBJECTS, *JOINING}


def test_a_missing_path_is_found(tmp_path: Path) -> None:
    (tmp_path / "app" / "ui").mkdir(parents=True)
    (tmp_path / "app" / "ui" / "a.py").touch()
    assert missing_paths("see `ui/a.py`, `app/ui/a.py`, `ui/b.py` and `python -m x`", tmp_path) == ["ui/b.py"]
    assert list(rows("# x\n\n## T\ntext\n\n| a | b |\n| - | - |\n| 1 | 2 |\n\n| 3 | 4 |\n", "T")) == [["1", "2"]]
