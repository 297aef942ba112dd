"""Bundled plugins have valid manifests and only import the plugin API."""

import ast
import sys

import pytest

from app.domain.base.localized_text import has
from app.plugin.manifest import Manifest, read_manifest
from tests.support.source_trees import ROOT, imports_of

BUNDLED = [read_manifest(path.parent) for path in sorted((ROOT / "plugins").glob("*/plugin.toml"))]
API_MODULES = "app.plugin.api"


def undeclared_imports(manifest: Manifest, code: str) -> list[str]:
    """Return imports besides the API, the standard library and those that the manifest declares."""
    allowed = {*sys.stdlib_module_names, *manifest.imports}
    names = [found.name for found in imports_of(ast.parse(code))]
    return [name for name in names if not name.startswith(API_MODULES) and name.split(".")[0] not in allowed]


def test_plugins_are_bundled() -> None:
    assert BUNDLED


@pytest.mark.parametrize("manifest", BUNDLED, ids=lambda manifest: manifest.id)
def test_a_plugin_only_imports_the_api_and_has_both_languages(manifest: Manifest) -> None:
    assert manifest.folder.name == manifest.id
    for path in manifest.folder.rglob("*.py"):
        assert undeclared_imports(manifest, path.read_text(encoding="utf-8")) == []
    for words in (manifest.name, manifest.summary, *(field.title for field in manifest.declared)):
        assert has(words, "en") and has(words, "zh-Hans")


def test_an_undeclared_import_is_found() -> None:
    code = "import asyncio, numpy\nfrom app.plugin.api import Order\nfrom app.session.studio import Studio\n"
    assert undeclared_imports(BUNDLED[0], code) == ["numpy", "app.session.studio.Studio"]
