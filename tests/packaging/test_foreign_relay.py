"""Installs the third-party relay: runs the real npm on a local package, without a network."""

import json
import shutil
from pathlib import Path

import foreign_relay
import pytest

from tests.support.source_trees import ROOT


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project in a path with a space, whose third-party relay is one local package."""
    root = tmp_path / "trade wind"
    folder = root / foreign_relay.FOLDER
    (folder / "relay").mkdir(parents=True)
    (folder / "relay" / "package.json").write_text(json.dumps({"name": "relay", "version": "1.0.0"}))
    (folder / "package.json").write_text(json.dumps({"name": "foreign", "dependencies": {"relay": "file:relay"}}))
    packages = {
        "": {"name": "foreign", "dependencies": {"relay": "file:relay"}},
        "node_modules/relay": {"resolved": "relay", "link": True},
        "relay": {"version": "1.0.0"},
    }
    (folder / "package-lock.json").write_text(json.dumps({"name": "foreign", "lockfileVersion": 3, "requires": True, "packages": packages}))
    return root


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_the_relay_is_installed_again_only_if_the_lock_file_changes(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = root / foreign_relay.FOLDER
    assert foreign_relay.ensure(root), capsys.readouterr()
    assert (folder / "node_modules" / "relay" / "package.json").exists()
    capsys.readouterr()
    assert foreign_relay.ensure(root)
    assert capsys.readouterr().out == ""
    (folder / "package-lock.json").write_text((folder / "package-lock.json").read_text() + "\n")
    assert not foreign_relay.is_ready(folder)
    assert foreign_relay.ensure(root)
    assert foreign_relay.is_ready(folder)


@pytest.mark.skipif(shutil.which("npm") is None, reason="npm is not installed")
def test_an_npm_error_is_reported_and_does_not_stop_set_up(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (root / foreign_relay.FOLDER / "package.json").write_text(json.dumps({"name": "foreign", "dependencies": {"other": "1.0.0"}}))
    assert not foreign_relay.ensure(root)
    assert "cannot install it; skipping the tests that need it: npm error" in capsys.readouterr().err


def test_missing_npm_is_reported(root: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setenv("PATH", str(root))
    assert not foreign_relay.ensure(root)
    assert "skipping the tests" in capsys.readouterr().out


def test_the_lock_file_names_no_registry() -> None:
    lock = json.loads((ROOT / foreign_relay.FOLDER / "package-lock.json").read_text(encoding="utf-8"))
    assert all("resolved" not in package for package in lock["packages"].values())
    assert all(package["integrity"].startswith("sha512-") for name, package in lock["packages"].items() if name)
