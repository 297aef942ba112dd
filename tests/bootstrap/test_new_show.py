"""A new show's scenes and sources are named in the user's language."""

from pathlib import Path

import pytest

from app.bootstrap.window import StudioFactory
from app.domain.program.project import UNTITLED
from app.storage.settings import Settings
from tests.support.studio_desk import paths_in


@pytest.mark.parametrize(("language", "names"), [("en", ["Scene 1", "Test card", "Test tone"]), ("zh_CN", ["场景 1", "测试卡", "测试音"])])
def test_scenes_and_sources_are_named_in_the_windows_language(language: str, names: list[str], tmp_path: Path) -> None:
    project = StudioFactory(paths_in(tmp_path))._new_show(Settings(language=language))
    assert [project.scenes[0].name, *(source.name for source in project.sources)] == names
    assert project.name == UNTITLED
