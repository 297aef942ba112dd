"""Every error is caught where it is known. The places that catch whatever comes are few, and each has its reason here."""

import ast
from collections.abc import Sequence
from pathlib import Path

import pytest

from tests.support.source_trees import ROOT, Module, modules

# A place that catches everything and neither raises it again nor is listed here is refused.
CATCH_ALL = {
    "app.link.worker": "the supervisor of the engine's commands: one that fails must not leave it deaf",
    "app.media.source_guard": "the net below a source: what no file that imports a library foresaw costs only that source",
    "app.plugin.child": "a plugin is a stranger's code",
    "app.session.room.room_link": "the supervisor of the room: a bug must not keep the desk out of it",
    "app.session.room.room_notices": "calls the room's listeners: their failures must not end the connection",
    "app.storage.encodings": "a library's guess that fails is no guess: it is logged, the user sees the first lines and can choose",
    "app.storage.secrets": "a keyring is a plug-in of the system and raises what its own libraries raise",
    "app.storage.workbook": "openpyxl's errors have no common root: one that nobody listed costs only that file, and is logged",
}
_ALL = {"Exception", "BaseException"}


def _catches_all(handler: ast.ExceptHandler) -> bool:
    kinds = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(kind is None or (isinstance(kind, ast.Name) and kind.id in _ALL) for kind in kinds)


def _passes_on(handler: ast.ExceptHandler) -> bool:
    """Whether the handler's last step is to raise the same error again."""
    last = handler.body[-1]
    return isinstance(last, ast.Raise) and last.exc is None


def catch_alls(found: Sequence[Module]) -> set[str]:
    """The modules that catch every error and go on, or make another of it."""
    return {
        module.name
        for module in found
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and _catches_all(node) and not _passes_on(node)
    }


def test_every_error_is_caught_only_where_the_table_allows() -> None:
    assert catch_alls(modules(ROOT)) <= set(CATCH_ALL), "name the place in CATCH_ALL with its reason, or catch what you know"


@pytest.mark.parametrize(
    "body", ["except Exception:\n    pass", "except:\n    x = 1", "except (ValueError, BaseException) as e:\n    raise KeyError from e"]
)
def test_a_new_place_that_catches_everything_is_found(tmp_path: Path, body: str) -> None:
    (tmp_path / "app").mkdir()
    (tmp_path / "app" / "a.py").write_text(f"try:\n    x = 0\n{body}\n")
    (tmp_path / "app" / "b.py").write_text("try:\n    x = 0\nexcept BaseException:\n    x = 1\n    raise\n")
    (tmp_path / "app" / "c.py").write_text("try:\n    x = 0\nexcept (ValueError, OSError):\n    x = 1\n")
    assert catch_alls(modules(tmp_path)) == {"app.a"}
