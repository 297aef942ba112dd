"""A file is one noun, a function one thought."""

import ast
from pathlib import Path

from tests.support.source_trees import ROOT, modules, oversized

FILE_LINES = 500
FUNCTION_LINES = 80
NO_NOUNS = {"utils", "util", "helpers", "helper", "misc", "common", "manager", "tools", "stuff"}


def unclear_names(root: Path, folder: str) -> list[str]:
    """Files that say nothing by their name."""
    return [module.name for module in modules(root, folder) if NO_NOUNS & set(module.path.stem.split("_"))]


def busy_packages(root: Path) -> list[str]:
    """`__init__` files that do more than describe and name."""
    return [
        module.name
        for module in modules(root)
        if module.path.name == "__init__.py"
        and any(not isinstance(node, ast.Expr | ast.ImportFrom | ast.Assign | ast.AnnAssign) for node in module.tree.body)
    ]


def test_no_file_and_no_function_is_too_long() -> None:
    for folder in ("app", "packaging", "tests"):
        assert oversized(modules(ROOT, folder), FILE_LINES, FUNCTION_LINES) == []


def test_files_are_called_by_what_they_are() -> None:
    for folder in ("app", "packaging", "tests"):
        assert unclear_names(ROOT, folder) == []


def test_packages_only_name_what_they_hold() -> None:
    assert busy_packages(ROOT) == []


def test_what_is_too_long_is_found(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    body = "    x = 1\n"
    (tmp_path / "app" / "just.py").write_text("def f() -> None:\n" + body * (FUNCTION_LINES - 1) + "\n" * (FILE_LINES - FUNCTION_LINES))
    assert oversized(modules(tmp_path), FILE_LINES, FUNCTION_LINES) == []
    (tmp_path / "app" / "long.py").write_text("class A:\n    async def f(self):\n" + ("    " + body) * FUNCTION_LINES)
    (tmp_path / "app" / "file.py").write_text("x = 1\n" * (FILE_LINES + 1))
    assert sorted(oversized(modules(tmp_path), FILE_LINES, FUNCTION_LINES)) == ["app.file has 501 lines", "app.long.f has 81 lines"]


def test_unclear_names_and_busy_packages_are_found(tmp_path: Path) -> None:
    (tmp_path / "app" / "busy").mkdir(parents=True)
    (tmp_path / "app" / "sound_utils.py").write_text("")
    (tmp_path / "app" / "busy" / "__init__.py").write_text("def f(): ...\n")
    assert unclear_names(tmp_path, "app") == ["app.sound_utils"]
    assert busy_packages(tmp_path) == ["app.busy"]
