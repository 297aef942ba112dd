"""Reads imports, sizes, and the codes of errors and notices from syntax trees."""

import ast
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
IMPORTING_CALLS = ("importlib.import_module", "import_module", "__import__")
CODE = re.compile(r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+$")


@dataclass(frozen=True, slots=True)
class Module:
    """One source file: its dotted name, path and tree."""

    name: str
    path: Path
    tree: ast.Module

    @property
    def package(self) -> str:
        """The part of the import table it belongs to: "media" of app.media.engine, "cli" of app.cli."""
        parts = self.name.split(".")
        return parts[1] if len(parts) > 1 else ""


def modules(root: Path, folder: str = "app") -> list[Module]:
    """Every module below `root/folder`."""
    found = []
    for path in sorted((root / folder).rglob("*.py")):
        name = ".".join(path.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        found.append(Module(name, path, _tree(path, path.stat().st_mtime_ns)))
    return found


@cache
def _tree(path: Path, mtime_ns: int) -> ast.Module:
    """Parse once for all tests; `mtime_ns` detects a rewritten sample."""
    del mtime_ns
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


@dataclass(frozen=True, slots=True)
class Import:
    """One imported name as written: "PySide6.QtGui" for both `import PySide6.QtGui` and `from PySide6 import QtGui`."""

    name: str
    line: int
    local: bool


def imports_of(tree: ast.Module) -> Iterator[Import]:
    """Return every import, also those inside functions; relative imports keep their dots."""

    def visit(node: ast.AST, local: bool) -> Iterator[Import]:
        for child in ast.iter_child_nodes(node):
            inside = local or isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            if isinstance(child, ast.Import):
                yield from (Import(alias.name, child.lineno, inside) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                origin = "." * child.level + (child.module or "")
                yield from (Import(f"{origin}.{alias.name}", child.lineno, inside) for alias in child.names)
            yield from visit(child, inside)

    return visit(tree, False)


def _begins(name: str, prefixes: Sequence[str]) -> bool:
    return any(name == prefix or name.startswith(f"{prefix}.") for prefix in prefixes)


def forbidden_imports(
    found: Sequence[Module], table: Mapping[str, Sequence[str]], everything: frozenset[str], forbidden_std: Mapping[str, Sequence[str]]
) -> list[str]:
    """Return "file:line imports name" of each import that the table forbids; packages in `everything` may import all."""
    wrong = []
    for module in found:
        if module.package in everything or module.name == "app":
            continue
        allowed = (f"app.{module.package}", *table.get(module.package, ()))
        for one in imports_of(module.tree):
            top = one.name.split(".")[0]
            standard = top in sys.stdlib_module_names and not _begins(one.name, forbidden_std.get(module.package, ()))
            if not standard and not _begins(one.name, allowed):
                wrong.append(f"{module.path.name}:{one.line} {module.name} imports {one.name}")
    return wrong


def local_imports(found: Sequence[Module]) -> list[str]:
    """Return "file:line" of each import inside a function and of each import by a call."""
    wrong = [f"{module.name}:{one.line} {one.name}" for module in found for one in imports_of(module.tree) if one.local]
    for module in found:
        calls = (node for node in ast.walk(module.tree) if isinstance(node, ast.Call) and ast.unparse(node.func) in IMPORTING_CALLS)
        wrong.extend(f"{module.name}:{call.lineno} {ast.unparse(call.func)}" for call in calls)
    return wrong


def oversized(found: Sequence[Module], file_lines: int, function_lines: int) -> list[str]:
    """Return files and functions over the limits."""
    wrong = []
    for module in found:
        length = len(module.path.read_text(encoding="utf-8").splitlines())
        if length > file_lines:
            wrong.append(f"{module.name} has {length} lines")
        for node in ast.walk(module.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > function_lines:
                    wrong.append(f"{module.name}.{node.name} has {lines} lines")
    return wrong


@dataclass(frozen=True, slots=True)
class Use:
    """One place that gives a code to an error or a notice. `keys` are its values; `open` if there may be more. `handed_on`: an error that
    may get more values where it is caught and reported."""

    code: str
    place: str
    keys: frozenset[str]
    open: bool
    handed_on: bool = True


@dataclass(slots=True)
class Codes:
    """All codes of a tree, and the places where a code cannot be read from the source."""

    uses: list[Use] = field(default_factory=list)
    added: set[str] = field(default_factory=set)  # values added when an error becomes a notice
    unreadable: list[str] = field(default_factory=list)


def error_classes(found: Sequence[Module]) -> frozenset[str]:
    """AppError and every class that descends from it, by name."""
    bases: dict[str, set[str]] = {}
    for module in found:
        for node in ast.walk(module.tree):
            if isinstance(node, ast.ClassDef):
                bases.setdefault(node.name, set()).update(ast.unparse(base).split(".")[-1] for base in node.bases)
    known = {"AppError"}
    while grown := {name for name, its in bases.items() if its & known} - known:
        known |= grown
    return frozenset(known)


def codes_of(found: Sequence[Module]) -> Codes:
    """Return the codes in calls of error classes and of Notice, literal or by a name in the same file."""
    result = Codes()
    errors = error_classes(found)
    for module in found:
        named = _assigned_codes(module.tree)
        for node in ast.walk(module.tree):
            if not isinstance(node, ast.Call):
                continue
            called = ast.unparse(node.func).split(".")[-1]
            if called in errors:
                _add(result, module, node, _argument(node, 0, "code"), named, *_error_keys(node), True)
            elif called == "Notice":
                _add(result, module, node, _argument(node, 1, "code"), named, *_notice_keys(node), False)
    return result


def _argument(call: ast.Call, position: int, name: str) -> ast.expr | None:
    if len(call.args) > position:
        return call.args[position]
    return next((keyword.value for keyword in call.keywords if keyword.arg == name), None)


def _literal_codes(node: ast.AST) -> set[str]:
    return {one.value for one in ast.walk(node) if isinstance(one, ast.Constant) and isinstance(one.value, str) and CODE.match(one.value)}


def _assigned_codes(tree: ast.Module) -> dict[str, set[str]]:
    """Return the codes assigned to each name in the file: tables of codes, and codes chosen by a condition."""
    named: dict[str, set[str]] = {}
    for node in ast.walk(tree):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target] if isinstance(node, ast.AnnAssign) else []
        value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
        for target in targets:
            if isinstance(target, ast.Name) and value is not None:
                named.setdefault(target.id, set()).update(_literal_codes(value))
    for function, parameter in _functions_taking_codes(tree):
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and ast.unparse(node.func).split(".")[-1] == function:
                given = set[str]().union(*(_literal_codes(value) for value in (*node.args, *(keyword.value for keyword in node.keywords))))
                named.setdefault(parameter, set()).update(given)
    return named


def _functions_taking_codes(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Return functions with a parameter called `code`; their callers in the file pass the codes."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from ((node.name, one.arg) for one in (*node.args.args, *node.args.kwonlyargs) if one.arg == "code")


def _error_keys(call: ast.Call) -> tuple[frozenset[str], bool]:
    names = frozenset(keyword.arg for keyword in call.keywords if keyword.arg)
    return names, any(keyword.arg is None for keyword in call.keywords) or len(call.args) > 1


def _notice_keys(call: ast.Call) -> tuple[frozenset[str], bool]:
    data = _argument(call, 2, "data")
    if data is None:
        return frozenset(), False
    if isinstance(data, ast.Dict):
        keys = [key.value for key in data.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        return frozenset(keys), len(keys) < len(data.keys)
    return frozenset(), True


def _add(
    result: Codes,
    module: Module,
    call: ast.Call,
    code: ast.expr | None,
    named: Mapping[str, set[str]],
    keys: frozenset[str],
    is_open: bool,
    handed_on: bool,
) -> None:
    place = f"{module.name}:{call.lineno}"
    if code is None:
        return
    if isinstance(code, ast.Attribute) and code.attr in ("code", "failure"):  # re-raised: its code was read where it was created
        result.added |= keys
        return
    codes = _literal_codes(code)
    for name in ast.walk(code):
        if isinstance(name, ast.Name):
            codes |= named.get(name.id, set())
    if not codes:
        result.unreadable.append(f"{place}: {ast.unparse(code)}")
    result.uses.extend(Use(one, place, keys, is_open, handed_on) for one in sorted(codes))


def import_graph(found: Sequence[Module]) -> dict[str, set[str]]:
    """Return the modules of the tree that each module imports anywhere; packages count only if they are named."""
    known = {module.name for module in found}
    graph: dict[str, set[str]] = {}
    for module in found:
        named = {one.name for one in imports_of(module.tree)}
        hits = {name if name in known else name.rpartition(".")[0] for name in named}
        graph[module.name] = (hits & known) - {module.name}
    return graph


def circles(graph: Mapping[str, set[str]]) -> list[list[str]]:
    """Groups of modules that import each other in a circle, sorted: the strongly connected components of more than one (Tarjan, 1972)."""
    return sorted(sorted(group) for group in _components(graph) if len(group) > 1)


def _components(graph: Mapping[str, set[str]]) -> Iterator[list[str]]:
    order: dict[str, int] = {}
    lowest: dict[str, int] = {}
    open_nodes: list[str] = []
    for start in graph:
        if start in order:
            continue
        path: list[tuple[str, Iterator[str]]] = [(start, iter(sorted(graph[start])))]
        order[start] = lowest[start] = len(order)
        open_nodes.append(start)
        while path:
            node, rest = path[-1]
            following = next(rest, None)
            if following is None:
                path.pop()
                if path:
                    lowest[path[-1][0]] = min(lowest[path[-1][0]], lowest[node])
                if lowest[node] == order[node]:
                    index = open_nodes.index(node)
                    yield open_nodes[index:]
                    del open_nodes[index:]
            elif following not in order:
                order[following] = lowest[following] = len(order)
                open_nodes.append(following)
                path.append((following, iter(sorted(graph[following]))))
            elif following in open_nodes:
                lowest[node] = min(lowest[node], order[following])
