import stat
import tempfile
from pathlib import Path

import pytest

from app.storage.files import StorageError
from app.storage.paths import HOME_VARIABLE, RESOURCES, find_paths


def test_one_environment_variable_moves_all_folders(tmp_path: Path) -> None:
    paths = find_paths({HOME_VARIABLE: str(tmp_path / "a home")})
    for folder in (paths.config, paths.state, paths.cache, paths.runtime, paths.settings, paths.recents, paths.recovery, paths.logs):
        assert folder.is_relative_to(tmp_path / "a home")


def test_the_systems_folders_are_the_default() -> None:
    paths = find_paths({})
    assert paths.runtime.parent != Path(tempfile.gettempdir())  # another user could have created it first
    assert len({paths.config, paths.state, paths.cache, paths.runtime}) == 4
    assert all("tradewind" in str(folder) for folder in (paths.config, paths.state, paths.cache, paths.runtime))
    assert paths.resources == RESOURCES
    assert paths.relay_presets.is_dir()


def test_folders_are_created_for_this_user_only(tmp_path: Path) -> None:
    paths = find_paths({HOME_VARIABLE: str(tmp_path / "home")})
    paths.make()
    paths.make()
    for folder in (paths.config, paths.state, paths.cache, paths.runtime):
        assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_an_uncreatable_home_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError) as raised:
        find_paths({HOME_VARIABLE: str(tmp_path / "file")}).make()
    assert raised.value.data["path"] == str(tmp_path / "file" / "config")
