"""Every event loop has a watch that reports unhandled errors; the table gives the reason for each exception."""

import ast
from collections.abc import Sequence
from pathlib import Path

from tests.support.source_trees import ROOT, Module, modules

UNWATCHED = {
    "app.bootstrap.doctor": "one check that is awaited, and whose failure is what it says",
    "app.plugin.child": "a plugin's own process: its desk watches it from outside",
}
_RUNS = {"asyncio.run", "asyncio.Runner", "asyncio.new_event_loop", "qasync.QEventLoop"}
_WATCHES = {"TaskErrorReporter", "_watch_loop", "watch_loop"}


def _called(node: ast.Call) -> str:
    target = node.func
    if isinstance(target, ast.Attribute):
        return f"{target.value.id}.{target.attr}" if isinstance(target.value, ast.Name) else target.attr
    return target.id if isinstance(target, ast.Name) else ""


def unwatched_loops(found: Sequence[Module]) -> set[str]:
    """The modules that run an event loop and give it to no watch."""
    missing = set()
    for module in found:
        called = {_called(node) for node in ast.walk(module.tree) if isinstance(node, ast.Call)}
        if called & _RUNS and not {name.rpartition(".")[2] for name in called} & _WATCHES:
            missing.add(module.name)
    return missing


def test_every_event_loop_is_watched() -> None:
    assert unwatched_loops(modules(ROOT)) == set(UNWATCHED), "give the loop to bootstrap.task_errors, or name it here with its reason"


def test_a_loop_without_a_watch_is_found(tmp_path: Path) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text("import asyncio\nasyncio.run(main())\n")
    (tmp_path / "app" / "b.py").write_text("import asyncio\nasync def main():\n    TaskErrorReporter(loop)\nasyncio.run(main())\n")
    (tmp_path / "app" / "c.py").write_text("import asyncio\nasyncio.create_task(main())\n")
    assert unwatched_loops(modules(tmp_path)) == {"app.a"}
