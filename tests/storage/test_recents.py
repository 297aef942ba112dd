from pathlib import Path

from app.storage.recents import LIMIT, Recents


def create_shows(folder: Path, count: int) -> list[Path]:
    paths = [folder / f"{number}.tradewind" for number in range(count)]
    for path in paths:
        path.write_bytes(b"")
    return paths


def test_the_newest_is_first_without_duplicates_and_the_list_is_limited(tmp_path: Path) -> None:
    paths = create_shows(tmp_path, LIMIT + 3)
    recents = Recents(tmp_path / "recent.json")
    for path in (*paths, paths[3]):
        recents.add(path)
    recent_paths = Recents(tmp_path / "recent.json").paths()
    assert recent_paths[0] == paths[3]
    assert recent_paths[1] == paths[-1]
    assert len(recent_paths) == len(set(recent_paths)) == LIMIT


def test_a_missing_show_is_hidden_until_its_drive_is_back(tmp_path: Path) -> None:
    first, second = create_shows(tmp_path, 2)
    recents = Recents(tmp_path / "recent.json")
    recents.add(first)
    assert recents.add(second) == (second, first)
    second.unlink()
    assert recents.paths() == (first,)
    second.write_bytes(b"")
    assert recents.paths() == (second, first)
    assert recents.remove(second) == (first,)


def test_a_broken_or_unwritable_list_is_treated_as_empty(tmp_path: Path) -> None:
    (show,) = create_shows(tmp_path, 1)
    broken = tmp_path / "recent.json"
    for content in (b"{", b"7", b"null", b"[1, null, {}]", b"\xff"):
        broken.write_bytes(content)
        assert Recents(broken).paths() == ()
    assert Recents(broken).add(show) == (show,)
    assert Recents(tmp_path / "gone" / "recent.json").add(show) == (show,)
