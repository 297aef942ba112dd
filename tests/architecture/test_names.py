"""One class per name: two public classes of the app never share a name."""

import ast
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from tests.support.source_trees import ROOT, Module, modules


def shared_names(found: Sequence[Module]) -> Mapping[str, Sequence[str]]:
    """Public top-level classes that more than one module defines: name → modules."""
    defining: dict[str, list[str]] = defaultdict(list)
    for module in found:
        for node in module.tree.body:
            if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
                defining[node.name].append(module.name)
    return {name: names for name, names in defining.items() if len(names) > 1}


def test_every_public_class_has_its_own_name() -> None:
    assert shared_names(modules(ROOT)) == {}


def test_a_shared_class_name_is_found(tmp_path: Path) -> None:
    folder = tmp_path / "app"
    folder.mkdir()
    (folder / "a.py").write_text("class Track:\n    class Inner:\n        pass\n\nclass _Row:\n    pass\n")
    (folder / "b.py").write_text("from app.a import Track\n\nclass Inner:\n    pass\n\nclass _Row:\n    pass\n")
    (folder / "c.py").write_text("class Track:\n    pass\n")
    assert shared_names(modules(tmp_path)) == {"Track": ["app.a", "app.c"]}
