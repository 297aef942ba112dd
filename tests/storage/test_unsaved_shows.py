"""Replaced shows without a file are kept under their names; the oldest are deleted."""

import os
from pathlib import Path

import pytest

from app.storage.files import StorageError
from app.storage.unsaved_shows import LIMIT, UnsavedShows


def working(folder: Path, number: int = 0) -> Path:
    path = folder / f"{number}.work"
    path.write_bytes(str(number).encode())
    os.utime(path, (1_000_000 + number, 1_000_000 + number))
    return path


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Sample show", "Sample show.tradewind"),
        ("Spring / Summer: 50%?", "Spring   Summer  50%.tradewind"),
        ("../../etc/passwd", "etc passwd.tradewind"),
        ("  . ", "Show.tradewind"),
        ("灯" * 200, "灯" * 60 + ".tradewind"),
    ],
)
def test_a_title_becomes_a_file_name_valid_on_every_system(title: str, name: str, tmp_path: Path) -> None:
    kept = UnsavedShows(tmp_path / "unsaved")
    path = kept.put(working(tmp_path), title)
    assert (path.parent, path.name) == (tmp_path / "unsaved", name)
    assert kept.holds(path) and not kept.holds(tmp_path / name)


def test_two_of_one_name_are_two_and_the_oldest_make_room(tmp_path: Path) -> None:
    kept = UnsavedShows(tmp_path / "unsaved")
    paths = [kept.put(working(tmp_path, number), "Lamps") for number in range(LIMIT + 2)]
    assert paths[1].name == "Lamps (2).tradewind"
    left = sorted(int(path.read_bytes()) for path in (tmp_path / "unsaved").iterdir())
    assert left == list(range(2, LIMIT + 2))
    kept.remove(paths[-1])
    assert not paths[-1].exists()


def test_a_folder_that_cannot_be_made_leaves_the_file_where_it_was(tmp_path: Path) -> None:
    (tmp_path / "unsaved").write_text("in the way")
    path = working(tmp_path)
    with pytest.raises(StorageError):
        UnsavedShows(tmp_path / "unsaved").put(path, "Lamps")
    assert path.exists()
