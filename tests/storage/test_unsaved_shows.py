"""Replaced shows without a file are kept under their titles; the oldest are deleted."""

import os
from pathlib import Path

import pytest

from app.storage.files import StorageError
from app.storage.unsaved_shows import LIMIT, UnsavedShows


def make_working_file(folder: Path, number: int = 0) -> Path:
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
    unsaved = UnsavedShows(tmp_path / "unsaved")
    path = unsaved.put(make_working_file(tmp_path), title)
    assert (path.parent, path.name) == (tmp_path / "unsaved", name)
    assert unsaved.holds(path) and not unsaved.holds(tmp_path / name)


def test_same_titles_get_numbers_and_the_oldest_shows_are_deleted(tmp_path: Path) -> None:
    unsaved = UnsavedShows(tmp_path / "unsaved")
    paths = [unsaved.put(make_working_file(tmp_path, number), "Lamps") for number in range(LIMIT + 2)]
    assert paths[1].name == "Lamps (2).tradewind"
    remaining = sorted(int(path.read_bytes()) for path in (tmp_path / "unsaved").iterdir())
    assert remaining == list(range(2, LIMIT + 2))
    unsaved.remove(paths[-1])
    assert not paths[-1].exists()


def test_if_the_folder_cannot_be_created_the_file_stays(tmp_path: Path) -> None:
    (tmp_path / "unsaved").write_text("in the way")
    path = make_working_file(tmp_path)
    with pytest.raises(StorageError):
        UnsavedShows(tmp_path / "unsaved").put(path, "Lamps")
    assert path.exists()
