"""One subject, one folder, with the same name in domain, session and ui; which subject may know which; no circles."""

import ast
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from tests.support.source_trees import ROOT, Module, circles, import_graph, modules

LAYERS = ("domain", "session", "ui")
# Each subject, from the lowest up, and the subjects it may know. Modules directly in a layer's folder (show.py, studio.py, …) are
# no subject: those of the domain are open to all, those of the session and the shell join the subjects.
SUBJECTS: Mapping[str, Collection[str]] = {
    "base": (),
    "kit": ("base",),
    "program": ("base", "kit"),
    "engine": ("base", "program", "document"),
    "document": ("base", "program"),
    "catalogue": ("base", "kit", "document"),
    "selling": ("base", "kit", "program", "document", "catalogue"),
    "rundown": ("base", "kit", "program", "document", "catalogue", "selling"),
    "tables": ("base", "kit", "document", "catalogue", "selling", "rundown"),
    "planning": ("base", "kit", "program", "engine", "document", "catalogue", "selling", "rundown"),
    "translation": ("base", "kit", "document"),
    "chat": ("base", "kit", "program", "document", "catalogue", "selling", "rundown", "translation"),
    "room": ("base", "kit", "program", "document", "catalogue", "selling", "planning", "chat"),
    "air": ("base", "kit", "program", "engine", "document", "room"),
    "review": ("base", "kit", "document", "catalogue", "selling"),
    "setup": ("base", "kit", "program", "catalogue", "air", "chat"),
}
# These join all subjects; no subject knows them.
JOINING = ("shell",)
# Folders that serve a layer of their own inside the embedded relay.
RELAY_FOLDERS: Mapping[str, Collection[str]] = {"access": (), "media": ("access",), "room": ("access",)}
MODULES_IN_A_FOLDER = 25


def subject_of(name: str) -> tuple[str, str] | None:
    """Layer and subject of a module, None where it belongs to no subject: ("ui", "air") of app.ui.air.relays."""
    parts = name.split(".")
    if len(parts) < 4 or parts[1] not in LAYERS:
        return None
    return parts[1], parts[2]


def unknown_subjects(found: Sequence[Module], table: Collection[str]) -> set[str]:
    """Folders that the table does not name."""
    return {subject[1] for module in found if (subject := subject_of(module.name))} - set(table)


def forbidden_knowledge(found: Sequence[Module], table: Mapping[str, Collection[str]], joining: Collection[str]) -> list[str]:
    """ "importing module imports imported module" of each arrow between subjects that the table does not allow."""
    wrong = []
    for name, imported in import_graph(found).items():
        subject = subject_of(name)
        if subject is None or subject[1] in joining:
            continue
        allowed = {subject[1], *table.get(subject[1], ())}
        for other in sorted(imported):
            known = subject_of(other)
            joins = known is None and other.startswith("app.session.") and subject[0] == "session"
            if joins or (known is not None and known[1] not in allowed):
                wrong.append(f"{name} imports {other}")
    return wrong


def reached_panels(found: Sequence[Module], joining: Collection[str]) -> list[str]:
    """Imports of a module of the window that defines a panel, dialog or window by another subject: those are opened by the shell."""
    whole = ("Panel", "Dialog", "Window")
    defining = {
        module.name: subject
        for module in found
        if (subject := subject_of(module.name)) is not None and subject[0] == "ui" and subject[1] != "kit"
        if any(isinstance(node, ast.ClassDef) and node.name.endswith(whole) for node in module.tree.body)
    }
    wrong = []
    for name, imported in import_graph(found).items():
        subject = subject_of(name)
        if subject is not None and subject[1] not in joining:
            wrong += [f"{name} imports {other}" for other in sorted(imported) if defining.get(other, subject) != subject]
    return wrong


def crowded_folders(root: Path, limit: int) -> Iterator[str]:
    """Folders of the layers with more modules directly in them than anyone can keep in mind."""
    for layer in LAYERS:
        for folder in (root / "app" / layer, *(path for path in (root / "app" / layer).rglob("*") if path.is_dir())):
            count = sum(path.name != "__init__.py" for path in folder.glob("*.py"))
            if count > limit:
                yield f"{folder.relative_to(root)} holds {count} modules"


def folders_without_a_line(found: Sequence[Module]) -> list[str]:
    """Packages of the layers whose `__init__` does not say in one line what is inside."""
    wrong = []
    for module in found:
        if module.path.name == "__init__.py" and module.package in (*LAYERS, "relay"):
            said = ast.get_docstring(module.tree)
            if not said or "\n" in said:
                wrong.append(module.name)
    return wrong


def relay_arrows(found: Sequence[Module], table: Mapping[str, Collection[str]]) -> list[str]:
    """Imports between the folders of the relay that the table does not allow."""
    wrong = []
    for name, imported in import_graph(found).items():
        parts = name.split(".")
        if parts[1:2] != ["relay"] or len(parts) < 4:
            continue
        for other in imported:
            its = other.split(".")
            if its[1] == "relay" and len(its) > 3 and its[2] not in {parts[2], *table.get(parts[2], ())}:
                wrong.append(f"{name} imports {other}")
    return wrong


def test_every_folder_of_a_layer_is_a_subject_of_the_table() -> None:
    assert unknown_subjects(modules(ROOT), (*SUBJECTS, *JOINING)) == set()


def test_subjects_know_only_what_the_table_allows() -> None:
    assert forbidden_knowledge(modules(ROOT), SUBJECTS, JOINING) == []
    assert relay_arrows(modules(ROOT), RELAY_FOLDERS) == []


def test_the_table_itself_has_no_circle() -> None:
    assert _both_ways(SUBJECTS) == []


def _both_ways(table: Mapping[str, Collection[str]]) -> list[tuple[str, str]]:
    return [(one, other) for one in table for other in table[one] if one < other and one in table.get(other, ())]


def test_no_module_imports_itself_over_others() -> None:
    assert circles(import_graph(modules(ROOT))) == []


def test_panels_and_dialogs_are_not_reached_from_another_subject() -> None:
    assert reached_panels(modules(ROOT), JOINING) == []


def test_no_folder_is_crowded() -> None:
    assert list(crowded_folders(ROOT, MODULES_IN_A_FOLDER)) == []


def test_every_folder_says_what_is_inside() -> None:
    assert folders_without_a_line(modules(ROOT)) == []


def _tree(root: Path, files: Mapping[str, str]) -> list[Module]:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    return modules(root)


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("app/domain/catalogue/a.py", "from app.domain.planning.b import C"),
        ("app/session/catalogue/a.py", "from app.domain.planning import b"),
        ("app/ui/kit/a.py", "from app.session.planning import b"),
        ("app/ui/planning/deep/a.py", "import app.ui.shell.b"),
        ("app/session/planning/a.py", "from app.session import studio"),
    ],
)
def test_a_forbidden_arrow_between_subjects_is_found(tmp_path: Path, file: str, line: str) -> None:
    targets = ("domain/planning/b", "session/planning/b", "ui/shell/b", "session/studio")
    found = _tree(tmp_path, {**{f"app/{target}.py": "" for target in targets}, file: f"{line}\n"})
    assert len(forbidden_knowledge(found, SUBJECTS, JOINING)) == 1


def test_an_allowed_arrow_is_left_alone(tmp_path: Path) -> None:
    found = _tree(
        tmp_path,
        {
            "app/domain/catalogue/a.py": "",
            "app/domain/show.py": "from app.domain.catalogue import a\n",
            "app/session/planning/b.py": "from app.domain import show\nfrom app.domain.catalogue import a\n",
            "app/session/studio.py": "from app.session.planning import b\n",
            "app/ui/shell/c.py": "from app.session import studio\nfrom app.session.planning import b\n",
        },
    )
    assert forbidden_knowledge(found, SUBJECTS, JOINING) == []


def test_a_new_folder_a_circle_a_crowd_and_silence_are_found(tmp_path: Path) -> None:
    found = _tree(
        tmp_path,
        {
            "app/domain/gossip/__init__.py": "",
            "app/domain/gossip/a.py": "from app.domain.gossip import b\n",
            "app/domain/gossip/b.py": "from app.domain.gossip.c import D\n",
            "app/domain/gossip/c.py": "import app.domain.gossip.a\n",
            "app/relay/media/a.py": "from app.relay.room import b\n",
            "app/relay/room/b.py": "",
        },
    )
    assert unknown_subjects(found, SUBJECTS) == {"gossip"}
    assert circles(import_graph(found)) == [["app.domain.gossip.a", "app.domain.gossip.b", "app.domain.gossip.c"]]
    assert list(crowded_folders(tmp_path, 2)) == ["app/domain/gossip holds 3 modules"]
    assert folders_without_a_line(found) == ["app.domain.gossip"]
    assert relay_arrows(found, RELAY_FOLDERS) == ["app.relay.media.a imports app.relay.room.b"]


def test_a_panel_that_another_subject_reaches_is_found(tmp_path: Path) -> None:
    found = _tree(
        tmp_path,
        {
            "app/ui/catalogue/a.py": "class ProductsPanel:\n    pass\n",
            "app/ui/catalogue/b.py": "from app.ui.catalogue.a import ProductsPanel\n",
            "app/ui/rundown/c.py": "from app.ui.catalogue import b\nfrom app.ui.catalogue.a import ProductsPanel\n",
            "app/ui/shell/d.py": "from app.ui.catalogue.a import ProductsPanel\n",
        },
    )
    assert reached_panels(found, JOINING) == ["app.ui.rundown.c imports app.ui.catalogue.a"]


def test_two_subjects_that_know_each_other_are_found() -> None:
    assert _both_ways({"a": ("b",), "b": ("a",)}) == [("a", "b")]
