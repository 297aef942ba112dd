"""The project contains nothing from the developers' machines."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.source_trees import ROOT

# Put together here, so that this file itself is clean.
_HOSTS = ("pypi" + ".org", "files.python" + "hosted.org", "registry.npm" + "js.org", "deb.debian" + ".org", "index" + "-url =")
_PLACES = ("/ho" + "me/", "/ro" + "ot/", "/wo" + "rk/", "/tmp/" + "tw", ".py" + "env", "/opt/" + "wheels", "C:" + "\\Users\\")
FOREIGN = re.compile("|".join(re.escape(text) for text in (*_HOSTS, *_PLACES)))
# The licence and its neighbours are other people's words.
QUOTED = ("LICENSE",)


def tracked(root: Path) -> list[Path]:
    """The files of the project: what git knows, or in a plain copy everything outside folders that set-up makes."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=root, capture_output=True, text=True, check=False)
    if listed.returncode == 0:
        return [path for name in listed.stdout.split("\0") if name and (path := root / name).is_file()]
    made = {".venv", "__pycache__", ".git", "node_modules"}
    return [path for path in root.rglob("*") if path.is_file() and not made & set(path.relative_to(root).parts)]


def foreign_places(root: Path) -> Iterator[str]:
    """ "file:line text" of each path of a machine and each host of a package index."""
    for path in tracked(root):
        if path.name in QUOTED:
            continue
        content = path.read_bytes()
        if b"\0" in content[:4096]:
            continue
        for number, line in enumerate(content.decode("utf-8", errors="replace").splitlines(), 1):
            if found := FOREIGN.search(line):
                yield f"{path.relative_to(root)}:{number} {found.group()}"


def test_no_path_of_a_machine_and_no_host_of_an_index_is_left() -> None:
    assert list(foreign_places(ROOT)) == []


def test_the_project_has_its_papers() -> None:
    for name in (
        "README.md",
        "ARCHITECTURE.md",
        "CHANGELOG.md",
        "SECURITY.md",
        "LICENSE",
        ".ci/run",
        "packaging/lock-run.txt",
        "packaging/lock-dev.txt",
    ):
        assert (ROOT / name).stat().st_size > 0
    assert "GNU GENERAL PUBLIC LICENSE" in (ROOT / "LICENSE").read_text(encoding="utf-8")[:200]


@pytest.mark.parametrize("text", [*_HOSTS, *_PLACES])
def test_a_left_over_place_is_found(tmp_path: Path, text: str) -> None:
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "page.md").write_text(f"first\nsee {text}x\n")
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0" + text.encode())
    assert list(foreign_places(tmp_path)) == [f"docs/page.md:2 {text}"]
